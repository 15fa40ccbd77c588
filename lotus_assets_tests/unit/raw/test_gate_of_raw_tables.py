"""What each raw table lets through, and with which reason it sends a row to quarantine."""

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from lotus_assets import raw
from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_environment,
    raw_issue,
    raw_job,
    raw_mr,
    raw_mr_note,
    raw_mr_version,
    raw_pipeline,
    raw_project,
    raw_push_event,
    raw_release,
    raw_user,
)
from lotus_assets.raw.collect_merge_requests import page_rows
from lotus_assets.tables.table import gate
from lotus_assets_tests.unit.raw import payloads

SHA = payloads.SHA
MODULES = [
    import_module(f"{raw.__name__}.{module.name}")
    for module in pkgutil.iter_modules(raw.__path__)
    if module.name.startswith("raw_")
]


def rows_of(module: ModuleType, payloads: list[dict[str, Any]]) -> pd.DataFrame:
    """The module's rows; those that are made from other rows of their page, with these."""
    if module in (raw_mr, raw_mr_version):
        return page_rows(payloads)[module.TABLE]
    rows: pd.DataFrame = module.rows(payloads)
    return rows


def with_job(**more: Any) -> dict[str, Any]:
    return payloads.pipeline(jobs=[payloads.job(1, **more)])


def with_note(**more: Any) -> dict[str, Any]:
    return payloads.merge_request(notes=[payloads.note(1, "09:00:00", **more)])


USER = {
    "id": "gid://gitlab/User/1",
    "username": "ann",
    "name": "Ann",
    "state": "active",
    "bot": False,
    "emailHash": None,
}

GOOD: list[tuple[ModuleType, dict[str, Any]]] = [
    (raw_mr, payloads.merge_request()),
    (raw_mr, payloads.merge_request(sourceProjectId=None, author=None, diffStatsSummary=None)),
    (raw_mr, payloads.merge_request(state="opened", mergedAt=None)),
    # Imported merge requests may have been merged before they were created here.
    (raw_mr, payloads.merge_request(mergedAt="2019-01-01T00:00:00Z")),
    (raw_mr_note, with_note()),
    (raw_pipeline, payloads.pipeline()),
    (raw_pipeline, payloads.pipeline(status="WAITING_FOR_CALLBACK", duration=None)),
    (raw_pipeline, payloads.pipeline(updatedAt=None)),
    (raw_job, with_job()),
    (raw_job, with_job(kind="BRIDGE", startedAt=None, finishedAt=None, duration=None)),
    (raw_issue, payloads.issue()),
    (raw_issue, payloads.issue(type="INCIDENT", state="closed", closedAt="2026-03-02T09:00:00Z")),
    (raw_deployment, payloads.deployment()),
    (raw_deployment, payloads.deployment(deployable=None, environment=None, user=None)),
    (raw_push_event, payloads.push()),
    (raw_push_event, payloads.push(action="created", commit_from=None)),
    (raw_commit, payloads.commit()),
    (raw_project, payloads.project()),
    (raw_project, payloads.project(repository=None, jobsEnabled=None)),
    (raw_environment, payloads.project()),
    (raw_release, payloads.project()),
    (raw_user, USER),
]

