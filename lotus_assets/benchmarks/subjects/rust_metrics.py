"""Seed 003's six metrics of rangebar's Rust core, found by id in Criterion output."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lotus_assets.sources.benchmark_files.run_model import Failure, Result

TRADES = 1_000_000
"""Trades of one iteration of `process_1m_trades`, and of its Python counterpart."""
PROCESS, OVERHEAD = "bench_process_1m_trades", "bench_pyo3_overhead"
PYTHON_COUNTERPART = "test_performance.py::test_throughput_1m_trades"
CRITERION_IDS: dict[str, str] = {
    PROCESS: "process_1m_trades",
    "bench_latency_p50": "latency(_percentiles)?[_/]p50",
    "bench_latency_p95": "latency(_percentiles)?[_/]p95",
    "bench_latency_p99": "latency(_percentiles)?[_/]p99",
    "bench_memory_allocations": "memory_allocations(_1m)?",
}
"""The seed's name of a metric → what the benchmark's Criterion id ends with; a group or `bench_`
may stand before. Seed 003, task 2.1 and "Metrics tracked", Rust core."""
RUST_EXPECTED: list[tuple[str, str]] = [
    *((name, "time") for name in CRITERION_IDS),
    (OVERHEAD, "time_per_trade"),
]
"""(benchmark, metric) of all six. A Criterion tree gives times, whatever its ids promise: what
`memory_allocations` reports there is the time of a run that allocates."""


@dataclass(frozen=True)
class RustMetrics:
    """The metrics that were found, under the seed's names, and why the others were not."""

    results: list[Result]
    failures: list[Failure]


def rust_metrics(criterion: Sequence[Result], python: Sequence[Result]) -> RustMetrics:
    """The six, from the results of Criterion and of rangebar's own suite.

    Of `python` only the time for a million trades is read. It must come from the machine that
    Criterion ran on, because Rust's time is subtracted from it.
    """
    times = [result for result in criterion if result.metric == "time"]
    by_name: dict[str, Result] = {}
    failures: list[Failure] = []
    for name, ending in CRITERION_IDS.items():
        pattern = re.compile(f"(.*/)?(bench_)?({ending})")
        same = [result for result in times if pattern.fullmatch(result.benchmark)]
        if len(same) == 1:
            by_name[name] = same[0].model_copy(update={"benchmark": name})
        else:
            failures.append(Failure(benchmark=name, reason=_not_one(same)))
    overhead = _overhead(by_name.get(PROCESS), python)
    if isinstance(overhead, str):
        failures.append(Failure(benchmark=OVERHEAD, reason=overhead))
    else:
        by_name[OVERHEAD] = overhead
    return RustMetrics(list(by_name.values()), failures)


def _not_one(same: list[Result]) -> str:
    if not same:
        return "No benchmark of that id is in the Criterion output."
    ids = ", ".join(result.benchmark for result in same)
    return f"More than one benchmark of the Criterion output has that id: {ids}."


def _overhead(rust: Result | None, python: Sequence[Result]) -> Result | str:
    """Python's time less Rust's, a trade, or the reason why there is none."""
    if rust is None:
        return f"{PROCESS}, which is to be subtracted, is missing."
    whole = [
        result
        for result in python
        if (result.benchmark, result.metric) == (PYTHON_COUNTERPART, "time")
    ]
    if not whole:
        return f"{PYTHON_COUNTERPART}, of which it is a part, is missing."
    difference = (whole[0].value - rust.value) / TRADES
    if difference <= 0:
        return (
            f"Rust alone took {rust.value:.3f} s, Rust and Python {whole[0].value:.3f} s: "
            "these are times of two machines."
        )
    return Result(
        benchmark=OVERHEAD,
        metric="time_per_trade",
        quantity="time",
        unit="s",
        direction="lower",
        is_derived=True,
        parameters={"trades": TRADES},
        statistic="min",
        value=difference,
    )
