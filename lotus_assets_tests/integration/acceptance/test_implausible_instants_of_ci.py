"""Instants of pipelines, jobs, deployments and releases that cannot be are taken for missing."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

REPO = "toman/core/checkout"
DAY = "2026-03-30"


def test_what_cannot_be_is_kept_raw_and_counts_nowhere(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """A runner's clock in 2099 does not move a pipeline's end: red from 10:10 to 10:40. A
    deployment that says it finished in 1999 counts by its update, and no duration comes of it. A
    release of 2099 came out when its tag was made; one of tomorrow noon is plausible.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    failed = project.pipeline("2026-03-26 10:00", "failed", ended="2026-03-26 10:10", ref="work")
    project.job(failed, "unit", status="failed", finished="2026-03-26 10:10")
    project.job(failed, "lint", finished="2099-01-01 00:00")
    mended = project.pipeline("2026-03-26 10:20", "success", ended="2026-03-26 10:40", ref="work")
    strange = project.pipeline("2026-03-27 10:00", "success", ended="2026-03-27 10:00", ref="work")
    deployment = project.deployment(strange, "production", "2026-03-27 10:30")
    strange_job = project.data.jobs[strange["id"]][0]
    strange_job |= {"started_at": None, "finished_at": "1999-12-31T23:00:00.000Z"}
    project.tag("v1.0.0", "2026-03-28 10:00")
    project.release("v1.0.0", "2099-01-01 00:00")
    project.tag("v1.1.0", "2026-03-28 11:00")
    project.release("v1.1.0", "2026-04-01 11:59")
    done = collect(world)

    stored = done.rows("raw_job", pipeline_id=failed["id"])
    assert "2098-12-31T23:00:00+00:00" in {row["finished_at"] for row in stored}
    facts = {row["pipeline_id"]: row for row in done.rows("fact_pipeline")}
    assert facts[failed["id"]]["ended_at"] == "2026-03-26T09:10:00+00:00"
    assert facts[failed["id"]]["mtg_seconds"] == 1800
    assert facts[mended["id"]]["reason"] is None
    row = done.one("fact_deployment", deployment_id=deployment["id"])
    assert (row["finished_at"], row["reason"]) == (None, "finished_at_missing")
    assert row["deployed_at"] == "2026-03-27T09:30:00+00:00"
    assert done.metrics(DAY, REPO)["deployment_frequency_wk"] == 1
    releases = {row["tag_name"]: row["released_at"] for row in done.rows("fact_release")}
    assert releases == {
        "v1.0.0": "2026-03-28T09:00:00+00:00",
        "v1.1.0": "2026-04-01T09:59:00+00:00",
    }
    jobs = done.shown("raw_job", "instants_are_plausible", "failing_rows")
    assert [job["reason"] for job in jobs] == ["finished_at_implausible"] * 2
    (told,) = done.shown("raw_deployment", "instants_are_plausible", "failing_rows")
    assert told["deployment_id"] == deployment["id"]
    (told,) = done.shown("raw_release", "instants_are_plausible", "failing_rows")
    assert (told["tag_name"], told["reason"]) == ("v1.0.0", "released_at_implausible")
