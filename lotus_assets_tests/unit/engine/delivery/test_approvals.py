"""Approvals replayed: who stands when, by hand and against sets of people."""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.approvals import (
    approvals_at_merge,
    requirement_reached_at,
    standing_approvals,
)
from lotus_assets.engine.delivery.review_events import review_events
from lotus_assets_tests.unit.merge_request_frames import (
    at,
    comment,
    merge_requests,
    notes,
    reset,
    system,
)


def replayed(*events: dict[str, Any]) -> pd.DataFrame:
    of_mrs = merge_requests({"mr_id": 1}, {"mr_id": 2})
    return standing_approvals(review_events(notes(*events), of_mrs, []))


def merged(minutes: float | None) -> pd.Series:
    return merge_requests({"mr_id": 1, "merged_at": at(minutes)}).set_index("mr_id")["merged_at"]


def required(count: int | None) -> pd.Series:
    by_id = merge_requests({"mr_id": 1, "approvals_required": count}).set_index("mr_id")
    return by_id["approvals_required"]


HISTORY = (
    system(1, 2, "approved"),
    system(2, 2, "approved"),  # the same person again: still one
    system(3, 3, "unapproved"),  # takes back what never stood
    system(4, 3, "approved"),  # two stand
    reset(5, 1),  # the author pushed: none stands
    system(6, 3, "unapproved"),  # already gone
    system(7, 3, "approved"),  # one stands
)


def test_standing_after_each_event() -> None:
    assert replayed(*HISTORY)["standing"].tolist() == [1, 1, 1, 2, 0, 0, 1]


def test_approvals_given_are_those_that_stood_at_the_merge() -> None:
    standing = replayed(*HISTORY)
    given_at = {minute: approvals_at_merge(standing, merged(minute)) for minute in (0, 4, 5, 8)}
    assert {minute: int(counts[1]) for minute, counts in given_at.items()} == {
        0: 0,
        4: 2,
        5: 0,
        8: 1,
    }
    assert int(approvals_at_merge(standing, merged(None))[1]) == 1


def test_the_requirement_is_reached_once_and_first() -> None:
    standing = replayed(*HISTORY)
    assert requirement_reached_at(standing, required(1)).to_dict() == {1: at(1)}
    assert requirement_reached_at(standing, required(2)).to_dict() == {1: at(4)}
    for never in (3, 0, None):
        assert requirement_reached_at(standing, required(never)).empty


def test_a_selective_reset_keeps_the_others() -> None:
    standing = replayed(
        system(1, 2, "approved"),
        system(2, 3, "approved"),
        system(3, 4, "approved"),
        reset(4, 1, approvals_reset_of="[2, 4]"),  # two of them own what was changed
        reset(5, 1, approvals_reset_of="[4]"),  # whose approval does not stand
        system(6, 2, "approved"),
    )
    assert standing["standing"].tolist() == [1, 2, 3, 2, 1, 1, 2]


def test_merge_requests_are_replayed_apart() -> None:
    standing = replayed(system(1, 2, "approved"), system(2, 3, "approved", mr_id=2), comment(3, 4))
    assert standing["standing"].tolist() == [1, 1]


events = st.lists(
    st.tuples(
        st.integers(1, 2), st.integers(2, 4), st.sampled_from(["approved", "unapproved", "reset"])
    ),
    max_size=30,
)


@given(events, st.integers(0, 30), st.integers(1, 3))
def test_replay_equals_sets_of_people(
    history: list[tuple[int, int, str]], merge: int, threshold: int
) -> None:
    raw = [
        reset(minute, user, mr_id=mr) if kind == "reset" else system(minute, user, kind, mr_id=mr)
        for minute, (mr, user, kind) in enumerate(history)
    ]
    people: dict[int, set[int]] = {}
    at_merge: dict[int, int] = {}
    reached: dict[int, int] = {}
    for minute, (mr, user, kind) in enumerate(history):
        stand = people.setdefault(mr, set())
        at_merge.setdefault(mr, 0)
        if kind == "approved":
            stand.add(user)
            if len(stand) >= threshold:
                reached.setdefault(mr, minute)
        elif kind == "unapproved":
            stand.discard(user)
        else:
            stand.clear()
        if minute <= merge:
            at_merge[mr] = len(stand)
    standing = replayed(*raw)
    of_mrs = merge_requests(
        *[{"mr_id": mr, "merged_at": at(merge), "approvals_required": threshold} for mr in (1, 2)]
    ).set_index("mr_id")
    assert approvals_at_merge(standing, of_mrs["merged_at"]).to_dict() == at_merge
    found = requirement_reached_at(standing, of_mrs["approvals_required"]).to_dict()
    assert found == {mr: at(minute) for mr, minute in reached.items()}
