"""The calendar days on which a row counts: the one form behind windows and states.

A row that happened on day d counts in a window of w days for every D in d … d + w - 1; a row that
lasted from one instant to another counts at the end of every D from its first day to the day
before its last. Days are `datetime64[D]` arrays, NaT where a row counts on no day.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.local_days import local_days

Days = NDArray[np.datetime64]
LONG_AGO = np.datetime64("0001-01-01", "D")
FAR_AWAY = np.datetime64("9999-12-31", "D")


class CountedDays(NamedTuple):
    """For each row, the first and the last day on which it counts, both included."""

    first: Days
    last: Days


def in_window(days: Days, length: int) -> CountedDays:
    """Rows of the given calendar days, in windows of `length` days that end with D."""
    return CountedDays(days, days + np.timedelta64(length - 1, "D"))


def first_in_window(days: Days, groups: NDArray[np.int64], length: int) -> CountedDays:
    """As `in_window`, but of several rows of one group a window counts only the latest.

    So that an issue closed twice in a window is one issue. `groups` is one number a row.
    """
    order = np.lexsort((days, groups))
    following = np.full(len(days), FAR_AWAY, dtype="datetime64[D]")
    if len(days) > 1:
        same = groups[order][1:] == groups[order][:-1]
        following[order[:-1]] = np.where(same, days[order][1:], FAR_AWAY)
    until = np.minimum(days + np.timedelta64(length - 1, "D"), following - np.timedelta64(1, "D"))
    return CountedDays(days, until)


def at_end_of_day(begun: Days, ended: Days) -> CountedDays:
    """Rows that lasted from `begun` to `ended`, NaT for what still lasts, at the end of D.

    What ended on D does not last at its end; what began on D does, unless it ended on D too.
    """
    last = np.where(np.isnat(ended), FAR_AWAY, ended - np.timedelta64(1, "D"))
    return CountedDays(begun, last)


def days_of(instants: pd.Series, timezone: str) -> Days:
    """The calendar days of instants in `timezone`, NaT for NULL."""
    return local_days(instants, timezone).to_numpy().astype("datetime64[D]")


def end_of_days(days: Days, timezone: str) -> NDArray[np.datetime64]:
    """The UTC instants (`datetime64[us]`) at which calendar days end: the next local midnight.

    A day is 23 or 25 hours long when the clocks change.
    """
    midnights = pd.DatetimeIndex(days + np.timedelta64(1, "D"))
    # Some zones change at midnight: the day then ends when the clock first shows the next one.
    local = midnights.tz_localize(
        timezone, nonexistent="shift_forward", ambiguous=np.ones(len(midnights), dtype=bool)
    )
    return local.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
