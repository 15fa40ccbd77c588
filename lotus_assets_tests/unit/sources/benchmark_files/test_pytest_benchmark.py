from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.pytest_benchmark import read_pytest_benchmark
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    PYTEST,
    Change,
    changed,
    write,
)

FILES = Path(__file__).parent / "files"


def read(path: Path, document: object, **details: str) -> BenchmarkRun:
    return read_pytest_benchmark(write(path / "bench.json", document), RunDetails(**details))  # type: ignore[arg-type]


def test_every_sample_and_fact_of_the_file_is_kept(tmp_path: Path) -> None:
    run = read(tmp_path, PYTEST, suite="own", prefix="tests/")
    (time,) = run.results
    assert time.benchmark == "test_a.py::test_sum[10]"
    assert (time.value, time.statistic, time.unit, time.direction) == (0.002, "min", "s", "lower")
    assert time.samples == [0.003, 0.002, 0.004]
    assert time.iterations == [2, 2, 2]
    assert (time.minimum, time.median, time.maximum, time.rounds) == (0.002, 0.003, 0.004, 3)
    assert time.mean == pytest.approx(0.003)
    assert time.stddev == pytest.approx(0.001)
    assert time.parameters == {"size": 10}
    assert run.started_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert run.commit.committed_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (run.commit.branch, run.commit.is_dirty) == ("main", False)
    assert run.versions == {"python": "3.11.7", "pytest-benchmark": "5.3.1"}
    assert run.machine.facts["cpu"] == "Example 3000"


@pytest.mark.parametrize("version", ["3.4.1", "4.0.0", "5.1.0"])
def test_what_older_versions_wrote_is_read(version: str) -> None:
    path = FILES / f"pytest_benchmark_{version}.json"
    run = read_pytest_benchmark(path, RunDetails(suite="old"))
    # The suite that wrote it: two sizes, four rounds of three iterations, size ÷ 10 as ratio.
    found = {(result.benchmark, result.metric): result for result in run.results}
    for size in (10, 20):
        time = found[f"test_x.py::test_sum[{size}]", "time"]
        assert (time.rounds, time.iterations) == (4, [3, 3, 3, 3])
        assert found[f"test_x.py::test_sum[{size}]", "size_ratio"].value == size / 10
    assert run.started_at.replace(second=0, microsecond=0) == datetime(
        2026, 11, 21, 7, 9, tzinfo=UTC
    )
    assert run.source.format == f"pytest-benchmark {version}"


def test_a_file_without_samples_keeps_its_statistics(tmp_path: Path) -> None:
    (time,) = read(tmp_path, changed(PYTEST, lambda d: stats(d).pop("data"))).results
    assert (time.samples, time.iterations, time.value, time.rounds) == ([], None, 0.002, 3)


def test_an_unversioned_folder_has_no_commit(tmp_path: Path) -> None:
    document = changed(
        PYTEST, lambda d: d.update(commit_info={"id": "unversioned", "branch": "(unknown)"})
    )
    commit = read(tmp_path, document).commit
    assert (commit.id, commit.branch, commit.is_dirty) == (None, None, None)


def test_the_convention_gives_memory_ratio_and_throughput(tmp_path: Path) -> None:
    metrics = {
        "peak_memory": {"value": 1024, "unit": "bytes", "quantity": "memory", "direction": "lower"},
        "ratio": {"samples": [9.5, 9.5], "unit": "1", "quantity": "ratio", "direction": "exact"},
        "throughput": {"work": 6, "unit": "rows/s"},
    }
    document = changed(PYTEST, lambda d: extra(d).update(metrics=metrics, note="x", rows=6))
    results = {result.metric: result for result in read(tmp_path, document).results}
    assert results["peak_memory"].value == 1024
    assert results["ratio"].samples == [9.5, 9.5]
    # 6 rows in 2 ms at best.
    throughput = results["throughput"]
    assert throughput.value == pytest.approx(3000)
    assert (throughput.statistic, throughput.direction, throughput.is_derived) == (
        "max",
        "higher",
        True,
    )
    assert throughput.samples == pytest.approx([2000, 3000, 1500])
    assert results["time"].parameters == {"size": 10, "note": "x", "rows": 6}


