"""Risk statistics against plain numpy, by hand, and at their edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.drawdowns import maximum_drawdowns
from lotus_assets.engine.performance.formulas.risk_statistics import statistics_of_series

MONTHS = np.arange("2023-01", "2027-01", dtype="M8[M]").astype("M8[D]")
series = st.lists(
    st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(-0.01, 0.01)),
    min_size=3,
    max_size=40,
).filter(lambda rows: min(np.std(np.array(rows)[:, :2], axis=0)) > 1e-3)


def statistics(
    portfolio: list[float],
    benchmark: list[float] | None = None,
    free: list[float] | None = None,
    acceptable: float = 0.0,
) -> pd.Series:
    found: pd.Series = statistics_of_series(
        np.array(portfolio),
        MONTHS[: len(portfolio)],
        np.array([0, len(portfolio)]),
        Frequency.MONTHLY,
        None if benchmark is None else np.array(benchmark),
        None if free is None else np.array(free),
        acceptable,
    ).iloc[0]
    return found


@given(series)
def test_moments_are_numpy_s(rows: list[tuple[float, float, float]]) -> None:
    p, b, f = np.array(rows).T
    found = statistics(p.tolist(), b.tolist(), f.tolist())
    x, y = p - f, b - f
    expected = {
        "volatility": p.std(ddof=1) * np.sqrt(12),
        "tracking_error": (p - b).std(ddof=1) * np.sqrt(12),
        "beta": np.cov(x, y)[0, 1] / y.var(ddof=1),
        "correlation": np.corrcoef(x, y)[0, 1],
        "r_squared": np.corrcoef(x, y)[0, 1] ** 2,
        "annualised_return": np.prod(1 + p) ** (12 / len(p)) - 1,
    }
    for name, value in expected.items():
        if name != "tracking_error" or value > 1e-6:
            assert found[name] == pytest.approx(value, rel=1e-7, abs=1e-9), name
    slope, intercept = np.polyfit(y, x, 1)
    assert found["alpha_per_period"] == pytest.approx(intercept, rel=1e-6, abs=1e-9)
    assert found["beta"] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_ratios_by_hand() -> None:
    # Mean 1 %, deviations 3 % and -3 % and 0: s = 3 %; falls below 0: -2 %.
    found = statistics([0.04, -0.02, 0.01], free=[0.0, 0.0, 0.0])
    assert found["sharpe_ratio"] == pytest.approx(0.01 * 12 / (0.03 * np.sqrt(12)))
    downside = 0.02 / np.sqrt(3) * np.sqrt(12)
    assert found["downside_deviation"] == pytest.approx(downside)
    assert found["sortino_ratio"] == pytest.approx(0.12 / downside)
    assert found["has_risk_free"]
    assert not statistics([0.04, -0.02, 0.01])["has_risk_free"]


def test_minimum_acceptable_return_is_per_period() -> None:
    found = statistics([0.04, -0.02, 0.01], acceptable=0.02)
    downside = np.sqrt((0.04**2 + 0.01**2) / 3) * np.sqrt(12)
    assert found["downside_deviation"] == pytest.approx(downside)
    assert found["sortino_ratio"] == pytest.approx((0.01 - 0.02) * 12 / downside)


def test_captures_link_the_periods_by_the_benchmark_s_sign() -> None:
    found = statistics([0.2, 0.1, -0.1, 0.05], [0.1, 0.1, -0.2, 0.0])
    assert found["up_capture"] == pytest.approx((1.2 * 1.1 - 1) / (1.1**2 - 1))
    assert found["down_capture"] == pytest.approx((0.9 * 1.05 - 1) / -0.2)
    rising = statistics([0.1, 0.2, 0.3], [0.1, 0.2, 0.3])
    assert np.isnan(rising["down_capture"])


def test_equal_returns_have_no_ratios() -> None:
    """0.1 thrice has a mean that is not 0.1 in floats; that is no volatility."""
    found = statistics([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])
    assert found["volatility"] == 0.0
    names = ["sharpe_ratio", "sortino_ratio", "information_ratio", "beta", "correlation", "alpha"]
    assert found[names].isna().all()


def test_two_observations_a_gap_or_a_broken_chain_give_nothing() -> None:
    for returns in ([0.1, 0.2], [0.1, np.nan, 0.2, 0.3], [0.1, -1.1, 0.2, 0.3]):
        found = statistics(returns, returns)
        assert not found["has_overflow"]
        described = ["observations", "has_risk_free", "is_short_period", "has_overflow"]
        assert found.drop(described).isna().all(), found
    gap = statistics([0.1, 0.2, 0.3], [0.1, 0.2, np.nan])
    assert np.isnan([gap["volatility"], gap["up_capture"], gap["beta"]]).all()


def test_under_twelve_months_is_marked() -> None:
    assert statistics([0.01] * 11)["is_short_period"]
    assert not statistics([0.01] * 12)["is_short_period"]
    daily = MONTHS[0] + np.arange(365)
    for count, short in ((364, True), (365, False)):
        found = statistics_of_series(
            np.zeros(count), daily[:count], np.array([0, count]), Frequency.DAILY
        )
        assert found["is_short_period"][0] == short


def test_quarterly_series_have_no_risk_statistics() -> None:
    with pytest.raises(ValueError, match="not QUARTERLY"):
        statistics_of_series(np.zeros(3), MONTHS[:3], np.array([0, 3]), Frequency.QUARTERLY)


def test_drawdown_dates_by_hand() -> None:
    # 1.1, 0.99, 1.188, 0.594, 0.6534: half from the third date to the fourth.
    found = maximum_drawdowns(np.array([0.1, -0.1, 0.2, -0.5, 0.1]), MONTHS[:5], np.array([0, 5]))
    assert found.depth[0] == pytest.approx(-0.5)
    assert (found.peak_date[0], found.trough_date[0]) == (MONTHS[2], MONTHS[3])


def test_the_starting_value_is_a_peak() -> None:
    found = maximum_drawdowns(np.array([-0.2, 0.1]), MONTHS[:2], np.array([0, 2]))
    assert found.depth[0] == pytest.approx(-0.2)
    assert np.isnat(found.peak_date[0])
    assert found.trough_date[0] == MONTHS[0]


def test_without_a_fall_there_are_no_dates() -> None:
    found = maximum_drawdowns(np.array([0.1, 0.0]), MONTHS[:2], np.array([0, 2]))
    assert found.depth[0] == 0.0
    assert np.isnat([found.peak_date[0], found.trough_date[0]]).all()


def test_series_stand_side_by_side() -> None:
    returns = np.array([-0.5, 0.1, np.nan, 0.1, -0.25])
    found = maximum_drawdowns(returns, MONTHS[:5], np.array([0, 2, 3, 3, 5]))
    np.testing.assert_allclose(found.depth, [-0.5, np.nan, np.nan, -0.25])
    assert found.peak_date[3] == MONTHS[3]


@given(st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=30))
def test_drawdown_is_the_deepest_of_all_pairs(returns: list[float]) -> None:
    value = np.append(1.0, np.cumprod(1 + np.array(returns)))
    pairs = [value[j] / value[i] - 1 for i in range(len(value)) for j in range(i, len(value))]
    found = maximum_drawdowns(
        np.array(returns), MONTHS[: len(returns)], np.array([0, len(returns)])
    )
    assert found.depth[0] == pytest.approx(min(pairs), rel=1e-12, abs=1e-15)
