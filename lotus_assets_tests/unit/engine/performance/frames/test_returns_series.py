"""Series of many portfolios side by side, risk-free rates, and risk statistics by period."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import (
    Basis,
    DailyValues,
    daily_returns,
)
from lotus_assets.engine.performance.formulas.dated_series import (
    Dated,
    Series,
    cut,
    cut_dates,
    rows_before,
)
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import MissingData, weekdays
from lotus_assets.engine.performance.formulas.risk_statistics import (
    statistics_of_series,
)
from lotus_assets.engine.performance.frames.portfolio_days import (
    PortfolioDays,
    portfolio_days,
    portfolios_frame,
)
from lotus_assets.engine.performance.frames.returns_series import (
    ReturnsSeriesOptions,
    dated,
    returns_series,
    risk_free_returns,
    series_of,
)
from lotus_assets.engine.performance.frames.risk_statistics import (
    ANNUALISED,
    RiskStatisticsOptions,
    risk_statistics,
)
from lotus_assets.engine.performance.frames.twr import TwrOptions, twr

NAMES = np.array(["A", "B"], dtype=object)
# Thursday and Friday, Tuesday (a holiday before it), Wednesday.
DAYS = np.array(["2025-04-17", "2025-04-18", "2025-04-22", "2025-04-23"], "datetime64[D]")
CALENDAR = Dated(np.tile(DAYS, 2), np.array([0, 4, 8]))


def frame(portfolio: str, returns: list[float], days: np.ndarray = DAYS) -> pd.DataFrame:
    return pd.DataFrame({"portfolio_id": portfolio, "date": days, "return": returns})


def both(a: list[float], b: list[float]) -> Series:
    return series_of(pd.concat([frame("B", b), frame("A", a)]), NAMES)


def test_each_portfolio_has_its_rows_coverage_and_status() -> None:
    own = both([0.01, 0.02, 0.03, 0.04], [0.1, 0.1, 0.1, 0.1])
    benchmark = series_of(
        pd.concat([frame("A", [0.0] * 4), frame("B", [0.05] * 3, DAYS[[0, 1, 3]])]), NAMES
    )
    options = ReturnsSeriesOptions(series_selection=("portfolio", "benchmark"))
    found = returns_series(NAMES, CALENDAR, {"portfolio": own, "benchmark": benchmark}, options)
    assert found.statuses["status"].tolist() == ["OK", "INSUFFICIENT_DATA"]
    assert found.statuses["reason"][1] == "benchmark has no return on 1 dates, first 2025-04-22"
    assert found.rows["portfolio_id"].tolist() == ["A"] * 4
    assert found.rows["excess"].tolist() == [0.01, 0.02, 0.03, 0.04]
    assert found.coverage["missing"].tolist() == [0, 0, 0, 1]
    [gap] = found.gaps.to_dict("records")
    assert (gap["portfolio_id"], gap["series"], gap["kind"]) == ("B", "benchmark", "MISSING")


def test_a_series_that_is_not_there_is_all_gaps() -> None:
    own = both([0.1] * 4, [0.1] * 4)
    partial = ReturnsSeriesOptions(missing_data_policy=MissingData.ALLOW_PARTIAL)
    found = returns_series(NAMES, CALENDAR, {"portfolio": own}, partial)
    assert found.rows["benchmark"].isna().all()
    assert found.rows["excess"].isna().all()
    assert found.rows["portfolio"].tolist() == [0.1] * 8


def test_what_cannot_be_selected_is_refused() -> None:
    own = both([0.1] * 4, [0.1] * 4)
    for selection in ((), ("portfolio", "gold")):
        with pytest.raises(ValueError, match="series_selection"):
            returns_series(
                NAMES,
                CALENDAR,
                {"portfolio": own},
                ReturnsSeriesOptions(series_selection=selection),
            )
    with pytest.raises(ValueError, match="C is not listed"):
        dated(frame("C", [0.1] * 4), NAMES)


def test_rates_accrue_from_the_calendar_s_day_before() -> None:
    """ACT/360: one day to Friday, four over Easter; the first from Wednesday, a weekday."""
    points = pd.DataFrame(
        {
            "portfolio_id": "A",
            "date": [*DAYS, np.datetime64("2025-04-21")],
            "value": [0.036, 0.036, 0.036, 0.0001, 0.9],
            "day_count": ["ACT/360", "ACT/360", "BUS/252", None, "ACT/360"],
            "compounding": ["SIMPLE", "COMPOUNDED", "SIMPLE", None, "SIMPLE"],
        }
    )
    found = risk_free_returns(points, CALENDAR, NAMES)
    assert found.offsets.tolist() == [0, 5, 5]
    by_day = dict(zip(found.dates.astype(str), found.returns, strict=True))
    assert by_day["2025-04-17"] == pytest.approx(0.036 / 360)
    assert by_day["2025-04-18"] == pytest.approx(1.036 ** (1 / 360) - 1)
    # One business day, however many calendar days.
    assert by_day["2025-04-22"] == pytest.approx(0.036 / 252)
    assert by_day["2025-04-23"] == 0.0001
    calendar_days = points.assign(day_count="ACT/365", compounding="SIMPLE")
    again = risk_free_returns(calendar_days, CALENDAR, NAMES)
    easter = dict(zip(again.dates.astype(str), again.returns, strict=True))
    # The rate of Easter Monday, off the calendar, covers three of the four days.
    assert easter["2025-04-21"] == pytest.approx(0.9 * 3 / 365)
    assert easter["2025-04-22"] == pytest.approx(0.036 * 1 / 365)
    without = risk_free_returns(calendar_days[:4], CALENDAR, NAMES)
    four_days = dict(zip(without.dates.astype(str), without.returns, strict=True))["2025-04-22"]
    assert four_days == pytest.approx(0.036 * 4 / 365)
    business_days = risk_free_returns(points.assign(day_count="BUS/252"), CALENDAR, NAMES)
    by_business_day = dict(zip(business_days.dates.astype(str), business_days.returns, strict=True))
    assert by_business_day["2025-04-21"] == 0.0


YEAR = weekdays(
    np.datetime64("2024-01-01").astype(object), np.datetime64("2025-03-31").astype(object)
)


def portfolios(count: int) -> PortfolioDays:
    none = np.empty(0)
    empty = DailyValues(
        none.astype("datetime64[D]"), none, none, none, none, none, np.zeros(count + 1, np.int64)
    )
    first = np.full(count, YEAR[0])
    names = np.array([f"P{number}" for number in range(count)], dtype=object)
    return PortfolioDays(names, np.full(count, YEAR[-1]), first, first, empty)


def yearly(*columns: np.ndarray) -> Series:
    offsets = np.append(0, np.cumsum([len(one) for one in columns]))
    return Series(
        np.concatenate([YEAR[: len(one)] for one in columns]), offsets, np.concatenate(columns)
    )


def test_statistics_of_a_period_are_the_engine_s_of_its_days() -> None:
    random = np.random.default_rng(5)
    own, other, free = (random.normal(0.0005, 0.01, (2, len(YEAR))) for _ in range(3))
    series = {
        "portfolio": yearly(*own),
        "benchmark": yearly(other[0], other[1][:0]),
        "risk_free": yearly(*free),
    }
    calendar = Dated(np.tile(YEAR, 2), np.array([0, len(YEAR), 2 * len(YEAR)]))
    options = RiskStatisticsOptions(
        (ReportingPeriod("YTD"), ReportingPeriod("ITD")), (Frequency.DAILY,)
    )
    found = risk_statistics(portfolios(2), calendar, series, options)
    assert found["portfolio_id"].tolist() == ["P0", "P0", "P1", "P1"]
    assert found["period"].tolist() == ["YTD", "ITD"] * 2
    assert found["has_benchmark"].tolist() == [True, True, False, False]
    chosen = np.datetime64("2025-01-01") <= YEAR
    for number, (period, rows) in enumerate((("YTD", chosen), ("ITD", chosen | True))):
        one = np.array([0, rows.sum()])
        expected = statistics_of_series(
            own[0][rows], YEAR[rows], one, Frequency.DAILY, other[0][rows], free[0][rows]
        ).iloc[0]
        got = found.iloc[number]
        assert got["status"] == "OK", period
        assert not expected.pop("has_overflow")
        assert {name: got[name] for name in expected.index} == expected.to_dict()
        alone = statistics_of_series(
            own[1][rows], YEAR[rows], one, Frequency.DAILY, None, free[1][rows]
        ).iloc[0]
        assert found.iloc[2 + number]["sharpe_ratio"] == alone["sharpe_ratio"]
        assert np.isnan(found.iloc[2 + number]["beta"])


def test_a_year_that_begins_and_ends_on_days_off_is_a_year() -> None:
    """Sunday 31 March 2024 to Sunday 30 March 2025."""
    own = np.random.default_rng(2).normal(0.0, 0.01, len(YEAR))
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    year = ReportingPeriod("EXPLICIT", date(2024, 3, 31), date(2025, 3, 30))
    frequencies = (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY)
    options = RiskStatisticsOptions((year,), frequencies)

    def is_short(**series: Series) -> list[bool]:
        found = risk_statistics(portfolios(1), calendar, series, options)
        return [bool(one) for one in found["is_short_period"]]

    assert is_short(portfolio=yearly(own)) == [False] * 3
    # The benchmark begins a day later, on 2 April 2024.
    late = np.datetime64("2024-04-01") < YEAR
    other = Series(YEAR[late], np.array([0, late.sum()]), own[late])
    assert is_short(portfolio=yearly(own), benchmark=other) == [True] * 3


def test_dates_that_a_series_has_not_are_left_out_and_counted() -> None:
    own = np.full(len(YEAR), 0.001)
    series = {"portfolio": yearly(own), "benchmark": yearly(own[:-3])}
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    options = RiskStatisticsOptions((ReportingPeriod("ITD"),), (Frequency.DAILY, Frequency.MONTHLY))
    found = risk_statistics(portfolios(1), calendar, series, options)
    assert found["missing_dates"].tolist() == [3, 3]
    assert found["observations"].tolist() == [len(YEAR), 15]
    assert found["excess_observations"].tolist() == [len(YEAR), 15]
    assert found["relative_observations"].tolist() == [len(YEAR) - 3, 15]


def test_a_loss_that_the_benchmark_lacks_is_the_portfolio_s_own() -> None:
    """The portfolio lost 30 % on a day without a return of the benchmark, and stood still else."""
    own, other = np.zeros(len(YEAR)), np.tile([0.01, -0.01], len(YEAR))[: len(YEAR)]
    own[100] = -0.3
    lacking = np.delete(np.arange(len(YEAR)), 100)
    series = {
        "portfolio": yearly(own),
        "benchmark": Series(YEAR[lacking], np.array([0, len(lacking)]), other[lacking]),
        "risk_free": yearly(np.zeros(len(YEAR))),
    }
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    options = RiskStatisticsOptions((ReportingPeriod("ITD"),), (Frequency.DAILY,))
    [found] = risk_statistics(portfolios(1), calendar, series, options).to_dict("records")
    count = len(YEAR)
    assert found["linked_return"] == pytest.approx(-0.3, rel=1e-14)
    assert found["maximum_drawdown"] == pytest.approx(-0.3, rel=1e-14)
    variance = 0.09 * (count - 1) / count / (count - 1)
    assert found["volatility"] == pytest.approx(math.sqrt(variance * 252), rel=1e-12)
    assert found["sharpe_ratio"] == pytest.approx(
        -0.3 / count * 252 / math.sqrt(variance * 252), rel=1e-12
    )
    assert (found["observations"], found["excess_observations"]) == (count, count)
    assert found["relative_observations"] == count - 1
    expected = statistics_of_series(
        own[lacking], YEAR[lacking], np.array([0, count - 1]), Frequency.DAILY, other[lacking]
    ).iloc[0]
    for name in ("tracking_error", "information_ratio", "beta", "up_capture", "alpha_per_period"):
        assert found[name] == pytest.approx(expected[name], rel=1e-12, nan_ok=True), name


def test_what_happens_off_the_calendar_counts_in_its_own_period() -> None:
    """Halved on Saturday, 1 February 2025, and again on Sunday, 2 March: the year has both, March
    has the second, and each month its own."""
    weekend = np.array(["2025-02-01", "2025-03-02"], "datetime64[D]")
    days = np.sort(np.concatenate([YEAR, weekend]))
    own = np.where(np.isin(days, weekend), -0.5, 0.0)
    series = {"portfolio": Series(days, np.array([0, len(days)]), own)}
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    periods = tuple(ReportingPeriod(name) for name in ("YTD", "MTD"))
    options = RiskStatisticsOptions(periods, (Frequency.DAILY, Frequency.MONTHLY))
    found = risk_statistics(portfolios(1), calendar, series, options)
    linked = found.set_index(["frequency", "period"])["linked_return"]
    assert linked.loc[("DAILY", "YTD")] == pytest.approx(-0.75, rel=1e-14)
    assert linked.loc[("MONTHLY", "YTD")] == pytest.approx(-0.75, rel=1e-14)
    assert linked.loc[("DAILY", "MTD")] == pytest.approx(-0.5, rel=1e-14)
    assert found["missing_dates"].tolist() == [0] * 4


def test_the_benchmark_is_read_from_the_portfolio_s_row_before_the_period() -> None:
    """Valued on Thursday, 27 February, then from Monday, 3 March on: the index's loss of Friday is
    part of the portfolio's first day in March."""
    friday = np.datetime64("2025-02-28")
    kept = friday != YEAR
    own = Series(YEAR[kept], np.array([0, kept.sum()]), np.zeros(kept.sum()))
    other = np.where(friday == YEAR, -0.5, 0.01)
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    series = {"portfolio": own, "benchmark": yearly(other)}
    options = RiskStatisticsOptions((ReportingPeriod("MTD"),), (Frequency.DAILY,))
    [found] = risk_statistics(portfolios(1), calendar, series, options).to_dict("records")
    march = np.array([0.5 * 1.01 - 1, *np.full(20, 0.01)])
    assert found["tracking_error"] == pytest.approx(march.std(ddof=1) * math.sqrt(252), rel=1e-12)


