"""Every error as problem+json: no exception text leaves the service."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from psycopg import Error as DriverError
from psycopg import InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from lotus_assets.services.lotus_core.contracts.shared import (
    PROBLEM_MEDIA_TYPE,
    ErrorCode,
    FieldProblem,
    Problem,
)
from lotus_assets.services.lotus_core.middleware import TRACING
from lotus_assets.services.lotus_core.problems import TITLES, CoreProblem

LOGGER = logging.getLogger("lotus_core.errors")
UNAVAILABLE = "the database cannot be used at the moment; try again"


def problem_response(problem: CoreProblem, status: int | None = None) -> Response:
    """A problem as an answer."""
    body = Problem(
        type="about:blank",
        title=TITLES[problem.code],
        status=status or problem.status,
        code=problem.code,
        detail=problem.detail,
        correlation_id=_correlation_id(),
        errors=problem.errors,
    )
    return _response(body)


def install(application: FastAPI) -> None:
    """Register the handlers."""
    application.add_exception_handler(CoreProblem, _core_problem)
    application.add_exception_handler(RequestValidationError, _invalid_request)
    application.add_exception_handler(HTTPException, _http_error)
    application.add_exception_handler(DriverError, _database_error)
    application.add_exception_handler(SQLAlchemyError, _database_error)
    application.add_exception_handler(Exception, _unexpected)


async def _core_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, CoreProblem)  # noqa: S101  (registered for it)
    return problem_response(error)


async def _invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for it)
    found = [
        FieldProblem(
            field=".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            reason=str(one["msg"]),
        )
        for one in error.errors()
    ]
    detail = "; ".join(f"{one.field}: {one.reason}" for one in found[:5])
    return problem_response(CoreProblem(ErrorCode.INVALID_REQUEST, detail, found))


async def _http_error(_: Request, error: Exception) -> Response:
    """Errors raised on purpose keep their status (RFC-0023)."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for it)
    code = ErrorCode.RESOURCE_NOT_FOUND if error.status_code == 404 else ErrorCode.INVALID_REQUEST
    response = problem_response(CoreProblem(code, str(error.detail)), error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _database_error(request: Request, error: Exception) -> Response:
    if _is_unavailable(error):
        LOGGER.error("the database cannot be used: %s", type(error).__name__)
        return problem_response(CoreProblem(ErrorCode.SOURCE_UNAVAILABLE, UNAVAILABLE))
    return await _unexpected(request, error)


async def _unexpected(_: Request, error: Exception) -> Response:
    LOGGER.error("unexpected failure, correlation %s", _correlation_id(), exc_info=error)
    body = Problem(
        type="about:blank",
        title="Internal error",
        status=500,
        code="INTERNAL_ERROR",
        detail="an unexpected failure; quote the correlation id",
        correlation_id=_correlation_id(),
    )
    response = _response(body)
    # This handler runs outside of the tracing middleware.
    response.headers.update(TRACING.get({}))
    return response


def _is_unavailable(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    unreachable = isinstance(cause, OperationalError | InterfaceError | PoolTimeout)
    return unreachable or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _correlation_id() -> str:
    return TRACING.get({}).get("X-Correlation-Id", "")


def _response(body: Problem) -> Response:
    return Response(body.model_dump_json(), body.status, media_type=PROBLEM_MEDIA_TYPE)
