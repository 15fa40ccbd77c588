"""Git hygiene of each project's day: direct pushes, force-pushes, unsigned commits."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.default_branches import DEFAULT_BRANCHES, was_default_branch
from lotus_assets.engine.delivery.json_lists import parsed_lists
from lotus_assets.engine.delivery.local_days import local_days
from lotus_assets.engine.delivery.merge_requests import MERGE_RESULTS
from lotus_assets.engine.delivery.patterns import matches_any, matches_wildcards
from lotus_assets.engine.delivery.reasons import joined_reasons


def is_bot_author(
    commits: pd.DataFrame, users: pd.DataFrame, bot_patterns: Iterable[str]
) -> NDArray[np.bool_]:
    """Whether a bot wrote each commit.

    The author is the known user of author_user_id, else of the e-mail hash, else of the name
    (display name or username; a bot only if all who bear it are); an author whom nobody knows is
    a bot if the name, or the local part of the address (has_bot_address), matches a pattern.
    `users` has dim_user's user_id, username, name, is_bot, email_hash.
    """
    is_bot = users["is_bot"].fillna(False).astype(bool)
    by_pattern = matches_any(commits["author_name"], bot_patterns)
    by_pattern |= commits["has_bot_address"].fillna(False).to_numpy(dtype=bool)
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
    that no MR into that branch, or into the one it was created from, brought in: it is no merged
    MR's merge, squash or head commit, nor among its commits. pushed_at is when the push event
    that carried it was made, where known, else committed_at. History is no direct push: what was
    committed before the project's created_at, or came with the push that began the branch.
    """
    lengths = [
        -1 if parents is None else len(parents) for parents in parsed_lists(commits["parent_ids"])
    ]
    has_one_parent = np.asarray(lengths, dtype=np.int64) == 1
    is_on_chain = commits["is_first_parent"].fillna(False).to_numpy(dtype=bool)
    candidates = commits[has_one_parent & is_on_chain]
    keys = pd.MultiIndex.from_frame(candidates[["project_id", "commit_id"]])
    is_into_default = was_default_branch(
        merge_requests["project_id"], merge_requests["target_branch"], None, projects
    )
    came_by_mr = keys.isin(_brought_in(merge_requests[is_into_default], mr_commits))
    is_bot = is_bot_author(candidates, users, bot_patterns)
    direct = candidates[~came_by_mr & ~is_bot]
    direct = direct.merge(projects[["project_id", "created_at"]], on="project_id", how="left")
    pushes = default_branch_pushes(direct, push_events, projects, graph)
    is_older = (direct["committed_at"] < direct["created_at"]).fillna(False)
    direct["pushed_at"] = pushes["carried_at"].fillna(direct["committed_at"])
    is_history = is_older.to_numpy(bool) | pushes["is_beginning"].to_numpy(bool)
    pushed: pd.DataFrame = direct.loc[~is_history, ["project_id", "commit_id", "pushed_at"]]
    return pushed.dropna(subset="pushed_at").reset_index(drop=True)


def default_branch_pushes(
    commits: pd.DataFrame, push_events: pd.DataFrame, projects: pd.DataFrame, graph: CommitGraph
) -> pd.DataFrame:
    """The push event that carried each commit to its default branch: carried_at, is_beginning.

    It is the first event after which the branch contains the commit; until the branch was created
    from another one, that one is looked at. is_beginning: it created the branch from nothing.
    carried_at is NULL where the branch held the commit before its first known event, or the
    event's old tip is unknown.
    """
    events = _default_branch_moves(push_events, projects)
    # Each event asks its old tip first: what that holds, this event did not carry.
    tips = pd.DataFrame(
        {
            "line": np.repeat(events["project_id"].to_numpy(), 2),
            "commit_id": events[["commit_from", "commit_to"]].to_numpy(dtype=object).ravel(),
        }
    )
    is_sure = events["is_created"].to_numpy(bool) | graph.is_known(events["commit_from"])
    is_beginning = events["is_created"] & ~events["project_id"].duplicated()
    position = graph.first_tip_containing(tips, commits.rename(columns={"project_id": "line"}))
    is_carried = (position >= 0) & (position % 2 == 1)
    moves = pd.DataFrame(
        {"carried_at": events["created_at"].where(is_sure), "is_beginning": is_beginning}
    )
    nowhere = len(events)
    carried = moves.reindex(np.where(is_carried, position // 2, nowhere)).set_axis(commits.index)
    return carried.assign(is_beginning=carried["is_beginning"].eq(True))


def _default_branch_moves(push_events: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Moves of the branches that were default then, in time order, with is_created.

    A branch that was created from another one moved nowhere by it: it began at its own tip.
    """
    is_move = push_events["ref_type"].eq("branch") & push_events["commit_to"].notna()
    events = push_events[is_move.fillna(False).to_numpy(bool)]
    is_default = was_default_branch(
        events["project_id"], events["ref"], events["created_at"], projects
    )
    events = events[is_default].merge(projects[["project_id", *DEFAULT_BRANCHES]], on="project_id")
    events = events.sort_values(["created_at", "event_id"], ignore_index=True)
    is_new = events["commit_from"].isna() & events["action"].eq("created").fillna(False)
    is_continued = events["ref"].eq(events["default_branch"]).fillna(False) & events[
        "default_branch_since"
    ].eq(events["created_at"]).fillna(False)
    return events.assign(
        is_created=(is_new & ~is_continued).astype(bool),
        commit_from=events["commit_from"].mask(is_new & is_continued, events["commit_to"]),
    )


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
    """`fact_git_hygiene`: counts per project and calendar day.

    A day without a row means zeros if that day was collected.

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
    merged = merge_requests[merge_requests["merged_at"].notna()]
    results = [
        merged[["project_id", column]].set_axis(["project_id", "commit_id"], axis="columns")
        for column in MERGE_RESULTS
    ]
    inner = mr_commits.loc[mr_commits["mr_id"].isin(merged["mr_id"]), ["project_id", "commit_id"]]
    return pd.MultiIndex.from_frame(pd.concat([*results, inner]).dropna().drop_duplicates())
