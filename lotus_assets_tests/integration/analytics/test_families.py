"""Families in real runs: all tables or none, some alone, and nothing done for nothing new."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import text

from lotus_assets.analytics.portfolios import (
    returns_family,
    returns_series,
    risk_statistics,
    twr,
    twr_breakdown,
    twr_family,
)
from lotus_assets.analytics.portfolios.portfolio_assets import PORTFOLIOS_TAG, portfolio_asset
from lotus_assets.analytics.portfolios.portfolio_family import RowsOfTables, engine_fingerprint
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs, UndeclaredInput
from lotus_assets.graph.layers import LIVE, LIVE_TAG
from lotus_assets.inputs.input_tables import MWR_INPUT
from lotus_assets.tables.table import Table
from lotus_assets_tests.integration.analytics.conftest import (
    Collected,
    families,
    metadata,
    run_assets,
)

TWR, RETURNS = (twr.TABLE, twr_breakdown.TABLE), (returns_series.TABLE, risk_statistics.TABLE)


def contents(collected: Collected) -> dict[str, pd.DataFrame]:
    return {table.name: collected.rows(table) for table in (*TWR, *RETURNS)}


def assert_same(collected: Collected, before: dict[str, pd.DataFrame]) -> None:
    for name, rows in contents(collected).items():
        pd.testing.assert_frame_equal(rows, before[name])


def noted(collected: Collected, condition: str = "true") -> list[tuple[Any, ...]]:
    """From what the rows were worked out, and by which run."""
    statement = (
        "SELECT table_name, portfolio_id, inputs, options, engine, row_count, run_id "  # noqa: S608
        f"FROM portfolio_computation WHERE {condition} ORDER BY 1, 2"
    )
    with collected.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def unchanged(result: dg.ExecuteInProcessResult, *tables: Table) -> list[object]:
    return [metadata(result, table.name)["portfolios_unchanged"] for table in tables]


def with_bad_breakdown(inputs: PortfolioInputs) -> RowsOfTables:
    """twr's rows of other values, and a breakdown of which every row breaks its contract."""
    rows = twr_family.compute(inputs)
    return {
        twr.TABLE: lambda: rows[twr.TABLE]().assign(period_return=0.5),
        twr_breakdown.TABLE: lambda: rows[twr_breakdown.TABLE]().assign(frequency="HOURLY"),
    }


def test_a_gate_that_closes_leaves_the_whole_family_as_it_was(collected: Collected) -> None:
    before, marks = contents(collected), noted(collected)
    broken = portfolio_asset(replace(twr_family.FAMILY, compute=with_bad_breakdown))
    result = run_assets([broken])
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    said = str(failure.step_failure_data.error)
    assert "twr_breakdown: " in said
    assert "twr: " not in said
    assert_same(collected, before)
    assert noted(collected) == marks
    # Of twr nothing is told: its rows were good, and were not committed.
    [check] = result.get_asset_check_evaluations()
    assert (check.asset_key, check.passed) == (dg.AssetKey("twr_breakdown"), False)
    assert not result.get_asset_materialization_events()
    collected.execute("DELETE FROM quarantine WHERE table_name = 'twr_breakdown'")


def test_some_of_a_familys_tables_can_be_filled_alone(collected: Collected) -> None:
    before = contents(collected)
    collected.execute("DELETE FROM twr")
    collected.execute("DELETE FROM twr_breakdown")
    result = collected.run("twr_breakdown")
    assert result.success
    [made] = {event.asset_key for event in result.get_asset_materialization_events()}
    assert made == dg.AssetKey("twr_breakdown")
    assert collected.rows(twr.TABLE).empty
    pd.testing.assert_frame_equal(collected.rows(twr_breakdown.TABLE), before["twr_breakdown"])
    assert collected.run("twr").success
    assert_same(collected, before)


def test_a_check_alone_reports_what_the_gate_does(collected: Collected) -> None:
    [asset] = families(["twr"])
    chosen = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("twr"), "gate"))
    result = run_assets([asset], selection=chosen)
    assert result.success
    [check] = result.get_asset_check_evaluations()
    assert (check.asset_key, check.passed) == (dg.AssetKey("twr"), True)
    assert check.metadata["rows"].value == len(collected.rows(twr.TABLE))
    assert not result.get_asset_materialization_events()


