"""The FastAPI application of the analytics API."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware

from lotus_assets.services import problem_answers
from lotus_assets.services.api import lineage_routes
from lotus_assets.services.api.calculating import ENGINE_VERSION, HttpAnswer
from lotus_assets.services.api.lineage_store import LineageStore, UnreadableLineage
from lotus_assets.services.api.openapi import answered, document, documented
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.operations import OPERATIONS
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.api.workers import Workers
from lotus_assets.services.documentation import problems
from lotus_assets.services.problems import ErrorCode, ServiceProblem
from lotus_assets.services.request_encoding import PlainBodiesMiddleware
from lotus_assets.services.tracing import TRACING, TracingMiddleware

LOGGER = logging.getLogger("lotus.api")
STREAMED_BYTES = 1024 * 1024
"""Longer answers are sent in blocks of this size."""
PURGE_SECONDS = 3600


def create_application(
    settings: ApiSettings, operations: Iterable[Operation] = OPERATIONS
) -> FastAPI:
    """The API with these operations; its workers live as long as the application does."""
    listed = list(operations)
    workers = Workers({operation.name: operation for operation in listed}, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await workers.start()
        purging = asyncio.create_task(_purge(settings))
        yield
        purging.cancel()
        with suppress(asyncio.CancelledError):
            await purging
        await asyncio.to_thread(workers.stop)

    application = FastAPIOffline(
        title="lotus-performance analytics API",
        version=ENGINE_VERSION,
        description="Returns, contribution, attribution, positions and returns series of "
        "portfolios, from input that is sent along or read from lotus-core (RFC 063).",
        lifespan=lifespan,
        license_info={"name": "Proprietary"},
    )
    application.state.workers = workers
    application.state.settings = settings
    # Bodies are large: more of them than this would fill the memory, so they wait unread.
    application.state.places = asyncio.Semaphore(settings.lotus_api_waiting)
    for operation in listed:
        _add(application, operation)
    application.include_router(lineage_routes.ROUTER, tags=["lineage"])
    _add_health(application)
    problem_answers.install(application)
    # Registered by themselves, so that the connection stays open: nothing else is wrong.
    for known in (UnreadableLineage, BrokenProcessPool):
        application.add_exception_handler(known, problem_answers.unexpected)
    application.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)
    application.add_middleware(PlainBodiesMiddleware)
    application.add_middleware(TracingMiddleware)
    application.openapi = lambda: _once(application, listed)  # type: ignore[method-assign]
    return application


def _once(application: FastAPI, operations: list[Operation]) -> dict[str, Any]:
    if application.openapi_schema is None:
        application.openapi_schema = document(application, operations)
    return application.openapi_schema


def _add(application: FastAPI, operation: Operation) -> None:
    async def calculate(request: Request) -> Response:
        state = request.app.state
        async with state.places:
            body = await _body(request, state.settings)
            outcome = await state.workers.calculate(operation.name, body, dict(TRACING.get()))
        return _response(outcome)

    for number, path in enumerate(operation.paths):
        application.post(
            path,
            tags=["analytics"],
            operation_id=operation.name if number == 0 else f"{operation.name}_{number + 1}",
            **documented(operation),
        )(calculate)


async def _body(request: Request, settings: ApiSettings) -> bytes:
    """The request's body.

    Raises:
        Unread: it is larger than allowed (413), or stopped coming (408).
    """
    largest = settings.lotus_api_body_megabytes * 1_000_000
    announced = request.headers.get("content-length", "")
    pieces: list[bytes] = []
    size = int(announced) if announced.isdigit() else 0
    if size <= largest:
        size = 0
        stream = request.stream()
        while (piece := await _next(stream, settings.lotus_api_body_seconds)) is not None:
            size += len(piece)
            if size > largest:
                break
            pieces.append(piece)
    if size > largest:
        raise Unread(
            413,
            f"the body is larger than {largest // 1_000_000} MB (LOTUS_API_BODY_MEGABYTES): ask "
            "for fewer portfolios, positions or days at once",
        )
    return b"".join(pieces)


async def _next(stream: AsyncIterator[bytes], seconds: float) -> bytes | None:
    """The next piece of a body: a client that fell silent may not keep its place for ever."""
    try:
        async with asyncio.timeout(seconds):
            return await anext(stream, None)
    except TimeoutError as silent:
        detail = f"no more of the body came for {seconds:g} seconds (LOTUS_API_BODY_SECONDS)"
        raise Unread(408, detail) from silent


class Unread(ServiceProblem):
    """A body that is not read to its end."""

    def __init__(self, status: int, detail: str) -> None:
        """`status` is 408 Request Timeout or 413 Content Too Large."""
        super().__init__(ErrorCode.INVALID_REQUEST, detail)
        self._status = status

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._status


def _response(outcome: HttpAnswer) -> Response:
    body = outcome.body
    if len(body) < STREAMED_BYTES:
        return Response(body, outcome.status, media_type=outcome.media_type)
    blocks = (body[start : start + STREAMED_BYTES] for start in range(0, len(body), STREAMED_BYTES))
    return StreamingResponse(blocks, outcome.status, media_type=outcome.media_type)


async def _purge(settings: ApiSettings) -> None:
    store = LineageStore(settings.lineage_folder, settings.lotus_api_lineage_days)
    while True:
        try:
            gone = await asyncio.to_thread(store.purge)
        except OSError:
            LOGGER.exception("old lineage cannot be removed from %s", store.folder)
        else:
            if gone:
                LOGGER.info("the lineage of %d calculations has expired", gone)
        await asyncio.sleep(PURGE_SECONDS)


def _add_health(application: FastAPI) -> None:
    about = {"service": application.title, "version": ENGINE_VERSION, "documentation": "/docs"}

    @application.get(
        "/",
        tags=["health"],
        summary="What this is",
        description="Name and version of the service, and where its documentation is.",
        responses=answered(about),
    )
    async def root() -> JSONResponse:
        """Name, version, documentation."""
        return JSONResponse(about)

    @application.get(
        "/healthz",
        tags=["health"],
        summary="Whether the process lives",
        description="Asks nothing of anybody.",
        responses=answered({"status": "ok"}),
    )
    async def healthz() -> JSONResponse:
        """Liveness."""
        return JSONResponse({"status": "ok"})

    @application.get(
        "/readyz",
        tags=["health"],
        summary="Whether requests can be answered",
        description="The workers have started. `stateful` says whether lotus-core is configured.",
        responses={**answered({"status": "ok", "stateful": True}), 503: problems()[503]},
    )
    async def readyz(request: Request) -> JSONResponse:
        """Readiness."""
        if not request.app.state.workers.is_ready:
            raise ServiceProblem(ErrorCode.SOURCE_UNAVAILABLE, "the workers are starting")
        is_stateful = request.app.state.settings.lotus_core_url is not None
        return JSONResponse({"status": "ok", "stateful": is_stateful})
