"""Every group of an attribution's answer, worked out again from the tables behind it alone."""

import csv
import io
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from lotus_assets_tests.integration.services.api.attribution_book import book, observed

PATH = "/performance/attribution"
EFFECTS = ["allocation", "selection", "interaction", "total"]
ANALYSES = [
    {"period": "ITD"},
    {"period": "MTD"},
    {"period": "EXPLICIT", "start_date": "2025-01-24", "end_date": "2025-02-03"},
]
Row = dict[str, Any]
BOOK = book()


def details(client: httpx.Client, answer: Row, name: str, **options: str) -> list[Row]:
    href = f"{answer['lineage']['href']}/details/{name}"
    response = client.get(href, params={"format": "json", **options})
    assert response.status_code == 200, response.text
    rows: list[Row] = response.json()
    return rows


def near(wanted: float | None, terms: Iterable[float]) -> Any:
    """The figure that the terms sum to, to 1e-12 of their sizes."""
    if wanted is None:
        return None
    return pytest.approx(wanted, rel=0, abs=1e-12 * max(1.0, math.fsum(map(abs, terms))))


def single_effects(row: Row, whole: float, model: str, effects: int, kind: str) -> Row:
    """By the definitions of Brinson and others, from what the row shows."""
    own, other = returns(row, kind)
    tilt, pick = row["portfolio_weight"] - row["benchmark_weight"], own - other
    interaction = tilt * pick
    selection = row["benchmark_weight"] * pick + gained(row, kind)
    allocation = tilt * (other - (whole if model == "BF" else 0.0))
    return {
        "allocation": allocation,
        "selection": selection if effects == 3 else selection + interaction,
        "interaction": interaction if effects == 3 else None,
        "total": allocation + selection + interaction,
    }


def returns(row: Row, kind: str) -> tuple[float, float]:
    sides = ("portfolio", "benchmark")
    if kind == "base":
        return row["portfolio_return"], row["benchmark_return"]
    local = [row[f"{side}_return_local"] for side in sides]
    if kind == "local":
        return local[0], local[1]
    return row["portfolio_return"] - local[0], row["benchmark_return"] - local[1]


def gained(row: Row, kind: str) -> float:
    """By how much more the portfolio's group gained without net capital than the benchmark's."""
    return gain(row, "portfolio", kind) - gain(row, "benchmark", kind)


def gain(row: Row, side: str, kind: str) -> float:
    whole: float = row.get(f"{side}_gain", 0.0)
    local: float = row.get(f"{side}_gain_local", 0.0)
    return {"base": whole, "local": local, "currency": whole - local}[kind]


