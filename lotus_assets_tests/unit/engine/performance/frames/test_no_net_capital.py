"""Groups whose weights cancel: what they gained is kept, on either side, by hand."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.variants import Variant
from lotus_assets.engine.performance.frames.attribution import (
    AttributionOptions,
    AttributionResult,
    attributed,
)
from lotus_assets.engine.performance.frames.attribution_sides import group_sides, instrument_sides
from lotus_assets.engine.performance.frames.portfolio_days import portfolio_days
from lotus_assets_tests.unit.engine.performance.frames.books import (
    Observation,
    Point,
    observations,
    parts_of,
    points_of,
    portfolios_of,
)

DAY = "2025-01-31"
ITD = AttributionOptions((ReportingPeriod("ITD"),))
Given = tuple[str, str, float, float]
"""Asset class, sleeve, weight, return."""
HALVES: list[Given] = [
    ("Equity", "long", 0.5, 0.1),
    ("Equity", "short", -0.5, -0.04),
    ("Bond", "all", 1.0, 0.01),
]
TENTHS: list[Given] = [
    ("Equity", "one", 0.1, 0.1),
    ("Equity", "two", 0.2, 0.02),
    ("Equity", "three", -0.3, 0.05),
    ("Bond", "all", 1.0, 0.01),
]
PLAIN: list[Given] = [("Equity", "long", 0.5, 0.03), ("Bond", "all", 0.5, 0.02)]


def observed(rows: Sequence[Given], day: str = DAY) -> list[Observation]:
    return [
        ("P", {"class": name, "sleeve": sleeve}, day, weight, value, np.nan, np.nan)
        for name, sleeve, weight, value in rows
    ]


def from_groups(
    own: list[Observation], other: list[Observation], variant: Variant | None = None
) -> AttributionResult:
    """Attribution by class alone: the sleeves are not told apart."""
    given = observations(own)
    days = portfolio_days(
        points_of([]).astype({"portfolio_id": object}),
        portfolios_of(given, date.fromisoformat(DAY)),
    )
    sides = group_sides(days, given, observations(other), ["class"])
    return attributed(sides, ITD, [variant or Variant()])


def effects(result: AttributionResult, name: str) -> list[float]:
    """Allocation, selection, interaction of a group."""
    rows = result.groups[result.groups["key"] == f'{{"class": "{name}"}}']
    [row] = rows[["allocation", "selection", "interaction"]].to_numpy(np.float64).tolist()
    return list(row)


def returns_of(result: AttributionResult) -> list[float]:
    return [float(result.totals[f"{side}_return"][0]) for side in ("portfolio", "benchmark")]


@pytest.mark.parametrize(("rows", "gain"), [(HALVES, 0.07), (TENTHS, -0.001)])
def test_what_a_portfolio_s_group_without_net_capital_gained(
    rows: list[Given], gain: float
) -> None:
    """0.5·0.1 + 0.5·0.04, or 0.1·0.1 + 0.2·0.02 - 0.3·0.05, beside 0.01 of bonds; R_B is 0.025.

    Equity is absent from the portfolio: -0.5·(0.03 - 0.025), and the gain in selection.
    """
    result = from_groups(observed(rows), observed(PLAIN))
    assert returns_of(result) == pytest.approx([gain + 0.01, 0.025], rel=1e-14)
    assert effects(result, "Equity") == pytest.approx([-0.0025, gain, 0.0], abs=1e-16)
    assert effects(result, "Bond") == pytest.approx([0.5 * -0.005, 0.5 * -0.01, 0.5 * -0.01])
    assert result.groups["total"].sum() == pytest.approx(gain - 0.015, abs=1e-16)
    assert result.totals["no_net_capital_days"].tolist() == [1]


@pytest.mark.parametrize(("rows", "gain"), [(HALVES, 0.07), (TENTHS, -0.001)])
def test_what_a_benchmark_s_group_without_net_capital_gained(
    rows: list[Given], gain: float
) -> None:
    """r_B of equity is R_B = gain + 0.01: allocation 0, interaction 0.5·(0.03 - R_B)."""
    result = from_groups(observed(PLAIN), observed(rows))
    total = gain + 0.01
    assert returns_of(result) == pytest.approx([0.025, total], rel=1e-14)
    assert effects(result, "Equity") == pytest.approx([0.0, -gain, 0.5 * (0.03 - total)], abs=1e-16)
    assert effects(result, "Bond") == pytest.approx([-0.5 * (0.01 - total), 0.01, -0.5 * 0.01])
    assert result.groups["total"].sum() == pytest.approx(0.025 - total, abs=1e-16)
    assert result.totals["no_net_capital_days"].tolist() == [1]


def test_the_same_on_both_sides_is_no_effect_at_all() -> None:
    result = from_groups(observed(HALVES), observed(HALVES))
    assert returns_of(result) == pytest.approx([0.08, 0.08])
    assert (result.groups[["allocation", "selection", "interaction", "total"]] == 0.0).all(
        axis=None
    )


def instruments(rows: Sequence[tuple[str, float, float]]) -> AttributionResult:
    """Instruments of one class (name, begin_mv, end_mv) in a portfolio of 100 with cash."""
    begin, end = sum(row[1] for row in rows), sum(row[2] for row in rows)
    points: list[Point] = [
        ("P", "", DAY, 100, 0, 0, 0, 100 + end - begin),
        ("P", "C", DAY, 100 - begin, 0, 0, 0, 100 - begin),
        *(("P", name, DAY, first, 0, 0, 0, last) for name, first, last in rows),
    ]
    metas = {("P", name): {"class": "Equity"} for name, *_ in rows}
    metas["P", "C"] = {"class": "Bond"}
    parts = parts_of(points, date.fromisoformat(DAY), metas, ["class"])
    benchmark = [(name, "all", weight, value) for name, _, weight, value in PLAIN]
    sides = instrument_sides(parts, observations(observed(benchmark)), ["class"], ["EUR"])
    return attributed(sides, ITD)


@pytest.mark.parametrize(
    "rows",
    [
        [("LONG", 50.0, 55.0), ("SHORT", -50.0, -48.0)],
        [("ONE", 0.1, 3.1), ("TWO", 0.2, 4.2), ("THREE", -0.3, -0.3)],
    ],
)
def test_a_long_and_a_short_instrument_keep_what_they_gained(
    rows: list[tuple[str, float, float]],
) -> None:
    """7 of 100 on no net capital; the benchmark returns 0.025."""
    result = instruments(rows)
    assert returns_of(result) == pytest.approx([0.07, 0.025], rel=1e-14)
    assert effects(result, "Equity") == pytest.approx([-0.0025, 0.07, 0.0], abs=1e-16)
    assert result.groups["total"].sum() == pytest.approx(0.045, abs=1e-16)
    assert abs(result.totals["difference"][0]) <= 1e-15


sleeves = st.lists(st.tuples(st.integers(-40, 40), st.integers(-300, 300)), min_size=1, max_size=4)


@given(sleeves, sleeves, st.sampled_from(Model), st.sampled_from(Linking))
def test_no_gain_is_lost_whatever_cancels(
    own: list[tuple[int, int]], other: list[tuple[int, int]], model: Model, linking: Linking
) -> None:
    """Weights in tenths, the rest in bonds: each side returns Σ w·r, to the last digit."""
    sides, expected = [], []
    for rows in (own, other):
        rest = 10 - sum(weight for weight, _ in rows)
        listed = [("Equity", str(at), w / 10, r / 1000) for at, (w, r) in enumerate(rows)]
        sides.append(observed([*listed, ("Bond", "all", rest / 10, 0.01)]))
        exact = sum(Fraction(w * r, 10_000) for w, r in rows) + Fraction(rest, 1000)
        expected.append(float(exact))
    result = from_groups(sides[0], sides[1], Variant(model, linking))
    totals = result.totals.iloc[0]
    if totals["status"] in ("NOT_LINKABLE", "BROKEN_CHAIN"):
        assert min(expected) <= -1.0
        return
    assert returns_of(result) == pytest.approx(expected, rel=1e-13, abs=1e-14)
    columns = ["allocation", "selection", "interaction"]
    sizes = float(np.abs(result.groups[columns].to_numpy(np.float64)).sum())
    gap = result.groups["total"].sum() + totals["linking_remainder"] - totals["active_return"]
    assert abs(gap) <= 1e-12 * max(1.0, sizes)
    assert sizes <= 400, result.groups


EQUAL = (
    [("Equity", "all", 0.6, 0.0282), ("Bond", "all", 0.4, -0.0853)],
    [("Bond", "all", 0.4, -0.019), ("Equity", "all", 0.6, -0.016)],
)
"""Both return -0.0172, while 0.6·0.0282 - 0.4·0.0853 is not that in floats."""
NEXT = "2025-01-30"


@pytest.mark.parametrize("linking", Linking)
def test_equal_returns_of_different_groups_are_equal(linking: Linking) -> None:
    """Equity 0.6·0.0442, bonds the opposite."""
    result = from_groups(observed(EQUAL[0]), observed(EQUAL[1]), Variant(linking=linking))
    assert result.totals["active_return"].tolist() == [0.0]
    assert effects(result, "Equity") == pytest.approx([0.0, 0.02652, 0.0], rel=1e-14)
    assert effects(result, "Bond") == pytest.approx([0.0, -0.02652, 0.0], rel=1e-14)


@pytest.mark.parametrize(
    ("linking", "first", "second"),
    [
        # Both sides return 0.015 on the other day: every limit is of equal returns.
        (Linking.CARINO, 0.9828, 1.015),
        (Linking.GRAP, 0.9828, 1.015),
        (Linking.FRONGELLO, 0.9828, 1.015),
        (Linking.MENCHERO, (1.015 * 0.9828) ** 0.5, (1.015 * 0.9828) ** 0.5),
        (Linking.NONE, 1.0, 1.0),
    ],
)
def test_equal_returns_are_linked_by_the_limits(
    linking: Linking, first: float, second: float
) -> None:
    """What a day counts for beside another that is equal too: 0.5·(0.02 - 0) of the first."""
    sides = []
    for side, values in zip(EQUAL, ((0.02, 0.01), (0.0, 0.03)), strict=True):
        before = [("Equity", "all", 0.5, values[0]), ("Bond", "all", 0.5, values[1])]
        sides.append([*observed(before, NEXT), *observed(side)])
    result = from_groups(sides[0], sides[1], Variant(linking=linking))
    assert result.totals["active_return"].tolist() == [0.0]
    expected = first * 0.01 + second * 0.02652
    assert effects(result, "Equity") == pytest.approx([0.0, expected, 0.0], rel=1e-13, abs=1e-16)
    assert effects(result, "Bond") == pytest.approx([0.0, -expected, 0.0], rel=1e-13, abs=1e-16)
