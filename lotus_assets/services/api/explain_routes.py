"""Why an exported number is what it is: its rows, and the arithmetic."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.frames.mwr import Method
from lotus_assets.outputs.explanations.explanation_page import metric_page, portfolio_page
from lotus_assets.outputs.explanations.metric_answer import MetricExplanation
from lotus_assets.outputs.explanations.portfolio_answer import PortfolioExplanation
from lotus_assets.outputs.explanations.portfolio_choices import AskedMeasure, check_measure
from lotus_assets.outputs.explanations.refusals import NotExplained
from lotus_assets.services.api.openapi import with_problems
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.documentation import HEADERS
from lotus_assets.services.problems import not_found

ROUTER = APIRouter()
BusinessLine = Annotated[
    str | None, Query(description="Of this business line.", examples=["Exchange"])
]
Team = Annotated[str | None, Query(description="Of this team.", examples=["Exchange"])]
Repo = Annotated[
    str | None,
    Query(
        description="Of this repo, by path_with_namespace: the deepest level that is named counts.",
        examples=["toman/exchange/orderbook"],
    ),
]


class Form(StrEnum):
    """How an explanation is written."""

    JSON = "json"
    HTML = "html"


HTML = "text/html"
FORM = "`html`: a page that stands alone."


def _answered() -> dict[int | str, dict[str, Any]]:
    page = {"schema": {"type": "string"}, "example": "<!doctype html>"}
    return {200: {"headers": HEADERS, "content": {HTML: page}}, **with_problems()}


@ROUTER.get(
    "/explain/metrics/{metric}",
    summary="Why a metric is what it is",
    description="One value of `metric_daily` with the rows that entered, why each counts, the "
    "arithmetic, and the rows that miss by one thing with their reasons. Without a level: the "
    "organisation. No names of people.",
    response_model=MetricExplanation,
    responses=_answered(),
)
def explain_metric(
    request: Request,
    metric: Annotated[
        str, Path(description="Key in the metric catalogue.", examples=["rework_rate"])
    ],
    date: Annotated[
        dt.date, Query(description="The day D that the window ends with.", examples=["2025-03-31"])
    ],
    business_line: BusinessLine = None,
    team: Team = None,
    repo: Repo = None,
    format: Annotated[Form, Query(description=FORM, examples=["json"])] = Form.JSON,
) -> MetricExplanation | Response:
    """The rows behind a value."""
    # Here, because the metric catalogue brings Dagster, and who calculates returns needs none.
    from lotus_assets.outputs.explanations.metric_explanation import Surroundings
    from lotus_assets.outputs.explanations.reading_metrics import explain_metric as explained
    from lotus_assets.outputs.explanations.stored_figures import AskedValue

    settings: ApiSettings = request.app.state.settings
    asked = AskedValue(metric, date, business_line, team, repo)
    try:
        surroundings = Surroundings(settings.timezone, settings.gitlab_api_url)
        explanation = explained(request.app.state.warehouse.engine(), asked, surroundings)
    except NotExplained as unknown:
        raise not_found(str(unknown)) from unknown
    if format is Form.JSON:
        return explanation
    return Response(metric_page(explanation, dt.datetime.now(dt.UTC)), media_type=HTML)


class Choices(BaseModel):
    """What tells the variants of a measure apart; what the measure does not have is not read."""

    model_config = ConfigDict(extra="forbid")

    as_of: dt.date = Field(description="The as-of day.", examples=["2025-03-31"])
    period: str = Field(description="MTD, QTD, YTD, 1Y, 3Y, 5Y or ITD.", examples=["YTD"])
    group: str | None = Field(
        default=None,
        description="Position of a contribution, or group_key of an attribution; without: the "
        "total.",
    )
    metric_basis: Basis = Field(
        default=Basis.NET, description="Of twr and contribution: NET or GROSS.", examples=["NET"]
    )
    linking: Literal["CARINO", "MENCHERO", "FRONGELLO"] = Field(
        default="CARINO",
        description="Of contribution (not MENCHERO) and attribution.",
        examples=["CARINO"],
    )
    model: Model = Field(
        default=Model.BF, description="Of attribution: BF or BHB.", examples=["BF"]
    )
    method: Method = Field(
        default=Method.XIRR, description="Of mwr: XIRR or MODIFIED_DIETZ.", examples=["XIRR"]
    )
    frequency: Literal["DAILY", "WEEKLY", "MONTHLY"] = Field(
        default="DAILY", description="Of risk_statistics.", examples=["DAILY"]
    )
    format: Form = Field(default=Form.JSON, description=FORM, examples=["json"])


@ROUTER.get(
    "/explain/portfolios/{portfolio_id}/{measure}",
    summary="Why a portfolio's figure is what it is",
    description="One figure of twr, mwr, contribution, attribution or risk_statistics with the "
    "days, flows, coefficients, effects or returns behind it, the arithmetic, and the payloads of "
    "lotus-core by hash.",
    response_model=PortfolioExplanation,
    responses=_answered(),
)
def explain_portfolio(
    request: Request,
    portfolio_id: Annotated[str, Path(description="The portfolio.", examples=["PF-003"])],
    measure: Annotated[
        str,
        Path(
            description="twr, mwr, contribution, attribution or risk_statistics.", examples=["twr"]
        ),
    ],
    choices: Annotated[Choices, Query()],
) -> PortfolioExplanation | Response:
    """The rows behind a figure."""
    from lotus_assets.outputs.explanations.reading_portfolios import (
        explain_portfolio as explained,
    )

    asked = AskedMeasure(portfolio_id, measure, **choices.model_dump(exclude={"format"}))
    try:
        check_measure(measure, choices.group)
        explanation = explained(request.app.state.warehouse.engine(), asked)
    except NotExplained as unknown:
        raise not_found(str(unknown)) from unknown
    if choices.format is Form.JSON:
        return explanation
    return Response(portfolio_page(explanation, dt.datetime.now(dt.UTC)), media_type=HTML)
