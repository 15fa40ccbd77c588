"""A commit may say any date: one before 2005 or in the future has a day by its push alone."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade


def test_commits_without_a_plausible_date(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-30 12:00")
    project = world.project("toman/core/checkout")
    # On the branch before its first known push: nobody knows when it came.
    unseen = project.commit("1999-01-01 10:00", "Unseen", parents=(project.tip,))
    project.repository.refs["refs/heads/main"] = unseen.sha
    for day, date in (("24", "1999-01-01"), ("25", "2030-01-01")):
        odd = project.commit(f"{date} 10:00", f"Of {date}", parents=(project.tip,))
        project.push(f"2026-03-{day} 10:00", odd.sha)
    done = collect(world)

    days = {
        row["day"]: (row["direct_pushes_default"], row["signed_commit_count"])
        for row in done.rows("fact_git_hygiene")
    }
    # The root commit is of the project's first day; the others are of no day that could be.
    assert days == {"2025-06-02": (0, 1), "2026-03-24": (1, 0), "2026-03-25": (1, 0)}
    # Raw tables keep what came.
    dates = {row["committed_at"][:4] for row in done.rows("raw_commit")}
    assert dates == {"1999", "2025", "2030"}
    # And they are counted.
    assert done.shown("raw_commit", "instants_are_plausible", "rows") == 3
