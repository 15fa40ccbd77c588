import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.sources.benchmark_files.cargo_criterion import read_cargo_criterion
from lotus_assets.sources.benchmark_files.criterion import CriterionTree
from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.run_model import Result
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    DESCRIPTION,
    ESTIMATES,
    MESSAGE,
    SAMPLE,
    Change,
    changed,
    estimate,
    write,
    write_tree,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
DETAILS = RunDetails(suite="rust", measured_at=AT)
CAPITALISED = {
    "Mean": ESTIMATES["mean"],
    "Median": ESTIMATES["median"],
    "MedianAbsDev": ESTIMATES["median_abs_dev"],
    "StdDev": ESTIMATES["std_dev"],
    "Slope": estimate(140.0),
}


def check(time: Result, throughput: Result) -> None:
    # 200 ns for 2 iterations and 600 ns for 4; 50 elements in each.
    assert time.samples == pytest.approx([100e-9, 150e-9])
    assert time.iterations == [2, 4]
    assert time.value == pytest.approx(100e-9)
    assert time.statistic == "min"
    assert throughput.value == pytest.approx(50 / 100e-9)
    assert throughput.is_derived


@pytest.mark.parametrize(
    ("estimates", "sample"),
    [
        (CAPITALISED, [SAMPLE["iters"], SAMPLE["times"]]),
        (ESTIMATES, {"iters": SAMPLE["iters"], "times": SAMPLE["times"]}),
        (ESTIMATES, SAMPLE),
    ],
    ids=["0.2", "0.3", "0.3.6 and 0.5"],
)
def test_every_generation_is_read(tmp_path: Path, estimates: Any, sample: Any) -> None:
    tree = CriterionTree(write_tree(tmp_path, estimates=estimates, sample=sample))
    run = tree.read(DETAILS)
    time, throughput = run.results
    check(time, throughput)
    assert (time.benchmark, throughput.unit) == ("sum/10", "elements/s")
    assert time.parameters == {"group_id": "sum", "value_str": "10"}
    assert run.machine.fingerprint == "unknown"


def test_a_saved_baseline_is_a_run_of_its_own(tmp_path: Path) -> None:
    write_tree(tmp_path)
    slower = changed(SAMPLE, lambda s: s.update(times=[400.0, 1200.0]))
    twice = changed(ESTIMATES, lambda e: e.update(mean=estimate(250.0)))
    write_tree(tmp_path, sample=slower, estimates=twice, baseline="before")
    tree = CriterionTree(tmp_path)
    assert tree.read(DETAILS).results[0].value == pytest.approx(100e-9)
    assert tree.read(DETAILS, "before").results[0].value == pytest.approx(200e-9)
    reasons = {str(path.relative_to(tmp_path)): reason for path, reason in tree.left_out()}
    assert reasons["sum/10/before/sample.json"] == "saved as 'before', and 'new' is read"


def test_what_is_no_measurement_is_left_out_with_its_reason(tmp_path: Path) -> None:
    write_tree(tmp_path)
    write(tmp_path / "sum/10/change/estimates.json", {})
    write(tmp_path / "sum/10/new/tukey.json", [])
    left_out = dict(CriterionTree(tmp_path).left_out())
    assert left_out[tmp_path / "sum/10/change/estimates.json"].startswith("a comparison")
    assert left_out[tmp_path / "sum/10/new/tukey.json"].startswith("fences of outliers")


BAD_TREES: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "no sample": ({"sample": None}, "sample.json", "the whole file", "cannot be read"),
    "no estimates": ({"estimates": None}, "estimates.json", "the whole file", "cannot be read"),
    "uneven lists": (
        {"sample": {"iters": [1.0], "times": [1.0, 2.0]}}, "sample.json", "$", "1 iters, but 2",
    ),
    "half an iteration": (
        {"sample": {"iters": [1.5], "times": [1.0]}}, "sample.json", "$", "whole numbers",
    ),
    "no time": ({"sample": {"iters": [1.0], "times": [0.0]}}, "sample.json", "$", "more than 0 ns"),
    "of another run": (
        {"estimates": changed(ESTIMATES, lambda e: e.update(mean=estimate(9.0)))},
        "estimates.json",
        "$.mean.point_estimate",
        "are of different runs",
    ),
    "a statistic missing": (
        {"estimates": changed(ESTIMATES, lambda e: e.pop("std_dev"))},
        "estimates.json",
        "$.std_dev",
        "required, but not there",
    ),
    "unknown work": (
        {"description": {**DESCRIPTION, "throughput": {"Bits": 1}}},
        "benchmark.json",
        "$.throughput.Bits",
        "should be one of Elements",
    ),
    "no work": (
        {"description": {**DESCRIPTION, "throughput": {"Bytes": 0}}},
        "benchmark.json",
        "$.throughput.Bytes",
        "no amount of work",
    ),
    "another place": (
        {"folder": "1/sum/10"}, "benchmark.json", "$.directory_name", "the tree begins elsewhere",
    ),
    "no name": (
        {"description": changed(DESCRIPTION, lambda d: d.pop("full_id"))},
        "benchmark.json",
        "$.full_id",
        "required, but not there",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "name", "place", "reason"), BAD_TREES.values(), ids=BAD_TREES)
