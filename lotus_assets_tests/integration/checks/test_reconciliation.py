"""Each rule of reconciliation against rows that keep it and rows that break it."""

from typing import Any

import pytest
from sqlalchemy import Engine

from lotus_assets.checks.reconciliation import RULES
from lotus_assets.checks.rule import Rule
from lotus_assets.facts import dim_project
from lotus_assets.filling.reports import REASON_ROWS
from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_issue,
    raw_issue_closing_mr,
    raw_issue_event,
    raw_job,
    raw_mr,
    raw_mr_approval,
    raw_mr_closing_issue,
    raw_mr_commit,
    raw_mr_note,
    raw_mr_version,
    raw_pipeline,
    raw_release,
    raw_tag,
)
from lotus_assets.tables.table import Table
from lotus_assets_tests.integration.checks.rows import LONG_AGO, found, put

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def rule_of(table: Table, name: str) -> Rule:
    (rule,) = [each for each in RULES if each.table is table and each.name == name]
    return rule


OF_MERGE_REQUEST = [
    (raw_mr_note, {"note_id": 1}),
    (raw_mr_version, {"version_number": 1}),
    (raw_mr_approval, {"user_id": 1}),
    (raw_mr_commit, {"commit_id": A}),
    (raw_mr_closing_issue, {"issue_project_path": "a/b", "issue_iid": 1}),
]


@pytest.mark.parametrize(("child", "key"), OF_MERGE_REQUEST)
def test_what_belongs_to_no_merge_request(
    warehouse_engine: Engine, child: Any, key: dict[str, Any]
) -> None:
    put(warehouse_engine, raw_mr.TABLE, {"project_id": 501, "mr_id": 10})
    key_of_note = {"note_id": 2} if child is raw_mr_note else {}
    put(
        warehouse_engine,
        child.TABLE,
        {"project_id": 501, "mr_id": 10, **key},
        {"project_id": 501, "mr_id": 11, **key, **key_of_note},
        # The same id in another project is another's.
        {"project_id": 502, "mr_id": 10, **key},
    )
    broken = found(warehouse_engine, rule_of(child.TABLE, "has_merge_request"))
    assert broken.total == 2
    pairs = broken.rows[["project_id", "mr_id"]].to_numpy().tolist()
    assert sorted(pairs) == [[501, 11], [502, 10]]
    assert not broken.is_kept


def test_children_that_vanished_and_parents_that_did(warehouse_engine: Engine) -> None:
    put(warehouse_engine, raw_mr.TABLE, {"project_id": 501, "mr_id": 10, "vanished_at": LONG_AGO})
    put(
        warehouse_engine,
        raw_mr_note.TABLE,
        {"project_id": 501, "mr_id": 10, "note_id": 1},
        {"project_id": 501, "mr_id": 99, "note_id": 2, "vanished_at": LONG_AGO},
    )
    assert found(warehouse_engine, rule_of(raw_mr_note.TABLE, "has_merge_request")).is_kept


def test_a_closing_list_names_a_merge_request_of_its_project(warehouse_engine: Engine) -> None:
    put(warehouse_engine, raw_mr.TABLE, {"project_id": 502, "mr_id": 10})
    put(
        warehouse_engine,
        raw_issue_closing_mr.TABLE,
        {"project_id": 501, "issue_id": 1, "mr_project_id": 502, "mr_id": 10},
        {"project_id": 501, "issue_id": 1, "mr_project_id": 501, "mr_id": 11},
    )
    rule = rule_of(raw_issue_closing_mr.TABLE, "has_merge_request")
    assert found(warehouse_engine, rule).rows["mr_id"].tolist() == [11]


def test_jobs_without_a_pipeline_are_all_counted_and_some_shown(warehouse_engine: Engine) -> None:
    put(warehouse_engine, raw_pipeline.TABLE, {"project_id": 501, "pipeline_id": 7})
    put(
        warehouse_engine,
        raw_job.TABLE,
        *({"project_id": 501, "pipeline_id": 7, "job_id": number} for number in range(5)),
        *({"project_id": 501, "pipeline_id": 8, "job_id": number} for number in range(100, 130)),
    )
    broken = found(warehouse_engine, rule_of(raw_job.TABLE, "has_pipeline"))
    assert broken.total == 30
    assert broken.rows["job_id"].tolist() == list(range(100, 100 + REASON_ROWS))


def test_events_without_an_issue(warehouse_engine: Engine) -> None:
    put(warehouse_engine, raw_issue.TABLE, {"project_id": 501, "issue_id": 1})
    put(
        warehouse_engine,
        raw_issue_event.TABLE,
        {"project_id": 501, "issue_id": 1, "event_id": 1},
        {"project_id": 501, "issue_id": 2, "event_id": 2},
    )
    broken = found(warehouse_engine, rule_of(raw_issue_event.TABLE, "has_issue"))
    assert broken.rows["issue_id"].tolist() == [2]


