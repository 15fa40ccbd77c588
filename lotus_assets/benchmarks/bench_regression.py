"""bench_regression: what became slower, what became another number, what is missing.

Facts that are never mixed, each with rows of its own: the seed's threshold, change points, the
environment, and what changed suite-wide; beside them exact metrics that changed and metrics that a
run lacks.
"""

import json
from functools import partial

import pandas as pd
from pandera.pandas import Field

from lotus_assets.benchmarks import bench_history, bench_result, bench_run
from lotus_assets.engine.speed.detection import detect
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import BENCHMARKS
from lotus_assets.tables.benchmark_columns import Commit, Suite
from lotus_assets.tables.columns import Integer, Number, Text
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class BenchRegression(TableModel):
    """One row a fact at a run."""

    fact: Text = Field(
        isin=["threshold", "exact", "change_point", "environment", "suite_wide", "completeness"],
        description="threshold, exact, change_point, environment, suite_wide or completeness.",
    )
    list: Text = Field(
        isin=["", "sensitive", "loud"],
        description="Change points: sensitive or loud; suite_wide: loud; else empty.",
    )
    suite: Suite
    benchmark: Text = Field(description="Benchmark; empty where the fact is about the suite.")
    metric: Text = Field(description="Metric; empty where the fact is about the suite.")
    epoch: Integer = Field(nullable=True, description="Epoch of the series.")
    run_id: Text = Field(description="Run at which it holds: the first one after a change.")
    baseline_run_id: Text = Field(nullable=True, description="Run that it is compared with.")
    value: Number = Field(nullable=True, description="Value; of a change point, median after it.")
    baseline_value: Number = Field(
        nullable=True, description="What it is compared with; of a change point, median before it."
    )
    ratio: Number = Field(nullable=True, description="How many times worse; below 1: better.")
    limit: Number = Field(nullable=True, description="The ratio or share that counts.")
    p_value: Number = Field(nullable=True, description="Of the Mann-Whitney test, two-sided.")
    points_before: Integer = Field(nullable=True, description="Points before the change.")
    points_after: Integer = Field(nullable=True, description="Points from the change on.")
    share: Number = Field(nullable=True, description="Part of the suite that moved together.")
    movement: Text = Field(
        isin=["slower", "faster", "changed", "missing"],
        description="slower, faster, changed (exact metrics) or missing.",
    )
    state: Text = Field(
        isin=["unconfirmed", "candidate", "confirmed", "refuted"],
        description="unconfirmed, candidate, confirmed or refuted (not so when run again).",
    )
    reason: Text = Field(description="The figures in a sentence.")
    suite_wide_run_id: Text = Field(
        nullable=True, description="Run of the suite-wide change that a change point is part of."
    )
    commit_id: Commit
    baseline_commit_id: Text = Field(
        nullable=True, description="Commit of the run that it is compared with: the last before."
    )


TABLE = Table(
    name="bench_regression",
    model=BenchRegression,
    key=("fact", "list", "suite", "benchmark", "metric", "run_id"),
    version=None,
    description="Threshold, change points, suite-wide changes, exactness and others: facts by run.",
)
of_runs = partial(columns_of, bench_run.TABLE)
of_results = partial(columns_of, bench_result.TABLE)
of_points = partial(columns_of, bench_history.TABLE)
# Most facts compare levels of figures, of one series or of all times of a suite.
LEVELS = of_points("value", "direction", "epoch", "position", "ordered_at")
RERUNS = (*of_results("value"), *of_runs("kind", "started_at"))
EXPECTED = of_runs("expected", "started_at")
"""What a run should hold; where its file does not say, the results of the run before."""
LINEAGE = {
    "suite": (*of_points("suite"), *of_runs("suite"), *of_results("suite")),
    "benchmark": (*of_points("benchmark"), *EXPECTED, *of_results("benchmark")),
    "metric": (*of_points("metric", "quantity"), *EXPECTED, *of_results("metric")),
    "epoch": of_points("epoch"),
    "run_id": (*of_points("run_id"), *of_runs("run_id")),
    "baseline_run_id": of_points("run_id", "epoch", "position", "ordered_at", "unit", "direction"),
    "value": of_points("value", "epoch", "position"),
    "baseline_value": of_points("value", "epoch", "position", "unit", "direction"),
    "ratio": (*LEVELS, *of_points("unit")),
    "limit": (*of_results("value"), *of_runs("kind")),
    **dict.fromkeys(("p_value", "points_before", "points_after", "movement"), LEVELS),
    "share": of_points("value", "direction", "epoch", "ordered_at"),
    "state": (*LEVELS, *RERUNS),
    "reason": (
        *LEVELS,
        *of_points("unit", "quantity", "commit_id", "version"),
        *EXPECTED,
        *of_results("benchmark", "metric"),
    ),
    "suite_wide_run_id": of_points("run_id", "ordered_at"),
    **dict.fromkeys(("commit_id", "baseline_commit_id"), of_runs("commit_id")),
}


