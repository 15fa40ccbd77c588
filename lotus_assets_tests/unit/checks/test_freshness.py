"""The 03:00 deadline as Dagster evaluates it, with the clock held at chosen instants."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.definitions.freshness import FreshnessState
from dagster._core.definitions.freshness_evaluator import CronFreshnessPolicyEvaluator
from dagster._core.loader import LoadingContextForTest
from dagster._core.test_utils import freeze_time

from lotus_assets.definitions import PORTFOLIO_ANALYTICS, defs

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EXPORT = dg.AssetKey("daily_export")
PASS, FAIL, UNKNOWN = FreshnessState.PASS, FreshnessState.FAIL, FreshnessState.UNKNOWN


def instant(moment: str) -> datetime:
    """`2026-03-29 01:20` by Amsterdam's clock, the earlier of two; with `Z` in UTC."""
    if moment.endswith("Z"):
        return datetime.fromisoformat(moment)
    return datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def state(now: str, made: Sequence[str]) -> FreshnessState:
    """The freshness of the export at `now`, when it was made at the instants `made`."""
    node = defs.resolve_asset_graph().get(EXPORT)
    with dg.DagsterInstance.ephemeral() as instance:
        for moment in made:
            with freeze_time(instant(moment)):
                instance.report_runless_asset_event(dg.AssetMaterialization(EXPORT))
        with freeze_time(instant(now)):
            evaluation = CronFreshnessPolicyEvaluator().evaluate_freshness(
                LoadingContextForTest(instance), node
            )
            return asyncio.run(evaluation)


@pytest.mark.parametrize("key", ["daily_export", "weekly_report", "metric_daily"])
def test_the_days_figures_and_their_export_have_the_deadline(key: str) -> None:
    policy = defs.resolve_asset_graph().get(dg.AssetKey(key)).freshness_policy
    assert policy == dg.FreshnessPolicy.cron("0 3 * * *", timedelta(hours=2), "Europe/Amsterdam")


def test_the_figures_of_portfolios_have_a_deadline_after_their_nightly_run() -> None:
    graph = defs.resolve_asset_graph()
    keys = [key for family in PORTFOLIO_ANALYTICS for key in family.keys]
    assert len(keys) == 13
    for key in keys:
        assert graph.get(key).freshness_policy == dg.FreshnessPolicy.cron(
            "0 6 * * *", timedelta(hours=2), "Europe/Amsterdam"
        )


def test_nothing_was_ever_made() -> None:
    assert state("2026-02-10 04:00", []) is UNKNOWN


@pytest.mark.parametrize(
    ("now", "made", "expected"),
    [
        # The nightly run was done in time, and holds until the next deadline.
        ("2026-02-10 03:00:30", "2026-02-10 02:40", PASS),
        ("2026-02-11 02:59", "2026-02-10 02:40", PASS),
        # The next night nothing came.
        ("2026-02-11 03:00:30", "2026-02-10 02:40", FAIL),
        # It came late, and all is well again.
        ("2026-02-11 03:30", "2026-02-11 03:20", PASS),
        # What was made before midnight holds the day before, not the one that ended.
        ("2026-02-10 03:00:30", "2026-02-09 23:15", FAIL),
    ],
)
def test_an_ordinary_night(now: str, made: str, expected: FreshnessState) -> None:
    assert state(now, [made]) is expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # 29 March: midnight is 23:00Z, 02:00 is skipped, 03:00 is 01:00Z, two hours later.
        (["2026-03-28 23:15"], FAIL),
        (["2026-03-29 00:15"], PASS),
        (["2026-03-29 01:15"], PASS),
    ],
)
def test_the_night_of_the_spring_clock_change(made: list[str], expected: FreshnessState) -> None:
    assert instant("2026-03-29 03:00") == instant("2026-03-29T01:00:00Z")
    assert state("2026-03-29 03:00:30", made) is expected


def test_the_nightly_run_alone_is_late_in_the_spring_night() -> None:
    """It fires at 03:00, for there is no 02:00: the alarm is right until it is done."""
    yesterday = ["2026-03-28 02:30"]
    assert state("2026-03-29 01:59:59", yesterday) is PASS  # the second before 03:00
    assert state("2026-03-29 03:00:30", yesterday) is FAIL
    assert state("2026-03-29 03:10", [*yesterday, "2026-03-29 03:09"]) is PASS


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # 25 October: midnight is 22:00Z, 03:00 (winter time) is 02:00Z, four hours later.
        (["2026-10-24 23:30"], FAIL),
        (["2026-10-25 01:15"], FAIL),  # 23:15Z, nearly three hours before the deadline
        (["2026-10-25T00:15:00Z"], PASS),  # 02:15 summer time
        (["2026-10-25T01:40:00Z"], PASS),  # 02:40 winter time
    ],
)
def test_the_night_of_the_autumn_clock_change(made: list[str], expected: FreshnessState) -> None:
    assert state("2026-10-25T02:00:30Z", made) is expected


@pytest.mark.parametrize("now", ["2026-10-25T00:59:00Z", "2026-10-25T01:59:00Z"])
def test_before_three_in_the_autumn_night_yesterday_counts(now: str) -> None:
    """Both times between two and three belong to the deadline of the day before."""
    assert state(now, ["2026-10-24 02:30"]) is PASS
