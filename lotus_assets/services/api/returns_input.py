"""Series of one portfolio: three lists that are sent along, or lotus-core's four contracts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from lotus_assets.engine.performance.formulas.calendar_days import DAY, Frequency
from lotus_assets.engine.performance.formulas.daily_returns import daily_returns
from lotus_assets.engine.performance.formulas.dated_series import (
    Dated,
    Series,
    cut,
    one_series,
    rows_before,
)
from lotus_assets.engine.performance.formulas.last_valuations import stale_since
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import (
    BENCHMARK,
    PORTFOLIO,
    RISK_FREE,
    MissingData,
    of_buckets,
    weekdays,
)
from lotus_assets.engine.performance.formulas.segments import Days, as_days
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets.engine.performance.frames.returns_series import risk_free_returns
from lotus_assets.inputs import core_risk_free
from lotus_assets.inputs.input_tables import BENCHMARK_ASSIGNMENT, BENCHMARK_RETURNS
from lotus_assets.inputs.input_tables import RISK_FREE as RISK_FREE_INPUT
from lotus_assets.services.api.analyses import needed_window
from lotus_assets.services.api.envelope import Diagnostic, StatefulInput
from lotus_assets.services.api.performance_input import gated_days, read_with_year_before
from lotus_assets.services.api.upstream import GatedInput, UpstreamInputs
from lotus_assets.services.api.valuation_points import Amount
from lotus_assets.services.lotus_core.contracts.shared import (
    CalendarDay,
    ExplicitWindow,
    Identifier,
    Period,
    Strict,
)
from lotus_assets.services.problems import ErrorCode, ServiceProblem, insufficient, invalid

OWN_DATES = (Frequency.MONTHLY, Frequency.QUARTERLY)
"""Without a calendar, series that may be sent as returns of whole periods."""
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
        "portfolio's first to its last date, for MONTHLY and QUARTERLY the series' own dates. "
        "Returns off it are linked into the next date.",
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
        examples=["BM-BALANCED-EUR"],
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

    `window` are the first and last day that the series are of. `stale_since` is the last day with a
    return of the portfolio where it is stale, see `last_valuations`.
    """

    calendar: Dated
    window: tuple[Days, Days]
    stale_since: Days
    series: dict[str, Series] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def sent_series(
    sent: ReturnsStatelessInput, selected: tuple[str, ...], frequency: Frequency
) -> ReturnsInput:
    """The selected series that were sent along, over the days of the portfolio and the calendar.

    Raises:
        ServiceProblem: INVALID_REQUEST for a date twice, or a selected series that is not there.
    """
    lists = {name: getattr(sent, name) for name in selected}
    absent = [name for name, points in lists.items() if points is None]
    if absent:
        raise invalid(f"series_selection names {', '.join(absent)}, stateless_input does not")
    series = {name: _sorted(name, points) for name, points in lists.items()}
    has_own_dates = sent.calendar is None and frequency in OWN_DATES
    if has_own_dates:
        series = of_buckets(series, frequency)
    sent_days = np.unique(np.array(sent.calendar or [], dtype="datetime64[D]"))
    window = _sent_window(series, sent_days)
    within, diagnostics = _within(series, window)
    if has_own_dates:
        days = np.unique(np.concatenate([one.dates for one in within.values()]))
    elif sent.calendar is not None:
        days = sent_days
    else:
        days = weekdays(*(day.astype(object) for day in window)) if len(window) else sent_days
    return _returns_input(days, window, within, diagnostics)


def _sent_window(series: Mapping[str, Series], sent_days: Days) -> Days:
    """First and last day of the portfolio's returns (without any, of all) and of the calendar."""
    own = series[PORTFOLIO].dates if PORTFOLIO in series else as_days([])
    every = own if len(own) else np.concatenate([one.dates for one in series.values()])
    known = np.concatenate([every, sent_days])
    return as_days([known.min(), known.max()]) if len(known) else as_days([])


def _within(
    series: Mapping[str, Series], window: Days
) -> tuple[dict[str, Series], list[Diagnostic]]:
    """What lies within the window, and how much does not."""
    within, diagnostics = {}, []
    for name, one in series.items():
        is_inside = np.zeros(len(one.dates), bool)
        if len(window):
            is_inside = (one.dates >= window[0]) & (one.dates <= window[1])
        within[name] = one_series(one.dates[is_inside], one.returns[is_inside])
        outside = int((~is_inside).sum())
        if outside:
            detail = f"{name}: {outside} returns before {window[0]} or after {window[1]}"
            diagnostics.append(Diagnostic(code="OUTSIDE_PERIOD", detail=detail))
    return within, diagnostics


def _returns_input(
    days: Days, window: Days, series: dict[str, Series], diagnostics: list[Diagnostic]
) -> ReturnsInput:
    own = series.get(PORTFOLIO, one_series(as_days([]), np.empty(0)))
    first, last = window[:1], window[-1:]
    rows = np.array([0]), np.array([0]), np.array([len(own.dates)])
    stale = stale_since(own.dates, *rows, last) if len(window) else window
    return ReturnsInput(
        Dated(days, np.array([0, len(days)])), (first, last), stale, series, diagnostics
    )


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
    period = _period(asked)
    got = read_with_year_before(inputs, asked, needed_window([period], asked.as_of_date))
    portfolio = gated_days(got, asked.portfolio_id, asked.as_of_date)
    windows = portfolio.windows((period,))
    if windows.status[0] == Status.CLOSED:
        closed = portfolio.close_dates[0]
        raise insufficient(f"{asked.portfolio_id} closed on {closed}, before {period.key}")
    first, last = windows.start_date, windows.end_date
    business = as_days(np.array(got.header["business_days"], dtype="datetime64[D]"))
    days = business[(business >= first) & (business <= last)]
    own = one_series(portfolio.values.dates, daily_returns(portfolio.values).returns)
    since = rows_before(own, np.zeros(1, np.int64), first)
    returns = ReturnsInput(
        Dated(days, np.array([0, len(days)])), (first, last), windows.stale_since
    )
    if PORTFOLIO in selected:
        returns.series[PORTFOLIO] = _of_window(own, first - DAY, first, last)
    body = {"as_of_date": str(asked.as_of_date), "frequency": "DAILY"}
    readers: dict[str, Any] = {
        BENCHMARK: lambda: _of_window(
            _benchmark(
                inputs,
                asked,
                {**body, "window": _window(since + DAY, last), "currency": got.header["currency"]},
            ),
            since,
            first,
            last,
        ),
        RISK_FREE: lambda: _of_window(
            _risk_free(inputs, asked, {**body, "window": _window(first, last)}, got, business),
            first - DAY,
            first,
            last,
        ),
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


def _period(asked: ReturnsStatefulInput) -> ReportingPeriod:
    """The period that is asked for, one way or the other.

    Raises:
        ServiceProblem: INVALID_REQUEST for a window that begins after the as-of day.
    """
    if asked.window is None:
        return ReportingPeriod(str(asked.period))
    if asked.window.start_date > asked.as_of_date:
        raise invalid(f"the window begins on {asked.window.start_date}, after the as-of day")
    return ReportingPeriod("EXPLICIT", asked.window.start_date, asked.window.end_date)


def _window(first: Days, last: Days) -> dict[str, str]:
    return {"start_date": str(first[0]), "end_date": str(last[0])}


def _of_window(series: Series, since: Days, first: Days, last: Days) -> Series:
    return cut(series, np.zeros(1, np.int64), as_days(since), first, last)


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
