"""A default branch that was renamed: what was pushed under its old name keeps its days."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

REPO = "toman/core/checkout"


def test_pushes_before_the_rename_keep_their_days(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    """GitLab renames no branch: its documentation ("Change the default branch name of an existing
    repository") has the new one created from the old one, which leaves a `created` push event
    (`Git::BranchHooksService`), and the old one removed.
    """
    world = hand_made("2026-03-30 12:00")
    project = world.project(REPO, default_branch="master")
    # Written on the 23rd and pushed on the 24th; through a merge request into master: none.
    held_back = project.commit("2026-03-23 18:00", "Held back", parents=(project.tip,))
    project.push("2026-03-24 09:00", held_back.sha)
    project.change("2026-03-24 10:00", "2026-03-24 11:00")
    # A branch that stands at the same tip when main is created is not what main came from.
    project.push("2026-03-25 09:00", project.tip, branch="topic")
    project.rename_default_branch("2026-03-25 10:00", "main")
    project.push("2026-03-25 10:05", None, branch="master")
    after = project.commit("2026-03-26 10:00", "After", parents=(project.tip,))
    project.push("2026-03-27 10:05", after.sha)
    done = collect(world)

    place = done.one("dim_project")
    assert (place["default_branch"], place["earlier_default_branch"]) == ("main", "master")
    direct = [row for row in done.rows("fact_git_hygiene") if row["direct_pushes_default"]]
    assert [(row["day"], row["direct_pushes_default"]) for row in direct] == [
        ("2026-03-24", 1),
        ("2026-03-27", 1),
    ]
    # The end of a default branch's name is no end of a branch.
    assert [row["branch"] for row in done.rows("fact_branch")] == ["change-1", "topic"]


def test_history_is_no_direct_push(hand_made: Callable[[str], HandMade], collect: Collect) -> None:
    """An import brings commits that are older than the project; a first `git push` brings what
    was written before it.
    """
    world = hand_made("2026-03-30 12:00")
    project = world.project(REPO, created="2026-03-20 09:00")
    old = project.commit("2026-03-10 10:00", "Before the project", parents=(project.tip,))
    young = project.commit("2026-03-21 10:00", "Before the first push", parents=(old.sha,))
    del project.repository.refs["refs/heads/main"]
    project.push("2026-03-22 09:00", young.sha)
    later = project.commit("2026-03-22 10:00", "After it", parents=(young.sha,))
    project.push("2026-03-23 09:00", later.sha)
    imported = world.project("toman/core/imported", created="2026-03-20 09:00")
    before = imported.commit("2026-03-19 10:00", "Before", parents=(imported.tip,))
    since = imported.commit("2026-03-21 10:00", "Since", parents=(before.sha,))
    imported.repository.refs["refs/heads/main"] = since.sha
    done = collect(world)

    direct = [row for row in done.rows("fact_git_hygiene") if row["direct_pushes_default"]]
    assert [(row["project_id"], row["day"], row["direct_pushes_default"]) for row in direct] == [
        (project.project_id, "2026-03-23", 1),
        (imported.project_id, "2026-03-21", 1),
    ]
