"""POST /performance/contribution: what each position contributed."""

import datetime as dt
import json
from enum import StrEnum
from functools import partial
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.contribution import (
    ContributionOptions,
    ContributionResult,
    contributed,
    contribution_days,
)
from lotus_assets.services.api.analyses import AskedPeriod, periods_of
from lotus_assets.services.api.answers import AnsweredPeriod, records, stale_valuations
from lotus_assets.services.api.bounds import CELLS
from lotus_assets.services.api.contribution_input import (
    ContributionStatefulInput,
    ContributionStatelessInput,
    stateful_parts,
    stateless_as_of,
    stateless_parts,
    unusual_points,
)
from lotus_assets.services.api.envelope import AnalysisRequest
from lotus_assets.services.api.late_rows import LateRows, Row
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.lotus_core.contracts.shared import Identifier
from lotus_assets.services.problems import invalid


class ContributionLinking(StrEnum):
    """How single days are linked."""

    CARINO = "CARINO"
    FRONGELLO = "FRONGELLO"
    NONE = "NONE"


class ContributionRequest(AnalysisRequest[ContributionStatelessInput, ContributionStatefulInput]):
    """Contributions of one portfolio's positions."""

    analyses: list[AskedPeriod] = Field(
        min_length=1,
        max_length=200,
        description="The periods; their order changes nothing.",
        examples=[[{"period": "YTD"}]],
    )
    metric_basis: Basis = Field(
        default=Basis.NET,
        description="NET: after management fees; GROSS: before.",
        examples=["NET"],
    )
    linking: ContributionLinking = Field(
        default=ContributionLinking.CARINO,
        description="How single days are linked; NONE adds them, and `unexplained` holds the rest.",
        examples=["CARINO"],
    )
    hierarchy: list[Identifier] = Field(
        default=[],
        max_length=10,
        description="Dimensions of the levels, outermost first.",
        examples=[["asset_class", "sector"]],
    )

    @model_validator(mode="after")
    def _each_once(self) -> "ContributionRequest":
        if len(set(self.hierarchy)) < len(self.hierarchy):
            raise ValueError("hierarchy names a dimension twice")
        return self


class PositionContribution(BaseModel):
    """One position's contribution."""

    position_id: str = Field(description="The position.", examples=["POS-1"])
    contribution: float | None = Field(
        description="Linked contribution; null where the period's status says why.",
        examples=[0.0112],
    )
    average_weight: float | None = Field(
        description="Mean over the portfolio's days of capital ÷ the portfolio's; 0 on days "
        "without it.",
        examples=[0.25],
    )
    return_: float | None = Field(
        alias="return", description="The position's own linked return.", examples=[0.045]
    )
    return_status: str = Field(description="Of `return`, as in twr.", examples=["OK"])


class ContributionLevel(BaseModel):
    """A node of the hierarchy: the sum of what is in it."""

    level: int = Field(description="Depth; 1 is the top.", examples=[1])
    key: dict[str, str] = Field(
        description="The node's dimensions, outermost first; `Unclassified` where one is missing.",
        examples=[{"asset_class": "Equity"}],
    )
    contribution: float | None = Field(description="Linked contribution.", examples=[0.0243])
    average_weight: float | None = Field(description="Sum of its weights.", examples=[0.6])


class ContributionPeriod(AnsweredPeriod):
    """The contributions of one period."""

    portfolio_return: float | None = Field(
        description="Linked on signed capital: positions, fees and unexplained sum to it.",
        examples=[0.0312],
    )
    fees: float | None = Field(
        description="What management fees take, those of positions too; 0 for GROSS.",
        examples=[-0.0003],
    )
    unexplained: float | None = Field(
        description="What neither positions nor fees explain.", examples=[0.0]
    )
    status: str = Field(
        description="OK; CLOSED, WINDOW_TOO_SHORT, NO_OBSERVATIONS, UNDEFINED_RETURN, "
        "BROKEN_CHAIN, OVERFLOW as in twr; NOT_LINKABLE: a day lost all or more, and Carino has no "
        "value for it.",
        examples=["OK"],
    )
    status_date: dt.date | None = Field(description="Day that decided the status.", examples=[None])
    positions: list[PositionContribution] = Field(
        description="Positions with a day in the period, by id.", examples=[[]]
    )
    levels: list[ContributionLevel] = Field(
        description="Every node of the hierarchy, level by level.", examples=[[]]
    )


