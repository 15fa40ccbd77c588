"""Bad input, collected by a real run: each kind is shown, and no number is silently wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.definitions import defs
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Payload
from lotus_assets_tests.integration.amsterdam import amsterdam
from lotus_assets_tests.integration.collected import Collected, own_database
from lotus_assets_tests.integration.hand_made import HandMade, Project
from lotus_assets_tests.integration.runs.workplace import Workplace

REPO = "toman/core/checkout"
DAY = "2026-03-30"
UNKNOWN_SHA = "f" * 40


@dataclass(frozen=True)
class BadInput:
    """The run, and what was put into its GitLab by name."""

    done: Collected
    project: Project
    put: dict[str, Payload]

    def shown(self, table: str, name: str) -> list[dict[str, Any]]:
        """The failing rows of a check that must have failed."""
        assert not self.done.check(table, name).passed
        rows: list[dict[str, Any]] = self.done.shown(table, name, "failing_rows")
        return rows

    @property
    def metrics(self) -> dict[str, Any]:
        return self.done.metrics(DAY, REPO)


def contradictory_times(project: Project) -> dict[str, Payload]:
    """A merge before its first commit, a pipeline that ended before it began, twice, and more."""
    ahead = project.commit("2026-03-20 18:00", "From a clock that is fast", parents=(project.tip,))
    merged_early = project.merge_request("2026-03-20 09:00", [ahead], merged="2026-03-20 12:00")
    ended_early = project.pipeline("2026-03-20 10:00", "failed", ended="2026-03-20 09:00", ref="x")
    ended_early |= {"started_at": None, "updated_at": "2026-03-20T09:30:00.000Z"}
    refused = project.pipeline("2026-03-20 13:00", "success", ended="2026-03-20 13:10")
    refused["updated_at"] = "2026-03-20T11:00:00.000Z"
    job = project.job(refused, "of the refused")
    closed_early = project.issue("2026-03-20 10:00", closed="2026-03-20 10:30")
    closed_early["closed_at"] = "2026-03-19T10:00:00.000Z"
    timeless = project.change("2026-03-21 09:00", "2026-03-21 12:00")
    timeless["merged_at"] = None
    return {
        "merged_early": merged_early,
        "ended_early": ended_early,
        "refused": refused,
        "job": job,
        "closed_early": closed_early,
        "timeless": timeless,
    }


def cycle_in_needs(project: Project) -> dict[str, Payload]:
    """Two jobs that wait for each other; in another pipeline two that do not."""
    cyclic = project.pipeline("2026-03-23 10:00", "success", ended="2026-03-23 10:05")
    project.job(cyclic, "hen", needs=["egg"])
    project.job(cyclic, "egg", needs=["hen"])
    ordered = project.pipeline("2026-03-23 11:00", "success", ended="2026-03-23 11:05")
    project.job(ordered, "build", needs=[])
    project.job(ordered, "test", needs=["build"])
    return {"cyclic": cyclic, "ordered": ordered}


def deployments(project: Project) -> dict[str, Payload]:
    """To production: a known commit, an unknown one, and the known one again."""
    made = {}
    for name, sha, hour in (
        ("first", project.tip, 10),
        ("unknown", UNKNOWN_SHA, 11),
        ("last", project.tip, 12),
    ):
        pipeline = project.pipeline(
            f"2026-03-26 {hour}:00", "success", ended=f"2026-03-26 {hour}:05", sha=sha
        )
        made[name] = project.deployment(pipeline, "production", f"2026-03-26 {hour}:04")
    return made


@pytest.fixture(scope="module")
def bad(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BadInput]:
    """One run over all of it; rows may be refused in such numbers only here."""
    folder: Path = tmp_path_factory.mktemp("bad_input")
    world = HandMade(folder / "repositories", amsterdam("2026-03-31 12:00"))
    project = world.project(REPO)
    project.change("2026-03-18 09:00", "2026-03-18 13:00")
    put = contradictory_times(project) | cycle_in_needs(project) | deployments(project)
    project.release("v1.0.0", "2026-03-25 12:00")
    put["labelled"] = project.issue(
        "2026-03-24 09:00", labels=[f"label-{number:05d}" for number in range(10_000)]
    )
    put["strange"] = project.merge_request("2026-03-22 09:00", [])
    put["strange"] |= {
        "state": "merged",
        "merged_at": "2026-03-22T12:00:00.000Z",
        "updated_at": "2026-03-22T12:00:00.000Z",
        "merge_commit_sha": UNKNOWN_SHA,
    }
    with own_database(server_url, template) as url, StandinServer(world.on_disk()) as server:
        place = Workplace(url, folder / "place", world.now.isoformat())
        run = place.run(server, "tem_full", defs, TEM_QUARANTINE_LIMIT="0.5")
        assert run.execution.succeeded, run.reasons
        yield BadInput(Collected(place, run, server), project, put)


def test_a_merge_before_the_first_commit_has_no_cycle_time(bad: BadInput) -> None:
    (row,) = bad.shown("fact_mr", "durations_are_not_negative")
    assert row["mr_id"] == bad.put["merged_early"]["id"]
    assert (row["duration"], row["fault"]) == ("cycle_time_hours", "negative")
    assert bad.done.one("fact_mr", mr_id=row["mr_id"])["cycle_time_hours"] is None
    # The only cycle time there is: 18 March, 09:00 to 13:00.
    assert bad.metrics["mr_cycle_time_p50_h"] == 4.0
    assert bad.metrics["mr_cycle_time_p90_h"] == 4.0


def test_a_pipeline_that_ended_before_it_was_created_has_no_end(bad: BadInput) -> None:
    identifier = bad.put["ended_early"]["id"]
    assert [row["pipeline_id"] for row in bad.shown("raw_pipeline", "instants_are_in_order")] == [
        identifier
    ]
    (row,) = bad.shown("fact_pipeline", "has_no_reason")
    assert (row["pipeline_id"], row["reason"]) == (identifier, "finished_before_created")
    fact = bad.done.one("fact_pipeline", pipeline_id=identifier)
    assert (fact["ended_at"], fact["mtg_seconds"]) == (None, None)


def test_what_breaks_a_contract_is_in_quarantine_and_its_children_are_told(bad: BadInput) -> None:
    refused = {row["table_name"]: row["reason"] for row in quarantine(bad)}
    assert refused == {
        "raw_pipeline": "updated_before_created",
        "raw_mr": "merged_without_merged_at",
    }
    (job,) = bad.shown("raw_job", "has_pipeline")
    assert job["job_id"] == bad.put["job"]["id"]
    (commit,) = bad.shown("raw_mr_commit", "has_merge_request")
    assert commit["mr_id"] == bad.put["timeless"]["id"]


def quarantine(bad: BadInput) -> list[dict[str, Any]]:
    return bad.done.rows("quarantine")


def test_an_issue_closed_before_it_was_opened_is_told(bad: BadInput) -> None:
    (row,) = bad.shown("raw_issue", "instants_are_in_order")
    assert row["issue_id"] == bad.put["closed_early"]["id"]
    assert row["reason"] == "closed_at_before_created_at"


def test_a_cycle_in_needs_has_no_critical_path(bad: BadInput) -> None:
    (row,) = bad.shown("fact_pipeline", "has_no_critical_path_reason")
    assert row["pipeline_id"] == bad.put["cyclic"]["id"]
    assert row["critical_path_reason"] == "needs_cycle"
    assert (
        bad.done.one("fact_pipeline", pipeline_id=row["pipeline_id"])["critical_path_sec"] is None
    )
    # Two jobs of a minute after each other, and the three deployments' one job of a minute each.
    assert bad.metrics["critical_path_avg_s"] == (120 + 3 * 60) / 4


def test_a_release_without_its_tag_is_a_release_and_is_told(bad: BadInput) -> None:
    (row,) = bad.shown("raw_release", "has_tag")
    assert row["tag_name"] == "v1.0.0"
    (fact,) = bad.shown("fact_release", "has_no_reason")
    assert fact["reason"] == "tag_missing"
    assert bad.metrics["releases_wk"] == 1
    assert bad.metrics["semver_valid_ratio"] == 1.0


def test_after_a_deployment_of_an_unknown_commit_nobody_can_tell(bad: BadInput) -> None:
    (row,) = bad.shown("raw_deployment", "has_known_commit")
    assert row["deployment_id"] == bad.put["unknown"]["id"]
    facts = {row["deployment_id"]: row for row in bad.done.rows("fact_deployment")}
    first, unknown, last = (facts[bad.put[name]["id"]] for name in ("first", "unknown", "last"))
    # The history of the first is known, and the unknown commit is not in it: no rollback.
    assert (first["is_rollback"], unknown["is_rollback"]) == (False, False)
    # The last may well be in the history of the unknown one, and take it back: NULL.
    assert last["previous_sha"] == UNKNOWN_SHA
    assert (last["is_rollback"], last["reason"]) == (None, "sha_unknown")
    (told,) = bad.shown("fact_deployment", "has_no_reason")
    assert told["record_id"] == last["deployment_id"]
    assert bad.metrics["deployment_frequency_wk"] == 3
    assert bad.metrics["rollback_rate"] == 0.0


def test_ten_thousand_labels_are_all_read_and_told(bad: BadInput) -> None:
    identifier = bad.put["labelled"]["id"]
    (row,) = bad.shown("raw_issue", "has_few_labels")
    assert (row["issue_id"], row["label_count"]) == (identifier, 10_000)
    stored = bad.done.one("raw_issue", issue_id=identifier)["labels"]
    assert stored == bad.put["labelled"]["labels"]


def test_a_merge_request_whose_commits_are_unknown_is_told(bad: BadInput) -> None:
    (row,) = bad.shown("raw_mr", "has_known_commits")
    assert row["mr_id"] == bad.put["strange"]["id"]
    assert row["reason"] == "no_commits; merge_result_unknown"
    assert bad.done.one("fact_mr", mr_id=row["mr_id"])["cycle_time_hours"] is None
    assert bad.metrics["direct_pushes_wk"] == 0
