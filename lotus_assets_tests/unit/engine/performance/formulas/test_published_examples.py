"""Worked examples of published sources. Where a printed figure is not the definition's, it says so.

Figures are given as printed; tolerances are half a unit of their last digit, unless said.
"""

import numpy as np
import pytest

from lotus_assets.engine.performance.formulas.attribution import GroupAttribution, attribute_groups
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.internal_rate import internal_rates
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.linking_coefficients import (
    Linking,
    active_returns,
    frongello,
)
from lotus_assets.engine.performance.formulas.modified_dietz import modified_dietz
from lotus_assets.engine.performance.formulas.risk_statistics import statistics_of_series
from lotus_assets.engine.performance.formulas.variants import AttributionMethod
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    by,
    cash_flows,
    group_side,
    investor,
    windows_on,
)


def test_linking_of_four_annual_returns() -> None:
    """Wikipedia, "Time-weighted return", linked returns: 4 %, 9 %, 5 %, 11 % give 32.12 %."""
    found = link(np.array([0.04, 0.09, 0.05, 0.11]), np.array([0]), np.array([4]))
    assert found.returns[0] == pytest.approx(0.3212, abs=5e-5)


def test_modified_dietz_of_two_years() -> None:
    """Wikipedia, "Modified Dietz method", first example: 100 to 300 with 50 halfway is 120 %."""
    flows = cash_flows("2021-01-01", "2023-01-01", 100, 300, ("2022-01-01", 50))
    assert modified_dietz(flows).period_return[0] == pytest.approx(1.2, abs=1e-15)


def test_microsoft_excel_xirr() -> None:
    """Microsoft, Excel function reference, "XIRR": 0.373362535."""
    found = internal_rates(
        investor(
            ("2008-01-01", -10000),
            ("2008-03-01", 2750),
            ("2008-10-30", 4250),
            ("2009-02-15", 3250),
            ("2009-04-01", 2750),
        )
    )
    assert found.annual_rate[0] == pytest.approx(0.373362535, abs=5e-9)


@pytest.mark.parametrize(
    ("amounts", "rate"),
    [
        ([-100, 39, 59, 55, 20], 0.28095),
        ([-100, 0, 0, 74], -0.0955),
        ([-100, 100, 0, -7], -0.0833),
        ([-100, 100, 0, 7], 0.06206),
        ([-5, 10.5, 1, -8, 1], 0.0886),
    ],
)
def test_numpy_financial_irr(amounts: list[float], rate: float) -> None:
    """numpy-financial, documentation of `irr`, with periods of 365 days.

    The third and the fifth have two roots more or less: numpy-financial prints the one nearest 0,
    we give all. For the third, Modified Dietz has capital 100 - 100·2/3 > 0 and a gain of -7, so
    the nearest root is the printed one; the fifth has no positive capital, so it is nearest 0.
    """
    years = [f"{day}" for day in np.datetime64("2021-01-01") + 365 * np.arange(len(amounts))]
    found = internal_rates(investor(*zip(years, amounts, strict=True)))
    assert found.annual_rate[0] == pytest.approx(rate, abs=5e-5)
    assert rate == pytest.approx(found.roots[np.abs(found.roots - rate).argmin()], abs=5e-5)


# Bacon, "Practical Portfolio Performance Measurement and Attribution" (2nd edition, 2008), Tables
# 5.1 to 5.4 (the first quarter) and 8.1 (all four): UK, Japanese and US equities.
QUARTERS = ["2016-03-31", "2016-06-30", "2016-09-30", "2016-12-31"]
PORTFOLIO_WEIGHTS = [[0.4, 0.3, 0.3], [0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.3, 0.5, 0.2]]
BENCHMARK_WEIGHTS = [[0.4, 0.2, 0.4], [0.4, 0.3, 0.3], [0.5, 0.4, 0.1], [0.4, 0.4, 0.2]]
PORTFOLIO_RETURNS = [
    [0.2, -0.05, 0.06],
    [-0.05, 0.03, -0.05],
    [-0.2, 0.08, -0.15],
    [0.1, -0.07, 0.25],
]
BENCHMARK_RETURNS = [
    [0.1, -0.04, 0.08],
    [-0.07, 0.04, -0.1],
    [-0.25, 0.05, -0.2],
    [0.05, -0.05, 0.1],
]


