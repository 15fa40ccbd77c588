"""What the facts add to the engine: rules by project, references, ancestry within a project."""

from typing import Any

import pandas as pd

from lotus_assets.facts import (
    fact_branch,
    fact_deployment,
    fact_issue,
    fact_lead_time,
    fact_release,
)
from lotus_assets.facts.ancestry import commit_graph, shas, within_project
from lotus_assets.facts.marks import neighbours_of, project_marks
from lotus_assets.raw import (
    raw_branch,
    raw_commit,
    raw_deployment,
    raw_issue,
    raw_issue_closing_mr,
    raw_job,
    raw_mr,
    raw_mr_closing_issue,
    raw_mr_commit,
    raw_pipeline,
    raw_protected_branch,
    raw_push_event,
    raw_release,
    raw_tag,
)
from lotus_assets.sources.rules_file import Rules
from lotus_assets.tables.table import Table, gate

A, B, C, D = (character * 40 for character in "abcd")
PROJECTS = pd.DataFrame(
    {
        "project_id": [1, 2],
        "path_with_namespace": ["toman/core/checkout", "toman/tools"],
        "default_branch": "main",
        "earlier_default_branch": None,
        "default_branch_since": None,
        "created_at": pd.Timestamp("2026-03-01", tz="UTC"),
        "deployments_collected_from": pd.Timestamp("2026-03-01", tz="UTC"),
    }
).astype({"project_id": "Int64"})


def at(text: str) -> str:
    return f"2026-03-{text}:00Z"


def rows(table: Table, *given: dict[str, Any]) -> pd.DataFrame:
    """Rows as they are read from the warehouse; of project 1 unless they say otherwise."""
    frame = pd.DataFrame([{"project_id": 1} | row for row in given], columns=table.columns)
    return table.schema.coerce_dtype(frame.astype(object).where(frame.notna(), None))


def good(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    gated = gate(table, frame)
    assert gated.bad.empty, gated.bad["reason"].tolist()
    return gated.good


def commit(sha: str, *parents: str, **more: Any) -> dict[str, Any]:
    listed = ", ".join(f'"{parent}"' for parent in parents)
    return {"commit_id": sha, "parent_ids": f"[{listed}]", "closing": "[]"} | more


def test_a_fork_tells_nothing_about_its_parents_commits() -> None:
    commits = rows(raw_commit.TABLE, commit(A), commit(B, A, project_id=2), commit(A, project_id=2))
    graph = commit_graph(commits)
    asked = rows(raw_commit.TABLE, commit(A), commit(A, project_id=2))
    older = within_project(asked, "commit_id")["commit_id"]
    assert graph.is_ancestor(older, [f"1:{B}", f"2:{B}"]).isna().tolist() == [True, False]
    assert shas(older).tolist() == [A, A]


def deployments(rules: Rules, **frames: pd.DataFrame) -> pd.DataFrame:
    given = {
        "raw_pipeline": rows(raw_pipeline.TABLE),
        "raw_job": rows(raw_job.TABLE),
        "raw_deployment": rows(raw_deployment.TABLE),
        "raw_release": rows(raw_release.TABLE),
        "raw_tag": rows(raw_tag.TABLE),
        "raw_commit": rows(raw_commit.TABLE, commit(A), commit(B, A)),
    } | frames
    found = fact_deployment.deployment_rows(
        **given, dim_project=PROJECTS, rules=rules, timezone="Europe/Amsterdam"
    )
    return good(fact_deployment.TABLE, found)


def deployed(number: int, sha: str, hour: str) -> dict[str, Any]:
    return {
        "deployment_id": number,
        "environment": "prod-eu",
        "status": "success",
        "sha": sha,
        "created_at": at(f"02T{hour}:00"),
        "updated_at": at(f"02T{hour}:50"),
        "finished_at": at(f"02T{hour}:30"),
    }


def test_going_back_to_an_ancestor_is_a_rollback_with_its_time() -> None:
    found = deployments(
        Rules(),
        raw_deployment=rows(
            raw_deployment.TABLE, deployed(1, A, "08"), deployed(2, B, "09"), deployed(3, A, "12")
        ),
    )
    assert found["is_rollback"].tolist() == [False, False, True]
    assert found["previous_sha"].tolist()[1:] == [A, B]
    assert found["rollback_time_hours"].tolist()[2] == 3
    assert found["record_id"].tolist() == [1, 2, 3]


def pipeline(number: int, ref: str, project_id: int = 1) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "pipeline_id": number,
        "ref": ref,
        "sha": A,
        "source": "push",
        "status": "success",
        "created_at": at("02T08:00"),
        "updated_at": at("02T09:00"),
        "finished_at": at("02T09:00"),
    }


