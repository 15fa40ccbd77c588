"""Attribution of whole books: from instruments and groups, on days that fit and that do not."""

import json
from collections.abc import Sequence
from datetime import date
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotus_assets.engine.measures.attribution import (
    AttributionOptions,
    AttributionResult,
    attribution,
    attribution_days,
)
from lotus_assets.engine.measures.attribution_sides import (
    AttributionSides,
    group_sides,
    instrument_sides,
)
from lotus_assets.engine.measures.portfolio_days import portfolio_days
from lotus_assets.engine.performance.attribution_effects import Model
from lotus_assets.engine.performance.calendar_days import Frequency
from lotus_assets.engine.performance.daily_returns import Basis
from lotus_assets.engine.performance.linking_coefficients import Linking
from lotus_assets.engine.performance.periods import Period
from lotus_assets_tests.unit.engine.measures.books import (
    Point,
    parts_of,
    points_of,
    portfolios_of,
)

AS_OF = date(2025, 2, 4)
DAYS = ["2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04"]
ITD = AttributionOptions((Period("ITD"),))
Observation = tuple[str, dict[str, str], str, float, float, float, float]
"""Portfolio, key, day, weight, return, local return, currency return."""


def observations(rows: Sequence[Observation]) -> pd.DataFrame:
    """Benchmark groups (or a portfolio given as groups)."""
    names = ["portfolio_id", "key", "perf_date", "weight_bop"]
    frame = pd.DataFrame(rows, columns=[*names, "return_base", "return_local", "return_fx"])
    return frame.assign(
        key=[json.dumps(key, sort_keys=True) for key in frame["key"]],
        perf_date=pd.to_datetime(frame["perf_date"]),
    )


def equity(day: str, weight: float, value: float) -> Observation:
    return ("P", {"class": "Equity"}, day, weight, value, np.nan, np.nan)


def bond(day: str, weight: float, value: float) -> Observation:
    return ("P", {"class": "Bond"}, day, weight, value, np.nan, np.nan)


# Two days: equity 60 → 66 → 66, bonds 40 → 40 → 42, a fee of 2 on no instrument.
ROWS: list[Point] = [
    ("P", "", DAYS[0], 100, 0, 0, 0, 106),
    ("P", "", DAYS[1], 106, 0, 0, -2, 108),
    ("P", "E", DAYS[0], 60, 0, 0, 0, 66),
    ("P", "E", DAYS[1], 66, 0, 0, 0, 66),
    ("P", "B", DAYS[0], 40, 0, 0, 0, 40),
    ("P", "B", DAYS[1], 40, 0, 0, 0, 42),
]
METAS = {("P", "E"): {"class": "Equity"}, ("P", "B"): {"class": "Bond"}}


def sides_of(
    benchmark: Sequence[Observation],
    rows: Sequence[Point] = ROWS,
    group_by: Sequence[str] = ("class",),
    metas: dict[tuple[str, str], dict[str, str]] = METAS,
) -> AttributionSides:
    parts = parts_of(rows, AS_OF, metas, group_by)
    return instrument_sides(parts, observations(benchmark), group_by, ["EUR"])


def effects_of(found: AttributionResult, effect: str) -> dict[str, float]:
    values = zip(found.groups["key"], found.groups[effect], strict=True)
    return {next(iter(json.loads(key).values())): value for key, value in values}


