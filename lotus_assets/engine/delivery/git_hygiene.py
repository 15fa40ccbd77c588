"""Git hygiene of each project's day: direct pushes, force-pushes, unsigned commits."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.json_lists import parsed_lists
from lotus_assets.engine.delivery.local_days import local_days
from lotus_assets.engine.delivery.patterns import matches_any, matches_wildcards
from lotus_assets.engine.delivery.reasons import joined_reasons


def is_bot_author(
    commits: pd.DataFrame, users: pd.DataFrame, bot_patterns: Iterable[str]
) -> NDArray[np.bool_]:
    """Whether a bot wrote each commit.

    The author is the known user of author_user_id, else of the e-mail hash, else of the name
    (display name or username; a bot only if all who bear it are); an author whom nobody knows is
    a bot if the name matches a pattern. `users` has dim_user's user_id, username, name, is_bot,
    email_hash.
    """
    is_bot = users["is_bot"].fillna(False).astype(bool)
    by_pattern = matches_any(commits["author_name"], bot_patterns)
    is_known_bot = pd.Series(pd.NA, index=commits.index, dtype="boolean")
    for column, names in (
        ("author_user_id", ["user_id"]),
        ("author_email_hash", ["email_hash"]),
        ("author_name", ["name", "username"]),
    ):
        known = pd.concat([is_bot.set_axis(users[name]) for name in names])
        are_all_bots = known[known.index.notna()].groupby(level=0).min().astype("boolean")
        is_known_bot = is_known_bot.fillna(
            are_all_bots.reindex(commits[column]).set_axis(commits.index)
        )
    return is_known_bot.fillna(pd.Series(by_pattern, index=commits.index)).to_numpy(dtype=bool)


def direct_pushes(
    commits: pd.DataFrame,
    merge_requests: pd.DataFrame,
    mr_commits: pd.DataFrame,
    push_events: pd.DataFrame,
    projects: pd.DataFrame,
    users: pd.DataFrame,
    graph: CommitGraph,
    bot_patterns: Iterable[str],
) -> pd.DataFrame:
    """The direct pushes among `raw_commit`'s rows: project_id, commit_id, pushed_at.

    A commit on the default branch's first-parent chain with exactly one parent, not by a bot,
    that no MR brought in: it is no MR's merge, squash or head commit, nor among a merged MR's
    commits. pushed_at is when the push event that carried it was made, where known, else
    committed_at.
    """
    lengths = [
        -1 if parents is None else len(parents) for parents in parsed_lists(commits["parent_ids"])
    ]
    has_one_parent = np.asarray(lengths, dtype=np.int64) == 1
    is_on_chain = commits["is_first_parent"].fillna(False).to_numpy(dtype=bool)
    candidates = commits[has_one_parent & is_on_chain]
    keys = pd.MultiIndex.from_frame(candidates[["project_id", "commit_id"]])
    came_by_mr = keys.isin(_brought_in(merge_requests, mr_commits))
    is_bot = is_bot_author(candidates, users, bot_patterns)
    direct: pd.DataFrame = candidates[~came_by_mr & ~is_bot].reset_index(drop=True)
    carried_at = default_branch_push_instants(direct, push_events, projects, graph)
    direct["pushed_at"] = carried_at.fillna(direct["committed_at"])
    return direct[["project_id", "commit_id", "pushed_at"]]


def default_branch_push_instants(
    commits: pd.DataFrame, push_events: pd.DataFrame, projects: pd.DataFrame, graph: CommitGraph
) -> pd.Series:
    """When the push event was made that carried each commit to its default branch, or NULL.

    It is the first event after which the branch contains the commit. NULL where the branch held
    the commit before its first known event, or the event's old tip is unknown.
    """
    events = push_events.merge(projects[["project_id", "default_branch"]], on="project_id")
    is_move = events["ref_type"].eq("branch") & events["ref"].eq(events["default_branch"])
    events = events[is_move.fillna(False).astype(bool) & events["commit_to"].notna()]
    events = events.sort_values(["created_at", "event_id"], ignore_index=True)
    # Each event asks its old tip first: what that holds, this event did not carry.
    tips = pd.DataFrame(
        {
            "line": np.repeat(events["project_id"].to_numpy(), 2),
            "commit_id": events[["commit_from", "commit_to"]].to_numpy(dtype=object).ravel(),
        }
    )
    is_created = events["commit_from"].isna()
    is_sure = (is_created & events["action"].eq("created")) | graph.is_known(events["commit_from"])
    carried_at = events["created_at"].where(is_sure.astype(bool))
    position = graph.first_tip_containing(tips, commits.rename(columns={"project_id": "line"}))
    is_carried = (position >= 0) & (position % 2 == 1)
    padded = carried_at.reindex(range(len(events) + 1))
    return padded.iloc[np.where(is_carried, position // 2, len(events))].set_axis(commits.index)


def protected_force_pushes(
    push_events: pd.DataFrame, protected_branches: pd.DataFrame, graph: CommitGraph
) -> pd.DataFrame:
    """Moves of protected branches' tips, with is_force_push: project_id, event_id, created_at.

    The branch's tip moved to a commit that does not descend from the old tip. NULL, with reason
    `ancestry_unknown`, where it cannot be told.
    """
    is_move = push_events["ref_type"].eq("branch") & push_events["commit_from"].notna()
    is_move &= push_events["commit_to"].notna()
    moves = push_events[is_move.fillna(False).astype(bool)]
    moves = moves[matches_wildcards(moves["project_id"], moves["ref"], protected_branches)]
    is_force_push = ~pd.Series(
        graph.is_ancestor(moves["commit_from"], moves["commit_to"]), index=moves.index
    )
    return moves[["project_id", "event_id", "created_at"]].assign(
        is_force_push=is_force_push,
        reason=joined_reasons(moves.index, {"ancestry_unknown": is_force_push.isna()}),
    )


def default_branch_commits(commits: pd.DataFrame) -> pd.DataFrame:
    """Rows of the signed commit ratio: project_id, commit_id, committed_at, is_signed.

    All that the default branch reaches, merges included.
    """
    is_reached = commits["is_on_default_branch"].fillna(False).astype(bool)
    return commits.loc[is_reached, ["project_id", "commit_id", "committed_at", "is_signed"]]


def git_hygiene_days(
    direct: pd.DataFrame, force_pushes: pd.DataFrame, branch_commits: pd.DataFrame, timezone: str
) -> pd.DataFrame:
    """`fact_git_hygiene`: counts per project and calendar day; a day without a row means zeros.

    Columns: project_id, day; direct_pushes_default, force_pushes_protected,
    unsigned_commit_count; signed_commit_count, whose share of both is the signed commit ratio.
    """
    is_force_push = force_pushes["is_force_push"].fillna(False).astype(bool)
    is_signed = branch_commits["is_signed"].astype("boolean")
    counted = {
        "direct_pushes_default": (direct, "pushed_at"),
        "force_pushes_protected": (force_pushes[is_force_push], "created_at"),
        "unsigned_commit_count": (branch_commits[(~is_signed).fillna(False)], "committed_at"),
        "signed_commit_count": (branch_commits[is_signed.fillna(False)], "committed_at"),
    }
    counts = {
        name: rows.assign(day=local_days(rows[instant], timezone))
        .groupby(["project_id", "day"])
        .size()
        for name, (rows, instant) in counted.items()
    }
    return pd.DataFrame(counts).fillna(0).astype("int64").sort_index().reset_index()


def _brought_in(merge_requests: pd.DataFrame, mr_commits: pd.DataFrame) -> pd.MultiIndex:
    results = [
        merge_requests[["project_id", column]].set_axis(["project_id", "commit_id"], axis="columns")
        for column in ("merge_commit_sha", "squash_commit_sha", "head_sha")
    ]
    merged = merge_requests.loc[merge_requests["merged_at"].notna(), "mr_id"]
    inner = mr_commits.loc[mr_commits["mr_id"].isin(merged), ["project_id", "commit_id"]]
    return pd.MultiIndex.from_frame(pd.concat([*results, inner]).dropna().drop_duplicates())
