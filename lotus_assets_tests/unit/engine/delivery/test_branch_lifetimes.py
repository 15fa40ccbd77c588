"""The life of branches: created events, first commits, merges, deletions, names used again."""

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.delivery.branch_lifetimes import branch_lifetimes
from lotus_assets_tests.unit.engine.delivery.raw_frames import at, raw, same_rows

PROJECTS = raw(
    "project_id default_branch earlier_default_branch default_branch_since",
    [(1, "main", "master", at("1")), (2, "main", None, None)],
)
PROTECTED = raw("project_id name", [(1, "release/*")])
Row = tuple[Any, ...]


def created(day: str, branch: str = "b") -> Row:
    return (1, "created", "branch", branch, at(day))


def removed(day: str, branch: str = "b") -> Row:
    return (1, "removed", "branch", branch, at(day))


def request(
    number: int, first_commit: str | None, opened: str, merged: str | None, **other: Any
) -> Row:
    row = {"branch": "b", "source": 1} | other
    instants = (first_commit and at(first_commit), at(opened), merged and at(merged))
    return (1, number, row["source"], row["branch"], *instants)


def lives(
    events: list[Row], requests: list[Row] | None = None, vanished: list[Row] | None = None
) -> pd.DataFrame:
    every = raw(
        "project_id mr_id source_project_id source_branch first_commit_at created_at merged_at",
        requests or [],
    )
    return branch_lifetimes(
        every.drop(columns="first_commit_at"),
        every[["mr_id", "first_commit_at"]],
        raw("project_id action ref_type ref created_at", events),
        raw("project_id branch vanished_at", vanished or []),
        PROTECTED,
        PROJECTS,
    )


def hours(*arguments: Any) -> list[Any]:
    return [
        None if pd.isna(value) else value
        for value in lives(*arguments)["branch_ttl_hours"].tolist()
    ]


def test_from_its_creation_to_the_merge_even_if_it_is_deleted_later() -> None:
    found = lives([created("2"), removed("5")], [request(1, "1", "3", "4")])

    assert found["branch_ttl_hours"].tolist() == [48]
    assert found[["created_by", "ended_by"]].to_numpy().tolist() == [["push_event", "merge"]]
    assert found["ended_at"].tolist() == [at("4")]


def test_deletion_ends_a_branch_that_was_never_merged() -> None:
    assert hours([created("2"), removed("5")]) == [72]
    assert hours([created("2")], [], [(1, "b", at("4"))]) == [48]


def test_without_a_created_event_the_first_commit_counts() -> None:
    found = lives([removed("6")], [request(1, "2", "3", "5")])

    assert found["branch_ttl_hours"].tolist() == [72]
    assert found["created_by"].tolist() == ["merge_request"]


def test_a_branch_that_lives_has_no_end() -> None:
    found = lives([created("2")], [request(1, "3", "3", None)])

    assert found["ended_at"].isna().tolist() == [True]
    assert found["reason"].isna().all()


def test_a_name_that_is_used_again_lives_again() -> None:
    events = [created("2"), removed("3"), created("10"), removed("14")]

    assert hours(events) == [24, 96]


def test_a_second_request_of_the_same_branch_is_no_second_life() -> None:
    requests = [request(1, "2", "3", "5"), request(2, "4", "6", "8")]

    assert hours([], requests) == [72]
    assert hours([created("1")], requests) == [96]


def test_without_events_a_first_commit_after_the_end_is_a_new_branch() -> None:
    assert hours([], [request(1, "2", "3", "5"), request(2, "6", "7", "8")]) == [72, 48]


def test_created_anew_without_a_known_end() -> None:
    found = lives([created("2"), created("5"), removed("6")])

    assert found["reason"].tolist() == ["end_unknown", pd.NA]
    assert found["branch_ttl_hours"].tolist() == [pd.NA, 24]
    assert found["ended_by"].fillna("").tolist() == ["", "deletion"]


def test_an_end_without_a_beginning_is_named() -> None:
    found = lives([removed("6")], [request(1, None, "3", "5")])

    assert found["reason"].tolist() == ["creation_unknown"]
    assert found["branch_ttl_hours"].isna().all()


def test_a_first_commit_younger_than_the_merge_is_named() -> None:
    found = lives([], [request(1, "9", "3", "5")])

    assert found["reason"].tolist() == ["created_after_merge"]
    assert found["branch_ttl_hours"].isna().all()


def test_default_protected_and_foreign_branches_are_left_out() -> None:
    events = [created("2", "main"), removed("3", "main"), created("2", "release/1")]
    events += [created("2", "master"), removed("4", "master")]  # the default until the 1st

    assert lives(events, [request(1, "2", "3", "4", source=99)]).empty


def test_a_fork_s_branch_lives_in_the_fork() -> None:
    found = lives([created("2")], [request(1, "3", "3", "4", source=2)])

    assert found[["project_id", "branch_ttl_hours"]].astype(object).to_numpy().tolist() == [
        [1, pd.NA],
        [2, 24.0],
    ]


def test_row_order_does_not_matter() -> None:
    events = [created("2"), removed("3"), created("10"), created("2", "c"), removed("14")]
    requests = [request(n, f"{n}", f"{n + 1}", f"{n + 5}", branch="d") for n in range(1, 6)]

    assert same_rows(lives(events, requests), lives(events[::-1], requests[::-1]))


def test_nothing_in_nothing_out() -> None:
    assert lives([]).empty


@given(
    st.lists(
        st.tuples(st.sampled_from(["created", "removed", "merged"]), st.booleans()), max_size=9
    ),
    st.randoms(),
)
def test_a_plain_walk_through_each_branch_s_events_agrees(
    drawn: list[tuple[str, bool]], random: Any
) -> None:
    """Branches b and c, an event a day; every merged MR was opened after its branch's creation."""
    happened = [(day, action, "b" if is_b else "c") for day, (action, is_b) in enumerate(drawn, 2)]
    events: list[Row] = []
    requests: list[Row] = []
    expected: list[tuple[str, int, int | None, Any]] = []
    born: dict[str, int | None] = {}
    for day, action, branch in happened:
        if action == "created":
            if born.get(branch):
                expected.append((branch, int(born[branch] or 0), None, "end_unknown"))
            born[branch] = day
            events.append(created(str(day), branch))
            continue
        if branch not in born:  # its creation lies before the history: another test's case
            continue
        if action == "merged":
            requests.append(request(day, f"{day}", f"{day}", f"{day}", branch=branch))
        else:
            events.append(removed(str(day), branch))
        if born[branch]:
            expected.append((branch, int(born[branch] or 0), day, None))
            born[branch] = None
    expected += [(branch, day, None, None) for branch, day in born.items() if day]

    found = lives(random.sample(events, len(events)), random.sample(requests, len(requests)))

    table = pd.DataFrame(
        {
            "branch": found["branch"],
            "created": found["created_at"].dt.day.astype("Int64"),
            "ended": found["ended_at"].dt.day.astype("Int64"),
            "reason": found["reason"],
        }
    ).astype(object)
    listed = table.where(table.notna(), None).to_numpy().tolist()
    assert sorted(map(str, map(tuple, listed))) == sorted(map(str, expected))


def test_a_merge_in_the_second_of_the_creation_ends_that_life() -> None:
    (event,) = [created("2")]
    event = (*event[:-1], at("2") + pd.Timedelta(milliseconds=700))
    found = lives([event], [request(1, "1", "2", "2")])

    assert found[["ended_by", "branch_ttl_hours"]].to_numpy().tolist() == [["merge", 0.0]]
