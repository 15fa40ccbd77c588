"""Flaky jobs: a failed run followed by a successful one on the same SHA."""

import pandas as pd

from lotus_assets.engine.delivery.pipelines import is_build
from lotus_assets.engine.delivery.reasons import joined_reasons

FINISHED_STATUSES = ("success", "failed")


def finished_runs(jobs: pd.DataFrame, pipelines: pd.DataFrame) -> pd.DataFrame:
    """The runs of `raw_job` that succeeded or failed, by job_id, with their pipeline's `sha`.

    Child pipelines' jobs count, bridges do not. `flaky_group` numbers the (project, sha, name)
    groups. `started_at` is created_at of one that failed before a runner took it. `recovers`: the
    run failed, and a later one of its group succeeded. Runs of a pipeline that is not in
    `pipelines` have no known SHA and are left out; reconciliation counts them.
    """
    runs = jobs.loc[
        jobs["status"].isin(FINISHED_STATUSES) & is_build(jobs),
        ["project_id", "pipeline_id", "job_id", "name", "status", "started_at", "created_at"],
    ]
    runs = runs.merge(pipelines[["pipeline_id", "sha"]], on="pipeline_id").sort_values("job_id")
    runs = runs[runs["sha"].notna()].reset_index(drop=True)
    is_failed = runs["status"].eq("failed").astype(bool)
    runs["started_at"] = runs["started_at"].fillna(runs["created_at"].where(is_failed))
    runs["flaky_group"] = runs.groupby(["project_id", "sha", "name"], sort=False).ngroup()
    passed = runs["job_id"].where(runs["status"].eq("success"))
    last_pass = passed.groupby(runs["flaky_group"]).transform("max")
    is_later = (runs["job_id"] < last_pass).fillna(False).astype(bool)
    runs["recovers"] = is_failed & is_later
    return runs


def flaky_groups(runs: pd.DataFrame) -> pd.DataFrame:
    """One row for each group of `finished_runs`: the denominator of the flaky job rate.

    Columns: project_id, sha, name; first_job_id and first_started_at of the group's first
    finished run, whose day the group belongs to; is_flaky: a failed run is followed by a
    successful one; reason `started_at_missing`.
    """
    first = runs.drop_duplicates("flaky_group").set_index("flaky_group")
    groups = pd.DataFrame(
        {
            "project_id": first["project_id"],
            "sha": first["sha"],
            "name": first["name"],
            "first_job_id": first["job_id"],
            "first_started_at": first["started_at"],
            "is_flaky": runs.groupby("flaky_group")["recovers"].any().reindex(first.index),
        }
    )
    groups["reason"] = joined_reasons(
        groups.index, {"started_at_missing": groups["first_started_at"].isna()}
    )
    return groups.reset_index(drop=True)


def flaky_candidates(runs: pd.DataFrame, pipelines: pd.DataFrame) -> pd.Series:
    """`is_flaky_candidate` of each pipeline: it holds a failed run that a later success follows."""
    return (
        pipelines["pipeline_id"]
        .isin(runs.loc[runs["recovers"], "pipeline_id"])
        .rename("is_flaky_candidate")
    )
