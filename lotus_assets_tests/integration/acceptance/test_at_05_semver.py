"""AT-05: a tag that is not SemVer sets `semver_valid` to false."""

from collections.abc import Callable

from lotus_assets_tests.integration.collected import Collect
from lotus_assets_tests.integration.hand_made import BRAM, HandMade

REPO = "toman/core/identity/directory"
VALID = ["v1.4.0", "2.0.0-rc.1+build.5"]
INVALID = ["release-7", "v1.4", "1.4.0.1", "v01.2.3", "vv1.2.3"]


def test_tags_and_releases_by_their_names(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made("2026-03-31 12:00")
    project = world.project(REPO)
    for hour, name in enumerate([*VALID, *INVALID], start=8):
        project.tag(name, f"2026-03-25 {hour:02d}:00", tagger=None if name == "v1.4" else BRAM)
    project.release("v1.4.0", "2026-03-25 12:00")
    project.release("release-7", "2026-03-25 12:30")

    done = collect(world)
    semver = {row["tag_name"]: row["semver_valid"] for row in done.rows("dim_release")}
    assert semver == dict.fromkeys(VALID, True) | dict.fromkeys(INVALID, False)
    facts = {row["tag_name"]: row["is_semver"] for row in done.rows("fact_release")}
    assert facts == semver
    metrics = done.metrics("2026-03-30", REPO)
    # `v1.4` is a lightweight tag: its date is its commit's, in June of last year.
    assert metrics["releases_wk"] == 6
    assert metrics["semver_valid_ratio"] == 2 / 6
