"""What is made of a return near -1 has the digits of Σ ln(1 + r), not those of 1 + R.

After three days of -0.99999999, 1e-24 is left: R is -1 in floats. Answers have 50 digits.
"""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from lotus_assets.engine.performance.formulas.attribution import attribute_groups
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.contribution import contributions
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.dated_series import Dated, Series
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.returns_series import PORTFOLIO, align
from lotus_assets.engine.performance.formulas.risk_statistics import statistics_of_series
from lotus_assets.engine.performance.formulas.time_weighted import time_weighted_returns
from lotus_assets.engine.performance.formulas.variants import ContributionVariant
from lotus_assets.engine.performance.frames.risk_statistics import statistics_of_rows
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    Row,
    by,
    daily_values,
    group_side,
    offsets,
    windows_of,
    windows_on,
)

LOSS = Decimal("-0.99999999")
DAYS = [str(day) for day in np.datetime64("2017-01-02") + np.arange(4)]
LAST = str(np.datetime64(DAYS[0]) + 8 * 365 - 1)
"""Eight years of 365 days, of which the first three days lost nearly all."""


def lost(day: str) -> Row:
    return (day, 1_000_000.0, 0.0, 0.0, 0.0, 0.01)


def test_annualised_time_weighted_return() -> None:
    """(1e-24)^(1/8) is 1e-3; the last row earns a tenth."""
    values = daily_values([*map(lost, DAYS[:3]), (LAST, 100.0, 0.0, 0.0, 0.0, 110.0)])
    result = time_weighted_returns(values, windows_of(values)).iloc[0]
    with localcontext(prec=50):
        expected = ((3 * (1 + LOSS).ln() + Decimal("1.1").ln()) / 8).exp() - 1
    assert result["return"] == -1.0
    assert result["annualised_return"] == pytest.approx(float(expected), rel=1e-15)
    assert result["annualised_return"] + 1 == pytest.approx(1e-3 * 1.1 ** (1 / 8), rel=1e-12)


def test_annualised_return_of_the_statistics() -> None:
    """96 months: (1e-24·1.1)^(12/96)."""
    returns = np.array([float(LOSS)] * 3 + [0.0] * 92 + [0.1])
    months = np.arange("2017-01", "2025-01", dtype="M8[M]").astype("M8[D]")
    result = statistics_of_series(returns, months, offsets([96]), Frequency.MONTHLY).iloc[0]
    assert result["annualised_return"] + 1 == pytest.approx(1e-3 * 1.1 ** (1 / 8), rel=1e-12)


@pytest.mark.parametrize("frequency", [Frequency.WEEKLY, Frequency.MONTHLY])
def test_longer_returns_are_linked_of_what_they_were_linked_of(frequency: Frequency) -> None:
    """A week loses all but 1e-24, which is -1 in floats; 0.99 a day for 80 days brings it to
    (1e-24·1.99^80)."""
    days = np.busday_offset(np.datetime64("2024-01-01"), np.arange(83), roll="forward")
    returns = np.array([float(LOSS)] * 3 + [0.99] * 80)
    series = {PORTFOLIO: Series(days, offsets([83]), returns)}
    result = statistics_of_rows(align(series, Dated(days, offsets([83]))), frequency).iloc[0]
    with localcontext(prec=50):
        growth = 3 * (1 + LOSS).ln() + 80 * Decimal("1.99").ln()
        yearly = Decimal({Frequency.WEEKLY: 52, Frequency.MONTHLY: 12}[frequency])
        annual = (growth * yearly / int(result["observations"])).exp() - 1
    assert result["linked_return"] == pytest.approx(float(growth.exp() - 1), rel=1e-12)
    assert result["annualised_return"] == pytest.approx(float(annual), rel=1e-12)


