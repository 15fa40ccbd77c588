"""Series on one calendar: gaps, policies, fills, and risk-free conversion."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.returns_series import (
    AlignedSeries,
    Dated,
    Fill,
    MissingData,
    Series,
    align,
    one_series,
    to_frequency,
    weekdays,
)
from lotus_assets.engine.performance.formulas.risk_free import Compounding, rate_to_returns
from lotus_assets.engine.performance.formulas.segments import as_days

# Friday, Monday to Wednesday.
DAYS = as_days(["2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08"])
CALENDAR = Dated(DAYS, np.array([0, 4]))
FULL = one_series(DAYS, np.array([0.01, 0.02, 0.03, 0.04]))
GAPPED = one_series(DAYS[[0, 2, 3]], np.array([0.001, 0.003, 0.004]))
BOTH = {"portfolio": FULL, "benchmark": GAPPED}


def texts(dated: Dated) -> list[str]:
    return [str(day) for day in dated.dates]


def test_fail_fast_names_the_series_and_the_date() -> None:
    found = align(BOTH, CALENDAR)
    assert found.refused == {0: "benchmark has no return on 1 dates, first 2025-01-06"}
    assert texts(found.rows) == []
    whole = align({"portfolio": FULL, "benchmark": FULL}, CALENDAR)
    assert whole.refused == {}
    assert whole.returns["benchmark"].tolist() == FULL.returns.tolist()
    assert [texts(days) for days in whole.missing.values()] == [[], []]


def test_partial_keeps_each_series_and_lists_gaps() -> None:
    found = align(BOTH, CALENDAR, MissingData.ALLOW_PARTIAL)
    assert texts(found.missing["benchmark"]) == ["2025-01-06"]
    assert np.isnan(found.returns["benchmark"]).tolist() == [False, True, False, False]
    assert found.returns["portfolio"].tolist() == FULL.returns.tolist()


def test_intersection_keeps_common_dates() -> None:
    found = align(BOTH, CALENDAR, MissingData.STRICT_INTERSECTION)
    assert found.returns["portfolio"].tolist() == [0.01, 0.03, 0.04]
    apart = one_series(DAYS[[1]], np.array([0.1]))
    series = {"portfolio": apart, "benchmark": GAPPED}
    [said] = align(series, CALENDAR, MissingData.STRICT_INTERSECTION).refused.values()
    assert said == "no date has a return of every series that is asked for"


def test_zero_fill_fills_with_zero_and_still_lists() -> None:
    found = align(BOTH, CALENDAR, fill=Fill.ZERO_FILL)
    assert found.returns["benchmark"].tolist() == [0.001, 0.0, 0.003, 0.004]
    assert texts(found.missing["benchmark"]) == ["2025-01-06"]


def test_an_undefined_return_is_a_gap() -> None:
    undefined = one_series(DAYS, np.array([0.01, np.nan, 0.03, 0.04]))
    found = align({"portfolio": undefined}, CALENDAR)
    assert found.refused == {0: "portfolio has no return on 1 dates, first 2025-01-06"}


def test_dates_off_the_calendar_are_left_out_and_listed() -> None:
    weekend = one_series(as_days(["2025-01-03", "2025-01-04"]), np.array([0.1, 0.2]))
    found = align({"portfolio": weekend}, Dated(DAYS[:1], np.array([0, 1])))
    assert found.returns["portfolio"].tolist() == [0.1]
    assert texts(found.off_calendar["portfolio"]) == ["2025-01-04"]


def test_portfolios_keep_to_their_own_calendar() -> None:
    """The first has Friday and Monday, the second Monday and Tuesday, and no return on Tuesday."""
    calendar = Dated(DAYS[[0, 1, 1, 2]], np.array([0, 2, 4]))
    series = Series(DAYS[[0, 1, 2, 1]], np.array([0, 3, 4]), np.array([0.1, 0.2, 0.3, 0.4]))
    found = align({"portfolio": series}, calendar)
    assert found.refused == {1: "portfolio has no return on 1 dates, first 2025-01-07"}
    assert found.rows.offsets.tolist() == [0, 2, 2]
    assert found.returns["portfolio"].tolist() == [0.1, 0.2]
    assert found.off_calendar["portfolio"].offsets.tolist() == [0, 1, 1]
    assert texts(found.missing["portfolio"]) == ["2025-01-07"]


def test_dates_must_rise() -> None:
    with pytest.raises(ValueError, match="must rise"):
        one_series(DAYS[::-1], np.zeros(4))
    with pytest.raises(ValueError, match="4 dates, but 1 returns"):
        one_series(DAYS, np.zeros(1))


def test_weekdays_are_monday_to_friday() -> None:
    days = weekdays(dt.date(2025, 1, 3), dt.date(2025, 1, 8))
    assert days.tolist() == DAYS.tolist()


def weekly(series: dict[str, Series]) -> AlignedSeries:
    return to_frequency(align(series, CALENDAR, MissingData.ALLOW_PARTIAL), Frequency.WEEKLY)


def test_buckets_are_dated_by_their_last_row() -> None:
    found = weekly({"portfolio": FULL})
    assert texts(found.rows) == ["2025-01-03", "2025-01-08"]
    assert found.returns["portfolio"].tolist() == pytest.approx([0.01, 1.02 * 1.03 * 1.04 - 1])
    empty = Dated(DAYS[:0], np.array([0, 0]))
    assert texts(to_frequency(align({}, empty), Frequency.WEEKLY).rows) == []


def test_a_bucket_links_what_a_series_has_in_it() -> None:
    late = one_series(DAYS[1:2], np.array([0.5]))
    undefined = one_series(DAYS, np.array([0.1, 0.2, np.nan, 0.3]))
    found = weekly({"portfolio": FULL, "benchmark": late, "risk_free": undefined})
    assert np.isnan(found.returns["benchmark"][0])
    assert found.returns["benchmark"][1] == pytest.approx(0.5, rel=1e-15)
    assert found.returns["risk_free"][0] == pytest.approx(0.1, rel=1e-15)
    assert np.isnan(found.returns["risk_free"][1])


@given(st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=5), st.sampled_from(MissingData))
def test_a_portfolio_is_aligned_as_if_it_were_alone(
    held: list[set[int]], policy: MissingData
) -> None:
    dates = [as_days(["2025-01-06"]) + np.array(sorted(days), "timedelta64[D]") for days in held]
    offsets = np.append(0, np.cumsum([len(days) for days in dates]))
    returns = np.arange(offsets[-1]) / 100
    series = Series(np.concatenate(dates), offsets, returns)
    week = weekdays(dt.date(2025, 1, 6), dt.date(2025, 1, 15))
    calendar = Dated(np.tile(week, len(held)), np.arange(len(held) + 1) * len(week))
    together = align({"portfolio": series}, calendar, policy)
    for number, own in enumerate(dates):
        rows = slice(offsets[number], offsets[number + 1])
        alone = align(
            {"portfolio": one_series(own, returns[rows])},
            Dated(week, np.array([0, len(week)])),
            policy,
        )
        kept = slice(together.rows.offsets[number], together.rows.offsets[number + 1])
        assert together.refused.get(number) == alone.refused.get(0)
        assert together.rows.dates[kept].tolist() == alone.rows.dates.tolist()
        assert together.returns["portfolio"][kept].tolist() == alone.returns["portfolio"].tolist()


def test_rates_become_returns_of_their_period() -> None:
    dates, before = DAYS[1:2], DAYS[:1]  # three calendar days, one business day
    rate = np.array([0.036])
    assert rate_to_returns(rate, dates, before, Compounding.SIMPLE, 360)[0] == pytest.approx(0.0003)
    assert rate_to_returns(rate, dates, before, Compounding.COMPOUNDED, 365)[0] == pytest.approx(
        1.036 ** (3 / 365) - 1, rel=1e-12
    )
    found = rate_to_returns(rate, dates, before, Compounding.SIMPLE, 252, DAYS)
    assert found[0] == pytest.approx(0.036 / 252)
    with pytest.raises(ValueError, match="business days"):
        rate_to_returns(rate, dates, before, Compounding.SIMPLE, 252)
    with pytest.raises(ValueError, match="not 366"):
        rate_to_returns(rate, dates, before, Compounding.SIMPLE, 366)
