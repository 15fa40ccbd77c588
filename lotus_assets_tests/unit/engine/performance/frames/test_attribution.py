"""Attribution of whole books: from instruments and groups, on days that fit and that do not."""

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.frames.attribution import (
    AttributionOptions,
    AttributionResult,
    attributed,
    attribution_days,
)
from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    instrument_sides,
)
from lotus_assets_tests.unit.engine.performance.frames.books import (
    Observation,
    Point,
    observations,
    parts_of,
)

AS_OF = date(2025, 2, 4)
DAYS = ["2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04"]
ITD = AttributionOptions((ReportingPeriod("ITD"),))


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
    found = attributed(sides_of(benchmark, [row for row in ROWS if row[2] == DAYS[0]]), ITD)
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
    (total,) = attributed(sides_of(benchmark), ITD).totals.to_dict("records")
    # Day 2: groups gained 2 of 106, the portfolio nothing: 108 - 106 - 2.
    assert total["portfolio_return"] == pytest.approx(0.08)
    assert total["own_return"] == pytest.approx(0.06)
    assert total["fees"] == pytest.approx(-0.02)
    assert total["difference"] == pytest.approx(0.0, abs=1e-15)


def test_what_is_no_instrument_is_unallocated_and_a_gain_without_capital_is_selection() -> None:
    """50 of 100 are in no instrument; a future without capital gained 3."""
    rows: list[Point] = [
        ("P", "", DAYS[0], 100, 0, 0, 0, 108),
        ("P", "E", DAYS[0], 50, 0, 0, 0, 55),
        ("P", "F", DAYS[0], 0, 0, 3, 0, 6),
    ]
    metas = {("P", "E"): {"class": "Equity"}, ("P", "F"): {"class": "Future"}}
    benchmark = [equity(DAYS[0], 0.5, 0.02), ("P", {}, DAYS[0], 0.5, 0.0, np.nan, np.nan)]
    found = attributed(sides_of(benchmark, rows, metas=metas), ITD)
    assert effects_of(found, "portfolio_weight") == pytest.approx(
        {"Equity": 0.5, "Future": 0.0, "Unallocated": 0.5, "Unclassified": 0.0}
    )
    assert effects_of(found, "selection")["Future"] == pytest.approx(0.03)
    (total,) = found.totals.to_dict("records")
    assert total["portfolio_return"] == pytest.approx(0.08)
    assert total["own_return"] == pytest.approx(0.08)
    assert total["difference"] == pytest.approx(0.0, abs=1e-15)


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
    found = attributed(sides, ITD)
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
    found = attributed(sides, ITD)
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
    assert attributed(sides, ITD).totals["benchmark_days_filled"].tolist() == [2]


def test_a_linked_day_without_local_return_is_one_in_the_base_currency() -> None:
    """Its return is local, whole; that of the valued day is parted."""
    rows: list[Point] = [
        ("P", part, day, 100, 0, 0, 0, 100) for day in (DAYS[0], DAYS[2]) for part in ("", "E")
    ]
    metas = {("P", "E"): {"currency": "USD"}}
    usd = {"currency": "USD"}
    benchmark: list[Observation] = [
        ("P", usd, DAYS[0], 1.0, 0.0, 0.0, 0.0),
        ("P", usd, DAYS[1], 1.0, 0.1, np.nan, np.nan),
        ("P", usd, DAYS[2], 1.0, 0.21, 0.1, 0.1),
    ]
    days = attribution_days(sides_of(benchmark, rows, ("currency",), metas))
    assert days["benchmark_return"].tolist() == pytest.approx([0.0, 1.1 * 1.21 - 1])
    assert days["benchmark_return_local"].tolist() == pytest.approx([0.0, 1.1 * 1.1 - 1])


def test_finer_benchmark_groups_are_joined() -> None:
    rows = [row for row in ROWS if row[2] == DAYS[0]]
    finer = [
        ("P", {"class": "Equity", "region": "EU"}, DAYS[0], 0.3, 0.1, np.nan, np.nan),
        ("P", {"class": "Equity", "region": "US"}, DAYS[0], 0.2, -0.05, np.nan, np.nan),
        bond(DAYS[0], 0.5, 0.02),
    ]
    joined = [equity(DAYS[0], 0.5, 0.04), bond(DAYS[0], 0.5, 0.02)]
    for effect in ("allocation", "selection", "interaction"):
        assert effects_of(attributed(sides_of(finer, rows), ITD), effect) == pytest.approx(
            effects_of(attributed(sides_of(joined, rows), ITD), effect)
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
        attributed(sides_of([equity(DAYS[0], 0.99999, 0.1)], rows), ITD)


@pytest.mark.parametrize("group_by", [(), ("class", "class")])
def test_dimensions_come_once_each(group_by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="group_by needs"):
        sides_of([equity(DAYS[0], 1.0, 0.1)], group_by=group_by)