def test_one_day_by_hand_and_its_reconciliation() -> None:
    """Day 1: P 60/40 returned 0.1/0, B 50/50 returned 0.04/0.02: R_P 0.06, R_B 0.03."""
    benchmark = [equity(DAYS[0], 0.5, 0.04), bond(DAYS[0], 0.5, 0.02)]
    found = attribution(sides_of(benchmark, [row for row in ROWS if row[2] == DAYS[0]]), ITD)
    assert effects_of(found, "allocation") == pytest.approx({"Equity": 0.001, "Bond": 0.001})
    assert effects_of(found, "selection") == pytest.approx({"Equity": 0.03, "Bond": -0.01})
    assert effects_of(found, "interaction") == pytest.approx({"Equity": 0.006, "Bond": 0.002})
    assert effects_of(found, "portfolio_weight") == pytest.approx({"Equity": 0.6, "Bond": 0.4})
    (total,) = found.totals.to_dict("records")
    assert total["active_return"] == pytest.approx(0.03)
    assert total["own_return"] == pytest.approx(0.06)
    assert (total["fees"], total["difference"]) == pytest.approx((0.0, 0.0), abs=1e-15)


def test_fees_on_no_instrument_are_reconciled() -> None:
    benchmark = [one for day in DAYS[:2] for one in (equity(day, 0.5, 0.0), bond(day, 0.5, 0.0))]
    (total,) = attribution(sides_of(benchmark), ITD).totals.to_dict("records")
    # Day 2: groups gained 2 of 106, the portfolio nothing: 108 - 106 - 2.
    assert total["portfolio_return"] == pytest.approx(0.08)
    assert total["own_return"] == pytest.approx(0.06)
    assert total["fees"] == pytest.approx(-0.02)
    assert total["difference"] == pytest.approx(0.0, abs=1e-15)


def test_what_is_no_instrument_is_unallocated_and_a_gain_without_capital_is_a_difference() -> None:
    """50 of 100 are in no instrument; a future without capital gained 3."""
    rows: list[Point] = [
        ("P", "", DAYS[0], 100, 0, 0, 0, 108),
        ("P", "E", DAYS[0], 50, 0, 0, 0, 55),
        ("P", "F", DAYS[0], 0, 0, 3, 0, 6),
    ]
    metas = {("P", "E"): {"class": "Equity"}, ("P", "F"): {"class": "Future"}}
    benchmark = [equity(DAYS[0], 0.5, 0.02), ("P", {}, DAYS[0], 0.5, 0.0, np.nan, np.nan)]
    found = attribution(sides_of(benchmark, rows, metas=metas), ITD)
    assert effects_of(found, "portfolio_weight") == pytest.approx(
        {"Equity": 0.5, "Unallocated": 0.5, "Unclassified": 0.0}
    )
    (total,) = found.totals.to_dict("records")
    assert total["portfolio_return"] == pytest.approx(0.05)
    assert total["own_return"] == pytest.approx(0.08)
    assert total["difference"] == pytest.approx(0.03)


def test_currency_effects_come_from_the_benchmark_s_groups_of_the_currency() -> None:
    """The dollar gained 0.1 in the benchmark: the portfolio's 0.21 in euro is 0.1 locally."""
    rows: list[Point] = [
        ("P", "", DAYS[0], 100, 0, 0, 0, 110.5),
        ("P", "U", DAYS[0], 50, 0, 0, 0, 60.5),
        ("P", "C", DAYS[0], 30, 0, 0, 0, 30),
        ("P", "Z", DAYS[0], 20, 0, 0, 0, 20),
    ]
    metas = {
        ("P", name): {"currency": code} for name, code in (("U", "USD"), ("C", "EUR"), ("Z", "ZAR"))
    }
    benchmark = [
        ("P", {"currency": "USD"}, DAYS[0], 0.4, 0.155, 0.05, 0.1),
        ("P", {"currency": "EUR"}, DAYS[0], 0.6, 0.02, 0.02, 0.0),
    ]
    sides = sides_of(benchmark, rows, ("currency",), metas)
    found = attribution(sides, ITD)
    currency = found.currency.set_index("key")
    usd = currency.loc['{"currency": "USD"}']
    # Local: selection 0.4 (0.1 - 0.05); currency: x_P 0.11, x_B 0.105.
    assert usd["local_selection"] == pytest.approx(0.02)
    assert usd["currency_selection"] == pytest.approx(0.4 * 0.005)
    # x_B of all is 0.4 · 0.105 = 0.042.
    assert usd["currency_allocation"] == pytest.approx(0.1 * (0.105 - 0.042))
    assert currency["is_local_known"].to_dict() == {
        '{"currency": "EUR"}': True,
        '{"currency": "USD"}': True,
        '{"currency": "ZAR"}': False,
    }
    six = found.currency[["local_total", "currency_total"]].to_numpy().sum()
    assert six == pytest.approx(found.totals["active_return"][0], abs=1e-15)


