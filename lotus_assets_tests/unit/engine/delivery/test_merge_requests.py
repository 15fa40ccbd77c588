"""Merge requests measured, each number worked out by hand."""

import pandas as pd

from lotus_assets.engine.delivery.force_pushes import version_steps
from lotus_assets.engine.delivery.merge_requests import (
    SpecialPeople,
    is_reworked,
    measured_merge_requests,
    merge_request_duration_faults,
)
from lotus_assets_tests.unit.merge_request_frames import (
    approvals,
    at,
    comment,
    commits,
    merge_requests,
    notes,
    reset,
    system,
    versions,
)

GHOST = 90


def measured(
    raw_mr: pd.DataFrame,
    raw_mr_commit: pd.DataFrame,
    raw_mr_note: pd.DataFrame,
    raw_mr_version: pd.DataFrame,
    descends: list[bool | None],
    listed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    steps = version_steps(raw_mr_version).assign(is_descendant=pd.array(descends, dtype="boolean"))
    rows = measured_merge_requests(
        raw_mr,
        raw_mr_commit,
        raw_mr_note,
        raw_mr_version,
        approvals() if listed is None else listed,
        steps,
        SpecialPeople(bots=[9], ghosts=[GHOST]),
    )
    return rows.set_index("mr_id")


def test_a_merge_request_from_its_first_commit_to_its_merge() -> None:
    rows = measured(
        merge_requests({"mr_id": 1, "merged_at": at(600), "approvals_required": 2}),
        commits((1, "a", -120), (1, "b", -60)),
        notes(
            comment(30, 2),
            system(60, 1, "commit"),
            system(90, 2, "approved"),
            system(120, 1, "commit"),
            reset(121, 1),
            system(180, 2, "approved"),
            system(330, 3, "approved"),
            system(601, 3, "unapproved"),
        ),
        versions((1, 1, 0, "a"), (1, 2, 60, "b"), (1, 3, 120, "c")),
        [True, False],
    )
    row = rows.loc[1]
    assert row["first_commit_at"] == at(-120)
    assert row["cycle_time_hours"] == 12.0
    assert row["first_review_at"] == at(30)
    assert row["review_wait_hours"] == 0.5
    assert row["approved_at"] == at(330)
    assert row["code_review_hours"] == 5.0
    # Rounds open at minutes 30, 90 and 180; the reset is the push's, the last approval one more.
    assert row["rework_count"] == 2
    assert row["force_push_count"] == 1
    assert row["approvals_given"] == 2
    assert row["unverified_push_count"] == 0


def test_without_required_approvals_the_review_ends_with_the_merge() -> None:
    rows = measured(
        merge_requests(
            {"mr_id": 1, "merged_at": at(90), "approvals_required": 0},
            {"mr_id": 2, "merged_at": at(90), "approvals_given": 3},
            {"mr_id": 3, "merged_at": at(90), "approvals_required": 2},
        ),
        commits(),
        notes(*[system(30, 2, "approved", mr_id=mr) for mr in (1, 3)], comment(60, 2, mr_id=2)),
        versions(),
        [],
    )
    # Two approvals were never reached: the merge ended the review.
    assert rows["code_review_hours"].tolist() == [1.0, 0.5, 1.0]
    assert rows["approvals_given"].tolist() == [1, 3, 1], "no history: what GitLab lists"
    assert rows["force_push_count"].isna().all(), "no versions known"
    assert rows["cycle_time_hours"].isna().all(), "no commits known"


def test_an_open_merge_request_waits_but_has_no_cycle_time() -> None:
    rows = measured(
        merge_requests({"mr_id": 1}, {"mr_id": 2}),
        commits((1, "a", -60)),
        notes(comment(45, 2)),
        versions((1, 1, 0, "a"), (2, 1, 0, "x")),
        [],
    )
    assert rows["review_wait_hours"].tolist()[0] == 0.75
    assert rows["rework_count"].tolist() == [0, 0]
    assert rows["force_push_count"].tolist() == [0, 0]
    assert rows[["cycle_time_hours", "code_review_hours"]].isna().all(axis=None)
    assert merge_request_duration_faults(rows.reset_index()).empty


def test_contradictory_times_give_null_and_a_reason() -> None:
    rows = measured(
        merge_requests(
            {"mr_id": 1, "merged_at": at(60)},
            {"mr_id": 2, "merged_at": at(60)},
            {"mr_id": 3, "merged_at": at(60), "approvals_required": 1},
        ),
        commits((1, "a", 61), (2, "b", None)),
        notes(comment(90, 2), comment(-5, 2, mr_id=2), comment(1, 2, mr_id=3)),
        versions(),
        [],
    )
    assert rows["cycle_time_hours"].isna().all()
    faults = merge_request_duration_faults(rows.reset_index())
    assert list(faults[["mr_id", "duration", "fault"]].itertuples(index=False, name=None)) == [
        (1, "cycle_time_hours", "negative"),
        (2, "cycle_time_hours", "missing:first_commit_at"),
        (2, "review_wait_hours", "negative"),
        (3, "cycle_time_hours", "missing:first_commit_at"),
    ]


def test_a_first_review_after_the_merge_has_no_code_review_time() -> None:
    rows = measured(
        merge_requests(
            {"mr_id": 1, "merged_at": at(60)},
            {"mr_id": 2, "merged_at": at(60), "approvals_required": 1},
            {"mr_id": 3, "merged_at": at(60), "approvals_required": 1},
        ),
        commits(),
        notes(
            comment(90, 2),
            comment(30, 2, mr_id=2),
            system(90, 2, "approved", mr_id=2),
            system(90, 2, "approved", mr_id=3),
        ),
        versions(),
        [],
    )
    assert rows["reason"].fillna("").tolist() == ["review_after_merge", "", "review_after_merge"]
    assert rows["code_review_hours"].fillna(-1).tolist() == [-1, 0.5, -1]
    assert rows["review_wait_hours"].tolist() == [1.5, 0.5, 1.5]
    assert rows["approvals_given"].tolist()[1:] == [0, 0]


def test_what_needs_to_know_who_a_deleted_person_was_is_null() -> None:
    merged = {"merged_at": at(600), "approvals_required": 1}
    of_ghost = merged | {"author_user_id": GHOST}
    rows = measured(
        merge_requests(
            {"mr_id": 1, **of_ghost},  # a comment by Ghost first: the author's or a reviewer's
            {"mr_id": 2, **of_ghost},  # somebody else first
            {"mr_id": 3, **of_ghost},  # Ghost approved: perhaps the author
            {"mr_id": 4, **merged},  # Ghost approved twice: one person or two
            {"mr_id": 5, **merged},  # Ghost approved once: somebody
            {"mr_id": 6, **merged, "approvals_given": 3},  # two Ghosts in GitLab's list
        ),
        commits(),
        notes(
            comment(10, GHOST, mr_id=1),
            comment(20, 2, mr_id=1),
            comment(10, 2, mr_id=2),
            comment(20, GHOST, mr_id=2),
            comment(10, 2, mr_id=3),
            system(70, GHOST, "approved", mr_id=3),
            comment(10, 2, mr_id=4),
            system(70, GHOST, "approved", mr_id=4),
            system(80, GHOST, "approved", mr_id=4),
            system(70, GHOST, "approved", mr_id=5),
        ),
        versions(),
        [],
        approvals((5, GHOST), (6, GHOST), (6, 2)),
    )
    assert rows["reason"].eq("deleted_user").fillna(False).tolist() == [
        *(True, False, True, True),
        *(False, True),
    ]
    assert rows["first_review_at"].isna().tolist() == [True, False, False, False, False, True]
    assert rows["rework_count"].isna().tolist() == [True, *[False] * 5]
    assert rows["approvals_given"].isna().tolist() == [True, True, True, True, False, True]
    assert rows.loc[5, "approvals_given"] == 1
    # What hangs on the approvals is not known; of the second the merge ended the review.
    assert rows["code_review_hours"].isna().tolist() == [True, False, True, True, False, True]


def test_reworked_by_a_round_or_by_more_pushes_than_the_threshold() -> None:
    rows = pd.DataFrame(
        {
            "rework_count": pd.array([0, 1, 0, 0, None], dtype="Int64"),
            "force_push_count": pd.array([2, 0, 3, None, 3], dtype="Int64"),
        }
    )
    reworked = is_reworked(rows, pd.Series([2] * 5))
    assert reworked.isna().tolist() == [False] * 4 + [True]
    assert reworked[:4].tolist() == [False, True, True, False]
