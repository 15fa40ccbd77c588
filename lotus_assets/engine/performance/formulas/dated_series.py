"""Dates and returns of many portfolios, a segment each, and what a window has of them."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import DAY, day_numbers
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
    rows_of_ranges,
    search_in_segments,
    segment_of_rows,
)
from lotus_assets.engine.performance.formulas.statuses import Status

DAY_BITS = 22
"""Days of eleven thousand years: a segment and a day fit one integer."""
DAY_ZERO = 1 << (DAY_BITS - 1)


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
        return keys_of(self.segment, day_numbers(self.dates))

    def chosen(self, rows: Booleans) -> "Dated":
        """Some rows, in the same segments."""
        counted = np.append(0, np.cumsum(rows))
        return Dated(self.dates[rows], counted[self.offsets])


@dataclass(frozen=True)
class Series(Dated):
    """Returns by date; NaN is a return that is there, but undefined, infinity past float64."""

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


def keys_of(segment: Integers, days: Integers) -> Integers:
    """Segment and day (or another count of time) as one number that rises with both."""
    return (segment << DAY_BITS) + days + DAY_ZERO


def dated_by(keys: Integers, count: int) -> Dated:
    """Dates of `count` segments from rising keys of segments and days."""
    days = (keys & ((1 << DAY_BITS) - 1)) - DAY_ZERO
    offsets = np.searchsorted(keys >> DAY_BITS, np.arange(count + 1))
    return Dated(days.astype("datetime64[D]"), offsets.astype(np.int64))


def linked_alike(keys: Integers, returns: Floats) -> tuple[Integers, Floats]:
    """Returns of equal keys, which stand together, linked; a single one stays as it is.

    One past float64 is infinite, one without a defined return NaN.
    """
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    stops = np.append(starts[1:], len(keys))[: len(starts)]
    several = stops - starts > 1
    linked = returns[starts]
    if several.any():
        of_several = link(returns, starts[several], stops[several])
        is_endless = of_several.status == Status.OVERFLOW
        linked[several] = np.where(is_endless, np.inf, of_several.returns)
    return keys[starts], linked


def cut(series: Series, segment: Integers, since: Days, starts: Days, ends: Days) -> Series:
    """`series` of (since, end] of every window, a segment each; windows may overlap.

    `segment` is the window's segment of `series`. What lies between `since` and the window's start
    is linked into the start: so the first return of a window begins where the portfolio's does,
    which runs from its last valuation before the window.
    """
    firsts, lasts = series.offsets[segment], series.offsets[segment + 1]
    begins = search_in_segments(series.dates, firsts, lasts, as_days(since + DAY))
    stops = search_in_segments(series.dates, begins, lasts, as_days(ends + DAY))
    rows = rows_of_ranges(begins, stops)
    window = np.repeat(np.arange(len(segment)), stops - begins)
    days = day_numbers(np.maximum(series.dates[rows], starts[window]))
    keys, returns = linked_alike(keys_of(window, days), series.returns[rows])
    dated = dated_by(keys, len(segment))
    return Series(dated.dates, dated.offsets, returns)


def cut_dates(calendar: Dated, segment: Integers, starts: Days, ends: Days) -> Dated:
    """Dates of [start, end] of every window, a segment each."""
    none = Series(calendar.dates, calendar.offsets, np.zeros(len(calendar.dates)))
    dates = cut(none, segment, as_days(starts - DAY), starts, ends)
    return Dated(dates.dates, dates.offsets)


def rows_before(own: Dated, segment: Integers, starts: Days) -> Days:
    """Date of the last row of a segment before each day; the day before it where there is none."""
    firsts = own.offsets[segment]
    row = search_in_segments(own.dates, firsts, own.offsets[segment + 1], starts) - 1
    has_row = row >= firsts
    dates = as_days(starts - DAY)
    dates[has_row] = own.dates[row[has_row]]
    return dates
