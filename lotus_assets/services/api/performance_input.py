"""Days of one portfolio: a performance-input payload that is sent along, or lotus-core's."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import weekdays
from lotus_assets.engine.performance.formulas.segments import Days, as_days
from lotus_assets.engine.performance.frames.portfolio_days import (
    CLOSE_DATE,
    PortfolioDays,
    portfolio_days,
    portfolios_frame,
)
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.services.api.analyses import EARLIEST, needed_window
from lotus_assets.services.api.envelope import Diagnostic, StatefulInput
from lotus_assets.services.api.sent_payload import SentPayload
from lotus_assets.services.api.sent_points import continuity_breaks, missing_business_days
from lotus_assets.services.api.upstream import GatedInput, UpstreamInputs
from lotus_assets.services.api.valuation_points import Point, points_frame
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    Currency,
    Identifier,
)
from lotus_assets.services.problems import ErrorCode, ServiceProblem, insufficient, invalid

YEAR = dt.timedelta(days=365)
"""What lies before a period tells how large capital was, and how often there is a valuation."""


class PerformanceStatelessInput(SentPayload):
    """The fields of a performance-input payload; only the points are required."""

    as_of_date: CalendarDay | None = Field(
        default=None,
        description="As of which day; default: the last point's.",
        examples=["2025-03-31"],
    )
    performance_start_date: CalendarDay | None = Field(
        default=None,
        description="First day of the window that the points cover; default: the first point's.",
        examples=["2025-01-02"],
    )
    portfolio_open_date: CalendarDay | None = Field(
        default=None,
        description="First day on which the portfolio was open; default: performance_start_date.",
        examples=["2021-01-04"],
    )
    portfolio_close_date: CalendarDay | None = Field(
        default=None,
        description="Last day on which the portfolio was open; default: it is open.",
        examples=["2025-12-31"],
    )
    currency: Currency | None = Field(
        default=None, description="Currency of all points.", examples=["EUR"]
    )
    calendar_id: Identifier | None = Field(
        default=None, description="Name of the calendar.", examples=["TARGET"]
    )
    business_days: list[CalendarDay] | None = Field(
        default=None,
        description="Business days, for BUS/252; default: Monday to Friday.",
        examples=[["2025-03-28", "2025-03-31"]],
    )
    valuation_points: list[Point] = Field(
        description="The portfolio's days, in any order, one a date.",
        examples=[
            [
                {"perf_date": "2025-01-02", "begin_mv": "1000", "end_mv": "1010"},
                {"perf_date": "2025-01-03", "begin_mv": "1010", "end_mv": "1030.2"},
            ]
        ],
    )
    pas_contract_version: str | None = Field(
        default=None, description="Version of the contract.", examples=["rfc_063_v1"]
    )
    consumer_system: str | None = Field(
        default=None, description="Who asked for the payload.", examples=["lotus-performance"]
    )

    @model_validator(mode="after")
    def _points_in_window(self) -> "PerformanceStatelessInput":
        first = self.performance_start_date
        days = [point.perf_date for point in self.valuation_points]
        if first is not None and days and min(days) < first:
            raise ValueError(f"the point of {min(days)} is before performance_start_date {first}")
        opened = self.portfolio_open_date
        if first is not None and opened is not None and first < opened:
            raise ValueError(f"performance_start_date {first} is before portfolio_open_date")
        closed = self.portfolio_close_date
        if closed is not None and days and max(days) > closed:
            raise ValueError(f"the point of {max(days)} is after portfolio_close_date {closed}")
        return self


def stateless_as_of(sent: PerformanceStatelessInput, asked: dt.date | None) -> dt.date:
    """Last day of the periods.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA where there is no point at all.
    """
    if not sent.valuation_points:
        raise insufficient("valuation_points is empty: there is nothing to link")
    last = max(point.perf_date for point in sent.valuation_points)
    return asked or sent.as_of_date or last


def stateful_as_of(asked: StatefulInput, option: dt.date | None) -> dt.date:
    """Last day of the periods.

    Raises:
        ServiceProblem: INVALID_REQUEST for a day after the one as of which the input is read.
    """
    if option is not None and option > asked.as_of_date:
        raise invalid(
            f"as_of_date {option} is after stateful_input.as_of_date {asked.as_of_date}, as of "
            "which the portfolio is read"
        )
    return option or asked.as_of_date


def stateless_days(sent: PerformanceStatelessInput, as_of: dt.date) -> PortfolioDays:
    """The days that were sent along.

    Raises:
        ServiceProblem: INVALID_REQUEST for two points of one day.
    """
    points = points_frame(sent.valuation_points).assign(portfolio_id=sent.portfolio_id)
    first = sent.performance_start_date or points["perf_date"].min().date()
    opened = sent.portfolio_open_date or first
    business = sent.business_days
    calendar = (
        weekdays(first, as_of)
        if business is None
        else np.unique(np.array(business, dtype="datetime64[D]"))
    )
    known = (as_of, opened, first, sent.portfolio_close_date)
    return _days(points, sent.portfolio_id, known, calendar)


def sent_diagnostics(sent: PerformanceStatelessInput, days: PortfolioDays) -> list[Diagnostic]:
    """What is unusual about the points that were sent along."""
    contract, business = PERFORMANCE_INPUT.contract.name, sent.business_days
    calendar = None if business is None else np.unique(np.array(business, "datetime64[D]"))
    return [
        *missing_business_days(contract, days, days.values.dates, calendar),
        *continuity_breaks(contract, [(sent.portfolio_id, sent.valuation_points)]),
    ]


def read_performance(
    inputs: UpstreamInputs, asked: StatefulInput, window: tuple[dt.date, dt.date]
) -> GatedInput:
    """The performance-input of a window, as of the request's day."""
    body = {
        "as_of_date": asked.as_of_date.isoformat(),
        "window": {"start_date": window[0].isoformat(), "end_date": window[1].isoformat()},
    }
    return inputs.gated(PERFORMANCE_INPUT, asked.portfolio_id, body, asked.as_of_date)


