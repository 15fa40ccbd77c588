"""What is past float64 has a status of its own, and what is not is given."""

import numpy as np
import pytest

from lotus_assets.engine.performance.formulas.annualisation import (
    AnnualisationBasis,
    BusinessCalendars,
)
from lotus_assets.engine.performance.formulas.attribution import attribute_groups
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.contribution import contributions
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.returns_series import MissingData
from lotus_assets.engine.performance.formulas.risk_statistics import statistics_of_series
from lotus_assets.engine.performance.formulas.time_weighted import breakdown, time_weighted_returns
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.returns_series import (
    ReturnsSeriesOptions,
    returns_series,
)
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    GroupRow,
    Row,
    by,
    daily_values,
    group_side,
    offsets,
    windows_of,
    windows_on,
)

MOST, LEAST = 1e18, 1e-10
"""The largest and the smallest amount of the contracts: from one to the other is 28 digits."""
HUGE = 1e28


def days(count: int, first: str = "2024-01-01") -> list[str]:
    return [str(day) for day in np.datetime64(first) + np.arange(count)]


def grown(dates: list[str]) -> list[Row]:
    return [(day, LEAST, 0.0, 0.0, 0.0, MOST) for day in dates]


def fallen(dates: list[str]) -> list[Row]:
    return [(day, MOST, 0.0, 0.0, 0.0, LEAST) for day in dates]


def test_time_weighted_returns_and_their_buckets() -> None:
    """Eleven days of 1e28 are 1e308, the twelfth is too much; buckets stand for themselves."""
    dates = days(22, "2024-01-21")
    values = daily_values(grown(dates[:12]) + fallen(dates[12:]))
    whole = time_weighted_returns(values, windows_of(values)).iloc[0]
    assert (whole["status"], whole["annualisation_reason"]) == (
        "OK",
        "PERIOD_SHORTER_THAN_ONE_YEAR",
    )
    buckets = breakdown(values, windows_of(values), [Frequency.DAILY, Frequency.MONTHLY])
    daily = buckets[buckets["frequency"] == "DAILY"]
    assert daily["status"].tolist() == ["OK"] * 22
    assert daily["cumulative_status"].tolist() == ["OK"] * 11 + ["OVERFLOW"] + ["OK"] * 10
    assert daily["cumulative_return"].isna().tolist() == [False] * 11 + [True] + [False] * 10
    monthly = buckets[buckets["frequency"] == "MONTHLY"]
    assert monthly["status"].tolist() == ["OK", "OK"]
    risen = daily_values(grown(dates))
    result = time_weighted_returns(risen, windows_of(risen)).iloc[0]
    assert result["status"] == "OVERFLOW"
    assert np.isnan(result["return"])


def test_a_rate_a_year_may_be_too_much_where_the_return_is_not() -> None:
    """1e308 in 367 days is 1e306.3 in 365; in the 100 business days of them it is 1e776 in 252."""
    dates = [*days(11), "2025-01-01"]
    values = daily_values([*grown(dates[:11]), ("2025-01-01", 1.0, 0.0, 0.0, 0.0, 1.0)])
    windows = windows_of(values)
    result = time_weighted_returns(values, windows).iloc[0]
    assert result["annualised_return"] == pytest.approx(10 ** (308 * 365 / 367), rel=1e-10)
    calendars = BusinessCalendars([np.array(days(100), "M8[D]")], np.array([0]))
    by_business_days = AnnualisationBasis.BUS_252
    result = time_weighted_returns(
        values, windows, annualisation=by_business_days, calendars=calendars
    ).iloc[0]
    assert (result["status"], result["annualisation_reason"]) == ("OK", "OVERFLOW")
    assert np.isnan(result["annualised_return"])


@pytest.mark.parametrize(
    ("linking", "status"), [(Linking.CARINO, "OK"), (Linking.FRONGELLO, "OVERFLOW")]
)
def test_contributions_whose_products_are_too_much(linking: Linking, status: str) -> None:
    """Twelve days up and twelve days down: nothing in all, but 1e336 on the way."""
    dates = days(24)
    values = daily_values(grown(dates[:12]) + fallen(dates[12:]))
    result = contributions(
        values,
        values,
        offsets([1]),
        windows_of(values),
        [ContributionVariant(Basis.NET, linking)],
    )
    totals = result.totals.iloc[0]
    assert totals["status"] == status
    assert totals["portfolio_return"] == pytest.approx(0.0, abs=1e-12)
    assert result.positions["contribution"].isna().tolist() == [status == "OVERFLOW"]
    assert np.isnan(totals[["fees", "unexplained"]].astype(float)).all() == (status == "OVERFLOW")


def test_contributions_of_a_return_that_is_too_much() -> None:
    values = daily_values(grown(days(12)))
    variant = ContributionVariant(Basis.NET, Linking.CARINO)
    result = contributions(values, values, offsets([1]), windows_of(values), [variant])
    assert result.totals["status"].tolist() == ["OVERFLOW"]
    assert result.positions[["contribution", "return"]].isna().all(axis=None)
    assert result.positions["return_status"].tolist() == ["OVERFLOW"]


