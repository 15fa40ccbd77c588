"""bench_history: the runs in a row, one series for each suite, benchmark and metric."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.benchmarks import bench_result, bench_run
from lotus_assets.engine.speed.facts import finite, times_worse
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import BENCHMARKS
from lotus_assets.tables.benchmark_columns import (
    Benchmark,
    Commit,
    Deviation,
    IsDerived,
    Machine,
    Rounds,
    Suite,
    Version,
)
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

SERIES = ["suite", "benchmark", "metric"]
EPOCH = ["machine_fingerprint", "statistic", "unit", "direction"]
"""What has to be alike for figures of a series to be compared."""


class BenchHistory(TableModel):
    """One row a point: a metric of a benchmark in one run, beside the points before it.

    An epoch holds the points of one machine, statistic, unit and direction; figures are compared
    within it.
    """

    suite: Suite
    benchmark: Benchmark
    metric: Text = Field(description="Metric.")
    run_id: Text = Field(description="Run of the point.")
    position: Integer = Field(ge=1, description="Number of the point in its series, from 1.")
    ordered_at: Instant = Field(
        description="When it was measured; for a released version measured later, its release."
    )
    epoch: Integer = Field(ge=1, description="Number of the epoch, by first appearance.")
    machine_fingerprint: Machine
    is_machine_change: Boolean = Field(description="Not the machine of the point before.")
    commit_id: Commit
    version: Version
    kind: Text = Field(description="Kind of the run.")
    quantity: Text = Field(description="What was measured.")
    unit: Text = Field(description="Unit of the figures.")
    direction: Text = Field(description="What is better: lower, higher; exact: == only.")
    is_derived: IsDerived
    statistic: Text = Field(description="min, max, median or mean of the run's samples.")
    value: Number = Field(description="The figure that is compared.")
    stddev: Deviation
    rounds: Rounds
    previous_value: Number = Field(nullable=True, description="The epoch's point before.")
    best_value: Number = Field(
        nullable=True, description="Best of the epoch up to this point; NULL for exact metrics."
    )
    ratio_to_previous: Number = Field(
        nullable=True,
        description="To the point before, more than 1 is worse; exact: value ÷ it. NULL to or from "
        "nothing, and of negative figures.",
    )
    ratio_to_best: Number = Field(
        nullable=True, description="To the best, 1 or more; NULL for exact metrics."
    )


TABLE = Table(
    name="bench_history",
    model=BenchHistory,
    key=("suite", "benchmark", "metric", "run_id"),
    version=None,
    description="Results as series, in epochs of one machine, statistic, unit and direction.",
)
ORDER = columns_of(bench_run.TABLE, "started_at", "kind", "committed_at")
EPOCHS = (
    *ORDER,
    *columns_of(bench_run.TABLE, "machine_fingerprint"),
    *columns_of(bench_result.TABLE, "statistic", "unit", "direction"),
)
COMPARED = (*columns_of(bench_result.TABLE, "value"), *EPOCHS)
LINEAGE = {
    **copied_from(bench_result.TABLE, "suite", "benchmark", "metric", "run_id", "quantity", "unit"),
    **copied_from(bench_result.TABLE, "direction", "is_derived", "statistic", "value"),
    **copied_from(bench_result.TABLE, "stddev", "rounds"),
    **copied_from(bench_run.TABLE, "machine_fingerprint", "commit_id", "version", "kind"),
    **dict.fromkeys(("ordered_at", "position"), ORDER),
    "is_machine_change": (*ORDER, *columns_of(bench_run.TABLE, "machine_fingerprint")),
    "epoch": EPOCHS,
    **dict.fromkeys(("previous_value", "best_value"), COMPARED),
    **dict.fromkeys(("ratio_to_previous", "ratio_to_best"), COMPARED),
}


def history_rows(runs: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Rows of `bench_history` from `bench_run` and `bench_result`, sorted by series and position.

    Runs of the same code again (aa) and reruns of suspects are no points. A released version that
    was measured later (backfill) stands where it was released, if that is known.
    """
    counting = runs[~runs["kind"].isin(bench_run.OUTSIDE_HISTORY)]
    is_late = counting["kind"].eq("backfill") & counting["committed_at"].notna()
    of_run = counting.assign(
        ordered_at=counting["started_at"].mask(is_late, counting["committed_at"])
    )[
        ["run_id", "ordered_at", "started_at", "machine_fingerprint", "commit_id", "version",
         "kind"]
    ]  # fmt: skip
    rows = results.merge(of_run, on="run_id").sort_values(
        [*SERIES, "ordered_at", "started_at", "run_id"], ignore_index=True
    )
    series = rows.groupby(SERIES, sort=False)
    rows["position"] = series.cumcount() + 1
    before = series["machine_fingerprint"].shift(1)
    rows["is_machine_change"] = before.notna() & rows["machine_fingerprint"].ne(before)
    rows["first"] = rows.groupby([*SERIES, *EPOCH], sort=False)["position"].transform("min")
    rows["epoch"] = rows.groupby(SERIES, sort=False)["first"].rank("dense").astype("int64")
    return _compared(rows)[TABLE.columns]


def _compared(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what each is compared with, in its epoch."""
    figures = rows.assign(value=rows["value"].astype("float64"))
    epoch = figures.groupby([*SERIES, "epoch"], sort=False)["value"]
    previous = epoch.shift(1)
    is_higher, is_exact = rows["direction"].eq("higher"), rows["direction"].eq("exact")
    best = epoch.cummin().where(~is_higher, epoch.cummax())
    return rows.assign(
        previous_value=previous,
        best_value=best.mask(is_exact),
        ratio_to_previous=finite(times_worse(figures["value"], previous, is_higher)),
        ratio_to_best=finite(times_worse(figures["value"], best.mask(is_exact), is_higher)),
    )


def compute(inputs: Inputs) -> pd.DataFrame:
    """Rows of `bench_history` from what is stored."""
    return history_rows(inputs.read(bench_run.TABLE), inputs.read(bench_result.FIGURES))


COMPUTED = ComputedTable(
    TABLE,
    compute,
    reads=(bench_run.TABLE, bench_result.FIGURES),
    lineage=LINEAGE,
)
bench_history = computed_asset(COMPUTED, BENCHMARKS)
