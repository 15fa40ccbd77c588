"""AT-02: the cycle time of MR !N is first commit → merged_at, ±1 minute."""

from collections.abc import Callable

import pytest

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

REPO = "toman/exchange/orderbook"
A_MINUTE = 1 / 60


def test_from_the_first_commit_to_the_merge(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-04-02 12:00")
    project = world.project(REPO)
    first = project.commit("2026-03-27 16:40:20", "Begin", parents=(project.tip,))
    second = project.commit("2026-03-30 09:00", "Go on", parents=(first.sha,))
    # Rebased: committed on the day of the merge, written the Thursday before. A rebase keeps it.
    third = project.commit(
        "2026-03-26 15:10", "Rebased", parents=(second.sha,), committed="2026-03-31 08:00"
    )
    request = project.merge_request(
        "2026-03-30 09:30", [first, second, third], merged="2026-03-31 11:40:50"
    )
    # Thursday 26 March 15:10 to Tuesday 31 March 11:40:50 is 4 days, 20:30:50 by the clock, and an
    # hour less in truth, for the clocks were put forward on Sunday.
    expected = 4 * 24 + 20 + 30 / 60 + 50 / 3600 - 1

    done = collect(world)
    fact = done.one("fact_mr", mr_id=request["id"])
    assert fact["cycle_time_hours"] == pytest.approx(expected, abs=A_MINUTE)
    metrics = done.metrics("2026-04-01", REPO)
    assert metrics["mr_cycle_time_p50_h"] == pytest.approx(expected, abs=A_MINUTE)
    assert metrics["mr_cycle_time_p90_h"] == pytest.approx(expected, abs=A_MINUTE)
    details = done.slice("2026-04-01", REPO)["details"]["mr_cycle_time_p50_h"]
    assert (details["sample_size"], details["population_size"]) == (1, 1)
    # One project: what Dagster plots of the organisation is the same.
    plotted = done.plotted("metric_daily", "mr_cycle_time_p50_h")
    assert plotted == pytest.approx(expected, abs=A_MINUTE)


def test_many_at_once_and_one_that_is_open(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-04-02 12:00")
    project = world.project(REPO)
    hours = {
        project.change("2026-03-10 09:00", "2026-03-10 13:00")["id"]: 4.0,
        project.change("2026-03-11 09:00", "2026-03-12 09:00")["id"]: 24.0,
        # A night with the clock change: midnight to midnight is 23 hours long.
        project.change("2026-03-29 00:00", "2026-03-30 00:00")["id"]: 23.0,
    }
    is_open = project.merge_request(
        "2026-03-30 10:00", [project.commit("2026-03-30 09:00", "Open", parents=(project.tip,))]
    )
    done = collect(world)
    found = {row["mr_id"]: row["cycle_time_hours"] for row in done.rows("fact_mr")}
    assert found.pop(is_open["id"]) is None
    assert found == pytest.approx(hours, abs=A_MINUTE)
    # Of 4, 23 and 24 hours the middle one; nine tenths of the way to the last: 23 + 0.8 * 1.
    metrics = done.metrics("2026-04-01", REPO)
    assert metrics["mr_cycle_time_p50_h"] == pytest.approx(23.0, abs=A_MINUTE)
    assert metrics["mr_cycle_time_p90_h"] == pytest.approx(23.8, abs=A_MINUTE)
