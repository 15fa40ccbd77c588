"""Assets that are materialised by hand before what they are made of: done, but not green."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import dagster as dg

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import execute
from lotus_assets.definitions import defs
from lotus_assets.graph.input_checks import INPUT
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory


def input_checks(events: Sequence[dg.DagsterEvent]) -> dict[str, dg.AssetCheckEvaluation]:
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    return {
        evaluation.asset_key.to_user_string(): evaluation
        for evaluation in evaluations
        if evaluation.check_name == INPUT
    }


def materialise(
    place: Workplace, server: StandinServer, asset: str, day: date
) -> dict[str, dg.AssetCheckEvaluation]:
    """Materialise one asset for a day, as the UI does; its checks of the input."""
    job = defs.resolve_implicit_global_asset_job_def()
    with place.instance(place.variables(server)) as instance, console_on_stderr() as console:
        keys = [dg.AssetKey(asset)]
        done = execute(job, instance, console, partition_key=str(day), assets=keys)
        assert done.succeeded, done.failures
        logs = instance.all_logs(done.run_id)
        events = [event for entry in logs if (event := entry.dagster_event) is not None]
        assert str(day) in instance.get_materialized_partitions(keys[0])
    return input_checks(events)


def assert_warns(check: dg.AssetCheckEvaluation, first: str) -> None:
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert not check.blocking
    assert check.description is not None
    assert f"Materialize first: {first}" in check.description


def test_a_live_run_finds_all_its_inputs(collected_once: tuple[Workplace, Run]) -> None:
    checks = input_checks(collected_once[1].events)
    assert {"raw_mr", "raw_commit", "metric_daily"} <= checks.keys()
    assert [name for name, check in checks.items() if not check.passed] == []


def test_days_that_nobody_collected_are_not_green(
    collected: Workplace, young_world: Store, standin: StandinFactory
) -> None:
    server = standin(young_world)
    today = datetime.fromisoformat(collected.as_of).date()
    early, inside = today - timedelta(days=300), today - timedelta(days=5)
    check = materialise(collected, server, "metric_daily", early)["metric_daily"]
    assert_warns(check, "the facts, after the daily assets of raw_gitlab")
    assert str(early) in str(check.description)
    assert materialise(collected, server, "metric_daily", inside)["metric_daily"].passed


def test_an_empty_warehouse_says_what_comes_first(
    empty_place: Workplace, young_world: Store, standin: StandinFactory
) -> None:
    server = standin(young_world)
    day = datetime.fromisoformat(empty_place.as_of).date() - timedelta(days=1)
    assert_warns(materialise(empty_place, server, "metric_daily", day)["metric_daily"], "the facts")
    checks = materialise(empty_place, server, "raw_deployment", day)
    assert_warns(checks["raw_deployment"], "raw_project.")
