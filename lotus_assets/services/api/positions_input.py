"""Positions of a portfolio: a positions-analytics-input payload sent along, or lotus-core's."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.daily_returns import MONEY
from lotus_assets.engine.performance.frames.portfolio_days import (
    PortfolioDays,
    portfolio_days,
    portfolios_frame,
)
from lotus_assets.inputs.core_positions_input import SECTIONS
from lotus_assets.inputs.input_tables import POSITIONS_INPUT
from lotus_assets.inputs.nearest_floats import nearest_floats
from lotus_assets.services.api.sent_payload import ReportStatefulInput, VersionedPayload
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.api.valuation_points import Point, points_frame
from lotus_assets.services.lotus_core.contracts.positions import (
    Income,
    InstrumentDetails,
    Section,
    Valuation,
)
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    CurrencyContext,
    DecimalString,
    Identifier,
    Period,
    Strict,
    Whole,
)
from lotus_assets.services.problems import invalid

HEADER = ("valuation_date", "total_market_value", "position_count", "currency_context")


class SentPeriod(Strict):
    """What the return of one period needs."""

    period: str = Field(
        pattern=r"^[A-Za-z0-9:-]{1,40}$", description="Name of the period.", examples=["YTD"]
    )
    requested_start_date: CalendarDay | None = Field(
        default=None,
        description="Before it was clamped; default: start_date.",
        examples=["2025-01-01"],
    )
    start_date: CalendarDay | None = Field(
        default=None, description="First day; default: the first point's.", examples=["2025-01-01"]
    )
    end_date: CalendarDay | None = Field(
        default=None, description="Last day; default: the last point's.", examples=["2025-03-31"]
    )
    clamped: bool = Field(
        default=False, description="Whether start_date was clamped.", examples=[False]
    )
    valuation_points: list[Point] = Field(
        description="The position's days of the period, in any order, one a date.",
        examples=[[{"perf_date": "2025-01-02", "begin_mv": "600", "end_mv": "612"}]],
    )


class SentPositionRow(Strict):
    """One position; what is not sent is not answered."""

    position_id: Identifier = Field(description="The position.", examples=["POS-1"])
    instrument_id: Identifier | None = Field(
        default=None, description="What it holds.", examples=["INS-1"]
    )
    quantity: DecimalString | None = Field(
        default=None, description="Units; negative: short.", examples=["100"]
    )
    weight: DecimalString | None = Field(
        default=None, description="Share of the portfolio's value.", examples=["0.25"]
    )
    held_since: CalendarDay | None = Field(
        default=None, description="First day of the open holding.", examples=["2023-05-02"]
    )
    instrument_details: InstrumentDetails | None = Field(
        default=None, description="Section INSTRUMENT_DETAILS."
    )
    valuation: Valuation | None = Field(default=None, description="Section VALUATION.")
    income: Income | None = Field(default=None, description="Section INCOME.")
    performance: list[SentPeriod] | None = Field(
        default=None, description="Section PERFORMANCE, a period each once.", examples=[[]]
    )

    @model_validator(mode="after")
    def _each_period_once(self) -> "SentPositionRow":
        names = [period.period for period in self.performance or []]
        if len(set(names)) < len(names):
            raise ValueError("performance names a period twice")
        return self


class PositionsStatelessInput(VersionedPayload):
    """The fields of a positions-analytics-input payload."""

    as_of_date: CalendarDay = Field(description="As of which day.", examples=["2025-03-31"])
    valuation_date: CalendarDay | None = Field(
        default=None, description="Last day with a valuation.", examples=["2025-03-31"]
    )
    total_market_value: DecimalString | None = Field(
        default=None, description="Of all positions, in the reporting currency.", examples=["1000"]
    )
    position_count: Whole | None = Field(
        default=None, ge=0, description="Positions; default: as many as are sent.", examples=[1]
    )
    positions: list[SentPositionRow] = Field(
        description="The positions, each id once.", examples=[[]]
    )
    currency_context: CurrencyContext | None = Field(
        default=None, description="Currencies of the payload."
    )

    @model_validator(mode="after")
    def _as_announced(self) -> "PositionsStatelessInput":
        ids = [position.position_id for position in self.positions]
        if len(set(ids)) < len(ids):
            raise ValueError("positions: a position comes twice")
        if self.position_count not in {None, len(ids)}:
            raise ValueError(f"position_count is {self.position_count}, {len(ids)} are sent")
        return self


class PositionsStatefulInput(ReportStatefulInput):
    """Whose positions to read."""


@dataclass(frozen=True)
class HeldPositions:
    """Positions as the contract has them, and the days of each position and period.

    `periods` has a row for each segment of `days`: position_id, period, requested_start_date,
    start_date, end_date, clamped.
    """

    header: dict[str, Any]
    positions: list[dict[str, Any]]
    periods: pd.DataFrame
    days: PortfolioDays


def sent_positions(sent: PositionsStatelessInput) -> HeldPositions:
    """The positions that were sent along.

    Raises:
        ServiceProblem: INVALID_REQUEST for days that do not fit together.
    """
    listed, frames = [], []
    for position in sent.positions:
        for period in position.performance or []:
            days = [point.perf_date for point in period.valuation_points]
            start = period.start_date or min(days, default=sent.as_of_date)
            listed.append(
                {
                    "position_id": position.position_id,
                    "period": period.period,
                    "requested_start_date": period.requested_start_date or start,
                    "start_date": start,
                    "end_date": period.end_date or max(days, default=sent.as_of_date),
                    "clamped": period.clamped,
                }
            )
            frames.append(points_frame(period.valuation_points).assign(number=len(listed) - 1))
    header = sent.model_dump(mode="json", include=set(HEADER))
    header["position_count"] = len(sent.positions)
    rows = [
        position.model_dump(mode="json", exclude={"performance"}, exclude_unset=True)
        for position in sent.positions
    ]
    points = pd.concat(frames, ignore_index=True) if frames else _no_points()
    return _held(header, rows, listed, points)


def read_positions(
    inputs: UpstreamInputs, asked: PositionsStatefulInput, periods: Sequence[Period]
) -> HeldPositions:
    """The positions as lotus-core has them, all pages.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    body: dict[str, Any] = {"as_of_date": asked.as_of_date.isoformat(), "sections": [*SECTIONS]}
    if periods:
        body["sections"].append(str(Section.PERFORMANCE))
        body["performance_periods"] = [str(period) for period in periods]
    if asked.reporting_currency is not None:
        body["reporting_currency"] = asked.reporting_currency
    got = inputs.gated(POSITIONS_INPUT, asked.portfolio_id, body, asked.as_of_date)
    rows = [dict(position) for position in got.header["positions"]]
    listed = [
        {"position_id": row["position_id"], **entry}
        for row in rows
        for entry in row.pop("performance", None) or []
    ]
    for entry in listed:
        entry.pop("valuation_points", None)
    number = {(entry["position_id"], entry["period"]): at for at, entry in enumerate(listed)}
    tables = [page.rows for page in got.payload.pages]
    points = pd.concat(
        [
            pd.DataFrame(
                {
                    "number": [
                        number[key]
                        for key in zip(
                            table["id"].to_pylist(), table["period"].to_pylist(), strict=True
                        )
                    ],
                    "perf_date": table["perf_date"].to_numpy(),
                    **{name: nearest_floats(table[name]) for name in MONEY},
                }
            )
            for table in tables
        ],
        ignore_index=True,
    )
    header = {name: got.header[name] for name in HEADER}
    return _held(header, rows, listed, points)


def _no_points() -> pd.DataFrame:
    frame = points_frame([])
    return frame.assign(number=np.zeros(0, np.int64))


def _held(
    header: dict[str, Any],
    rows: list[dict[str, Any]],
    listed: list[dict[str, Any]],
    points: pd.DataFrame,
) -> HeldPositions:
    columns = ["position_id", "period", "requested_start_date", "start_date", "end_date", "clamped"]
    periods = pd.DataFrame(listed, columns=columns)
    starts, ends = _days(periods["start_date"]), _days(periods["end_date"])
    segments = portfolios_frame(np.arange(len(periods)).astype(object), ends, starts, starts)
    segment_points = points.rename(columns={"number": "portfolio_id"})
    segment_points = segment_points.assign(
        portfolio_id=segment_points["portfolio_id"].astype(object)
    )
    try:
        days = portfolio_days(segment_points, segments)
    except ValueError as broken:
        raise invalid(f"performance: {broken}") from broken
    return HeldPositions(header, rows, periods, days)


def _days(column: "pd.Series[Any]") -> np.ndarray:
    return np.array([dt.date.fromisoformat(str(day)) for day in column], dtype="datetime64[D]")
