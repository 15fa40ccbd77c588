"""The Ghost User stands for any number of deleted people (docs.gitlab.com, "Deleting users").

What needs to know who it was cannot be told. Frames as by `review_events`; results are booleans by
`mr_id`, and the merge requests are indexed by it.
"""

from collections.abc import Collection

import pandas as pd


def has_unknown_reviews(
    events: pd.DataFrame, merge_requests: pd.DataFrame, ghost_user_ids: Collection[int]
) -> pd.Series:
    """Whether nobody can tell which of the events were the author's: it is the Ghost User.

    So it is where an event by the Ghost User comes before the first by anyone else.
    """
    personal = events[~events["is_reset"]]
    is_ghost = personal["user_id"].isin(list(ghost_user_ids))
    by_ghost = personal[is_ghost].groupby("mr_id")["at"].min().reindex(merge_requests.index)
    by_others = personal[~is_ghost].groupby("mr_id")["at"].min().reindex(merge_requests.index)
    is_first = by_ghost.notna() & (by_others.isna() | (by_ghost < by_others))
    return is_first & _is_of_ghost(merge_requests, ghost_user_ids)


def has_unknown_approvals(
    events: pd.DataFrame,
    listed_approvals: pd.DataFrame,
    merge_requests: pd.DataFrame,
    ghost_user_ids: Collection[int],
) -> pd.Series:
    """Whether nobody can tell how many people's approvals stood.

    Two approvals by the Ghost User may be one person's or two people's; one may be the author's
    own where that is the Ghost User too. `listed_approvals` has a row for each user and merge
    request; `approvals_given` counts the Ghost User as often as GitLab lists it.
    """
    ghosts = list(ghost_user_ids)
    is_noted = events["is_approval"] & events["user_id"].isin(ghosts)
    noted = _counts(events[is_noted], merge_requests)
    others = _counts(listed_approvals[~listed_approvals["user_id"].isin(ghosts)], merge_requests)
    listed = (merge_requests["approvals_given"].fillna(0) - others).clip(lower=0)
    has_ghost = _counts(
        listed_approvals[listed_approvals["user_id"].isin(ghosts)], merge_requests
    ).gt(0)
    most = pd.concat([noted, listed.where(has_ghost, 0)], axis="columns").max(axis="columns")
    is_own = _is_of_ghost(merge_requests, ghost_user_ids)
    return ((most >= 2) | (is_own & (most >= 1))).astype(bool)


def _is_of_ghost(merge_requests: pd.DataFrame, ghost_user_ids: Collection[int]) -> pd.Series:
    return merge_requests["author_user_id"].isin(list(ghost_user_ids))


def _counts(rows: pd.DataFrame, merge_requests: pd.DataFrame) -> pd.Series:
    return rows.groupby("mr_id").size().reindex(merge_requests.index, fill_value=0).astype(int)
