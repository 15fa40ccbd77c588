"""SQLAlchemy's view of the layout's tables in the schema `lotus_core`, and of their staging."""

from functools import cache
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    MetaData,
    Numeric,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from lotus_assets.services.lotus_core.database import SCHEMA
from lotus_assets.services.lotus_core.loading.column_types import INSTANT
from lotus_assets.services.lotus_core.loading.layout import TABLES, LayoutTable
from lotus_assets.sources.lotus_core.wire_format import DECIMAL

TYPES: dict[pa.DataType, TypeEngine[Any]] = {
    pa.string(): Text(),
    DECIMAL: Numeric(),
    pa.date32(): Date(),
    INSTANT: DateTime(timezone=True),
    pa.int64(): BigInteger(),
    pa.bool_(): Boolean(),
}
METADATA = MetaData(schema=SCHEMA)
BY_NAME = {table.name: table for table in TABLES}

loads = Table("loads", METADATA, Column("load_id", BigInteger, primary_key=True), Column("source"))
recordings = Table(
    "recordings",
    METADATA,
    Column("load_id", BigInteger),
    Column("table_name", Text),
    Column("entity", Text),
    Column("first_recorded_at", DateTime(timezone=True)),
    Column("last_recorded_at", DateTime(timezone=True)),
)


@cache
def stored(table: LayoutTable) -> Table:
    """The table itself."""
    return Table(table.name, METADATA, *_columns(table), Column("load_id", BigInteger))


@cache
def staged(table: LayoutTable) -> Table:
    """Its temporary table, with where each row came from."""
    return Table(
        f"staged_{table.name}",
        MetaData(),
        *_columns(table),
        Column("file_number", BigInteger),
        Column("row_number", BigInteger),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def _columns(table: LayoutTable) -> list[Column[Any]]:
    return [Column(name, TYPES[table.arrow_types[name]]) for name in table.columns]
