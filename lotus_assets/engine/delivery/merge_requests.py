"""Merge requests measured: cycle time, review, rework, approvals."""

from collections.abc import Collection

import pandas as pd

from lotus_assets.engine.delivery.approvals import (
    approvals_at_merge,
    requirement_reached_at,
    standing_approvals,
)
from lotus_assets.engine.delivery.durations import duration_faults, hours_between
from lotus_assets.engine.delivery.force_pushes import force_push_counts
from lotus_assets.engine.delivery.review_events import first_reviews, pushes, review_events
from lotus_assets.engine.delivery.review_rounds import review_rounds, rework_counts


def first_commits(commits: pd.DataFrame) -> pd.Series:
    """By `mr_id`, the smallest `authored_at` among the merge request's present commits."""
    present = commits[commits["vanished_at"].isna()]
    return present.groupby("mr_id")["authored_at"].min().rename("first_commit_at")


def measured_merge_requests(
    merge_requests: pd.DataFrame,
    commits: pd.DataFrame,
    notes: pd.DataFrame,
    versions: pd.DataFrame,
    steps: pd.DataFrame,
    bot_user_ids: Collection[int],
) -> pd.DataFrame:
    """The merge requests with everything that is measured of them added.

    Columns in: those of `raw_mr`, `raw_mr_commit`, `raw_mr_note`, `raw_mr_version`; `steps` as by
    `version_steps` with `is_descendant` (nullable boolean). Durations are in hours, NULL where
    they cannot be measured. Rows and their order stay; `first_review_at` and `approvals_given`
    are replaced.
    """
    by_id = merge_requests.set_index("mr_id", drop=False)
    merged_at = by_id["merged_at"]
    events = review_events(notes, merge_requests, bot_user_ids)
    standing = standing_approvals(events)
    approved = requirement_reached_at(standing, by_id["approvals_required"])
    rounds = review_rounds(events, pushes(notes, versions), merged_at)
    forced = force_push_counts(steps).reindex(by_id.index)
    has_versions = by_id.index.isin(versions["mr_id"])
    measured = by_id.assign(
        first_commit_at=_aligned(first_commits(commits), merged_at),
        first_review_at=_aligned(first_reviews(events), merged_at),
        approved_at=_aligned(approved, merged_at),
        rework_count=rework_counts(rounds).reindex(by_id.index, fill_value=0).astype("Int64"),
        approvals_given=approvals_at_merge(standing, merged_at)
        .reindex(by_id.index)
        .fillna(by_id["approvals_given"].astype("Int64")),
        force_push_count=forced["force_push_count"].fillna(0).astype("Int64").where(has_versions),
        unverified_push_count=forced["unverified_push_count"].fillna(0).astype("Int64"),
    )
    measured["review_end_at"] = review_ends(measured)
    measured["cycle_time_hours"] = hours_between(measured["first_commit_at"], measured["merged_at"])
    measured["review_wait_hours"] = hours_between(
        measured["created_at"], measured["first_review_at"]
    )
    measured["code_review_hours"] = hours_between(
        measured["first_review_at"], measured["review_end_at"]
    )
    return measured.reset_index(drop=True)


def review_ends(measured: pd.DataFrame) -> pd.Series:
    """The instant that ends the code review.

    `approved_at` where `approvals_required` is known and at least 1, else `merged_at`.
    """
    needs_approval = (measured["approvals_required"] >= 1).fillna(False).astype(bool)
    return measured["merged_at"].where(~needs_approval, measured["approved_at"])


def is_reworked(measured: pd.DataFrame, force_push_threshold: pd.Series) -> pd.Series:
    """Whether a merge request counts for the rework rate.

    `rework_count` ≥ 1, or more force-pushes than the threshold (aligned with the rows).
    """
    is_forced = (measured["force_push_count"] > force_push_threshold).fillna(False)
    return ((measured["rework_count"] >= 1) | is_forced).astype("boolean")


def merge_request_duration_faults(measured: pd.DataFrame) -> pd.DataFrame:
    """Merge requests whose durations could not be measured, one row a duration.

    Columns `project_id`, `mr_id`, `duration`, `fault`; see `duration_faults`. Asked of merged
    ones; of the others only what came out negative. A review that never began lacks nothing.
    """
    merged = measured[measured["merged_at"].notna()]
    reviewed = measured[measured["first_review_at"].notna()]
    faults = [
        duration_faults(merged, "first_commit_at", "merged_at", "cycle_time_hours"),
        duration_faults(reviewed, "created_at", "first_review_at", "review_wait_hours"),
        duration_faults(
            reviewed[reviewed["merged_at"].notna() | reviewed["review_end_at"].notna()],
            "first_review_at",
            "review_end_at",
            "code_review_hours",
        ),
    ]
    columns = ["project_id", "mr_id", "duration", "fault"]
    return pd.concat(faults)[columns].sort_values(columns, ignore_index=True)


def _aligned(values: pd.Series, like: pd.Series) -> pd.Series:
    return values.reindex(like.index).astype(like.dtype)
