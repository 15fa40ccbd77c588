"""Facts of each pipeline: whether it counts, when it ended, when its ref was green again."""

import numpy as np
import pandas as pd

from lotus_assets.engine.delivery.durations import ends_before_start, hours_between
from lotus_assets.engine.delivery.reasons import joined_reasons

CHILD_SOURCE = "parent_pipeline"
COUNTED_STATUSES = ("success", "failed")
DEEPEST_CHILD = 10
"""GitLab nests child pipelines two levels deep (docs.gitlab.com, "Downstream pipelines")."""


def is_child(pipelines: pd.DataFrame) -> pd.Series:
    """Whether each pipeline was started by a parent pipeline, and so is in no pipeline metric."""
    return pipelines["source"].eq(CHILD_SOURCE).fillna(False).astype(bool)


def is_build(jobs: pd.DataFrame) -> pd.Series:
    """Whether each job is one that runs, no bridge: those only start another pipeline."""
    return jobs["kind"].ne("bridge").fillna(True).astype(bool)


def is_counted(pipelines: pd.DataFrame) -> pd.Series:
    """Whether each pipeline succeeded or failed and is no child.

    The rows of the success rate, the average duration and the critical path; every other status
    is in neither numerator nor denominator.
    """
    is_finished = pipelines["status"].isin(COUNTED_STATUSES).astype(bool)
    return is_finished & ~is_child(pipelines)


def pipeline_ends(pipelines: pd.DataFrame, jobs: pd.DataFrame) -> pd.Series:
    """When each pipeline ended, under its index.

    The latest `finished_at` of its jobs: without bridges, and without those that were played by
    hand and may fail, for an optional job played weeks later does not move the end (GitLab's own
    `finished_at` moves with it). Where that leaves none, its `finished_at`, else its `updated_at`.
    """
    is_optional = jobs["is_manual"].fillna(False) & jobs["allow_failure"].fillna(False)
    deciding = jobs[is_build(jobs) & ~is_optional.astype(bool)]
    latest = deciding.groupby("pipeline_id")["finished_at"].max()
    of_jobs = pd.Series(
        latest.reindex(pipelines["pipeline_id"]).array, index=pipelines.index, name="ended_at"
    )
    return of_jobs.fillna(pipelines["finished_at"]).fillna(pipelines["updated_at"])


def topmost_parents(pipelines: pd.DataFrame) -> pd.Series:
    """The pipeline without a parent that led to each one, by pipeline_id; its own id without one.

    A parent that is not among `pipelines` is the topmost that is known.
    """
    by_id = pipelines.drop_duplicates("pipeline_id").set_index("pipeline_id")
    parents = by_id["parent_pipeline_id"].dropna()
    topmost = pd.Series(by_id.index, index=by_id.index, dtype="Int64")
    for _ in range(DEEPEST_CHILD):
        above = pd.Series(parents.reindex(topmost).array, index=topmost.index, dtype="Int64")
        if above.isna().all():
            break
        topmost = above.fillna(topmost)
    return topmost


def pipeline_facts(pipelines: pd.DataFrame, jobs: pd.DataFrame) -> pd.DataFrame:
    """One row for each row of `raw_pipeline`, in its order and under its index.

    Columns: project_id, pipeline_id; is_counted and is_success; ended_at as `pipeline_ends` has
    it; opens_red_streak and mtg_seconds, whole seconds from the end of a failed
    pipeline to that of the next successful one on its ref; duration_sec, NULL if negative; reason:
    `created_at_missing`, `finished_before_created` (then there is no ended_at),
    `negative_duration`, `negative_mtg`, joined by `;`.
    """
    counted = is_counted(pipelines)
    ended_at = pipeline_ends(pipelines, jobs)
    is_contradictory = ends_before_start(pipelines["created_at"], ended_at)
    ended_at = ended_at.mask(is_contradictory)
    lines = pipelines[["project_id", "pipeline_id", "ref"]].assign(
        ended_at=ended_at,
        is_failed=pipelines["status"].eq("failed").fillna(False).astype(bool),
        row=np.arange(len(pipelines)),
    )
    ordered = lines[counted].sort_values("pipeline_id", kind="stable")
    on_ref = [ordered["project_id"], ordered["ref"]]
    green_row = (
        ordered["row"].where(~ordered["is_failed"]).astype("Float64").groupby(on_ref).bfill()
    )
    has_green = green_row.notna() & ordered["is_failed"]
    failed = ordered[has_green]
    green_at = ended_at.iloc[green_row[has_green].astype("int64").to_numpy()].set_axis(failed.index)
    mtg_seconds = (hours_between(failed["ended_at"], green_at) * 3600).round().astype("Int64")
    is_negative_mtg = ends_before_start(failed["ended_at"], green_at)
    before = ordered["is_failed"].astype("boolean").groupby(on_ref).shift()
    opens = ordered["is_failed"] & ~before.fillna(False).astype(bool)
    duration = pipelines["duration_sec"].astype("Float64")
    is_negative = (duration < 0).fillna(False).astype(bool)
    return pd.DataFrame(
        {
            "project_id": pipelines["project_id"],
            "pipeline_id": pipelines["pipeline_id"],
            "is_counted": counted,
            "is_success": counted & pipelines["status"].eq("success").fillna(False).astype(bool),
            "ended_at": ended_at,
            "opens_red_streak": opens.reindex(pipelines.index, fill_value=False),
            "mtg_seconds": mtg_seconds.reindex(pipelines.index),
            "duration_sec": duration.mask(is_negative),
            "reason": joined_reasons(
                pipelines.index,
                {
                    "created_at_missing": pipelines["created_at"].isna(),
                    "finished_before_created": is_contradictory,
                    "negative_duration": is_negative,
                    "negative_mtg": is_negative_mtg.reindex(pipelines.index, fill_value=False),
                },
            ),
        }
    )