def regression_rows(
    history: pd.DataFrame, runs: pd.DataFrame, results: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `bench_regression` from the other tables of the group."""
    facts = detect(
        points=history,
        reruns=rerun_rows(runs, results),
        aa_points=aa_rows(runs, results),
        expected=expected_rows(runs, results),
        measured=results[["run_id", "suite", "benchmark", "metric"]],
    )
    commit_of = runs.astype({"run_id": object, "commit_id": object}).set_index("run_id")[
        "commit_id"
    ]
    return facts.assign(
        commit_id=facts["run_id"].map(commit_of),
        baseline_commit_id=facts["baseline_run_id"].map(commit_of),
    )[TABLE.columns]


def rerun_rows(runs: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """What reruns found, under the id of the run that they repeat, the last one counting."""
    reruns = runs.loc[runs["kind"].eq("rerun"), ["run_id", "of_run_id", "started_at"]]
    repeats = results.merge(reruns, on="run_id").sort_values(["started_at", "run_id"])
    repeats = repeats.drop(columns="run_id").rename(columns={"of_run_id": "run_id"})
    key = ["run_id", "suite", "benchmark", "metric"]
    return repeats.drop_duplicates(key, keep="last", ignore_index=True)[[*key, "value"]]


def aa_rows(runs: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Runs of the same code, from which the noise floor follows."""
    same_code = runs.loc[runs["kind"].eq("aa"), ["run_id", "machine_fingerprint"]]
    compared = results[~results["is_derived"].astype(bool)]
    return compared.merge(same_code, on="run_id")[
        ["suite", "benchmark", "metric", "machine_fingerprint", "run_id", "value"]
    ]


def expected_rows(runs: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """The metrics that each run should hold: what its file says, else what the run before held.

    Reruns hold suspects only and A/A runs what was asked for; nothing is expected of them.
    """
    counting = runs[~runs["kind"].isin(bench_run.OUTSIDE_HISTORY)].sort_values(
        ["suite", "started_at", "run_id"], ignore_index=True
    )
    names = ["run_id", "suite", "benchmark", "metric"]
    stated = counting.loc[counting["expected"].notna(), ["run_id", "suite", "expected"]]
    pairs = stated.assign(expected=stated["expected"].map(json.loads)).explode("expected").dropna()
    declared = pd.DataFrame(pairs["expected"].tolist(), columns=["benchmark", "metric"])
    declared = pairs[["run_id", "suite"]].reset_index(drop=True).join(declared)
    before = counting.assign(before=counting.groupby("suite")["run_id"].shift(1))
    silent = before.loc[before["expected"].isna() & before["before"].notna(), ["run_id", "before"]]
    assumed = silent.merge(results[names].rename(columns={"run_id": "before"}), on="before")
    return pd.concat([declared[names], assumed[names]], ignore_index=True)


def compute(inputs: Inputs) -> pd.DataFrame:
    """Rows of `bench_regression` from what is stored."""
    return regression_rows(
        inputs.read(bench_history.TABLE),
        inputs.read(bench_run.TABLE),
        inputs.read(bench_result.FIGURES),
    )


COMPUTED = ComputedTable(
    TABLE,
    compute,
    reads=(bench_run.TABLE, bench_result.FIGURES, bench_history.TABLE),
    lineage=LINEAGE,
)
bench_regression = computed_asset(COMPUTED, BENCHMARKS)
