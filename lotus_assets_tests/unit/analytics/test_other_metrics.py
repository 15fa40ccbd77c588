"""Metrics of pipelines, deployments, Git, issues and releases, counted by hand."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.placed_metrics import PlacedMetrics
from lotus_assets.tables.table import Table, gate

DAY = date(2026, 3, 31)
IN_MONTH = "2026-03-15T12:00:00Z"
IN_WEEK = "2026-03-25T12:00:00Z"
BEFORE = "2026-03-01T22:59:59Z"
"""The last second before 2 March in Amsterdam, the first of the 30 days."""
TABLES = {table.name: table for table in metric_daily.SOURCES}
PROJECT = {
    "project_id": 1,
    "path_with_namespace": "toman/core/checkout",
    "active_flag": True,
    "is_measured": True,
    "org": "Toman",
    "business_line": "Core",
    "team": "Platform",
}


def typed(table: Table, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    keys = [
        name for name in table.key if name.endswith(("_id", "_number")) and name != "project_id"
    ]
    filled = [
        {"project_id": 1} | dict.fromkeys(keys, number) | row
        for number, row in enumerate(rows, start=1)
    ]
    gated = gate(table, pd.DataFrame(filled, columns=table.columns))
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def figures(day: date = DAY, **rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    facts = {name: table.empty() for name, table in TABLES.items()}
    facts["dim_project"] = typed(TABLES["dim_project"], [PROJECT])
    facts |= {name: typed(TABLES[name], given) for name, given in rows.items()}
    found = metric_daily.metric_rows(PlacedMetrics.of(facts, [day], "Europe/Amsterdam"), [day])
    repo = found[found["repo"] != ""]
    values = repo["value"].astype(object).where(repo["value"].notna(), None)
    return dict(zip(repo["metric"], values, strict=True))


def pipeline(**more: Any) -> dict[str, Any]:
    state = {"status": "success", "is_counted": True, "is_success": True, "is_prod": False}
    flags = {"opens_red_streak": False, "is_flaky_candidate": False}
    counts = {"job_count": 1, "unknown_need_count": 0}
    return state | flags | counts | {"created_at": IN_MONTH} | more


def test_pipelines() -> None:
    found = figures(
        fact_pipeline=[
            pipeline(duration_sec=100, critical_path_sec=60),
            pipeline(duration_sec=300, critical_path_sec=None),
            pipeline(
                is_success=False,
                opens_red_streak=True,
                ended_at=IN_MONTH,
                mtg_seconds=600,
                duration_sec=None,
                critical_path_sec=20,
            ),
            # Within a red streak: its way to green is not averaged in.
            pipeline(is_success=False, ended_at=IN_MONTH, mtg_seconds=10),
            # Canceled, a child, or too old.
            pipeline(is_counted=False, is_success=False, duration_sec=999),
            pipeline(created_at=BEFORE, is_success=False, duration_sec=999),
        ],
        fact_flaky_job=[
            {
                "sha": sha,
                "name": "test",
                "first_job_id": 1,
                "first_started_at": at,
                "is_flaky": is_flaky,
            }
            for sha, at, is_flaky in [
                ("a", IN_MONTH, True),
                ("b", IN_WEEK, False),
                ("c", IN_WEEK, False),
                ("d", IN_WEEK, False),
                ("e", BEFORE, True),
                ("f", None, True),
            ]
        ],
    )
    assert found["pipeline_success_rate"] == 0.5
    assert found["mean_time_to_green_s"] == 600
    assert found["pipeline_duration_avg_s"] == 200
    assert found["critical_path_avg_s"] == 40
    assert found["flaky_job_rate"] == 0.25


def deployment(
    deployed_at: str, is_rollback: bool | None, hours: float | None, *, is_counted: bool = True
) -> dict[str, Any]:
    return {
        "recorded_as": "deployment",
        "is_counted": is_counted,
        "counted_as": 1,
        "rule": "environments",
        "deployed_at": deployed_at,
        "is_rollback": is_rollback,
        "rollback_time_hours": hours,
    }


def test_deployments_and_lead_time() -> None:
    found = figures(
        fact_deployment=[
            deployment(IN_WEEK, False, None),
            deployment(IN_WEEK, True, 2),
            # Unknown whether it was one: a deployment, in neither side of the rate.
            deployment(IN_WEEK, None, None),
            # A second region of the same.
            deployment(IN_WEEK, True, None, is_counted=False),
            deployment(IN_MONTH, True, 4),
            deployment(BEFORE, True, 100),
        ],
        fact_lead_time=[
            {
                "created_at": BEFORE,
                "mr_id": 1,
                "mr_project_id": 2,
                "merged_at": BEFORE,
                "deployed_at": deployed_at,
                "lead_time_hours": hours,
            }
            for deployed_at, hours in [(IN_WEEK, 10), (IN_MONTH, 20), (BEFORE, 99), (None, None)]
        ],
    )
    assert found["deployment_frequency_wk"] == 3
    assert found["rollback_rate"] == 2 / 3
    assert found["rollback_time_p50_h"] == 3
    assert (found["lead_time_p50_h"], found["lead_time_p90_h"]) == (15, 19)


def hygiene(day: str, direct: int, forced: int, unsigned: int, signed: int) -> dict[str, Any]:
    counts = {"direct_pushes_default": direct, "force_pushes_protected": forced}
    signatures = {"unsigned_commit_count": unsigned, "signed_commit_count": signed}
    return {"day": pd.Timestamp(day), "unverified_pushes_protected": 0} | counts | signatures


def test_git_hygiene_and_branches() -> None:
    found = figures(
        fact_git_hygiene=[
            hygiene("2026-03-25", 2, 1, unsigned=1, signed=2),
            hygiene("2026-03-24", 10, 5, unsigned=2, signed=1),
            hygiene("2026-03-02", 0, 0, unsigned=1, signed=1),
            hygiene("2026-03-01", 7, 7, unsigned=50, signed=0),
        ],
        fact_branch=[
            {
                "branch": "b",
                "ended_at": ended_at,
                "branch_ttl_hours": hours,
                "is_over_30_days": over,
            }
            for ended_at, hours, over in [
                (IN_WEEK, 10, False),
                (IN_MONTH, 730, True),
                (IN_MONTH, None, None),
                (BEFORE, 900, True),
                (None, None, None),
            ]
        ],
    )
    assert (found["direct_pushes_wk"], found["force_pushes_protected_wk"]) == (2, 1)
    assert found["signed_commit_ratio"] == 0.5
    assert (found["branch_ttl_p50_h"], found["branch_ttl_p90_h"]) == (370, 658)
    assert found["branch_ttl_over_30d"] == 1


def issue(created_at: str, **more: Any) -> dict[str, Any]:
    fixed = {"iid": 1, "state": "opened", "reopened_count": 0, "is_bug": False}
    return fixed | {"created_at": created_at} | more


LATE = {"target_days": 2, "due_at": "2026-03-20T12:00:00Z", "breached_at": "2026-03-20T12:00:00Z"}


def test_sla_counts_a_breach_from_the_day_it_is_due_until_the_window_leaves_the_closing() -> None:
    issues = [
        issue("2026-03-18T12:00:00Z", **LATE, closed_at="2026-03-24T12:00:00Z", state="closed"),
        issue("2026-03-01T12:00:00Z", target_days=90, due_at="2026-05-30T12:00:00Z"),
        # Without a target: in neither.
        issue("2026-03-01T12:00:00Z"),
    ]
    asked = {
        date(2026, 3, 17): 0.0,
        date(2026, 3, 19): 0.0,
        date(2026, 3, 20): 0.5,
        # Thirty days that end with 22 April begin with 24 March, the day of the closing.
        date(2026, 4, 22): 0.5,
        date(2026, 4, 23): 0.0,
        date(2026, 2, 1): None,
    }
    assert {day: figures(day, fact_issue=issues)["issue_sla_breach_rate"] for day in asked} == asked


def test_issues_and_releases() -> None:
    closing = {"is_reopened": False}
    found = figures(
        fact_issue=[
            issue(IN_WEEK, is_bug=True, is_escaped=True),
            issue(IN_MONTH, is_bug=True, is_escaped=False),
            issue(BEFORE, is_bug=True, is_escaped=True),
            issue(IN_WEEK),
        ],
        fact_issue_closing=[
            closing | {"issue_id": 1, "closed_at": IN_MONTH, "is_reopened": True},
            # Closed twice in the window: one issue.
            closing | {"issue_id": 1, "closed_at": IN_WEEK, "is_reopened": True},
            closing | {"issue_id": 2, "closed_at": IN_WEEK},
            closing | {"issue_id": 3, "closed_at": BEFORE, "is_reopened": True},
        ],
        fact_release=[
            {"tag_name": name, "released_at": at, "is_release": True, "is_semver": is_semver}
            for name, at, is_semver in [
                ("v1.0.0", IN_WEEK, True),
                ("latest", IN_WEEK, False),
                ("v0.9.0", IN_MONTH, True),
                ("old", BEFORE, False),
                ("undated", None, False),
            ]
        ],
    )
    assert found["defect_escape_rate"] == 0.5
    assert found["issue_reopened_rate"] == 0.5
    assert found["releases_wk"] == 2
    assert found["semver_valid_ratio"] == 2 / 3
