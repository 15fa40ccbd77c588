from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.github_action import read_data_js
from lotus_assets.sources.benchmark_files.importing import import_paths
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    DATA_JS,
    Change,
    changed,
    write_data_js,
)


def read(folder: Path, document: Any, **details: Any) -> list[BenchmarkRun]:
    path = write_data_js(folder / "data.js", document)
    return read_data_js(path, RunDetails(**details)).runs


def entry(document: Any) -> Any:
    return document["entries"]["Python"][0]


def bench(document: Any) -> Any:
    return entry(document)["benches"][0]


def test_a_run_of_the_history_is_kept(tmp_path: Path) -> None:
    (run,) = read(tmp_path, DATA_JS, suite="other")
    (time,) = run.results
    # 500 iterations a second are 2 ms each; only the mean is known.
    assert (time.metric, time.value, time.statistic) == ("time", 0.002, "mean")
    assert (time.stddev, time.rounds, time.samples) == (0.0005, 20, [])
    assert (time.minimum, time.median) == (None, None)
    assert run.suite == "other: Python"
    assert run.repository == "https://example.com/group/project"
    assert run.started_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert run.commit.committed_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert run.commit.message == "Speed up"
    assert (run.kind, run.machine.fingerprint) == ("imported", "unknown")


def test_people_stay_out_of_it(tmp_path: Path) -> None:
    (run,) = read(tmp_path, DATA_JS)
    assert "nobody" not in run.model_dump_json()


@pytest.mark.parametrize(
    ("tool", "unit", "value", "metric", "found", "direction"),
    [
        ("cargo", "ns/iter", 1500.0, "time", 1.5e-6, "lower"),
        ("go", "ns/op", 20.0, "time", 20e-9, "lower"),
        ("googlecpp", "ms", 3.0, "time", 0.003, "lower"),
        ("julia", "\N{GREEK SMALL LETTER MU}s", 3.0, "time", 3e-6, "lower"),
        ("benchmarkjs", "ops/sec", 4.0, "time", 0.25, "lower"),
        ("jmh", "ops/ms", 4.0, "time", 0.25e-3, "lower"),
        ("jmh", "ops/us", 4.0, "time", 0.25e-6, "lower"),
        ("jmh", "ops/min", 4.0, "time", 15.0, "lower"),
        ("jmh", "us/op", 4.0, "time", 4e-6, "lower"),
        ("go", "B/op", 0.0, "allocated_memory", 0.0, "lower"),
        ("go", "allocs/op", 0.0, "allocations", 0.0, "lower"),
        ("go", "MB/s", 2.41, "throughput", 2.41e6, "higher"),
        ("go", "queries/op", 3.0, "queries/op", 3.0, "lower"),
        ("customSmallerIsBetter", "ms", 0.0, "value", 0.0, "lower"),
        ("customBiggerIsBetter", "rows/s", 9.0, "value", 9.0, "higher"),
        ("customSmallerIsBetter", "MiB", 7.0, "value", 7.0, "lower"),
    ],
)
def test_the_unit_or_the_tool_says_what_is_better(
    tmp_path: Path, tool: str, unit: str, value: float, metric: str, found: float, direction: str
) -> None:
    def as_tool(document: Any) -> None:
        entry(document).update(tool=tool)
        bench(document).update(unit=unit, value=value, range="± 9")

    (result,) = read(tmp_path, changed(DATA_JS, as_tool))[0].results
    assert result.metric == metric
    assert result.value == pytest.approx(found)
    assert result.direction == direction
    # Nobody says what the spread of other tools is.
    assert result.stddev is None


