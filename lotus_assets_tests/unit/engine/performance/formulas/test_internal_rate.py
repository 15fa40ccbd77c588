"""XIRR: constructed rates come back, every root is verified, and every reason is given."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.all_roots import TOLERANCE
from lotus_assets.engine.performance.formulas.cash_flows import CashFlows
from lotus_assets.engine.performance.formulas.internal_rate import InternalRates, internal_rates
from lotus_assets.engine.performance.formulas.segments import Floats
from lotus_assets.engine.performance.formulas.statuses import Reason, Status
from lotus_assets_tests.unit.engine.performance.formulas.builders import cash_flows, investor

START = dt.date(2020, 1, 1)


def day(offset: int) -> str:
    return (START + dt.timedelta(days=offset)).isoformat()


def roots(found: InternalRates, number: int = 0) -> list[float]:
    chosen = slice(found.root_offsets[number], found.root_offsets[number + 1])
    return [float(root) for root in found.roots[chosen]]


def joined(*flows: CashFlows) -> CashFlows:
    """Several portfolios in one call."""
    counts = [len(one.amounts) for one in flows]
    return CashFlows(
        np.concatenate([one.start_date for one in flows]),
        np.concatenate([one.end_date for one in flows]),
        np.concatenate([one.begin_mv for one in flows]),
        np.concatenate([one.end_mv for one in flows]),
        np.concatenate([one.flow_dates for one in flows]),
        np.concatenate([one.amounts for one in flows]),
        np.append(0, np.cumsum(counts)),
    )


def same_bytes(one: InternalRates, other: InternalRates) -> bool:
    return all(
        np.asarray(getattr(one, name)).tolist() == np.asarray(getattr(other, name)).tolist()
        for name in InternalRates.__dataclass_fields__
        if np.asarray(getattr(one, name)).dtype.kind != "f"
    ) and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("annual_rate", "period_rate", "residual", "roots")
    )


inflows = st.lists(st.tuples(st.integers(1, 1999), st.integers(1, 10**6)), max_size=30)


@given(rate=st.floats(-0.95, 5.0), begin=st.integers(1, 10**6), flows=inflows)
def test_a_constructed_rate_comes_back(
    rate: float, begin: int, flows: list[tuple[int, int]]
) -> None:
    """What is paid in grows at the rate to the end: there is one change of sign, so one root."""
    grown = begin * (1 + rate) ** (2000 / 365)
    grown += sum(amount * (1 + rate) ** ((2000 - at) / 365) for at, amount in flows)
    found = internal_rates(
        cash_flows(day(0), day(2000), begin, grown, *((day(at), one) for at, one in flows))
    )
    assert found.status[0] == Status.OK
    assert found.annual_rate[0] == pytest.approx(rate, rel=1e-10, abs=1e-11)
    assert found.period_rate[0] == pytest.approx(
        (1 + rate) ** (2000 / 365) - 1, rel=1e-9, abs=1e-10
    )
    assert found.residual[0] <= TOLERANCE
    assert roots(found) == [found.annual_rate[0]]


mixed = st.lists(
    st.tuples(st.integers(1, 1499), st.integers(-(10**5), 10**5).filter(bool)), max_size=24
)


@given(begin=st.integers(-(10**4), 10**6), end=st.integers(-(10**4), 10**6), flows=mixed)
def test_every_root_is_a_root_and_none_is_missed(
    begin: int, end: int, flows: list[tuple[int, int]]
) -> None:
    """Beside a dense scan of x: each change of sign of the balance lies at a root."""
    series = cash_flows(day(0), day(1500), begin, end, *((day(at), float(f)) for at, f in flows))
    found = internal_rates(series)
    years = np.concatenate([[0.0], series.flow_days / 365, [1500 / 365]])
    amounts = np.concatenate([[-begin], -series.amounts, [end]])

    def height(x: Floats) -> Floats:
        exponents = -np.outer(x, years)
        terms = amounts * np.exp(exponents - exponents.max(axis=1, keepdims=True))
        total: Floats = terms.sum(axis=1) / np.maximum(np.abs(terms).sum(axis=1), 1e-300)
        return total

    x = found.log_roots
    assert (np.abs(height(x)) <= 1.01 * TOLERANCE).all()
    grid = np.linspace(-30, 30, 6001)
    heights = height(grid)
    left = np.flatnonzero(
        (heights[1:] * heights[:-1] < 0)
        & (np.abs(heights[1:]) > 1e-8)
        & (np.abs(heights[:-1]) > 1e-8)
    )
    for low, high in zip(grid[left], grid[left + 1], strict=True):
        assert ((x >= low - 1e-6) & (x <= high + 1e-6)).any(), (low, high, x)


@given(
    begin=st.integers(1, 10**6), end=st.integers(1, 10**6), flows=mixed, power=st.integers(-9, 9)
)
def test_scaling_and_order_of_rows_change_nothing(
    begin: int, end: int, flows: list[tuple[int, int]], power: int
) -> None:
    scale = 2.0**power
    rows = [(day(at), float(one)) for at, one in flows]
    usual = internal_rates(cash_flows(day(0), day(1500), begin, end, *rows))
    turned = cash_flows(day(0), day(1500), begin, end, *rows[::-1])
    assert same_bytes(internal_rates(turned), usual)
    scaled = cash_flows(
        day(0), day(1500), begin * scale, end * scale, *((at, one * scale) for at, one in rows)
    )
    assert same_bytes(internal_rates(scaled), usual)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6), mixed), min_size=1, max_size=6)
)
def test_portfolios_do_not_touch_each_other(
    portfolios: list[tuple[int, int, list[tuple[int, int]]]],
) -> None:
    """Statuses and roots are each portfolio's own to the bit, whatever is solved beside it."""
    alone = [
        cash_flows(day(0), day(1500), begin, end, *((day(at), float(one)) for at, one in flows))
        for begin, end, flows in portfolios
    ]
    together = internal_rates(joined(*alone))
    for number, one in enumerate(alone):
        own = internal_rates(one)
        assert own.status[0] == together.status[number]
        assert own.reason[0] == together.reason[number]
        assert roots(together, number) == roots(own)