def test_figures_a_year_are_not_made_of_stale_valuations() -> None:
    own = np.random.default_rng(4).normal(0.0, 0.01, len(YEAR))
    silent = portfolios(1)
    later = replace(silent, as_of_date=silent.as_of_date + np.timedelta64(30, "D"))
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    options = RiskStatisticsOptions((ReportingPeriod("ITD"),), (Frequency.DAILY,))
    series = {"portfolio": yearly(own), "benchmark": yearly(own[::-1])}
    [now] = risk_statistics(silent, calendar, series, options).to_dict("records")
    [found] = risk_statistics(later, calendar, series, options).to_dict("records")
    assert str(found["stale_since"].date()) == "2025-03-31"
    for name in ANNUALISED:
        assert not np.isnan(now[name])
        assert np.isnan(found[name]), name
    for name in ("linked_return", "beta", "r_squared", "up_capture", "maximum_drawdown"):
        assert found[name] == now[name]


DAY_LISTS = st.dictionaries(st.integers(0, 120), st.floats(-0.5, 0.5), min_size=1, max_size=50)


@given(
    DAY_LISTS,
    DAY_LISTS,
    st.sets(st.integers(0, 120)),
    st.tuples(st.integers(0, 120), st.integers(0, 120)),
    st.sampled_from(Frequency),
)
def test_the_series_of_a_portfolio_compounds_to_its_time_weighted_return(
    returns: dict[int, float],
    index: dict[int, float],
    calendar: set[int],
    window: tuple[int, int],
    frequency: Frequency,
) -> None:
    """Whatever the days of portfolio, benchmark and calendar, in any window."""
    first = np.datetime64("2024-12-01")
    start, end = first + min(window), first + max(window)
    numbers = np.array(sorted(returns))
    own = np.array([returns[day] for day in numbers.tolist()])
    points = pd.DataFrame(
        {
            "portfolio_id": "A",
            "perf_date": first + numbers,
            "begin_mv": 100.0,
            "bod_cf": 0.0,
            "eod_cf": 0.0,
            "mgmt_fees": 0.0,
            "end_mv": 100 * (1 + own),
        }
    )
    opened = first.astype(object)
    days = portfolio_days(points, portfolios_frame(["A"], date(2025, 6, 30), opened, opened))
    period = ReportingPeriod("EXPLICIT", start, end)
    [measured] = twr(days, TwrOptions((period,), (Basis.NET,))).to_dict("records")
    starts, ends, segment = np.array([start]), np.array([end]), np.zeros(1, np.int64)
    values = days.values
    held = Series(values.dates, values.offsets, daily_returns(values).returns)
    other = Series(
        first + np.array(sorted(index)),
        np.array([0, len(index)]),
        np.array([index[day] for day in sorted(index)]),
    )
    since = rows_before(held, segment, starts)
    series = {
        "portfolio": cut(held, segment, starts - 1, starts, ends),
        "benchmark": cut(other, segment, since, starts, ends),
    }
    whole = first + np.array(sorted(calendar), np.int64)
    dates = cut_dates(Dated(whole, np.array([0, len(whole)])), segment, starts, ends)
    options = ReturnsSeriesOptions(frequency, ("portfolio", "benchmark"), MissingData.ALLOW_PARTIAL)
    found = returns_series(np.array(["A"], dtype=object), dates, series, options).rows
    if measured["status"] == "NO_OBSERVATIONS":
        assert found.get("portfolio", pd.Series(dtype=float)).isna().all()
        return
    linked = math.prod(1 + found["portfolio"].dropna())
    assert linked - 1 == pytest.approx(measured["period_return"], rel=1e-10, abs=1e-13)