def by(rows: list[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    parts: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        parts[tuple(row[name] for name in names)].append(row)
    return parts


def key_of(group: Row) -> str:
    return json.dumps(group["key"], ensure_ascii=False)


def assert_effects_follow(rows: list[Row], model: str, effects: int, kind: str) -> None:
    """Each single effect from the weights and returns that are shown beside it."""
    prefix = "" if kind == "base" else f"{kind}_"
    for of_day in by(rows, "period", "start_date").values():
        terms = [row["benchmark_weight"] * returns(row, kind)[1] for row in of_day]
        whole = math.fsum([*terms, *(gain(row, "benchmark", kind) for row in of_day)])
        for row in of_day:
            worked_out = single_effects(row, whole, model, effects, kind)
            for name in EFFECTS:
                assert row[prefix + name] == near(worked_out[name], []), (row, name)


def assert_groups_follow(answer: Row, rows: list[Row], effects: int) -> None:
    """Each group of each period from its effects by day, and no group from nothing."""
    parts = by(rows, "period", "key")
    asked = {
        (period, key_of(group))
        for period, one in answer["results"].items()
        for group in one["groups"]
    }
    assert asked == set(parts)
    shown = [name for name in EFFECTS if effects == 3 or name != "interaction"]
    for period, one in answer["results"].items():
        assert one["status"] == "OK"
        for group in one["groups"]:
            of_group = parts[period, key_of(group)]
            for name in shown:
                terms = [row["coefficient"] * row[name] for row in of_group]
                assert [row[f"linked_{name}"] for row in of_group] == terms
                assert group[name] == near(math.fsum(terms), terms), (period, group)
        for group in one["currency"]:
            for kind in ("local", "currency"):
                for name in shown:
                    terms = [
                        row["coefficient"] * row[f"{kind}_{name}"]
                        for row in parts[period, key_of(group)]
                    ]
                    assert group[kind][name] == near(math.fsum(terms), terms), (period, group)


def assert_returns_follow(rows: list[Row], days: list[Row]) -> None:
    """First day's weight and linked returns of each group, from the days of the single period."""
    on_days = by(days, "key")
    sums = {
        (day, side): math.fsum(row[f"{side}_weight"] or 0.0 for row in of_day)
        for (day,), of_day in by(days, "perf_date").items()
        for side in ("portfolio", "benchmark")
    }
    for row in rows:
        within = [
            one
            for one in on_days[(row["key"],)]
            if row["start_date"] <= one["perf_date"] <= row["end_date"]
        ]
        for side in ("portfolio", "benchmark"):
            first = [one for one in within if one["perf_date"] == row["start_date"]]
            weight = math.fsum(
                (one[f"{side}_weight"] or 0.0) / sums[row["start_date"], side] for one in first
            )
            assert row[f"{side}_weight"] == near(weight, [])
            given = [one[f"{side}_return"] for one in within if one[f"{side}_return"] is not None]
            if given:
                linked = math.prod(1.0 + one for one in given) - 1.0
                assert row[f"{side}_return"] == near(linked, [])


def assert_instruments_make_groups(days: list[Row], instruments: list[Row]) -> None:
    """Each group's weight and return from its instruments; what is in none returned 0."""
    parts = by(instruments, "perf_date", "key")
    held = [row for row in days if row["portfolio_weight"] is not None]
    for row in held:
        of_group = parts.pop((row["perf_date"], row["key"]), [])
        if not of_group:
            assert set(row["key"].split('"')[3::4]) == {"Unallocated"}
            assert row["portfolio_return"] == 0
            continue
        is_net = row["portfolio_return"] is not None
        made = "portfolio_return" if is_net else "portfolio_gain"
        terms = [one["contribution"] for one in of_group]
        assert row[made] == near(math.fsum(terms), terms)
        terms = [one["weight"] for one in of_group]
        assert row["portfolio_weight"] == near(math.fsum(terms), terms)
        for one in of_group if is_net else []:
            assert one["contribution"] * math.fsum(
                each["capital"] for each in of_group
            ) == pytest.approx(one["gain"], abs=1e-9)
            assert one["return"] == pytest.approx(one["gain"] / one["capital"], rel=1e-14)
    for nothing in parts.values():
        shown = [(one["capital"], one["gain"], one["contribution"]) for one in nothing]
        assert shown == [(0, 0, None)] * len(nothing)


def assert_members_make_groups(days: list[Row], members: list[Row]) -> None:
    """Weight and return of each group of several from those that were given."""
    shown = {(row["perf_date"], row["key"]): row for row in days}
    parts = by(members, "side", "perf_date", "key")
    assert parts
    for (side, day, key), given in parts.items():
        assert len(given) > 1
        group = shown[day, key]
        weights = [row["weight"] for row in given]
        assert group[f"{side}_weight"] == near(math.fsum(weights), weights)
        is_net = group[f"{side}_return"] is not None
        terms = [row["contribution"] for row in given]
        assert group[f"{side}_{'return' if is_net else 'gain'}"] == near(math.fsum(terms), terms)
        for row in given:
            gained = row["contribution"] * (math.fsum(weights) if is_net else 1.0)
            assert gained == pytest.approx(row["weight"] * row["return"], abs=1e-14)


def ask(client: httpx.Client, sent: Row, **options: Any) -> Row:
    body = {"input_mode": "stateless", "stateless_input": sent, "analyses": ANALYSES, **options}
    response = client.post(PATH, json=body)
    assert response.status_code == 200, response.text
    answer: Row = response.json()
    return answer


def assert_explained(client: httpx.Client, answer: Row, **options: Any) -> None:
    """All groups of the answer follow from the details."""
    model, effects = options.get("model", "BF"), options.get("effects", 3)
    rows, days = details(client, answer, "effects"), details(client, answer, "days")
    kinds = ["base"]
    if any(one["currency"] for one in answer["results"].values()):
        kinds += ["local", "currency"]
    for kind in kinds:
        assert_effects_follow(rows, model, effects, kind)
    assert_groups_follow(answer, rows, effects)
    assert_returns_follow(rows, days)
    if "instruments" in answer["lineage"]["details"]:
        assert_instruments_make_groups(days, details(client, answer, "instruments"))
    if "members" in answer["lineage"]["details"]:
        assert_members_make_groups(days, details(client, answer, "members"))
    linked = by(details(client, answer, "linking"), "period")
    for period, one in answer["results"].items():
        for side in ("portfolio_return", "benchmark_return"):
            whole = math.prod(1.0 + row[side] for row in linked[(period,)]) - 1.0
            assert one[side] == near(whole, [])


@pytest.mark.parametrize("linking", ["CARINO", "MENCHERO", "GRAP", "FRONGELLO", "NONE"])
@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY"])
@pytest.mark.parametrize(("model", "effects"), [("BF", 3), ("BHB", 2)])
def test_every_group_follows_from_the_details(
    api: httpx.Client, linking: str, frequency: str, model: str, effects: int
) -> None:
    options: Row = {"model": model, "effects": effects, "linking": linking, "frequency": frequency}
    answer = ask(api, BOOK, group_by=["asset_class", "currency"], **options)
    assert answer["lineage"]["details"] == ["days", "linking", "instruments", "effects"]
    assert {one["status"] for one in answer["results"].values()} == {"OK"}
    assert_explained(api, answer, **options)


@pytest.mark.parametrize("dimensions", [["asset_class"], ["currency"], ["region", "asset_class"]])
def test_whatever_the_groups_are(api: httpx.Client, dimensions: list[str]) -> None:
    assert_explained(api, ask(api, BOOK, group_by=dimensions))


def test_of_a_portfolio_that_is_given_as_groups(api: httpx.Client) -> None:
    chance = random.Random(3)
    both = [
        [
            observed(chance, {"asset_class": name, "currency": currency}, weight)
            for name, currency, weight in rows
        ]
        for rows in (
            [("Equity", "EUR", "0.7"), ("Bond", "USD", "0.5"), ("Gold", "USD", "-0.2")],
            [("Equity", "EUR", "0.4"), ("Equity", "USD", "0.35"), ("Bond", "EUR", "0.25")],
        )
    ]
    sent = {"portfolio_groups_data": both[0], "benchmark_groups_data": both[1]}
    answer = ask(api, sent, group_by=["asset_class", "currency"])
    assert answer["lineage"]["details"] == ["days", "linking", "effects"]
    assert_explained(api, answer)
    coarser = ask(api, sent, group_by=["asset_class"])
    assert coarser["lineage"]["details"] == ["days", "linking", "members", "effects"]
    assert_explained(api, coarser)


def test_of_given_groups_that_cancel_in_a_coarser_one(api: httpx.Client) -> None:
    """A long half gains 0.5 of 0.1 and a short half 0.5 of 0.04: together without weight."""
    chance = random.Random(5)
    held = [
        observed(chance, {"asset_class": name, "sleeve": sleeve, "currency": "EUR"}, weight)
        for name, sleeve, weight in (
            ("Equity", "LONG", "0.5"),
            ("Equity", "SHORT", "-0.5"),
            ("Bond", "LONG", "1"),
        )
    ]
    for group, returned in zip(held, ("0.1", "-0.04", "0.01"), strict=True):
        for one in group["observations"]:
            one["return_base"] = returned
            one.pop("return_local", None)
            one.pop("return_fx", None)
    benchmark = [observed(chance, {"asset_class": "Bond", "currency": "EUR"}, "1")]
    sent = {"portfolio_groups_data": held, "benchmark_groups_data": benchmark}
    answer = ask(api, sent, group_by=["asset_class"])
    assert_explained(api, answer)
    members = details(api, answer, "members")
    long = next(row for row in members if '"LONG"' in row["member_key"])
    assert long["contribution"] == pytest.approx(0.05, abs=1e-15)
    gains = [
        row["portfolio_gain"] for row in details(api, answer, "days") if "Equity" in row["key"]
    ]
    assert gains == pytest.approx([0.07] * len(gains), abs=1e-15)


def test_of_what_lotus_core_says(stateful_api: httpx.Client) -> None:
    body = {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": "P1", "as_of_date": "2025-01-10"},
        "group_by": ["asset_class", "currency"],
        "analyses": [{"period": "ITD"}],
    }
    response = stateful_api.post(PATH, json=body)
    assert response.status_code == 200, response.text
    assert_explained(stateful_api, response.json())


def test_one_period_of_a_table_and_csv_say_the_same(api: httpx.Client) -> None:
    answer = ask(api, BOOK, group_by=["asset_class"])
    rows = details(api, answer, "effects")
    for period in answer["results"]:
        of_period = [row for row in rows if row["period"] == period]
        assert details(api, answer, "effects", period=period) == of_period
    href = f"{answer['lineage']['href']}/details/effects"
    text = api.get(href, params={"format": "csv", "period": "MTD"}).text
    written = list(csv.DictReader(io.StringIO(text)))
    of_period = [row for row in rows if row["period"] == "MTD"]
    assert [float(row["linked_total"]) for row in written] == [
        row["linked_total"] for row in of_period
    ]


@pytest.mark.parametrize(("table", "period"), [("effects", "YTD"), ("days", "ITD")])
def test_a_period_that_a_table_has_not_is_not_found(
    api: httpx.Client, table: str, period: str
) -> None:
    answer = ask(api, BOOK, group_by=["asset_class"])
    href = f"{answer['lineage']['href']}/details/{table}"
    response = api.get(href, params={"period": period})
    assert (response.status_code, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert f"no rows of a period {period}" in response.json()["detail"]


def test_of_a_group_without_net_capital(api: httpx.Client) -> None:
    """Long 50 and short 50 in one group gain 3 together: it has no weight, but its gain counts."""
    sleeves = {
        "LONG": ("Equity", "50", "55"),
        "SHORT": ("Equity", "-50", "-52"),
        "BOND": ("Bond", "100", "101"),
    }
    day = "2025-01-30"
    sent = {
        "portfolio_data": {
            "valuation_points": [{"perf_date": day, "begin_mv": "100", "end_mv": "104"}]
        },
        "instruments_data": [
            {
                "instrument_id": name,
                "meta": {"asset_class": asset_class},
                "valuation_points": [{"perf_date": day, "begin_mv": begin, "end_mv": end}],
            }
            for name, (asset_class, begin, end) in sleeves.items()
        ],
        "benchmark_groups_data": [
            {
                "key": {"asset_class": name},
                "observations": [{"date": day, "weight_bop": "0.5", "return_base": value}],
            }
            for name, value in (("Equity", "0.02"), ("Bond", "0.01"))
        ],
    }
    answer = ask(api, sent, analyses=[{"period": "ITD"}])
    assert answer["results"]["ITD"]["active_return"] == pytest.approx(0.04 - 0.015)
    assert_explained(api, answer)
    contributions = {
        row["instrument_id"]: row["contribution"] for row in details(api, answer, "instruments")
    }
    assert contributions == pytest.approx({"LONG": 0.05, "SHORT": -0.02, "BOND": 0.01})