def test_two_roots_are_both_given_and_the_one_near_modified_dietz_is_chosen() -> None:
    """-100, +230, -132 a year apart: (1 - 1.1/q)(1 - 1.2/q), so 10 % and 20 %."""
    found = internal_rates(investor((day(0), -100), (day(365), 230), (day(730), -132)))
    assert found.status[0] == Status.MULTIPLE_ROOTS
    assert roots(found) == [pytest.approx(0.1, abs=1e-9), pytest.approx(0.2, abs=1e-9)]
    # Dietz: gain -132 - 100 + 230 = -2 on 100 - 230 / 2 < 0: no positive capital, so nearest 0.
    assert found.annual_rate[0] == roots(found)[0]


def test_with_positive_capital_the_root_nearest_to_modified_dietz_is_chosen() -> None:
    """Roots at -84.3 % and -77.0 %; Modified Dietz is nearer to the first, zero to the second.

    Gain -120 - 100 + 100 = -120 on 100 - 100·509/730 + 260·350/730 - 260·97/730 = 120.38.
    """
    flows = [(day(221), -100.0), (day(380), 260.0), (day(633), -260.0)]
    found = internal_rates(cash_flows(day(0), day(730), 100, -120, *flows))
    assert found.status[0] == Status.MULTIPLE_ROOTS
    assert roots(found) == pytest.approx([-0.84321910, -0.76996063], abs=1e-7)
    target = math.log1p(-120 / (100 + (260 * 350 - 100 * 509 - 260 * 97) / 730)) * 365 / 730
    nearest = min(found.log_roots, key=lambda x: abs(x - target))
    assert found.annual_rate[0] == math.expm1(nearest) == roots(found)[0]


def test_a_double_root_is_one() -> None:
    """-100(1 - 1.1/q)²: touches zero at 10 % and crosses nowhere."""
    found = internal_rates(investor((day(0), -100), (day(365), 220), (day(730), -121)))
    assert roots(found) == [pytest.approx(0.1, abs=1e-5)]
    assert found.status[0] == Status.OK


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        ([(day(0), -100.0), (day(400), 0.0)], Reason.TOTAL_LOSS),
        ([(day(0), -100.0), (day(9), -10.0), (day(400), 0.0)], Reason.TOTAL_LOSS),
        ([(day(0), 0.0), (day(400), 0.0)], Reason.DEGENERATE),
        ([(day(0), -100.0), (day(0), 100.0), (day(400), 0.0)], Reason.DEGENERATE),
        ([(day(0), 100.0), (day(400), 20.0)], Reason.NO_SIGN_CHANGE),
        ([(day(0), -100.0), (day(400), -1.0)], Reason.NO_SIGN_CHANGE),
        ([(day(0), -100.0), (day(365), 200.0), (day(730), -101.0)], Reason.NO_ROOT),
        # Growth by e^701 a year is beyond the interval, e^699 is not.
        ([(day(0), -1e-160), (day(365), 1e145)], Reason.NO_ROOT),
    ],
)
def test_no_solution_has_its_reason(flows: list[tuple[str, float]], reason: Reason) -> None:
    found = internal_rates(investor(*flows))
    assert (found.status[0], found.reason[0]) == (Status.NO_SOLUTION, reason)
    assert np.isnan([found.annual_rate[0], found.period_rate[0], found.residual[0]]).all()
    assert roots(found) == []


def test_roots_at_the_far_ends_of_the_interval() -> None:
    high = internal_rates(investor((day(0), -1e-150), (day(365), 1e150)))
    assert high.annual_rate[0] == pytest.approx(1e300, rel=1e-9)
    low = internal_rates(investor((day(0), -1e17), (day(365), 1e-17)))
    assert low.annual_rate[0] == -1.0
    assert low.period_rate[0] == -1.0
    assert low.status[0] == Status.OK


def test_short_periods_are_marked() -> None:
    short = internal_rates(investor((day(0), -100), (day(364), 101)))
    year = internal_rates(investor((day(0), -100), (day(365), 101)))
    assert (short.is_short_period[0], year.is_short_period[0]) == (True, False)
    assert year.annual_rate[0] == pytest.approx(0.01, rel=1e-12)


def test_flows_are_netted_by_day_on_decimals() -> None:
    """0.1 + 0.2 - 0.3 leaves nothing on that day."""
    flows = [(day(9), 0.1), (day(9), 0.2), (day(9), -0.3)]
    found = internal_rates(cash_flows(day(0), day(365), 0, 0, *flows))
    assert found.reason[0] == Reason.DEGENERATE


def test_windows_must_be_in_order_and_hold_their_flows() -> None:
    with pytest.raises(ValueError, match="inverted"):
        cash_flows(day(5), day(0), 1, 1)
    with pytest.raises(ValueError, match="outside the window"):
        cash_flows(day(0), day(5), 1, 1, (day(6), 1.0))
    with pytest.raises(ValueError, match="missing or infinite"):
        cash_flows(day(0), day(5), math.nan, 1)


def test_no_portfolios_give_no_rates() -> None:
    empty = np.empty(0)
    none = CashFlows(empty, empty, empty, empty, empty, empty, np.zeros(1, int))  # type: ignore[arg-type]
    assert len(internal_rates(none).annual_rate) == 0
