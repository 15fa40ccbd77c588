"""Which figures said something else before: from when to when, of what, page by page."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from lotus_assets.filling.restatement import CAUSES
from lotus_assets.services.api.openapi import with_problems
from lotus_assets.services.api.reading_restatements import AskedRestatements, read_page
from lotus_assets.services.documentation import HEADERS

ROUTER = APIRouter()
MOST, PAGE = 1000, 100
"""Restatements of a page: as many as may be asked for, and where nothing is asked."""
FARTHEST = 2**31
"""Skipping more is refused: far beyond all there will be, and a number that the database takes."""
SLICE = {
    "date": "2025-03-30",
    "org": "Toman",
    "business_line": "Core",
    "team": "",
    "repo": "",
    "metric": "rework_rate",
}


class Reasons(BaseModel):
    """What changed, by name."""

    named: list[str] = Field(
        description="The first of the rows, payloads or projects that changed.",
        examples=[["merge request !12 of toman/core/checkout changed"]],
    )
    more: int = Field(description="How many there are beside.", examples=[0])


class RestatedFigure(BaseModel):
    """A figure that a run changed."""

    restatement_id: str = Field(
        description="Of this run, row and figure.", examples=["5f0c7a0d9b1e4c3a8d2f6b7e9a1c0d3e"]
    )
    restated_at: dt.datetime = Field(description="When.", examples=["2025-04-01T02:04:11Z"])
    run_id: str = Field(
        description="The Dagster run.", examples=["0f6d2f7a-6c0e-4c0c-8a8e-3f0c5b8f7b11"]
    )
    table_name: str = Field(description="Where it stands.", examples=["metric_daily"])
    figure: str = Field(description="The metric's key, or the column.", examples=["rework_rate"])
    figure_date: dt.date = Field(description="The figure's day.", examples=["2025-03-30"])
    subject: str = Field(
        description="The portfolio, or the deepest level of the slice.", examples=["Core"]
    )
    row_key: dict[str, str] = Field(description="The key of its row.", examples=[SLICE])
    old_value: float | None = Field(description="Before; null: nothing.", examples=[0.25])
    new_value: float | None = Field(description="Since; null: nothing.", examples=[0.5])
    is_vanished: bool = Field(description="The row is gone.", examples=[False])
    cause: str = Field(
        description=f"Several are joined by '; ': {', '.join(CAUSES)}.", examples=["rows"]
    )
    reasons: Reasons


class Restatements(BaseModel):
    """A page of restatements, the latest first."""

    count: int = Field(description="How many there are on all pages.", examples=[1])
    next_offset: int | None = Field(
        description="`offset` of the next page; null: this is the last.", examples=[None]
    )
    restatements: list[RestatedFigure] = Field(
        description="Of this page, the latest first.", examples=[[]]
    )


@ROUTER.get(
    "/restatements",
    summary="Figures that said something else before",
    description="Exported metrics and figures of portfolios that a run changed after they were "
    "given out: old, new, when, by which run, and why, the latest first.",
    responses={200: {"headers": HEADERS}, **with_problems()},
)
def restatements(
    request: Request,
    since: Annotated[
        dt.date | None,
        Query(alias="from", description="Figures of this day or later.", examples=["2025-03-01"]),
    ] = None,
    until: Annotated[
        dt.date | None,
        Query(alias="to", description="Figures of this day or earlier.", examples=["2025-03-31"]),
    ] = None,
    subject: Annotated[
        str | None,
        Query(description="Of this portfolio, repo, team, line or org.", examples=["Core"]),
    ] = None,
    figure: Annotated[
        str | None,
        Query(description="Of this metric, or column of a table.", examples=["rework_rate"]),
    ] = None,
    offset: Annotated[
        int, Query(ge=0, le=FARTHEST, description="So many are skipped.", examples=[0])
    ] = 0,
    limit: Annotated[
        int, Query(ge=1, le=MOST, description="At most so many.", examples=[PAGE])
    ] = PAGE,
) -> Restatements:
    """One page."""
    asked = AskedRestatements(since, until, subject, figure)
    engine = request.app.state.warehouse.engine()
    count, rows = read_page(engine, asked, offset=offset, limit=limit)
    following = offset + len(rows)
    return Restatements(
        count=count,
        next_offset=following if following < count and rows else None,
        restatements=[RestatedFigure.model_validate(row) for row in rows],
    )
