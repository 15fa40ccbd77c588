"""Series of many portfolios side by side, risk-free rates, and risk statistics by period."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import DailyValues
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.returns_series import (
    Dated,
    MissingData,
    Series,
    weekdays,
)
from lotus_assets.engine.performance.formulas.risk_statistics import (
    statistics_of_series,
)
from lotus_assets.engine.performance.frames.portfolio_days import PortfolioDays
from lotus_assets.engine.performance.frames.returns_series import (
    ReturnsSeriesOptions,
    dated,
    returns_series,
    risk_free_returns,
    series_of,
)
from lotus_assets.engine.performance.frames.risk_statistics import (
    RiskStatisticsOptions,
    risk_statistics,
)

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
    easter = dict(zip(again.dates.astype(str), again.returns, strict=True))["2025-04-22"]
    assert easter == pytest.approx(0.036 * 4 / 365)


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
    assert found["observations"].tolist() == [len(YEAR) - 3, 15]


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
