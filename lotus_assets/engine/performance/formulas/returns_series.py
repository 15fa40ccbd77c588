"""Returns of several series on one calendar, for many portfolios at once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import BUCKETS, Frequency, day_numbers
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
    segment_of_rows,
)

PORTFOLIO, BENCHMARK, RISK_FREE, EXCESS = "portfolio", "benchmark", "risk_free", "excess"
DAY_BITS = 22
"""Days of eleven thousand years: a segment and a day fit one integer."""


class MissingData(StrEnum):
    """What a date without a return means."""

    FAIL_FAST = "FAIL_FAST"
    ALLOW_PARTIAL = "ALLOW_PARTIAL"
    STRICT_INTERSECTION = "STRICT_INTERSECTION"


class Fill(StrEnum):
    """What stands in for a missing return; a return is never carried forward."""

    NONE = "NONE"
    ZERO_FILL = "ZERO_FILL"


@dataclass(frozen=True)
class Dated:
    """Dates of many portfolios, a segment each. Raises ValueError for dates that do not rise."""

    dates: Days
    offsets: Integers

    def __post_init__(self) -> None:
        """Check the order once."""
        object.__setattr__(self, "dates", as_days(self.dates))
        object.__setattr__(self, "offsets", as_offsets(self.offsets, len(self.dates)))
        keys = self.keys
        rising = keys[1:] > keys[:-1]
        if not rising.all():
            raise ValueError(f"dates must rise: {self.dates[int(np.argmin(rising)) + 1]} does not")

    @property
    def segment(self) -> Integers:
        """The segment of every row."""
        return segment_of_rows(self.offsets)

    @property
    def keys(self) -> Integers:
        """Segment and day of every row as one rising number."""
        return (self.segment << DAY_BITS) + day_numbers(self.dates) + (1 << (DAY_BITS - 1))

    def chosen(self, rows: Booleans) -> "Dated":
        """Some rows, in the same segments."""
        counted = np.append(0, np.cumsum(rows))
        return Dated(self.dates[rows], counted[self.offsets])


@dataclass(frozen=True)
class Series(Dated):
    """Returns by date; NaN is a return that is there, but undefined."""

    returns: Floats

    def __post_init__(self) -> None:
        """Check lengths and order once."""
        object.__setattr__(self, "returns", np.asarray(self.returns, np.float64))
        if len(self.dates) != len(self.returns):
            raise ValueError(f"{len(self.dates)} dates, but {len(self.returns)} returns")
        super().__post_init__()


def one_series(dates: Days, returns: Floats) -> Series:
    """The series of a single portfolio."""
    return Series(dates, np.array([0, len(dates)]), returns)


@dataclass(frozen=True)
class AlignedSeries:
    """Series on the dates that the policy kept, NaN for a gap (only ALLOW_PARTIAL leaves any).

    `absent` are kept rows on which a series has no return at all, rather than an undefined one.
    `missing`: the calendar's dates that a series had not, filled or not. `off_calendar`: its dates
    that were left out. `refused`: why a segment has no rows, by its number.
    """

    rows: Dated
    returns: Mapping[str, Floats]
    absent: Mapping[str, Booleans]
    missing: Mapping[str, Dated]
    off_calendar: Mapping[str, Dated]
    refused: Mapping[int, str]


def weekdays(start: dt.date, end: dt.date) -> Days:
    """Monday to Friday of [start, end]: the calendar where none is sent."""
    first, last = np.datetime64(start, "D"), np.datetime64(end, "D")
    days = as_days(np.arange(first, last + np.timedelta64(1, "D")))
    return days[np.asarray(np.is_busday(days))]


def align(
    series: Mapping[str, Series],
    calendar: Dated,
    policy: MissingData = MissingData.FAIL_FAST,
    fill: Fill = Fill.NONE,
) -> AlignedSeries:
    """Put every series on the calendar's dates, segment by segment, under the policy for gaps.

    A gap is a date of the calendar without a return or with an undefined one. `ZERO_FILL` fills
    it with 0 before the policy looks; what was filled stays listed. A segment is refused for a
    gap under FAIL_FAST, or where no date is left.
    """
    keys = calendar.keys
    returns: dict[str, Floats] = {}
    given: dict[str, Booleans] = {}
    off_calendar: dict[str, Dated] = {}
    for name, one in series.items():
        position = np.searchsorted(keys, one.keys)
        on = np.append(keys, -1)[position] == one.keys
        returns[name] = np.full(len(keys), np.nan)
        returns[name][position[on]] = one.returns[on]
        given[name] = np.zeros(len(keys), bool)
        given[name][position[on]] = True
        off_calendar[name] = one.chosen(~on)
    missing = {name: calendar.chosen(np.isnan(values)) for name, values in returns.items()}
    if fill is Fill.ZERO_FILL:
        returns = {
            name: np.where(np.isnan(values), 0.0, values) for name, values in returns.items()
        }
        given = {name: np.ones(len(keys), bool) for name in given}
    kept, refused = _kept(calendar, returns, policy)
    return AlignedSeries(
        rows=calendar.chosen(kept),
        returns={name: values[kept] for name, values in returns.items()},
        absent={name: ~there[kept] for name, there in given.items()},
        missing=missing,
        off_calendar=off_calendar,
        refused=refused,
    )


def _kept(
    calendar: Dated, returns: Mapping[str, Floats], policy: MissingData
) -> tuple[Booleans, dict[int, str]]:
    """The calendar's rows that stay, and the segments that are refused."""
    gaps = {name: np.isnan(values) for name, values in returns.items()}
    every = np.array([*gaps.values()]) if gaps else np.zeros((0, len(calendar.dates)), bool)
    some_or_all = np.all if policy is MissingData.ALLOW_PARTIAL else np.any
    kept = ~some_or_all(every, axis=0) if gaps else np.ones(len(calendar.dates), bool)
    refused: dict[int, str] = {}
    segment = calendar.segment
    if policy is MissingData.FAIL_FAST:
        for name, gap in gaps.items():
            rows = np.flatnonzero(gap)
            numbers, first, counts = np.unique(segment[rows], return_index=True, return_counts=True)
            for number, row, count in zip(numbers.tolist(), rows[first], counts, strict=True):
                reason = f"{name} has no return on {count} dates, first {calendar.dates[row]}"
                refused.setdefault(number, reason)
    left = np.bincount(segment[kept], minlength=len(calendar.offsets) - 1)
    for number in np.flatnonzero(left == 0).tolist():
        refused.setdefault(number, "no date has a return of every series that is asked for")
    kept &= ~np.isin(segment, np.array([*refused], np.int64))
    return kept, refused


def to_frequency(aligned: AlignedSeries, frequency: Frequency) -> AlignedSeries:
    """Returns linked by calendar bucket, each dated by its last row.

    A bucket links the returns that a series has in it; it is NaN where one of them is undefined,
    and where there is none.
    """
    rows = aligned.rows
    if frequency is Frequency.DAILY or len(rows.dates) == 0:
        return aligned
    codes = (rows.segment << DAY_BITS) + BUCKETS[frequency](rows.dates)
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    stops = np.append(starts[1:], len(codes))
    returns, absent = {}, {}
    for name, values in aligned.returns.items():
        none = aligned.absent[name]
        absent[name] = np.add.reduceat(~none, starts, dtype=np.int64) == 0
        linked = link(np.where(none, 0.0, values), starts, stops).returns
        returns[name] = np.where(absent[name], np.nan, linked)
    offsets = np.searchsorted(starts, rows.offsets)
    return AlignedSeries(
        Dated(rows.dates[stops - 1], offsets),
        returns,
        absent,
        aligned.missing,
        aligned.off_calendar,
        aligned.refused,
    )
