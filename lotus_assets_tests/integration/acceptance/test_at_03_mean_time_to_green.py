"""AT-03: MTG > 0 when a failed pipeline is followed by a passing one on the same ref."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

REPO = "toman/c-side/mobile"


def test_a_failure_is_followed_by_a_success_on_its_ref(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    red = project.pipeline("2026-03-20 10:00", "failed", ended="2026-03-20 10:10")
    other = project.pipeline("2026-03-20 10:15", "success", ended="2026-03-20 10:20", ref="work")
    still = project.pipeline("2026-03-20 10:30", "failed", ended="2026-03-20 10:40")
    project.pipeline(
        "2026-03-20 10:45", "success", ended="2026-03-20 10:50", source="parent_pipeline"
    )
    project.pipeline("2026-03-20 10:55", "canceled", ended="2026-03-20 10:56")
    green = project.pipeline("2026-03-20 11:00", "success", ended="2026-03-20 11:10:30")
    # Over the clock change: from half past one to half past three it is one hour.
    night = project.pipeline("2026-03-29 01:00", "failed", ended="2026-03-29 01:30")
    project.pipeline("2026-03-29 03:10", "success", ended="2026-03-29 03:30")
    lasting = project.pipeline("2026-03-30 10:00", "failed", ended="2026-03-30 10:10", ref="work")

    done = collect(world)
    found = {row["pipeline_id"]: row["mtg_seconds"] for row in done.rows("fact_pipeline")}
    # 10:10 to 11:10:30, and from 10:40 for the second failure of the same red streak.
    assert found[red["id"]] == 3630 > 0
    assert found[still["id"]] == 1830 > 0
    assert found[night["id"]] == 3600
    assert found[lasting["id"]] is None
    assert found[green["id"]] is None
    assert found[other["id"]] is None
    # The mean is over the two failures that opened a red streak and came to its end.
    metrics = done.metrics("2026-03-30", REPO)
    assert metrics["mean_time_to_green_s"] == (3630 + 3600) / 2


def test_green_comes_in_a_later_run(hand_made: Callable[[str], HandMade], collect: Collect) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    red = project.pipeline("2026-03-31 10:00", "failed", ended="2026-03-31 10:10")
    done = collect(world)
    assert done.one("fact_pipeline", pipeline_id=red["id"])["mtg_seconds"] is None

    world.now = world.now.replace(hour=11)  # an hour later: noon in Amsterdam is ten in UTC
    world.store.now = world.now
    project.pipeline("2026-03-31 12:30", "success", ended="2026-03-31 12:40")
    done = collect(world, "tem_incremental")
    assert done.one("fact_pipeline", pipeline_id=red["id"])["mtg_seconds"] == 9000
