"""Daily returns: the formula, and every edge of capital, worked out by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.daily_returns import Basis, DailyValues, daily_returns
from lotus_assets.engine.performance.formulas.statuses import Mark
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    Row,
    daily_values,
    with_decimals,
)

DAY = "2025-01-31"


def one_day(*row: float) -> tuple[Any, int]:
    found = daily_returns(daily_values([(DAY, *row)]))  # type: ignore[list-item]
    return float(found.returns[0]), int(found.marks[0])


def test_net_takes_the_fee_and_gross_does_not() -> None:
    # Capital 1000 + 200; gain 1266 - 1000 - 200 - 30 = 36, and 36 - 12 after the fee.
    values = daily_values([(DAY, 1000.0, 200.0, 30.0, -12.0, 1266.0)])
    assert daily_returns(values, Basis.GROSS).returns[0] == pytest.approx(0.03, abs=1e-15)
    assert daily_returns(values, Basis.NET).returns[0] == pytest.approx(0.02, abs=1e-15)


def test_flow_at_the_end_of_the_day_is_no_capital() -> None:
    assert one_day(100.0, 0.0, 900.0, 0.0, 1010.0) == (pytest.approx(0.1), Mark.NONE)


def test_no_capital_and_no_gain_is_zero() -> None:
    assert one_day(0.0, 0.0, 0.0, 0.0, 0.0) == (0.0, Mark.NO_CAPITAL)
    assert one_day(0.0, 0.0, 50.0, 0.0, 50.0) == (0.0, Mark.NO_CAPITAL)


def test_no_capital_with_a_gain_is_undefined() -> None:
    found, marks = one_day(0.0, 0.0, 0.0, 0.0, 5.0)
    assert np.isnan(found)
    assert marks == Mark.NO_CAPITAL | Mark.UNDEFINED


def test_zero_is_decided_on_decimals() -> None:
    """Without them these figures could not be told from capital of a tenth (the next test)."""
    values = with_decimals(
        [(DAY, "1000000000000000000.1", "-1000000000000000000.1", "0", "0", "0")]
    )
    settled = daily_returns(values)
    assert settled.returns[0] == 0.0
    assert settled.marks[0] == Mark.NO_CAPITAL | Mark.SMALL_CAPITAL


def test_decimals_find_capital_that_floats_lose() -> None:
    """Floats of both sides are equal, the decimals leave a tenth; a gain of a tenth is 100 %."""
    row = ("1000000000000000000.2", "-1000000000000000000.1", "0", "0", "0.2")
    settled = daily_returns(with_decimals([(DAY, *row)]))
    assert settled.capital[0] == pytest.approx(0.1)
    assert settled.returns[0] == pytest.approx(1.0)
    assert settled.marks[0] == Mark.SMALL_CAPITAL


def test_gain_without_capital_is_decided_on_decimals() -> None:
    """0.3 - 0.1 - 0.2 again, as end of day flows: no gain."""
    values = daily_values([(DAY, 0.1, -0.1, 0.2, 0.0, 0.2)])
    assert daily_returns(values).returns[0] == 0.0


@pytest.mark.parametrize(
    ("begin", "flow", "is_small"),
    [
        (816.0, -807.84, False),
        (3499.0, -3464.01, False),
        (-3554.65, 3519.1035, False),
        (0.16, -0.1616, False),
        (816.0, -807.8400000001, True),
        (816.0, -824.1599999999, True),
        (816.0, -824.1600000001, False),
    ],
)
def test_the_limit_of_small_capital_is_decided_on_decimals(
    begin: float, flow: float, is_small: bool
) -> None:
    """Exactly 1 % is not under 1 %, on either side of 0, whatever the floats make of it."""
    _, marks = one_day(begin, flow, 0.0, 0.0, begin + flow)
    assert bool(marks & Mark.SMALL_CAPITAL) is is_small


def test_short_capital_divides_by_its_size_and_keeps_its_sign_apart() -> None:
    values = daily_values([(DAY, -100.0, 0.0, 0.0, 0.0, -110.0)])
    found = daily_returns(values)
    assert found.returns[0] == pytest.approx(-0.1)
    assert found.signed[0] == pytest.approx(0.1)
    assert found.marks[0] == Mark.SHORT_CAPITAL


def test_small_capital_is_marked() -> None:
    assert one_day(1000.0, -991.0, 0.0, 0.0, 9.0) == (0.0, Mark.SMALL_CAPITAL)
    assert one_day(1000.0, -990.0, 0.0, 0.0, 10.0) == (0.0, Mark.NONE)


def test_a_missing_figure_is_undefined() -> None:
    found, marks = one_day(100.0, 0.0, 0.0, 0.0, float("nan"))
    assert np.isnan(found)
    assert marks == Mark.UNDEFINED


def test_dates_must_rise() -> None:
    row: Row = (DAY, 1.0, 0.0, 0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="row 1 is 2025-01-31"):
        daily_values([row, row])
    assert daily_values([row], [row]).count == 2


def test_columns_must_have_one_length() -> None:
    good = daily_values([(DAY, 1.0, 0.0, 0.0, 0.0, 1.0)])
    with pytest.raises(ValueError, match="end_mv has"):
        DailyValues(
            good.dates,
            good.begin_mv,
            good.bod_cf,
            good.eod_cf,
            good.mgmt_fees,
            np.ones(2),
            good.offsets,
        )
    with pytest.raises(ValueError, match="offsets"):
        DailyValues(
            good.dates,
            good.begin_mv,
            good.bod_cf,
            good.eod_cf,
            good.mgmt_fees,
            good.end_mv,
            np.array([0, 2]),
        )


money = st.integers(1, 10**9)


@given(
    begin=money, flow=st.integers(-(10**9), 10**9), out=money, end=money, scale=st.integers(1, 40)
)
def test_scaling_all_money_changes_nothing(
    begin: int, flow: int, out: int, end: int, scale: int
) -> None:
    plain = one_day(begin, flow, out, -1.0, end)
    scaled = one_day(*(value * 2.0**scale for value in (begin, flow, out, -1.0, end)))
    assert scaled[1] == plain[1]
    assert scaled[0] == plain[0] or np.isnan(plain[0])


@given(begin=money, flow=st.integers(0, 10**9), out=st.integers(-(10**6), 10**6))
def test_equal_returns_make_flows_irrelevant(begin: int, flow: int, out: int) -> None:
    """A day that earns an eighth earns it on whatever came in, and nothing on what comes after."""
    end = (begin + flow) * 1.125 + out
    assert one_day(begin, flow, out, 0.0, end)[0] == pytest.approx(0.125, rel=1e-9)
