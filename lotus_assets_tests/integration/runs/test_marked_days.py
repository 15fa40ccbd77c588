"""Which days Dagster shows as materialised after live runs: those that they wrote, no others."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg
import pytest

from lotus_assets.graph.layers import DAYS
from lotus_assets.outputs.weekly_export import WEEKS
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory

DAILY_RAW = (
    "raw_deployment",
    "raw_issue",
    "raw_issue_closing_mr",
    "raw_issue_event",
    "raw_job",
    "raw_mr",
    "raw_mr_approval",
    "raw_mr_closing_issue",
    "raw_mr_commit",
    "raw_mr_note",
    "raw_mr_version",
    "raw_pipeline",
    "raw_push_event",
    "raw_state_event",
)
BACKFILL_DAYS = 180
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=ahead) for ahead in range((last - first).days + 1)}


def yesterday(place: Workplace) -> date:
    return datetime.fromisoformat(place.as_of).astimezone(AMSTERDAM).date() - timedelta(days=1)


def marked(place: Workplace, names: Iterable[str]) -> dict[str, set[date]]:
    """Days by asset, as the UI counts its partitions."""
    with place.instance({}) as instance:
        return {
            name: {
                date.fromisoformat(key)
                for key in instance.get_materialized_partitions(dg.AssetKey(name))
            }
            for name in names
        }


def days_in(place: Workplace, query: str) -> set[date]:
    with psycopg.connect(place.url, options="-ctimezone=Europe/Amsterdam") as connection:
        return {day for (day,) in connection.execute(query.encode()).fetchall()}


def exported_days(place: Workplace) -> set[date]:
    return {date.fromisoformat(path.stem) for path in (place.exports / "daily").glob("*.json")}


def assert_marked_as_written(place: Workplace, first_day: date) -> None:
    """The days since `first_day` of the raw tables; those of the other tables' rows and files."""
    names = [*DAILY_RAW, "metric_daily", "daily_export"]
    by_asset = marked(place, names)
    whole = days_between(first_day, yesterday(place))
    for name in DAILY_RAW:
        assert by_asset[name] == whole, name
    assert by_asset["metric_daily"] == days_in(place, "SELECT DISTINCT date FROM metric_daily")
    assert by_asset["daily_export"] == exported_days(place)
    today = yesterday(place) + timedelta(days=1)
    updated = days_in(place, "SELECT DISTINCT updated_at::date FROM raw_mr")
    assert {day for day in updated if day >= first_day} - {today} <= by_asset["raw_mr"]


def test_a_live_run_marks_the_days_that_it_wrote(
    collected: Workplace, young_world: Store, standin: StandinFactory
) -> None:
    begun = datetime.fromisoformat(collected.as_of) - timedelta(days=BACKFILL_DAYS)
    first_whole_day = begun.astimezone(AMSTERDAM).date() + timedelta(days=1)
    assert_marked_as_written(collected, first_whole_day)
    before = marked(collected, ["metric_daily", "raw_mr"])

    server = standin(young_world)
    hour_later = collected.later(hours=1)
    assert hour_later.run(server, "tem_incremental").execution.succeeded
    assert marked(hour_later, ["metric_daily", "raw_mr"]) == before
    assert_marked_as_written(hour_later, first_whole_day)

    # Two nights were missed: their days are whole now, and only the last has metrics.
    days_later = hour_later.later(days=3)
    run = days_later.run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    assert_marked_as_written(days_later, first_whole_day)
    newest = yesterday(days_later)
    added = marked(days_later, ["raw_mr"])["raw_mr"] - before["raw_mr"]
    assert added == days_between(newest - timedelta(days=2), newest)


