"""Issues: what is late by its labels, what was reopened, which bugs escaped."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lotus_assets.engine.delivery.durations import ends_before_start
from lotus_assets.engine.delivery.json_lists import exploded, parsed_lists
from lotus_assets.engine.delivery.reasons import joined_reasons

INSTANT = "datetime64[us, UTC]"


def has_label(issues: pd.DataFrame, labels: Iterable[str]) -> pd.Series:
    """Whether each issue bears any of the labels, compared exactly."""
    row, label = exploded(parsed_lists(issues["labels"]))
    bears = np.zeros(len(issues), dtype=bool)
    bears[row[np.isin(label, list(labels))]] = True
    return pd.Series(bears, index=issues.index)


def sla_targets(issues: pd.DataFrame, targets: pd.DataFrame) -> pd.Series:
    """Target days of each issue: `targets` (label, target_days) in order, the first match wins.

    NULL where no label has a target.
    """
    row, label = exploded(parsed_lists(issues["labels"]))
    first = targets.drop_duplicates("label").reset_index(drop=True)
    rank = pd.Index(first["label"]).get_indexer(pd.Index(label))
    best = np.full(len(issues), len(first))
    np.minimum.at(best, row[rank >= 0], rank[rank >= 0])
    days = first["target_days"].astype("Float64").reindex(range(len(first) + 1))
    return days.iloc[best].set_axis(issues.index)


def is_closed_without_time(issues: pd.DataFrame) -> pd.Series:
    """Whether each is closed and does not say since when, as importers leave some."""
    is_closed = issues["state"].eq("closed").fillna(False).astype(bool)
    return is_closed & issues["closed_at"].isna()


def sla_issues(issues: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The issues with a target: project_id, issue_id, created_at, closed_at, target_days, due_at.

    due_at lies target_days of 24 hours after created_at. breached_at is due_at if the issue was
    closed later or is open, else NULL: for a day D the issue is in breach once breached_at lies
    before the end of D; one that does not say when it was closed never is. An issue is in the
    denominator of a window if it was created before the window's end and not closed before its
    start. reason: `closed_before_created` (then it is no breach).
    """
    target_days = sla_targets(issues, targets)
    rows = issues.loc[target_days.notna(), ["project_id", "issue_id", "created_at", "closed_at"]]
    rows = rows.assign(target_days=target_days)
    rows["due_at"] = rows["created_at"] + pd.to_timedelta(
        rows["target_days"].astype(float), unit="D"
    )
    is_late = rows["closed_at"].isna() | (rows["closed_at"] > rows["due_at"])
    is_unknown = is_closed_without_time(issues.loc[rows.index])
    rows["breached_at"] = rows["due_at"].where(is_late & ~is_unknown)
    rows["reason"] = joined_reasons(
        rows.index,
        {"closed_before_created": ends_before_start(rows["created_at"], rows["closed_at"])},
    )
    return rows


def issue_closings(issues: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Every closing of an issue: project_id, issue_id, closed_at, is_reopened.

    `changes` as by `state_changes`. Any closing counts, and `closed_at` where none tells of it; a
    window counts each issue once. is_reopened: reopened_count ≥ 1.
    """
    closings = changes.loc[changes["action"].eq("closed"), ["target_id", "at"]]
    closings = closings.rename(columns={"target_id": "issue_id", "at": "closed_at"})
    stated = issues.loc[issues["closed_at"].notna(), ["issue_id", "closed_at"]]
    last_event = closings.groupby("issue_id")["closed_at"].max().rename("event_at")
    event_at = stated.join(last_event, on="issue_id")["event_at"]
    # The event and `closed_at` of one closing may lie within a second of each other.
    has_event = event_at.notna() & ~ends_before_start(stated["closed_at"], event_at)
    every = pd.concat([closings, stated[~has_event]]).drop_duplicates()
    reopened = issues[["project_id", "issue_id"]].assign(
        is_reopened=(issues["reopened_count"] >= 1).fillna(False).astype(bool)
    )
    rows = reopened.merge(every, on="issue_id").sort_values(
        ["project_id", "issue_id", "closed_at"], ignore_index=True
    )
    return rows[["project_id", "issue_id", "closed_at", "is_reopened"]]


def bug_issues(
    issues: pd.DataFrame,
    releases: pd.DataFrame,
    bug_labels: Iterable[str],
    escaped_labels: Iterable[str],
    escape_days: float = 14,
) -> pd.DataFrame:
    """The bug issues: project_id, issue_id, created_at, released_at, is_escaped.

    A bug is of type incident or bears a bug label. It escaped if it bears an escaped label, or
    was created within `escape_days` after its project's latest release (not a bare tag) before
    it, whose instant is released_at.
    """
    is_bug = issues["issue_type"].eq("incident").fillna(False).astype(bool)
    is_bug |= has_label(issues, bug_labels)
    bugs = issues[is_bug].sort_values("created_at").astype({"created_at": INSTANT})
    bugs = bugs.astype({"project_id": "int64"})
    dated_bugs, undated_bugs = bugs[bugs["created_at"].notna()], bugs[bugs["created_at"].isna()]
    dates = releases["released_at"].fillna(releases["created_at"])
    dated = releases[["project_id"]].assign(released_at=dates).dropna().sort_values("released_at")
    dated = dated.astype({"project_id": "int64", "released_at": INSTANT})
    released = pd.merge_asof(
        dated_bugs,
        dated,
        left_on="created_at",
        right_on="released_at",
        by="project_id",
        allow_exact_matches=False,
    )
    rows = pd.concat([released, undated_bugs], ignore_index=True)
    is_soon = rows["created_at"] - rows["released_at"] <= pd.Timedelta(days=escape_days)
    rows["is_escaped"] = is_soon | has_label(rows, escaped_labels)
    rows = rows.sort_values(["project_id", "issue_id"], ignore_index=True)
    return rows[["project_id", "issue_id", "created_at", "released_at", "is_escaped"]]
