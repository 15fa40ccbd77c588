"""AT-06: the export maps Corporate Services, Exchange, C-Side and Core to their teams."""

import csv
from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import HandMade

DAY = "2026-03-30"
PLACES = {
    "toman/core/checkout": ("Core/Platform", "Platform"),
    "toman/core/identity/directory": ("Core/Platform", "Identity"),
    "toman/corporate-services/payroll": ("Corporate Services", "Corporate Services"),
    "toman/exchange/orderbook": ("Exchange", "Exchange"),
    "toman/c-side/mobile": ("C-Side", "C-Side"),
}
"""By hand from lotus_assets/standin/sample_organisation.yaml: the longest prefix wins."""


def expected_slices() -> set[tuple[str | None, ...]]:
    """(org, business line, team, repo) of every slice, NULL where a level does not apply."""
    slices: set[tuple[str | None, ...]] = {("Toman", None, None, None)}
    for repo, (line, team) in PLACES.items():
        slices |= {
            ("Toman", line, None, None),
            ("Toman", line, team, None),
            ("Toman", line, team, repo),
        }
    return slices


def test_every_slice_is_in_the_exports(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    for hour, path in enumerate(PLACES, start=9):
        world.project(path).change(f"2026-03-25 {hour:02d}:00", "2026-03-26 17:00")
    done = collect(world)

    levels = ("org", "business_line", "team", "repo")
    objects = done.daily(DAY)
    assert {tuple(each[level] for level in levels) for each in objects} == expected_slices()
    assert len(objects) == len(expected_slices())
    merged = {
        tuple(each[level] for level in levels): each["metrics"]["mr_throughput_wk"]
        for each in objects
    }
    assert merged["Toman", None, None, None] == 5
    assert merged["Toman", "Core/Platform", None, None] == 2
    assert merged["Toman", "Exchange", "Exchange", "toman/exchange/orderbook"] == 1

    text = (done.place.exports / "daily" / f"{DAY}.csv").read_text(encoding="utf-8")
    lines = csv.DictReader(text.splitlines())
    in_csv = {tuple(line[level] or None for level in levels) for line in lines}
    assert in_csv == expected_slices()


def test_what_nobody_owns_is_unmapped_and_reported(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    world.project("toman/core/checkout").change("2026-03-25 09:00", "2026-03-26 17:00")
    world.project("toman/labs/experiment").change("2026-03-25 09:00", "2026-03-26 17:00")
    done = collect(world, TEM_ROOT_GROUPS="toman/core,toman/labs")
    (unmapped,) = [each for each in done.daily(DAY) if each["repo"] == "toman/labs/experiment"]
    assert (unmapped["business_line"], unmapped["team"]) == ("Unmapped", "Unmapped")
    (whole,) = [each for each in done.daily(DAY) if each["business_line"] is None]
    assert whole["metrics"]["mr_throughput_wk"] == 2
    assert not done.check("dim_project", "is_mapped").passed
    (row,) = done.shown("dim_project", "is_mapped", "failing_rows")
    assert row["path_with_namespace"] == "toman/labs/experiment"
