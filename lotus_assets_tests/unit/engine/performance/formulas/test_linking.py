"""Linking: products, absorbing total loss, broken chains, and splitting."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.statuses import Status

returns = st.lists(st.floats(-0.99, 2.0), min_size=1, max_size=60)
NAN = float("nan")


def linked(values: list[float]) -> tuple[float, str, int]:
    found = link(np.array(values), np.array([0]), np.array([len(values)]))
    return float(found.returns[0]), found.status[0], int(found.row[0])


@given(returns)
def test_linked_return_is_the_product(values: list[float]) -> None:
    expected = math.prod(1.0 + value for value in values) - 1.0
    assert linked(values)[0] == pytest.approx(expected, rel=1e-12, abs=1e-13)


@given(returns, st.data())
def test_splitting_changes_nothing(values: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(values)))
    whole = linked(values)[0]
    parts = [linked(part)[0] for part in (values[:cut], values[cut:]) if part]
    assert linked(parts)[0] == pytest.approx(whole, rel=1e-12, abs=1e-13)


@given(st.lists(returns, min_size=1, max_size=5))
def test_windows_do_not_touch_each_other(lists: list[list[float]]) -> None:
    """Bit for bit what each gives alone, whatever is beside it and in whatever order."""
    values = np.array([value for one in lists for value in one])
    stops = np.cumsum([len(one) for one in lists])
    starts = stops - [len(one) for one in lists]
    together = link(values, starts, stops).returns
    assert together.tolist() == [linked(one)[0] for one in lists]
    assert link(values, starts[::-1], stops[::-1]).returns.tolist() == together[::-1].tolist()


def test_total_loss_absorbs() -> None:
    assert linked([0.1, -1.0, 5.0]) == (-1.0, Status.OK, 1)
    assert linked([-1.0, -2.0]) == (-1.0, Status.OK, 0)
    assert linked([-1.0, NAN]) == (-1.0, Status.OK, 0)


@pytest.mark.parametrize(
    ("values", "status", "row"),
    [
        ([0.1, -1.5, 0.2], Status.BROKEN_CHAIN, 1),
        ([-1.5, -1.0], Status.BROKEN_CHAIN, 0),
        ([-1.5, NAN], Status.BROKEN_CHAIN, 0),
        ([0.1, 0.2, NAN], Status.UNDEFINED_RETURN, 2),
        ([NAN, -1.5], Status.UNDEFINED_RETURN, 0),
    ],
)
def test_the_first_special_day_decides(values: list[float], status: Status, row: int) -> None:
    found = linked(values)
    assert math.isnan(found[0])
    assert found[1:] == (status, row)


def test_an_empty_window_has_no_return() -> None:
    found = link(np.array([0.1]), np.array([0, 1]), np.array([0, 1]))
    assert np.isnan(found.returns).all()
    assert set(found.status) == {Status.NO_OBSERVATIONS}


def test_small_returns_keep_their_digits() -> None:
    """A product of 1 + 1e-17 is 1; the sum of logarithms is not 0."""
    assert linked([1e-17] * 1000)[0] == pytest.approx(1e-14, rel=1e-12)
