"""The head of the page, the badge and `latest.json`: of whole suites, loaded machines, few runs."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from lotus_assets.benchmarks import bench_result
from lotus_assets.benchmarks.bench_regression import regression_rows
from lotus_assets.benchmarks.dashboard import dashboard_files
from lotus_assets_tests.unit.benchmarks.history_world import FAST, REPOSITORY, SLOW, World

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NAMES = ("test_a.py::test_x", "test_a.py::test_y", "test_a.py::test_z")


def world_of(*levels: float, names: tuple[str, ...] = NAMES, **run: Any) -> World:
    """A suite whose benchmarks all stand at these levels, run by run."""
    world = World()
    for number, level in enumerate(levels):
        run_id = world.add_run("own", number, **run)
        for place, name in enumerate(names):
            world.add_result(run_id, name, "time", 0.1 * (place + 1) * level)
    return world


def files(world: World) -> dict[str, bytes]:
    """The dashboard, with the facts that detection finds in the history."""
    given = world.frames()
    runs, history = given["runs"], given["history"]
    results = pd.DataFrame(world.results, columns=bench_result.FIGURES.columns)
    results = bench_result.FIGURES.model.to_schema().coerce_dtype(results)
    given["regressions"] = regression_rows(history, runs, results)
    return dashboard_files(**given, generated_at=NOW)


def heading(made: dict[str, bytes]) -> str:
    [text] = re.findall(r'<h2 id="verdict">(.*?)</h2>', made["index.html"].decode())
    return re.sub(r"<.*?>", "", text).strip()


def badge(made: dict[str, bytes]) -> str | None:
    return ElementTree.fromstring(made["badge.svg"]).get("aria-label")  # noqa: S314


def latest(made: dict[str, bytes]) -> Any:
    return json.loads(made["latest.json"])


def words(made: dict[str, bytes]) -> str:
    """The text of the page without its markup, white space as one blank."""
    text = re.sub(r"<(script|style).*?</\1>", "", made["index.html"].decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))


def test_a_suite_that_became_slower_as_a_whole_is_told_once_with_its_commits() -> None:
    world = world_of(*[1.0] * 20, *[3.0] * 20)
    made = files(world)
    assert heading(made) == "▲ 1 suite-wide slow-down"
    assert badge(made) == "performance: 1 suite-wide slow-down"
    first, last = world.runs[19]["commit_id"], world.runs[20]["commit_id"]
    assert f'href="{REPOSITORY}/compare/{first}...{last}"' in made["index.html"].decode()
    assert "3 of 3 benchmarks are 3 times slower (their median) since this run" in words(made)
    assert "code or machine, not told apart" in words(made)
    [change] = latest(made)["suite_wide"]
    assert (change["suite"], change["benchmark"], change["metric"]) == ("own", "", "time")
    assert (change["baseline_commit_id"], change["commit_id"]) == (first, last)
    assert change["ratio"] == pytest.approx(3.0)
    assert latest(made)["slowdowns"] == []
    own = json.loads(made["benchmarks.json"])["suites"][0]["facts"]
    parts = [fact for fact in own["change_point"] if fact["list"] == "loud"]
    assert {fact["suite_wide_run_id"] for fact in parts} == {"own-20"}


def test_it_is_told_for_as_long_as_it_stays_and_no_longer() -> None:
    assert heading(files(world_of(*[1.0] * 20, *[3.0] * 80))) == "▲ 1 suite-wide slow-down"
    back = files(world_of(*[1.0] * 20, *[3.0] * 20, *[1.0] * 20))
    assert heading(back) == "✓ No confirmed slow-down"
    assert latest(back)["suite_wide"] == []
    assert len(json.loads(back["benchmarks.json"])["suites"][0]["facts"]["suite_wide"]) == 2


def test_a_suite_that_became_faster_is_no_alarm() -> None:
    made = files(world_of(*[3.0] * 20, *[1.0] * 20))
    assert heading(made) == "✓ No confirmed slow-down"
    assert "-66.7%" not in words(made)


def test_one_that_is_slower_beside_the_suite_is_told_beside_it() -> None:
    world = world_of(*[1.0] * 20, *[3.0] * 20)
    for number, level in enumerate(np.repeat([1.0, 1.5], [10, 30])):
        world.add_result(f"own-{number}", "test_a.py::test_other", "time", float(level))
    made = files(world)
    assert heading(made) == "▲ 1 suite-wide slow-down, 1 confirmed slow-down"
    assert badge(made) == "performance: 1 suite-wide slow-down, 1 slow-down"
    assert [fact["benchmark"] for fact in latest(made)["slowdowns"]] == ["test_a.py::test_other"]


@pytest.mark.parametrize(
    ("load", "machine", "is_loaded"),
    [
        (2.01, {"cpu_count": 4}, True),
        (2.0, {"cpu_count": 4}, False),
        (1.01, {}, True),
        (1.0, {}, False),
        (None, {"cpu_count": 4}, False),
    ],
)
def test_a_run_on_a_loaded_machine_says_so(
    load: float | None, machine: dict[str, int], is_loaded: bool
) -> None:
    made = files(world_of(*[1.0] * 20, load_average=load, machine=json.dumps(machine)))
    assert ("the newest run was made on a loaded machine" in words(made)) == is_loaded
    assert latest(made)["suites"][0]["run"]["is_loaded"] is is_loaded
    # It is said, and takes nothing away.
    assert heading(made) == "✓ No confirmed slow-down"


def test_an_older_run_on_a_loaded_machine_is_no_news() -> None:
    world = world_of(*[1.0] * 20)
    world.runs[3]["load_average"] = 7.0
    made = files(world)
    assert "loaded machine (" not in words(made)
    [own] = json.loads(made["benchmarks.json"])["suites"]
    assert [run["is_loaded"] for run in own["runs"]] == [number == 3 for number in range(20)]


@pytest.mark.parametrize(
    ("count", "told", "missing"),
    [
        (1, "Too few runs to tell", "16 runs missing of the 17"),
        (16, "Too few runs to tell", "1 run missing of the 17"),
        (17, "✓ No confirmed slow-down", None),
    ],
)
def test_with_too_few_runs_nothing_is_green(count: int, told: str, missing: str | None) -> None:
    made = files(world_of(*[1.0] * count))
    assert heading(made) == told
    assert (missing is None) == ("missing of the 17" not in words(made))
    assert missing is None or missing in words(made)
    assert latest(made)["suites"][0]["runs_missing"] == 17 - count


def test_runs_on_another_machine_do_not_count() -> None:
    world = world_of(*[1.0] * 20)
    for run in world.runs[10:]:
        run["machine_fingerprint"] = SLOW
    made = files(world)
    assert world.runs[0]["machine_fingerprint"] == FAST
    assert heading(made) == "Too few runs to tell"
    assert latest(made)["suites"][0]["runs_missing"] == 7


def test_an_exact_metric_does_not_make_a_suite_tell() -> None:
    """It needs no runs, and says nothing of speed: beside it the times are still too few."""
    world = world_of(1.0, 1.0)
    world.add_result("own-1", NAMES[0], "compression_ratio", 227.0)
    assert heading(files(world)) == "Too few runs to tell"


def test_a_suite_of_exact_metrics_needs_no_runs() -> None:
    world = World()
    world.add_result(world.add_run("own", 0), NAMES[0], "compression_ratio", 227.0)
    assert heading(files(world)) == "✓ No confirmed slow-down"


def test_of_two_suites_the_one_that_can_be_told_is() -> None:
    world = world_of(*[1.0] * 20)
    world.add_result(world.add_run("new", 30), NAMES[0], "time", 1.0)
    made = files(world)
    assert heading(made) == "No confirmed slow-down in 1 of 2 suites"
    assert "new: too few runs to tell, 16 runs missing of the 17" in words(made)


def test_one_of_a_kind_is_singular() -> None:
    text = words(files(world_of(1.0, names=NAMES[:1])))
    assert "1 run · 1 series · 1 suite" in text
    assert not re.search(r"\b1 (runs|suites|slow-downs)\b", text)


def test_a_mark_stands_in_a_history_that_is_thinned() -> None:
    """160 series of 200 runs draw 150 each, the runs at which something was found among them."""
    world = World()
    levels = np.repeat([1.0, 3.0], [60, 140])
    for number, level in enumerate(levels):
        run = world.add_run("own", number)
        for place in range(160):
            world.add_result(run, f"test_m.py::test_{place}", "time", float(level) * (place + 1))
    made = files(world)
    assert "150 of 200 runs are drawn" in words(made)
    assert heading(made) == "▲ 1 suite-wide slow-down"
    assert made["index.html"].decode().count('<g class="environment suite-wide"') == 160
    [text] = re.findall(r'id="data">(.*?)</script>', made["index.html"].decode(), re.DOTALL)
    [suite] = json.loads(text)["suites"]
    assert len(suite["series"]) == 160
