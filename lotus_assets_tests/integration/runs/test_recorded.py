"""A real project of gitlab.com, recorded, served by the stand-in and collected by a real run."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.gitlab_description import GITLAB
from lotus_assets_tests.integration.runs.contents import Row, rows
from lotus_assets_tests.integration.runs.workplace import Workplace
from lotus_assets_tests.recorded_store import PROJECT_ID, recorded_store

RECORDINGS = GITLAB / "recorded"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS}")

AS_OF = "2026-01-15T12:00:00+01:00"
"""Within the daily partitions; the project's last change is years older."""
MINUTE = 1 / 60


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return recorded_store(tmp_path_factory.mktemp("recorded"), RECORDINGS)


@pytest.fixture(scope="module")
def place(
    store: Store,
    create_shared_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Workplace:
    place = Workplace(create_shared_database(), tmp_path_factory.mktemp("place"), AS_OF)
    roots = [path for path in store.groups if "/" not in path]
    with StandinServer(store) as server:
        run = place.run(
            server,
            "tem_full",
            TEM_BACKFILL_DAYS="3650",
            TEM_ROOT_GROUPS=",".join(roots),
            # One of the recorded deployments has a status that GitLab does not document.
            TEM_QUARANTINE_LIMIT="0.2",
        )
    assert run.execution.succeeded, run.reasons
    return place


def recorded(name: str) -> list[dict[str, Any]]:
    text = (RECORDINGS / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def stored(place: Workplace, table: str) -> list[Row]:
    return [row for row in rows(place.url, table) if row["project_id"] == PROJECT_ID]


def test_all_that_was_recorded_is_in_the_tables(place: Workplace) -> None:
    requests = {entry["data"]["id"] for entry in recorded("merge_requests")}
    numbers = {entry["data"]["iid"] for entry in recorded("merge_requests")}
    assert len(requests) == 18
    assert {row["mr_id"] for row in stored(place, "raw_mr")} == requests
    notes = {
        entry["data"]["id"]
        for entry in recorded("merge_request_notes")
        if entry["input"]["Iid"] in numbers
    }
    # 26 notes were recorded, six of them of merge requests that were not.
    assert len(notes) == 20
    assert {row["note_id"] for row in stored(place, "raw_mr_note")} == notes
    # Of 37 recorded commits, nine belong to !2 and two to !7, which were not recorded.
    commits = recorded("merge_request_commits")
    assert len(commits) == 37
    assert len(stored(place, "raw_mr_commit")) == 37 - 9 - 2
    issues = {entry["data"]["id"] for entry in recorded("issues")}
    assert len(issues) == 16
    assert {row["issue_id"] for row in stored(place, "raw_issue")} == issues


def test_all_commits_that_a_ref_reaches_are_in_the_tables(place: Workplace, store: Store) -> None:
    repository = store.projects[PROJECT_ID].repository
    assert repository is not None
    reached = reachable(repository)
    assert len(reached) > 50
    found = {row["commit_id"]: row for row in stored(place, "raw_commit")}
    assert set(found) == reached
    parents = json.dumps([row["parent_ids"] for row in found.values()])
    assert "null" not in parents


def test_jobs_and_deployments_of_the_other_projects_are_there_too(place: Workplace) -> None:
    jobs = {entry["data"]["id"] for entry in recorded("jobs")}
    assert jobs <= {row["job_id"] for row in rows(place.url, "raw_job")}
    # One of eight was never updated, so that GitLab's filter by update leaves it out.
    updated = [entry["data"] for entry in recorded("deployments") if "updated_at" in entry["data"]]
    assert len(updated) == 7
    odd = {entry["id"] for entry in updated if entry["status"] == "completed"}
    assert len(odd) == 1
    stored_ids = {row["deployment_id"] for row in rows(place.url, "raw_deployment")}
    assert stored_ids == {entry["id"] for entry in updated} - odd
    [kept] = rows(place.url, "quarantine")
    assert kept["payload"]["deployment_id"] in odd
    assert kept["reason"].startswith("status: isin(")


@pytest.mark.parametrize(
    ("number", "hours"),
    [
        # !1: first commit 2019-06-28 05:40:36, merged 14:32:06.192 the same day:
        # 8 h 51 min 30.192 s = 8 + 51/60 + 30.192/3600 = 8.858387 h.
        (1, 8.858387),
        # !3: first commit 2019-08-15 19:32:19, merged 2019-08-26 14:15:27.922. From the 15th to
        # the 26th at 19:32:19 are 11 days = 264 h; 14:15:27.922 is 5 h 16 min 51.078 s earlier:
        # 264 - (5 + 16/60 + 51.078/3600) = 264 - 5.280855 = 258.719145 h.
        (3, 258.719145),
        # !5: the earliest of 18 commits 2020-03-24 12:52:28, merged 2020-03-25 18:36:45.801:
        # 24 h + 5 h 44 min 17.801 s = 29 + 44/60 + 17.801/3600 = 29.738278 h.
        (5, 29.738278),
    ],
)
def test_cycle_times_are_those_worked_out_by_hand(
    place: Workplace, number: int, hours: float
) -> None:
    assert cycle_times(place)[number] == pytest.approx(hours, abs=MINUTE)


def test_without_recorded_commits_there_is_no_cycle_time(place: Workplace) -> None:
    with_commits = {entry["input"]["Iid"] for entry in recorded("merge_request_commits")}
    merged = {
        entry["data"]["iid"]
        for entry in recorded("merge_requests")
        if entry["data"]["state"] == "merged"
    }
    times = cycle_times(place)
    unknown = {number for number in merged if times[number] is None}
    assert unknown == merged - with_commits == {8, 10, 12, 14, 16}


def test_the_export_counts_what_is_open(place: Workplace) -> None:
    text = (place.exports / "daily" / "2026-01-14.json").read_text(encoding="utf-8")
    [project] = [line for line in json.loads(text) if line["repo"] == "gitlab-data/snowflake_spend"]
    # !9, !11, !18, !19 and !21 were never closed.
    assert project["metrics"]["wip_count"] == 5
    assert project["metrics"]["mr_throughput_wk"] == 0


def cycle_times(place: Workplace) -> dict[int, float | None]:
    return {row["iid"]: row["cycle_time_hours"] for row in stored(place, "fact_mr")}


def reachable(repository: Path) -> set[str]:
    """What branches, tags and heads of merge requests reach: all that GitLab gives to a reader."""
    refs = ["--branches", "--tags", "--glob=refs/merge-requests/*/head"]
    command = ["git", "-c", "safe.directory=*", "-C", str(repository), "rev-list", *refs]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(done.stdout.split())
