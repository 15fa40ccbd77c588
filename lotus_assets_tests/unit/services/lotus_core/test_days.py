"""Calendars, periods, the end of a day, and linking by calendar."""

import datetime as dt

import numpy as np
import pytest

from lotus_assets.services.lotus_core.contracts.shared import Period
from lotus_assets.services.lotus_core.database import end_of_day
from lotus_assets.services.lotus_core.payloads.benchmarks import linked
from lotus_assets.services.lotus_core.payloads.calendars import Calendar, Days
from lotus_assets.services.lotus_core.payloads.periods import period_start

OPEN = dt.date(2019, 5, 2)


def as_text(days: Days) -> list[str]:
    return [str(day) for day in days]


@pytest.mark.parametrize(
    ("period", "as_of", "start"),
    [
        (Period.MTD, "2025-08-20", "2025-08-01"),
        (Period.QTD, "2025-08-20", "2025-07-01"),
        (Period.QTD, "2025-12-31", "2025-10-01"),
        (Period.YTD, "2025-08-20", "2025-01-01"),
        (Period.ONE_YEAR, "2025-08-20", "2024-08-21"),
        (Period.THREE_YEARS, "2025-12-31", "2023-01-01"),
        (Period.FIVE_YEARS, "2025-08-20", "2020-08-21"),
        (Period.ONE_YEAR, "2024-02-29", "2023-03-01"),  # 29 February → 28 February, and a day
        (Period.ITD, "2025-08-20", "2019-05-02"),
    ],
)
def test_period_starts(period: Period, as_of: str, start: str) -> None:
    assert period_start(period, dt.date.fromisoformat(as_of), OPEN).isoformat() == start


def test_business_days_with_holidays_and_working_weekends() -> None:
    calendar = Calendar(
        holidays=np.array(["2025-01-06"], "datetime64[D]"),
        workdays=np.array(["2025-01-04"], "datetime64[D]"),
    )
    found = as_text(calendar.business_days(dt.date(2025, 1, 3), dt.date(2025, 1, 8)))
    assert found == ["2025-01-03", "2025-01-04", "2025-01-07", "2025-01-08"]
    assert as_text(calendar.business_days(dt.date(2025, 1, 8), dt.date(2025, 1, 7))) == []


def test_the_end_of_an_amsterdam_day() -> None:
    assert end_of_day(dt.date(2025, 1, 10)).isoformat() == "2025-01-10T22:59:59.999999+00:00"
    assert end_of_day(dt.date(2025, 7, 10)).isoformat() == "2025-07-10T21:59:59.999999+00:00"
    # The day of the clock change has 23 hours.
    assert end_of_day(dt.date(2025, 3, 30)).isoformat() == "2025-03-30T21:59:59.999999+00:00"


def test_linking_by_calendar() -> None:
    dates = np.array(["2024-12-30", "2025-01-03", "2025-01-05", "2025-01-06"], "datetime64[D]")
    returns = np.array([0.1, 0.1, -0.5, 0.2])
    # 30 December to 5 January is one ISO week
    days, values = linked(dates, returns, "WEEKLY")
    assert as_text(days) == ["2025-01-05", "2025-01-06"]
    assert values == pytest.approx([1.1 * 1.1 * 0.5 - 1, 0.2])
    days, values = linked(dates, returns, "YEARLY")
    assert as_text(days) == ["2024-12-30", "2025-01-06"]
    assert values == pytest.approx([0.1, 1.1 * 0.5 * 1.2 - 1])
    assert linked(dates, returns, "DAILY")[1] is returns


def test_a_total_loss_stays_one() -> None:
    dates = np.array(["2025-01-02", "2025-01-03"], "datetime64[D]")
    assert linked(dates, np.array([-1.0, 0.5]), "MONTHLY")[1].tolist() == [-1.0]
