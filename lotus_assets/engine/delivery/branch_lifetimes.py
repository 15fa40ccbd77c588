"""How long branches live, from their creation to their merge or deletion."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.default_branches import was_default_branch
from lotus_assets.engine.delivery.durations import SAME_INSTANT, ends_before_start, hours_between
from lotus_assets.engine.delivery.patterns import matches_wildcards
from lotus_assets.engine.delivery.reasons import joined_reasons

INSTANT = "datetime64[us, UTC]"
BRANCH = ["project_id", "branch"]
COLUMNS = [
    *BRANCH,
    "created_at",
    "created_by",
    "ended_at",
    "ended_by",
    "branch_ttl_hours",
    "reason",
]


def branch_lifetimes(
    merge_requests: pd.DataFrame,
    first_commits: pd.DataFrame,
    push_events: pd.DataFrame,
    branches: pd.DataFrame,
    protected_branches: pd.DataFrame,
    projects: pd.DataFrame,
) -> pd.DataFrame:
    """One row for each life of a branch; a name that is used again lives again.

    Branch creation (its `created` push event, else its MR's first commit) → merge of its MR or
    deletion, whichever is first; default branches (today's, and the one that it was created from)
    and protected ones excluded.
    `first_commits`: mr_id, first_commit_at. A branch is its MR's source branch in the source
    project; branches of projects that are not in `projects` are left out.

    Columns: COLUMNS, sorted by project, branch and creation. created_by is `push_event` or
    `merge_request`, ended_by `merge` or `deletion`; ended_at is NULL while the branch lives.
    reason: `creation_unknown` (the end alone is known); `end_unknown` (the branch was created
    anew without a known end); `created_after_merge` (the MR's first commit is younger than its
    merge). The duration is NULL with each of them.
    """
    requests = merge_requests.merge(first_commits, on="mr_id", how="left")
    requests["project_id"] = requests["source_project_id"].astype("Int64")
    requests = requests.rename(columns={"source_branch": "branch"}).dropna(subset=BRANCH)
    is_contradictory = ends_before_start(requests["first_commit_at"], requests["merged_at"])
    created = _events(push_events, "created")
    uncovered = _without_creation(requests, created)
    is_usable = uncovered["first_commit_at"].notna() & ~is_contradictory[uncovered.index]
    births = _stacked(
        [
            (created, "created_at", "push_event"),
            (uncovered[is_usable], "first_commit_at", "merge_request"),
        ],
        ["created_at", "created_by"],
    )
    ends = _stacked(
        [
            (requests[requests["merged_at"].notna()], "merged_at", "merge"),
            (_deletions(push_events, branches), "ended_at", "deletion"),
        ],
        ["ended_at", "ended_by"],
    )
    # A merge of 10:00:00 may have been at 10:00:00.9, after a creation at 10:00:00.5.
    is_merge = ends["ended_by"].eq("merge").fillna(False).astype(bool)
    ends["over_by"] = ends["ended_at"].mask(is_merge, ends["ended_at"] + SAME_INSTANT)
    ends = ends.sort_values("over_by", kind="stable")
    lives = pd.concat([_lives(births, ends), _orphans(births, ends)], ignore_index=True)
    lives["branch_ttl_hours"] = hours_between(lives["created_at"], lives["ended_at"])
    late = requests.loc[is_contradictory, [*BRANCH, "merged_at"]]
    is_late = pd.MultiIndex.from_frame(lives[[*BRANCH, "ended_at"]]).isin(
        pd.MultiIndex.from_frame(late)
    )
    lives["reason"] = joined_reasons(
        lives.index,
        {
            "creation_unknown": lives["created_at"].isna() & ~is_late,
            "end_unknown": lives["is_superseded"],
            "created_after_merge": lives["created_at"].isna() & is_late,
        },
    )
    lives = lives[_is_counted_branch(lives, protected_branches, projects)]
    return lives.sort_values([*BRANCH, "created_at", "ended_at"], ignore_index=True)[COLUMNS]


def _events(push_events: pd.DataFrame, action: str) -> pd.DataFrame:
    is_wanted = push_events["ref_type"].eq("branch") & push_events["action"].eq(action)
    rows = push_events[is_wanted.fillna(False).astype(bool)]
    return rows.rename(columns={"ref": "branch"})[[*BRANCH, "created_at"]]


def _deletions(push_events: pd.DataFrame, branches: pd.DataFrame) -> pd.DataFrame:
    """Deletions by push event; where the collector alone saw a branch vanish, that instant."""
    removed = _events(push_events, "removed").rename(columns={"created_at": "ended_at"})
    vanished = branches.loc[branches["vanished_at"].notna(), [*BRANCH, "vanished_at"]]
    return pd.concat([removed, vanished.rename(columns={"vanished_at": "ended_at"})])


def _without_creation(requests: pd.DataFrame, created: pd.DataFrame) -> pd.DataFrame:
    """The MRs before whose opening no creation of their branch is known."""
    earliest = created.groupby(BRANCH)["created_at"].min().rename("branch_created_at")
    known = requests[BRANCH].join(earliest, on=BRANCH)["branch_created_at"]
    is_covered = known.notna() & ~ends_before_start(known, requests["created_at"])
    return requests[~is_covered]


def _stacked(parts: list[tuple[pd.DataFrame, str, str]], names: list[str]) -> pd.DataFrame:
    """Rows of BRANCH, the instant and what it came by, under `names`, in time order.

    What has no instant is left out.
    """
    instant, origin = names
    rows = pd.concat(
        [
            part[[*BRANCH, column]].rename(columns={column: instant}).assign(**{origin: label})
            for part, column, label in parts
        ],
        ignore_index=True,
    )
    rows = rows.astype({"project_id": "Int64", "branch": "string", instant: INSTANT})
    rows = rows.dropna(subset=instant)
    return rows.drop_duplicates([*BRANCH, instant]).sort_values(instant, kind="stable")


def _lives(births: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Each birth with the first end at or after it; births that share an end are one life.

    A merge, whose instant is a whole second, may be of the second before.
    Of several, the last `created` event is the life's (the earlier ones' ends are unknown), else
    the earliest first commit.
    """
    lives = _nearest(births, ends, "created_at", "over_by", "forward")
    is_event = lives["created_by"].eq("push_event")
    same_end = [*BRANCH, "ended_at"]
    group = lives.groupby(same_end, dropna=False, sort=False)
    last_event = lives["created_at"].where(is_event).groupby(group.ngroup()).transform("max")
    first_birth = group["created_at"].transform("min")
    is_life = lives["created_at"].eq(last_event.fillna(first_birth))
    lives["is_superseded"] = is_event & ~is_life
    lives["ended_at"] = lives["ended_at"].mask(lives["is_superseded"])
    lives["ended_by"] = lives["ended_by"].mask(lives["is_superseded"])
    return lives[is_life | is_event]


def _orphans(births: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Ends before which no birth of the branch is known; the first of each branch."""
    rows = _nearest(ends, births, "over_by", "created_at", "backward")
    rows = rows[rows["created_at"].isna()].drop_duplicates(BRANCH)
    return rows.assign(is_superseded=False)


def _nearest(
    left: pd.DataFrame, right: pd.DataFrame, left_on: str, right_on: str, direction: str
) -> pd.DataFrame:
    key = pd.MultiIndex.from_frame(pd.concat([left[BRANCH], right[BRANCH]]))
    code = key.factorize()[0]
    joined = pd.merge_asof(
        left.assign(code=code[: len(left)]),
        right.drop(columns=BRANCH).assign(code=code[len(left) :]),
        left_on=left_on,
        right_on=right_on,
        by="code",
        direction="forward" if direction == "forward" else "backward",
    )
    return joined.drop(columns="code")


def _is_counted_branch(
    lives: pd.DataFrame, protected_branches: pd.DataFrame, projects: pd.DataFrame
) -> NDArray[np.bool_]:
    is_protected = matches_wildcards(lives["project_id"], lives["branch"], protected_branches)
    is_default = was_default_branch(lives["project_id"], lives["branch"], None, projects)
    return lives["project_id"].isin(projects["project_id"]).to_numpy() & ~is_protected & ~is_default
