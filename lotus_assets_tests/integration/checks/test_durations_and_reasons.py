"""Instants in the wrong order, zero durations, and the reasons that facts give, in a warehouse."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from lotus_assets.checks import durations, reasons
from lotus_assets.checks.rule import Rule
from lotus_assets.facts import fact_git_hygiene, fact_lead_time, fact_mr, fact_pipeline
from lotus_assets.raw import raw_deployment, raw_issue, raw_job, raw_mr, raw_pipeline
from lotus_assets.tables.table import Table
from lotus_assets_tests.integration.checks.rows import LONG_AGO, found, put

EARLIER = LONG_AGO - timedelta(seconds=2)
SAME = LONG_AGO - timedelta(seconds=1)


def rule_of(table: Table, name: str) -> Rule:
    every = [*durations.RULES, *reasons.RULES]
    (rule,) = [each for each in every if each.table is table and each.name == name]
    return rule


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [
        (raw_mr, "mr_id", "merged_at"),
        (raw_mr, "mr_id", "closed_at"),
        (raw_pipeline, "pipeline_id", "started_at"),
        (raw_pipeline, "pipeline_id", "finished_at"),
        (raw_job, "job_id", "started_at"),
        (raw_job, "job_id", "finished_at"),
        (raw_deployment, "deployment_id", "finished_at"),
        (raw_issue, "issue_id", "closed_at"),
    ],
)
def test_nothing_lies_before_its_creation(
    warehouse_engine: Engine, table: Any, key: str, column: str
) -> None:
    put(
        warehouse_engine,
        table.TABLE,
        {"project_id": 501, key: 1, column: LONG_AGO},
        {"project_id": 501, key: 2, column: SAME},  # within a second: the same instant
        {"project_id": 501, key: 3, column: EARLIER},
        {"project_id": 501, key: 4},
    )
    broken = found(warehouse_engine, rule_of(table.TABLE, "instants_are_in_order"))
    assert broken.rows[key].tolist() == [3]
    assert broken.rows["reason"].tolist() == [f"{column}_before_created_at"]


def test_a_row_that_vanished_is_nobodys_concern(warehouse_engine: Engine) -> None:
    row = {"project_id": 501, "mr_id": 1, "merged_at": EARLIER, "vanished_at": LONG_AGO}
    put(warehouse_engine, raw_mr.TABLE, row)
    assert found(warehouse_engine, rule_of(raw_mr.TABLE, "instants_are_in_order")).is_kept


def test_merges_in_the_second_of_their_first_commit(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        fact_mr.TABLE,
        {"mr_id": 1, "cycle_time_hours": 0.0},
        {"mr_id": 2, "cycle_time_hours": 0.0003},
        {"mr_id": 3, "code_review_hours": 0.0},
    )
    broken = found(warehouse_engine, rule_of(fact_mr.TABLE, "cycle_time_is_not_zero"))
    assert broken.rows["mr_id"].tolist() == [1]


def test_negative_durations_of_stored_facts(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        fact_mr.TABLE,
        {"mr_id": 1, "first_commit_at": LONG_AGO, "merged_at": EARLIER},
        {"mr_id": 2, "first_commit_at": SAME, "merged_at": LONG_AGO},
        {"mr_id": 3, "merged_at": LONG_AGO},
    )
    broken = found(warehouse_engine, rule_of(fact_mr.TABLE, "durations_are_not_negative"))
    assert broken.rows["mr_id"].tolist() == [1]
    assert broken.figures["unmeasured"] == {
        "cycle_time_hours: missing:first_commit_at": 1,
        "cycle_time_hours: negative": 1,
    }


def test_reasons_are_counted_one_by_one(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        fact_pipeline.TABLE,
        {"pipeline_id": 1, "reason": "negative_duration;negative_mtg"},
        {"pipeline_id": 2, "reason": "negative_mtg"},
        {"pipeline_id": 3, "critical_path_reason": "needs_cycle"},
        {"pipeline_id": 4},
    )
    broken = found(warehouse_engine, rule_of(fact_pipeline.TABLE, "has_no_reason"))
    assert broken.rows["pipeline_id"].tolist() == [1, 2]
    assert broken.figures["reasons"] == {"negative_duration": 1, "negative_mtg": 2}
    paths = found(warehouse_engine, rule_of(fact_pipeline.TABLE, "has_no_critical_path_reason"))
    assert paths.rows["pipeline_id"].tolist() == [3]
    assert paths.summary == "needs_cycle 1"


def test_what_is_in_the_nature_of_things_is_counted_only(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        fact_lead_time.TABLE,
        {"issue_id": 1, "reason": "not_deployed"},
        {"issue_id": 2, "reason": "not_deployed;merge_result_unknown"},
        {"issue_id": 3},
    )
    broken = found(warehouse_engine, rule_of(fact_lead_time.TABLE, "has_no_reason"))
    assert broken.rows["issue_id"].tolist() == [2]
    assert broken.figures["reasons"] == {"merge_result_unknown": 1, "not_deployed": 2}


def test_pushes_of_which_nobody_can_tell(warehouse_engine: Engine) -> None:
    put(
        warehouse_engine,
        fact_mr.TABLE,
        {"mr_id": 1, "unverified_push_count": 0},
        {"mr_id": 2, "unverified_push_count": 3},
    )
    broken = found(warehouse_engine, rule_of(fact_mr.TABLE, "pushes_are_verified"))
    assert broken.rows["mr_id"].tolist() == [2]
    day = {"project_id": 501, "day": LONG_AGO.date(), "unverified_pushes_protected": 1}
    put(warehouse_engine, fact_git_hygiene.TABLE, day)
    rule = rule_of(fact_git_hygiene.TABLE, "pushes_are_verified")
    assert found(warehouse_engine, rule).total == 1


def test_an_empty_warehouse_breaks_no_rule(warehouse_engine: Engine) -> None:
    every = [*durations.RULES, *reasons.RULES]
    assert [rule.key for rule in every if not found(warehouse_engine, rule).is_kept] == []