def test_a_bad_tree_is_refused_whole(
    tmp_path: Path, parts: dict[str, Any], name: str, place: str, reason: str
) -> None:
    tree = CriterionTree(write_tree(tmp_path, **parts))
    with pytest.raises(BenchmarkFileError) as refused:
        tree.read(DETAILS)
    assert Path(refused.value.file).name == name
    assert refused.value.where == place
    assert reason in refused.value.reason


def test_one_benchmark_in_two_places_is_refused(tmp_path: Path) -> None:
    nameless = changed(DESCRIPTION, lambda d: d.pop("directory_name"))
    write_tree(tmp_path, description=nameless)
    write_tree(tmp_path, description=nameless, folder="other")
    with pytest.raises(BenchmarkFileError, match="these are several trees"):
        CriterionTree(tmp_path).read(DETAILS)


def test_a_tree_without_that_measurement_or_without_a_time_is_refused(tmp_path: Path) -> None:
    tree = CriterionTree(write_tree(tmp_path))
    with pytest.raises(BenchmarkFileError, match="no measurement is saved as 'main'"):
        tree.read(DETAILS, "main")
    with pytest.raises(BenchmarkFileError, match="say when it was measured"):
        tree.read(RunDetails(suite="rust"))


def messages(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def test_messages_are_read_with_every_sample(tmp_path: Path) -> None:
    group = {"reason": "group-complete", "group_name": "alu", "benchmarks": ["alu/add"]}
    run = read_cargo_criterion(messages(tmp_path / "m.jsonl", MESSAGE, group), DETAILS)
    check(*run.results)
    assert run.results[1].unit == "bytes/s"


def test_a_message_without_samples_gives_its_mean(tmp_path: Path) -> None:
    bare = {**MESSAGE, "iteration_count": [], "measured_values": [], "throughput": []}
    (time,) = read_cargo_criterion(messages(tmp_path / "m.jsonl", bare), DETAILS).results
    assert time.value == pytest.approx(125e-9)
    assert (time.statistic, time.samples) == ("mean", [])


BAD_MESSAGES: dict[str, tuple[Change, str, str]] = {
    "unknown": (lambda m: m.update(reason="weather"), "line 2: $.reason", "no message of cargo"),
    "uneven lists": (lambda m: m["iteration_count"].pop(), "line 2: $", "1 values in iteration"),
    "an unknown unit": (lambda m: m.update(unit="fortnight"), "line 2: $.unit", "'ns'"),
    "a mean outside its interval": (
        lambda m: m["mean"].update(unit="us", estimate=1.25),
        "line 2: $.mean",
        "outside its own interval",
    ),
    "no time": (lambda m: m.update(measured_values=[0.0, 1.0]), "line 2: $", "more than 0"),
    "the same again": (lambda m: m.update(id="alu/first"), "line 2: $.id", "is also on line 1"),
}


@pytest.mark.parametrize(("change", "place", "reason"), BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_bad_messages_are_refused_with_their_line(
    tmp_path: Path, change: Change, place: str, reason: str
) -> None:
    first = {**MESSAGE, "id": "alu/first"}
    path = messages(tmp_path / "m.jsonl", first, changed(MESSAGE, change))
    with pytest.raises(BenchmarkFileError) as refused:
        read_cargo_criterion(path, DETAILS)
    assert refused.value.where == place
    assert reason in refused.value.reason


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = messages(tmp_path / "m.jsonl", MESSAGE)
    path.write_text(path.read_text() + '{"reason": \n', encoding="utf-8")
    with pytest.raises(BenchmarkFileError, match="line 2, column 12: no JSON"):
        read_cargo_criterion(path, DETAILS)
    with pytest.raises(BenchmarkFileError, match="no benchmark is complete"):
        group = {"reason": "group-complete"}
        read_cargo_criterion(messages(tmp_path / "none.jsonl", group), DETAILS)
