"""Few odd rows among few new ones stop nothing, and what GitLab does by itself is not odd."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade, Project
from lotus_assets_tests.integration.runs.workplace import Workplace

REPO = "toman/core/ledger"


def begin(world: HandMade) -> Project:
    """A project with a merge request of the day before."""
    project = world.project(REPO)
    project.change("2026-03-30 09:00", "2026-03-30 11:00")
    return project


def test_one_odd_row_among_five_new_ones_is_kept_apart_and_the_watermark_moves(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 09:00")
    project = begin(world)
    collect(world, "tem_incremental")
    new = [
        project.change(f"2026-03-31 09:{minute}", f"2026-03-31 09:{minute + 1}")
        for minute in (10, 12, 14, 16)
    ]
    # Imported: what an importer took over of another clock is refused by the contract.
    odd = project.change("2026-03-31 09:18", "2026-03-31 09:19")
    odd["created_at"] = "2026-03-31T22:00:00.000Z"
    world.now += timedelta(hours=1)
    done = collect(world, "tem_incremental")

    (refused,) = done.rows("quarantine")
    assert (refused["table_name"], refused["reason"]) == ("raw_mr", "updated_before_created")
    stored = {row["mr_id"] for row in done.rows("raw_mr")}
    assert {request["id"] for request in new} <= stored
    assert odd["id"] not in stored
    state = done.one("ingestion_state", entity=f"raw_mr:{project.project_id}")
    assert state["last_seen_updated_at"].startswith("2026-03-31T07:19:00")
    check = done.check("raw_mr", "gate")
    assert check.passed
    assert check.metadata["quarantined"].value == 1
    # The hour after is like any other.
    world.now += timedelta(hours=1)
    assert collect(world, "tem_incremental").check("raw_mr", "gate").passed


@pytest.mark.parametrize(("floor", "is_committed"), [("5", True), ("4", False)])
def test_the_floor_is_a_number_of_rows(
    hand_made: Callable[[str], HandMade],
    database: str,
    floor: str,
    is_committed: bool,
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = begin(world)
    for minute in (10, 12, 14, 16, 18):
        odd = project.change(f"2026-03-31 09:{minute}", f"2026-03-31 09:{minute + 1}")
        odd["created_at"] = "2026-03-31T22:00:00.000Z"
    with StandinServer(world.on_disk()) as server:
        place = Workplace(database, world.folder.parent / "place", world.now.isoformat())
        run = place.run(server, "tem_incremental", TEM_QUARANTINE_FLOOR=floor)
    assert run.check("raw_mr").passed is is_committed
    assert ("collect_merge_requests" in run.failed_steps) is not is_committed


def test_what_gitlab_itself_does_is_not_odd(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """`Ci::Pipeline` (`app/models/ci/pipeline.rb`) writes finished_at when it is canceled, be it
    before a job began; retried, it writes started_at as the first job runs, and finished_at stays
    until it ends again. `Issue#closed_at` (`app/models/issue.rb`) is written by the transition to
    closed alone: importers insert issues that are closed.
    """
    world = hand_made("2026-03-31 12:00")
    project = begin(world)
    retried = project.pipeline("2026-03-31 09:00", "running", ended="2026-03-31 09:01")
    retried |= {"started_at": "2026-03-31T08:00:00.000Z", "updated_at": "2026-03-31T08:00:00.000Z"}
    imported = project.issue("2026-03-02 09:00")
    imported["state"] = "closed"
    done = collect(world)
    assert done.rows("quarantine") == []
    pipeline = done.one("raw_pipeline", pipeline_id=retried["id"])
    assert pipeline["finished_at"] < pipeline["started_at"]
    issue = done.one("raw_issue", issue_id=imported["id"])
    assert (issue["state"], issue["closed_at"]) == ("closed", None)