def test_a_benchmark_day_without_valuation_is_linked_into_the_next() -> None:
    """The portfolio has no 31 January: its 3 February covers both benchmark days."""
    rows: list[Point] = [
        ("P", part, day, 100, 0, 0, 0, 100) for day in (DAYS[0], DAYS[2]) for part in ("", "E")
    ]
    benchmark = [
        *(
            equity(day, weight, value)
            for day, weight, value in (
                (DAYS[0], 0.5, 0.0),
                (DAYS[1], 0.6, 0.1),
                (DAYS[2], 0.7, 0.1),
                (DAYS[3], 0.7, 0.5),
            )
        ),
        *(
            bond(day, weight, 0.0)
            for day, weight in ((DAYS[0], 0.5), (DAYS[1], 0.4), (DAYS[2], 0.3), (DAYS[3], 0.3))
        ),
    ]
    sides = sides_of(benchmark, rows)
    found = attribution(sides, ITD)
    # 0.6 · (1.1² - 1); the day after the last valuation is left out.
    assert found.totals["benchmark_return"].tolist() == pytest.approx([0.6 * 0.21])
    assert found.totals["benchmark_days_linked"].tolist() == [1]
    assert sides.notes["kind"].tolist() == ["LINKED", "LEFT_OUT"]
    days = attribution_days(sides)
    last = days[(days["perf_date"] == DAYS[2]) & (days["key"] == '{"class": "Equity"}')]
    assert last["benchmark_return"].tolist() == pytest.approx([0.21])


def test_a_valuation_without_benchmark_day_meets_a_return_of_zero() -> None:
    """No benchmark day on 31 January: the next day's weights; after its last: drifted ones."""
    rows: list[Point] = [("P", part, day, 100, 0, 0, 0, 100) for day in DAYS for part in ("", "E")]
    benchmark = [
        *(equity(day, weight, 0.25) for day, weight in ((DAYS[0], 0.5), (DAYS[2], 0.6))),
        *(bond(day, weight, 0.0) for day, weight in ((DAYS[0], 0.5), (DAYS[2], 0.4))),
    ]
    sides = sides_of(benchmark, rows)
    days = attribution_days(sides)
    of_equity = days[days["key"] == '{"class": "Equity"}']
    assert of_equity["benchmark_weight"].tolist() == pytest.approx([0.5, 0.6, 0.6, 0.75 / 1.15])
    assert of_equity["benchmark_return"].tolist() == pytest.approx([0.25, 0.0, 0.25, 0.0])
    assert attribution(sides, ITD).totals["benchmark_days_filled"].tolist() == [2]


