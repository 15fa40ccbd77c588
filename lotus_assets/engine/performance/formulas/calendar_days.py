"""Days, months and years of arrays of dates, and the labels of calendar buckets."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.segments import Days, Floats, Integers

DAY = np.timedelta64(1, "D")
# 1970-01-01, day 0, was a Thursday: ISO weeks begin three days before it.
THURSDAY = 3


class Frequency(StrEnum):
    """Length of a calendar bucket."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


def day_numbers(days: Days) -> Integers:
    """Days since 1970-01-01."""
    return days.astype("datetime64[D]").astype(np.int64)


def month_numbers(days: Days) -> Integers:
    """Months since January 1970."""
    return days.astype("datetime64[M]").astype(np.int64)


def months_to_days(months: Integers) -> Days:
    """First days of months counted from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]")


def years_from(days: Days, years: int) -> Days:
    """The same day of another year; 29 February becomes 28 February in a common year."""
    months = month_numbers(days)
    day_of_month = days - months_to_days(months)
    moved = months + 12 * years
    last = months_to_days(moved + 1) - DAY
    return np.minimum(months_to_days(moved) + day_of_month, last)


def start_of_month(days: Days) -> Days:
    """First day of the month."""
    return months_to_days(month_numbers(days))


def start_of_quarter(days: Days) -> Days:
    """First day of the quarter."""
    return months_to_days(month_numbers(days) // 3 * 3)


def start_of_year(days: Days) -> Days:
    """First day of the year."""
    return months_to_days(month_numbers(days) // 12 * 12)


def iso_weeks(days: Days) -> Integers:
    """ISO weeks (Monday to Sunday) since that of 1970-01-01."""
    return (day_numbers(days) + THURSDAY) // 7


BUCKETS: dict[Frequency, Callable[[Days], Integers]] = {
    Frequency.DAILY: day_numbers,
    Frequency.WEEKLY: iso_weeks,
    Frequency.MONTHLY: month_numbers,
    Frequency.QUARTERLY: lambda days: month_numbers(days) // 3,
    Frequency.YEARLY: lambda days: month_numbers(days) // 12,
}
"""Number of the bucket of every day, rising with time."""


def bucket_labels(frequency: Frequency, days: Days) -> NDArray[np.object_]:
    """`2025-01-31`, `2025-W05`, `2025-01`, `2025-Q1` or `2025` of every day."""
    buckets = BUCKETS[frequency](days)
    numbers, position = np.unique(buckets, return_inverse=True)
    return np.array([_label(frequency, int(one)) for one in numbers], dtype=object)[position]


def _label(frequency: Frequency, number: int) -> str:
    if frequency is Frequency.DAILY:
        return str(np.datetime64(number, "D"))
    if frequency is Frequency.WEEKLY:
        # ISO 8601: the week belongs to the year of its Thursday.
        thursday = np.datetime64(number * 7, "D")
        first = thursday.astype("datetime64[Y]").astype("datetime64[D]")
        return f"{thursday.astype('datetime64[Y]')}-W{int((thursday - first) // DAY) // 7 + 1:02d}"
    if frequency is Frequency.MONTHLY:
        return str(np.datetime64(number, "M"))
    if frequency is Frequency.QUARTERLY:
        return f"{1970 + number // 4}-Q{number % 4 + 1}"
    return str(1970 + number)


def days_between(starts: Days, ends: Days) -> Floats:
    """Plain date differences, in days."""
    return (ends - starts).astype("timedelta64[D]", copy=False).astype(np.float64)
