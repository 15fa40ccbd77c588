"""Which branch was a project's default then: today's, or the one that today's was created from.

GitLab keeps no history of the setting. A default branch is renamed by creating the new one at the
old one's tip (docs.gitlab.com, "Change the default branch name"), and push events show that.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LONG_AGO = pd.Timestamp("1970-01-01", tz="UTC")
BRANCH = ["project_id", "ref"]
DEFAULT_BRANCHES = ["default_branch", "earlier_default_branch", "default_branch_since"]
"""`dim_project`'s columns that say which branch was the default when."""


def renamed_default_branches(
    projects: pd.DataFrame,
    push_events: pd.DataFrame,
    branches: pd.DataFrame,
    merge_requests: pd.DataFrame,
) -> pd.DataFrame:
    """The branches that default branches were created from: one row a project that has one.

    Of several branches that stood at the same tip it is the one that most merge requests aimed
    at, else the one that is longest known. Parameters are rows of `raw_project`, `raw_push_event`,
    `raw_branch` and `raw_mr`.

    Columns: project_id, earlier_default_branch, default_branch_since (the creation of today's).
    """
    moves = push_events[push_events["ref_type"].eq("branch").fillna(False).to_numpy(bool)]
    moves = moves.sort_values(["created_at", "event_id"])
    today = projects[["project_id", "default_branch"]]
    births = moves[moves["action"].eq("created").fillna(False).to_numpy(bool)].merge(
        today.set_axis(BRANCH, axis="columns"), on=BRANCH
    )
    births = births.drop_duplicates("project_id", keep="last")
    others = _tips(moves, branches).merge(
        births[["project_id", "ref", "created_at", "commit_to"]],
        on="project_id",
        suffixes=("", "_of_default"),
    )
    is_before = others["created_at"] <= others["created_at_of_default"]
    others = others[is_before & others["ref"].ne(others["ref_of_default"])]
    first_known = others.groupby(BRANCH)["created_at"].min().rename("first_known_at")
    others = others.drop_duplicates(BRANCH, keep="last")
    origins = others[others["commit_id"].eq(others["commit_to"]).fillna(False).to_numpy(bool)]
    aimed_at = merge_requests.groupby(["project_id", "target_branch"]).size().rename("requests")
    origins = origins.join(first_known, on=BRANCH)
    origins = origins.join(aimed_at.rename_axis(BRANCH), on=BRANCH).fillna({"requests": 0})
    likeliest = origins.sort_values(
        ["project_id", "requests", "first_known_at", "ref"], ascending=[True, False, True, True]
    ).drop_duplicates("project_id")
    return (
        likeliest[["project_id", "ref", "created_at_of_default"]]
        .set_axis(["project_id", "earlier_default_branch", "default_branch_since"], axis="columns")
        .reset_index(drop=True)
    )


def was_default_branch(
    project_ids: pd.Series,
    refs: pd.Series,
    instants: pd.Series | None,
    projects: pd.DataFrame,
) -> NDArray[np.bool_]:
    """Whether each branch was the default one of its project at the instant.

    Today's default branch always was; the one that it was created from was until then. Without
    instants, and where one is NULL, each of the two was. `projects` has `dim_project`'s
    project_id, default_branch, earlier_default_branch and default_branch_since.
    """
    of_row = (
        projects.set_index("project_id")[DEFAULT_BRANCHES].reindex(project_ids).set_axis(refs.index)
    )
    is_earlier = refs.eq(of_row["earlier_default_branch"]).fillna(False)
    if instants is not None:
        is_earlier &= ~(instants > of_row["default_branch_since"]).fillna(False)
    is_todays = refs.eq(of_row["default_branch"]).fillna(False)
    return (is_todays | is_earlier).to_numpy(dtype=bool)


def _tips(moves: pd.DataFrame, branches: pd.DataFrame) -> pd.DataFrame:
    """Where each branch stood from which instant on: project_id, ref, created_at, commit_id.

    In time order. Before its first known event a branch stood where that took it from; without
    any event, where the collection saw it.
    """
    after = moves[[*BRANCH, "created_at", "commit_to"]]
    before = moves.drop_duplicates(BRANCH)[[*BRANCH, "created_at", "commit_from"]]
    is_moved = pd.MultiIndex.from_frame(branches[["project_id", "branch"]]).isin(
        pd.MultiIndex.from_frame(before[BRANCH])
    )
    seen = branches.loc[~is_moved, ["project_id", "branch", "tip_sha"]]
    return pd.concat(
        [
            seen.set_axis([*BRANCH, "commit_id"], axis="columns").assign(created_at=LONG_AGO),
            before.dropna(subset="commit_from")
            .rename(columns={"commit_from": "commit_id"})
            .assign(created_at=LONG_AGO),
            after.rename(columns={"commit_to": "commit_id"}),
        ],
        ignore_index=True,
    )
