"""What happened on merge requests, told from their notes: comments, reviews, approvals, pushes.

Input are frames with the columns of `raw_mr`, `raw_mr_note` and `raw_mr_version`. `mr_id` is
GitLab's global id, so it alone identifies a merge request.
"""

from collections.abc import Collection

import pandas as pd

from lotus_assets.engine.delivery.durations import SAME_INSTANT
from lotus_assets.engine.delivery.json_lists import exploded, parsed_lists

EVENT_COLUMNS = [
    "mr_id",
    "at",
    "note_id",
    "user_id",
    "is_comment",
    "is_change_request",
    "is_approval",
    "is_unapproval",
    "is_reset",
    "is_reset_of_all",
    "is_by_author",
]


def review_events(
    notes: pd.DataFrame, merge_requests: pd.DataFrame, bot_user_ids: Collection[int]
) -> pd.DataFrame:
    """Comments, requests for changes, approvals and un-approvals, one row each, in time order.

    `is_comment` is a non-system note by a human; `is_unapproval` includes `is_reset`, the
    approvals that GitLab took back because of a push: one row for each `user_id` that it names, or
    one that `is_reset_of_all`. Deleted notes and notes by nobody known are no events, save resets:
    they are nobody's doing.

    Returns columns `EVENT_COLUMNS`, sorted by merge request, instant and note id.
    """
    present = notes[notes["vanished_at"].isna()]
    is_system = present["is_system"].fillna(False).astype(bool)
    is_reset = is_system & present["is_approval_reset"].fillna(False).astype(bool)
    is_known = present["author_user_id"].notna()
    is_bot = present["is_author_bot"].fillna(False).astype(bool)
    is_bot |= present["author_user_id"].isin(list(bot_user_ids))
    action = present["system_action"].where(is_system)
    author = looked_up(present["mr_id"], merge_requests.set_index("mr_id")["author_user_id"])
    events = pd.DataFrame(
        {
            "mr_id": present["mr_id"],
            "at": present["created_at"],
            "note_id": present["note_id"],
            "user_id": present["author_user_id"],
            "is_comment": ~is_system & is_known & ~is_bot,
            "is_change_request": action.eq("requested_changes").fillna(False).astype(bool)
            & is_known,
            "is_approval": (action == "approved").fillna(False).astype(bool) & is_known,
            "is_unapproval": (action == "unapproved").fillna(False).astype(bool) & is_known,
            "is_reset": is_reset,
            "is_reset_of_all": is_reset & present["approvals_reset_of"].isna(),
            "is_by_author": (present["author_user_id"] == author).fillna(False).astype(bool),
        }
    )
    events["is_approval"] &= ~is_reset
    events["is_unapproval"] |= is_reset
    happened = events[["is_comment", "is_change_request", "is_approval", "is_unapproval"]]
    is_event = happened.any(axis="columns") & events["at"].notna()
    return in_time_order(_by_person(events[is_event], present["approvals_reset_of"]))


def _by_person(events: pd.DataFrame, reset_of: pd.Series) -> pd.DataFrame:
    """A reset that names people as one row for each of them."""
    is_named = events["is_reset"] & ~events["is_reset_of_all"]
    resets = events[is_named]
    row, user_id = exploded(parsed_lists(reset_of.loc[resets.index]))
    named = resets.iloc[row].assign(user_id=pd.Series(user_id, dtype="Int64").array)
    return pd.concat([events[~is_named], named], ignore_index=True)


def first_reviews(events: pd.DataFrame) -> pd.Series:
    """`first_review_at` by `mr_id`.

    The earliest of a human's comment, an approval and a request for changes, the author's own left
    out.
    """
    is_review = events["is_comment"] | events["is_change_request"] | events["is_approval"]
    is_review &= ~events["is_by_author"]
    return events[is_review].groupby("mr_id")["at"].min().rename("first_review_at")


def pushes(notes: pd.DataFrame, versions: pd.DataFrame) -> pd.DataFrame:
    """Pushes to merge requests after their creation: `mr_id`, `at`, `note_id`.

    GitLab leaves a push note for pushes that add commits, and a version for all of them, forced
    ones included. A version without a push note within one second is a push of its own, and has
    no `note_id`.
    """
    is_push = notes["vanished_at"].isna() & (notes["system_action"] == "commit").fillna(False)
    noted = notes.loc[is_push.astype(bool), ["mr_id", "created_at", "note_id"]]
    noted = noted.rename(columns={"created_at": "at"}).dropna(subset=["mr_id", "at"])
    later = versions.loc[(versions["version_number"] > 1).fillna(False), ["mr_id", "created_at"]]
    later = later.rename(columns={"created_at": "at"}).dropna()
    matched = pd.merge_asof(
        later.astype({"mr_id": "int64"}).sort_values("at"),
        noted.astype({"mr_id": "int64"}).sort_values("at"),
        on="at",
        by="mr_id",
        tolerance=SAME_INSTANT,
        direction="nearest",
    )
    return pd.concat([noted, matched[matched["note_id"].isna()]], ignore_index=True)


def in_time_order(events: pd.DataFrame) -> pd.DataFrame:
    """Events by merge request and instant; GitLab's note ids order those of one instant."""
    return events.sort_values(["mr_id", "at", "note_id"], kind="stable", ignore_index=True)


def up_to_merge(events: pd.DataFrame, merged_at: pd.Series) -> pd.DataFrame:
    """The events not later than the merge (`merged_at` by `mr_id`); all of them where unmerged."""
    merge = looked_up(events["mr_id"], merged_at)
    return events[(merge.isna() | (events["at"] - merge <= SAME_INSTANT)).to_numpy(bool)]


def looked_up(mr_ids: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each row's merge request (`values` by `mr_id`), NULL for a stranger.

    Keeps the type of the values where `Series.map` loses it: for no rows, and for no values.
    """
    return values.reindex(mr_ids).set_axis(mr_ids.index)
