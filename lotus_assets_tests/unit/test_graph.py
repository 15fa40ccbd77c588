"""The asset graph is what the snapshot says it is, and keeps the house's rules."""

import dagster as dg

from lotus_assets.definitions import defs
from lotus_assets_tests.graph_snapshot import SNAPSHOT, graph_snapshot, snapshot_text


def test_the_graph_is_the_one_in_the_snapshot() -> None:
    assert snapshot_text(defs) == SNAPSHOT.read_text(encoding="utf-8"), (
        "The graph has changed. If that is meant: python -m lotus_assets_tests.graph_snapshot"
    )


def test_every_table_has_a_blocking_gate_owners_and_kinds() -> None:
    assets = graph_snapshot(defs)["assets"]
    files = {"daily_export", "last_week_export", "weekly_export"}
    without = [key for key, asset in assets.items() if "gate (blocking)" not in asset["checks"]]
    assert set(without) == files
    assert all(asset["owners"] and asset["kinds"] for asset in assets.values())


def test_every_column_of_every_table_is_described() -> None:
    undescribed = [
        f"{spec.key.to_user_string()}.{column.name}"
        for spec in defs.resolve_all_asset_specs()
        if isinstance(schema := spec.metadata.get("dagster/column_schema"), dg.TableSchema)
        for column in schema.columns
        if not column.description
    ]
    assert undescribed == []


def test_daily_assets_are_backfilled_in_a_single_run() -> None:
    assets = graph_snapshot(defs)["assets"].values()
    assert {asset["backfill"] for asset in assets if asset["partitions"]} == {"single_run"}
