"""The plugin in a real pytest session of its own: what it adds to pytest-benchmark's file."""

import subprocess
import sys
from pathlib import Path

import pytest

from lotus_assets.benchmarks import pytest_plugin
from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.pytest_benchmark import read_pytest_benchmark
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun

SUITE = """
import subprocess, sys, time
import pytest

BUSY = "import time; end = time.process_time() + 0.2\\nwhile time.process_time() < end: pass"

@pytest.mark.expects_metrics("peak_memory", "compression_ratio", "throughput", "never_recorded")
def test_all_metrics(benchmark, record_metric, record_work):
    benchmark.pedantic(time.sleep, (0.001,), rounds=3, iterations=2, warmup_rounds=1)
    record_metric("peak_memory", value=4096, unit="bytes", quantity="memory", direction="lower")
    record_metric("compression_ratio", samples=[9.5], unit="1", quantity="ratio",
                  direction="exact")
    record_work(50, "rows/s")

def test_children_count(benchmark):
    benchmark.pedantic(subprocess.run, ([sys.executable, "-c", BUSY],), rounds=2)

def test_calibrated(benchmark):
    '''A thousand numbers are added.

    One by one.
    '''
    benchmark(sum, range(1000))

def test_wrong_answer(benchmark):
    assert benchmark(lambda: 1 + 1) == 3

def test_not_here(benchmark):
    pytest.skip("no such machine")

def test_named_twice(benchmark, record_metric):
    benchmark(int)
    for _ in range(2):
        record_metric("a", value=1, unit="1", quantity="count", direction="lower")

@pytest.mark.weekly
def test_long(benchmark):
    benchmark(int)

def test_without_benchmark():
    raise AssertionError("--benchmark-only leaves it out")
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkRun:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    command = [sys.executable, "-m", "pytest", "-p", "lotus_benchmark_metrics", "test_suite.py"]
    command += ["-m", "not weekly", "--benchmark-only", "--benchmark-json=out.json"]
    command += ["--benchmark-max-time=0.05", "--benchmark-version-of=numpy"]
    command += ["--benchmark-version-of=not-a-package"]
    plugin = str(Path(pytest_plugin.__file__).parent)
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": plugin}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return read_pytest_benchmark(
        folder / "out.json", RunDetails(suite="s", prefix="test_suite.py::")
    )


def test_metrics_survive_benchmark_only(run: BenchmarkRun) -> None:
    found = {
        result.metric: result for result in run.results if result.benchmark == "test_all_metrics"
    }
    assert set(found) == {"time", "cpu_time", "peak_memory", "compression_ratio", "throughput"}
    assert (found["peak_memory"].value, found["compression_ratio"].value) == (4096, 9.5)
    assert found["throughput"].value == pytest.approx(50 / found["time"].value)


def test_a_benchmark_is_called_what_its_docstring_says(run: BenchmarkRun) -> None:
    said = {result.benchmark: result.parameters.get("description") for result in run.results}
    assert said == {
        "test_all_metrics": None,
        "test_children_count": None,
        "test_calibrated": "A thousand numbers are added",
    }


def test_every_measured_round_has_its_cpu_time(run: BenchmarkRun) -> None:
    times = {result.benchmark: result for result in run.results if result.metric == "time"}
    cpu = {result.benchmark: result for result in run.results if result.metric == "cpu_time"}
    # The round that warms up is not among them.
    assert cpu["test_all_metrics"].rounds == times["test_all_metrics"].rounds == 3
    assert cpu["test_calibrated"].rounds == times["test_calibrated"].rounds
    # Sleeping costs no processor; a child's 0.2 s of work are this benchmark's.
    assert cpu["test_all_metrics"].value < times["test_all_metrics"].value
    assert min(cpu["test_children_count"].samples) > 0.15


def test_what_gave_no_result_or_a_wrong_one_is_told(run: BenchmarkRun) -> None:
    measured = {result.benchmark for result in run.results}
    assert measured == {"test_all_metrics", "test_children_count", "test_calibrated"}
    reasons = {failure.benchmark: failure.reason for failure in run.failures}
    assert set(reasons) == {"test_wrong_answer", "test_not_here", "test_named_twice"}
    assert "assert 2 == 3" in reasons["test_wrong_answer"]
    assert reasons["test_not_here"] == "Skipped: no such machine"
    assert "records the metric a twice" in reasons["test_named_twice"]


def test_what_was_selected_is_expected(run: BenchmarkRun) -> None:
    expected = set(run.expected or [])
    assert ("test_all_metrics", "never_recorded") in expected
    assert {("test_wrong_answer", "time"), ("test_not_here", "cpu_time")} <= expected
    assert not [name for name, _ in expected if name in ("test_long", "test_without_benchmark")]


def test_the_session_is_noted(run: BenchmarkRun) -> None:
    assert run.finished_at is not None
    assert run.started_at < run.finished_at
    assert run.load_average is not None
    assert run.versions["not-a-package"] == "not installed"
    assert run.versions["numpy"][0].isdigit()
