"""Days on which something happens in the portfolios that are written out."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd

from lotus_assets.standin.sample_book.calendars import business_days, weekdays
from lotus_assets.standin.sample_book.trading import Integers

OPENED = date(2025, 1, 2)
"""All of them open on this day: what recurs in them is soon seen in every period."""
EVERY_MONTH = range(1, 13)
SATURDAY = 5


def own_days(end: date) -> pd.DatetimeIndex:
    """Business days of the euro area since the opening."""
    return business_days("TARGET", OPENED, end)


def market_days(end: date) -> pd.DatetimeIndex:
    """Weekdays since the opening: indices have returns on the portfolios' holidays too."""
    return weekdays(OPENED, end)


def saturdays(end: date, week: int) -> pd.DatetimeIndex:
    """The first (second, …) Saturday of every month since the opening."""
    days = pd.date_range(OPENED, end)
    return days[(days.day_of_week == SATURDAY) & ((days.day - 1) // 7 == week - 1)]


def rows_from(dates: pd.DatetimeIndex, day: int, months: Collection[int] = EVERY_MONTH) -> Integers:
    """Rows of the first date on or after a day of every one of the months, the first row but."""
    rows = np.flatnonzero((dates.day >= day) & dates.month.isin(list(months)))
    number = (dates.year * 12 + dates.month).to_numpy()[rows]
    firsts: Integers = rows[np.diff(number, prepend=-1) != 0]
    return firsts[firsts > 0]


def later(rows: Integers, steps: int, dates: pd.DatetimeIndex) -> Integers:
    """The rows so many steps after those, as far as there are any."""
    moved = rows + steps
    return moved[moved < len(dates)]
