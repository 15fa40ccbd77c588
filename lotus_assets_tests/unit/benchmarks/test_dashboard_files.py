"""The dashboard's files: what they say follows from what was put into the history."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.benchmarks.dashboard import dashboard_files
from lotus_assets.outputs.pages.moving_charts import packed
from lotus_assets_tests.unit.benchmarks.history_world import (
    BEGIN,
    FAST,
    REPOSITORY,
    SLOW,
    World,
    noisy,
)

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
RETURNS = "test_returns.py::test_linking"
FLOWS = "test_returns.py::test_flows[10k]"


def files(world: World) -> dict[str, bytes]:
    return dashboard_files(**world.frames(), generated_at=NOW)


def document(world: World, name: str) -> Any:
    """A machine-readable file, which keeps its own published schema."""
    made = files(world)
    content = json.loads(made[name])
    schema = json.loads(made[name.replace(".json", ".schema.json")])
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(content)
    return content


@pytest.mark.parametrize("name", ["latest.schema.json", "benchmarks.schema.json"])
def test_every_published_field_is_described_and_there(name: str) -> None:
    schema = json.loads(files(World())[name])
    for model in [schema, *schema["$defs"].values()]:
        assert model["additionalProperties"] is False
        assert sorted(model["required"]) == sorted(model["properties"])
        assert all(field["description"] for field in model["properties"].values())


def page(world: World) -> str:
    return files(world)["index.html"].decode()


def small_world() -> World:
    """Two suites; the newest run of `own` lacks one of its two expected metrics."""
    world = World()
    for number, seconds in enumerate((0.300, 0.290, 0.330)):
        machine = SLOW if number == 1 else FAST
        run = world.add_run("own", number, machine_fingerprint=machine)
        world.add_result(run, RETURNS, "time", seconds)
    world.runs[-1] |= {
        "expected": json.dumps([[RETURNS, "time"], [FLOWS, "time"]]),
        "failures": json.dumps([{"benchmark": FLOWS, "reason": "AssertionError: 1 != 2"}]),
    }
    lacking = {"benchmark": FLOWS, "metric": "time", "movement": "missing", "reason": "Not there."}
    world.add_fact("completeness", "own", "own-2", **lacking)
    release = world.add_run(
        "rangebar (releases)",
        200,
        kind="backfill",
        version="0.1.1",
        commit_id=None,
        committed_at=datetime(2025, 11, 17, 4, 17, 43, tzinfo=UTC),
        repository=None,
    )
    world.add_result(release, "test_performance.py::test_memory_1m_trades", "peak_memory", 71e6)
    return world


def test_latest_tells_the_newest_run_against_its_own_machine() -> None:
    world = small_world()
    world.noise.append(
        {
            "suite": "own",
            "benchmark": RETURNS,
            "metric": "time",
            "machine_fingerprint": FAST,
            "runs": 10,
            "median": 0.3,
            "relative_mad": 0.002,
            "relative_range": 0.012,
        }
    )
    own, releases = document(world, "latest.json")["suites"]
    assert own["run"]["run_id"] == "own-2"
    assert own["run"]["started_at"] == "2026-01-07T03:17:00Z"
    [metric] = own["metrics"]
    assert metric["value"] == 0.330
    # The run before it on the fast machine gave 0.300 s; the 0.290 s were the other machine's.
    assert (metric["previous_value"], metric["best_value"]) == (0.300, 0.300)
    assert metric["ratio_to_previous"] == pytest.approx(1.1)
    assert metric["noise"] == {"runs": 10, "relative_range": 0.012}
    assert own["expected"] == 2
    assert own["missing"] == [
        {"benchmark": FLOWS, "metric": "time", "reason": "AssertionError: 1 != 2"}
    ]
    assert [len(own["facts"][kind]) for kind in ("completeness", "threshold")] == [1, 0]
    # A released version stands at its release, although it was measured later.
    assert releases["run"]["ordered_at"] == "2025-11-17T04:17:43Z"
    assert releases["run"]["version"] == "0.1.1"
    assert releases["expected"] is None


def test_a_series_that_the_newest_run_lacks_is_not_told_as_new() -> None:
    world = small_world()
    world.add_result("own-1", FLOWS, "time", 0.5)
    own = document(world, "latest.json")["suites"][0]
    assert [metric["benchmark"] for metric in own["metrics"]] == [RETURNS]
    assert "not in the newest run; last on 6 Jan 2026, 03:17" in page(world)


def test_the_history_holds_every_figure_beside_its_run() -> None:
    world = small_world()
    world.add_result("own-1", FLOWS, "time", 0.5)
    own = document(world, "benchmarks.json")["suites"][0]
    assert [run["run_id"] for run in own["runs"]] == ["own-0", "own-1", "own-2"]
    values = {series["benchmark"]: series["values"] for series in own["series"]}
    assert values == {RETURNS: [0.300, 0.290, 0.330], FLOWS: [None, 0.5, None]}
    epochs = {series["benchmark"]: series["epochs"] for series in own["series"]}
    assert epochs == {RETURNS: [1, 2, 1], FLOWS: [None, 1, None]}


def shift(world: World, run_id: str, **changes: Any) -> None:
    """A change point of `RETURNS` on the loud list, confirmed, slower, unless changed."""
    details = {
        "list": "loud",
        "benchmark": RETURNS,
        "metric": "time",
        "movement": "slower",
        "ratio": 1.25,
        "reason": f"Slower from {run_id}.",
        **changes,
    }
    world.add_fact("change_point", "own", run_id, **details)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ["Slower from own-1."]),
        ({"list": "sensitive"}, []),
        ({"state": "candidate"}, []),
        ({"movement": "faster", "ratio": 0.8}, []),
    ],
)
def test_people_are_told_what_is_loud_confirmed_and_slower(
    changes: dict[str, Any], told: list[str]
) -> None:
    world = small_world()
    shift(world, "own-1", **changes)
    assert [fact["reason"] for fact in document(world, "latest.json")["slowdowns"]] == told
    assert ("1 confirmed slow-down" in page(world)) == bool(told)
    assert ("Too few runs to tell" in page(world)) == (not told)


def test_the_environment_is_told_beside_a_change_point_and_does_not_excuse_it() -> None:
    world = small_world()
    shift(world, "own-1")
    world.add_fact("environment", "own", "own-1", share=0.75, movement="slower", reason="6 of 8.")
    told = document(world, "latest.json")["slowdowns"]
    assert [fact["reason"] for fact in told] == ["Slower from own-1."]
    facts = document(world, "benchmarks.json")["suites"][0]["facts"]
    assert {kind: len(rows) for kind, rows in facts.items()} == {
        "threshold": 0,
        "change_point": 1,
        "suite_wide": 0,
        "environment": 1,
        "exact": 0,
        "completeness": 1,
    }
    assert "75% of the suite" in page(world)


def test_a_later_speed_up_ends_what_people_are_told() -> None:
    world = small_world()
    shift(world, "own-1")
    shift(world, "own-2", movement="faster", ratio=0.8)
    assert document(world, "latest.json")["slowdowns"] == []


def test_the_badge_tells_the_worst_there_is() -> None:
    def message(world: World) -> str | None:
        return ElementTree.fromstring(files(world)["badge.svg"]).get("aria-label")  # noqa: S314

    world = small_world()
    assert message(World()) == "performance: no runs yet"
    assert message(world) == "performance: too few runs to tell"
    shift(world, "own-1")
    assert message(world) == "performance: 1 slow-down"


def test_units_stand_beside_figures() -> None:
    text = page(small_world())
    assert "<strong>330\N{NO-BREAK SPACE}ms</strong>" in text
    assert "<strong>71\N{NO-BREAK SPACE}MB</strong>" in text


def test_commits_are_linked_only_to_web_addresses() -> None:
    world = small_world()
    commit = world.runs[2]["commit_id"]
    assert f'href="{REPOSITORY}/commit/{commit}"' in page(world)
    world.runs[2]["commit_url"] = "javascript:alert(1)"
    assert "javascript:" not in page(world)
    assert f'href="{REPOSITORY}/commit/{commit}"' not in page(world)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "../lotus-assets.git", None])
def test_a_repository_is_linked_only_at_a_web_address(address: str | None) -> None:
    world = small_world()
    assert f'<a href="{REPOSITORY}">gitlab.example.com/' in page(world)
    for run in world.runs:
        run["repository"] = address
    [header] = re.findall(r"<header>.*?</header>", page(world), re.DOTALL)
    assert re.findall(r'href="([^"]*)"', header) == ["latest.json", "benchmarks.json"]


def test_the_newest_profiles_of_a_suite_are_linked() -> None:
    profiles = ["profiles/own-2/test_linking.txt", "profiles/own-0/test_old.txt"]
    made = dashboard_files(**small_world().frames(), profiles=profiles, generated_at=NOW)
    links = re.findall(r'href="(profiles/[^"]*)">([^<]*)<', made["index.html"].decode())
    assert links == [("profiles/own-2/test_linking.txt", "test_linking")]


def test_series_stand_in_the_order_of_their_sizes_the_time_first() -> None:
    world = World()
    run = world.add_run("own", 0)
    sizes = ("1k", "100k", "1m", "1000", "250", "100")
    for size in sizes:
        world.add_result(run, f"test_a[{size}]", "throughput", 1.0)
        world.add_result(run, f"test_a[{size}]", "time", 1.0)
    [own] = document(world, "benchmarks.json")["suites"]
    order = [(series["benchmark"], series["metric"]) for series in own["series"]]
    assert order == [
        (f"test_a[{size}]", metric)
        for size in ("100", "250", "1000", "1k", "100k", "1m")
        for metric in ("time", "throughput")
    ]


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def test_no_name_becomes_markup() -> None:
    world = World()
    run = world.add_run(HOSTILE, 0, version=HOSTILE, machine_fingerprint=HOSTILE, commit_id=HOSTILE)
    world.add_result(run, HOSTILE, "time", 1.0)
    world.add_fact("environment", HOSTILE, run, share=1.0, movement="slower", reason=HOSTILE)
    text = page(world)
    assert "<img" not in text
    assert len(re.findall(r"<script\b", text)) == len(re.findall(r"</script>", text)) == 5


def test_no_runs_make_a_page_that_says_so() -> None:
    assert "No runs yet" in page(World())
    assert document(World(), "latest.json")["suites"] == []
    assert document(World(), "benchmarks.json")["suites"] == []


def test_the_page_loads_nothing() -> None:
    text = page(small_world())
    assert re.findall(r"<(?:link|script|img|iframe|object)\b[^>]*\bsrc=", text) == []
    assert re.findall(r'<link[^>]*href="(?!data:)', text) == []
    assert "@import" not in text
    assert re.findall(r"url\(", text) == []
    assert re.findall(r'\sstyle="|\son\w+="', text) == []


def test_the_same_frames_give_the_same_bytes() -> None:
    assert files(small_world()) == files(small_world())


def large_world(suites: int, series: int, runs: int) -> World:
    world = World()
    for suite in range(suites):
        for number in range(runs):
            # GitHub's runners alternate between models of processors.
            world.add_run(
                f"suite {suite}", number, machine_fingerprint=FAST if number % 7 else SLOW
            )
        for place in range(series):
            times = noisy(0.003 * (place + 1), runs, seed=100 * suite + place, share=0.03)
            name = f"test_module_{place}.py::test_of_a_usual_length[{place}k]"
            for number, seconds in enumerate(times):
                world.add_result(f"suite {suite}-{number}", name, "time", float(seconds))
    return world


@pytest.mark.parametrize(("suites", "series"), [(1, 20), (4, 5), (20, 1)])
def test_twenty_series_of_a_thousand_points_stay_under_500_kb(suites: int, series: int) -> None:
    made = files(large_world(suites, series, 1_000))
    assert len(made["index.html"]) < 500_000
    assert len(re.findall(r"m\d+[ -]\d+z", made["index.html"].decode())) >= 20_000, (
        "every point has its dot"
    )


def unpacked(item: Any) -> list[Any]:
    """What the page's script makes of an item: [3, 4] is 3, 3, 3, 3."""
    return [item[0]] * item[1] if isinstance(item, list) else [item]


