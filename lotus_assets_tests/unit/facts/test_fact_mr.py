"""fact_mr: one row a merge request, through the gate."""

from typing import Any

import pandas as pd

from lotus_assets.engine.delivery.force_pushes import version_steps
from lotus_assets.engine.delivery.merge_requests import SpecialPeople
from lotus_assets.facts import fact_mr
from lotus_assets.sources.rules_file import Rules
from lotus_assets.tables.table import gate
from lotus_assets_tests.unit.merge_request_frames import (
    approvals,
    at,
    comment,
    commits,
    frame,
    merge_requests,
    notes,
    system,
    versions,
)

PROJECTS = frame(
    ["project_id", "path_with_namespace"],
    [
        {"project_id": 1, "path_with_namespace": "toman/core/checkout"},
        {"project_id": 2, "path_with_namespace": "toman/exchange/orderbook"},
    ],
)
BOTS = pd.Series([9])


def rows_of(raw_mr: pd.DataFrame, raw_mr_note: pd.DataFrame, **more: Any) -> pd.DataFrame:
    raw_mr_version = more.get("raw_mr_version", versions())
    steps = version_steps(raw_mr_version)
    gated = gate(
        fact_mr.TABLE,
        fact_mr.merge_request_rows(
            raw_mr=raw_mr,
            raw_mr_commit=more.get("raw_mr_commit", commits()),
            raw_mr_note=raw_mr_note,
            raw_mr_version=raw_mr_version,
            version_steps=steps.assign(is_descendant=pd.array([False] * len(steps), "boolean")),
            raw_mr_approval=approvals(),
            people=SpecialPeople(BOTS),
            dim_project=PROJECTS,
            rules=more.get("rules", Rules()),
        ),
    )
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def test_every_present_merge_request_has_a_row() -> None:
    raw = merge_requests({"mr_id": 2}, {"mr_id": 1}, {"mr_id": 3, "vanished_at": at(1)})
    assert rows_of(raw, notes())["mr_id"].tolist() == [1, 2]
    assert rows_of(merge_requests(), notes()).empty


def test_the_first_reviewer_is_no_bot() -> None:
    rows = rows_of(
        merge_requests({"mr_id": 1, "merged_at": at(120), "state": "merged"}),
        notes(comment(5, 9), comment(30, 2)),
        raw_mr_commit=commits((1, "a", -60)),
    )
    assert rows["first_review_at"].tolist() == [at(30)]
    assert rows["cycle_time_hours"].tolist() == [3.0]
    assert rows["review_wait_hours"].tolist() == [0.5]
    assert rows["code_review_hours"].tolist() == [1.5]


def test_the_state_says_when_it_ended() -> None:
    raw = merge_requests(
        {"mr_id": 1, "state": "opened", "closed_at": at(5)},  # closed once, opened again
        {"mr_id": 2, "state": "closed", "closed_at": at(5)},
        {"mr_id": 3, "state": "merged", "merged_at": at(6), "closed_at": at(5)},
        {"mr_id": 4, "state": "merged"},
        {"mr_id": 5, "state": "locked"},
    )
    ended = rows_of(raw, notes())["ended_at"]
    assert [None if pd.isna(end) else end for end in ended] == [None, at(5), at(6), None, None]


def test_bypassed_is_known_only_where_the_requirement_is() -> None:
    merged = {"merged_at": at(60), "state": "merged"}
    raw = merge_requests(
        {"mr_id": 1, "approvals_required": 2, "approvals_given": 9, **merged},
        {"mr_id": 2, "approvals_required": 1, "approvals_given": 1, **merged},
        {"mr_id": 3, "approvals_required": 0, "approvals_given": 0, **merged},
        {"mr_id": 4, "approvals_given": 0, **merged},
        {"mr_id": 5, "approvals_required": 1, "approvals_given": 0},
    )
    # The history of merge request 1 overrules the nine that GitLab lists now.
    rows = rows_of(raw, notes(system(30, 2, "approved")))
    assert rows["is_bypassed"].astype(object).where(rows["is_bypassed"].notna(), None).tolist() == [
        True,
        False,
        False,
        None,
        None,
    ]


def test_the_force_push_threshold_of_the_project_counts() -> None:
    rules = Rules.model_validate(
        {"overrides": [{"path": "toman/exchange", "force_push_threshold": 1}]}
    )
    pushed = [(mr, number, number, f"{number:040}") for mr in (1, 2) for number in (1, 2, 3)]
    rows = rows_of(
        merge_requests({"mr_id": 1}, {"mr_id": 2, "project_id": 2}),
        notes(),
        raw_mr_version=versions(*pushed),
        rules=rules,
    )
    assert rows["force_push_count"].tolist() == [2, 2]
    assert rows["is_reworked"].tolist() == [False, True]
