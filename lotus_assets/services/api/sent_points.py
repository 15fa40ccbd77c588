"""What is unusual about valuation points that are sent along, told as of points that are read."""

from collections.abc import Iterator, Sequence

import numpy as np

from lotus_assets.engine.performance.formulas.returns_series import weekdays
from lotus_assets.engine.performance.formulas.segments import Days
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.inputs.rules import value_gaps
from lotus_assets.services.api.answers import named
from lotus_assets.services.api.envelope import Diagnostic
from lotus_assets.services.api.valuation_points import Point, decimals

SentSeries = tuple[str, Sequence[Point]]
"""What the points are of, and the points, in any order."""


def missing_business_days(
    contract: str, days: PortfolioDays, dates: Days, calendar: Days | None = None
) -> Iterator[Diagnostic]:
    """Business days of one portfolio without a row among `dates`, up to its closing; `calendar`:
    Monday to Friday where none was sent."""
    first = np.maximum(days.performance_start_date, days.portfolio_open_date)[0]
    last = np.fmin(days.as_of_date, days.close_dates)[0]
    due = weekdays(first.astype(object), last.astype(object)) if calendar is None else calendar
    due = due[(due >= first) & (due <= last)]
    lacking = np.setdiff1d(due, dates)
    yield from named("MISSING_BUSINESS_DAY", [f"{contract}: {day}" for day in lacking])


def continuity_breaks(contract: str, series: Sequence[SentSeries]) -> Iterator[Diagnostic]:
    """Days whose value at the beginning is not what the row before left, fee paid."""
    points = [point for _, some in series for point in some]
    numbers = np.repeat(np.arange(len(series)), [len(some) for _, some in series])
    dates = np.array([point.perf_date for point in points], dtype="datetime64[D]")
    order = np.lexsort((dates, numbers))
    amounts = {
        name: decimals(getattr(points[row], name) for row in order)
        for name in ("begin_mv", "end_mv", "mgmt_fees")
    }
    numbers, dates = numbers[order], dates[order]
    details = [
        f"{contract}: {series[numbers[row]][0]} on {dates[row]}: {amount}"
        for row, amount in value_gaps(amounts, numbers[1:] == numbers[:-1])
    ]
    yield from named("CONTINUITY_BREAK", details)
