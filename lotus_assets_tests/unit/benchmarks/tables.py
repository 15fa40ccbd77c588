"""Runs and results as `bench_run` and `bench_result` hold them, written down by a few facts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from lotus_assets.benchmarks import bench_result, bench_run
from lotus_assets.sources.benchmark_files.figures import sampled
from lotus_assets.sources.benchmark_files.history_folder import StoredRun
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun, Result


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def timed(benchmark: str, *samples: float) -> Result:
    return sampled(benchmark, "time", samples, quantity="time", unit="s", direction="lower")


def a_run(run_id: str, day: int, results: Sequence[Result], **more: Any) -> BenchmarkRun:
    """A run in March 2026, of the machine `a` unless told."""
    content: dict[str, Any] = {
        "suite": "own",
        "kind": "daily",
        "started_at": at(day),
        "machine": {"fingerprint": "a"},
        "source": {"format": "hand", "file": "none"},
        **more,
    }
    return BenchmarkRun(run_id=run_id, results=results, **content)


def frames(runs: Sequence[BenchmarkRun]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`bench_run` and `bench_result` as the warehouse gives them back."""
    stored = [StoredRun(run, f"runs/{run.run_id}.json", "0" * 64) for run in runs]
    run_rows = bench_run.TABLE.schema.validate(bench_run.run_rows(stored))
    result_rows = bench_result.TABLE.schema.validate(bench_result.result_rows(runs))
    return run_rows, result_rows[bench_result.FIGURES.columns]


def column(rows: pd.DataFrame, name: str, by: str = "run_id") -> Mapping[str, Any]:
    """The values of a column by another, missing ones as None."""
    values = rows[name].astype(object).where(rows[name].notna(), None)
    return dict(zip(rows[by], values, strict=True))
