"""Modified Dietz: weights, statuses and the annual rate, by hand."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.modified_dietz import FlowTiming, modified_dietz
from lotus_assets.engine.performance.formulas.statuses import Status
from lotus_assets_tests.unit.engine.performance.formulas.builders import cash_flows


def test_weights_at_the_end_and_the_beginning_of_the_day() -> None:
    # T = 30, D = 10: 20/30 or 21/30 of 300 on 1000; gain 60.
    flows = cash_flows("2025-01-01", "2025-01-31", 1000, 1360, ("2025-01-11", 300))
    assert modified_dietz(flows).period_return[0] == pytest.approx(60 / 1200)
    begun = modified_dietz(flows, FlowTiming.BEGIN)
    assert begun.period_return[0] == pytest.approx(60 / 1210)


def test_a_flow_on_the_first_day_weighs_one_at_most() -> None:
    flows = cash_flows("2025-01-01", "2025-01-31", 1000, 1430, ("2025-01-01", 300))
    for timing in FlowTiming:
        assert modified_dietz(flows, timing).period_return[0] == pytest.approx(0.1)


def test_zero_capital_is_decided_on_decimals() -> None:
    """0.3 leaves at once: 0.1 + 0.2 - 0.3 is no capital, though not 0 in floats."""
    flows = cash_flows(
        "2025-01-01", "2025-01-31", 0.1, 5, ("2025-01-01", 0.2), ("2025-01-01", -0.3)
    )
    found = modified_dietz(flows)
    assert np.isnan(found.period_return[0])
    assert found.status[0] == Status.ZERO_CAPITAL


def test_no_time_is_zero_capital() -> None:
    found = modified_dietz(cash_flows("2025-01-01", "2025-01-01", 100, 110))
    assert np.isnan(found.period_return[0])
    assert found.status[0] == Status.ZERO_CAPITAL


def test_negative_capital_gives_the_value_and_says_so() -> None:
    # 100 - 300·20/30 = -100; gain 0 - 100 + 300 = 200.
    found = modified_dietz(cash_flows("2025-01-01", "2025-01-31", 100, 0, ("2025-01-11", -300)))
    assert found.period_return[0] == pytest.approx(-2.0)
    assert found.status[0] == Status.NEGATIVE_CAPITAL


def test_annual_rate_needs_a_year_and_something_left() -> None:
    two_years = modified_dietz(cash_flows("2021-01-01", "2023-01-01", 100, 121))
    assert two_years.annual_rate[0] == pytest.approx(0.1, rel=1e-12)
    assert np.isnan(modified_dietz(cash_flows("2021-01-01", "2021-12-31", 1, 2)).annual_rate[0])
    assert modified_dietz(cash_flows("2021-01-01", "2022-01-01", 1, 2)).annual_rate[0] == 1.0
    assert np.isnan(modified_dietz(cash_flows("2021-01-01", "2023-01-01", 1, 0)).annual_rate[0])


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.sampled_from(FlowTiming))
def test_without_flows_it_is_the_plain_return(begin: int, end: int, timing: FlowTiming) -> None:
    found = modified_dietz(cash_flows("2025-01-01", "2025-03-01", begin, end), timing)
    assert found.period_return[0] == pytest.approx(end / begin - 1, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("begin", "end", "flow"),
    [
        ("1000000", "0.0000000001", "0"),
        ("1000000", "0.01", "0"),
        ("100000000.1", "0.0000000001", "0"),
        ("1000", "0", "-0.0000000001"),
        ("1000000", "600000.0000000001", "600000"),
        ("-1000000", "-0.0000000001", "0"),
    ],
)
def test_near_a_total_loss_the_rate_is_that_of_the_decimals(
    begin: str, end: str, flow: str
) -> None:
    """Ten years of 365 days, a flow after five: 1 + R is E - F/2 over B + F/2."""
    flows = cash_flows(
        "2001-01-01", "2010-12-30", float(begin), float(end), ("2005-12-31", float(flow))
    )
    found = modified_dietz(flows)
    with localcontext(prec=50):
        half = Decimal(flow) / 2
        left = (Decimal(end) - half) / (Decimal(begin) + half)
        if left > 0:
            assert found.growth[0] == pytest.approx(float(left.ln()), rel=1e-14)
            expected = float((left.ln() / 10).exp() - 1)
            assert found.annual_rate[0] == pytest.approx(expected, rel=1e-14)
            assert found.period_return[0] > -1.0
        else:
            assert np.isnan(found.annual_rate[0])


@pytest.mark.parametrize(
    ("end", "flow", "sign"),
    [("0.1", "0.2", 0), ("0.1000000001", "0.2", 1), ("0.1", "0.2000000002", -1)],
)
def test_minus_one_is_decided_on_the_decimals(end: str, flow: str, sign: int) -> None:
    """What is left is E - F/2, of capital of 0.7 + F/2."""
    flows = cash_flows("2001-01-01", "2010-12-30", 0.7, float(end), ("2005-12-31", float(flow)))
    found = modified_dietz(flows)
    assert np.sign(found.period_return[0] + 1.0) == sign
    assert np.isnan(found.annual_rate[0]) == (sign <= 0)