def test_finer_benchmark_groups_are_joined() -> None:
    rows = [row for row in ROWS if row[2] == DAYS[0]]
    finer = [
        ("P", {"class": "Equity", "region": "EU"}, DAYS[0], 0.3, 0.1, np.nan, np.nan),
        ("P", {"class": "Equity", "region": "US"}, DAYS[0], 0.2, -0.05, np.nan, np.nan),
        bond(DAYS[0], 0.5, 0.02),
    ]
    joined = [equity(DAYS[0], 0.5, 0.04), bond(DAYS[0], 0.5, 0.02)]
    for effect in ("allocation", "selection", "interaction"):
        assert effects_of(attribution(sides_of(finer, rows), ITD), effect) == pytest.approx(
            effects_of(attribution(sides_of(joined, rows), ITD), effect)
        )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([equity(DAYS[0], 1, 0.1), equity(DAYS[0], 1, 0.1)], "on 2025-01-30: comes twice"),
        ([equity(DAYS[0], np.nan, 0.1)], "has no weight"),
        ([equity(DAYS[0], 1, np.nan)], "has a weight but no return"),
        ([equity(DAYS[0], 1, -1.5)], "returned less than -1"),
        ([("Q", {}, DAYS[0], 1, 0.0, 0.0, 0.0)], "is of no portfolio"),
        ([("P", {}, DAYS[0], 1, 0.1, 0.1, 0.1)], r"\(1 \+ return_local\)\(1 \+ return_fx\)"),
        ([], "its benchmark has no groups"),
    ],
)
def test_benchmarks_that_cannot_be_used_are_refused(wrong: list[Observation], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sides_of(wrong)


def test_weights_beyond_the_tolerance_are_refused() -> None:
    rows = [row for row in ROWS if row[2] == DAYS[0]]
    with pytest.raises(ValueError, match="do not sum to 1"):
        attribution(sides_of([equity(DAYS[0], 0.99999, 0.1)], rows), ITD)


@pytest.mark.parametrize("group_by", [(), ("class", "class")])
def test_dimensions_come_once_each(group_by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="group_by needs"):
        sides_of([equity(DAYS[0], 1.0, 0.1)], group_by=group_by)


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
    group_by: tuple[str, ...] = ("region", "sector"),
) -> AttributionResult:
    points = points_of([]).astype({"portfolio_id": object})
    firsts = own[["portfolio_id", "perf_date"]].drop_duplicates()
    days = portfolio_days(points, portfolios_of(firsts, AS_OF))
    return attribution(group_sides(days, own, other, group_by), options)


options = st.builds(
    AttributionOptions,
    st.permutations([Period("MTD"), Period("ITD")]).map(tuple),
    st.sampled_from(Model),
    st.sampled_from([2, 3]),
    st.sampled_from(Linking),
    st.sampled_from([Frequency.DAILY, Frequency.MONTHLY]),
)


@settings(max_examples=60)
@given(group_books, options)
def test_groups_levels_and_currencies_sum_to_the_active_return(
    book: list[list[Observed]], asked: AttributionOptions
) -> None:
    found = from_groups(*two_sides(book), asked)
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
@given(group_books, options, st.randoms(use_true_random=False))
def test_order_and_company_change_no_bit(
    book: list[list[Observed]], asked: AttributionOptions, random: Random
) -> None:
    own, other = two_sides(book)
    usual = from_groups(own, other, asked)
    seed = random.randint(0, 1000)
    turned = [frame.sample(frac=1.0, random_state=seed) for frame in (own, other)]
    backwards = AttributionOptions(
        asked.periods[::-1], asked.model, asked.effect_count, asked.linking, asked.frequency
    )
    alone = [
        from_groups(own[own["portfolio_id"] == one], other[other["portfolio_id"] == one], asked)
        for one in own["portfolio_id"].unique()
    ]
    shuffled = from_groups(turned[0], turned[1], backwards)
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
    asked = AttributionOptions((Period("MTD"),), frequency=frequency)
    whole = from_groups(sides[0], sides[1], asked, ("class",))
    late = [side[side["perf_date"] >= "2025-02-01"] for side in sides]
    alone = from_groups(late[0], late[1], asked, ("class",))
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
    asked = AttributionOptions((Period("ITD"), Period("MTD")), linking=linking)
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
    found, expected = attribution(sides, asked), from_groups(own, other, asked)
    order = ["portfolio_id", "period", "key"]
    for name in ("allocation", "selection", "interaction", "total"):
        np.testing.assert_allclose(
            found.groups.sort_values(order)[name],
            expected.groups.sort_values(order)[name],
            rtol=1e-9,
            atol=1e-13,
        )
    np.testing.assert_allclose(found.totals["difference"], 0.0, atol=1e-12)