class ContributionResults(RootModel[dict[str, ContributionPeriod]]):
    """Periods by their key: the name, or `EXPLICIT:<from>:<to>`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "YTD": {
                        "portfolio_return": 0.0312,
                        "fees": -0.0003,
                        "unexplained": 0.0,
                        "requested_start_date": "2025-01-01",
                        "start_date": "2025-01-01",
                        "end_date": "2025-03-31",
                        "clamped": False,
                        "status": "OK",
                        "status_date": None,
                        "positions": [],
                        "levels": [],
                    }
                }
            ]
        }
    )


TOTALS = ["portfolio_return", "fees", "unexplained", "requested_start_date", "start_date"]
TOTALS += ["end_date", "status", "status_date"]
PERIOD_FIELDS = {**{name: name for name in TOTALS}, "is_clamped": "clamped"}
POSITION_FIELDS = {
    **{name: name for name in ("position_id", "contribution", "average_weight", "return_status")},
    "position_return": "return",
}
LEVEL_FIELDS = {name: name for name in ("level", "key", "contribution", "average_weight")}


def calculate(request: ContributionRequest, inputs: UpstreamInputs) -> Calculation:
    """Contributions of every period.

    Raises:
        ServiceProblem: INVALID_REQUEST for days that do not fit together, INSUFFICIENT_DATA where
            there is no day at all.
    """
    if request.stateful_input is not None:
        as_of = request.stateful_input.as_of_date
        periods = periods_of(request.analyses, as_of)
        parts, windows = stateful_parts(inputs, request.stateful_input, request.hierarchy, periods)
    else:
        sent = request.stateless_input
        assert sent is not None  # noqa: S101  (the envelope: exactly one)
        as_of = stateless_as_of(sent)
        periods = periods_of(request.analyses, as_of)
        parts = stateless_parts(sent, request.hierarchy, as_of)
        windows = parts.days.windows(periods)
        inputs.diagnostics += unusual_points(sent, parts)
    nodes = len(parts.part_id) * max(len(request.hierarchy), 1)
    CELLS.check(nodes * len(periods))
    options = ContributionOptions(periods, tuple(request.hierarchy))
    variant = ContributionVariant(request.metric_basis, Linking(request.linking))
    try:
        result = contributed(parts, options, [variant])
        days = contribution_days(parts, request.metric_basis)
    except ValueError as broken:
        raise invalid(str(broken)) from broken
    return Calculation(_answer(result), [*stale_valuations(windows)], {"days": days})


def _answer(result: ContributionResult) -> dict[str, Any]:
    """Periods by key, each with its rows."""
    periods = result.totals["period"]
    results = dict(zip(periods, records(result.totals, PERIOD_FIELDS), strict=True))
    for period in periods:
        results[period] |= {
            "positions": LateRows(partial(_of, result.positions, period), POSITION_FIELDS),
            "levels": LateRows(partial(_of, result.levels, period), LEVEL_FIELDS, _with_key),
        }
    return results


def _of(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    return frame[frame["period"] == period]


def _with_key(row: Row) -> Row:
    return {**row, "key": json.loads(row["key"])}


SENT = {
    "portfolio_data": {
        "valuation_points": [{"perf_date": "2025-01-02", "begin_mv": "1000", "end_mv": "1016"}]
    },
    "positions_data": [
        {
            "position_id": "POS-1",
            "meta": {"asset_class": "Equity"},
            "valuation_points": [{"perf_date": "2025-01-02", "begin_mv": "600", "end_mv": "612"}],
        },
        {
            "position_id": "POS-2",
            "meta": {"asset_class": "Bond"},
            "valuation_points": [{"perf_date": "2025-01-02", "begin_mv": "400", "end_mv": "404"}],
        },
    ],
}

OPERATION = Operation(
    name="contribution",
    paths=("/performance/contribution", "/contribution"),
    summary="Contribution of positions",
    description="What each position, and each node of a hierarchy, contributed to the portfolio's "
    "return, linked over days (definitions: docs/ANALYTICS.md).",
    request=ContributionRequest,
    results=ContributionResults,
    calculate=calculate,
    sent=SENT,
)