def test_deployments_of_unknown_commits(warehouse_engine: Engine) -> None:
    put(warehouse_engine, raw_commit.TABLE, {"project_id": 501, "commit_id": A})
    put(
        warehouse_engine,
        raw_deployment.TABLE,
        {"project_id": 501, "deployment_id": 1, "sha": A},
        {"project_id": 501, "deployment_id": 2, "sha": B},
        {"project_id": 501, "deployment_id": 3},
        {"project_id": 502, "deployment_id": 4, "sha": A},
    )
    broken = found(warehouse_engine, rule_of(raw_deployment.TABLE, "has_known_commit"))
    assert broken.rows["deployment_id"].tolist() == [2, 3, 4]


def merged(number: int, **more: Any) -> dict[str, Any]:
    return {"project_id": 501, "mr_id": number, "merged_at": LONG_AGO, **more}


def test_merge_requests_of_unknown_commits(warehouse_engine: Engine) -> None:
    put(warehouse_engine, raw_commit.TABLE, {"project_id": 501, "commit_id": A})
    put(
        warehouse_engine,
        raw_mr.TABLE,
        merged(1, merge_commit_sha=A, head_sha=B),  # all known
        merged(2, merge_commit_sha=A),  # no commits
        merged(3, squash_commit_sha=C, head_sha=A),  # the squash commit is the result
        merged(4, head_sha=D),  # neither
        merged(5, head_sha=A, vanished_at=LONG_AGO),
        {"project_id": 501, "mr_id": 6, "head_sha": D},  # not merged
    )
    put(
        warehouse_engine,
        raw_mr_commit.TABLE,
        {"project_id": 501, "mr_id": 1, "commit_id": B},
        {"project_id": 501, "mr_id": 3, "commit_id": B},
        {"project_id": 501, "mr_id": 4, "commit_id": B, "vanished_at": LONG_AGO},
    )
    broken = found(warehouse_engine, rule_of(raw_mr.TABLE, "has_known_commits"))
    reasons = dict(zip(broken.rows["mr_id"], broken.rows["reason"], strict=True))
    assert reasons == {
        2: "no_commits",
        3: "merge_result_unknown",
        4: "no_commits; merge_result_unknown",
    }
    # Only the one that was merged by fast-forward could pass for direct pushes.
    forward = found(warehouse_engine, rule_of(raw_mr.TABLE, "brings_known_commits"))
    assert forward.rows["mr_id"].tolist() == [4]


def test_releases_without_a_tag(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        raw_tag.TABLE,
        {"project_id": 501, "tag_name": "v1", "commit_id": A},
        {"project_id": 501, "tag_name": "v2", "commit_id": A, "vanished_at": LONG_AGO},
    )
    put(
        warehouse_engine,
        raw_release.TABLE,
        {"project_id": 501, "tag_name": "v1"},
        {"project_id": 501, "tag_name": "v2"},
        {"project_id": 501, "tag_name": "v3"},
        {"project_id": 501, "tag_name": "v4", "vanished_at": LONG_AGO},
    )
    broken = found(warehouse_engine, rule_of(raw_release.TABLE, "has_tag"))
    assert broken.rows["tag_name"].tolist() == ["v2", "v3"]


@pytest.mark.parametrize(("table", "key"), [(raw_issue, "issue_id"), (raw_mr, "mr_id")])
def test_more_labels_than_anybody_reads(warehouse_engine: Engine, table: Any, key: str) -> None:
    labels = [f"label-{number}" for number in range(101)]
    put(
        warehouse_engine,
        table.TABLE,
        {"project_id": 501, key: 1, "labels": labels[:100]},
        {"project_id": 501, key: 2, "labels": labels},
    )
    broken = found(warehouse_engine, rule_of(table.TABLE, "has_few_labels"))
    assert broken.rows[[key, "label_count"]].to_numpy().tolist() == [[2, 101]]


def test_projects_that_nobody_owns(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        dim_project.TABLE,
        {"project_id": 1, "is_measured": True, "business_line": "Exchange"},
        {"project_id": 2, "is_measured": True, "business_line": "Unmapped"},
        {"project_id": 3, "is_measured": False, "business_line": "Unmapped"},
    )
    broken = found(warehouse_engine, rule_of(dim_project.TABLE, "is_mapped"))
    assert broken.rows["project_id"].tolist() == [2]


def test_an_empty_warehouse_breaks_no_rule(warehouse_engine: Engine) -> None:
    assert [rule.key for rule in RULES if not found(warehouse_engine, rule).is_kept] == []