def stateful_days(
    inputs: UpstreamInputs, asked: StatefulInput, periods: Sequence[ReportingPeriod], as_of: dt.date
) -> PortfolioDays:
    """The days that the periods need and the 365 before them, read from lotus-core.

    By those days it is judged what is small capital and what is a stale valuation: a period's
    figures must not depend on which others are asked for. Where none of them has a valuation,
    all days are read: they tell whether the portfolio has closed.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    got = read_with_year_before(inputs, asked, needed_window(periods, as_of))
    return gated_days(got, asked.portfolio_id, as_of)


def read_with_year_before(
    inputs: UpstreamInputs, asked: StatefulInput, window: tuple[dt.date, dt.date]
) -> GatedInput:
    """The performance-input of a window and the 365 days before it.

    Where they cannot be had (a rate may be missing in the year before), that of the window alone;
    where the window has no valuation, that of all days up to its end.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    first, last = window
    for start in (max(first, EARLIEST + YEAR) - YEAR, first):
        try:
            return read_performance(inputs, asked, (start, last))
        except ServiceProblem as problem:
            if problem.code is not ErrorCode.INSUFFICIENT_DATA:
                raise
    return read_performance(inputs, asked, (EARLIEST, last))


def gated_days(got: GatedInput, portfolio_id: str, as_of: dt.date) -> PortfolioDays:
    """The days of a performance-input payload."""
    header = got.header
    opened, first, closed = (
        None if header.get(name) is None else dt.date.fromisoformat(header[name])
        for name in ("portfolio_open_date", "performance_start_date", CLOSE_DATE)
    )
    calendar = as_days(np.array(header["business_days"], dtype="datetime64[D]"))
    return _days(got.rows, portfolio_id, (as_of, opened, first, closed), calendar)


def _days(
    points: pd.DataFrame, portfolio_id: str, known: tuple[Any, ...], calendar: Days
) -> PortfolioDays:
    portfolios = portfolios_frame([portfolio_id], *known)
    try:
        return portfolio_days(points, portfolios, {portfolio_id: calendar})
    except ValueError as broken:
        raise invalid(f"valuation_points: {broken}") from broken
