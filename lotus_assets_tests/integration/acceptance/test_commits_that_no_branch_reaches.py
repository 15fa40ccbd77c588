"""GitLab gives any commit by its SHA: what was forced away is known, what was pruned is unknown."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect, Collected
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO = "toman/core/checkout"


def forced_away(world: HandMade, *, is_pruned: bool = False) -> Project:
    """`lost` was on main for a day and in production for two; then main was forced off it, and
    production went back to the commit before it.
    """
    project = world.project(REPO)
    kept = project.commit("2026-03-23 10:00", "Kept", parents=(project.tip,))
    project.push("2026-03-23 10:05", kept.sha)
    lost = project.commit("2026-03-24 10:00", "Lost", parents=(kept.sha,))
    project.push("2026-03-24 10:05", lost.sha)
    for day, sha in (("24", lost.sha), ("26", kept.sha)):
        pipeline = project.pipeline(f"2026-03-{day} 11:00", "success", sha=sha)
        project.deployment(pipeline, "production", f"2026-03-{day} 12:00")
    instead = project.commit("2026-03-24 18:00", "Instead", parents=(kept.sha,))
    project.push("2026-03-25 09:00", instead.sha)
    if is_pruned:
        del project.repository.objects[lost.sha.encode()]
    return project


def hygiene(done: Collected, column: str) -> dict[str, int]:
    return {row["day"]: row[column] for row in done.rows("fact_git_hygiene") if row[column]}


def test_what_was_forced_away_is_fetched_by_its_sha(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """Gitaly runs `git upload-pack` with `uploadpack.allowAnySHA1InWant` (gitaly,
    internal/git/gitcmd/command_description.go), and GitLab keeps what pipelines and deployments
    name (`Gitlab::Git::KeepAround`).
    """
    world = hand_made("2026-03-30 12:00")
    forced_away(world)
    done = collect(world)

    assert hygiene(done, "force_pushes_protected") == {"2026-03-25": 1}
    assert hygiene(done, "unverified_pushes_protected") == {}
    # "Instead" was written on the 24th and pushed on the 25th; "Lost" is on no branch.
    assert hygiene(done, "direct_pushes_default") == {"2026-03-23": 1, "2026-03-25": 1}
    deployments = sorted(done.rows("fact_deployment"), key=lambda row: row["deployment_id"])
    assert [row["is_rollback"] for row in deployments] == [False, True]
    assert done.metrics("2026-03-29", REPO)["rollback_rate"] == 0.5


def test_what_gitlab_has_pruned_is_unknown_and_counted(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-30 12:00")
    forced_away(world, is_pruned=True)
    done = collect(world)

    # Nobody knows from what the lost commit descended; what came instead did not descend from it.
    assert hygiene(done, "unverified_pushes_protected") == {"2026-03-24": 1}
    assert hygiene(done, "force_pushes_protected") == {"2026-03-25": 1}
    # The day of the push that took main off an unknown commit is not known: the commit's own.
    assert hygiene(done, "direct_pushes_default") == {"2026-03-23": 1, "2026-03-24": 1}
    deployments = sorted(done.rows("fact_deployment"), key=lambda row: row["deployment_id"])
    assert [row["is_rollback"] for row in deployments] == [False, None]
    assert deployments[1]["reason"] == "sha_unknown"
