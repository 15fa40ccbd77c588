"""Series on one calendar: gaps, policies, fills, and risk-free conversion."""

import datetime as dt

import numpy as np
import pytest

from lotus_assets.engine.performance.calendar_days import Frequency
from lotus_assets.engine.performance.returns_series import (
    Fill,
    InsufficientDataError,
    MissingData,
    Series,
    align,
    to_frequency,
    weekdays,
)
from lotus_assets.engine.performance.risk_free import Compounding, rate_to_returns
from lotus_assets.engine.performance.segments import as_days

# Friday, Monday to Wednesday.
CALENDAR = as_days(["2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08"])
FULL = Series(CALENDAR, np.array([0.01, 0.02, 0.03, 0.04]))
GAPPED = Series(CALENDAR[[0, 2, 3]], np.array([0.001, 0.003, 0.004]))


def test_excess_is_portfolio_less_benchmark() -> None:
    found = align({"portfolio": FULL, "benchmark": FULL}, CALENDAR)
    assert found.frame["excess"].tolist() == [0.0] * 4
    assert [len(days) for days in found.missing.values()] == [0, 0]


def test_fail_fast_names_the_series_and_the_date() -> None:
    with pytest.raises(InsufficientDataError, match=r"benchmark has no return on 1 dates.*01-06"):
        align({"portfolio": FULL, "benchmark": GAPPED}, CALENDAR)


def test_partial_keeps_each_series_and_lists_gaps() -> None:
    found = align({"portfolio": FULL, "benchmark": GAPPED}, CALENDAR, MissingData.ALLOW_PARTIAL)
    assert found.missing["benchmark"].astype(str).tolist() == ["2025-01-06"]
    assert found.frame["benchmark"].isna().tolist() == [False, True, False, False]
    assert found.frame["excess"].isna().tolist() == [False, True, False, False]


def test_intersection_keeps_common_dates() -> None:
    found = align(
        {"portfolio": FULL, "benchmark": GAPPED}, CALENDAR, MissingData.STRICT_INTERSECTION
    )
    assert found.frame["portfolio"].tolist() == [0.01, 0.03, 0.04]
    apart = Series(CALENDAR[[1]], np.array([0.1]))
    with pytest.raises(InsufficientDataError, match="no date"):
        align({"portfolio": apart, "benchmark": GAPPED}, CALENDAR, MissingData.STRICT_INTERSECTION)


def test_zero_fill_fills_with_zero_and_still_lists() -> None:
    found = align({"portfolio": FULL, "benchmark": GAPPED}, CALENDAR, fill=Fill.ZERO_FILL)
    assert found.frame["benchmark"].tolist() == [0.001, 0.0, 0.003, 0.004]
    assert found.missing["benchmark"].astype(str).tolist() == ["2025-01-06"]


def test_dates_off_the_calendar_are_left_out_and_listed() -> None:
    weekend = Series(as_days(["2025-01-03", "2025-01-04"]), np.array([0.1, 0.2]))
    found = align({"portfolio": weekend}, CALENDAR[:1])
    assert found.frame["portfolio"].tolist() == [0.1]
    assert found.off_calendar["portfolio"].astype(str).tolist() == ["2025-01-04"]


def test_dates_must_rise() -> None:
    with pytest.raises(ValueError, match="must rise"):
        Series(CALENDAR[::-1], np.zeros(4))
    with pytest.raises(ValueError, match="4 dates, but 1 returns"):
        Series(CALENDAR, np.zeros(1))


def test_weekdays_are_monday_to_friday() -> None:
    days = weekdays(dt.date(2025, 1, 3), dt.date(2025, 1, 8))
    assert days.tolist() == CALENDAR.tolist()


def test_buckets_are_dated_by_their_last_observation() -> None:
    weekly = to_frequency(FULL, Frequency.WEEKLY)
    assert weekly.dates.astype(str).tolist() == ["2025-01-03", "2025-01-08"]
    assert weekly.returns.tolist() == pytest.approx([0.01, 1.02 * 1.03 * 1.04 - 1])
    assert len(to_frequency(Series(CALENDAR[:0], np.empty(0)), Frequency.WEEKLY).dates) == 0


def test_rates_become_returns_of_their_period() -> None:
    dates, before = CALENDAR[1:2], CALENDAR[:1]  # three calendar days, one business day
    rate = np.array([0.036])
    assert rate_to_returns(rate, dates, before, Compounding.SIMPLE, 360)[0] == pytest.approx(0.0003)
    assert rate_to_returns(rate, dates, before, Compounding.COMPOUNDED, 365)[0] == pytest.approx(
        1.036 ** (3 / 365) - 1, rel=1e-12
    )
    found = rate_to_returns(rate, dates, before, Compounding.SIMPLE, 252, CALENDAR)
    assert found[0] == pytest.approx(0.036 / 252)
    with pytest.raises(ValueError, match="business days"):
        rate_to_returns(rate, dates, before, Compounding.SIMPLE, 252)
    with pytest.raises(ValueError, match="not 366"):
        rate_to_returns(rate, dates, before, Compounding.SIMPLE, 366)
