"""What the raw tables make of payloads, by hand."""

import json

import pandas as pd

from lotus_assets.raw import (
    raw_commit,
    raw_issue,
    raw_issue_closing_mr,
    raw_issue_event,
    raw_job,
    raw_mr,
    raw_mr_approval,
    raw_mr_closing_issue,
    raw_mr_note,
    raw_mr_version,
    raw_pipeline,
    raw_project,
    raw_release,
    raw_state_event,
)
from lotus_assets.raw.collect_merge_requests import page_rows
from lotus_assets.tables.table import Table, gate
from lotus_assets_tests.unit.raw.payloads import (
    SHA,
    commit,
    issue,
    job,
    merge_request,
    note,
    pipeline,
    project,
)


def good(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    gated = gate(table, rows)
    assert gated.bad["reason"].tolist() == []
    return gated.good


def test_first_review_is_by_another_human_or_an_approval() -> None:
    bot = {"id": "gid://gitlab/User/9", "bot": True}
    notes = [
        note(1, "08:10:00", user=1),  # the author
        note(2, "08:20:00", author=bot),  # a bot's comment
        note(3, "08:30:00", action="commit"),  # no review
        note(4, "08:40:00", user=1, action="approved"),  # the author's own approval
        note(5, "08:50:00", user=3, action="approved"),
        note(6, "09:00:00", user=2),
    ]
    rows = good(
        raw_mr.TABLE, page_rows([merge_request(1, notes=notes), merge_request(2)])[raw_mr.TABLE]
    )
    first = rows["first_review_at"]
    assert first.isna().tolist() == [False, True]
    assert first.iloc[0] == pd.Timestamp("2026-03-02T08:50:00Z")


def test_the_other_columns_of_a_merge_request() -> None:
    approvers = ["gid://gitlab/User/2", "gid://gitlab/User/3"]
    rows = good(raw_mr.TABLE, page_rows([merge_request(approvedBy=approvers)])[raw_mr.TABLE])
    row = rows.iloc[0]
    assert (row["mr_id"], row["iid"], row["project_id"]) == (101, 1, 7)
    assert (row["author_user_id"], row["merge_user_id"]) == (1, 2)
    assert (row["lines_added"], row["lines_removed"], row["changes_count"]) == (3, 1, 2)
    assert (row["approvals_required"], row["approvals_given"]) == (1, 2)
    assert json.loads(row["labels"]) == ["bug"]
    approvals = raw_mr_approval.rows([merge_request(approvedBy=approvers)])
    assert approvals["user_id"].tolist() == [2, 3]


def test_heads_of_versions_come_from_the_notes_of_pushes() -> None:
    # Version 1 (08:00) ended by the push at 09:00 from c; version 2 by that at 10:00 from d.
    payload = merge_request(
        mergeRequestDiffs=[
            {"createdAt": "2026-03-02T10:00:00Z"},
            {"createdAt": "2026-03-02T09:00:00Z"},
            {"createdAt": "2026-03-02T08:00:00Z"},
        ],
        notes=[
            note(1, "09:00:00", user=1, action="commit", pushedFromSha=SHA["c"]),
            note(2, "10:00:01", user=1, action="commit", pushedFromSha=SHA["d"]),
        ],
    )
    rows = good(raw_mr_version.TABLE, page_rows([payload])[raw_mr_version.TABLE])
    assert rows["version_number"].tolist() == [1, 2, 3]
    assert rows["head_sha"].tolist() == [SHA["c"], SHA["d"], SHA["a"]]


def test_a_version_without_a_push_keeps_its_head() -> None:
    # A new target branch makes a version and no push note: the head stayed what it is now.
    payload = merge_request(
        mergeRequestDiffs=[
            {"createdAt": "2026-03-02T08:00:00Z"},
            {"createdAt": "2026-03-02T09:00:00Z"},
        ]
    )
    rows = page_rows([payload])[raw_mr_version.TABLE]
    assert rows["head_sha"].tolist() == [SHA["a"], SHA["a"]]


def test_a_push_note_without_a_link_leaves_the_head_unknown() -> None:
    payload = merge_request(
        mergeRequestDiffs=[
            {"createdAt": "2026-03-02T08:00:00Z"},
            {"createdAt": "2026-03-02T09:00:00Z"},
        ],
        notes=[note(1, "09:00:00", user=1, action="commit")],
    )
    rows = good(raw_mr_version.TABLE, page_rows([payload])[raw_mr_version.TABLE])
    assert rows["head_sha"].isna().tolist() == [True, False]


def test_notes_of_several_merge_requests_stay_apart() -> None:
    both = [
        merge_request(1, notes=[note(1, "09:00:00")]),
        merge_request(
            2, notes=[note(2, "09:00:00", action="approvals_reset", isApprovalReset=True)]
        ),
    ]
    rows = good(raw_mr_note.TABLE, raw_mr_note.rows(both))
    assert rows["mr_id"].tolist() == [101, 102]
    assert rows["is_approval_reset"].tolist() == [False, True]


def test_closing_references_of_description_and_commits() -> None:
    payload = merge_request(
        closing=["#1", "toman/exchange/orderbook#2"],
        commits=[{"sha": SHA["a"], "closing": ["#1", "#3"]}],
    )
    rows = good(raw_mr_closing_issue.TABLE, raw_mr_closing_issue.rows([payload]))
    found = rows[["issue_project_path", "issue_iid", "origin"]].to_numpy().tolist()
    assert sorted(found) == [
        ["toman/core/ledger", 1, "description"],
        ["toman/core/ledger", 3, "commit"],
        ["toman/exchange/orderbook", 2, "description"],
    ]


def test_jobs_know_their_stage_and_what_they_need() -> None:
    needed = {"nodes": [{"name": "compile"}]}
    jobs = [
        job(1, name="compile", stage={"name": "build"}),
        job(2, name="unit", schedulingType="dag", needs=needed),
        job(3, name="lint", schedulingType="dag"),
        job(4, name="odd", stage=None),
    ]
    rows = good(raw_job.TABLE, raw_job.rows([pipeline(jobs=jobs)])).set_index("name")
    assert rows["stage_index"].fillna(-1).to_dict() == {
        "compile": 0,
        "unit": 1,
        "lint": 1,
        "odd": -1,
    }
    assert rows["needs"].isna().to_dict() == {
        "compile": True,
        "unit": False,
        "lint": False,
        "odd": True,
    }
    assert json.loads(str(rows.loc["unit", "needs"])) == ["compile"]
    assert json.loads(str(rows.loc["lint", "needs"])) == []


def test_a_child_pipeline_knows_its_parent_and_a_downstream_one_has_none() -> None:
    upstream = {"id": "gid://gitlab/Ci::Pipeline/3"}
    payloads = [
        pipeline(1, source="parent_pipeline", upstream=upstream),
        pipeline(2, source="pipeline", upstream=upstream),
        pipeline(4, upstream=None),
    ]
    rows = good(raw_pipeline.TABLE, raw_pipeline.rows(payloads))
    assert rows["parent_pipeline_id"].fillna(0).tolist() == [3, 0, 0]


def test_closings_and_reopenings_of_old_notes() -> None:
    def event(number: str, action: str, at: str) -> dict[str, object]:
        return {
            "id": f"gid://gitlab/Note/{number}",
            "action": action,
            "createdAt": f"2026-03-02T{at}Z",
            "author": {"id": "gid://gitlab/User/1"},
        }

    events = [event("1", "closed", "08:10:00"), event("2", "reopened", "08:20:00")]
    payload = issue(events=[*events, event("a1b2", "reopened", "08:30:00")])
    assert good(raw_issue.TABLE, raw_issue.rows([payload]))["reopened_count"].isna().all()
    found = good(raw_issue_event.TABLE, raw_issue_event.rows([payload]))
    assert found["event_id"].tolist() == ["1", "2", "a1b2"]


def test_events_of_states_leave_openings_out() -> None:
    def event(number: int, action: str, target_type: str = "issue") -> dict[str, object]:
        return {
            "project_id": 7,
            "id": number,
            "author_id": 1,
            "created_at": "2026-03-02T08:00:00.123Z",
            "action": action,
            "target_type": target_type,
            "target_id": 201,
        }

    payloads = [event(1, "opened"), event(2, "closed"), event(3, "reopened", "merge_request")]
    found = good(raw_state_event.TABLE, raw_state_event.rows(payloads))
    assert found["event_id"].tolist() == [2, 3]
    assert found["target_type"].tolist() == ["issue", "merge_request"]
    assert found["user_id"].tolist() == [1, 1]
    assert raw_state_event.rows([]).empty


def test_closing_lists_of_issues() -> None:
    closing = [{"id": "gid://gitlab/MergeRequest/101", "projectId": 8}]
    payload = issue(4, closingMergeRequests=closing)
    row = good(raw_issue_closing_mr.TABLE, raw_issue_closing_mr.rows([payload])).iloc[0]
    assert (row["mr_id"], row["mr_project_id"], row["issue_iid"]) == (101, 8, 4)
    assert row["issue_project_path"] == "toman/core/ledger"


def test_statistics_are_joined_to_commits() -> None:
    statistics = [{"project_id": 7, "commit_id": SHA["a"], "additions": 5, "deletions": 2}]
    rows = good(raw_commit.TABLE, raw_commit.rows([commit("a"), commit("b")], statistics))
    assert rows["additions"].tolist()[0] == 5
    assert rows["additions"].isna().tolist() == [False, True]
    assert json.loads(rows["parent_ids"].iloc[0]) == [SHA["0"]]


def test_projects_of_every_condition() -> None:
    found = raw_project.rows(
        [
            project(1),
            project(2, archived=True),
            project(3, markedForDeletionOn="2026-03-01"),
            project(4, repository={"empty": True, "rootRef": None}),
            project(5, repository=None),
        ]
    )
    rows = good(raw_project.TABLE, found)
    assert rows["archived"].tolist() == [False, True, False, False, False]
    assert rows["pending_deletion"].tolist() == [False, False, True, False, False]
    assert rows["is_empty_repository"].tolist()[:4] == [False, False, False, True]
    assert rows["is_empty_repository"].isna().tolist()[4:] == [True]
    assert rows["default_branch"].isna().tolist() == [False, False, False, True, True]


def test_names_of_releases_are_redacted() -> None:
    assert raw_release.rows([project()])["release_name"].item() == "One, by [e-mail]"
