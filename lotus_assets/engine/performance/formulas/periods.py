"""Named periods as dates of every portfolio."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lotus_assets.engine.performance.formulas.calendar_days import (
    DAY,
    start_of_month,
    start_of_quarter,
    start_of_year,
    years_from,
)
from lotus_assets.engine.performance.formulas.last_valuations import stale_since
from lotus_assets.engine.performance.formulas.linking import Statuses
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Integers,
    as_days,
    search_in_segments,
)
from lotus_assets.engine.performance.formulas.statuses import Status

PERIOD_NAMES = ("MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD")
"""The standard periods of every report, shortest first."""
YEARS = re.compile(r"^([1-9][0-9]?)Y$")
TO_DATE: dict[str, Callable[[Days], Days]] = {
    "MTD": start_of_month,
    "QTD": start_of_quarter,
    "YTD": start_of_year,
}
PATTERN = rf"^({'|'.join(TO_DATE)}|ITD|EXPLICIT|[1-9][0-9]?Y)$"
"""What a period may be called."""


@dataclass(frozen=True)
class ReportingPeriod:
    """A period as asked: `MTD`, `QTD`, `YTD`, `<n>Y`, `ITD`, or `EXPLICIT` with both dates.

    Raises ValueError for any other name, missing dates, or an inverted window.
    """

    name: str
    start_date: Any = None
    end_date: Any = None

    def __post_init__(self) -> None:
        """Refuse what cannot be resolved."""
        if self.name == "EXPLICIT":
            if self.start_date is None or self.end_date is None:
                raise ValueError("EXPLICIT needs start_date and end_date")
            for name in ("start_date", "end_date"):
                object.__setattr__(self, name, np.datetime64(getattr(self, name), "D"))
            if self.end_date < self.start_date:
                raise ValueError(f"{self.key} is inverted: its end is before its start")
        elif not re.match(PATTERN, self.name):
            known = ", ".join(PERIOD_NAMES)
            raise ValueError(f"unknown period {self.name!r}: use {known} or EXPLICIT")

    @property
    def key(self) -> str:
        """Key of the results: the name, or `EXPLICIT:<from>:<to>`."""
        if self.name == "EXPLICIT":
            return f"EXPLICIT:{self.start_date}:{self.end_date}"
        return self.name

    @property
    def years(self) -> int:
        """n of `nY`, 0 for the others."""
        matched = YEARS.match(self.name)
        return int(matched[1]) if matched else 0

    def start(self, ends: Days, opens: Days) -> Days:
        """Requested first days, for periods that end on `ends`."""
        if self.name == "EXPLICIT":
            return np.full(ends.shape, as_days(self.start_date))
        if self.name == "ITD":
            return opens
        if self.years:
            return years_from(ends, -self.years) + DAY
        return TO_DATE[self.name](ends)


STANDARD_PERIODS = tuple(ReportingPeriod(name) for name in PERIOD_NAMES)


@dataclass(frozen=True)
class Windows:
    """Every period of every portfolio, portfolio by portfolio in the order asked.

    `start`/`stop` are rows [start, stop) of the values that the windows were resolved for.
    `clamped`: to the open date at its start, or to the close date at its end. `stale_since` is the
    last row's date where it is stale (see `last_valuations`), else NaT.
    """

    portfolio: Integers
    period: Integers
    keys: tuple[str, ...]
    years: Integers
    requested_start_date: Days
    start_date: Days
    end_date: Days
    clamped: Booleans
    status: Statuses
    start: Integers
    stop: Integers
    stale_since: Days

    def __len__(self) -> int:
        """Number of windows."""
        return len(self.portfolio)

    @property
    def key(self) -> NDArray[np.object_]:
        """Key of the period of every window."""
        return np.array(self.keys, dtype=object)[self.period]

    @property
    def has_rows(self) -> Booleans:
        """Whether every window has a row."""
        return np.asarray(self.stop > self.start)


def resolve(
    periods: Sequence[ReportingPeriod],
    as_of: ArrayLike,
    open_dates: ArrayLike,
    performance_start_dates: ArrayLike,
    dates: Days,
    offsets: Integers,
    close_dates: ArrayLike = "NaT",
) -> Windows:
    """Windows of all periods for all portfolios (the segments of `dates`).

    The four dates are one a portfolio, or one for all; NaT closes none. Starts are clamped to the
    open date, ends to the as-of date and the close date. A window that starts after the close is
    `CLOSED`, its dates as requested. One that after clamping still starts before
    `performance_start_date` is `WINDOW_TOO_SHORT`; one that ends before it starts is
    `NO_OBSERVATIONS`. None of them has rows.
    """
    if len({period.key for period in periods}) < len(periods):
        raise ValueError("a period is asked for twice")
    count = len(offsets) - 1
    last = np.broadcast_to(as_days(as_of), count)
    opened = np.broadcast_to(as_days(open_dates), count)
    known = np.broadcast_to(as_days(performance_start_dates), count)
    closed = np.broadcast_to(as_days(close_dates), count)
    requested_ends = np.array([_end(period, last) for period in periods]).T.reshape(-1)
    requested = np.array(
        [period.start(_end(period, last), opened) for period in periods]
    ).T.reshape(-1)
    portfolio = np.repeat(np.arange(count), len(periods))
    is_after = requested > closed[portfolio]
    starts = np.where(is_after, requested, np.maximum(requested, opened[portfolio]))
    ends = np.where(is_after, requested_ends, np.fmin(requested_ends, closed[portfolio]))
    status = np.full(len(starts), Status.OK, dtype=object)
    status[starts > ends] = Status.NO_OBSERVATIONS
    status[(starts < known[portfolio]) & (starts <= ends)] = Status.WINDOW_TOO_SHORT
    status[is_after] = Status.CLOSED
    first, stop = offsets[:-1][portfolio], offsets[1:][portfolio]
    begin = search_in_segments(dates, first, stop, starts)
    end = search_in_segments(dates, begin, stop, as_days(ends + DAY))
    end = np.where(status == Status.OK, end, begin)
    return Windows(
        portfolio=portfolio,
        period=np.tile(np.arange(len(periods)), count),
        keys=tuple(period.key for period in periods),
        years=np.tile(np.array([period.years for period in periods], np.int64), count),
        requested_start_date=requested,
        start_date=starts,
        end_date=ends,
        clamped=np.asarray((starts != requested) | (ends != requested_ends)),
        status=status,
        start=begin,
        stop=end,
        stale_since=stale_since(dates, first, begin, end, ends),
    )


def _end(period: ReportingPeriod, as_of: Days) -> Days:
    return as_of if period.end_date is None else np.minimum(as_days(period.end_date), as_of)