BAD: list[tuple[ModuleType, dict[str, Any], str]] = [
    (raw_mr, payloads.merge_request(mergedAt=None), "merged_without_merged_at"),
    (raw_mr, payloads.merge_request(state="opened"), "merged_at_without_merge"),
    (raw_mr, payloads.merge_request(state="frozen"), "state: isin"),
    (raw_mr, payloads.merge_request(createdAt=None), "created_at: not_nullable"),
    (raw_mr, payloads.merge_request(createdAt="yesterday"), "created_at"),
    (raw_mr, payloads.merge_request(updatedAt="2026-03-01T00:00:00Z"), "updated_before_created"),
    (raw_mr, payloads.merge_request(diffHeadSha="main"), "head_sha: str_matches"),
    (
        raw_mr,
        payloads.merge_request(diffStatsSummary={"additions": -1, "deletions": 0, "fileCount": 1}),
        "lines_added: greater_than_or_equal_to(0)",
    ),
    (raw_mr_note, with_note(createdAt=None), "created_at: not_nullable"),
    (raw_mr_note, with_note(pushedFromSha="abc"), "pushed_from_sha: str_matches"),
    (raw_pipeline, payloads.pipeline(status="EXPLODED"), "status: isin"),
    (raw_pipeline, payloads.pipeline(duration=-1), "duration_sec: greater_than_or_equal_to(0)"),
    (raw_pipeline, payloads.pipeline(updatedAt="2026-03-02T07:00:00Z"), "updated_before_created"),
    (raw_job, with_job(status="LOST"), "status: isin"),
    (raw_job, with_job(kind="SERVICE"), "kind: isin"),
    (raw_job, with_job(duration=-5), "duration_sec: greater_than_or_equal_to(0)"),
    (raw_job, with_job(finishedAt="2026-03-02T08:00:59Z"), "finished_before_started"),
    (raw_issue, payloads.issue(type="WISH"), "issue_type: isin"),
    (raw_issue, payloads.issue(closedAt="2026-03-02T08:30:00Z"), "open_with_closed_at"),
    (raw_deployment, payloads.deployment(status="beamed"), "status: isin"),
    (raw_push_event, payloads.push(action="poked"), "action: isin"),
    (raw_push_event, payloads.push(commit_from=None, commit_to=None), "pushed_without_tips"),
    (raw_commit, payloads.commit(commit_id="HEAD"), "commit_id: str_matches"),
    (raw_commit, payloads.commit(author_email_hash="ann@example.com"), "author_email_hash"),
    (raw_project, payloads.project(visibility="secret"), "visibility: isin"),
    (raw_user, USER | {"state": "asleep"}, "state: isin"),
    (raw_user, USER | {"id": None}, "user_id: not_nullable"),
]


@pytest.mark.parametrize(("module", "payload"), GOOD)
def test_what_gitlab_sends_passes(module: ModuleType, payload: dict[str, Any]) -> None:
    gated = gate(module.TABLE, rows_of(module, [payload]))
    assert gated.bad["reason"].tolist() == []
    assert len(gated.good) == 1


@pytest.mark.parametrize(("module", "payload", "reason"), BAD)
def test_contradictions_and_unknown_values_do_not(
    module: ModuleType, payload: dict[str, Any], reason: str
) -> None:
    gated = gate(module.TABLE, rows_of(module, [payload]))
    assert len(gated.good) == 0
    assert reason in gated.bad["reason"].item()


def test_a_bad_row_does_not_take_a_good_one_along() -> None:
    bad = payloads.merge_request(1, createdAt="yesterday")
    gated = gate(raw_mr.TABLE, rows_of(raw_mr, [bad, payloads.merge_request(2)]))
    assert gated.good["iid"].tolist() == [2]
    assert len(gated.bad) == 1


@pytest.mark.parametrize("module", MODULES)
def test_no_payloads_are_no_rows(module: ModuleType) -> None:
    frame = rows_of(module, [])
    assert list(frame.columns) == module.TABLE.columns
    assert gate(module.TABLE, frame).good.empty


@pytest.mark.parametrize("module", MODULES)
def test_every_column_is_described(module: ModuleType) -> None:
    columns = module.TABLE.schema.columns.values()
    assert all(column.description for column in columns)
    assert module.TABLE.name == module.__name__.rpartition(".")[2]
    assert set(module.TABLE.key) <= set(module.TABLE.columns)


def test_times_of_every_form_are_utc_to_the_microsecond() -> None:
    row = gate(raw_deployment.TABLE, raw_deployment.rows([payloads.deployment()])).good.iloc[0]
    assert row["created_at"] == pd.Timestamp("2026-03-02T08:00:00Z")
    assert row["updated_at"] == pd.Timestamp("2026-03-02T08:05:00.123Z")
