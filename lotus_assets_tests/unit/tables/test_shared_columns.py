"""The contracts of all tables: one configuration, and no column declared in two files."""

from collections import defaultdict
from inspect import get_annotations
from typing import get_args

import pytest
from pandera.api.dataframe.model_components import FieldInfo

import lotus_assets.definitions  # noqa: F401 - fills the list of tables
from lotus_assets.graph.gated_assets import FILLED_TABLES
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

TABLES = list(FILLED_TABLES.values())


def contracts() -> set[type[TableModel]]:
    bases = {base for table in TABLES for base in table.model.__mro__}
    return {base for base in bases if issubclass(base, TableModel)}


def declared_in_place(contract: type[TableModel]) -> dict[str, FieldInfo]:
    """Columns that the contract itself describes, not one of the shared ones that it names."""
    return {
        name: contract.__dict__[name]
        for name, kind in get_annotations(contract).items()
        if not name.startswith("_")
        and not any(isinstance(extra, FieldInfo) for extra in get_args(kind))
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_types_are_enforced_and_unknown_columns_refused(table: Table) -> None:
    assert issubclass(table.model, TableModel)
    assert (table.schema.coerce, table.schema.strict) == (True, True)
    assert [name for name, column in table.schema.columns.items() if not column.description] == []


def test_no_two_contracts_declare_the_same_column() -> None:
    places = defaultdict(list)
    for contract in contracts():
        for name, field in declared_in_place(contract).items():
            kind = contract.to_schema().columns[name].dtype
            checks = tuple(f"{check}{check.statistics}" for check in field.checks)
            rules = (field.nullable, field.unique, checks)
            places[name, str(kind), rules, field.description].append(contract.__name__)
    assert {column: names for column, names in places.items() if len(names) > 1} == {}
