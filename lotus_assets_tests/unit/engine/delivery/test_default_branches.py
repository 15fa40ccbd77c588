"""Which branch was the default then, by push events, tips and merge requests."""

from typing import Any

import pandas as pd

from lotus_assets.engine.delivery.default_branches import (
    renamed_default_branches,
    was_default_branch,
)
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

EVENTS = "project_id event_id action ref_type ref commit_from commit_to created_at"
Move = tuple[int, str, str | None, str | None]


def origin(
    *moves: Move,
    branches: tuple[tuple[str, str], ...] = (),
    aimed_at: tuple[str, ...] = (),
) -> list[Any]:
    """[earlier branch, day] of project 1; `moves` are (day, ref, old tip, new tip)."""
    events = [
        (1, day, "created" if old is None else "removed" if new is None else "pushed", "branch",
         ref, old, new, at(f"{day} 12:00"))
        for day, ref, old, new in moves
    ]  # fmt: skip
    found = renamed_default_branches(
        raw("project_id default_branch", [(1, "main")]),
        raw(EVENTS, events),
        raw("project_id branch tip_sha", [(1, *branch) for branch in branches]),
        raw("project_id mr_id target_branch", [(1, n, ref) for n, ref in enumerate(aimed_at)]),
    )
    columns = ["earlier_default_branch", "default_branch_since"]
    return [cell for row in found[columns].to_numpy().tolist() for cell in row]


def test_the_branch_that_stood_where_today_s_began() -> None:
    renamed = ["master", at("5 12:00")]
    assert origin((3, "master", "a", "b"), (5, "main", None, "b")) == renamed
    assert origin((5, "main", None, "b"), (6, "master", "b", None)) == renamed
    assert origin((5, "main", None, "b"), (6, "master", "b", "c")) == renamed
    assert origin((5, "main", None, "b"), branches=(("master", "b"), ("main", "z"))) == renamed


def test_no_branch_stood_there() -> None:
    assert origin((5, "main", None, "b")) == []
    assert origin((3, "master", "a", "b"), (4, "master", "b", "c"), (5, "main", None, "b")) == []
    assert origin((5, "main", None, "b"), (6, "topic", None, "b")) == []
    assert origin((3, "topic", None, "b"), (4, "topic", "b", None), (5, "main", None, "b")) == []
    assert origin((3, "master", "a", "b"), (5, "main", "a", "b")) == []


def test_of_several_the_one_that_merge_requests_aimed_at_else_the_longest_known() -> None:
    moves = ((2, "topic", None, "b"), (3, "master", "a", "b"), (5, "main", None, "b"))
    assert origin(*moves, aimed_at=("topic",))[0] == "topic"
    assert origin(*moves)[0] == "master"


def test_the_earlier_branch_was_the_default_until_then() -> None:
    projects = raw(
        "project_id default_branch earlier_default_branch default_branch_since",
        [(1, "main", "master", at("5")), (2, "main", None, None)],
    )
    asked = [
        (1, "master", at("4"), True),
        (1, "master", at("5"), True),
        (1, "master", at("6"), False),
        (1, "main", at("6"), True),
        (2, "main", at("4"), True),
        (2, "master", at("4"), False),
        (3, "main", at("4"), False),
        (1, "master", None, True),
    ]
    rows = raw("project_id ref occurred_at", [row[:3] for row in asked])
    arguments = (rows["project_id"], rows["ref"])
    found = was_default_branch(*arguments, rows["occurred_at"], projects)
    assert found.tolist() == [row[3] for row in asked]
    at_any_time = was_default_branch(*arguments, None, projects)
    assert at_any_time.tolist() == [True] * 5 + [False] * 2 + [True]
    assert was_default_branch(*arguments, None, pd.DataFrame(projects[:0])).tolist() == [False] * 8
