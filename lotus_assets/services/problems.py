"""The contracts' errors: raised anywhere below a route, answered as problem+json (RFC 9457)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_MEDIA_TYPE = "application/problem+json"


INTERNAL_ERROR = "INTERNAL_ERROR"
"""The code of an unexpected failure, which the contracts do not name."""


class ErrorCode(StrEnum):
    """The contracts' error codes (docs/API.md, Errors)."""

    INVALID_REQUEST = "INVALID_REQUEST"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    CONTRACT_VIOLATION_UPSTREAM = "CONTRACT_VIOLATION_UPSTREAM"
    UNSUPPORTED_CONFIGURATION = "UNSUPPORTED_CONFIGURATION"


class FieldProblem(BaseModel):
    """One field that is wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="Where, as a path.", examples=["window.end_date"])
    reason: str = Field(description="What is wrong with it.", examples=["Field required"])


class Problem(BaseModel):
    """An error (RFC 9457), with the contracts' error code."""

    type: str = Field(description="URI of the kind of problem.", examples=["about:blank"])
    title: str = Field(description="The kind, in words.", examples=["Insufficient data"])
    status: int = Field(description="HTTP status.", examples=[422])
    code: ErrorCode | Literal["INTERNAL_ERROR"] = Field(
        description="Error code of the contracts.", examples=["INSUFFICIENT_DATA"]
    )
    detail: str = Field(
        description="What is wrong and what to do about it.",
        examples=["USD/EUR has no rate in the 7 days up to 2025-03-31"],
    )
    correlation_id: str = Field(
        description="The request's X-Correlation-Id.", examples=["3f0c8f6e-0000-4000-8000-0"]
    )
    errors: list[FieldProblem] = Field(
        default=[],
        description="Fields that are wrong, for INVALID_REQUEST.",
        examples=[[{"field": "as_of_date", "reason": "Field required"}]],
    )


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
    ErrorCode.CONTRACT_VIOLATION_UPSTREAM: "The data break the contract",
    ErrorCode.SOURCE_UNAVAILABLE: "The source is unavailable",
}


@dataclass
class ServiceProblem(Exception):
    """A request that cannot be answered: its code, and a detail for the one who asked."""

    code: ErrorCode
    detail: str
    errors: list[FieldProblem] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUS[self.code]


def invalid(detail: str) -> ServiceProblem:
    """400 INVALID_REQUEST."""
    return ServiceProblem(ErrorCode.INVALID_REQUEST, detail)


def not_found(detail: str) -> ServiceProblem:
    """404 RESOURCE_NOT_FOUND."""
    return ServiceProblem(ErrorCode.RESOURCE_NOT_FOUND, detail)


def insufficient(detail: str) -> ServiceProblem:
    """422 INSUFFICIENT_DATA."""
    return ServiceProblem(ErrorCode.INSUFFICIENT_DATA, detail)


def unsupported(detail: str) -> ServiceProblem:
    """422 UNSUPPORTED_CONFIGURATION."""
    return ServiceProblem(ErrorCode.UNSUPPORTED_CONFIGURATION, detail)


def violation(detail: str) -> ServiceProblem:
    """502 CONTRACT_VIOLATION_UPSTREAM."""
    return ServiceProblem(ErrorCode.CONTRACT_VIOLATION_UPSTREAM, detail)