def test_nothing_new_is_not_worked_out_again_but_by_hand(collected: Collected) -> None:
    before, marks = contents(collected), noted(collected)
    assert {mark[4] for mark in marks} == {engine_fingerprint()}
    tables = (*TWR, *RETURNS)
    live = collected.live_run(*(table.name for table in tables))
    for table in tables:
        told = metadata(live, table.name)
        assert told["portfolios_unchanged"] == collected.asked
        assert told["portfolios_with_rows"] == collected.given
        assert (told["rows_read"], told["rows_new"], told["rows_changed"]) == (0, 0, 0)
        assert told["dagster/row_count"] == len(before[table.name])
        assert told["engine"] == engine_fingerprint()
    # The results that were left alone count, and the picture that shows them stays.
    rows = before["twr"]
    assert metadata(live, "twr")["results"] == rows["status"].value_counts().to_dict()
    assert str(metadata(live, "twr")["picture"]).startswith("![Cumulative return")
    assert noted(collected) == marks
    by_hand = collected.run(*(table.name for table in tables))
    assert unchanged(by_hand, *tables) == [0, 0, 0, 0]
    assert {mark[6] for mark in noted(collected, "table_name <> 'mwr'")} == {by_hand.run_id}
    assert_same(collected, before)


@contextmanager
def changed(collected: Collected, do: str, undo: str) -> Iterator[None]:
    collected.execute(do)
    try:
        yield
    finally:
        collected.execute(undo)
        assert collected.live_run(*(table.name for table in (*TWR, *RETURNS))).success


def test_rows_of_another_engine_or_other_options_are_worked_out_anew(
    collected: Collected,
) -> None:
    before = contents(collected)
    for column in ("engine", "options"):
        collected.execute(
            f"UPDATE portfolio_computation SET {column} = '' "  # noqa: S608
            "WHERE table_name = 'twr' AND portfolio_id IN ('PF-001', 'PF-002')"
        )
        result = collected.live_run("twr", "twr_breakdown")
        assert unchanged(result, *TWR) == [collected.asked - 2, collected.asked]
        fresh = noted(collected, f"run_id = '{result.run_id}'")
        assert [mark[:2] for mark in fresh] == [("twr", "PF-001"), ("twr", "PF-002")]
        assert {mark[4] for mark in fresh} == {engine_fingerprint()}
        assert_same(collected, before)


def test_rows_that_were_deleted_are_filled_again(collected: Collected) -> None:
    before = contents(collected)
    collected.execute("DELETE FROM twr WHERE portfolio_id = 'PF-001' AND period = 'YTD'")
    collected.execute("DELETE FROM returns_series WHERE portfolio_id = 'PF-002'")
    result = collected.live_run("twr", "twr_breakdown", "returns_series", "risk_statistics")
    every = collected.asked
    assert unchanged(result, *TWR, *RETURNS) == [every - 1, every, every - 1, every]
    assert_same(collected, before)


@pytest.mark.parametrize(
    ("contract", "subject", "named_by", "field"),
    [
        ("benchmark-return-series", "BM-EQUITY-EUR", "benchmark-assignment", "benchmark_id"),
        ("risk-free-series", "USD", "performance-input", "currency"),
    ],
)
def test_a_shared_series_that_changed_concerns_those_who_use_it(
    collected: Collected, contract: str, subject: str, named_by: str, field: str
) -> None:
    users = (
        f"SELECT count(*) FROM core_payload WHERE contract = '{named_by}' "  # noqa: S608
        f"AND header->>'{field}' = '{subject}' AND subject IN (SELECT subject FROM core_payload "
        "WHERE contract = 'performance-input' AND status = 'OK')"
    )
    with collected.engine.connect() as connection:
        count = int(connection.scalar(text(users)) or 0)
    assert 0 < count < collected.asked
    other = (
        "UPDATE core_payload SET content_hash = reverse(content_hash) "  # noqa: S608
        f"WHERE contract = '{contract}' AND subject = '{subject}'"
    )
    with changed(collected, other, other):
        result = collected.live_run("twr", "returns_series", "risk_statistics")
        others = collected.asked - count
        assert unchanged(result, twr.TABLE, *RETURNS) == [collected.asked, others, others]