def coefficients(linking: Linking, own: list[Decimal], other: list[Decimal]) -> list[Decimal]:
    """Carino's k_t/k and Menchero's M + a_t as they are written, with many digits."""
    with localcontext(prec=120):
        active = [one - two for one, two in zip(own, other, strict=True)]
        whole = [product(one) for one in (own, other)]
        if linking is Linking.CARINO:
            k = (whole[0].ln() - whole[1].ln()) / (whole[0] - whole[1])
            return [
                ((1 + one).ln() - (1 + two).ln()) / (one - two) / k
                for one, two in zip(own, other, strict=True)
            ]
        count = len(own)
        roots = [(one.ln() / count).exp() for one in whole]
        scale = (whole[0] - whole[1]) / count / (roots[0] - roots[1])
        left = whole[0] - whole[1] - scale * sum(active)
        squares = sum(one * one for one in active)
        return [scale + left * one / squares for one in active]


def product(returns: list[Decimal]) -> Decimal:
    whole = Decimal(1)
    for one in returns:
        whole *= 1 + one
    return whole


@pytest.mark.parametrize("linking", [Linking.CARINO, Linking.MENCHERO])
@pytest.mark.parametrize(
    "other",
    [
        # Both lose nearly all, or the portfolio alone.
        ["-0.99999998", "-0.9999999", "-0.99999997", "0.05"],
        ["-0.99999999", "-0.99999999", "-0.99999998", "0.1"],
        ["0.01", "-0.02", "0.03", "0.05"],
    ],
)
def test_linking_coefficients(linking: Linking, other: list[str]) -> None:
    own = [LOSS, LOSS, LOSS, Decimal("0.1001")]
    benchmark = [Decimal(one) for one in other]
    sides = [
        group_side([(day, 0, 1.0, float(one)) for day, one in zip(DAYS, returns, strict=True)])
        for returns in (own, benchmark)
    ]
    windows = windows_on(np.array(DAYS, "M8[D]"), offsets([4]))
    method = by(linking=linking, with_linking=True)
    result = attribute_groups(sides[0], sides[1], windows, method).linking
    if linking is Linking.CARINO and own[0] == benchmark[0]:
        with localcontext(prec=120):
            wholes = product(own), product(benchmark)
            k = (wholes[0].ln() - wholes[1].ln()) / (wholes[0] - wholes[1])
            expected = float(1 / (1 + LOSS) / k)
        assert result["coefficient"][0] == pytest.approx(expected, rel=1e-12)
        return
    expected_rows = [float(one) for one in coefficients(linking, own, benchmark)]
    assert result["coefficient"].tolist() == pytest.approx(expected_rows, rel=1e-12)


def test_contributions() -> None:
    """A loses 499,999.996 a day and B 499,999.994, of a million; then A alone earns a tenth."""
    whole = [*map(lost, DAYS[:3]), (DAYS[3], 1000.0, 0.0, 0.0, 0.0, 1100.0)]
    parts: list[list[Row]] = [
        [(day, 500_000.0, 0.0, 0.0, 0.0, left) for day in DAYS[:3]] for left in (0.004, 0.006)
    ]
    parts[0].append((DAYS[3], 1000.0, 0.0, 0.0, 0.0, 1100.0))
    portfolio = daily_values(whole)
    result = contributions(
        portfolio,
        daily_values(*parts),
        offsets([2]),
        windows_of(portfolio),
        [ContributionVariant(Basis.NET, Linking.CARINO)],
    )
    with localcontext(prec=80):
        returns = [LOSS, LOSS, LOSS, Decimal("0.1")]
        factors = [(1 + one).ln() / one for one in returns]
        linked = product(returns) - 1
        per_whole = sum((1 + one).ln() for one in returns) / linked
        gains = ["-0.499999996", "-0.499999994"]
        expected = [
            sum(Decimal(gain) * factor for factor in factors[:3]) / per_whole for gain in gains
        ]
        expected[0] += Decimal("0.1") * factors[3] / per_whole
    assert result.positions["contribution"].tolist() == pytest.approx(
        [float(one) for one in expected], rel=1e-13
    )
    assert sum(result.positions["contribution"]) == pytest.approx(-1.0, rel=1e-13)
