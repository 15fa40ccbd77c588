"""Business days: Monday to Friday, but for the days that a calendar says otherwise of."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import Snapshot, read_columns

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Calendar:
    """Exceptions to Monday-to-Friday."""

    holidays: Days
    workdays: Days

    def business_days(self, first: dt.date, last: dt.date) -> Days:
        """Business days from `first` to `last`, both included, ascending."""
        days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
        is_business = np.is_busday(days, holidays=self.holidays) | np.isin(days, self.workdays)
        return days[is_business]


def read_calendar(connection: Connection, snapshot: Snapshot, calendar_id: str) -> Calendar:
    """The calendar as it was known."""
    rows = read_columns(
        connection,
        "calendar",
        {**snapshot.parameters, "calendar_id": calendar_id},
        {"calendar_date": "date", "is_business_day": "flag"},
    )
    days = as_days(rows["calendar_date"])
    works = rows["is_business_day"].to_numpy().astype(bool)
    return Calendar(holidays=days[~works], workdays=days[works])


def as_days(column: object) -> Days:
    """An Arrow column of dates as numpy days."""
    days: Days = np.asarray(column.to_numpy()).astype("datetime64[D]")  # type: ignore[attr-defined]
    return days
