"""Which environments are production: the tier decides, and a name only where there is none."""

from collections.abc import Callable
from datetime import datetime

from lotus_assets.sources.gitlab.lists.deployments import DEPLOYMENTS_A_REQUEST
from lotus_assets_tests.integration.amsterdam import amsterdam
from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade
from lotus_assets_tests.standin_fixtures import client_of

REPO = "toman/core/checkout"
ENVIRONMENTS = {
    "Payroll": "production",
    "production-copy": "testing",
    "prod": "staging",
    "Production": None,
    "LIVE-eu": None,
    "prod/eu": None,
    "liveness": None,
    "staging": None,
}
PRODUCTION = {"Payroll", "Production", "LIVE-eu", "prod/eu"}


def test_the_tier_of_the_environment_decides(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The list names environments without their tier: GitLab's lib/api/entities/deployment.rb
    exposes `EnvironmentBasic`.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    for hour, (name, tier) in enumerate(ENVIRONMENTS.items(), start=8):
        project.environment(name, tier)
        pipeline = project.pipeline(f"2026-03-24 {hour:02d}:00", "success")
        project.deployment(pipeline, name, f"2026-03-24 {hour:02d}:05")
    done = collect(world)

    with client_of(done.server) as client:
        address = f"/api/v4/projects/{project.project_id}/deployments"
        listed = client.get(address).json()
    assert len(listed) == len(ENVIRONMENTS)
    assert not any("tier" in row["environment"] for row in listed)
    tiers = {row["environment"]: row["environment_tier"] for row in done.rows("raw_deployment")}
    assert tiers == ENVIRONMENTS
    assert {row["environment"] for row in done.rows("fact_deployment")} == PRODUCTION


def test_a_tier_that_is_changed_is_followed(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """The next hour says so of deployments that did not move."""
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    environment = project.environment("eu", "staging")
    pipeline = project.pipeline("2026-03-24 10:00", "success", ref="work")
    deployment = project.deployment(pipeline, "eu", "2026-03-24 10:05")
    assert collect(world).rows("fact_deployment") == []
    environment["tier"] = "production"
    done = collect(world, "tem_incremental")
    assert done.one("fact_deployment")["deployment_id"] == deployment["id"]


def test_a_deployment_through_the_api_finishes_when_it_says(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """REST lists no finish of a deployment without a job; GraphQL's `finishedAt` has it, of as
    many as fit in a request.
    """
    count = DEPLOYMENTS_A_REQUEST + 1
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    for minute in range(count):
        sha = project.commit(f"2026-03-24 09:{minute:02d}", "Work").sha
        project.api_deployment(sha, "production", f"2026-03-24 10:{minute:02d}")
    rows = collect(world).rows("raw_deployment")
    finishes = {datetime.fromisoformat(row["finished_at"]) for row in rows}
    assert finishes == {amsterdam(f"2026-03-24 10:{minute:02d}") for minute in range(count)}
    assert {(row["job_id"], row["job_name"], row["pipeline_id"]) for row in rows} == {
        (None, None, None)
    }
