"""The weekly parity in real runs: drawn, read again, judged, and flagged when red."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import dagster as dg
import psycopg

from lotus_assets.checks.parity import QUALITY_TAG, RED, parity
from lotus_assets.graph.resources import Environment, GitLab
from lotus_assets.sources.gitlab.parity import FIELDS
from lotus_assets_tests.integration.collected import Collect, Collected
from lotus_assets_tests.integration.hand_made import HandMade, Project

REPO = "toman/core/checkout"
CHECK = ("parity", "agrees_with_gitlab")
TUESDAY = "2026-03-31 12:00"


def busy(world: HandMade) -> Project:
    """25 merge requests before Monday 30 March, and three since."""
    project = world.project(REPO)
    for day in range(1, 26):
        project.change(f"2026-03-{day:02d} 09:00", f"2026-03-{day:02d} 15:00")
    for hour in (9, 10, 11):
        project.change(f"2026-03-30 {hour:02d}:00", f"2026-03-30 {hour:02d}:30")
    return project


def drawn_by_hand(project: Project, week: str) -> set[int]:
    """The sample of a week: the 20 smallest hashes among those merged before it."""
    before = [iid for iid in project.data.merge_requests if iid <= 25]

    def drawn(iid: int) -> str:
        identifier = project.data.merge_requests[iid]["id"]
        text = f"{week}:{project.project_id}:{identifier}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    return set(sorted(before, key=drawn)[:20])


def sampled(done: Collected, week: str) -> set[int]:
    return {row["iid"] for row in done.rows("parity", iso_week=week)}


def single_reads(done: Collected) -> int:
    """Requests of the last run for one merge request by REST."""
    paths = [record.path for record in done.server.requests[-done.run.requests :]]
    return sum("/merge_requests/" in path and not path.endswith("approvals") for path in paths)


def in_a_week(world: HandMade) -> None:
    world.now += timedelta(days=7)
    world.store.now = world.now


def spoil(done: Collected) -> None:
    """Make every stored line count wrong; unchanged merge requests are not collected again."""
    with psycopg.connect(done.place.url) as connection:
        connection.execute("UPDATE raw_mr SET lines_added = lines_added + 1")


def test_twenty_a_week_the_same_in_a_rerun(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made(TUESDAY)
    project = busy(world)
    first = collect(world)
    assert sampled(first, "2026-W14") == drawn_by_hand(project, "2026-W14")
    assert len(sampled(first, "2026-W14")) == 20
    assert single_reads(first) == 20
    assert {row["field"] for row in first.rows("parity")} == set(FIELDS)
    assert all(row["is_equal"] for row in first.rows("parity"))
    assert first.check(*CHECK).passed
    assert QUALITY_TAG not in first.run.record.tags

    # The same week again: nothing is read, what was read is judged.
    again = collect(world)
    assert single_reads(again) == 0
    assert again.check(*CHECK).passed
    assert again.rows("parity") == first.rows("parity")

    # By hand it is read at once, and picks the same.
    variables = again.place.variables(again.server)
    before = len(again.server.requests)
    with again.place.instance(variables) as instance:
        resources = {"environment": Environment(), "gitlab": GitLab()}
        assert dg.materialize([parity], instance=instance, resources=resources).success
    assert len(again.server.requests) - before == 60  # three a merge request
    assert sampled(again, "2026-W14") == drawn_by_hand(project, "2026-W14")


def test_a_run_below_98_per_cent_is_flagged_until_it_is_well(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made(TUESDAY)
    busy(world)
    done = collect(world)
    spoil(done)
    in_a_week(world)

    # Hourly runs read nothing again, and judge the last week that was read.
    hourly = collect(world, "tem_incremental")
    assert single_reads(hourly) == 0
    assert hourly.check(*CHECK).passed

    nightly = collect(world)
    check = nightly.check(*CHECK)
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert nightly.shown(*CHECK, "parity") == 21 / 22  # one field of 22 is wrong everywhere
    different = nightly.shown(*CHECK, "failing_rows")
    assert len(different) == 20
    assert {row["field"] for row in different} == {"lines_added"}
    assert {(row["stored_value"], row["gitlab_value"]) for row in different} == {("2", "1")}
    assert nightly.run.record.tags[QUALITY_TAG] == RED
    # It says so and goes on: the figures are exported.
    assert nightly.daily("2026-04-06")

    # As long as it is red every night reads again; when it is mended, the flag is gone.
    with psycopg.connect(nightly.place.url) as connection:
        connection.execute("UPDATE raw_mr SET lines_added = lines_added - 1")
    mended = collect(world)
    assert single_reads(mended) == 20
    assert mended.check(*CHECK).passed
    assert QUALITY_TAG not in mended.run.record.tags
    assert {row["iso_week"] for row in mended.rows("parity")} == {"2026-W14", "2026-W15"}


def test_what_gitlab_no_longer_has_or_shows(
    hand_made: Callable[[str], HandMade], collect: Collect
) -> None:
    world = hand_made(TUESDAY)
    project = busy(world)
    hidden = world.project("toman/exchange/orderbook")
    hidden.change("2026-03-20 09:00", "2026-03-20 15:00")
    for iid in range(7, 26):  # six are left in the one, one in the other
        del project.data.merge_requests[iid]
    done = collect(world)
    del project.data.merge_requests[1]
    hidden.data.access = "forbidden"
    project.data.merge_requests[2]["updated_at"] = "2026-03-31T11:00:00.000Z"  # an hour from now
    done.server.change(lambda _store: None)
    with done.place.instance(done.place.variables(done.server)) as instance:
        resources = {"environment": Environment(), "gitlab": GitLab()}
        result = dg.materialize([parity], instance=instance, resources=resources)
    rows = done.rows("parity", iso_week="2026-W14")
    reasons = {(row["project_id"], row["iid"]): row["reason"] for row in rows if row["reason"]}
    assert reasons == {
        (project.project_id, 1): "not_found",
        (project.project_id, 2): "moved",
        (hidden.project_id, 1): "forbidden",
    }
    # The one that is gone is a difference, the two others are not compared: 1 of 4 * 22 + 1.
    (check,) = [each for each in result.get_asset_check_evaluations() if each.check_name != "gate"]
    assert check.metadata["parity"].value == 88 / 89
    not_compared = check.metadata["not_compared"].value
    assert isinstance(not_compared, list)
    assert {row["reason"] for row in not_compared} == {"moved", "forbidden"}
    assert check.passed
