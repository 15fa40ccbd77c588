"""The six Rust metrics: found by id, subtracted from Python's, or missing with a reason."""

import pytest

from lotus_assets.benchmarks.subjects.rust_metrics import (
    PYTHON_COUNTERPART,
    RUST_EXPECTED,
    rust_metrics,
)
from lotus_assets.sources.benchmark_files.run_model import Quantity, Result


def timed(
    benchmark: str, seconds: float, metric: str = "time", quantity: Quantity = "time"
) -> Result:
    return Result(
        benchmark=benchmark,
        metric=metric,
        quantity=quantity,
        unit="s",
        direction="lower",
        statistic="min",
        value=seconds,
    )


PYTHON = [
    timed(PYTHON_COUNTERPART, 0.31),
    timed(PYTHON_COUNTERPART, 0.30, "cpu_time", "cpu_time"),
    timed("test_performance.py::test_throughput_100k_trades", 0.03),
]


def test_all_six_are_found_whatever_stands_before_their_id() -> None:
    criterion = [
        timed("core/process_1m_trades", 0.06),
        timed("latency_p50", 1e-7),
        timed("bench_latency_percentiles/p95", 2e-7),
        timed("latency_percentiles/p99", 3e-7),
        timed("memory_allocations_1m", 0.07),
        timed("process_1k_trades", 6e-5),
    ]
    found = rust_metrics(criterion, PYTHON)
    assert [(result.benchmark, result.metric) for result in found.results] == RUST_EXPECTED
    assert [result.value for result in found.results[:-1]] == [0.06, 1e-7, 2e-7, 3e-7, 0.07]
    overhead = found.results[-1]
    # (0.31 s - 0.06 s) / 1,000,000 trades
    assert overhead.value == pytest.approx(250e-9)
    assert (overhead.unit, overhead.is_derived) == ("s", True)
    assert found.failures == []


def test_the_absent_are_missing_each_with_its_reason() -> None:
    criterion = [timed("process_1m_trades", 0.06), timed("throughput_scaling/1000000", 0.06)]
    found = rust_metrics(criterion, PYTHON)
    assert [result.benchmark for result in found.results] == [
        "bench_process_1m_trades",
        "bench_pyo3_overhead",
    ]
    assert {failure.benchmark: failure.reason for failure in found.failures} == dict.fromkeys(
        (
            "bench_latency_p50",
            "bench_latency_p95",
            "bench_latency_p99",
            "bench_memory_allocations",
        ),
        "No benchmark of that id is in the Criterion output.",
    )


def test_two_of_one_id_are_not_guessed_between() -> None:
    criterion = [timed("old/process_1m_trades", 0.06), timed("new/process_1m_trades", 0.05)]
    reasons = {f.benchmark: f.reason for f in rust_metrics(criterion, PYTHON).failures}
    assert "old/process_1m_trades, new/process_1m_trades" in reasons["bench_process_1m_trades"]
    assert "bench_process_1m_trades" in reasons["bench_pyo3_overhead"]


@pytest.mark.parametrize(
    ("python", "reason"),
    [
        ([], f"{PYTHON_COUNTERPART}, of which it is a part, is missing."),
        ([timed(PYTHON_COUNTERPART, 0.05)], "these are times of two machines"),
    ],
)
def test_no_overhead_is_invented(python: list[Result], reason: str) -> None:
    found = rust_metrics([timed("process_1m_trades", 0.06)], python)
    assert [result.benchmark for result in found.results] == ["bench_process_1m_trades"]
    assert reason in found.failures[-1].reason
