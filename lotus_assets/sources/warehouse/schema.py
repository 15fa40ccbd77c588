"""SQLAlchemy's view of our tables, derived from their pandera models."""

import re
from functools import cache
from typing import Any

import pyarrow as pa
from pandera.api.pandas.components import Column
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    MetaData,
    Numeric,
    Text,
)
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeEngine

from lotus_assets.tables.table import Table

TYPES: dict[str, TypeEngine[Any]] = {
    "string": Text(),
    "Int64": BigInteger(),
    "Float64": Double(),
    "boolean": Boolean(),
    "datetime64[us, UTC]": DateTime(timezone=True),
    "datetime64[ns]": Date(),
}

ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "Int64": pa.int64(),
    "Float64": pa.float64(),
    "boolean": pa.bool_(),
    "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
    "datetime64[ns]": pa.date32(),
}

BOOKKEEPING = MetaData(schema="public")

quarantine = DatabaseTable(
    "quarantine",
    BOOKKEEPING,
    DatabaseColumn("quarantine_id", BigInteger, Identity(), primary_key=True),
    DatabaseColumn("table_name", Text, nullable=False),
    DatabaseColumn("project_id", BigInteger),
    DatabaseColumn("reason", Text, nullable=False),
    DatabaseColumn("payload", JSONB, nullable=False),
    DatabaseColumn("fingerprint", Text, nullable=False, unique=True),
    DatabaseColumn("run_id", Text, nullable=False),
    DatabaseColumn("last_seen_run_id", Text, nullable=False),
    DatabaseColumn("quarantined_at", DateTime(timezone=True), nullable=False),
)
ingestion_state = DatabaseTable(
    "ingestion_state",
    BOOKKEEPING,
    DatabaseColumn("entity", Text, primary_key=True),
    DatabaseColumn("last_seen_updated_at", DateTime(timezone=True)),
    DatabaseColumn("last_run_at", DateTime(timezone=True), nullable=False),
    DatabaseColumn("state", JSONB(none_as_null=True)),
)
collection_outcome = DatabaseTable(
    "collection_outcome",
    BOOKKEEPING,
    DatabaseColumn("run_id", Text, primary_key=True),
    DatabaseColumn("project_id", BigInteger, primary_key=True),
    DatabaseColumn("collection", Text, primary_key=True),
    DatabaseColumn("reason", Text),
    DatabaseColumn("finished_at", DateTime(timezone=True), nullable=False),
)
collected_period = DatabaseTable(
    "collected_period",
    BOOKKEEPING,
    DatabaseColumn("collection", Text, primary_key=True),
    DatabaseColumn("project_id", BigInteger, primary_key=True),
    DatabaseColumn("collected_from", DateTime(timezone=True), nullable=False),
    DatabaseColumn("collected_until", DateTime(timezone=True), nullable=False),
)
table_run = DatabaseTable(
    "table_run",
    BOOKKEEPING,
    DatabaseColumn("run_id", Text, primary_key=True),
    DatabaseColumn("table_name", Text, primary_key=True),
    DatabaseColumn("rows_read", BigInteger, nullable=False),
    DatabaseColumn("rows_new", BigInteger, nullable=False),
    DatabaseColumn("rows_changed", BigInteger, nullable=False),
    DatabaseColumn("rows_vanished", BigInteger, nullable=False),
    DatabaseColumn("rows_quarantined", BigInteger, nullable=False),
    DatabaseColumn("seconds", Numeric, nullable=False),
    DatabaseColumn("finished_at", DateTime(timezone=True), nullable=False),
)
export_file = DatabaseTable(
    "export_file",
    BOOKKEEPING,
    DatabaseColumn("run_id", Text, primary_key=True),
    DatabaseColumn("path", Text, primary_key=True),
    DatabaseColumn("bytes", BigInteger, nullable=False),
    DatabaseColumn("sha256", Text, nullable=False),
    DatabaseColumn("written_at", DateTime(timezone=True), nullable=False),
)


def type_name(column: Column) -> str:
    """The name of a column's type; text is `string` whether pyarrow stores it or Python."""
    return re.sub(r"^string\[\w+\]$", "string", str(column.dtype))


def database_type(column: Column) -> TypeEngine[Any]:
    """The database type of one column of a pandera model.

    Raises:
        TypeError: the column's type is none of `lotus_assets.tables.columns`.
    """
    if (column.metadata or {}).get("database_type") == "jsonb":
        return JSONB()
    name = type_name(column)
    if name not in TYPES:
        raise TypeError(f"column {column.name}: no database type is known for {name}")
    return TYPES[name]


@cache
def database_table(table: Table) -> DatabaseTable:
    """`table` as SQLAlchemy knows it, schema public."""
    return DatabaseTable(
        table.name,
        MetaData(schema="public"),
        *(
            DatabaseColumn(
                name,
                database_type(column),
                primary_key=name in table.key,
                nullable=bool(column.nullable),
            )
            for name, column in table.schema.columns.items()
        ),
        *(
            Index(f"{table.name}_by_{name.removesuffix('_id')}", name)
            for name in table.looked_up_by
        ),
    )


@cache
def arrow_schema(table: Table) -> pa.Schema:
    """The columns of `table` as Arrow types, alike to those of the database."""
    return pa.schema(
        pa.field(name, ARROW_TYPES[type_name(column)], metadata=column.metadata)
        for name, column in table.schema.columns.items()
    )


def tables_in(expression: ClauseElement) -> frozenset[str]:
    """Names of the tables that a query or condition looks at, those of the bookkeeping left out."""
    return frozenset(
        part.name
        for part in iterate(expression)
        if isinstance(part, DatabaseTable) and part.metadata is not BOOKKEEPING
    )
