"""Review rounds and rework: how often reviewers had to come back."""

import pandas as pd

from lotus_assets.engine.delivery.review_events import in_time_order, up_to_merge


def review_rounds(
    events: pd.DataFrame, push_events: pd.DataFrame, merged_at: pd.Series
) -> pd.Series:
    """Number of review rounds by `mr_id`; merge requests without one are not in it.

    A walk through the events as one comparison: a merge request is *reviewed* after a review event
    and *waiting* after a push and at the start, so a round opens at every review event that has a
    push, or nothing, before it. Review events are comments by humans, requests for changes,
    approvals and un-approvals, by others than the author; a reset of approvals is the push's
    doing. Only events up to `merged_at` (by `mr_id`) count.

    `events` as by `review_events`, `push_events` as by `pushes`.
    """
    is_by_reviewer = ~events["is_by_author"] & ~events["is_reset"]
    walk = pd.concat(
        [
            events.loc[is_by_reviewer, ["mr_id", "at", "note_id"]].assign(is_review=True),
            push_events[["mr_id", "at", "note_id"]].assign(is_review=False),
        ],
        ignore_index=True,
    )
    walk = in_time_order(up_to_merge(walk, merged_at))
    is_review = walk["is_review"].astype(bool)
    is_start = walk["mr_id"] != walk["mr_id"].shift()
    opens_round = is_review & (is_start | ~is_review.shift(fill_value=False))
    return walk[opens_round].groupby("mr_id").size().rename("review_round_count")


def rework_counts(rounds: pd.Series) -> pd.Series:
    """`rework_count`: review rounds - 1, at least 0."""
    return (rounds - 1).clip(lower=0)
