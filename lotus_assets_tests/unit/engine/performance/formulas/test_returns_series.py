"""Series on one calendar: gaps, policies, fills, and risk-free conversion."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.dated_series import (
    Dated,
    Series,
    cut,
    one_series,
    rows_before,
)
from lotus_assets.engine.performance.formulas.returns_series import (
    AlignedSeries,
    Fill,
    MissingData,
    align,
    of_buckets,
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


# Halved on Saturday, the 4th, and a gain on Saturday, the 11th.
WEEKEND = one_series(
    as_days(["2025-01-03", "2025-01-04", "2025-01-06", "2025-01-07", "2025-01-08", "2025-01-11"]),
    np.array([0.01, -0.5, 0.02, 0.03, 0.04, 0.1]),
)


@pytest.mark.parametrize("policy", [MissingData.FAIL_FAST, MissingData.ALLOW_PARTIAL])
def test_a_return_off_the_calendar_goes_into_the_next_date_of_its_series(
    policy: MissingData,
) -> None:
    found = align({"portfolio": WEEKEND, "benchmark": FULL}, CALENDAR, policy)
    assert texts(found.rows) == [*map(str, DAYS), "2025-01-11"]
    assert found.returns["portfolio"].tolist() == pytest.approx([0.01, -0.49, 0.03, 0.04, 0.1])
    # After the calendar's last date it is a day of its own, and no gap for the benchmark.
    assert np.isnan(found.returns["benchmark"]).tolist() == [False] * 4 + [True]
    assert texts(found.missing["benchmark"]) == []
    assert texts(found.off_calendar["portfolio"]) == ["2025-01-04", "2025-01-11"]
    assert texts(found.linked["portfolio"]) == ["2025-01-04"]


def test_common_dates_alone_have_no_day_of_one_series_own() -> None:
    strict = align(
        {"portfolio": WEEKEND, "benchmark": FULL}, CALENDAR, MissingData.STRICT_INTERSECTION
    )
    assert texts(strict.rows) == [str(day) for day in DAYS]
    assert strict.returns["portfolio"][1] == pytest.approx(-0.49, rel=1e-15)


def test_a_gain_on_the_portfolio_s_holiday_goes_into_the_next_day_of_the_index() -> None:
    """Monday is a holiday, on Tuesday the index lacks: what it gained goes into Wednesday."""
    holiday = Dated(DAYS[[0, 2, 3]], np.array([0, 3]))
    index = one_series(DAYS[[0, 1, 3]], np.array([0.1, 0.2, 0.3]))
    found = align({"benchmark": index}, holiday, MissingData.ALLOW_PARTIAL)
    assert texts(found.missing["benchmark"]) == ["2025-01-07"]
    assert found.returns["benchmark"][-1] == pytest.approx(1.2 * 1.3 - 1, rel=1e-15)


def test_longer_periods_take_a_return_off_the_calendar_by_its_own_date() -> None:
    """Saturday, 31 May 2025, is of May, though its day goes into Monday, 2 June."""
    days = as_days(["2025-05-30", "2025-05-31", "2025-06-02"])
    own = one_series(days, np.array([0.1, -0.5, 0.2]))
    aligned = align({"portfolio": own}, Dated(days[[0, 2]], np.array([0, 2])))
    assert aligned.returns["portfolio"].tolist() == [0.1, pytest.approx(0.5 * 1.2 - 1, rel=1e-15)]
    found = to_frequency(aligned, Frequency.MONTHLY)
    assert texts(found.rows) == ["2025-05-31", "2025-06-02"]
    assert found.returns["portfolio"].tolist() == [pytest.approx(1.1 * 0.5 - 1), 0.2]


def test_zero_fills_a_gap_and_no_day_of_another_series_own() -> None:
    found = align({"portfolio": WEEKEND, "benchmark": GAPPED}, CALENDAR, fill=Fill.ZERO_FILL)
    assert found.returns["benchmark"].tolist()[:4] == [0.001, 0.0, 0.003, 0.004]
    assert np.isnan(found.returns["benchmark"][4])
    monthly = to_frequency(found, Frequency.MONTHLY)
    assert monthly.returns["benchmark"][0] == pytest.approx(1.001 * 1.003 * 1.004 - 1)


def test_returns_before_a_window_go_into_its_first_day() -> None:
    """The portfolio was valued on the 30th, then from Monday, 2 June on; the window begins on the
    1st: what the index did on the 31st is part of the portfolio's first day."""
    days = as_days(["2025-05-30", "2025-05-31", "2025-06-02", "2025-06-03"])
    index = one_series(days, np.array([0.5, 0.1, 0.2, 0.3]))
    segment, since, start, end = np.zeros(1, np.int64), days[:1], days[2:3] - 1, days[2:3]
    found = cut(index, segment, since, start, end)
    assert texts(found) == ["2025-06-01", "2025-06-02"]
    assert found.returns.tolist() == [0.1, 0.2]
    two = cut(index, segment, since, days[2:3], days[3:])
    assert texts(two) == ["2025-06-02", "2025-06-03"]
    assert two.returns.tolist() == [pytest.approx(1.1 * 1.2 - 1, rel=1e-15), 0.3]
    whole = one_series(days[[0, 2]], np.zeros(2))
    assert rows_before(whole, segment, start).tolist() == since.tolist()
    assert str(rows_before(whole, segment, days[:1])[0]) == "2025-05-29"


