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


# In one order in every process: pytest-xdist's workers compare what they collect.
SPECS = {
    spec.key.to_user_string(): spec
    for spec in sorted(defs.resolve_all_asset_specs(), key=lambda spec: spec.key.to_user_string())
}
COLUMNS = {
    table: {column.name for column in schema.columns}
    for table, spec in SPECS.items()
    if isinstance(schema := spec.metadata.get("dagster/column_schema"), dg.TableSchema)
}
LAYERS = [
    ("facts", "delivery"),
    ("analytics", "delivery"),
    ("analytics", "portfolios"),
    ("benchmarks", "platform"),
]
"""Group and domain of the layers of which every column says what it follows from."""
OF_PAYLOAD = {"as_of_date": "the run's day"} | dict.fromkeys(
    ("data_version", "content_hash"), "core_payload"
)
OF_PERIOD = {**OF_PAYLOAD, "period": "the periods that are asked for"}
OF_WINDOW = {
    **OF_PERIOD,
    **dict.fromkeys(("requested_start_date", "start_date"), "the run's day and core_payload"),
    **dict.fromkeys(("end_date", "is_clamped"), "the run's day and core_payload"),
}
CONTRIBUTED = dict.fromkeys(("linking", "metric_basis"), "the options")
ATTRIBUTED = dict.fromkeys(("linking", "model"), "the options")
WITHOUT_SOURCES = {
    "attribution": OF_PERIOD | ATTRIBUTED,
    "attribution_currency": OF_PERIOD | ATTRIBUTED,
    "attribution_level": OF_PERIOD | ATTRIBUTED | {"level": "core_payload"},
    "attribution_total": OF_WINDOW | ATTRIBUTED,
    "bench_dashboard": {"path": "the files that are written"},
    "bench_regression": dict.fromkeys(("fact", "list"), "the rule that found it"),
    "contribution": OF_PERIOD | CONTRIBUTED,
    "contribution_level": OF_PERIOD
    | CONTRIBUTED
    | dict.fromkeys(("level", "node_key"), "core_payload"),
    "contribution_total": OF_WINDOW | CONTRIBUTED,
    "coverage": {"run_id": "the run"},
    "dim_project": {
        "org": "the org file",
        "deployments_collected_from": "when what was collected",
    },
    "metric_daily": {"date": "the run's days", "metric": "the catalogue"},
    "mwr": OF_PAYLOAD | {"method": "each method has a row"},
    "parity": {
        "iso_week": "the run",
        "field": "the fields that are compared",
        "gitlab_value": "GitLab, asked again",
        "reason": "GitLab, asked again",
        "run_id": "the run",
        "compared_at": "the run",
    },
    "positions": OF_PAYLOAD | {"returns_content_hash": "core_payload"},
    "restatement": {
        "restatement_id": "a hash of the others",
        "restated_at": "the run",
        "run_id": "the run",
        "table_name": "where figures are replaced",
        "is_vanished": "whether there still is a row",
    },
    "returns_series": OF_PAYLOAD,
    "risk_statistics": OF_PERIOD
    | dict.fromkeys(("start_date", "end_date"), "the run's day and core_payload")
    | dict.fromkeys(("benchmark_content_hash", "risk_free_content_hash"), "core_payload")
    | {"frequency": "the options"},
    "twr": OF_WINDOW | {"metric_basis": "the options"},
    "twr_breakdown": OF_PERIOD | dict.fromkeys(("frequency", "metric_basis"), "the options"),
}
"""Columns that follow from no table of the graph, and from what they do."""
WAITED_FOR = {"raw_commit", "raw_deployment", "raw_issue", "raw_pipeline", "raw_protected_branch"}
"""Collections of which it is told how they went; none of their rows is read."""
CONTRIBUTION = ("contribution", "contribution_level", "contribution_total")
ATTRIBUTION = ("attribution", "attribution_currency", "attribution_level", "attribution_total")
WITHOUT_COLUMNS = {
    # The days of opening and closing that it says stand in core_payload.
    **{key: {"core_performance_input"} for key in (*CONTRIBUTION, *ATTRIBUTION, "positions")},
    "coverage": WAITED_FOR | {"raw_mr", "raw_push_event"},
    "dim_project": WAITED_FOR,
    # Default branches and protected ones have no row.
    "fact_branch": {"dim_project", "raw_protected_branch"},
}
"""Upstream tables that decide no value."""


def lineage_of(table: str) -> dict[str, set[tuple[str, str]]]:
    """Of each column that says so, the (table, column) pairs that it follows from."""
    lineage = SPECS[table].metadata.get("dagster/column_lineage")
    return {
        column: {(source.asset_key.to_user_string(), source.column_name) for source in sources}
        for column, sources in (lineage.deps_by_column if lineage else {}).items()
    }


def tables_of(layers: list[tuple[str, str]]) -> list[str]:
    """Their tables that are made of other tables of the graph."""
    return [
        table
        for table in COLUMNS
        if SPECS[table].deps and (SPECS[table].group_name, SPECS[table].tags["domain"]) in layers
    ]


@pytest.mark.parametrize("table", [table for table in COLUMNS if lineage_of(table)])
def test_lineage_leads_from_columns_to_columns_of_upstream_tables(table: str) -> None:
    upstream = {dependency.asset_key.to_user_string() for dependency in SPECS[table].deps}
    assert lineage_of(table).keys() <= COLUMNS[table]
    for source_table, source in set().union(*lineage_of(table).values()):
        assert source_table in upstream
        assert source in COLUMNS[source_table]


@pytest.mark.parametrize("table", tables_of(LAYERS))
def test_every_column_says_what_it_follows_from(table: str) -> None:
    with_sources = {column for column, sources in lineage_of(table).items() if sources}
    assert COLUMNS[table] - with_sources == WITHOUT_SOURCES.get(table, {}).keys()


@pytest.mark.parametrize("table", tables_of(LAYERS))
def test_something_follows_from_every_upstream_table(table: str) -> None:
    upstream = {dependency.asset_key.to_user_string() for dependency in SPECS[table].deps}
    sources = {source_table for pairs in lineage_of(table).values() for source_table, _ in pairs}
    assert upstream - sources == WITHOUT_COLUMNS.get(table, set())


@pytest.mark.parametrize(
    ("table", "column", "source"),
    [
        ("metric_daily", "value", ("fact_mr", "cycle_time_hours")),
        ("metric_daily", "value", ("fact_git_hygiene", "signed_commit_count")),
        ("fact_mr", "cycle_time_hours", ("raw_mr_commit", "authored_at")),
        ("fact_mr", "code_review_hours", ("raw_mr_approval", "user_id")),
        ("fact_deployment", "is_rollback", ("raw_tag", "vanished_at")),
        ("fact_lead_time", "lead_time_hours", ("fact_deployment", "finished_at")),
        ("fact_pipeline", "critical_path_sec", ("raw_job", "needs")),
    ],
)
def test_lineage_names_what_decides_a_figure(
    table: str, column: str, source: tuple[str, str]
) -> None:
    assert source in lineage_of(table)[column]


def test_lineage_holds_no_table_that_merely_has_a_column_of_that_name() -> None:
    assert lineage_of("fact_lead_time")["created_at"] == {("raw_issue", "created_at")}
    assert lineage_of("fact_mr")["cycle_time_hours"] == {
        ("raw_mr_commit", "authored_at"),
        ("raw_mr", "merged_at"),
    }
