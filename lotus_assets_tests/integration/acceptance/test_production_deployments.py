"""What counts as one production deployment, from which day by which rule, and what goes back."""

from collections.abc import Callable

import pytest

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO = "toman/core/checkout"
DAY = "2026-03-30"
"""A Monday; its seven days are those from the 24th on."""


def pushed(project: Project, at: str) -> str:
    """The SHA of a commit on `main`, pushed as it was written."""
    revision = project.commit(at, "Work", parents=(project.tip,))
    project.push(at, revision.sha)
    return revision.sha


def on_main(project: Project, at: str, *, ended: str | None = None) -> Payload:
    """A successful pipeline of a commit pushed to `main` at that instant."""
    return project.pipeline(at, "success", ended=ended or at, sha=pushed(project, at))


def test_regions_jobs_and_returns(hand_made: Callable[[str], HandMade], collect: Collect) -> None:
    """Four pipelines on two regions. The first brings both by a migration and a deployment; the
    second reaches `us` only after the third is in `eu`: late, no rollback, and one deployment; the
    first comes back to `eu` an hour after the third: a second visit, and a rollback of the third.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    one, two, three = (on_main(project, f"2026-03-26 {hour}:00") for hour in ("08", "09", "10"))
    for environment, pipeline, finished, job in (
        ("eu", one, "08:10", "migrate"),
        ("eu", one, "08:20", "deploy"),
        ("us", one, "08:30", "deploy"),
        ("eu", two, "09:20", "deploy"),
        ("eu", three, "10:20", "deploy"),
        ("us", two, "10:40", "deploy"),
        ("us", three, "11:00", "deploy"),
        ("eu", one, "11:20", "deploy"),
    ):
        project.deployment(pipeline, environment, f"2026-03-26 {finished}", job=job)
    done = collect(world)

    counted = done.rows("fact_deployment", is_counted=True)
    assert len(done.rows("fact_deployment")) == 8
    assert sorted((row["finished_at"][11:16], row["is_rollback"]) for row in counted) == [
        ("07:10", False),
        ("08:20", False),
        ("09:20", False),
        ("10:20", True),
    ]
    metrics = done.metrics(DAY, REPO)
    assert metrics["deployment_frequency_wk"] == 4
    assert metrics["rollback_rate"] == 0.25
    # The third was the last in eu, and its first deployment finished at 10:20.
    assert metrics["rollback_time_p50_h"] == 1
    flags = {row["pipeline_id"]: row["is_rollback"] for row in done.rows("fact_pipeline")}
    assert flags == {one["id"]: True, two["id"]: False, three["id"]: False}


def test_a_job_that_rolls_back_counts_by_itself(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The job stands in the pipeline that it takes back: no other SHA is deployed by it."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    pipeline = on_main(project, "2026-03-26 08:00")
    project.deployment(pipeline, "production", "2026-03-26 08:30")
    project.deployment(pipeline, "production", "2026-03-26 10:00", job="rollback production")
    done = collect(world)

    metrics = done.metrics(DAY, REPO)
    assert (metrics["deployment_frequency_wk"], metrics["rollback_rate"]) == (2, 0.5)
    assert metrics["rollback_time_p50_h"] == 1.5


def test_a_child_pipeline_deploys_for_its_topmost_parent(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The parent, its child and the child's child bring three regions: one deployment. Pipelines
    on the default branch of that day do not count besides.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    parent = on_main(project, "2026-03-26 08:00")
    child = project.pipeline(
        "2026-03-26 08:05", "success", ended="2026-03-26 08:20", parent=parent, sha=parent["sha"]
    )
    grandchild = project.pipeline(
        "2026-03-26 08:10", "success", ended="2026-03-26 08:20", parent=child, sha=parent["sha"]
    )
    for number, pipeline in enumerate((parent, child, grandchild)):
        project.deployment(pipeline, f"region-{number}", f"2026-03-26 08:2{number}")
    on_main(project, "2026-03-26 12:00")
    done = collect(world)

    assert done.metrics(DAY, REPO)["deployment_frequency_wk"] == 1
    assert {row["topmost_pipeline_id"] for row in done.rows("fact_deployment")} == {parent["id"]}
    prod = {row["pipeline_id"] for row in done.rows("fact_pipeline", is_prod=True)}
    assert prod == {parent["id"], child["id"], grandchild["id"]}


def test_through_the_api_the_environment_and_the_sha_tell(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """A script records a, a again, b, then a: three, and the last one goes back."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    first, second = (pushed(project, f"2026-03-26 0{hour}:00") for hour in (7, 8))
    for sha, at in ((first, "09:00"), (first, "09:30"), (second, "10:00"), (first, "10:30")):
        project.api_deployment(sha, "production", f"2026-03-26 {at}")
    done = collect(world)

    metrics = done.metrics(DAY, REPO)
    assert metrics["deployment_frequency_wk"] == 3
    assert metrics["rollback_rate"] == pytest.approx(1 / 3)
    assert metrics["rollback_time_p50_h"] == 0.5


def test_history_is_not_rewritten_by_a_later_rule(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """Pipelines on `main` on the 24th and 25th; a release on the 26th, from when on only the
    pipelines of tags count; the first deployment on the 28th, from when on only deployments do.
    A nightly schedule deploys nothing new.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    for day in (24, 25, 26, 27, 28, 29):
        on_main(project, f"2026-03-{day} 09:00")
        project.pipeline(
            f"2026-03-{day} 02:00", "success", ended=f"2026-03-{day} 02:10", source="schedule"
        )
    for day in (26, 29):
        project.tag(f"v1.{day}", f"2026-03-{day} 10:00")
        project.release(f"v1.{day}", f"2026-03-{day} 10:05")
        project.pipeline(
            f"2026-03-{day} 10:00", "success", ended=f"2026-03-{day} 10:30", ref=f"v1.{day}"
        )
    deploying = on_main(project, "2026-03-28 12:00")
    project.deployment(deploying, "production", "2026-03-28 12:30")
    done = collect(world)

    found = {(row["rule"], row["finished_at"][:10]) for row in done.rows("fact_deployment")}
    assert found == {
        ("default_branch", "2026-03-24"),
        ("default_branch", "2026-03-25"),
        ("releases", "2026-03-26"),
        ("environments", "2026-03-28"),
    }
    assert done.metrics(DAY, REPO)["deployment_frequency_wk"] == 4


def test_an_optional_job_played_weeks_later_does_not_move_the_end(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """GitLab moves `finished_at` of the pipeline with the manual job; red from 10:10 to 10:40 is
    half an hour. A manual job that blocks decides like any other.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    failed = project.pipeline("2026-03-10 10:00", "failed", ended="2026-03-29 09:00")
    project.job(failed, "unit", status="failed", finished="2026-03-10 10:10")
    project.job(failed, "docs", finished="2026-03-29 09:00", is_manual=True, allow_failure=True)
    mended = project.pipeline("2026-03-10 10:20", "success", ended="2026-03-10 10:30")
    project.job(mended, "unit", finished="2026-03-10 10:30")
    project.job(mended, "approve", finished="2026-03-10 10:40", is_manual=True)
    done = collect(world)

    ends = {row["pipeline_id"]: row["ended_at"][:16] for row in done.rows("fact_pipeline")}
    assert ends == {failed["id"]: "2026-03-10T09:10", mended["id"]: "2026-03-10T09:40"}
    assert done.one("fact_pipeline", pipeline_id=failed["id"])["mtg_seconds"] == 1800
    assert done.metrics(DAY, REPO)["mean_time_to_green_s"] == 1800
