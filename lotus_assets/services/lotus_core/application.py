"""The FastAPI application of the lotus-core query service."""

import datetime as dt
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from sqlalchemy import text
from starlette.middleware.gzip import GZipMiddleware

from lotus_assets.services import problem_answers
from lotus_assets.services.documentation import (
    add_missing_examples,
    add_request_headers,
    documented,
    share_problems,
)
from lotus_assets.services.lotus_core import database_problems
from lotus_assets.services.lotus_core.contracts.catalogue import (
    BenchmarkList,
    PortfolioList,
    RiskFreeList,
)
from lotus_assets.services.lotus_core.contracts.shared import CalendarDay
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.payloads import catalogue
from lotus_assets.services.lotus_core.payloads.paging import page_signer
from lotus_assets.services.lotus_core.routes import ROUTER
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.services.problems import ErrorCode, Problem, ServiceProblem
from lotus_assets.services.request_bodies import SmallBodiesMiddleware
from lotus_assets.services.request_encoding import PlainBodiesMiddleware
from lotus_assets.services.tracing import TracingMiddleware

LOGGER = logging.getLogger("lotus_core")
LARGEST_BODY = 1_000_000
"""A request names what to read: none comes near it."""
AsOf = Annotated[CalendarDay, Query(description="As of which day.", examples=["2025-03-31"])]


class Health(BaseModel):
    """Whether the service works."""

    status: str = Field(description="`ok` when it does.", examples=["ok"])


def create_application(settings: CoreSettings) -> FastAPI:
    """The application over the database that `settings` name.

    It migrates its schema when it starts; where the database cannot be reached then, it starts all
    the same and answers SOURCE_UNAVAILABLE until it can.
    """
    engine = create_core_engine(settings.connection)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            migrate_core(engine)
        except Exception:
            LOGGER.exception("the schema lotus_core could not be migrated")
        yield
        engine.dispose()

    application = FastAPIOffline(
        title="lotus-core query service",
        version="0.1.0",
        description="Input contracts for portfolio analytics: five of version rfc_063_v1, three of "
        "rfc_062_v1. Money and rates are decimal strings; every answer can be replayed "
        "as of a day.",
        lifespan=lifespan,
        license_info={"name": "Proprietary"},
    )
    application.state.engine = engine
    application.state.page_signer = page_signer(
        settings.lotus_core_page_key.get_secret_value(), settings.lotus_core_page_seconds
    )
    application.include_router(ROUTER, tags=["inputs"])
    _add_catalogue(application)
    _add_health(application)
    problem_answers.install(application)
    database_problems.install(application)
    application.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)
    application.add_middleware(
        SmallBodiesMiddleware,
        most_bytes=LARGEST_BODY,
        seconds=settings.lotus_core_body_seconds,
        variable="LOTUS_CORE_BODY_SECONDS",
    )
    application.add_middleware(PlainBodiesMiddleware)
    application.add_middleware(TracingMiddleware)
    application.openapi = lambda: _openapi(application, FastAPI.openapi)  # type: ignore[method-assign]
    return application


def _add_catalogue(application: FastAPI) -> None:
    @application.get(
        "/integration/portfolios",
        tags=["catalogue"],
        **documented(
            PortfolioList,
            "Portfolios and their data versions",
            "Portfolios known as of the day. A version that changed since it was read last says "
            "that answers as of the day have to be read again.",
        ),
    )
    def portfolios(request: Request, as_of_date: AsOf) -> Response:
        """Portfolios as of a day."""
        with request.app.state.engine.connect() as connection:
            entries = catalogue.portfolios(connection, as_of_date)
        return _plain({"as_of_date": as_of_date, "portfolios": entries})

    @application.get(
        "/integration/benchmarks",
        tags=["catalogue"],
        **documented(
            BenchmarkList,
            "Benchmarks and their data versions",
            "Benchmarks known as of the day.",
        ),
    )
    def benchmarks(request: Request, as_of_date: AsOf) -> Response:
        """Benchmarks as of a day."""
        with request.app.state.engine.connect() as connection:
            entries = catalogue.benchmarks(connection, as_of_date)
        return _plain({"as_of_date": as_of_date, "benchmarks": entries})

    @application.get(
        "/integration/reference/risk-free-series",
        tags=["catalogue"],
        **documented(
            RiskFreeList,
            "Stored risk-free series and their data versions",
            "Currencies and modes known as of the day.",
        ),
    )
    def risk_free(request: Request, as_of_date: AsOf) -> Response:
        """Risk-free series as of a day."""
        with request.app.state.engine.connect() as connection:
            entries = catalogue.risk_free(connection, as_of_date)
        return _plain({"as_of_date": as_of_date, "series": entries})


def _add_health(application: FastAPI) -> None:
    @application.get(
        "/healthz",
        tags=["health"],
        **documented(Health, "Whether the process lives", "Asks nothing of the database."),
    )
    def healthz() -> Response:
        """Liveness."""
        return _plain({"status": "ok"})

    @application.get(
        "/readyz",
        tags=["health"],
        **documented(
            Health,
            "Whether requests can be answered",
            "Asks the database for its schema; 503 when it cannot be used.",
        ),
    )
    def readyz(request: Request) -> Response:
        """Readiness."""
        with request.app.state.engine.connect() as connection:
            known = connection.scalar(text("SELECT to_regclass('lotus_core.loads') IS NOT NULL"))
        if not known:
            raise ServiceProblem(ErrorCode.SOURCE_UNAVAILABLE, database_problems.NOT_THERE)
        return _plain({"status": "ok"})


def _plain(content: dict[str, Any]) -> Response:
    return JSONResponse(_as_text(content))


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _openapi(application: FastAPI, generate: Any) -> dict[str, Any]:
    """FastAPI's document, with `Problem` in place of its own description of errors."""
    document: dict[str, Any] = generate(application)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    add_missing_examples(schemas)
    add_request_headers(document)
    share_problems(document)
    return document
