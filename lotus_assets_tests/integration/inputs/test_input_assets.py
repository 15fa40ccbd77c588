"""The input assets in real Dagster runs: partitions, backfills, checks, failures."""

from datetime import date
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from dagster._core.definitions.automation_tick_evaluation_context import (
    build_run_requests_with_backfill_policies,
)
from dagster._core.definitions.events import AssetKeyPartitionKey
from sqlalchemy import Engine, text

from lotus_assets.graph.resources import Environment
from lotus_assets.inputs import core_performance_input
from lotus_assets.inputs.input_assets import PARTITIONS, input_asset
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.inputs.lotus_core_resource import LotusCore
from lotus_assets.inputs.partitions import AS_OF, SHARD, shard_keys, shard_of
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets_tests.integration.inputs.core_server import (
    CoreServer,
    Reply,
    listing,
    problem,
)
from lotus_assets_tests.unit.inputs import payloads
from lotus_assets_tests.unit.inputs.payloads import Json, stream

NAMES = [f"PF-{number:02d}" for number in range(24)]
KEY = core_performance_input.TABLE.name


@pytest.fixture(autouse=True)
def _surroundings(
    engine: Engine, core: CoreServer, monkeypatch: pytest.MonkeyPatch, empty_database: str
) -> None:
    """The 10th of March is the last complete day; the server answers as of any day."""
    monkeypatch.setenv("TEM_DB_CONNECTION", empty_database)
    monkeypatch.setenv("LOTUS_CORE_URL", core.url)
    monkeypatch.setenv("LOTUS_CORE_ATTEMPTS", "1")
    monkeypatch.setenv("TEM_AS_OF", "2026-03-11T06:00:00+01:00")
    entries = [
        {
            "portfolio_id": name,
            "portfolio_currency": "EUR",
            "calendar_id": "TARGET",
            "open_date": "2026-03-04",
            "close_date": None,
            "data_version": "3",
        }
        for name in NAMES
    ]
    core.answers("/integration/portfolios", listing("portfolios", entries, "2026-03-10"))
    for name in NAMES:
        serve(core, payloads.performance(name))


def serve(core: CoreServer, payload: Json) -> None:
    """Answers of a portfolio that opened on its payload's first day."""
    payload["portfolio_open_date"] = payload["performance_start_date"]
    path = f"/integration/portfolios/{payload['portfolio_id']}/performance-input"
    core.answers(path, Reply(content=stream(PERFORMANCE_INPUT.contract, payload)))


def materialise(**arguments: Any) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions(
        assets=[input_asset(PERFORMANCE_INPUT)],
        resources={"environment": Environment(), "lotus_core": LotusCore()},
        jobs=[dg.define_asset_job("inputs", selection=dg.AssetSelection.all())],
    )
    job = definitions.resolve_job_def("inputs")
    return job.execute_in_process(raise_on_error=False, **arguments)


def stored(engine: Engine) -> pd.DataFrame:
    with engine.connect() as connection:
        return read_table(connection, core_performance_input.TABLE)


def test_a_run_without_partitions_collects_every_shard_of_the_last_complete_day(
    engine: Engine, core: CoreServer
) -> None:
    result = materialise()
    assert result.success
    found = stored(engine)
    assert set(found["portfolio_id"]) == set(NAMES)
    assert set(found["as_of_date"]) == {pd.Timestamp("2026-03-10")}
    [check] = result.get_asset_check_evaluations()
    assert check.passed
    [made] = result.asset_materializations_for_node(f"collect_{KEY}")
    assert made.metadata["payloads"].value == 24
    assert made.metadata["dagster/row_count"].value == 96
    correlations = {headers["X-Correlation-Id"] for _, _, headers in core.seen}
    assert correlations == {result.run_id}


def test_a_partition_is_one_shard_of_one_day(engine: Engine, core: CoreServer) -> None:
    shard = shard_of("PF-05", 16)
    # The partitions are the last 400 days of the clock.
    day = PARTITIONS.get_partitions_def_for_dimension(AS_OF).get_partition_keys()[-1]
    for name in NAMES:
        serve(core, {**payloads.performance(name), "as_of_date": day})
    key = dg.MultiPartitionKey({AS_OF: day, SHARD: shard})
    result = materialise(partition_key=str(key))
    assert result.success
    expected = {name for name in NAMES if shard_of(name, 16) == shard}
    assert set(stored(engine)["portfolio_id"]) == expected
    assert "PF-05" in expected


