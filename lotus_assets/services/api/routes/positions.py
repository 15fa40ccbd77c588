"""POST /analytics/positions: what a portfolio holds, and what it returned."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field, model_validator

from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.frames.twr import TwrOptions, twr, twr_days
from lotus_assets.services.api.answers import plain, records
from lotus_assets.services.api.envelope import AnalysisRequest
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.positions_input import (
    HeldPositions,
    PositionsStatefulInput,
    PositionsStatelessInput,
    read_positions,
    sent_positions,
)
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.lotus_core.contracts.positions import (
    Income,
    InstrumentDetails,
    Section,
    Valuation,
)
from lotus_assets.services.lotus_core.contracts.shared import (
    CurrencyContext,
    DecimalString,
    Identifier,
    Period,
)

SECTION_FIELDS = {
    Section.INSTRUMENT_DETAILS: "instrument_details",
    Section.VALUATION: "valuation",
    Section.INCOME: "income",
    Section.PERFORMANCE: "returns",
}


class PositionsRequest(AnalysisRequest[PositionsStatelessInput, PositionsStatefulInput]):
    """Positions of one portfolio on a day."""

    sections: list[Section] = Field(
        default=list(Section),
        min_length=1,
        max_length=5,
        description="Parts of the rows; BASE is always there.",
        examples=[["BASE", "VALUATION", "PERFORMANCE"]],
    )
    performance_periods: list[Period] = Field(
        default=[],
        max_length=7,
        description="Periods whose returns are answered; without any, all that were sent along.",
        examples=[["MTD", "YTD"]],
    )
    metric_basis: Basis = Field(
        default=Basis.NET,
        description="NET: after fees that the position bears; GROSS: before.",
        examples=["NET"],
    )

    @model_validator(mode="after")
    def _each_once(self) -> "PositionsRequest":
        for name in ("sections", "performance_periods"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ValueError(f"{name} names one twice")
        return self


class PositionReturn(BaseModel):
    """A position's return over one period of its portfolio."""

    return_: float | None = Field(
        alias="return",
        description="Linked over the days on which it was held; null where the status says why.",
        examples=[0.045],
    )
    requested_start_date: dt.date = Field(
        description="First day by the period's definition.", examples=["2025-01-01"]
    )
    start_date: dt.date = Field(
        description="First day, clamped to the portfolio's open date.", examples=["2025-01-01"]
    )
    end_date: dt.date = Field(description="Last day.", examples=["2025-03-31"])
    clamped: bool = Field(description="Whether start_date was clamped.", examples=[False])
    status: str = Field(
        description="OK; NO_OBSERVATIONS: not held in the period; UNDEFINED_RETURN, BROKEN_CHAIN, "
        "OVERFLOW as in twr.",
        examples=["OK"],
    )
    status_date: dt.date | None = Field(description="Day that decided the status.", examples=[None])


class Position(BaseModel):
    """One position; sections that were not asked for, or not sent, are absent."""

    position_id: Identifier = Field(description="The position.", examples=["POS-1"])
    instrument_id: Identifier | None = Field(
        default=None, description="What it holds.", examples=["INS-1"]
    )
    quantity: DecimalString | None = Field(
        default=None, description="Units; negative: short.", examples=["100"]
    )
    weight: DecimalString | None = Field(
        default=None, description="Market value ÷ total_market_value.", examples=["0.25"]
    )
    held_since: dt.date | None = Field(
        default=None, description="First day of the open holding.", examples=["2023-05-02"]
    )
    instrument_details: InstrumentDetails | None = Field(
        default=None, description="Section INSTRUMENT_DETAILS."
    )
    valuation: Valuation | None = Field(default=None, description="Section VALUATION.")
    income: Income | None = Field(default=None, description="Section INCOME.")
    returns: dict[str, PositionReturn] | None = Field(
        default=None,
        description="Section PERFORMANCE: returns by period.",
        examples=[
            {
                "YTD": {
                    "return": 0.045,
                    "requested_start_date": "2025-01-01",
                    "start_date": "2025-01-01",
                    "end_date": "2025-03-31",
                    "clamped": False,
                    "status": "OK",
                    "status_date": None,
                }
            }
        ],
    )