def attributed(
    own: list[GroupRow], other: list[GroupRow], linking: Linking, frequency: Frequency
) -> tuple[str, bool]:
    """Status, and whether an effect is missing."""
    sides = group_side(own), group_side(other)
    dates = np.unique(sides[0].dates)
    windows = windows_on(dates, offsets([len(dates)]))
    result = attribute_groups(*sides, windows, by(linking=linking, frequency=frequency))
    effects = result.groups[["allocation", "selection", "interaction", "total"]]
    assert not np.isinf(effects.to_numpy(float)).any()
    assert not np.isinf(result.levels.select_dtypes("number").to_numpy(float)).any()
    return str(result.totals["status"][0]), bool(effects.isna().any(axis=None))


@pytest.mark.parametrize("linking", Linking)
@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.MONTHLY])
def test_attribution_of_returns_that_are_too_much(linking: Linking, frequency: Frequency) -> None:
    """On either side, by days or within one month."""
    risen: list[GroupRow] = [(day, 0, 1.0, HUGE) for day in days(12)]
    plain: list[GroupRow] = [(day, 0, 1.0, 0.1) for day in days(12)]
    for own, other in ((risen, plain), (plain, risen), (risen, risen)):
        assert attributed(own, other, linking, frequency) == ("OVERFLOW", True)


@pytest.mark.parametrize(
    ("linking", "expected"),
    [
        (Linking.CARINO, ("OK", False)),
        (Linking.MENCHERO, ("OK", False)),
        (Linking.NONE, ("OK", False)),
        (Linking.GRAP, ("OVERFLOW", True)),
        (Linking.FRONGELLO, ("OVERFLOW", True)),
    ],
)
def test_attribution_whose_products_are_too_much(
    linking: Linking, expected: tuple[str, bool]
) -> None:
    """Twelve days of 1e28 that 34 days of all but 1e-10 take away again."""
    own: list[GroupRow] = [
        (day, 0, 1.0, HUGE if at < 12 else -0.9999999999) for at, day in enumerate(days(46))
    ]
    plain: list[GroupRow] = [(day, 0, 1.0, 0.1) for day in days(46)]
    assert attributed(own, plain, linking, Frequency.DAILY) == expected


def test_effects_that_are_too_much_where_coefficients_are_not() -> None:
    """On the eleventh day 2·4.5e28 - 1·9e28 is nothing, but effects of 9e28 count 1e280."""
    dates = days(40)
    own: list[GroupRow] = []
    plain: list[GroupRow] = []
    for at, day in enumerate(dates):
        value = HUGE if at < 10 else -0.9999999999
        rows = [(2.0, value), (-1.0, value)] if at != 10 else [(2.0, 4.5e28), (-1.0, 9e28)]
        own += [(day, group, weight, one) for group, (weight, one) in enumerate(rows)]
        plain += [(day, group, weight, 0.0) for group, weight in enumerate((0.5, 0.5))]
    assert attributed(own, plain, Linking.GRAP, Frequency.DAILY) == ("OVERFLOW", True)
    assert attributed(own, plain, Linking.CARINO, Frequency.DAILY) == ("OK", False)


def statistics(values: list[float]) -> dict[str, float]:
    dates = np.array(days(len(values)), "M8[D]")
    one = np.array(values)
    frame = statistics_of_series(one, dates, offsets([len(values)]), Frequency.DAILY, one / 2)
    return dict(frame.iloc[0])


def test_statistics_of_which_one_is_too_much() -> None:
    """100,000-fold in one of three days is 1e420 a year; what is not a rate of it is there."""
    result = statistics([1e5, 0.01, -0.01])
    assert result["has_overflow"]
    for name in ("annualised_return", "information_ratio", "alpha"):
        assert np.isnan(result[name]), name
    assert result["linked_return"] == pytest.approx(100_001 * 1.01 * 0.99 - 1)
    assert result["volatility"] == pytest.approx(1e5 / np.sqrt(3) * np.sqrt(252), rel=1e-6)
    assert result["beta"] == pytest.approx(2.0)
    assert result["maximum_drawdown"] == pytest.approx(-0.01)
    assert not statistics([1e3, 0.01, -0.01])["has_overflow"]


def test_statistics_whose_squares_are_too_much() -> None:
    """No figure stands for one that cannot be held, neither 0 nor infinity."""
    result = statistics([1e200, 2e200, 0.5, -0.5])
    assert result["has_overflow"]
    for name in ("linked_return", "annualised_return", "volatility", "sharpe_ratio", "beta"):
        assert np.isnan(result[name]), name
    assert not any(np.isinf(one) for one in result.values() if isinstance(one, float))


def test_series_of_months_that_are_too_much() -> None:
    """The benchmark's January is infinite, and so is what the portfolio is beside it."""
    dates = np.busday_offset(np.datetime64("2024-01-01"), np.arange(24), roll="forward")
    calendar = Dated(dates, offsets([24]))
    series = {
        "portfolio": Series(dates, offsets([24]), np.full(24, 0.01)),
        "benchmark": Series(dates, offsets([24]), np.where(np.arange(24) < 12, HUGE, 0.0)),
    }
    options = ReturnsSeriesOptions(
        Frequency.MONTHLY, ("portfolio", "benchmark"), MissingData.FAIL_FAST
    )
    rows = returns_series(np.array(["P"], object), calendar, series, options).rows
    assert np.isinf(rows["benchmark"]).tolist() == [True, False]
    assert np.isinf(rows["excess"]).tolist() == [True, False]
    assert rows["portfolio"].tolist() == pytest.approx([1.01**23 - 1, 0.01])
