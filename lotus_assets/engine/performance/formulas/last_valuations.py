"""Whether the last valuation of a window is so old that nothing may be annualised up to its end."""

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Integers,
    as_days,
    search_in_segments,
    window_maxima,
)

LONGEST_SILENCE = np.timedelta64(7, "D")
"""A last valuation this old is never stale: weekends and holidays are shorter."""
YEAR = np.timedelta64(365, "D")


def stale_since(
    dates: Days, firsts: Integers, starts: Integers, stops: Integers, ends: Days
) -> Days:
    """Date of the last row of windows [start, stop) that end on `ends`, NaT where it is not stale.

    It is stale where more days lie between it and the window's end than seven, and than the
    longest gap between rows of the 365 days up to it. `firsts` are the first rows that are known
    of the windows' portfolios. A window without rows is none that is stale.
    """
    stale = as_days(np.full(len(starts), "NaT"))
    filled = np.flatnonzero(stops > starts)
    last = stops[filled] - 1
    silence = ends[filled] - dates[last]
    doubtful = silence > LONGEST_SILENCE
    filled, last, silence = filled[doubtful], last[doubtful], silence[doubtful]
    of_year = search_in_segments(dates, firsts[filled], last, as_days(dates[last] - YEAR))
    gaps = np.diff(dates, prepend=dates[:1]) // DAY
    longest = window_maxima(gaps.astype(np.float64), of_year + 1, last + 1)
    is_stale = silence // DAY > longest
    stale[filled[is_stale]] = dates[last[is_stale]]
    return stale
