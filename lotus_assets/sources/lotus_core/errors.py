"""What lotus-core answers when it does not answer: the contracts' error codes as exceptions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lotus_assets.sources.permanence import PassingError, PermanentError


class LotusCoreError(Exception):
    """lotus-core refused or failed; `code` is the contracts', `status` HTTP's (0: no answer)."""

    code: ClassVar[str] = ""

    def __init__(self, what: str, detail: str, status: int = 0, request_id: str = "") -> None:
        """`what` names the request (contract and portfolio) for the reader."""
        self.what = what
        self.detail = detail
        self.status = status
        self.request_id = request_id
        answer = f" (HTTP {status}, request {request_id})" if status else ""
        super().__init__(f"{what}: {self.code}: {detail}{answer}")


class InvalidRequest(LotusCoreError, PermanentError):
    """400: the request breaks the contract, or a page token is altered, expired or another's."""

    code = "INVALID_REQUEST"


class ResourceNotFound(LotusCoreError):
    """404: no such portfolio or benchmark."""

    code = "RESOURCE_NOT_FOUND"


class InsufficientData(LotusCoreError):
    """422: no rows in the window, or an exchange rate that is missing for too long."""

    code = "INSUFFICIENT_DATA"


class UnsupportedConfiguration(LotusCoreError, PermanentError):
    """422: a dimension, currency or series mode that is not stored."""

    code = "UNSUPPORTED_CONFIGURATION"


class SourceUnavailable(LotusCoreError, PassingError):
    """503, any other 5xx, no connection, or no answer in time; the attempts are used up."""

    code = "SOURCE_UNAVAILABLE"


class ContractViolation(LotusCoreError, PermanentError):
    """A payload that breaks its contract: not readable, of another version, wrong hash."""

    code = "CONTRACT_VIOLATION_UPSTREAM"


ERRORS: Mapping[str, type[LotusCoreError]] = {
    error.code: error
    for error in (
        InvalidRequest,
        ResourceNotFound,
        InsufficientData,
        UnsupportedConfiguration,
        SourceUnavailable,
        ContractViolation,
    )
}
BY_STATUS: Mapping[int, type[LotusCoreError]] = {
    400: InvalidRequest,
    404: ResourceNotFound,
    422: InsufficientData,
}


def error_of(
    what: str, status: int, problem: Mapping[str, Any] | None, request_id: str
) -> LotusCoreError:
    """The error that an answer of `status` with this problem document (RFC 9457) stands for.

    An answer without a known code, from a proxy for example, is named by its status: 5xx and what
    nobody foresaw is SOURCE_UNAVAILABLE.
    """
    code = str((problem or {}).get("code", ""))
    kind = ERRORS.get(code) or BY_STATUS.get(status, SourceUnavailable)
    given = (problem or {}).get("detail") or (problem or {}).get("title")
    return kind(what, str(given or f"HTTP {status} without a reason"), status, request_id)


class BrokenPayload(ContractViolation):
    """A 200 answer that breaks its contract; `rule` names which of its rules."""

    def __init__(self, what: str, rule: str, detail: str, request_id: str = "") -> None:
        """`detail` says what was expected and what came."""
        self.rule = rule
        super().__init__(what, f"{rule}: {detail}", 200, request_id)
