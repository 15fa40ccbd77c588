"""Linked effects: sums, splits and orders, for anything Hypothesis thinks of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas import attribution as module
from lotus_assets.engine.performance.formulas.attribution import GroupAttribution, attribute_groups
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.linking_coefficients import (
    Linking,
    active_returns,
    carino,
    frongello,
    grap,
    menchero,
)
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.variants import AttributionMethod
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    by,
    linked_returns,
    windows_on,
)

weight = st.integers(1, 100)
value = st.floats(-0.4, 0.4)
cell = st.tuples(weight, value, weight, value)
# Portfolios of days of three groups.
books = st.lists(
    st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=8),
    min_size=1,
    max_size=3,
)
Book = list[list[list[tuple[int, float, int, float]]]]
FIRST = np.datetime64("2025-01-28")


def sides(book: Book, order: list[int] | None = None) -> tuple[GroupSide, GroupSide]:
    """Both sides, weights divided by their day's sum; groups may be numbered otherwise."""
    codes = order or [0, 1, 2]
    lengths = [3 * len(days) for days in book]
    dates = np.concatenate([np.repeat(FIRST + np.arange(len(days)), 3) for days in book])
    cells = np.array([cell for days in book for day in days for cell in day], float)
    group = np.tile(codes, len(cells) // 3)
    segments = np.append(0, np.cumsum(lengths))
    made = []
    for side in (0, 2):
        weights = cells[:, side].reshape(-1, 3)
        shares = (weights / weights.sum(axis=1, keepdims=True)).ravel()
        made.append(GroupSide(dates, group, shares, cells[:, side + 1], segments))
    return made[0], made[1]


def attributed(
    book: Book, method: AttributionMethod, *periods: ReportingPeriod, order: list[int] | None = None
) -> GroupAttribution:
    lengths = [len(days) for days in book]
    dates = np.concatenate([FIRST + np.arange(length) for length in lengths])
    windows = windows_on(dates, np.append(0, np.cumsum(lengths)), *periods)
    return attribute_groups(*sides(book, order), windows, method)


@given(books, st.sampled_from(Linking), st.sampled_from(Model), st.sampled_from([2, 3]))
def test_effects_sum_to_the_active_return(
    book: Book, linking: Linking, model: Model, count: int
) -> None:
    found = attributed(
        book, by(model, linking, effect_count=count), ReportingPeriod("MTD"), ReportingPeriod("ITD")
    )
    keys = ["portfolio", "period"]
    totals = found.totals[found.totals["status"] == "OK"].set_index(keys)
    sums = found.groups.groupby(keys)["total"].sum()[totals.index]
    gap = sums + totals["linking_remainder"] - totals["active_return"]
    scale = found.groups.groupby(keys)["total"].agg(lambda terms: terms.abs().sum())
    assert (gap.abs() <= 1e-12 * np.maximum(1.0, scale[totals.index])).all()
    if linking is not Linking.NONE:
        assert (totals["linking_remainder"] == 0).all()


@given(books, st.sampled_from(Linking), st.integers(1, 40), st.permutations([0, 1, 2]))
def test_chunks_periods_and_group_numbers_change_nothing(
    book: Book, linking: Linking, rows: int, order: list[int]
) -> None:
    method = by(linking=linking)
    usual = attributed(book, method, ReportingPeriod("MTD"), ReportingPeriod("ITD"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK_ROWS", rows)
        cut = attributed(book, method, ReportingPeriod("ITD"), ReportingPeriod("MTD"), order=order)
    cut.groups["group"] = cut.groups["group"].map({code: place for place, code in enumerate(order)})
    keys = ["portfolio", "period", "group"]
    one, other = (found.groups.sort_values(keys) for found in (usual, cut))
    for name in ("allocation", "selection", "interaction", "total"):
        np.testing.assert_allclose(other[name], one[name], rtol=1e-10, atol=1e-13)


def parts_of(book: Book, linking: Linking, cut: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Effects of the whole, and of its two parts linked like two single periods."""
    days = len(book[0])
    keys = [
        ReportingPeriod("EXPLICIT", FIRST, FIRST + cut - 1),
        ReportingPeriod("EXPLICIT", FIRST + cut, FIRST + days - 1),
        ReportingPeriod("ITD"),
    ]
    found = attributed(book[:1], by(linking=linking), *keys)
    names = [one.key for one in keys]
    totals = found.totals.set_index("period").loc[names]
    own = totals["portfolio_return"].to_numpy()
    other = totals["benchmark_return"].to_numpy()
    segments = np.array([0, 2])
    arguments = (
        active_returns(own[:2], other[:2]),
        linked_returns(own[2:], other[2:]),
        segments,
    )
    coefficients = {
        Linking.CARINO: lambda: carino(*arguments),
        Linking.MENCHERO: lambda: menchero(*arguments),
        Linking.GRAP: lambda: grap(own[:2], other[:2], segments),
        Linking.FRONGELLO: lambda: frongello(own[:2], other[:2], segments),
    }[linking]()
    rows = found.groups.pivot(index="group", columns="period", values="total")[names].to_numpy()
    return rows[:, 2], rows[:, :2] @ coefficients, float(np.abs(rows).sum())


@given(books, st.sampled_from([Linking.CARINO, Linking.GRAP, Linking.FRONGELLO]), st.data())
def test_linking_parts_made_of_days_is_linking_the_days(
    book: Book, linking: Linking, data: st.DataObject
) -> None:
    if len(book[0]) < 2:
        return
    cut = data.draw(st.integers(1, len(book[0]) - 1))
    whole, joined, scale = parts_of(book, linking, cut)
    np.testing.assert_allclose(joined, whole, rtol=1e-9, atol=1e-12 * max(1.0, scale))


def test_not_so_for_menchero() -> None:
    day = [(50, 0.3, 50, -0.2), (30, -0.1, 50, 0.1), (20, 0.2, 1, 0.0)]
    other = [(50, -0.2, 50, 0.3), (30, -0.3, 20, 0.1), (20, 0.1, 30, 0.2)]
    whole, joined, _ = parts_of([[day, other, day]], Linking.MENCHERO, 2)
    assert np.abs(whole - joined).max() > 1e-4
    assert joined.sum() == pytest.approx(whole.sum())


@given(st.lists(st.tuples(value, value, value), min_size=1, max_size=20))
def test_frongello_is_its_recursion(rows: list[tuple[float, float, float]]) -> None:
    own, other, effect = np.array(rows).T
    linked: list[float] = []
    for t in range(len(rows)):
        linked.append(effect[t] * float(np.prod(1 + own[:t])) + other[t] * sum(linked))
    coefficients = frongello(own, other, np.array([0, len(rows)]))
    assert effect @ coefficients == pytest.approx(sum(linked), rel=1e-11, abs=1e-13)


@given(st.floats(-0.9, 2.0), st.floats(-1e-9, 1e-9))
def test_quotients_do_not_cancel(benchmark: float, difference: float) -> None:
    """Near equal returns the series 1/(1 + R)·(1 - u/2 + u²/3 …) is exact."""
    own = benchmark + difference
    relative = (own - benchmark) / (1 + benchmark)
    expected = (1 - relative / 2 + relative**2 / 3) / (1 + benchmark)
    found = active_returns(np.array([own]), np.array([benchmark])).factors[0]
    assert found == pytest.approx(expected, rel=1e-14)


def test_limits_of_equal_returns() -> None:
    own = np.array([0.1, -0.05, 0.2])
    linked = np.array([np.prod(1 + own) - 1])
    segments = np.array([0, 3])
    expected = (1 + linked[0]) / (1 + own)
    arguments = active_returns(own, own), linked_returns(linked, linked), segments
    np.testing.assert_allclose(carino(*arguments), expected)
    np.testing.assert_allclose(menchero(*arguments), (1 + linked[0]) ** (2 / 3))
