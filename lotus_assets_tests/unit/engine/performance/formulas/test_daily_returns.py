"""Daily returns: the formula, and every edge of capital, worked out by hand."""

from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.daily_returns import Basis, DailyValues, daily_returns
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.small_capital import has_small_capital
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
    assert settled.marks[0] == Mark.NO_CAPITAL


def test_decimals_find_capital_that_floats_lose() -> None:
    """Floats of both sides are equal, the decimals leave a tenth; a gain of a tenth is 100 %."""
    row = ("1000000000000000000.2", "-1000000000000000000.1", "0", "0", "0.2")
    settled = daily_returns(with_decimals([(DAY, *row)]))
    assert settled.capital[0] == pytest.approx(0.1)
    assert settled.returns[0] == 1.0
    assert settled.marks[0] == Mark.NONE


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
    day_before = ("2025-01-30", begin, 0.0, 0.0, 0.0, begin)
    values = daily_values([day_before, (DAY, begin, flow, 0.0, 0.0, begin + flow)])
    assert has_small_capital(values).tolist() == [False, is_small]


def test_short_capital_divides_by_its_size_and_keeps_its_sign_apart() -> None:
    values = daily_values([(DAY, -100.0, 0.0, 0.0, 0.0, -110.0)])
    found = daily_returns(values)
    assert found.returns[0] == pytest.approx(-0.1)
    assert found.signed[0] == pytest.approx(0.1)
    assert found.marks[0] == Mark.SHORT_CAPITAL


def test_small_capital_is_beside_the_largest_of_a_year_whichever_end_the_withdrawal_had() -> None:
    """A hundredth is left of 1000: taken out at the beginning of the 30th, or at its end."""
    at_the_beginning: list[Row] = [
        ("2025-01-29", 1000.0, 0.0, 0.0, 0.0, 1000.0),
        ("2025-01-30", 1000.0, -999.99, 0.0, 0.0, 0.01),
        (DAY, 0.01, 0.0, 0.0, 0.0, 0.02),
    ]
    at_the_end: list[Row] = [
        ("2025-01-29", 1000.0, 0.0, 0.0, 0.0, 1000.0),
        ("2025-01-30", 1000.0, 0.0, -999.99, 0.0, 0.01),
        (DAY, 0.01, 0.0, 0.0, 0.0, 0.02),
    ]
    small = has_small_capital(daily_values(at_the_beginning, at_the_end))
    assert small.tolist() == [False, True, True, False, False, True]


def test_small_capital_looks_back_365_days_and_no_further() -> None:
    """100 on 1 January; 365 days later 0.5 stand beside it, a day after that alone."""
    rows: list[Row] = [
        ("2025-01-01", 100.0, 0.0, 0.0, 0.0, 0.5),
        ("2026-01-01", 0.5, 0.0, 0.0, 0.0, 0.5),
        ("2026-01-02", 0.5, 0.0, 0.0, 0.0, 0.5),
        ("2026-01-03", 0.5, -0.5, 0.0, 0.0, 0.0),
    ]
    assert has_small_capital(daily_values(rows)).tolist() == [False, True, False, False]
    assert daily_returns(daily_values(rows)).marks[3] == Mark.NO_CAPITAL