def test_rules_decide_by_project_what_is_production_and_what_a_rollback() -> None:
    rules = Rules.model_validate(
        {
            "production": [
                {
                    "path": "toman/core",
                    "rule": "default_branch",
                    "ref_patterns": ["(?i)^RELEASE/", "^hotfix"],
                }
            ],
            "overrides": [{"path": "toman/core", "rollback_pattern": "hotfix"}],
        }
    )
    pipelines = [pipeline(1, "release/1"), pipeline(2, "hotfix/2"), pipeline(3, "main")]
    pipelines += [pipeline(4, "main", project_id=2), pipeline(5, "hotfix/5", project_id=2)]
    found = deployments(rules, raw_pipeline=rows(raw_pipeline.TABLE, *pipelines))
    assert found["record_id"].tolist() == [1, 2, 4]
    assert found["is_rollback"].tolist() == [False, True, False]
    assert set(found["recorded_as"]) == {"pipeline"}


def issue(number: int, labels: str, day: str, **more: Any) -> dict[str, Any]:
    fixed = {"issue_id": number, "iid": number, "state": "opened", "reopened_count": 0}
    return (
        fixed | {"labels": labels, "created_at": at(f"{day}T08:00"), "issue_type": "issue"} | more
    )


def test_issues_by_the_rules_of_their_project() -> None:
    rules = Rules.model_validate(
        {
            "sla": [{"label": "urgent", "target_days": 2}],
            "overrides": [
                {"path": "toman/tools", "bug_labels": ["defect"], "sla": [], "escape_days": 1}
            ],
        }
    )
    labels = '["urgent", "bug", "defect"]'
    issues = rows(
        raw_issue.TABLE,
        issue(1, labels, "05", closed_at=at("06T08:00"), state="closed"),
        issue(2, labels, "05"),
        issue(3, labels, "05", project_id=2),
        issue(4, "[]", "05"),
        issue(5, labels, "05", vanished_at=at("06T00:00")),
    )
    releases = rows(
        raw_release.TABLE,
        {"tag_name": "v1", "released_at": at("01T08:00")},
        {"tag_name": "v1", "released_at": at("01T08:00"), "project_id": 2},
    )
    found = good(fact_issue.TABLE, fact_issue.issue_rows(issues, releases, PROJECTS, rules))
    assert found["issue_id"].tolist() == [1, 2, 4, 3]
    assert found["target_days"].fillna(0).tolist() == [2, 2, 0, 0]
    assert found["breached_at"].notna().tolist() == [False, True, False, False]
    assert found["is_bug"].tolist() == [True, True, False, True]
    # Four days after the release: within 14, beyond the 1 of toman/tools.
    assert found["is_escaped"].fillna(False).tolist() == [True, True, False, False]


def request(number: int, **more: Any) -> dict[str, Any]:
    fixed = {"mr_id": number, "iid": number, "state": "merged", "source_branch": "feature"}
    fixed |= {"target_branch": "main"}
    times = {"created_at": at("02T08:00"), "merged_at": at("03T08:00")}
    return fixed | times | {"merge_commit_sha": B, "head_sha": C, "source_project_id": 1} | more