WHOLE: dict[str, tuple[Change, str, str]] = {
    "no runs": (lambda d: d.update(entries={}), "$.entries", "it holds no run"),
    "no benches": (
        lambda d: entry(d).update(benches=[]), "$.entries['Python'][0].benches", "at least 1 item",
    ),
    "an unknown unit": (
        lambda d: bench(d).update(unit="parsec"),
        "$.entries['Python'][0].benches[0]",
        "the unit 'parsec' of pytest is not known",
    ),
    "a rate of zero": (
        lambda d: bench(d).update(value=0),
        "$.entries['Python'][0].benches[0]",
        "0 iter/sec is no time: it must be more than 0",
    ),
    "no instant": (
        lambda d: entry(d).update(date=10**20), "$.entries['Python'][0].date", "are no instant",
    ),
    "another century": (
        lambda d: entry(d).update(date=10**13), "$.entries['Python'][0]", "does not lie in",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place", "reason"), WHOLE.values(), ids=WHOLE)
def test_a_history_of_which_nothing_can_be_used_is_refused(
    tmp_path: Path, change: Change, place: str, reason: str
) -> None:
    with pytest.raises(BenchmarkFileError) as refused:
        read(tmp_path, changed(DATA_JS, change))
    assert refused.value.where == place
    assert reason in refused.value.reason


@pytest.mark.parametrize(("change", "place", "reason"), WHOLE.values(), ids=WHOLE)
def test_beside_others_it_is_left_out_and_named(
    tmp_path: Path, change: Change, place: str, reason: str
) -> None:
    document = changed(DATA_JS, change)
    document["entries"]["another"] = DATA_JS["entries"]["Python"]
    path = write_data_js(tmp_path / "data.js", document)
    history = read_data_js(path, RunDetails())
    assert [run.suite for run in history.runs] == ["another"]
    left_out = [(error.where, error.reason) for error in history.left_out]
    assert len(left_out) == (0 if place == "$.entries" else 1)
    assert all(where == place and reason in why for where, why in left_out)


def go(*benches: tuple[str, float, str], tool: str = "go") -> Any:
    """A history of one run: (name, value, unit) of each figure."""

    def as_go(document: Any) -> None:
        entry(document).update(
            tool=tool,
            benches=[
                {"name": name, "value": value, "unit": unit, "extra": "201554 times\n2 procs"}
                for name, value, unit in benches
            ],
        )

    return changed(DATA_JS, as_go)


def figures(run: BenchmarkRun) -> dict[tuple[str, str], tuple[float, str]]:
    return {(each.benchmark, each.metric): (each.value, each.unit) for each in run.results}


def test_the_joined_units_of_go_are_several_figures(tmp_path: Path) -> None:
    """As `go test -benchmem` prints it; the action keeps the rest of the line as the unit."""
    (run,) = read(
        tmp_path,
        go(
            ("BenchmarkETag", 5908, "ns/op\t    1056 B/op\t       4 allocs/op"),
            ("BenchmarkSet", 13274, "ns/op\t   2.41 MB/s\t     0 B/op\t      0 allocs/op"),
        ),
    )
    assert figures(run) == {
        ("BenchmarkETag", "time"): (pytest.approx(5.908e-6), "s"),
        ("BenchmarkETag", "allocated_memory"): (1056, "bytes"),
        ("BenchmarkETag", "allocations"): (4, "allocs/op"),
        ("BenchmarkSet", "time"): (pytest.approx(13.274e-6), "s"),
        ("BenchmarkSet", "throughput"): (pytest.approx(2.41e6), "bytes/s"),
        ("BenchmarkSet", "allocated_memory"): (0, "bytes"),
        ("BenchmarkSet", "allocations"): (0, "allocs/op"),
    }
    assert [each.metric for each in run.results if each.is_derived] == ["throughput"]
    assert run.failures == []


def test_the_same_figures_by_themselves_are_the_same_series(tmp_path: Path) -> None:
    """Newer versions of the action write each figure by itself, beside the joined line."""
    joined = ("BenchmarkETag", 5908, "ns/op\t    1056 B/op")
    alone = [("BenchmarkETag - ns/op", 5908, "ns/op"), ("BenchmarkETag - B/op", 1056, "B/op")]
    (first,) = read(tmp_path, go(joined))
    (both,) = read(tmp_path, go(joined, *alone))
    (second,) = read(tmp_path, go(*alone))
    assert figures(first) == figures(both) == figures(second)
    assert both.failures == []


def test_what_cannot_be_used_is_named_with_its_run_and_the_rest_is_taken(tmp_path: Path) -> None:
    document = go(
        ("BenchmarkZero", 0, "ns/op\t    16 B/op\t  broken"),
        ("BenchmarkGood", 20, "ns/op"),
        ("BenchmarkGood", 21, "ns/op"),
        ("BenchmarkOdd", 3, "furlongs"),
    )
    entry(document)["benches"] += [{"name": "BenchmarkNothing", "value": None, "unit": "ns/op"}]
    entry(document)["commit"]["timestamp"] = "noon"
    history = read_data_js(write_data_js(tmp_path / "data.js", document), RunDetails())
    (run,) = history.runs
    assert set(figures(run)) == {
        ("BenchmarkZero", "allocated_memory"),
        ("BenchmarkGood", "time"),
    }
    assert figures(run)["BenchmarkGood", "time"][0] == pytest.approx(20e-9)
    assert [(failure.benchmark, failure.reason) for failure in run.failures] == [
        ("BenchmarkZero", "BenchmarkZero: 0 ns/op is no time: it must be more than 0"),
        ("BenchmarkZero", "BenchmarkZero: the unit 'broken' does not say what is better"),
        ("BenchmarkGood", "BenchmarkGood: its time is there twice, and the first is taken"),
        ("BenchmarkOdd", "BenchmarkOdd: the unit 'furlongs' does not say what is better"),
        ("BenchmarkNothing", "Input should be a valid number"),
    ]
    assert run.commit.committed_at is None
    place = "$.entries['Python'][0]"
    assert history.reasons()[-1] == f"{place}.commit.timestamp: 'noon' is no date and time"
    assert history.reasons()[4] == f"{place}.benches[4].value: Input should be a valid number"


def test_what_is_wrong_in_many_runs_is_named_once(tmp_path: Path) -> None:
    document = go(("BenchmarkZero", 0, "ns/op"), ("BenchmarkGood", 20, "ns/op"))
    document["entries"]["Python"] = [
        {**entry(document), "date": entry(document)["date"] + day} for day in range(3)
    ]
    path = write_data_js(tmp_path / "data.js", document)
    imported = import_paths([path], RunDetails())
    assert len(imported.runs) == 3
    assert imported.refused == []
    assert imported.left_out == [
        (
            path,
            "$.entries['Python'][0].benches[0]: BenchmarkZero: 0 ns/op is no time: it must be "
            "more than 0 (and 2 more)",
        )
    ]


def test_the_line_of_broken_json_counts_from_the_top_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data.js"
    path.write_text('window.BENCHMARK_DATA = {\n"entries": }\n')
    with pytest.raises(BenchmarkFileError, match="line 2, column 12: no JSON"):
        read_data_js(path, RunDetails())
    path.write_text("const data = {}")
    with pytest.raises(BenchmarkFileError, match=r"should begin with window\.BENCHMARK_DATA"):
        read_data_js(path, RunDetails())
