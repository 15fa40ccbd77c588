"""A made-up history of benchmark runs, whose facts are known because they are put into it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from lotus_assets.benchmarks import bench_history, bench_result, bench_run

BEGIN = datetime(2026, 1, 5, 3, 17, tzinfo=UTC)
REPOSITORY = "https://gitlab.example.com/toman/lotus-assets"
FAST, SLOW = "amd-epyc-2x-1f0c2a9e", "intel-xeon-4x-77aa01d2"
FACT_COLUMNS = [
    *("fact", "list", "suite", "benchmark", "metric", "epoch", "run_id", "baseline_run_id"),
    *("value", "baseline_value", "ratio", "limit", "p_value", "points_before", "points_after"),
    *("share", "movement", "state", "reason"),
    *("suite_wide_run_id", "commit_id", "baseline_commit_id"),
]
NOISE_COLUMNS = [
    *("suite", "benchmark", "metric", "machine_fingerprint", "runs", "median"),
    *("relative_mad", "relative_range"),
]
METRICS: dict[str, dict[str, Any]] = {
    "time": {"quantity": "time", "unit": "s", "direction": "lower", "statistic": "min"},
    "cpu_time": {"quantity": "cpu_time", "unit": "s", "direction": "lower", "statistic": "min"},
    "peak_memory": {
        "quantity": "memory", "unit": "bytes", "direction": "lower", "statistic": "median",
    },
    "compression_ratio": {
        "quantity": "ratio", "unit": "1", "direction": "exact", "statistic": "median",
    },
    "throughput": {
        "quantity": "throughput", "unit": "trades/s", "direction": "higher", "statistic": "max",
    },
}  # fmt: skip


class Frames(TypedDict):
    """Arguments of `dashboard_files`."""

    runs: pd.DataFrame
    history: pd.DataFrame
    regressions: pd.DataFrame
    noise: pd.DataFrame


@dataclass
class World:
    """Runs, results and facts, added by and by; `frames` are the tables made of them."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    noise: list[dict[str, Any]] = field(default_factory=list)
    suite_of: dict[str, str] = field(default_factory=dict)
    """Of each run, so that 20,000 runs are not looked through for every figure."""

    def add_run(self, suite: str, number: int, **changes: Any) -> str:
        """A daily run of `suite`, `number` days after `BEGIN`; returns its id."""
        started = BEGIN + timedelta(days=number)
        run = {
            "run_id": f"{suite}-{number}",
            "suite": suite,
            "repository": REPOSITORY,
            "kind": "daily",
            "commit_id": f"{number:07x}" + "c0ffee" * 5 + "abc",
            "branch": "main",
            "committed_at": started - timedelta(hours=9),
            "is_dirty": False,
            "started_at": started,
            "finished_at": started + timedelta(minutes=4),
            "machine_fingerprint": FAST,
            "machine": "{}",
            "versions": json.dumps({"python": "3.11.7"}),
            "load_average": 0.25,
            "source_format": "pytest-benchmark 5.3.1",
            "source_file": "own.json",
            "failures": "[]",
            "file": f"runs/{suite}/{suite}-{number}.json",
            "file_sha256": "0" * 64,
            **changes,
        }
        self.runs.append(run)
        self.suite_of[str(run["run_id"])] = str(run["suite"])
        return str(run["run_id"])

    def add_result(self, run_id: str, benchmark: str, metric: str, value: float) -> None:
        """One figure of a run, in the base unit."""
        self.results.append(
            {
                "run_id": run_id,
                "suite": self.suite_of[run_id],
                "benchmark": benchmark,
                "metric": metric,
                "is_derived": metric == "throughput",
                "value": value,
                "rounds": 5,
                **METRICS[metric],
            }
        )

    def add_fact(self, fact: str, suite: str, run_id: str, **details: Any) -> None:
        """One fact, as the detection tells it."""
        given = {"list": "", "benchmark": "", "metric": "", "state": "confirmed", "reason": "Why."}
        self.facts.append(
            {"fact": fact, "suite": suite, "run_id": run_id, "epoch": 1, **given, **details}
        )

    def frames(self) -> Frames:
        """Arguments of `dashboard_files`, in the types with which tables are read."""
        runs = bench_run.TABLE.model.to_schema().coerce_dtype(
            pd.DataFrame(self.runs, columns=bench_run.TABLE.columns)
        )
        results = pd.DataFrame(self.results, columns=bench_result.FIGURES.columns)
        results = bench_result.FIGURES.model.to_schema().coerce_dtype(results)
        history = bench_history.history_rows(runs, results)
        facts = pd.DataFrame(self.facts, columns=FACT_COLUMNS).astype(
            {"epoch": "Int64", "points_before": "Int64", "points_after": "Int64"}
        )
        numbers = ["value", "baseline_value", "ratio", "limit", "p_value", "share"]
        return {
            "runs": runs,
            "history": bench_history.TABLE.model.to_schema().coerce_dtype(history),
            "regressions": facts.astype(dict.fromkeys(numbers, "Float64")),
            "noise": pd.DataFrame(self.noise, columns=NOISE_COLUMNS),
        }


def noisy(level: float, count: int, seed: int, share: float = 0.01) -> npt.NDArray[np.float64]:
    """`count` figures of about `level`: times have a floor, above which they spread."""
    generator = np.random.default_rng(seed)
    return level * (1 + share * generator.gamma(1.5, 1.0, count))