def test_returns_of_months_are_dated_alike() -> None:
    business = one_series(as_days(["2025-05-30", "2025-06-30"]), np.array([0.1, 0.2]))
    calendar = one_series(as_days(["2025-05-31", "2025-06-30"]), np.array([0.3, 0.4]))
    found = of_buckets({"portfolio": business, "benchmark": calendar}, Frequency.MONTHLY)
    assert [texts(one) for one in found.values()] == [["2025-05-31", "2025-06-30"]] * 2
    several = {"portfolio": business, "benchmark": FULL}
    assert of_buckets(several, Frequency.MONTHLY) == several


@given(
    st.dictionaries(st.integers(0, 500), st.floats(-0.5, 0.5), min_size=1, max_size=40),
    st.dictionaries(st.integers(0, 500), st.floats(-0.5, 0.5), max_size=40),
    st.sets(st.integers(0, 500), max_size=60),
    st.sampled_from([MissingData.FAIL_FAST, MissingData.ALLOW_PARTIAL]),
    st.sampled_from(Fill),
    st.sampled_from(Frequency),
)
def test_no_return_is_lost_whatever_the_calendar(
    own: dict[int, float],
    other: dict[int, float],
    calendar: set[int],
    policy: MissingData,
    fill: Fill,
    frequency: Frequency,
) -> None:
    start = as_days("2024-11-15")

    def series(returns: dict[int, float]) -> Series:
        numbers = sorted(returns)
        return one_series(
            start + np.array(numbers, np.int64), np.array([returns[one] for one in numbers])
        )

    dates = Dated(start + np.array(sorted(calendar), np.int64), np.array([0, len(calendar)]))
    both = {"portfolio": series(own), "benchmark": series(other)}
    aligned = align(both, dates, policy, fill)
    if aligned.refused:
        return
    found = to_frequency(aligned, frequency)
    for name, one in both.items():
        returns = found.returns[name]
        linked = math.prod(1 + value for value in returns[~np.isnan(returns)])
        assert linked == pytest.approx(math.prod(1 + one.returns), rel=1e-12)


def test_portfolios_keep_to_their_own_calendar() -> None:
    """The first has Friday and Monday, the second Monday and Tuesday, and no return on Tuesday."""
    calendar = Dated(DAYS[[0, 1, 1, 2]], np.array([0, 2, 4]))
    series = Series(DAYS[[0, 1, 2, 1]], np.array([0, 3, 4]), np.array([0.1, 0.2, 0.3, 0.4]))
    found = align({"portfolio": series}, calendar)
    assert found.refused == {1: "portfolio has no return on 1 dates, first 2025-01-07"}
    assert found.rows.offsets.tolist() == [0, 3, 3]
    assert found.returns["portfolio"].tolist() == [0.1, 0.2, 0.3]
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
