"""Business days of the markets that the sample book trades on."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

import pandas as pd
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    EasterMonday,
    GoodFriday,
    Holiday,
    nearest_workday,
    next_monday,
    next_monday_or_tuesday,
)
from pandas.tseries.offsets import LastWeekOfMonth, WeekOfMonth

MONDAY: Final = 0
THURSDAY: Final = 3


class Target(AbstractHolidayCalendar):
    """Closing days of the euro area's payment system (ECB, TARGET closing days)."""

    rules = [  # noqa: RUF012 - pandas reads the class attribute
        Holiday("New Year's Day", month=1, day=1),
        GoodFriday,
        EasterMonday,
        Holiday("Labour Day", month=5, day=1),
        Holiday("Christmas Day", month=12, day=25),
        Holiday("Day after Christmas", month=12, day=26),
    ]


class NewYork(AbstractHolidayCalendar):
    """Days without trading in New York."""

    rules = [  # noqa: RUF012
        Holiday("New Year's Day", month=1, day=1, observance=nearest_workday),
        Holiday(
            "Martin Luther King Day", month=1, day=1, offset=WeekOfMonth(week=2, weekday=MONDAY)
        ),
        Holiday("Presidents' Day", month=2, day=1, offset=WeekOfMonth(week=2, weekday=MONDAY)),
        GoodFriday,
        Holiday("Memorial Day", month=5, day=1, offset=LastWeekOfMonth(weekday=MONDAY)),
        Holiday("Juneteenth", month=6, day=19, observance=nearest_workday),
        Holiday("Independence Day", month=7, day=4, observance=nearest_workday),
        Holiday("Labor Day", month=8, day=31, offset=WeekOfMonth(week=0, weekday=MONDAY)),
        Holiday("Thanksgiving", month=11, day=1, offset=WeekOfMonth(week=3, weekday=THURSDAY)),
        Holiday("Christmas Day", month=12, day=25, observance=nearest_workday),
    ]


class London(AbstractHolidayCalendar):
    """Bank holidays of England."""

    rules = [  # noqa: RUF012
        Holiday("New Year's Day", month=1, day=1, observance=next_monday),
        GoodFriday,
        EasterMonday,
        Holiday("Early May", month=4, day=30, offset=WeekOfMonth(week=0, weekday=MONDAY)),
        Holiday("Spring", month=5, day=1, offset=LastWeekOfMonth(weekday=MONDAY)),
        Holiday("Summer", month=8, day=1, offset=LastWeekOfMonth(weekday=MONDAY)),
        Holiday("Christmas Day", month=12, day=25, observance=next_monday),
        Holiday("Boxing Day", month=12, day=26, observance=next_monday_or_tuesday),
    ]


CALENDARS: Mapping[str, type[AbstractHolidayCalendar]] = {
    "TARGET": Target,
    "NYSE": NewYork,
    "LSE": London,
}
"""Calendar id → its holidays; every calendar also closes on Saturdays and Sundays."""


@cache
def business_days(calendar_id: str, start: date, end: date) -> pd.DatetimeIndex:
    """Open days of a calendar in [start, end], ascending."""
    closed = CALENDARS[calendar_id]().holidays(start, end)
    return pd.bdate_range(start, end).difference(closed)


@cache
def weekdays(start: date, end: date) -> pd.DatetimeIndex:
    """Mondays to Fridays in [start, end]: the days on which something is open somewhere."""
    return pd.bdate_range(start, end)
