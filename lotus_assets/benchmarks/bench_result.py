"""bench_result: one row a run, benchmark and metric, with every sample."""

import json
from collections.abc import Sequence

import pandas as pd
from pandera.pandas import Field

from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets.tables.benchmark_columns import Benchmark, Deviation, IsDerived, Rounds, Suite
from lotus_assets.tables.columns import (
    JSON,
    Json,
    Number,
    Text,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class BenchFigure(TableModel):
    """One row a metric of a benchmark in a run, in base units (s, bytes, 1, 1/s)."""

    run_id: Text = Field(description="The run.")
    benchmark: Benchmark
    metric: Text = Field(description="time, cpu_time, peak_memory, compression_ratio and others.")
    suite: Suite
    quantity: Text = Field(
        isin=["time", "cpu_time", "memory", "ratio", "throughput", "count"],
        description="time, cpu_time, memory, ratio, throughput or count.",
    )
    unit: Text = Field(description="Unit of all figures but rounds: s, bytes, 1, trades/s.")
    direction: Text = Field(
        isin=["lower", "higher", "exact"],
        description="What is better: lower, higher; exact: compared with ==.",
    )
    is_derived: IsDerived
    parameters: Json = Field(metadata=JSON, description="Parameters of the benchmark.")
    statistic: Text = Field(
        isin=["min", "max", "median", "mean"], description="Which of the figures value is."
    )
    value: Number = Field(description="The figure that is compared with other runs.")
    minimum: Number = Field(nullable=True, description="Least of the samples.")
    median: Number = Field(nullable=True, description="Median of the samples.")
    mean: Number = Field(nullable=True, description="Mean of the samples.")
    stddev: Deviation
    maximum: Number = Field(nullable=True, description="Greatest of the samples.")
    rounds: Rounds


class BenchResult(BenchFigure):
    """The same with every sample."""

    samples: Json = Field(metadata=JSON, description="One a round, per iteration; [] if unknown.")
    iterations: Json = Field(
        metadata=JSON, nullable=True, description="Iterations of each round, where known."
    )


KEY = ("run_id", "benchmark", "metric")

TABLE = Table(
    name="bench_result",
    model=BenchResult,
    key=KEY,
    version=None,
    description="Results of benchmarks with every sample. Never deleted.",
)
FIGURES = Table(name="bench_result", model=BenchFigure, key=KEY, version=None)
"""The same rows without the samples, for readers to whom the figures are enough."""


def result_rows(runs: Sequence[BenchmarkRun]) -> pd.DataFrame:
    """Rows of `bench_result` of all `runs`."""
    same = [name for name in FIGURES.columns if name not in ("run_id", "suite", "parameters")]
    rows = [
        {
            "run_id": run.run_id,
            "suite": run.suite,
            "parameters": json.dumps(result.parameters, sort_keys=True),
            "samples": json.dumps(result.samples),
            "iterations": None if result.iterations is None else json.dumps(result.iterations),
            **{name: getattr(result, name) for name in same},
        }
        for run in runs
        for result in run.results
    ]
    return pd.DataFrame(rows, columns=TABLE.columns, dtype=object)