def test_a_live_run_of_another_day_marks_it_only_where_it_is_whole(
    collected: Workplace, young_world: Store, standin: StandinFactory
) -> None:
    """The job `tem_incremental`, started in the UI for a day of a person's choice."""
    before = marked(collected, ["metric_daily", "raw_mr"])
    server, late = standin(young_world), yesterday(collected) - timedelta(days=2)
    assert late not in before["metric_daily"]
    assert collected.run(server, "tem_incremental", day=str(late)).execution.succeeded
    after = marked(collected, ["metric_daily", "raw_mr"])
    assert after["metric_daily"] == before["metric_daily"] | {late}
    assert after["metric_daily"] == days_in(collected, "SELECT DISTINCT date FROM metric_daily")

    early = min(before["raw_mr"]) - timedelta(days=1)
    refused = collected.run(server, "tem_incremental", day=str(early))
    assert f"has no days before {min(before['raw_mr'])} whole" in refused.reasons
    assert marked(collected, ["metric_daily", "raw_mr"]) == after


def test_is_yesterday_in_and_what_is_missing(collected: Workplace) -> None:
    """What the page of the asset answers, and what its dialog "Backfill missing" asks for."""
    newest = yesterday(collected)
    # Partitions as of now: the young organisation's clock stands still.
    partitions = {
        date.fromisoformat(key)
        for key in DAYS.get_partition_keys()
        if date.fromisoformat(key) <= newest
    }
    of = marked(collected, ["metric_daily", "raw_mr"])
    assert newest in of["metric_daily"]
    assert newest + timedelta(days=1) not in of["metric_daily"] | of["raw_mr"]
    missing = partitions - of["metric_daily"]
    assert not missing & days_in(collected, "SELECT DISTINCT date FROM metric_daily")
    assert newest - timedelta(days=2) in missing


def test_the_running_day_is_no_partition() -> None:
    with dg.partition_loading_context(datetime.fromisoformat("2026-03-01T00:15:00+01:00")):
        assert DAYS.get_last_partition_key() == "2026-02-28"


def test_weeks_that_the_days_run_exports_are_marked(collected: Workplace) -> None:
    mondays = {
        str(date.fromisoformat(f"{folder.name}-1"))
        for folder in (collected.exports / "weekly").iterdir()
    }
    assert mondays
    with collected.instance({}) as instance:
        assert instance.get_materialized_partitions(dg.AssetKey("weekly_export")) == mondays
    assert mondays <= set(WEEKS.get_partition_keys())


@pytest.mark.parametrize("asset", ["metric_daily", "raw_mr", "daily_export"])
def test_the_newest_materialisation_is_the_runs_own(
    asset: str, collected_once: tuple[Workplace, Run]
) -> None:
    """Deadlines, plots and checks look at it: it tells what the run did, of the last day."""
    place, run = collected_once
    with place.instance({}) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.run_id == run.record.run_id
    materialization = event.asset_materialization
    assert materialization is not None
    assert materialization.partition == str(yesterday(place))
    shown = materialization.metadata
    if asset == "daily_export":
        assert f"Figures of {yesterday(place)}" in str(shown["preview"].value)
        assert "| Rework rate |" in str(shown["preview"].value)
    else:
        assert shown["dagster/row_count"].value
        sample = shown["sample"]
        assert isinstance(sample, dg.TableMetadataValue)
        assert set(sample.records[0].data) == {column.name for column in sample.schema.columns}


def test_each_marked_day_of_metrics_carries_its_figures(
    collected_once: tuple[Workplace, Run],
) -> None:
    """The UI plots numbers of materialisations by partition."""
    place, _ = collected_once
    query = """
        SELECT date, value FROM metric_daily
        WHERE metric = 'mr_throughput_wk' AND business_line = '' AND value IS NOT NULL
    """
    with psycopg.connect(place.url) as connection:
        stored = {str(day): value for day, value in connection.execute(query).fetchall()}
    assert len(stored) > 1
    with place.instance({}) as instance:
        records = instance.fetch_materializations(dg.AssetKey("metric_daily"), limit=1000).records
    plotted = {
        materialization.partition: materialization.metadata["mr_throughput_wk"].value
        for record in records
        if (materialization := record.asset_materialization) is not None
        and "mr_throughput_wk" in materialization.metadata
    }
    assert plotted == stored
