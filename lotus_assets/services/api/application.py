"""The FastAPI application of the analytics API."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, BinaryIO

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware

from lotus_assets.outputs.pages.page_files import FOLDER as PAGES
from lotus_assets.services import problem_answers
from lotus_assets.services.api import explain_routes, lineage_routes, restatement_routes
from lotus_assets.services.api.bodies import Bodies
from lotus_assets.services.api.calculating import ENGINE_VERSION, HttpAnswer
from lotus_assets.services.api.lineage_purge import LineagePurge
from lotus_assets.services.api.lineage_store import LineageStore, UnreadableLineage
from lotus_assets.services.api.openapi import answered, document, documented
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.operations import OPERATIONS
from lotus_assets.services.api.page_files import serve_pages
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.api.warehouse import Warehouse
from lotus_assets.services.api.workers import Workers
from lotus_assets.services.documentation import problems
from lotus_assets.services.problems import ErrorCode, ServiceProblem
from lotus_assets.services.request_encoding import PlainBodiesMiddleware
from lotus_assets.services.tracing import TRACING, TracingMiddleware

LOGGER = logging.getLogger("lotus.api")
STREAMED_BYTES = 1024 * 1024
"""Long answers are sent in blocks of this size."""


def create_application(
    settings: ApiSettings, operations: Iterable[Operation] = OPERATIONS
) -> FastAPI:
    """The API with these operations; its workers live as long as the application does."""
    listed = list(operations)
    workers = Workers({operation.name: operation for operation in listed}, settings)

    warehouse = Warehouse(settings.tem_db_connection)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(application.state.bodies.prepare)
        await workers.start()
        purging = asyncio.create_task(application.state.lineage.purge_for_ever())
        yield
        purging.cancel()
        with suppress(asyncio.CancelledError):
            await purging
        await asyncio.to_thread(workers.stop)
        await asyncio.to_thread(warehouse.close)

    application = FastAPIOffline(
        title="lotus-performance analytics API",
        version=ENGINE_VERSION,
        description="Returns, contribution, attribution, positions and returns series of "
        "portfolios, from input that is sent along or read from lotus-core.",
        lifespan=lifespan,
        license_info={"name": "Proprietary"},
    )
    application.state.workers = workers
    application.state.settings = settings
    application.state.bodies = Bodies(settings)
    application.state.lineage = LineagePurge(LineageStore.of(settings))
    application.state.warehouse = warehouse
    for operation in listed:
        _add(application, operation)
    application.include_router(lineage_routes.ROUTER, tags=["lineage"])
    application.include_router(explain_routes.ROUTER, tags=["explain"])
    application.include_router(restatement_routes.ROUTER, tags=["explain"])
    _add_health(application)
    serve_pages(application, settings.tem_export_dir / PAGES)
    problem_answers.install(application)
    # Registered by itself, so that the connection stays open: nothing else is wrong.
    application.add_exception_handler(UnreadableLineage, problem_answers.unexpected)
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
        async with state.bodies.received(request) as body:
            outcome = await state.workers.calculate(operation.name, body, dict(TRACING.get()))
        if outcome.lineage_bytes:
            state.lineage.note(outcome.lineage_bytes)
        return _response(outcome)

    for number, path in enumerate(operation.paths):
        application.post(
            path,
            tags=["analytics"],
            operation_id=operation.name if number == 0 else f"{operation.name}_{number + 1}",
            **documented(operation),
        )(calculate)


def _response(outcome: HttpAnswer) -> Response:
    body = outcome.body
    if isinstance(body, bytes):
        return Response(body, outcome.status, media_type=outcome.media_type)
    file = body.open("rb")
    # Open, it can be read to its end; whatever becomes of the client, it is gone afterwards.
    body.unlink()
    return StreamingResponse(_blocks(file), outcome.status, media_type=outcome.media_type)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """A long answer block by block, from its file; read in threads."""
    with file:
        while block := file.read(STREAMED_BYTES):
            yield block


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
