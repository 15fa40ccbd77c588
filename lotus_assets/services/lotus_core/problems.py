"""Errors of RFC 063 §6, raised anywhere below a route and answered as problem+json."""

from dataclasses import dataclass, field

from lotus_assets.services.lotus_core.contracts.shared import ErrorCode, FieldProblem

STATUS = {
    ErrorCode.INVALID_REQUEST: 400,
    ErrorCode.RESOURCE_NOT_FOUND: 404,
    ErrorCode.INSUFFICIENT_DATA: 422,
    ErrorCode.UNSUPPORTED_CONFIGURATION: 422,
    ErrorCode.CONTRACT_VIOLATION_UPSTREAM: 502,
    ErrorCode.SOURCE_UNAVAILABLE: 503,
}
TITLES = {
    ErrorCode.INVALID_REQUEST: "Invalid request",
    ErrorCode.RESOURCE_NOT_FOUND: "Not found",
    ErrorCode.INSUFFICIENT_DATA: "Insufficient data",
    ErrorCode.UNSUPPORTED_CONFIGURATION: "Unsupported configuration",
    ErrorCode.CONTRACT_VIOLATION_UPSTREAM: "The stored data break the contract",
    ErrorCode.SOURCE_UNAVAILABLE: "The source is unavailable",
}


@dataclass
class CoreProblem(Exception):
    """A request that cannot be answered: its code, and a detail for the one who asked."""

    code: ErrorCode
    detail: str
    errors: list[FieldProblem] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUS[self.code]


def invalid(detail: str) -> CoreProblem:
    """400 INVALID_REQUEST."""
    return CoreProblem(ErrorCode.INVALID_REQUEST, detail)


def not_found(detail: str) -> CoreProblem:
    """404 RESOURCE_NOT_FOUND."""
    return CoreProblem(ErrorCode.RESOURCE_NOT_FOUND, detail)


def insufficient(detail: str) -> CoreProblem:
    """422 INSUFFICIENT_DATA."""
    return CoreProblem(ErrorCode.INSUFFICIENT_DATA, detail)


def unsupported(detail: str) -> CoreProblem:
    """422 UNSUPPORTED_CONFIGURATION."""
    return CoreProblem(ErrorCode.UNSUPPORTED_CONFIGURATION, detail)


def violation(detail: str) -> CoreProblem:
    """502 CONTRACT_VIOLATION_UPSTREAM."""
    return CoreProblem(ErrorCode.CONTRACT_VIOLATION_UPSTREAM, detail)