def test_a_broken_portfolio_is_reported_by_the_check_and_the_others_go_on(
    engine: Engine, core: CoreServer
) -> None:
    broken = payloads.performance("PF-03")
    broken["valuation_points"][0]["mgmt_fees"] = "1"
    serve(core, broken)
    result = materialise()
    assert result.success
    assert len(set(stored(engine)["portfolio_id"])) == 23
    [check] = result.get_asset_check_evaluations()
    assert check.passed
    assert check.metadata["quarantined"].value == 1


def test_one_broken_portfolio_closes_no_gate_whatever_its_share(
    engine: Engine, core: CoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTUS_CORE_QUARANTINE_LIMIT", "0.01")
    broken = payloads.performance("PF-03")
    broken["valuation_points"][0]["mgmt_fees"] = "1"
    serve(core, broken)
    assert materialise().success
    assert len(set(stored(engine)["portfolio_id"])) == 23


def test_the_limit_closes_the_gate(
    engine: Engine, core: CoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTUS_CORE_QUARANTINE_LIMIT", "0.01")
    monkeypatch.setenv("LOTUS_CORE_QUARANTINE_FLOOR", "0")
    broken = payloads.performance("PF-03")
    broken["valuation_points"][0]["mgmt_fees"] = "1"
    serve(core, broken)
    result = materialise()
    assert not result.success
    [check] = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.blocking
    assert stored(engine).empty


def test_an_unreachable_lotus_core_fails_the_run_and_says_so(
    engine: Engine, core: CoreServer
) -> None:
    core.answers("/integration/portfolios", problem(503, "SOURCE_UNAVAILABLE", "no database"))
    result = materialise()
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "no database" in str(failure.step_failure_data.error)
    assert stored(engine).empty


def test_a_configuration_that_lotus_core_does_not_support_fails_the_run_for_good(
    engine: Engine, core: CoreServer
) -> None:
    said = "dimensions ['planet'] are not supported"
    paths = [f"/integration/portfolios/{name}/performance-input" for name in NAMES]
    for path in paths[1:]:
        core.answers(path, problem(422, "UNSUPPORTED_CONFIGURATION", said))
    result = materialise()
    assert result.success  # one portfolio is supported
    [made] = result.asset_materializations_for_node(f"collect_{KEY}")
    assert made.metadata["payloads_refused"].value == {"UNSUPPORTED_CONFIGURATION": 23}

    core.answers(paths[0], problem(422, "INSUFFICIENT_DATA", "no rows"))
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE core_payload, core_performance_input"))
    result = materialise()
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert said in str(failure.step_failure_data.error)
    assert "check LOTUS_CORE_GROUP_BY" in str(failure.step_failure_data.error)
    assert stored(engine).empty


def test_shards_are_stable_and_even() -> None:
    # SHA-256 of the id, its first eight bytes modulo 16, worked out apart from the code.
    assert shard_of("PF-001", 16) == "000"
    counts = pd.Series([shard_of(f"PF-{number}", 16) for number in range(16_000)]).value_counts()
    assert set(counts.index) == set(shard_keys(16))
    assert counts.between(850, 1150).all()


def test_a_backfill_of_many_days_is_one_run_a_shard() -> None:
    days = PARTITIONS.get_partitions_def_for_dimension(AS_OF).get_partition_keys()
    assert len(days) == 400
    asset_graph = dg.Definitions(
        assets=[input_asset(PERFORMANCE_INPUT)],
        resources={"environment": Environment(), "lotus_core": LotusCore()},
    ).resolve_asset_graph()
    key = dg.AssetKey(KEY)
    wanted = [
        AssetKeyPartitionKey(key, str(dg.MultiPartitionKey({AS_OF: day, SHARD: shard})))
        for day in days[-30:]
        for shard in shard_keys(16)
    ]
    with dg.DagsterInstance.ephemeral() as instance:
        runs = build_run_requests_with_backfill_policies(wanted, asset_graph, instance)
    assert len(runs) == 16
    starts = {run.tags["dagster/asset_partition_range_start"] for run in runs}
    assert {start.split("|")[1] for start in starts} == set(shard_keys(16))
    assert {date.fromisoformat(start.split("|")[0]) for start in starts} == {
        date.fromisoformat(days[-30])
    }
