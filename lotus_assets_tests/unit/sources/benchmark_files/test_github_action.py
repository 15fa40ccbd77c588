from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.github_action import read_data_js
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    DATA_JS,
    Change,
    changed,
    write_data_js,
)


def read(folder: Path, document: Any, **details: Any) -> list[BenchmarkRun]:
    path = write_data_js(folder / "data.js", document)
    return list(read_data_js(path, RunDetails(**details)))


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
        ("benchmarkjs", "ops/sec", 4.0, "time", 0.25, "lower"),
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


BAD: dict[str, tuple[Change, str, str]] = {
    "no runs": (lambda d: d.update(entries={}), "$.entries", "it holds no run"),
    "no benches": (
        lambda d: entry(d).update(benches=[]), "$.entries.Python[0].benches", "at least 1 item",
    ),
    "an unknown unit": (
        lambda d: bench(d).update(unit="parsec"),
        "$.entries['Python'][0].benches[0].unit",
        "'parsec' of pytest is not known",
    ),
    "a rate of zero": (
        lambda d: bench(d).update(value=0),
        "$.entries['Python'][0].benches[0].value",
        "more than 0",
    ),
    "twice": (
        lambda d: entry(d)["benches"].append(bench(d)),
        "$.entries['Python'][0].benches[1]",
        "is also benches[0]",
    ),
    "no instant": (
        lambda d: entry(d).update(date=10**20), "$.entries['Python'][0].date", "are no instant",
    ),
    "no commit time": (
        lambda d: entry(d)["commit"].update(timestamp="noon"),
        "$.entries['Python'][0].commit.timestamp",
        "no date and time",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place", "reason"), BAD.values(), ids=BAD)
def test_a_bad_history_is_refused_whole(
    tmp_path: Path, change: Change, place: str, reason: str
) -> None:
    with pytest.raises(BenchmarkFileError) as refused:
        read(tmp_path, changed(DATA_JS, change))
    assert refused.value.where == place
    assert reason in refused.value.reason


def test_the_line_of_broken_json_counts_from_the_top_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data.js"
    path.write_text('window.BENCHMARK_DATA = {\n"entries": }\n')
    with pytest.raises(BenchmarkFileError, match="line 2, column 12: no JSON"):
        list(read_data_js(path, RunDetails()))
    path.write_text("const data = {}")
    with pytest.raises(BenchmarkFileError, match=r"should begin with window\.BENCHMARK_DATA"):
        list(read_data_js(path, RunDetails()))