def test_an_assignment_that_changed_concerns_its_portfolio(collected: Collected) -> None:
    other = (
        "UPDATE core_payload SET content_hash = reverse(content_hash) "
        "WHERE contract = 'benchmark-assignment' AND subject = 'PF-001'"
    )
    with changed(collected, other, other):
        result = collected.live_run("twr", "returns_series")
        assert unchanged(result, twr.TABLE, returns_series.TABLE) == [
            collected.asked,
            collected.asked - 1,
        ]


def test_a_portfolio_that_got_into_quarantine_loses_its_rows_and_then_rests(
    collected: Collected,
) -> None:
    before = contents(collected)
    status = "UPDATE core_payload SET status = '{}' WHERE subject = 'PF-002' AND variant = ''"
    with changed(collected, status.format("QUARANTINED"), status.format("OK")):
        result = collected.live_run("twr", "returns_series")
        assert unchanged(result, twr.TABLE, returns_series.TABLE) == [collected.asked - 1] * 2
        assert "PF-002" not in set(collected.rows(twr.TABLE)["portfolio_id"])
        again = collected.live_run("twr", "returns_series")
        assert unchanged(again, twr.TABLE, returns_series.TABLE) == [collected.asked] * 2
        told = metadata(again, "twr")
        assert told["portfolios_with_rows"] == collected.given - 1
        without = told["portfolios_without"]
        assert isinstance(without, dict)
        assert without["QUARANTINED"] == 1
        assert sum(without.values()) == 1 + collected.asked - collected.given
    assert_same(collected, before)


def test_a_portfolio_whose_input_is_gone_loses_its_rows(collected: Collected) -> None:
    before = contents(collected)
    away = "UPDATE core_payload SET contract = '{}' WHERE subject = 'PF-003' AND contract = '{}'"
    names = ("performance-input", "gone")
    with changed(collected, away.format("gone", names[0]), away.format(*names)):
        result = collected.live_run("twr", "returns_series")
        assert "PF-003" not in set(collected.rows(returns_series.TABLE)["portfolio_id"])
        assert metadata(result, "twr")["portfolios_with_rows"] == collected.given - 1
        assert noted(collected, "portfolio_id = 'PF-003' AND table_name = 'twr'") == []
    assert_same(collected, before)


def test_named_portfolios_alone_are_looked_at(collected: Collected) -> None:
    tags = {PORTFOLIOS_TAG: "PF-001,PF-002", LIVE_TAG: LIVE}
    assert unchanged(collected.run("twr", tags=tags), twr.TABLE) == [2]


def test_what_a_family_reads_has_to_be_declared(collected: Collected) -> None:
    def undeclared(read: Callable[[PortfolioInputs], Any]) -> str:
        def compute(inputs: PortfolioInputs) -> RowsOfTables:
            read(inputs)
            return {}

        asset = portfolio_asset(replace(twr_family.FAMILY, compute=compute))
        result = run_assets([asset])
        assert not result.success
        [failure] = [event for event in result.all_events if event.is_step_failure]
        return str(failure.step_failure_data.error)

    used = returns_family.FAMILY.shared[0]
    for read in (
        lambda inputs: inputs.read(MWR_INPUT),
        lambda inputs: inputs.payloads_of(MWR_INPUT),
        lambda inputs: inputs.columns(MWR_INPUT, inputs.payloads, "begin_mv"),
        lambda inputs: inputs.used_payloads(used),
        lambda inputs: inputs.read_shared(used, ["BM-01"]),
    ):
        assert UndeclaredInput.__name__ in undeclared(read)
    assert "lotus_core_group_by" in undeclared(lambda inputs: inputs.options["lotus_core_group_by"])