@given(items=st.lists(st.sampled_from([0, 1, -86_400, "d"])))
def test_what_repeats_is_told_once(items: list[int | str]) -> None:
    told = packed(items)
    assert [part for item in told for part in unpacked(item)] == items
    assert len(told) <= len(items)
    assert packed(["d"] * 1_000) == [["d", 1_000]]


def test_a_longer_history_is_thinned_where_it_is_old_and_says_so() -> None:
    world = large_world(1, 160, 200)
    text = page(world)
    assert "150 of 200 runs are drawn" in text
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    [suite] = data["suites"]
    differences = [step for item in suite["t"] for step in unpacked(item)]
    days = np.cumsum(np.cumsum(differences)) / 86_400
    assert len(days) == 150
    assert np.diff(days[-75:]) == pytest.approx(1.0), "of the newest half every day is drawn"
    assert 1 < np.diff(days[:75]).max() <= 3, "of the older every few"
    assert days[0] == pytest.approx(BEGIN.timestamp() / 86_400)


def test_runs_stand_at_their_own_time() -> None:
    """Three runs of one commit, a day and three days apart, are not piled on each other."""
    world = World()
    for number in (0, 1, 4):
        run = world.add_run("own", number, commit_id="c0ffee", committed_at=BEGIN - timedelta(9))
        world.add_result(run, RETURNS, "time", 0.3)
    [dots] = re.findall(r'class="dots" d="([^"]*)"', page(world))
    steps = [int(step) for step in re.findall(r"m(\d+)[ -]", dots)]
    # 4 days fill the axis less 2 % at both ends: 1,000 / 1.04 a day and then three.
    assert steps[1:] == pytest.approx([240, 721], abs=1)
