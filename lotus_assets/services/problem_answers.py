"""Every error as problem+json: no exception text leaves the service."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lotus_assets.services.problems import (
    PROBLEM_MEDIA_TYPE,
    TITLES,
    ErrorCode,
    FieldProblem,
    Problem,
    ServiceProblem,
)
from lotus_assets.services.tracing import TRACING

LOGGER = logging.getLogger("lotus.problems")
CLIENT_GONE = 499
"""As proxies log it; of the request log alone."""


def problem_response(problem: ServiceProblem, status: int | None = None) -> Response:
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
    application.add_exception_handler(ServiceProblem, _service_problem)
    application.add_exception_handler(RequestValidationError, _invalid_request)
    application.add_exception_handler(HTTPException, _http_error)
    application.add_exception_handler(ClientDisconnect, _client_gone)
    application.add_exception_handler(Exception, unexpected)


async def _service_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceProblem)  # noqa: S101  (registered for it)
    return problem_response(error)


async def _invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (registered for it)
    faults = [
        FieldProblem(
            field=".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0]),
            reason=str(one["msg"]).removeprefix("Value error, "),
        )
        for one in error.errors()
    ]
    detail = "; ".join(f"{one.field}: {one.reason}" for one in faults[:5])
    return problem_response(ServiceProblem(ErrorCode.INVALID_REQUEST, detail, faults))


async def _http_error(_: Request, error: Exception) -> Response:
    """Errors raised on purpose keep their status."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for it)
    code = ErrorCode.RESOURCE_NOT_FOUND if error.status_code == 404 else ErrorCode.INVALID_REQUEST
    response = problem_response(ServiceProblem(code, str(error.detail)), error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _client_gone(_: Request, __: Exception) -> Response:
    """The client left before its request was whole: nothing failed, and nobody reads this."""
    LOGGER.info("the client has gone, correlation %s", _correlation_id())
    return Response(status_code=CLIENT_GONE)


async def unexpected(_: Request, error: Exception) -> Response:
    """500 with a correlation id, and nothing of the reason but in the log."""
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


def _correlation_id() -> str:
    return TRACING.get({}).get("X-Correlation-Id", "")


def _response(body: Problem) -> Response:
    return Response(body.model_dump_json(), body.status, media_type=PROBLEM_MEDIA_TYPE)
