"""Direct pushes, force-pushes on protected branches, signatures; by Amsterdam days."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.git_hygiene import (
    default_branch_commits,
    default_branch_pushes,
    direct_pushes,
    git_hygiene_days,
    is_bot_author,
    protected_force_pushes,
)
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

PROJECTS = raw(
    "project_id default_branch earlier_default_branch default_branch_since created_at",
    [(1, "main", None, None, at("1")), (2, "main", None, None, at("1"))],
)
COMMITS = (
    "project_id commit_id author_user_id author_name author_email_hash committed_at parent_ids "
    "is_first_parent is_on_default_branch is_signed has_bot_address"
)
USERS = raw(
    "user_id username name is_bot email_hash",
    [
        (1, "ada", "Ada", False, "h1"),
        (2, "renovate", "Renovate", True, "h2"),
        (3, "sam1", "Sam", True, None),
        (4, "sam2", "Sam", False, None),
    ],
)
EVENTS = "project_id event_id action ref_type ref commit_from commit_to created_at"
REQUESTS = "project_id mr_id merged_at merge_commit_sha squash_commit_sha head_sha target_branch"
MR_COMMITS = "project_id mr_id commit_id"
BOTS = ["^merge[-_]?bot$", r"^project_\d+_bot"]


def commit(commit_id: str, parents: str = '["p"]', **other: Any) -> tuple[Any, ...]:
    row = {"user": None, "name": "Someone", "hash": None, "on_chain": True, "project": 1} | other
    key = (row["project"], commit_id, row["user"], row["name"], row["hash"])
    flags = (row["on_chain"], True, row.get("signed", True), row.get("bot_address"))
    return (*key, at("2 10:00"), parents, *flags)


def direct(
    commits: list[tuple[Any, ...]],
    requests: list[tuple[Any, ...]] | None = None,
    mr_commits: list[tuple[Any, ...]] | None = None,
    events: list[tuple[Any, ...]] | None = None,
) -> pd.DataFrame:
    frame = raw(COMMITS, commits)
    return direct_pushes(
        frame,
        raw(REQUESTS, requests or []),
        raw(MR_COMMITS, mr_commits or []),
        raw(EVENTS, events or []),
        PROJECTS,
        USERS,
        CommitGraph(frame["commit_id"], frame["parent_ids"]),
        BOTS,
    )


def test_one_parent_on_the_first_parent_chain_and_no_merge_request() -> None:
    found = direct(
        [
            commit("root", "[]"),
            commit("pushed", '["root"]'),
            commit("merge", '["pushed", "x"]'),
            commit("x", '["root"]', on_chain=False),
        ]
    )

    assert found["commit_id"].tolist() == ["pushed"]
    assert found["pushed_at"].tolist() == [at("2 10:00")]


def test_merge_squash_and_head_commits_and_a_merged_request_s_commits_came_by_it() -> None:
    names = ["merge", "squash", "head", "inner", "of-open", "elsewhere", "other-project"]
    requests = [
        (1, 1, at("2"), "merge", None, "h", "main"),
        (1, 2, at("2"), None, "squash", "h", "main"),
        (1, 3, at("2"), None, None, "head", "main"),
        (2, 4, at("2"), "other-project", None, "h", "main"),
        (1, 5, None, None, None, "of-open", "main"),
        (1, 6, at("2"), None, None, "elsewhere", "release"),
    ]
    mr_commits = [(1, 1, "inner"), (1, 5, "of-open")]

    found = direct([commit(name) for name in names], requests, mr_commits)

    assert sorted(found["commit_id"]) == ["elsewhere", "of-open", "other-project"]


@pytest.mark.parametrize(
    ("author", "is_bot"),
    [
        ({"user": 1, "name": "merge-bot"}, False),
        ({"user": 2}, True),
        ({"hash": "h2"}, True),
        ({"hash": "h1", "name": "Renovate"}, False),
        ({"name": "Renovate"}, True),
        ({"name": "renovate"}, True),
        ({"name": "Sam"}, False),
        ({"name": "merge_bot"}, True),
        ({"name": "project_12_bot_ab"}, True),
        ({"name": None}, False),
        ({"name": "deploy", "bot_address": True}, True),
        ({"hash": "h1", "bot_address": True}, False),
    ],
)
def test_authors_are_matched_by_user_then_hash_then_name_then_pattern(
    author: dict[str, Any], is_bot: bool
) -> None:
    assert is_bot_author(raw(COMMITS, [commit("c", **author)]), USERS, BOTS).tolist() == [is_bot]


def event(number: int, old: str | None, new: str | None, **other: Any) -> tuple[Any, ...]:
    row = {"action": "pushed", "type": "branch", "ref": "main", "project": 1} | other
    instant = at(f"{number} 12:00")
    return (row["project"], number, row["action"], row["type"], row["ref"], old, new, instant)


def test_without_known_users_the_pattern_decides() -> None:
    commits = raw(COMMITS, [commit("c", name="Ada", user=1), commit("d", name="merge-bot", user=2)])

    assert is_bot_author(commits, USERS[:0], BOTS).tolist() == [False, True]


HISTORY = [commit("a", "[]")] + [
    commit(new, f'["{old}"]') for old, new in zip("abcd", "bcde", strict=True)
]


def carried(*events: tuple[Any, ...], projects: pd.DataFrame = PROJECTS) -> list[Any]:
    frame = raw(COMMITS, HISTORY)
    graph = CommitGraph(frame["commit_id"], frame["parent_ids"])
    found = default_branch_pushes(frame, raw(EVENTS, events), projects, graph)
    return [None if pd.isna(instant) else instant for instant in found["carried_at"]]


def test_each_commit_belongs_to_the_first_push_that_carried_it() -> None:
    found = carried(event(4, "b", "d"), event(7, "d", "e"), event(8, "a", "e"))

    assert found == [None, None, at("4 12:00"), at("4 12:00"), at("7 12:00")]


def test_the_push_that_created_the_branch_carried_all() -> None:
    assert carried(event(4, None, "b", action="created")) == [at("4 12:00")] * 2 + [None] * 3


def test_what_was_there_before_the_project_or_came_with_its_first_push_is_history() -> None:
    history = [commit("a", "[]"), commit("b", '["a"]'), commit("c", '["b"]'), commit("d", '["c"]')]
    history[3] = (*history[3][:5], at("1").replace(month=2), *history[3][6:])
    first, second = event(4, None, "b", action="created"), event(5, "b", "d")

    found = direct(history, events=[first, second])

    assert found["commit_id"].tolist() == ["c"]


def test_a_renamed_branch_keeps_the_days_of_its_old_name() -> None:
    renamed = raw(
        "project_id default_branch earlier_default_branch default_branch_since created_at",
        [(1, "main", "master", at("6 12:00"), at("1"))],
    )
    events = [
        event(4, "a", "b", ref="master"),
        event(6, None, "c", action="created"),
        event(7, "b", "e", ref="master"),
        event(8, "c", "d"),
    ]
    # Nobody saw how c came to master; master is another branch from the 6th on.
    assert carried(*events, projects=renamed) == [None, at("4 12:00"), None, at("8 12:00"), None]


def test_pushes_to_other_branches_and_tags_carry_nothing() -> None:
    events = [
        event(4, "a", "b", ref="dev"),
        event(5, "a", "b", type="tag"),
        event(6, "a", "b", project=2),
        event(7, "e", None, action="removed"),
    ]
    assert carried(*events) == [None] * 5


def test_a_push_from_an_unknown_tip_tells_no_day() -> None:
    assert carried(event(4, "gone", "e"), event(5, "a", "c")) == [None] * 5


PROTECTED = raw("project_id name", [(1, "main"), (1, "release/*"), (2, "dev")])


def test_only_protected_branches_that_moved_off_their_old_tip_were_forced() -> None:
    graph = CommitGraph(["a", "b", "c", "x"], [[], ["a"], ["b"], ["a"]])
    events = [
        event(1, "b", "c"),
        event(2, "b", "x"),
        event(3, "c", "a"),
        event(4, "gone", "c", ref="release/1/2"),
        event(5, "c", "x", ref="dev"),
        event(6, "c", "x", project=2),
        event(7, "c", "unknown"),
        event(8, None, "c", action="created"),
        event(9, "c", None, action="removed"),
        event(10, "c", "x", type="tag"),
    ]

    found = protected_force_pushes(raw(EVENTS, events), PROTECTED, graph)

    assert found["event_id"].tolist() == [1, 2, 3, 4, 7]
    assert found["is_force_push"].tolist() == [False, True, True, True, pd.NA]
    assert found["reason"].tolist() == [pd.NA] * 4 + ["ancestry_unknown"]


def test_days_are_those_of_amsterdam_and_signatures_are_counted() -> None:
    # Until 29 March 01:00 UTC Amsterdam is one hour ahead, from then two.
    pushes = raw(
        "project_id commit_id pushed_at",
        [(1, "a", at("28 22:59")), (1, "b", at("28 23:00")), (1, "c", at("29 22:00"))],
    )
    forced = raw(
        "project_id event_id created_at is_force_push",
        [(1, 1, at("29 21:59"), True), (1, 2, at("29 21:59"), None), (2, 3, at("2"), False)],
    )
    signed = [(1, "a", at("2"), True), (1, "b", at("2"), False), (1, "c", at("2"), False)]
    commits = raw("project_id commit_id committed_at is_signed", [*signed, (1, "d", at("2"), None)])

    found = git_hygiene_days(pushes, forced, commits, "Europe/Amsterdam")

    assert found.astype({"day": str}).to_numpy().tolist() == [
        [1, "2026-03-02", 0, 0, 2, 1],
        [1, "2026-03-28", 1, 0, 0, 0],
        [1, "2026-03-29", 1, 1, 0, 0],
        [1, "2026-03-30", 1, 0, 0, 0],
    ]


def test_signatures_are_asked_of_all_that_the_default_branch_reaches() -> None:
    commits = raw(COMMITS, [commit("a", on_chain=False), commit("b", signed=False)])
    commits.loc[0, "is_on_default_branch"] = False

    assert default_branch_commits(commits)["commit_id"].tolist() == ["b"]


def test_no_rows_no_days() -> None:
    none = direct([])
    forced = protected_force_pushes(raw(EVENTS), PROTECTED, CommitGraph([], []))

    days = git_hygiene_days(none, forced, default_branch_commits(raw(COMMITS)), "Europe/Amsterdam")

    assert days.empty
    assert list(days) == [
        "project_id",
        "day",
        "direct_pushes_default",
        "force_pushes_protected",
        "unsigned_commit_count",
        "signed_commit_count",
    ]


@given(st.permutations(range(5)), st.lists(st.sampled_from("abcde"), max_size=6))
def test_a_plain_replay_of_the_branch_agrees(order: list[int], tips: list[str]) -> None:
    """The branch walks over tips; a commit is carried when it first becomes reachable."""
    events = [
        event(n, old, new) for n, (old, new) in enumerate(zip(["a", *tips], tips, strict=False), 2)
    ]
    held = {"a"}
    expected: dict[str, Any] = {"a": None}
    for _, _, _, _, _, _, new, instant in events:
        for name in "abcde"[: "abcde".index(new) + 1]:
            if name not in held:
                expected[name] = instant
                held.add(name)
    frame = raw(COMMITS, [HISTORY[number] for number in order])
    graph = CommitGraph(frame["commit_id"], frame["parent_ids"])

    found = default_branch_pushes(frame, raw(EVENTS, events[::-1]), PROJECTS, graph)

    for name, instant in zip(frame["commit_id"], found["carried_at"], strict=True):
        assert (None if pd.isna(instant) else instant) == expected.get(name)
