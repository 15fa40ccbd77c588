"""Group paths name the same group in whatever case, for GitLab and here."""

from collections.abc import Callable
from pathlib import Path

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

REPO = "toman/core/checkout"
ORGANISATION = """
org: Toman
roots: [Toman/Core]
mapping:
  - {prefix: TOMAN/core, business_line: Core/Platform, team: Platform}
"""
RULES = """
production:
  - {path: Toman/Core/Checkout, rule: environments, environments: [live-eu]}
"""


def test_paths_in_another_case_are_the_same_groups(
    hand_made: Callable[[str], HandMade], collect: Collect, tmp_path: Path
) -> None:
    """GitLab finds groups and projects by `LOWER(routes.path)` (`Routable.where_full_path_in`) and
    answers with the path as it is spelled in its database.
    """
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    project.change("2026-03-25 09:00", "2026-03-26 17:00")
    project.deployment(
        project.pipeline("2026-03-27 10:00", "success"), "live-eu", "2026-03-27 11:00"
    )
    collect(world)

    organisation, rules = tmp_path / "org.yaml", tmp_path / "rules.yaml"
    organisation.write_text(ORGANISATION, encoding="utf-8")
    rules.write_text(RULES, encoding="utf-8")
    done = collect(world, TEM_ORG_FILE=str(organisation), TEM_RULES_FILE=str(rules))

    assert done.one("raw_project")["vanished_at"] is None
    place = done.one("dim_project")
    assert (place["business_line"], place["team"]) == ("Core/Platform", "Platform")
    metrics = done.metrics("2026-03-30", REPO)
    assert (metrics["mr_throughput_wk"], metrics["deployment_frequency_wk"]) == (1, 1)
