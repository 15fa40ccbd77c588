"""The migrations make the tables that the contracts describe, to the column."""

import pytest
from sqlalchemy import Engine, inspect, text

from lotus_assets.commands.execution import tables_of
from lotus_assets.definitions import defs
from lotus_assets.inputs import core_payload
from lotus_assets.sources.warehouse import changes
from lotus_assets.sources.warehouse.schema import BOOKKEEPING, database_table
from lotus_assets_tests.integration.facts.facts_of_the_graph import PROJECT_FACTS

assert changes.project_change.metadata is BOOKKEEPING

CONTRACTS = {
    **{name: database_table(table) for name, table in tables_of(defs.get_repository_def()).items()},
    core_payload.TABLE.name: database_table(core_payload.TABLE),
    **{table.name: table for table in BOOKKEEPING.tables.values()},
}


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_a_table_is_as_its_contract_says(name: str, warehouse_engine: Engine) -> None:
    found = inspect(warehouse_engine)
    columns = {
        column["name"]: (str(column["type"].as_generic()), column["nullable"])
        for column in found.get_columns(name, schema="public")
    }
    contract = CONTRACTS[name]
    generic = {
        column.name: (str(column.type.as_generic()), bool(column.nullable))
        for column in contract.columns
    }
    assert columns == generic
    key = found.get_pk_constraint(name, schema="public")["constrained_columns"]
    assert key == [column.name for column in contract.primary_key.columns]


def test_no_table_is_without_a_contract(warehouse_engine: Engine) -> None:
    names = set(inspect(warehouse_engine).get_table_names(schema="public"))
    assert names - {"alembic_version"} == set(CONTRACTS)


def test_every_table_that_a_fact_reads_numbers_its_changes(warehouse_engine: Engine) -> None:
    query = "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
    with warehouse_engine.connect() as connection:
        watched = {tuple(row) for row in connection.execute(text(query))}
    read = {table.name for fact in PROJECT_FACTS for table in fact.reads}
    events = {(name, event) for name in read for event in ("INSERT", "UPDATE", "DELETE")}
    assert events <= watched
