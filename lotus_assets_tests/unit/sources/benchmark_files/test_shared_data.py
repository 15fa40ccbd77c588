"""Every file of the reference data is imported, or refused or left out with its reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.importing import Imported, import_paths
from lotus_assets.sources.benchmark_files.run_file import parse_run, run_text
from lotus_assets_tests.shared_data import SHARED_DATA

DATA = SHARED_DATA / "benchmarks"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no reference data at {DATA}")
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def imported() -> Imported:
    return import_paths([DATA], RunDetails(suite="past", measured_at=AT))


def test_every_file_is_accounted_for(imported: Imported) -> None:
    used = ("benchmark.json", "estimates.json", "sample.json")
    trees = {path for path in DATA.rglob("*") if path.name in used and path.parent.name == "new"}
    left_out = {path for path, _ in imported.left_out}
    refused = {Path(error.file) for error in imported.refused}
    names = {run.source.file for run in imported.runs}
    whole = {path for path in DATA.rglob("*") if path.is_file() and path.name in names}
    everything = {path for path in DATA.rglob("*") if path.is_file()}
    assert trees | left_out | refused | whole == everything
    assert not trees & left_out
    assert all(reason for _, reason in imported.left_out)


def test_what_is_in_it(imported: Imported) -> None:
    formats = [run.source.format.split()[0] for run in imported.runs]
    assert formats.count("pytest-benchmark") == 35
    # 50 daily and 6 weekly runs of three benchmarks (the data's own README).
    assert formats.count("github-action-benchmark") == 56
    # 0.2, 0.3, 0.5, and four trees of 0.3.6.
    assert formats.count("criterion") == 7


def test_the_message_with_a_mean_outside_its_own_interval_is_refused(imported: Imported) -> None:
    (refusal,) = imported.refused
    assert refusal.file.endswith("fuel_core_alu_add.jsonl")
    assert refusal.where == "line 4: $.mean"
    assert "1.6387085050968 us lies outside its own interval" in refusal.reason


def test_the_same_content_is_the_same_run(imported: Imported) -> None:
    again = import_paths([DATA], RunDetails(suite="past", measured_at=AT))
    assert [run.run_id for run in again.runs] == [run.run_id for run in imported.runs]
    assert len({run.run_id for run in imported.runs}) == len(imported.runs)


def test_every_run_survives_its_file(imported: Imported) -> None:
    assert all(parse_run(run_text(run), Path("run.json")) == run for run in imported.runs)


def test_the_slowed_criterion_run_is_slower(imported: Imported) -> None:
    times = {
        run.source.file: {result.benchmark: result.value for result in run.results
                          if result.metric == "time"}
        for run in imported.runs
        if run.source.file in ("3 (new)", "4slow (new)")
    }  # fmt: skip
    assert times["4slow (new)"]["process_1k_trades"] > times["3 (new)"]["process_1k_trades"]


def test_memory_and_ratio_stand_beside_the_times(imported: Imported) -> None:
    run = next(run for run in imported.runs if run.source.file == "rep1-9.1.0.json")
    found = {(result.benchmark.partition("::")[2], result.metric): result for result in run.results}
    ratio = found["test_compression_ratio[100]", "compression_ratio"]
    assert (ratio.value, ratio.direction, ratio.unit) == (10_000 / 110, "exact", "1")
    peak = found["test_memory_1m", "processing_peak"]
    # 60.7890625 MiB in the file.
    assert (peak.value, peak.unit, peak.direction) == (60.7890625 * 2**20, "bytes", "lower")
    assert len(found["test_calibration_sha256", "time"].samples) == 801
