"""Where an answer comes from: its inputs by hash, and the tables behind it."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field, ValidationError

from lotus_assets.services.api.envelope import CalculationLineage
from lotus_assets.services.api.lineage_store import (
    LineageStore,
    UnknownCalculation,
    UnknownDetail,
    UnknownPeriod,
    UnreadableLineage,
)
from lotus_assets.services.api.openapi import with_problems
from lotus_assets.services.documentation import HEADERS
from lotus_assets.services.problems import not_found

CSV = "text/csv"
LINKING = {
    "period": "YTD",
    "start_date": "2025-01-02",
    "end_date": "2025-01-02",
    "portfolio_return": 0.016,
    "benchmark_return": 0.0125,
    "coefficient": 1.0,
}
ROUTER = APIRouter()
CalculationId = Annotated[
    str,
    Path(
        description="`lineage.calculation_id` of an answer; the example is that of the stateless "
        "example of attribution, once it was asked for.",
    ),
]


class Form(StrEnum):
    """How a table is written."""

    JSON = "json"
    CSV = "csv"


class KeptLineage(CalculationLineage):
    """What is kept of a calculation."""

    operation: str = Field(description="The operation that was asked for.", examples=["twr"])
    request: dict[str, Any] = Field(
        description="The request without an input that was sent along.",
        examples=[{"input_mode": "stateless", "metric_basis": "NET"}],
    )


@ROUTER.get(
    "/lineage/{calculation_id}",
    summary="Inputs of an answer",
    description="The operation, the request, and every input by contract, subject and hash. Kept "
    "for LOTUS_API_LINEAGE_DAYS, as far as LOTUS_API_LINEAGE_MEGABYTES go.",
    responses={200: {"headers": HEADERS}, **with_problems()},
)
async def lineage(request: Request, calculation_id: CalculationId) -> KeptLineage:
    """What an answer was made of."""
    try:
        manifest = await asyncio.to_thread(_store(request).manifest, calculation_id)
        return KeptLineage.model_validate(manifest)
    except UnknownCalculation as unknown:
        raise _unknown(calculation_id) from unknown
    except ValidationError as damaged:
        raise UnreadableLineage(calculation_id) from damaged


@ROUTER.get(
    "/lineage/{calculation_id}/details/{name}",
    summary="A table behind an answer",
    description="Row by row what the answer was worked out of, as JSON or CSV: by `format`, else "
    "by the Accept header.",
    response_class=Response,
    responses={
        200: {
            "description": "The rows.",
            "headers": HEADERS,
            "content": {
                "application/json": {
                    "schema": {"type": "array", "items": {"type": "object"}},
                    "example": [LINKING],
                },
                CSV: {
                    "schema": {"type": "string"},
                    "example": ",".join(LINKING)
                    + "\r\n"
                    + ",".join(map(str, LINKING.values()))
                    + "\r\n",
                },
            },
        },
        **with_problems(),
    },
)
async def detail(
    request: Request,
    calculation_id: CalculationId,
    name: Annotated[
        str, Path(description="One of `lineage.details` of the answer.", examples=["linking"])
    ],
    format: Annotated[Form | None, Query(description="`json` or `csv`.", examples=["csv"])] = None,
    period: Annotated[
        str | None,
        Query(
            description="Of a table by periods only the rows of this one: a key of `results`.",
            examples=["YTD"],
        ),
    ] = None,
) -> Response:
    """The rows of a table."""
    accepted = request.headers.get("accept", "")
    form = format or (Form.CSV if CSV in accepted else Form.JSON)
    try:
        rows = await request.app.state.workers.detail(calculation_id, name, str(form), period)
    except UnknownCalculation as unknown:
        raise _unknown(calculation_id) from unknown
    except UnknownDetail as unknown:
        raise not_found(f"the calculation has no table {name}") from unknown
    except UnknownPeriod as unknown:
        raise not_found(f"the table {name} has no rows of a period {period}") from unknown
    media_type = f"{CSV}; charset=utf-8; header=present" if form == Form.CSV else "application/json"
    return Response(rows, media_type=media_type, headers={"Vary": "Accept"})


def _store(request: Request) -> LineageStore:
    return LineageStore.of(request.app.state.settings)


def _unknown(calculation_id: str) -> Exception:
    return not_found(
        f"no lineage of calculation {calculation_id} is kept: ask again for the answer itself"
    )