def test_an_undefined_return_and_too_few_have_their_status() -> None:
    own = np.full(len(YEAR), 0.001)
    own[-1] = np.nan
    calendar = Dated(YEAR, np.array([0, len(YEAR)]))
    periods = (
        ReportingPeriod("EXPLICIT", YEAR[-2], YEAR[-1]),
        ReportingPeriod("EXPLICIT", YEAR[0], YEAR[-2]),
    )
    options = RiskStatisticsOptions(periods, (Frequency.DAILY, Frequency.MONTHLY))
    found = risk_statistics(portfolios(1), calendar, {"portfolio": yearly(own)}, options)
    assert found["status"].tolist() == ["UNDEFINED_RETURN", "OK", "UNDEFINED_RETURN", "OK"]
    assert found["volatility"].isna().tolist() == [True, False, True, False]
    own[-1] = -1.25
    lost = risk_statistics(portfolios(1), calendar, {"portfolio": yearly(own)}, options)
    assert lost["status"].tolist() == ["BROKEN_CHAIN", "OK", "BROKEN_CHAIN", "OK"]
    assert lost["volatility"].isna().tolist() == [True, False, True, False]
    short = RiskStatisticsOptions(
        (ReportingPeriod("EXPLICIT", YEAR[0], YEAR[1]),), (Frequency.DAILY,)
    )
    few = risk_statistics(portfolios(1), calendar, {"portfolio": yearly(own)}, short)
    assert few["status"].tolist() == ["TOO_FEW_OBSERVATIONS"]
