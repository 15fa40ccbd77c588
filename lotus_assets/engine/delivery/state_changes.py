"""Closings and reopenings of issues and merge requests, and when merge requests were open."""

import pandas as pd

from lotus_assets.engine.delivery.durations import SAME_INSTANT

INSTANT = "datetime64[us, UTC]"
CHANGE = ["target_id", "action"]


def state_changes(events: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """Closings and reopenings, each instant once: target_id, action, at.

    Both frames have target_id, action (`closed` or `reopened`) and created_at. `events` are those
    of the project's event list, `notes` those that GitLab wrote before 13.3: one of these within a
    second of the same event tells of the same change.
    """
    known, noted = _in_time_order(events), _in_time_order(notes)
    matched = pd.merge_asof(
        noted,
        known.assign(event_at=known["at"]),
        on="at",
        by=CHANGE,
        tolerance=SAME_INSTANT,
        direction="nearest",
    )
    unmatched = matched.loc[matched["event_at"].isna(), [*CHANGE, "at"]]
    every = pd.concat([known, unmatched], ignore_index=True)
    return every.sort_values(["at", *CHANGE], ignore_index=True)


def ended_at(merge_requests: pd.DataFrame) -> pd.Series:
    """When each stopped being open: `merged_at` or `closed_at` by its state, NULL while open.

    GitLab may keep an earlier `closed_at` on what was opened again; the state decides.
    """
    is_merged = (merge_requests["state"] == "merged").fillna(False).astype(bool)
    is_closed = (merge_requests["state"] == "closed").fillna(False).astype(bool)
    merged_at = merge_requests["merged_at"].where(is_merged)
    return merged_at.fillna(merge_requests["closed_at"].where(is_merged | is_closed))


def open_periods(merge_requests: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """When merge requests were open: mr_id, period_start_at, period_end_at (NULL: it still is).

    `merge_requests` has mr_id, created_at, state, merged_at and closed_at; `changes` are those of
    `state_changes`. A merge request opens when it is created and with every reopening, and ends
    with the next closing or merge. One that is open has no last ending, whatever is known; one
    that is over, nobody knows since when, has no last period.
    """
    marks = _marks(merge_requests, changes)
    was_open = marks.groupby("mr_id")["is_opening"].shift(fill_value=False).astype(bool)
    turns = marks[marks["is_opening"] != was_open]
    next_turn_at = turns.groupby("mr_id")["at"].shift(-1)
    periods = turns.assign(period_end_at=next_turn_at)[turns["is_opening"]]
    periods = periods.rename(columns={"at": "period_start_at"})
    is_last = ~periods["mr_id"].duplicated(keep="last")
    state = merge_requests.set_index("mr_id")["state"].reindex(periods["mr_id"])
    is_over = state.isin(["merged", "closed"]).to_numpy(bool)
    periods["period_end_at"] = periods["period_end_at"].mask(is_last & ~is_over)
    is_unknown = is_last & is_over & periods["period_end_at"].isna()
    columns = ["mr_id", "period_start_at", "period_end_at"]
    return periods.loc[~is_unknown, columns].reset_index(drop=True)


def _in_time_order(changes: pd.DataFrame) -> pd.DataFrame:
    rows = changes[[*CHANGE, "created_at"]].rename(columns={"created_at": "at"}).dropna()
    rows = rows.astype({"target_id": "int64", "action": "string", "at": INSTANT})
    return rows.sort_values(["at", *CHANGE], ignore_index=True)


def _marks(merge_requests: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Openings and endings in time order: mr_id, at, is_opening.

    Of one instant the creation comes first and the end last, a closing before its reopening.
    """
    of_changes = changes.rename(columns={"target_id": "mr_id"})
    is_reopening = of_changes["action"].eq("reopened").astype(bool)
    of_changes = of_changes.assign(is_opening=is_reopening, rank=is_reopening.astype(int) + 1)
    of_changes = of_changes[of_changes["mr_id"].isin(merge_requests["mr_id"])]
    created = merge_requests.rename(columns={"created_at": "at"}).assign(is_opening=True, rank=0)
    ended = merge_requests.assign(at=ended_at(merge_requests), is_opening=False, rank=3)
    columns = ["mr_id", "at", "is_opening", "rank"]
    marks = pd.concat([created[columns], of_changes[columns], ended[columns]], ignore_index=True)
    marks = marks.dropna(subset=["at"]).astype({"mr_id": "int64", "at": INSTANT})
    return marks.sort_values(["mr_id", "at", "rank"], ignore_index=True)