def bacon(method: AttributionMethod, quarters: int = 4) -> GroupAttribution:
    portfolio, benchmark = (
        group_side(
            [
                (QUARTERS[quarter], group, weights[quarter][group], returns[quarter][group])
                for quarter in range(quarters)
                for group in range(3)
            ]
        )
        for weights, returns in (
            (PORTFOLIO_WEIGHTS, PORTFOLIO_RETURNS),
            (BENCHMARK_WEIGHTS, BENCHMARK_RETURNS),
        )
    )
    dates = np.array(QUARTERS[:quarters], "datetime64[D]")
    return attribute_groups(
        portfolio, benchmark, windows_on(dates, np.array([0, quarters])), method
    )


def test_bacon_brinson_hood_beebower() -> None:
    """Bacon (2008), Table 5.2: allocation 0, -0.4, -0.8; selection 4, -0.2, -0.8; 0, -0.1, 0.2."""
    found = bacon(by(Model.BHB), 1).groups
    assert found["allocation"].tolist() == pytest.approx([0, -0.004, -0.008])
    assert found["selection"].tolist() == pytest.approx([0.04, -0.002, -0.008])
    assert found["interaction"].tolist() == pytest.approx([0, -0.001, 0.002])


def test_bacon_brinson_fachler() -> None:
    """Bacon (2008), Tables 5.3 and 8.1: 8.3 % against 6.4 %; allocation 0, -1.04, -0.16."""
    found = bacon(AttributionMethod(effect_count=2), 1)
    assert found.totals["portfolio_return"][0] == pytest.approx(0.083)
    assert found.totals["benchmark_return"][0] == pytest.approx(0.064)
    assert found.groups["allocation"].tolist() == pytest.approx([0, -0.0104, -0.0016])
    assert found.groups["selection"].tolist() == pytest.approx([0.04, -0.003, -0.006])


@pytest.mark.parametrize(
    ("linking", "allocation", "selection"),
    [
        (Linking.CARINO, [0.0165, -0.0060, 0.0015], [0.0804, 0.0018, 0.0385]),
        (Linking.MENCHERO, [0.0156, -0.0078, 0.0014], [0.0838, 0.0005, 0.0391]),
        (Linking.GRAP, [0.0167, -0.0055, 0.0011], [0.0785, 0.0016, 0.0402]),
        (Linking.FRONGELLO, [0.0167, -0.0055, 0.0011], [0.0785, 0.0016, 0.0402]),
    ],
)
def test_bacon_linked_quarters(
    linking: Linking, allocation: list[float], selection: list[float]
) -> None:
    """Bacon (2008), Tables 8.2 and 8.4: the four quarters linked, in hundredths of a percent.

    A hundredth is allowed: the book rounds its quarters' coefficients before it uses them. The
    tests of the R package PortfolioAttribution quote the same figures.
    """
    found = bacon(by(linking=linking, effect_count=2)).groups
    assert found["allocation"].tolist() == pytest.approx(allocation, abs=1e-4)
    assert found["selection"].tolist() == pytest.approx(selection, abs=1e-4)


def test_frongello_of_two_periods() -> None:
    """Frongello, "Linking Single Period Arithmetic Attribution Results" (Sydney, 2004), page 3.

    21 % and 14 % against 11 % and 9 %, allocation 6 and 2, selection 4 and 3: 37.94 % against
    20.99 %. By his recursion allocation is 6·1.09 + 2·1.21 = 8.96, selection 4·1.09 + 3·1.21 =
    7.99, and together the 16.95 % printed.
    """
    own, other = np.array([0.21, 0.14]), np.array([0.11, 0.09])
    linked = link(np.append(own, other), np.array([0, 2]), np.array([2, 4])).returns
    assert linked == pytest.approx([0.3794, 0.2099], abs=1e-12)
    coefficients = frongello(own, other, np.array([0, 2]))
    assert coefficients @ [0.06, 0.02] == pytest.approx(0.0896)
    assert coefficients @ [0.04, 0.03] == pytest.approx(0.0799)


