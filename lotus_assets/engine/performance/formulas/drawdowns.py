"""Maximum drawdowns of many series at once."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    Integers,
    running_maxima,
    running_products,
    segment_of_rows,
)


@dataclass(frozen=True)
class Drawdowns:
    """One value a series: the deepest fall from a peak (0 or less), and the dates of both.

    `peak_date` is NaT where the peak is the starting value; `trough_date` too where nothing fell.
    """

    depth: Floats
    peak_date: Days
    trough_date: Days


def maximum_drawdowns(returns: Floats, dates: Days, offsets: Integers) -> Drawdowns:
    """Deepest `value / peak so far - 1` of every segment; the starting value 1 counts as a peak.

    Of equally deep falls the first counts, of equally high peaks before it the last. NaN where a
    return is NaN or below -1, there is none, or the value passes what a float holds.
    """
    count = len(offsets) - 1
    depth = np.full(count, np.nan)
    peak_date = np.full(count, np.datetime64("NaT"), "datetime64[D]")
    trough_date = peak_date.copy()
    lengths = np.diff(offsets)
    segment = segment_of_rows(offsets)
    bad = np.bincount(segment[~(returns >= -1.0)], minlength=count) > 0
    usable = (lengths > 0) & ~bad
    if not usable.any():
        return Drawdowns(depth, peak_date, trough_date)
    value = running_products(1.0 + np.nan_to_num(returns), offsets)
    peak = np.maximum(running_maxima(value, offsets), 1.0)
    fall = value / peak - 1.0
    firsts = offsets[:-1][usable]
    deepest = np.minimum.reduceat(fall, firsts) if usable.all() else _minima(fall, offsets, usable)
    depth[usable] = deepest
    rows = np.arange(len(returns))
    every = np.full(count, np.nan)
    every[usable] = deepest
    trough = _first_true(fall == every[segment], offsets)
    fell = usable & (depth < 0)
    at = trough[fell]
    trough_date[fell] = dates[at]
    # The last row up to the trough on which the value stood at its peak, if it did at all.
    is_peak = (value == peak) & (value >= 1.0)
    last_peak = np.maximum.accumulate(np.where(is_peak, rows, -1))[at]
    has_peak = last_peak >= offsets[:-1][fell]
    numbers = np.flatnonzero(fell)[has_peak]
    peak_date[numbers] = dates[last_peak[has_peak]]
    return Drawdowns(depth, peak_date, trough_date)


def _minima(values: Floats, offsets: Integers, usable: np.ndarray) -> Floats:
    segment = segment_of_rows(offsets)
    kept = usable[segment]
    starts = np.flatnonzero(np.append(True, np.diff(segment[kept]) > 0))
    minima: Floats = np.minimum.reduceat(values[kept], starts)
    return minima


def _first_true(mask: np.ndarray, offsets: Integers) -> Integers:
    """First row of every segment where the mask holds; the number of rows where none does."""
    rows = np.append(np.flatnonzero(mask), len(mask))
    firsts: Integers = rows[np.searchsorted(rows, offsets[:-1])]
    return firsts
