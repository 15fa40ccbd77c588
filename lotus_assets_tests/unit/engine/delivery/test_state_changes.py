"""State changes: what events and older notes tell of, and when merge requests were open by it."""

from collections.abc import Sequence

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.state_changes import open_periods, state_changes
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw

CHANGES = "target_id action created_at"
REQUESTS = "mr_id created_at state merged_at closed_at"


def periods(
    *rows: tuple[object, ...], changes: Sequence[tuple[object, ...]]
) -> list[tuple[int, int]]:
    """(day of the start, day of the end or 0) of each period."""
    told = state_changes(raw(CHANGES, changes), raw(CHANGES))
    found = open_periods(raw(REQUESTS, rows), told)
    starts = found["period_start_at"].dt.day
    ends = found["period_end_at"].dt.day.fillna(0).astype(int)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def test_what_a_note_and_an_event_tell_of_counts_once() -> None:
    events = [(1, "closed", at("3 10:00")), (1, "reopened", at("4 10:00"))]
    notes = [
        (1, "closed", at("3 10:00") + pd.Timedelta("0.9s")),
        (1, "reopened", at("3 10:00")),  # another action
        (2, "closed", at("3 10:00")),  # another issue
        (1, "closed", at("2 10:00")),  # before GitLab kept events
        (1, None, at("4 10:00")),
    ]
    found = state_changes(raw(CHANGES, events), raw(CHANGES, notes))
    days = found["at"].dt.day
    assert list(zip(found["target_id"], found["action"], days, strict=True)) == [
        (1, "closed", 2),
        (1, "closed", 3),
        (1, "reopened", 3),
        (2, "closed", 3),
        (1, "reopened", 4),
    ]


def test_open_from_the_creation_and_every_reopening_to_the_next_end() -> None:
    changes = [(1, "closed", at("3")), (1, "reopened", at("5"))]
    merged = (1, at("1"), "merged", at("9"), None)
    assert periods(merged, changes=changes) == [(1, 3), (5, 9)]
    still = (1, at("1"), "opened", None, None)
    assert periods(still, changes=changes) == [(1, 3), (5, 0)]
    assert periods(still, changes=[]) == [(1, 0)]


def test_the_last_closing_is_there_without_its_event() -> None:
    closed = (1, at("1"), "closed", None, at("4"))
    assert periods(closed, changes=[]) == [(1, 4)]
    # GraphQL gives whole seconds: the event is that of `closed_at`.
    told = [(1, "closed", at("4") + pd.Timedelta("0.7s"))]
    assert periods(closed, changes=told) == [(1, 4)]


def test_the_state_has_the_last_word() -> None:
    # Reopened after the events were read.
    assert periods((1, at("1"), "opened", None, None), changes=[(1, "closed", at("3"))]) == [(1, 0)]
    # Merged, nobody knows when.
    assert periods((1, at("1"), "merged", None, None), changes=[]) == []
    earlier = [(1, "closed", at("3")), (1, "reopened", at("5"))]
    assert periods((1, at("1"), "merged", None, None), changes=earlier) == [(1, 3)]


def test_changes_of_strangers_are_none() -> None:
    open_one = (1, at("1"), "opened", None, None)
    assert periods(open_one, changes=[(2, "closed", at("3"))]) == [(1, 0)]
    assert periods(changes=[(2, "closed", at("3"))]) == []


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(2, 20)), max_size=12),
    st.lists(st.sampled_from(["opened", "closed", "merged"]), min_size=3, max_size=3),
)
def test_periods_of_one_follow_on_each_other(
    changes: list[tuple[int, bool, int]], states: list[str]
) -> None:
    requests = [
        (
            number,
            at("1"),
            state,
            at("25") if state == "merged" else None,
            at("25") if state == "closed" else None,
        )
        for number, state in enumerate(states, start=1)
    ]
    told = [
        (number, "closed" if is_closing else "reopened", at(str(day)))
        for number, is_closing, day in changes
    ]
    found = open_periods(raw(REQUESTS, requests), state_changes(raw(CHANGES, told), raw(CHANGES)))
    for number, state in enumerate(states, start=1):
        own = found[found["mr_id"] == number]
        assert own["period_start_at"].iloc[0] == at("1")
        following = own["period_start_at"].shift(-1)
        assert (own["period_end_at"].iloc[:-1] <= following.iloc[:-1]).all()
        assert own["period_end_at"].isna().sum() == (state == "opened")