def test_carino_factors_of_three_months() -> None:
    """finfacts.io, "Carino Linking": factors 0.977040, 0.983769, 1.006543.

    Two of them are the definition's to the digits printed; the others' last digits are not (the
    second is 0.98377, the third 1.00656), and the page's cumulative 8.9418 % is 0.894 % by its own
    returns: it also links to the geometric excess, ours to the arithmetic one.
    """
    own = np.array([0.025, 0.018, -0.005])
    other = np.array([0.022, 0.015, -0.008])
    factors = active_returns(own, other).factors
    assert factors == pytest.approx([0.977040, 0.983769, 1.006543], abs=3e-5)
    exact = (np.log(1 + own) - np.log(1 + other)) / (own - other)
    assert factors == pytest.approx(exact, rel=1e-12)
    geometric = np.prod(1 + own) / np.prod(1 + other) - 1
    assert geometric == pytest.approx(0.0089418, abs=5e-6)


# Bacon (2008), Table 4.1, as `portfolio_bacon` of the R package PerformanceAnalytics.
BACON_PORTFOLIO = np.array(
    [
        "3",
        "26",
        "11",
        "-10",
        "15",
        "25",
        "16",
        "67",
        "-14",
        "40",
        "-5",
        "81",
        "40",
        "-37",
        "-61",
        "17",
        "-49",
        "-22",
        "70",
        "58",
        "-65",
        "24",
        "-5",
        "-9",
    ],
    float,
)
BACON_BENCHMARK = np.array(
    [
        "2",
        "25",
        "18",
        "-11",
        "14",
        "18",
        "14",
        "65",
        "-15",
        "42",
        "-6",
        "83",
        "39",
        "-38",
        "-62",
        "15",
        "-48",
        "21",
        "60",
        "56",
        "-67",
        "19",
        "-3",
        "0",
    ],
    float,
)


def test_bacon_risk_statistics() -> None:
    """PerformanceAnalytics, vignette "Performance Attribution from Bacon", on `portfolio_bacon`.

    Printed: mean absolute deviation 0.0310 (that the data are the same), downside deviation 0.0255
    a month at 0.5 %, appraisal ratio -0.430 (Jensen's alpha over specific risk, which the book
    takes with n), MSquared 0.1068. The last is not what its own formula gives, (annual return)
    times (benchmark's risk) over (own risk) = 0.1006, but that with the quotient turned over; our
    volatilities give both.
    """
    portfolio, benchmark = BACON_PORTFOLIO / 1000, BACON_BENCHMARK / 1000
    assert np.abs(portfolio - portfolio.mean()).mean() == pytest.approx(0.0310, abs=1e-4)
    months = np.arange("2000-01", "2002-01", dtype="M8[M]").astype("M8[D]")
    one = np.array([0, 24])
    found = statistics_of_series(
        portfolio, months, one, Frequency.MONTHLY, benchmark, minimum_acceptable_return=0.005
    ).iloc[0]
    assert found["downside_deviation"] / np.sqrt(12) == pytest.approx(0.0255, abs=5e-5)
    specific_risk = (portfolio - found["beta"] * benchmark).std() * np.sqrt(12)
    assert found["alpha"] / specific_risk == pytest.approx(-0.430, abs=5e-4)
    of_benchmark = statistics_of_series(benchmark, months, one, Frequency.MONTHLY).iloc[0]
    risks = found["volatility"] / of_benchmark["volatility"]
    assert found["annualised_return"] * risks == pytest.approx(0.1068, abs=5e-5)
    assert found["annualised_return"] / risks == pytest.approx(0.1006, abs=5e-5)
