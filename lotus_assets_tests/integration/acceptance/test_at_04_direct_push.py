"""AT-04: a direct push to `main` increments `direct_pushes_default` for that date."""

from collections.abc import Callable
from datetime import timedelta

from lotus_assets_tests.integration.collected import Collect, Collected
from lotus_assets_tests.integration.hand_made import BRAM, HandMade

REPO = "toman/corporate-services/payroll"


def direct_pushes(done: Collected) -> dict[str, int]:
    """Day → count; a day without a row means zero."""
    return {
        row["day"]: row["direct_pushes_default"]
        for row in done.rows("fact_git_hygiene")
        if row["direct_pushes_default"]
    }


def test_each_direct_push_counts_on_its_date(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-30 12:00")
    project = world.project(REPO)
    project.change("2026-03-24 09:00", "2026-03-25 10:00")  # through a merge request: none
    hotfix = project.commit("2026-03-26 10:00", "Hotfix", parents=(project.tip,))
    project.push("2026-03-26 10:05", hotfix.sha)
    assert direct_pushes(collect(world)) == {"2026-03-26": 1}

    # A second one that day; one that was written on Friday and pushed on Sunday; one at half past
    # midnight on Monday, which is Sunday still in UTC.
    again = project.commit("2026-03-26 15:00", "Again", parents=(project.tip,), author=BRAM)
    project.push("2026-03-26 15:05", again.sha, by=BRAM)
    held_back = project.commit("2026-03-27 18:00", "Held back", parents=(project.tip,))
    project.push("2026-03-29 11:00", held_back.sha)
    at_night = project.commit("2026-03-30 00:30", "At night", parents=(project.tip,))
    project.push("2026-03-30 00:31", at_night.sha)
    # Through a merge request again, commit and merge: neither counts.
    project.change("2026-03-30 09:00", "2026-03-30 10:00")
    world.now += timedelta(hours=1)
    world.store.now = world.now
    done = collect(world, "tem_incremental")
    assert direct_pushes(done) == {"2026-03-26": 2, "2026-03-29": 1, "2026-03-30": 1}
    # The week that ends with Sunday 29 March: Thursday's two and Sunday's one.
    assert done.metrics("2026-03-29", REPO)["direct_pushes_wk"] == 3
