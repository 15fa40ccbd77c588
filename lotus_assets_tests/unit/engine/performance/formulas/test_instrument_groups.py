"""Groups from instruments: weights, returns, what is unallocated, and the reconciliation."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.attribution import attribute_groups
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.instrument_groups import (
    InstrumentGroups,
    instrument_groups,
    reconciliation,
)
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    Row,
    daily_values,
    group_side,
    offsets,
    windows_of,
)

DAY, NEXT = "2025-01-30", "2025-01-31"
UNALLOCATED = 9


def rows_of(side: GroupSide) -> list[tuple[int, Any, Any]]:
    return [
        (int(code), float(weight), float(value))
        for code, weight, value in zip(side.group, side.weight, side.return_base, strict=True)
    ]


def grouped(
    portfolio: list[Row], instruments: list[list[Row]], codes: list[int], basis: Basis = Basis.NET
) -> InstrumentGroups:
    return instrument_groups(
        daily_values(portfolio),
        daily_values(*instruments),
        offsets([len(instruments)]),
        np.array(codes),
        UNALLOCATED,
        basis,
    )


def test_weights_and_returns_are_of_capital() -> None:
    found = grouped(
        [(DAY, 100, 20, 0, 0, 132)],
        [[(DAY, 50, 10, 0, 0, 66)], [(DAY, 20, 0, 0, 0, 24)], [(DAY, 30, 10, 0, 0, 42)]],
        [3, 5, 3],
    )
    assert rows_of(found.side) == [
        (3, pytest.approx(100 / 120), pytest.approx(0.08)),
        (5, pytest.approx(20 / 120), pytest.approx(0.2)),
    ]


def test_the_remainder_is_unallocated_with_no_return() -> None:
    found = grouped([(DAY, 100, 0, 0, 0, 110)], [[(DAY, 90, 0, 0, 0, 99)]], [3])
    assert rows_of(found.side) == [
        (3, pytest.approx(0.9), pytest.approx(0.1)),
        (UNALLOCATED, pytest.approx(0.1), 0.0),
    ]


def test_a_day_without_capital_is_all_unallocated() -> None:
    found = grouped([(DAY, 0, 0, 50, 0, 50)], [[(DAY, 0, 0, 50, 0, 50)]], [3])
    assert rows_of(found.side) == [(UNALLOCATED, 1.0, 0.0)]


def test_capital_that_cancels_is_decided_on_decimals() -> None:
    """0.1 + 0.2 - 0.3: no net capital, so weight 0 and no return; the gain of 5 is of 100."""
    found = grouped(
        [(DAY, 100, 0, 0, 0, 105)],
        [
            [(DAY, 0.1, 0, 0, 0, 5.1)],
            [(DAY, 0.2, 0, 0, 0, 0.2)],
            [(DAY, -0.3, 0, 0, 0, -0.3)],
            [(DAY, 100, 0, 0, 0, 100)],
        ],
        [3, 3, 3, 4],
    )
    assert rows_of(found.side) == [(3, 0.0, pytest.approx(np.nan, nan_ok=True)), (4, 1.0, 0.0)]
    assert found.side.gain is not None
    assert found.side.gain.tolist() == [0.05, 0.0]


def test_reconciliation_names_fees_and_the_rest() -> None:
    portfolio: list[Row] = [(DAY, 100, 0, 0, -1, 112), (NEXT, 111, 0, 0, -1, 112)]
    instruments: list[list[Row]] = [
        [(DAY, 100, 0, 0, 0, 110), (NEXT, 111, 0, 0, 0, 112)],
        [(DAY, 0, 0, 0, 0, 2), (NEXT, 0, 0, 0, 0, 0)],
    ]
    made = grouped(portfolio, instruments, [0, 1])
    benchmark = group_side([(DAY, 0, 1.0, 0.0), (NEXT, 0, 1.0, 0.0)])
    windows = windows_of(daily_values(portfolio))
    totals = attribute_groups(made.side, benchmark, windows).totals
    group_return = totals["portfolio_return"].to_numpy()
    found = reconciliation(group_return, windows, made.own).iloc[0]
    own = 1.11 * (1 + 0 / 111) - 1
    without = 1.12 * (1 + 1 / 111) - 1
    # What the second instrument gained without capital is the group's: 10 and 2 of 100.
    group = 1.12 * (1 + 1 / 111) - 1
    assert found["own_return"] == pytest.approx(own)
    assert found["group_return"] == pytest.approx(group)
    assert found["fees"] == pytest.approx(own - without)
    assert found["difference"] == pytest.approx(without - group)
    assert found["own_status"] == "OK"


def test_gross_has_no_fees() -> None:
    made = grouped([(DAY, 100, 0, 0, -1, 112)], [[(DAY, 100, 0, 0, 0, 112)]], [0], Basis.GROSS)
    assert made.own.returns.tolist() == made.own.without_fees.tolist() == [pytest.approx(0.12)]


@given(
    st.lists(
        st.tuples(st.integers(10, 1000), st.integers(-5, 5), st.integers(0, 1200)),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 3),
)
def test_groups_hold_the_whole_return(
    instruments: list[tuple[int, int, int]], group_count: int
) -> None:
    """Where the instruments are the portfolio, so are their groups."""
    rows = [[(DAY, float(b), float(f), 0.0, 0.0, float(e))] for b, f, e in instruments]
    b, f, e = np.array(instruments, float).sum(axis=0)
    codes = [number % group_count for number in range(len(rows))]
    made = grouped([(DAY, b, f, 0.0, 0.0, e)], rows, codes)
    assert made.side.weight.sum() == pytest.approx(1.0)
    assert (made.side.weight * made.side.return_base).sum() == pytest.approx(
        (e - b - f) / (b + f), abs=1e-12
    )
