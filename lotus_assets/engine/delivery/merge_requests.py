"""Merge requests measured: cycle time, review, rework, approvals."""

from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from lotus_assets.engine.delivery.approvals import (
    approvals_at_merge,
    requirement_reached_at,
    standing_approvals,
)
from lotus_assets.engine.delivery.deleted_people import (
    has_unknown_approvals,
    has_unknown_reviews,
)
from lotus_assets.engine.delivery.durations import (
    duration_faults,
    ends_before_start,
    hours_between,
)
from lotus_assets.engine.delivery.force_pushes import force_push_counts
from lotus_assets.engine.delivery.reasons import joined_reasons
from lotus_assets.engine.delivery.review_events import first_reviews, pushes, review_events
from lotus_assets.engine.delivery.review_rounds import review_rounds, rework_counts

MERGE_RESULTS = ("merge_commit_sha", "squash_commit_sha", "head_sha")
"""Columns of merge requests: the commits that a merge may have made."""


class SpecialPeople(NamedTuple):
    """User ids of the bots, and of the Ghost User that stands for those who were deleted."""

    bots: Collection[int]
    ghosts: Collection[int] = ()


def first_commits(commits: pd.DataFrame) -> pd.Series:
    """By `mr_id`, the smallest `authored_at` among the merge request's present commits."""
    present = commits[commits["vanished_at"].isna()]
    return present.groupby("mr_id")["authored_at"].min().rename("first_commit_at")


def measured_merge_requests(
    merge_requests: pd.DataFrame,
    commits: pd.DataFrame,
    notes: pd.DataFrame,
    versions: pd.DataFrame,
    listed_approvals: pd.DataFrame,
    steps: pd.DataFrame,
    people: SpecialPeople,
) -> pd.DataFrame:
    """The merge requests with everything that is measured of them added.

    Columns in: those of `raw_mr`, `raw_mr_commit`, `raw_mr_note`, `raw_mr_version` and
    `raw_mr_approval`; `steps` as by `version_steps` with `is_descendant` (nullable boolean).
    Durations are in hours, NULL where they cannot be measured. Rows and their order stay;
    `first_review_at` and `approvals_given` are replaced.

    reason: `deleted_user` (who reviewed or approved cannot be told: NULL), `review_after_merge`
    (no code review time), `created_at_missing`.
    """
    by_id = merge_requests.set_index("mr_id", drop=False)
    merged_at = by_id["merged_at"]
    events = review_events(notes, merge_requests, people.bots)
    standing = standing_approvals(events)
    approved = requirement_reached_at(standing, by_id["approvals_required"])
    rounds = review_rounds(events, pushes(notes, versions), merged_at)
    forced = force_push_counts(steps).reindex(by_id.index)
    has_versions = by_id.index.isin(versions["mr_id"])
    unknown = has_unknown_reviews(events, by_id, people.ghosts)
    uncounted = has_unknown_approvals(events, listed_approvals, by_id, people.ghosts)
    measured = by_id.assign(
        first_commit_at=_aligned(first_commits(commits), merged_at),
        first_review_at=_aligned(first_reviews(events), merged_at).mask(unknown),
        approved_at=_aligned(approved, merged_at),
        rework_count=rework_counts(rounds)
        .reindex(by_id.index, fill_value=0)
        .astype("Int64")
        .mask(unknown),
        approvals_given=approvals_at_merge(standing, merged_at)
        .reindex(by_id.index)
        .fillna(by_id["approvals_given"].astype("Int64"))
        .mask(uncounted),
        force_push_count=forced["force_push_count"].fillna(0).astype("Int64").where(has_versions),
        unverified_push_count=forced["unverified_push_count"].fillna(0).astype("Int64"),
    )
    hangs_on_approvals = uncounted & needs_approval(measured)
    measured["approved_at"] = measured["approved_at"].mask(hangs_on_approvals)
    measured["review_end_at"] = review_ends(measured).mask(hangs_on_approvals)
    measured["cycle_time_hours"] = hours_between(measured["first_commit_at"], measured["merged_at"])
    measured["review_wait_hours"] = hours_between(
        measured["created_at"], measured["first_review_at"]
    )
    measured["code_review_hours"] = hours_between(
        measured["first_review_at"], measured["review_end_at"]
    )
    measured["reason"] = joined_reasons(
        measured.index,
        {
            "deleted_user": unknown | uncounted,
            "review_after_merge": is_reviewed_after_merge(measured),
            "created_at_missing": measured["created_at"].isna(),
        },
    )
    return measured.reset_index(drop=True)


def needs_approval(measured: pd.DataFrame) -> pd.Series:
    """Whether `approvals_required` is known and at least 1."""
    return (measured["approvals_required"] >= 1).fillna(False).astype(bool)


def review_ends(measured: pd.DataFrame) -> pd.Series:
    """The instant that ends the code review of what was merged, NULL until then.

    `approved_at` where approval is needed and came by the merge, else `merged_at`.
    """
    is_in_time = ~ends_before_start(measured["approved_at"], measured["merged_at"])
    is_approved = needs_approval(measured) & measured["approved_at"].notna() & is_in_time
    ends = measured["merged_at"].where(~is_approved, measured["approved_at"])
    return ends.where(measured["merged_at"].notna())


def is_reviewed_after_merge(measured: pd.DataFrame) -> pd.Series:
    """Whether the first review came after the merge: there was no review to be measured."""
    return ends_before_start(measured["first_review_at"], measured["merged_at"])


def is_reworked(measured: pd.DataFrame, force_push_threshold: pd.Series) -> pd.Series:
    """Whether a merge request counts for the rework rate; NULL where the rounds are not known.

    `rework_count` ≥ 1, or more force-pushes than the threshold (aligned with the rows).
    """
    is_forced = (measured["force_push_count"] > force_push_threshold).fillna(False)
    reworked = ((measured["rework_count"] >= 1) | is_forced).astype("boolean")
    return reworked.mask(measured["rework_count"].isna())


def merge_request_duration_faults(measured: pd.DataFrame) -> pd.DataFrame:
    """Merge requests whose durations could not be measured, one row a duration.

    Columns `project_id`, `mr_id`, `duration`, `fault`; see `duration_faults`. Asked of merged
    ones; of the others only what came out negative. A review that never began lacks nothing, nor
    does one that began after the merge.
    """
    merged = measured[measured["merged_at"].notna()]
    reviewed = measured[measured["first_review_at"].notna()]
    faults = [
        duration_faults(merged, "first_commit_at", "merged_at", "cycle_time_hours"),
        duration_faults(reviewed, "created_at", "first_review_at", "review_wait_hours"),
        duration_faults(
            reviewed[reviewed["merged_at"].notna() & ~is_reviewed_after_merge(reviewed)],
            "first_review_at",
            "review_end_at",
            "code_review_hours",
        ),
    ]
    columns = ["project_id", "mr_id", "duration", "fault"]
    return pd.concat(faults)[columns].sort_values(columns, ignore_index=True)


def _aligned(values: pd.Series, like: pd.Series) -> pd.Series:
    return values.reindex(like.index).astype(like.dtype)
