"""Days whose capital is dust beside that of the year before: what it returns is to be told."""

import numpy as np

from lotus_assets.engine.performance.formulas.daily_returns import (
    SMALL_PART,
    DailyValues,
    capitals,
    exact_capitals,
)
from lotus_assets.engine.performance.formulas.received_decimals import (
    CANCELLED,
    UNIT,
    nearest,
    quotients,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    search_in_segments,
    segment_of_rows,
)

LOOKBACK_DAYS = 365
TIMES = 100
"""Capital is small where this many times it are less than the largest."""


def has_small_capital(values: DailyValues) -> Booleans:
    """Rows with capital under 1 % of the largest of the 365 days before, the day's own included.

    Capital counts by its size. No capital at all is not small capital.
    """
    sizes = np.abs(_capitals(values))
    is_small = np.zeros(len(sizes), bool)
    segment = segment_of_rows(values.offsets)
    filled = np.flatnonzero(np.diff(values.offsets) > 0)
    largest_of_segment = np.zeros(values.count)
    if len(filled):
        largest_of_segment[filled] = np.fmax.reduceat(sizes, values.offsets[filled])
    limit = (1.0 + CANCELLED) * largest_of_segment[segment]
    rows = np.flatnonzero((sizes > 0) & (TIMES * sizes <= limit))
    if len(rows):
        firsts = values.offsets[segment[rows]]
        days = values.dates[rows] - np.timedelta64(LOOKBACK_DAYS, "D")
        starts = search_in_segments(values.dates, firsts, rows, days)
        is_small[rows] = _is_under(values, rows, sizes, _maxima(sizes, starts, rows + 1))
    return is_small


def _capitals(values: DailyValues) -> Floats:
    """Capital of every row, from the decimals where floats cancel."""
    every = slice(0, len(values.dates))
    capital = capitals(values, every)
    cancelled = np.flatnonzero(np.abs(capital) <= SMALL_PART * np.abs(values.begin_mv))
    if len(cancelled):
        capital[cancelled] = quotients(exact_capitals(values, cancelled), UNIT)
    return capital


def _is_under(values: DailyValues, rows: Integers, sizes: Floats, largest: Floats) -> Booleans:
    """Whether capital is under 1 % of the largest, at the limit decided on the decimals."""
    above = TIMES * sizes[rows] - largest
    is_under = np.asarray(above < 0)
    at = np.flatnonzero(np.abs(above) <= CANCELLED * largest)
    if len(at):
        exact = TIMES * np.abs(exact_capitals(values, rows[at])) - nearest(largest[at])
        is_under[at] = exact < 0
    return is_under


def _maxima(values: Floats, starts: Integers, stops: Integers) -> Floats:
    """Greatest of `values[start:stop]` of every window (none is empty), NaN left out.

    Of two stretches that overlap and are powers of two long; a stretch's maxima are made of those
    of its halves.
    """
    lengths = stops - starts
    levels = np.frexp(lengths)[1] - 1
    maxima = np.empty(len(starts))
    stretch = values
    for level in range(int(levels.max()) + 1):
        if level:
            half = 1 << (level - 1)
            stretch = np.fmax(stretch[:-half], stretch[half:])
        at = np.flatnonzero(levels == level)
        maxima[at] = np.fmax(stretch[starts[at]], stretch[stops[at] - (1 << level)])
    return maxima
