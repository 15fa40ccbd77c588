"""Lead time for change: what is known of when a merge went out."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO = "toman/core/checkout"
DAY = "2026-03-30"


def closed_by_a_merge(project: Project, opened: str, merged: str) -> int:
    """An issue that a merge request closes; its id."""
    issue = project.issue(opened, closed=merged)
    request = project.change(merged, merged)
    request["description"] = f"Closes #{issue['iid']}"
    return int(issue["id"])


def deployed(project: Project, finished: str) -> None:
    """What `main` holds goes to production."""
    pipeline = project.pipeline(finished, "success", ended=finished)
    project.deployment(pipeline, "production", finished)


def test_a_merge_before_the_first_known_deployment_of_an_old_project(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The project is of June, and deployments are recorded since 20 March: the merge of the 10th
    may have been out for days by then. That of the 24th went out two hours later.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO, created="2025-06-02 09:00")
    early = closed_by_a_merge(project, "2026-03-02 10:00", "2026-03-10 10:00")
    deployed(project, "2026-03-20 10:00")
    late = closed_by_a_merge(project, "2026-03-23 12:00", "2026-03-24 10:00")
    deployed(project, "2026-03-24 12:00")
    done = collect(world)

    rows = {row["issue_id"]: row for row in done.rows("fact_lead_time")}
    assert rows[early]["reason"] == "before_first_deployment"
    assert (rows[early]["lead_time_hours"], rows[early]["deployed_at"]) == (None, None)
    assert rows[late]["lead_time_hours"] == 24
    assert done.metrics(DAY, REPO)["lead_time_p50_h"] == 24
    check = done.check("fact_lead_time", "has_no_reason")
    assert check.passed


def test_a_project_of_which_all_was_collected_has_its_first_lead_time(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """Created in March, within the 180 days of the first collection: nothing went out unseen."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO, created="2026-03-02 09:00")
    closed_by_a_merge(project, "2026-03-02 10:00", "2026-03-10 10:00")
    deployed(project, "2026-03-20 10:00")
    done = collect(world)

    # From 2 March 10:00 to 20 March 10:00.
    assert done.metrics(DAY, REPO)["lead_time_p50_h"] == 18 * 24


def test_a_return_to_an_older_commit_brings_nothing_for_the_first_time(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The first of two regions to finish is when the change was out."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO, created="2026-03-02 09:00")
    deployed(project, "2026-03-20 10:00")
    issue = closed_by_a_merge(project, "2026-03-24 08:00", "2026-03-24 09:00")
    pipeline = project.pipeline("2026-03-24 09:00", "success", ended="2026-03-24 09:30")
    project.deployment(pipeline, "production", "2026-03-24 14:00")
    project.deployment(pipeline, "production-us", "2026-03-24 10:00")
    done = collect(world)
    assert done.one("fact_lead_time", issue_id=issue)["lead_time_hours"] == 2