def test_lead_time_from_every_kind_of_reference() -> None:
    requests = rows(raw_mr.TABLE, *(request(number) for number in (1, 2, 3, 4)))
    issues = rows(raw_issue.TABLE, *(issue(number, "[]", "01") for number in (1, 2, 3, 4)))
    on_request = {"updated_at": at("03T08:00")}
    described = {"mr_id": 1, "issue_project_path": "Toman/Core/Checkout", "issue_iid": 1}
    # The project has moved since its closing list was read.
    listed = {"mr_id": 2, "mr_project_id": 1, "issue_id": 2, "issue_iid": 2}
    found = fact_lead_time.lead_time_rows(
        raw_issue=issues,
        raw_mr=requests,
        raw_mr_commit=rows(raw_mr_commit.TABLE, {"mr_id": 3, "commit_id": D}),
        raw_commit=rows(
            raw_commit.TABLE, commit(A), commit(B, A), commit(D, A, closing='["#3", "no/such#4"]')
        ),
        raw_mr_closing_issue=rows(raw_mr_closing_issue.TABLE, described | on_request),
        raw_issue_closing_mr=rows(
            raw_issue_closing_mr.TABLE, listed | on_request | {"issue_project_path": "old/path"}
        ),
        fact_deployment=good(
            fact_deployment.TABLE,
            deployments(
                Rules(),
                raw_deployment=rows(
                    raw_deployment.TABLE, deployed(1, A, "08"), deployed(2, B, "09")
                ),
            ),
        ),
        dim_project=PROJECTS,
    )
    found = good(fact_lead_time.TABLE, found)
    assert found[["issue_id", "mr_id"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3]]
    # From 1 March 08:00 to 2 March 09:30.
    assert found["lead_time_hours"].tolist() == [25.5] * 3
    assert found["merge_result"].tolist() == [B] * 3


def test_lives_of_a_name_are_numbered() -> None:
    push = {"ref_type": "branch", "ref": "feature"}
    events = [("created", "01T08:00"), ("removed", "01T09:00"), ("created", "02T08:00")]
    pushes = [
        push | {"event_id": number, "action": action, "created_at": at(moment)}
        for number, (action, moment) in enumerate(events)
    ]
    found = good(
        fact_branch.TABLE,
        fact_branch.branch_rows(
            raw_mr=rows(raw_mr.TABLE),
            raw_mr_commit=rows(raw_mr_commit.TABLE),
            raw_push_event=rows(raw_push_event.TABLE, *pushes),
            raw_branch=rows(raw_branch.TABLE),
            raw_protected_branch=rows(raw_protected_branch.TABLE),
            dim_project=PROJECTS,
        ),
    )
    assert found["life_number"].tolist() == [1, 2]
    assert found["branch_ttl_hours"].fillna(-1).tolist() == [1, -1]
    assert found["is_over_30_days"].fillna(True).tolist() == [False, True]


def test_a_release_and_a_bare_tag() -> None:
    found = fact_release.release_rows(
        rows(raw_release.TABLE, {"tag_name": "v1.0.0", "released_at": at("29T23:30")}),
        rows(
            raw_tag.TABLE,
            {"tag_name": "v1.0.0"},
            {"tag_name": "nightly", "tagged_at": at("29T21:30")},
            {"tag_name": "gone", "tagged_at": at("29T21:30"), "vanished_at": at("30T00:00")},
        ),
        "Europe/Amsterdam",
    )
    found = good(fact_release.TABLE, found)
    assert found["tag_name"].tolist() == ["nightly", "v1.0.0"]
    assert found["is_semver"].tolist() == [False, True]
    # 23:30 UTC on Sunday the 29th is Monday in Amsterdam.
    assert found["cadence_bucket"].tolist() == ["2026-W13", "2026-W14"]


def test_a_mark_changes_with_own_rows_neighbours_and_what_is_shared_and_nothing_else() -> None:
    pairs = neighbours_of([(1, 2)])
    changes = {1: {"raw_mr": 1}, 2: {"raw_mr": 2}, 3: {"raw_mr": 3}}
    before = project_marks(changes, pairs, "rules")

    def changed(*arguments: Any) -> set[int]:
        after = project_marks(*arguments)
        return {key for key in before if before[key] != after[key]}

    assert changed(changes, pairs, "rules") == set()
    assert changed(changes | {2: {"raw_mr": 9}}, pairs, "rules") == {1, 2}
    assert changed(changes | {3: {"raw_mr": 9}}, pairs, "rules") == {3}
    assert changed(changes, neighbours_of([]), "rules") == {1}
    assert changed(changes, pairs, "other rules") == {1, 2, 3}
