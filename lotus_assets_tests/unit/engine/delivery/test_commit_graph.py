"""Ancestry by the commit graph against set closure, and the cases that history throws up."""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.commit_graph import CommitGraph

# c1 ─ c2 ─ c3 ─── m4 ─ c5      m4 merges b1; s is rebased work that never got in
#       └─ b1 ────┘
#       └─ s
HISTORY = {
    "c1": [],
    "c2": ["c1"],
    "c3": ["c2"],
    "b1": ["c2"],
    "s": ["c2"],
    "m4": ["c3", "b1"],
    "c5": ["m4"],
}


def graph_of(history: Mapping[str, list[str] | None]) -> CommitGraph:
    return CommitGraph(history, history.values())


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[str] | None]:
    """Random graphs in random row order; some commits are unlisted or without known parents."""
    size = draw(st.integers(1, 14))
    history: dict[str, list[str] | None] = {}
    for number in range(size):
        earlier = [f"c{parent}" for parent in range(number)]
        parents = (
            draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        )
        history[f"c{number}"] = draw(st.sampled_from([parents] * 6 + [None]))
    missing = draw(st.sets(st.sampled_from(sorted(history)), max_size=2))
    kept = [commit for commit in history if commit not in missing]
    return {commit: history[commit] for commit in draw(st.permutations(kept))}


def closure(history: dict[str, list[str] | None], commit: str) -> tuple[set[str], bool]:
    """(the commit and its ancestors, whether all of them are listed with their parents)."""
    seen: set[str] = set()
    queue = [commit]
    is_whole = True
    while queue:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        parents = history.get(current)
        is_whole = is_whole and parents is not None
        queue += parents or []
    return seen, is_whole


@given(histories(), st.booleans())
def test_ancestry_is_set_closure(history: dict[str, list[str] | None], is_strict: bool) -> None:
    names = [f"c{number}" for number in range(14)]
    older = [a for a in names for _ in names]
    newer = [b for _ in names for b in names]

    answers = graph_of(history).is_ancestor(older, newer, is_strict=is_strict)

    for a, b, answer in zip(older, newer, answers, strict=True):
        ancestry, is_whole = closure(history, b)
        if a == b:
            expected = str(not is_strict)
        elif a in ancestry:
            expected = "True"
        else:
            expected = "False" if is_whole else "<NA>"
        assert str(answer) == expected


@given(histories(), st.data())
def test_first_tip_is_the_first_whose_closure_holds_the_commit(
    history: dict[str, list[str] | None], data: st.DataObject
) -> None:
    names = st.sampled_from([f"c{number}" for number in range(16)])
    pairs = st.lists(st.tuples(st.sampled_from([1, 2]), names), max_size=8)
    tips = pd.DataFrame(data.draw(pairs), columns=["line", "commit_id"])
    commits = pd.DataFrame(data.draw(pairs), columns=["line", "commit_id"])

    found = graph_of(history).first_tip_containing(tips, commits)

    expected = [
        next(
            (
                position
                for position, (line, tip) in enumerate(tips.itertuples(index=False))
                if line == row.line and row.commit_id in closure(history, tip)[0]
            ),
            -1,
        )
        for row in commits.itertuples()
    ]
    assert found.tolist() == expected


@given(histories())
def test_reachable_marks_the_rows_of_the_closure(history: dict[str, list[str] | None]) -> None:
    graph = graph_of(history)
    for tip in history:
        reached = {
            name for name, is_in in zip(history, graph.reachable([tip]), strict=True) if is_in
        }
        assert reached == closure(history, tip)[0] & set(history)


def test_merge_squash_and_rebase() -> None:
    graph = graph_of(HISTORY)

    answers = graph.is_ancestor(["b1", "s", "c3", "c5"], ["c5", "c5", "b1", "c3"])

    assert answers.tolist() == [True, False, False, False]


def test_a_commit_is_its_own_ancestor_unless_strict() -> None:
    graph = graph_of(HISTORY)
    assert graph.is_ancestor(["c3"], ["c3"]).tolist() == [True]
    assert graph.is_ancestor(["c3"], ["c3"], is_strict=True).tolist() == [False]


def test_an_old_head_that_nobody_knows_is_no_ancestor_of_a_known_head() -> None:
    assert graph_of(HISTORY).is_ancestor(["gone"], ["c5"]).tolist() == [False]


def test_what_cannot_be_told_is_null() -> None:
    shallow = graph_of({"c2": ["c1"], "c3": ["c2"]})

    answers = shallow.is_ancestor(["c0", "c2", "c1", None, "c2"], ["c3", "gone", "c3", "c3", None])

    assert answers.isna().tolist() == [True, True, False, True, True]
    assert bool(answers[2])


def test_parents_may_be_json_text_or_null() -> None:
    graph = CommitGraph(["a", "b", "c"], ["[]", json.dumps(["a"]), None])

    assert graph.is_ancestor(["a", "a"], ["b", "c"]).isna().tolist() == [False, True]


def test_forks_share_their_commits() -> None:
    graph = CommitGraph(["a", "a", "b"], [[], None, ["a"]])

    assert graph.is_ancestor(["b"], ["a"]).tolist() == [False]
    assert graph.reachable(["a"]).tolist() == [True, True, False]


def test_a_commit_on_a_cycle_is_an_ancestor_of_nothing_that_is_known() -> None:
    graph = graph_of({"root": [], "tip": ["root"], "x": ["y"], "y": ["x"]})
    answers = graph.is_ancestor(["x", "x", "root"], ["tip", "root", "tip"])
    assert answers.tolist() == [False, False, True]


def test_a_cycle_ends_and_is_unknown() -> None:
    graph = graph_of({"a": ["b"], "b": ["a"], "root": [], "c": ["root"]})

    assert graph.is_ancestor(["root", "root"], ["a", "c"]).isna().tolist() == [True, False]
    assert graph.generations(["a", "root", "c", "gone"]).tolist() == [0, 1, 2, 0]


def test_first_parent_chain_stops_where_knowledge_ends() -> None:
    assert graph_of(HISTORY).first_parent_chain("c5") == ["c5", "m4", "c3", "c2", "c1"]
    assert graph_of({"c2": ["c1"], "c3": ["c2"]}).first_parent_chain("c3") == ["c3", "c2"]
    assert graph_of(HISTORY).first_parent_chain("gone") == []


def test_a_linear_history_of_100000_commits_needs_no_recursion() -> None:
    size = 100_000
    graph = CommitGraph(map(str, range(size)), [[]] + [[str(n)] for n in range(size - 1)])

    answers = graph.is_ancestor(["0", str(size - 1)], [str(size - 1), "0"])

    assert answers.tolist() == [True, False]
    assert graph.generations([str(size - 1)]).tolist() == [size]
    assert len(graph.first_parent_chain(str(size - 1))) == size


def test_many_sweeps_agree_with_positions_on_a_line() -> None:
    size = 9_000
    graph = CommitGraph(map(str, range(size)), [[]] + [[str(n)] for n in range(size - 1)])
    generator = np.random.default_rng(1)
    older, newer = generator.integers(0, size, (2, 20_000))

    answers = graph.is_ancestor(older.astype(str), newer.astype(str))

    assert (answers == (older <= newer)).all()


def test_an_empty_graph_answers() -> None:
    graph = CommitGraph([], [])
    assert graph.is_ancestor(["a", "a"], ["a", "b"]).isna().tolist() == [False, True]
    assert graph.reachable(["a"]).tolist() == []


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="2 commits but 1 lists"):
        CommitGraph(["a", "b"], [[]])