class PositionsResults(BaseModel):
    """What a portfolio holds; without positions an empty list and 0."""

    valuation_date: dt.date | None = Field(
        description="Last day with a valuation.", examples=["2025-03-31"]
    )
    total_market_value: DecimalString | None = Field(
        description="Of all positions, in the reporting currency.", examples=["1000000"]
    )
    position_count: int = Field(description="All positions.", examples=[1])
    currency_context: CurrencyContext | None = Field(description="Currencies of the amounts.")
    positions: list[Position] = Field(description="Positions by id.", examples=[[]])


def calculate(request: PositionsRequest, inputs: UpstreamInputs) -> Calculation:
    """Positions, with returns where their days are known.

    Raises:
        ServiceProblem: INVALID_REQUEST for days that do not fit together; see
            `UpstreamInputs.gated`.
    """
    wants_returns = Section.PERFORMANCE in request.sections
    if request.stateful_input is not None:
        asked = request.performance_periods if wants_returns else []
        held = read_positions(inputs, request.stateful_input, asked)
    else:
        assert request.stateless_input is not None  # noqa: S101  (the envelope: exactly one)
        held = sent_positions(request.stateless_input)
    returns = _returns(held, request) if wants_returns else {}
    left_out = {
        SECTION_FIELDS[section] for section in SECTION_FIELDS if section not in request.sections
    }
    rows = []
    for position in sorted(held.positions, key=lambda row: str(row["position_id"])):
        row = {name: value for name, value in position.items() if name not in left_out}
        if wants_returns:
            row["returns"] = returns.get(str(position["position_id"]), {})
        rows.append(row)
    days = twr_days(held.days, request.metric_basis)
    number = days.pop("portfolio_id").to_numpy(int)
    days.insert(0, "position_id", held.periods["position_id"].to_numpy(object)[number])
    days.insert(1, "period", held.periods["period"].to_numpy(object)[number])
    return Calculation({**held.header, "positions": rows}, details={"days": days})


def _returns(held: HeldPositions, request: PositionsRequest) -> dict[str, dict[str, Any]]:
    """Position → period → its return."""
    whole = TwrOptions(periods=(ReportingPeriod("ITD"),), bases=(request.metric_basis,))
    measured = twr(held.days, whole)
    linked = records(
        measured, {"period_return": "return", "status": "status", "status_date": "status_date"}
    )
    listed = held.periods.to_dict("records")
    wanted = {str(period) for period in request.performance_periods}
    returns: dict[str, dict[str, Any]] = {}
    for entry, result in zip(listed, linked, strict=True):
        fields = {str(name): plain(value) for name, value in entry.items()}
        position, period = fields.pop("position_id"), fields.pop("period")
        if not wanted or period in wanted:
            dates = {name: str(fields[name]) for name in fields if name != "clamped"}
            returns.setdefault(position, {})[period] = {
                **result,
                **dates,
                "clamped": fields["clamped"],
            }
    return returns


SENT = {
    "as_of_date": "2025-01-02",
    "positions": [
        {
            "position_id": "POS-1",
            "quantity": "6",
            "weight": "1",
            "performance": [
                {
                    "period": "YTD",
                    "valuation_points": [
                        {"perf_date": "2025-01-02", "begin_mv": "600", "end_mv": "612"}
                    ],
                }
            ],
        }
    ],
}

OPERATION = Operation(
    name="positions",
    paths=("/analytics/positions",),
    summary="Positions, valued, with returns",
    description="Identity, dimensions, quantity, price, cost, market value, weight, accrued "
    "income, unrealised gain and returns by period of every position. "
    "Amounts are decimal strings, as they were received; returns are decimal fractions.",
    request=PositionsRequest,
    results=PositionsResults,
    calculate=calculate,
    sent=SENT,
)
