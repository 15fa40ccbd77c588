"""Approvals given, taken back and reset, replayed in time order."""

import pandas as pd

from lotus_assets.engine.delivery.review_events import in_time_order, looked_up, up_to_merge


def standing_approvals(events: pd.DataFrame) -> pd.DataFrame:
    """The approval events in time order, with how many distinct approvals stand after each.

    `events` as by `review_events`. A reset takes back the approvals of those whom its note names
    (a selective one keeps the others'), and all of them where it names nobody. Approving twice
    counts once, as does un-approving what does not stand. Returns `mr_id`, `at`, `is_approval`,
    `standing`.
    """
    ordered = in_time_order(events[events["is_approval"] | events["is_unapproval"]])
    is_of_all = ordered["is_reset_of_all"]
    ordered["period"] = is_of_all.astype(int).groupby(ordered["mr_id"]).cumsum()
    by_person = ordered.groupby(["mr_id", "period", "user_id"], sort=False, dropna=False)
    stood = by_person["is_approval"].shift(fill_value=False).astype(bool)
    gains = (ordered["is_approval"] & ~stood).astype(int)
    losses = (~is_of_all & ordered["is_unapproval"] & stood).astype(int)
    standing = (gains - losses).groupby([ordered["mr_id"], ordered["period"]]).cumsum()
    return ordered[["mr_id", "at", "is_approval"]].assign(standing=standing)


def approvals_at_merge(standing: pd.DataFrame, merged_at: pd.Series) -> pd.Series:
    """`approvals_given` by `mr_id`: approvals standing at `merged_at` (now, where unmerged).

    Holds the merge requests with a history of approvals, 0 where it begins after the merge.
    """
    histories = pd.Series(0, index=pd.Index(standing["mr_id"].unique(), name="mr_id"))
    at_merge = up_to_merge(standing, merged_at).groupby("mr_id")["standing"].last()
    return at_merge.reindex(histories.index).fillna(0).astype("Int64").rename("approvals_given")


def requirement_reached_at(standing: pd.DataFrame, approvals_required: pd.Series) -> pd.Series:
    """By `mr_id`, the instant when distinct approvals first reached `approvals_required`.

    Not in it: merge requests that never got there, or whose requirement (by `mr_id`) is unknown
    or 0.
    """
    required = looked_up(standing["mr_id"], approvals_required)
    is_reached = (required >= 1) & (standing["standing"] >= required) & standing["is_approval"]
    reached = standing[is_reached.fillna(False).to_numpy(bool)]
    return reached.groupby("mr_id")["at"].min().rename("approved_at")
