"""Series of one portfolio: three lists that are sent along, or lotus-core's four contracts."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.daily_returns import daily_returns
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    RISK_FREE,
    Dated,
    MissingData,
    Series,
    one_series,
    weekdays,
)
from lotus_assets.engine.performance.formulas.segments import as_days
from lotus_assets.engine.performance.frames.returns_series import risk_free_returns
from lotus_assets.inputs import core_risk_free
from lotus_assets.inputs.input_tables import BENCHMARK_ASSIGNMENT, BENCHMARK_RETURNS
from lotus_assets.inputs.input_tables import RISK_FREE as RISK_FREE_INPUT
from lotus_assets.services.api.analyses import EARLIEST, needed_window
from lotus_assets.services.api.envelope import Diagnostic, StatefulInput
from lotus_assets.services.api.performance_input import gated_days, read_performance
from lotus_assets.services.api.upstream import GatedInput, UpstreamInputs
from lotus_assets.services.api.valuation_points import Amount
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    ExplicitWindow,
    Identifier,
    Period,
    Strict,
)
from lotus_assets.services.problems import ErrorCode, ServiceProblem, invalid

DAYS_BEFORE = dt.timedelta(days=15)
"""Longer than any holiday: the business day before the window, since which the first risk-free
rate accrues, is among the days asked for."""
MODES = ("return_series", core_risk_free.RATES)


class ReturnPoint(Strict):
    """The return of one date."""

    date: CalendarDay = Field(description="The date.", examples=["2025-03-31"])
    return_: Amount = Field(
        alias="return", description="Its return, a decimal fraction.", examples=["0.0125"]
    )


def _list_of(what: str) -> Any:
    return Field(
        default=None,
        description=f"Returns of {what} by date, in any order, one a date.",
        examples=[[{"date": "2025-03-31", "return": "0.0125"}]],
    )


class ReturnsStatelessInput(Strict):
    """Series as lists of returns, and the calendar that they are held against."""

    portfolio_id: Identifier = Field(
        default="stateless", description="Name of the portfolio.", examples=["PF-001"]
    )
    portfolio: list[ReturnPoint] | None = _list_of("the portfolio")
    benchmark: list[ReturnPoint] | None = _list_of("the benchmark")
    risk_free: list[ReturnPoint] | None = _list_of("the risk-free investment")
    calendar: list[CalendarDay] | None = Field(
        default=None,
        description="Dates that every series should have; default: Monday to Friday from the "
        "portfolio's first to its last date.",
        examples=[["2025-03-28", "2025-03-31"]],
    )


class ReturnsStatefulInput(StatefulInput):
    """Whose series to read, and of which window."""

    window: ExplicitWindow | None = Field(
        default=None,
        description="The window; exactly one of window and period.",
        examples=[{"start_date": "2025-01-01", "end_date": "2025-03-31"}],
    )
    period: Period | None = Field(
        default=None, description="A named period up to the as-of date.", examples=["1Y"]
    )
    benchmark_id: Identifier | None = Field(
        default=None,
        description="The benchmark; default: the one assigned on the as-of date.",
        examples=["BM-60-40"],
    )
    risk_free_mode: Literal["return_series", "annualized_rate_series"] | None = Field(
        default=None,
        description="Mode of the risk-free series in the portfolio's currency; default: returns "
        "where they are stored, else rates.",
        examples=["annualized_rate_series"],
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "ReturnsStatefulInput":
        if (self.window is None) == (self.period is None):
            raise ValueError("give exactly one of window and period")
        return self


@dataclass
class ReturnsInput:
    """Series of one portfolio, the calendar, and what was not there.

    `window` are the first and last day that were asked for, where they were.
    """

    calendar: Dated
    window: tuple[dt.date, dt.date] | None = None
    series: dict[str, Series] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def sent_series(sent: ReturnsStatelessInput, selected: tuple[str, ...]) -> ReturnsInput:
    """The selected series that were sent along.

    Raises:
        ServiceProblem: INVALID_REQUEST for a date twice, or a selected series that is not there.
    """
    lists = {name: getattr(sent, name) for name in selected}
    absent = [name for name, points in lists.items() if points is None]
    if absent:
        raise invalid(f"series_selection names {', '.join(absent)}, stateless_input does not")
    series = {name: _sorted(name, points) for name, points in lists.items()}
    if sent.calendar is not None:
        days = np.unique(np.array(sent.calendar, dtype="datetime64[D]"))
    else:
        portfolio_dates = series.get(PORTFOLIO)
        every = np.concatenate([dated.dates for dated in series.values()])
        range_of = (
            portfolio_dates.dates
            if portfolio_dates is not None and len(portfolio_dates.dates)
            else every
        )
        days = as_days([])
        if len(range_of):
            first, last = range_of.min().astype(object), range_of.max().astype(object)
            days = weekdays(first, last)
    return ReturnsInput(Dated(days, np.array([0, len(days)])), series=series)


def _sorted(name: str, points: list[ReturnPoint]) -> Series:
    days = np.array([point.date for point in points], dtype="datetime64[D]")
    order = np.argsort(days, kind="stable")
    returns = np.array([float(point.return_) for point in points], np.float64)
    try:
        return one_series(days[order], returns[order])
    except ValueError as broken:
        raise invalid(f"{name}: a date comes twice: {broken}") from broken


def read_series(
    inputs: UpstreamInputs,
    asked: ReturnsStatefulInput,
    selected: tuple[str, ...],
    policy: MissingData,
) -> ReturnsInput:
    """The selected series of the window, read from lotus-core.

    A benchmark or risk-free series that lotus-core has not is an empty one under ALLOW_PARTIAL.

    Raises:
        ServiceProblem: see `UpstreamInputs.gated`.
    """
    start, end = _window(asked)
    got = read_performance(inputs, asked, (max(start - DAYS_BEFORE, EARLIEST), end))
    business = np.array(got.header["business_days"], dtype="datetime64[D]")
    opened = dt.date.fromisoformat(got.header["portfolio_open_date"])
    first, last = max(start, opened), np.datetime64(end, "D")
    days = business[(business >= np.datetime64(first, "D")) & (business <= last)]
    returns = ReturnsInput(Dated(days, np.array([0, len(days)])), (first, end))
    window = {"start_date": first.isoformat(), "end_date": end.isoformat()}
    if PORTFOLIO in selected:
        returns.series[PORTFOLIO] = _own_series(got, asked, first)
    body = {"as_of_date": str(asked.as_of_date), "window": window, "frequency": "DAILY"}
    readers: dict[str, Any] = {
        BENCHMARK: lambda: _benchmark(inputs, asked, body),
        RISK_FREE: lambda: _risk_free(inputs, asked, body, got, business),
    }
    for name, read in readers.items():
        if name in selected:
            try:
                returns.series[name] = read()
            except ServiceProblem as problem:
                if policy is not MissingData.ALLOW_PARTIAL or problem.code not in {
                    ErrorCode.INSUFFICIENT_DATA,
                    ErrorCode.UNSUPPORTED_CONFIGURATION,
                }:
                    raise
                detail = f"{name}: {problem.detail}"
                returns.diagnostics.append(Diagnostic(code="SERIES_UNAVAILABLE", detail=detail))
    return returns


def _window(asked: ReturnsStatefulInput) -> tuple[dt.date, dt.date]:
    if asked.window is not None:
        return asked.window.start_date, min(asked.window.end_date, asked.as_of_date)
    return needed_window([ReportingPeriod(str(asked.period))], asked.as_of_date)


def _own_series(got: GatedInput, asked: ReturnsStatefulInput, first: dt.date) -> Series:
    values = gated_days(got, asked.portfolio_id, asked.as_of_date).values
    inside = values.dates >= np.datetime64(first, "D")
    return one_series(values.dates[inside], daily_returns(values).returns[inside])


def _benchmark(
    inputs: UpstreamInputs, asked: ReturnsStatefulInput, body: Mapping[str, Any]
) -> Series:
    name = asked.benchmark_id
    if name is None:
        day = {"as_of_date": str(asked.as_of_date)}
        assigned = inputs.gated(BENCHMARK_ASSIGNMENT, asked.portfolio_id, day, asked.as_of_date)
        name = str(assigned.header["benchmark_id"])
    rows = inputs.gated(BENCHMARK_RETURNS, name, body, asked.as_of_date).rows
    return one_series(
        as_days(rows["series_date"].to_numpy()), rows["benchmark_return"].to_numpy(np.float64)
    )


def _risk_free(
    inputs: UpstreamInputs,
    asked: ReturnsStatefulInput,
    body: Mapping[str, Any],
    got: GatedInput,
    business: np.ndarray,
) -> Series:
    currency = str(got.header["currency"])
    modes = MODES if asked.risk_free_mode is None else (asked.risk_free_mode,)
    for mode in modes:
        request = {**body, "currency": currency, "series_mode": mode}
        try:
            rows = inputs.gated(RISK_FREE_INPUT, currency, request, asked.as_of_date, mode).rows
            break
        except ServiceProblem as problem:
            # The mode is not stored: never relabelled, so the other one is asked for by its name.
            if problem.code is not ErrorCode.UNSUPPORTED_CONFIGURATION or mode == modes[-1]:
                raise
    points = pd.DataFrame(
        {
            "portfolio_id": asked.portfolio_id,
            "date": rows["series_date"],
            "value": rows["value"],
            "day_count": rows["day_count"],
            "compounding": rows["compounding"],
        }
    )
    calendar = Dated(business, np.array([0, len(business)]))
    return risk_free_returns(points, calendar, np.array([asked.portfolio_id], dtype=object))