@given(
    st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=60),
    st.lists(st.integers(1, 90), min_size=60, max_size=60),
)
def test_small_capital_by_its_definition(capitals: list[int], steps: list[int]) -> None:
    days = np.datetime64("2020-01-01") + np.cumsum(steps[: len(capitals)])
    rows: list[Row] = [
        (str(day), one / 100, 0.0, 0.0, 0.0, one / 100)
        for day, one in zip(days, capitals, strict=True)
    ]
    expected = [
        one != 0
        and 100 * abs(one)
        < max(
            abs(other)
            for before, other in zip(days[: at + 1], capitals, strict=False)
            if day - before <= np.timedelta64(365, "D")
        )
        for at, (day, one) in enumerate(zip(days, capitals, strict=True))
    ]
    assert has_small_capital(daily_values(rows)).tolist() == expected


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ((0.01, 0.01, -0.1, 0.0, -0.1), "OK"),
        ((0.01, 0.01, -0.1, 0.0, -0.0999999999), "OK"),
        ((0.01, 0.01, -0.1, 0.0, -0.1000000001), "BROKEN_CHAIN"),
        ((0.3, 0.0, 0.1, -0.2, 0.3), "OK"),
        ((100_000_000.0, 0.0, 0.0, 0.0, 0.0), "OK"),
    ],
)
def test_a_loss_of_everything_is_decided_on_decimals(
    row: tuple[float, float, float, float, float], status: str
) -> None:
    """What is left at the close is 0, 1e-10 or -1e-10: end_mv - eod_cf + the fee."""
    begin, bod, eod, fee, end = (Decimal(str(one)) for one in row)
    expected = (end - eod + fee) / (begin + bod) - 1
    daily = daily_returns(daily_values([(DAY, *row)]))
    linked = link(daily.returns, np.array([0]), np.array([1]), daily.growth)
    assert daily.returns[0] == pytest.approx(float(expected), rel=1e-15)
    assert linked.status[0] == status
    assert bool(daily.returns[0] == -1.0) is (expected == -1)


@given(
    begin=st.integers(-(10**6), 10**6),
    bod=st.integers(-(10**6), 10**6),
    eod=st.integers(-(10**6), 10**6),
    fee=st.integers(-100, 0),
    close=st.integers(-3, 10**6),
)
def test_every_return_and_growth_is_that_of_the_decimals(
    begin: int, bod: int, eod: int, fee: int, close: int
) -> None:
    """`close` cents are left of the capital of the day, before what comes in at its end."""
    amounts = begin / 100, bod / 100, eod / 100, fee / 100, (close + eod - fee) / 100
    daily = daily_returns(daily_values([(DAY, *amounts)]))
    capital = begin + bod
    if capital == 0:
        assert np.isnan(daily.returns[0]) if close else daily.returns[0] == 0.0
        return
    with localcontext(prec=50):
        kept = 1 + Decimal(close - capital) / abs(capital)
        signed = Decimal(close) / capital
        assert daily.returns[0] == pytest.approx(float(kept - 1), rel=1e-12, abs=1e-14)
        assert np.sign(daily.returns[0] + 1) == np.sign(float(kept))
        assert np.sign(daily.signed[0] + 1) == np.sign(float(signed))
        for share, growth in ((kept, daily.growth[0]), (signed, daily.signed_growth[0])):
            if share > 0:
                assert growth == pytest.approx(float(share.ln()), rel=1e-12, abs=1e-13)


def test_a_dust_day_keeps_its_digits() -> None:
    """0.01 of 1,000,000 is left and becomes 0.03; beside a subscription of 1e6 at the end too."""
    rows: list[Row] = [
        (DAY, 1_000_000.0, -999_999.99, 0.0, 0.0, 0.03),
        ("2025-02-01", 0.03, 0.0, 1_000_000.0, 0.0, 1_000_000.04),
    ]
    assert daily_returns(daily_values(rows)).returns.tolist() == [2.0, 1 / 3]


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
    assert scaled[0] == pytest.approx(plain[0], rel=1e-13, abs=1e-15, nan_ok=True)


@given(begin=money, flow=st.integers(0, 10**9), out=st.integers(-(10**6), 10**6))
def test_equal_returns_make_flows_irrelevant(begin: int, flow: int, out: int) -> None:
    """A day that earns an eighth earns it on whatever came in, and nothing on what comes after."""
    end = (begin + flow) * 1.125 + out
    assert one_day(begin, flow, out, 0.0, end)[0] == pytest.approx(0.125, rel=1e-9)
