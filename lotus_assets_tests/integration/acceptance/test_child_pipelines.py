"""Child pipelines are stored, stay stored, and are in no metric but that of flaky jobs."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO = "toman/core/checkout"
DAY = "2026-03-30"


def a_parent_and_its_child(project: Project) -> tuple[int, int]:
    """A successful parent with a bridge, and its child whose job fails and is retried."""
    parent = project.pipeline("2026-03-20 10:00", "success", ended="2026-03-20 10:10")
    project.job(parent, "compile")
    bridge = project.job(parent, "start child", kind="bridge")
    assert bridge["kind"] == "bridge"
    child = project.pipeline(
        "2026-03-20 10:02", "failed", ended="2026-03-20 10:09", parent=parent, seconds=420
    )
    project.job(child, "feed", status="failed")
    project.job(child, "feed")
    return int(parent["id"]), int(child["id"])


def test_child_pipelines_are_stored_and_count_for_flaky_alone(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """Groups with a finished run: compile and feed; feed failed, then succeeded. The bridge is
    none of them, though GitLab lists it among the jobs.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    parent_id, child_id = a_parent_and_its_child(project)
    done = collect(world)

    child = done.one("raw_pipeline", pipeline_id=child_id)
    assert (child["source"], child["parent_pipeline_id"]) == ("parent_pipeline", parent_id)
    assert len(done.rows("raw_job", pipeline_id=child_id)) == 2
    metrics = done.metrics(DAY, REPO)
    assert metrics["pipeline_success_rate"] == 1.0
    assert metrics["pipeline_duration_avg_s"] == 300
    assert metrics["mean_time_to_green_s"] is None
    assert metrics["flaky_job_rate"] == 0.5


def test_a_list_without_them_marks_none_as_vanished(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The second run sweeps, because a pipeline moved; then a child is deleted, and only it."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    _, child_id = a_parent_and_its_child(project)
    collect(world)
    project.pipeline("2026-03-31 11:00", "success", ended="2026-03-31 11:05")
    second = collect(world)
    assert {row["vanished_at"] for row in second.rows("raw_pipeline")} == {None}
    assert len(second.rows("raw_pipeline")) == 3

    del project.data.pipelines[child_id], project.data.jobs[child_id]
    third = collect(world, "tem_incremental")
    gone = [row["pipeline_id"] for row in third.rows("raw_pipeline") if row["vanished_at"]]
    assert gone == [child_id]


def test_a_child_that_moves_later_is_read_again(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    _, child_id = a_parent_and_its_child(project)
    collect(world)
    child = project.data.pipelines[child_id]
    child |= {"status": "success", "updated_at": "2026-03-31T09:30:00.000Z"}
    done = collect(world, "tem_incremental")
    assert done.one("raw_pipeline", pipeline_id=child_id)["status"] == "success"
