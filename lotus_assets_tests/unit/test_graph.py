"""The asset graph is what the snapshot says it is, and keeps the house's rules."""

from pathlib import Path

import dagster as dg
import pytest

from lotus_assets.checks.freshness import DEADLINES
from lotus_assets.definitions import defs
from lotus_assets.graph.domains import PersonalData, personal_data
from lotus_assets_tests.graph_snapshot import SNAPSHOT, graph_snapshot, snapshot_text


def test_the_graph_is_the_one_in_the_snapshot() -> None:
    assert snapshot_text(defs) == SNAPSHOT.read_text(encoding="utf-8"), (
        "The graph has changed. If that is meant: python -m lotus_assets_tests.graph_snapshot"
    )


def test_every_table_has_a_blocking_gate_owners_and_kinds() -> None:
    assets = graph_snapshot(defs)["assets"]
    files = {"daily_export", "weekly_report", "weekly_export", "portfolio_report", "pages"}
    # Whoever replaces figures writes it beside them.
    noted = {"restatement"}
    without = [key for key, asset in assets.items() if "gate (blocking)" not in asset["checks"]]
    assert set(without) == files | noted
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


DOMAIN_OF_GROUPS = {
    "raw_gitlab": "delivery",
    "facts": "delivery",
    "core_inputs": "portfolios",
    "benchmarks": "platform",
}


def test_every_asset_is_owned_by_its_business_and_tagged() -> None:
    exports = {"daily_export", "weekly_report", "weekly_export", "pages"}
    of_delivery = {"metric_daily", "restatement", *exports}
    for key, asset in graph_snapshot(defs)["assets"].items():
        domain = DOMAIN_OF_GROUPS.get(
            asset["group"], "delivery" if key in of_delivery else "portfolios"
        )
        assert asset["owners"] == [f"team:{domain}"], key
        assert asset["tags"]["domain"] == domain, key


def test_what_holds_names_or_pseudonyms_of_people_says_so() -> None:
    tags = {key: asset["tags"]["pii"] for key, asset in graph_snapshot(defs)["assets"].items()}
    assert {key for key, held in tags.items() if held == "names"} == {
        "raw_user",
        "dim_user",
        "raw_commit",
    }
    assert tags["raw_mr"] == tags["fact_mr"] == tags["twr"] == "pseudonyms"
    assert tags["metric_daily"] == tags["daily_export"] == tags["raw_tag"] == "none"


@pytest.mark.parametrize(
    ("columns", "held"),
    [
        (["project_id", "value"], PersonalData.NONE),
        (["author_user_id"], PersonalData.PSEUDONYMS),
        (["committer_email_hash"], PersonalData.PSEUDONYMS),
        (["user_id", "username"], PersonalData.NAMES),
    ],
)
def test_personal_data_is_told_from_columns(columns: list[str], held: PersonalData) -> None:
    assert personal_data(columns) is held


def test_the_tag_of_a_deadline_is_the_one_that_is_watched() -> None:
    graph = defs.resolve_asset_graph()
    tagged = {key: graph.get(key).tags["sla"] for key in graph.get_all_asset_keys()}
    watched = {key: graph.get(key).freshness_policy for key in tagged}
    assert {DEADLINES.get(tag) for tag in tagged.values()} == {None, *DEADLINES.values()}
    for key, tag in tagged.items():
        assert watched[key] == DEADLINES.get(tag)


def test_every_table_leads_to_its_contract_and_its_step() -> None:
    for spec in defs.resolve_all_asset_specs():
        references = spec.metadata["dagster/code_references"].code_references
        files = [Path(reference.file_path) for reference in references]
        assert all(file.is_file() and "lotus_assets" in file.parts for file in files)
        assert any(str(reference.label).startswith("step ") for reference in references)
        if "dagster/column_schema" in spec.metadata:
            contract = files[0].read_text(encoding="utf-8")
            assert f'name="{spec.key.to_user_string()}"' in contract


def test_lineage_leads_from_columns_to_columns() -> None:
    columns = {
        spec.key: {column.name for column in schema.columns}
        for spec in defs.resolve_all_asset_specs()
        if isinstance(schema := spec.metadata.get("dagster/column_schema"), dg.TableSchema)
    }
    with_lineage = {}
    for spec in defs.resolve_all_asset_specs():
        lineage = spec.metadata.get("dagster/column_lineage")
        if lineage is None:
            continue
        with_lineage[spec.key.to_user_string()] = lineage.deps_by_column
        upstream = {dependency.asset_key for dependency in spec.deps}
        for column, sources in lineage.deps_by_column.items():
            assert column in columns[spec.key]
            for source in sources:
                assert source.asset_key in upstream
                assert source.column_name in columns[source.asset_key]
    assert with_lineage.keys() == {"metric_daily", "twr", "twr_breakdown", "positions"}
    behind = {
        (source.asset_key.to_user_string(), source.column_name)
        for source in with_lineage["metric_daily"]["value"]
    }
    assert ("fact_mr", "cycle_time_hours") in behind
