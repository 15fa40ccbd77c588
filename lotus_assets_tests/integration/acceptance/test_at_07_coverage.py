"""AT-07: coverage ≥ 95 % of active projects; the excluded ones are listed with their reasons."""

from collections.abc import Callable

import dagster as dg

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

CHECK = ("coverage", "covers_active_projects")


def an_organisation(world: HandMade, readable: int, forbidden: int) -> None:
    """Active projects, some of which cannot be read, and some that are in no denominator."""
    for number in range(readable):
        world.project(f"toman/core/service-{number:02d}").change(
            "2026-03-02 09:00", "2026-03-03 09:00"
        )
    for number in range(forbidden):
        project = world.project(f"toman/exchange/secret-{number}")
        project.data.access = "forbidden"
        project.data.project["last_activity_at"] = "2026-03-20T10:00:00.000Z"
    archived = world.project("toman/core/archived")
    archived.change("2026-03-02 09:00", "2026-03-03 09:00")
    archived.data.project["archived"] = True
    leaving = world.project("toman/core/leaving")
    leaving.change("2026-03-02 09:00", "2026-03-03 09:00")
    leaving.data.project["marked_for_deletion_on"] = "2026-03-20"
    # Not active: its last merge request moved 91 days before, and another never had one.
    world.project("toman/core/quiet").change("2025-12-29 09:00", "2025-12-30 11:00")
    world.project("toman/core/silent")


def test_one_in_twenty_one_may_be_missing(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    an_organisation(world, readable=20, forbidden=1)
    done = collect(world)

    check = done.check(*CHECK)
    assert check.passed
    assert done.shown(*CHECK, "active_projects") == 21
    assert done.shown(*CHECK, "coverage") == 20 / 21  # 95.2 %
    excluded = {row["path"]: row["reason"] for row in done.shown(*CHECK, "excluded_projects")}
    assert excluded.keys() == {
        "toman/exchange/secret-0",
        "toman/core/archived",
        "toman/core/leaving",
    }
    assert "forbidden" in excluded["toman/exchange/secret-0"]
    assert excluded["toman/core/archived"] == "archived"
    assert excluded["toman/core/leaving"] == "pending_deletion"
    assert done.check("coverage", "gives_reasons").passed
    active = {row["path"]: row["active"] for row in done.rows("coverage")}
    assert not active["toman/core/quiet"]
    assert not active["toman/core/silent"]


def test_two_in_twenty_one_are_too_many(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    an_organisation(world, readable=19, forbidden=2)
    done = collect(world)
    check = done.check(*CHECK)
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert done.shown(*CHECK, "coverage") == 19 / 21  # 90.5 %
    # The run goes on: what was read is exported, and the check says what is missing.
    assert done.daily("2026-03-30")
