"""Portfolio, benchmark and risk-free returns on one calendar (analytics.md §3)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.calendar_days import BUCKETS, Frequency
from lotus_assets.engine.performance.linking import link
from lotus_assets.engine.performance.segments import Booleans, Days, Floats, as_days

PORTFOLIO, BENCHMARK, RISK_FREE, EXCESS = "portfolio", "benchmark", "risk_free", "excess"


class MissingData(StrEnum):
    """What a date without a return means."""

    FAIL_FAST = "FAIL_FAST"
    ALLOW_PARTIAL = "ALLOW_PARTIAL"
    STRICT_INTERSECTION = "STRICT_INTERSECTION"


class Fill(StrEnum):
    """What stands in for a missing return; a return is never carried forward."""

    NONE = "NONE"
    ZERO_FILL = "ZERO_FILL"


class InsufficientDataError(ValueError):
    """Dates are missing that the policy wants, or none is left."""


@dataclass(frozen=True)
class Series:
    """Returns by ascending date. Raises ValueError for dates that do not rise."""

    dates: Days
    returns: Floats

    def __post_init__(self) -> None:
        """Check the order once."""
        object.__setattr__(self, "dates", as_days(self.dates))
        object.__setattr__(self, "returns", np.asarray(self.returns, np.float64))
        if len(self.dates) != len(self.returns):
            raise ValueError(f"{len(self.dates)} dates, but {len(self.returns)} returns")
        rising = self.dates[1:] > self.dates[:-1]
        if not rising.all():
            raise ValueError(f"dates must rise: {self.dates[int(np.argmin(rising)) + 1]} does not")


@dataclass(frozen=True)
class AlignedSeries:
    """`frame`: date and a column a series, NaN for a gap (only ALLOW_PARTIAL leaves any), with
    `excess` where portfolio and benchmark are there. `missing`: the calendar's dates that each
    series had not, filled or not. `off_calendar`: dates that were left out."""

    frame: pd.DataFrame
    missing: Mapping[str, Days]
    off_calendar: Mapping[str, Days]


def weekdays(start: dt.date, end: dt.date) -> Days:
    """Monday to Friday of [start, end]: the calendar where none is sent."""
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    days = as_days(np.arange(first, last + np.timedelta64(1, "D")))
    return days[np.asarray(np.is_busday(days))]


def align(
    series: Mapping[str, Series],
    calendar: Days,
    policy: MissingData = MissingData.FAIL_FAST,
    fill: Fill = Fill.NONE,
) -> AlignedSeries:
    """Put every series on the calendar's dates, under the policy for missing ones.

    A gap is a calendar date, from the first to the last date of the calendar, without a return or
    with NaN. `ZERO_FILL` fills it with 0 before the policy looks; what was filled stays listed.
    Raises InsufficientDataError for a gap under FAIL_FAST, or where no date is left.
    """
    days = np.unique(as_days(calendar))
    columns: dict[str, Floats] = {}
    missing: dict[str, Days] = {}
    off_calendar: dict[str, Days] = {}
    for name, one in series.items():
        values = np.full(len(days), np.nan)
        place = np.searchsorted(days, one.dates)
        on = np.append(days, np.datetime64("NaT"))[place] == one.dates
        values[place[on]] = one.returns[on]
        off_calendar[name] = one.dates[~on]
        gap = np.isnan(values)
        missing[name] = days[gap]
        columns[name] = np.where(gap, 0.0, values) if fill is Fill.ZERO_FILL else values
    gaps = {name: np.isnan(values) for name, values in columns.items()}
    kept = _kept(days, gaps, policy)
    frame = pd.DataFrame({"date": days[kept]})
    for name, values in columns.items():
        frame[name] = values[kept]
    if PORTFOLIO in frame and BENCHMARK in frame:
        frame[EXCESS] = frame[PORTFOLIO] - frame[BENCHMARK]
    return AlignedSeries(frame, missing, off_calendar)


def _kept(days: Days, gaps: Mapping[str, Booleans], policy: MissingData) -> Booleans:
    if policy is MissingData.FAIL_FAST:
        for name, gap in gaps.items():
            if gap.any():
                raise InsufficientDataError(
                    f"{name} has no return on {gap.sum()} dates, first {days[gap][0]}"
                )
    kept: Booleans = np.ones(len(days), bool)
    if gaps:
        every = np.array(list(gaps.values()))
        if policy is MissingData.STRICT_INTERSECTION:
            kept = ~np.any(every, axis=0)
        else:
            kept = ~np.all(every, axis=0)
    if not kept.any():
        raise InsufficientDataError("no date has a return of every series that is asked for")
    return kept


def to_frequency(series: Series, frequency: Frequency) -> Series:
    """Returns linked by calendar bucket, each dated by its last observation; NaN where one is."""
    if len(series.dates) == 0:
        return series
    codes = BUCKETS[frequency](series.dates)
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    stops = np.append(starts[1:], len(codes))
    return Series(series.dates[stops - 1], link(series.returns, starts, stops).returns)
