"""Attribution of books given as groups: sums, order and company, days outside, instruments."""

import json
from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
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

AS_OF = date(2025, 2, 4)
DAYS = ["2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04"]
LEAVES = [("EU", "IT"), ("EU", "Bank"), ("US", "IT")]
share = st.integers(1, 9)
value = st.floats(-0.3, 0.4).map(lambda one: round(one, 6))
observed = st.lists(
    st.tuples(share, share, value, value, value), min_size=len(LEAVES), max_size=len(LEAVES)
)
group_books = st.lists(
    st.lists(observed, min_size=len(DAYS), max_size=len(DAYS)), min_size=1, max_size=2
)
Observed = list[tuple[int, int, float, float, float]]


def two_sides(book: list[list[Observed]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Weights by shares; returns, and the benchmark's local ones with their currency returns."""
    own: list[Observation] = []
    other: list[Observation] = []
    for number, days in enumerate(book):
        for day, groups in zip(DAYS, days, strict=True):
            whole = [sum(group[side] for group in groups) for side in (0, 1)]
            for (region, sector), (w, b, r, s, fx) in zip(LEAVES, groups, strict=True):
                key = {"region": region, "sector": sector}
                for rows, weight, local in ((own, w / whole[0], r), (other, b / whole[1], s)):
                    base = (1 + local) * (1 + fx) - 1
                    rows.append((f"P{number}", key, day, weight, base, local, fx))
    return observations(own), observations(other)


def from_groups(
    own: pd.DataFrame,
    other: pd.DataFrame,
    options: AttributionOptions,
    *variants: Variant,
    group_by: tuple[str, ...] = ("region", "sector"),
) -> AttributionResult:
    points = points_of([]).astype({"portfolio_id": object})
    firsts = own[["portfolio_id", "perf_date"]].drop_duplicates()
    days = portfolio_days(points, portfolios_of(firsts, AS_OF))
    return attributed(group_sides(days, own, other, group_by), options, variants)


options = st.builds(
    AttributionOptions,
    st.permutations([ReportingPeriod("MTD"), ReportingPeriod("ITD")]).map(tuple),
    st.sampled_from([2, 3]),
    st.sampled_from([Frequency.DAILY, Frequency.MONTHLY]),
)
variants = st.builds(Variant, st.sampled_from(Model), st.sampled_from(Linking))


@settings(max_examples=60)
@given(group_books, options, variants)
def test_groups_levels_and_currencies_sum_to_the_active_return(
    book: list[list[Observed]], asked: AttributionOptions, variant: Variant
) -> None:
    found = from_groups(*two_sides(book), asked, variant)
    keys = ["portfolio_id", "period"]
    totals = found.totals.set_index(keys)
    assert (totals["status"] == "OK").all()
    wanted = totals["active_return"] - totals["linking_remainder"]
    terms = found.groups.groupby(keys)["total"].agg(lambda one: one.abs().sum())
    for level in (1, 2):
        rows = found.levels[found.levels["level"] == level]
        gap = rows.groupby(keys)["total"].sum() - wanted
        assert (gap.abs() <= 1e-12 * np.maximum(1.0, 10 * terms)).all()
        np.testing.assert_allclose(rows["between"] + rows["within"], rows["allocation"], atol=1e-12)
    gap = found.groups.groupby(keys)["total"].sum() - wanted
    assert (gap.abs() <= 1e-12 * np.maximum(1.0, terms)).all()
    six = found.currency.groupby(keys)[["local_total", "currency_total"]].sum().sum(axis=1)
    assert ((six - wanted).abs() <= 1e-12 * np.maximum(1.0, 10 * terms)).all()
    assert found.currency["is_local_known"].all()


@settings(max_examples=25)
@given(group_books, options, variants, st.randoms(use_true_random=False))
def test_order_and_company_change_no_bit(
    book: list[list[Observed]], asked: AttributionOptions, variant: Variant, random: Random
) -> None:
    own, other = two_sides(book)
    usual = from_groups(own, other, asked, variant)
    seed = random.randint(0, 1000)
    turned = [frame.sample(frac=1.0, random_state=seed) for frame in (own, other)]
    backwards = replace(asked, periods=asked.periods[::-1])
    alone = [
        from_groups(
            own[own["portfolio_id"] == one], other[other["portfolio_id"] == one], asked, variant
        )
        for one in own["portfolio_id"].unique()
    ]
    shuffled = from_groups(turned[0], turned[1], backwards, variant)
    for name, more in (
        ("totals", []),
        ("groups", ["key"]),
        ("levels", ["level", "key"]),
        ("currency", ["key"]),
    ):
        order = ["portfolio_id", "period", *more]
        expected = getattr(usual, name).sort_values(order, ignore_index=True)
        single = pd.concat([getattr(one, name) for one in alone])
        for others in (getattr(shuffled, name), single):
            pd.testing.assert_frame_equal(
                others.sort_values(order, ignore_index=True), expected, check_exact=True
            )


@pytest.mark.parametrize("frequency", [Frequency.DAILY, Frequency.WEEKLY])
def test_days_outside_the_period_change_no_bit(frequency: Frequency) -> None:
    """An asset's input reaches further back than the window that the API asks for.

    Twenty groups: numpy adds more than eight numbers in pairs where they lie side by side.
    """
    random = np.random.default_rng(3)
    days = pd.bdate_range("2024-12-02", "2025-02-04")
    sides = []
    for _ in range(2):
        weights = random.dirichlet(np.ones(20), len(days))
        returns = random.normal(0.0, 0.02, weights.shape)
        rows = [
            ("P", {"class": f"C{at:02}"}, str(day.date()), weights[row, at], returns[row, at])
            for row, day in enumerate(days)
            for at in range(20)
        ]
        sides.append(observations([(*row, np.nan, np.nan) for row in rows]))
    asked = AttributionOptions((ReportingPeriod("MTD"),), frequency=frequency)
    whole = from_groups(sides[0], sides[1], asked, Variant(), group_by=("class",))
    late = [side[side["perf_date"] >= "2025-02-01"] for side in sides]
    alone = from_groups(late[0], late[1], asked, Variant(), group_by=("class",))
    assert (whole.totals["status"] == "OK").all()
    pd.testing.assert_frame_equal(alone.groups, whole.groups, check_exact=True)
    pd.testing.assert_frame_equal(alone.levels, whole.levels, check_exact=True)


@settings(max_examples=25)
@given(group_books, st.sampled_from(Linking), st.sampled_from([1.0, 1024.0]))
def test_instruments_give_what_their_groups_give(
    book: list[list[Observed]], linking: Linking, scale: float
) -> None:
    """Instruments with the capital and gains of the groups: the same effects at any scale."""
    own, other = two_sides(book)
    asked, variant = (
        AttributionOptions((ReportingPeriod("ITD"), ReportingPeriod("MTD"))),
        Variant(linking=linking),
    )
    rows: list[Point] = []
    metas: dict[tuple[str, str], dict[str, str]] = {}
    columns = [own[name].tolist() for name in ("portfolio_id", "key", "perf_date")]
    weights = (own["weight_bop"] * scale).tolist()
    for place, (name, key, at, begin, value) in enumerate(
        zip(*columns, weights, own["return_base"].tolist(), strict=True)
    ):
        part = f"I{place % len(LEAVES)}"
        rows.append((name, part, str(at.date()), begin, 0, 0, 0, begin * (1 + value)))
        metas[name, part] = json.loads(key)
    whole = points_of(rows).groupby(["portfolio_id", "perf_date"]).sum(numeric_only=True)
    rows += [
        (name, "", str(day.date()), *amounts)
        for (name, day), amounts in zip(whole.index, whole.to_numpy().tolist(), strict=True)
    ]
    group_by = ("region", "sector")
    parts = parts_of(rows, AS_OF, metas, group_by)
    sides = instrument_sides(parts, other, group_by, ["EUR"] * len(book), Basis.NET)
    found = attributed(sides, asked, [variant])
    expected = from_groups(own, other, asked, variant)
    order = ["portfolio_id", "period", "key"]
    for name in ("allocation", "selection", "interaction", "total"):
        np.testing.assert_allclose(
            found.groups.sort_values(order)[name],
            expected.groups.sort_values(order)[name],
            rtol=1e-9,
            atol=1e-13,
        )
    np.testing.assert_allclose(found.totals["difference"], 0.0, atol=1e-12)


@settings(max_examples=25)
@given(group_books, options, st.lists(st.tuples(st.sampled_from(Model), st.sampled_from(Linking))))
def test_variants_worked_out_together_are_those_worked_out_alone(
    book: list[list[Observed]], asked: AttributionOptions, pairs: list[tuple[Model, Linking]]
) -> None:
    chosen = [Variant(*pair) for pair in dict.fromkeys([*pairs, (Model.BF, Linking.CARINO)])]
    own, other = two_sides(book)
    together = from_groups(own, other, asked, *chosen)
    alone = [from_groups(own, other, asked, variant) for variant in chosen]
    for name in ("totals", "groups", "levels", "currency"):
        expected = pd.concat([getattr(single, name) for single in alone], ignore_index=True)
        pd.testing.assert_frame_equal(getattr(together, name), expected, check_exact=True)
        pairs_of_rows = expected[["model", "linking"]].drop_duplicates()
        assert list(pairs_of_rows.itertuples(index=False, name=None)) == [
            (str(variant.model), str(variant.linking)) for variant in chosen
        ]
