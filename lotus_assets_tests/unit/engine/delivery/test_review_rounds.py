"""Review rounds by hand, and against the walk written down as a loop."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.review_events import first_reviews, pushes, review_events
from lotus_assets.engine.delivery.review_rounds import review_rounds, rework_counts
from lotus_assets_tests.unit.merge_request_frames import (
    at,
    comment,
    merge_requests,
    notes,
    reset,
    system,
    versions,
)

AUTHOR, REVIEWER, OTHER, BOT = 1, 2, 3, 9


def rounds_of(
    events: list[dict[str, Any]], merged: float | None = None, pushed: tuple[float, ...] = ()
) -> int:
    """Rounds of merge request 1, whose author is user 1 and whose bot is user 9."""
    of_mr = merge_requests({"mr_id": 1, "merged_at": at(merged)})
    raw_notes = notes(*events)
    raw_versions = versions(*[(1, n, minutes, f"{n:040}") for n, minutes in enumerate(pushed, 1)])
    counts = review_rounds(
        review_events(raw_notes, of_mr, [BOT]),
        pushes(raw_notes, raw_versions),
        of_mr.set_index("mr_id")["merged_at"],
    )
    return int(counts.get(1, 0))


@pytest.mark.parametrize(
    ("events", "rounds"),
    [
        pytest.param([], 0, id="nobody came"),
        pytest.param([comment(1, REVIEWER), comment(2, OTHER)], 1, id="two reviewers, one round"),
        pytest.param(
            [comment(1, REVIEWER), system(2, AUTHOR, "commit"), comment(3, REVIEWER)],
            2,
            id="a push between two reviews",
        ),
        pytest.param(
            [system(1, AUTHOR, "commit"), system(2, AUTHOR, "commit"), comment(3, REVIEWER)],
            1,
            id="pushes before any review",
        ),
        pytest.param(
            [comment(1, AUTHOR), comment(2, BOT), comment(3, REVIEWER, is_author_bot=True)],
            0,
            id="the author, a bot by pattern, a bot by flag",
        ),
        pytest.param(
            [comment(1, REVIEWER), system(2, AUTHOR, "commit"), system(3, REVIEWER, "unapproved")],
            2,
            id="an un-approval is a review event",
        ),
        pytest.param(
            [system(1, REVIEWER, "approved"), system(2, AUTHOR, "commit"), reset(2, AUTHOR)],
            1,
            id="approvals reset after the push: the push's doing",
        ),
        pytest.param(
            [system(1, REVIEWER, "approved"), reset(2, AUTHOR), system(2, AUTHOR, "commit")],
            1,
            id="approvals reset before the push, while reviewed",
        ),
        pytest.param(
            [
                system(1, REVIEWER, "requested_changes"),
                system(2, AUTHOR, "commit"),
                system(3, REVIEWER, "requested_changes"),
            ],
            2,
            id="requests for changes",
        ),
        pytest.param(
            [comment(1, REVIEWER), system(2, REVIEWER, "title"), comment(3, REVIEWER)],
            1,
            id="other notes of GitLab's change nothing",
        ),
        pytest.param(
            [comment(1, REVIEWER), system(2, AUTHOR, "commit"), comment(3, None)],
            1,
            id="a note by nobody known",
        ),
        pytest.param(
            [
                comment(1, REVIEWER),
                system(2, AUTHOR, "commit"),
                comment(3, REVIEWER, vanished_at=at(9)),
            ],
            1,
            id="a deleted comment",
        ),
    ],
)
def test_rounds_by_hand(events: list[dict[str, Any]], rounds: int) -> None:
    assert rounds_of(events) == rounds


def test_events_count_up_to_the_merge_and_its_second() -> None:
    events = [comment(1, REVIEWER), system(2, AUTHOR, "commit"), comment(3, REVIEWER)]
    assert rounds_of(events, merged=2.5) == 1
    assert rounds_of(events, merged=3 - 1 / 60) == 2
    assert rounds_of(events, merged=3 - 1.1 / 60) == 1


def test_a_version_without_a_push_note_is_a_push() -> None:
    events = [comment(1, REVIEWER), comment(3, REVIEWER)]
    assert rounds_of(events, pushed=(0, 2)) == 2
    assert rounds_of(events, pushed=(2,)) == 1, "the first version came with the merge request"


def test_a_push_note_and_its_version_are_one_push() -> None:
    # Counted twice, the version would come after the review of the same second.
    events = [comment(1, REVIEWER), system(2, AUTHOR, "commit"), comment(2, REVIEWER)]
    assert rounds_of([*events, comment(3, OTHER)], pushed=(0, 2)) == 2


def test_first_review_is_a_humans_comment_or_an_approval_by_another() -> None:
    raw_notes = notes(
        comment(1, AUTHOR),
        comment(2, BOT),
        system(3, AUTHOR, "approved"),
        system(4, REVIEWER, "unapproved"),
        system(5, REVIEWER, "approved"),
        comment(6, OTHER),
        comment(7, OTHER, mr_id=2),
        comment(8, AUTHOR, mr_id=3),
        system(9, REVIEWER, "requested_changes", mr_id=4),
        reset(1, AUTHOR, mr_id=4),
    )
    of_mrs = merge_requests({"mr_id": 1}, {"mr_id": 2}, {"mr_id": 3}, {"mr_id": 4})
    first = first_reviews(review_events(raw_notes, of_mrs, [BOT]))
    assert first.to_dict() == {1: at(5), 2: at(7), 4: at(9)}


def test_rework_is_rounds_beyond_the_first() -> None:
    assert rework_counts(pd.Series({1: 1, 2: 3})).to_dict() == {1: 0, 2: 2}


KINDS = ("comment", "approved", "unapproved", "requested_changes", "reset", "commit", "title")
histories = st.lists(
    st.tuples(
        st.integers(1, 3),  # merge request
        st.integers(0, 20),  # minute, so that instants repeat
        st.sampled_from((AUTHOR, REVIEWER, OTHER, BOT)),
        st.sampled_from(KINDS),
    ),
    max_size=40,
)
merges = st.dictionaries(st.integers(1, 3), st.integers(0, 20))


def walked(history: list[tuple[int, int, int, str]], merged: dict[int, int]) -> dict[int, int]:
    """A review round, walked event by event."""
    state: dict[int, str] = {}
    rounds: dict[int, int] = {}
    # Notes are numbered as they are listed; the number orders those of one minute.
    for mr, minute, user, kind in sorted(history, key=lambda event: event[1]):
        if minute > merged.get(mr, 99):
            continue
        if kind == "commit":
            state[mr] = "waiting"
        is_review = kind in ("approved", "unapproved", "requested_changes") and user != AUTHOR
        is_review |= kind == "comment" and user not in (AUTHOR, BOT)
        if is_review and state.get(mr, "waiting") == "waiting":
            rounds[mr] = rounds.get(mr, 0) + 1
            state[mr] = "reviewed"
    return rounds


def note_of(mr: int, minute: int, user: int, kind: str) -> dict[str, Any]:
    if kind == "comment":
        return comment(minute, user, mr_id=mr)
    if kind == "reset":
        return reset(minute, user, mr_id=mr)
    return system(minute, user, kind, mr_id=mr)


@given(histories, merges, st.randoms(use_true_random=False))
def test_rounds_equal_the_walk_whatever_the_order_of_rows(
    history: list[tuple[int, int, int, str]], merged: dict[int, int], random: Any
) -> None:
    raw_notes = notes(*[note_of(*event) for event in history])
    rows = list(range(len(raw_notes)))
    random.shuffle(rows)
    raw_notes = raw_notes.iloc[rows]
    of_mrs = merge_requests(*[{"mr_id": mr, "merged_at": at(merged.get(mr))} for mr in (1, 2, 3)])
    counts = review_rounds(
        review_events(raw_notes, of_mrs, [BOT]),
        pushes(raw_notes, versions()),
        of_mrs.set_index("mr_id")["merged_at"],
    )
    assert counts.to_dict() == walked(history, merged)