def test_flat_keys_of_older_files_are_metrics(tmp_path: Path) -> None:
    document = changed(
        PYTEST,
        lambda d: extra(d).update(peak_mb=1.5, compression_ratio=90.9, trades_per_sec=7, bars=9),
    )
    results = {result.metric: result for result in read(tmp_path, document).results}
    assert (results["peak"].value, results["peak"].unit) == (1.5 * 1024 * 1024, "bytes")
    assert results["compression_ratio"].direction == "exact"
    assert (results["trades"].unit, results["trades"].is_derived) == ("trades/s", True)
    assert set(results) == {"time", "peak", "compression_ratio", "trades"}


def stats(document: dict) -> dict:  # type: ignore[type-arg]
    return document["benchmarks"][0]["stats"]  # type: ignore[no-any-return]


def extra(document: dict) -> dict:  # type: ignore[type-arg]
    return document["benchmarks"][0]["extra_info"]  # type: ignore[no-any-return]


def metric(**content: object) -> Change:
    return lambda d: extra(d).update(metrics={"m": content})


BAD: dict[str, tuple[Change, str, str]] = {
    "no benchmarks": (lambda d: d.update(benchmarks=[]), "$.benchmarks", "at least 1 item"),
    "no machine": (lambda d: d.pop("machine_info"), "$.machine_info", "required, but not there"),
    "no date": (lambda d: d.update(datetime="yesterday"), "$.datetime", "no date and time"),
    "too old": (lambda d: d.update(version="2.5.0"), "$.version", "oldest that is read is 3.0"),
    "a text for a number": (
        lambda d: stats(d).update(min="fast"), "$.benchmarks[0].stats.min", "valid number",
    ),
    "not a number": (
        lambda d: stats(d).update(mean=float("nan")), "$.benchmarks[0].stats.mean", "finite",
    ),
    "a time of zero": (
        lambda d: stats(d).update(min=0), "$.benchmarks[0].stats.min", "greater than 0",
    ),
    "samples missing": (
        lambda d: stats(d)["data"].pop(), "$.benchmarks[0].stats", "3 rounds, but data holds 2",
    ),
    "another minimum": (
        lambda d: stats(d).update(min=0.001),
        "$.benchmarks[0].stats",
        "min is 0.001, but the least of data is 0.002",
    ),
    "in no order": (
        lambda d: stats(d).update(median=0.009), "$.benchmarks[0].stats", "not in this order",
    ),
    "twice": (
        lambda d: d["benchmarks"].append(d["benchmarks"][0]),
        "$.benchmarks[1].fullname",
        "is also $.benchmarks[0]",
    ),
    "a metric of two kinds": (
        metric(value=1, work=2, unit="x"), "$.benchmarks[0].extra_info.metrics.m", "exactly one",
    ),
    "a metric without direction": (
        metric(value=1, unit="x"), "$.benchmarks[0].extra_info.metrics.m", "direction are needed",
    ),
    "an endless metric": (
        metric(value=float("inf"), unit="x", quantity="count", direction="lower"),
        "$.benchmarks[0].extra_info.metrics.m.value",
        "finite",
    ),
    "metrics as a list": (
        lambda d: extra(d).update(metrics=[1]),
        "$.benchmarks[0].extra_info.metrics",
        "object of metrics",
    ),
    "an endless flat metric": (
        lambda d: extra(d).update(peak_mb=float("inf")),
        "$.benchmarks[0].extra_info.peak_mb",
        "no finite number",
    ),
    "a metric called time": (
        lambda d: extra(d).update(metrics={"time": {"work": 1, "unit": "x"}}),
        "$.benchmarks[0].extra_info",
        "time is there twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "place", "reason"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_place_and_reason(
    tmp_path: Path, change: Change, place: str, reason: str
) -> None:
    with pytest.raises(BenchmarkFileError) as refused:
        read(tmp_path, changed(PYTEST, change))
    assert refused.value.file == str(tmp_path / "bench.json")
    assert refused.value.where == place
    assert reason in refused.value.reason
