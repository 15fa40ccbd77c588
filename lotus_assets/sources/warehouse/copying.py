"""Frames, columns and arrays of numbers, into PostgreSQL and back."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    Double,
    Integer,
    Select,
    Text,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from lotus_assets.sources.warehouse import arrow_copy
from lotus_assets.sources.warehouse.schema import arrow_schema, database_table
from lotus_assets.tables.table import Table

PSYCOPG = URL.create("postgresql+psycopg").get_dialect()()
NULLABLE = {
    pa.string(): pd.StringDtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
"""Types of a frame's columns that can hold NULL, by Arrow type; the others can anyway."""
TEXT = pa.dictionary(pa.int32(), pa.string())
"""Each value once, and its number a row: identifiers come back ten thousand times."""
COLUMN_TYPES: tuple[tuple[type[TypeEngine[Any]], pa.DataType], ...] = (
    (Text, TEXT),
    (BigInteger, pa.int64()),
    (Integer, pa.int32()),
    (Double, pa.float64()),
    (Date, pa.date32()),
    (Boolean, pa.bool_()),
)

Columns = dict[str, NDArray[Any]]


def copy_in(connection: Connection, relation: str, frame: pd.DataFrame, schema: pa.Schema) -> None:
    """Append `frame` (the schema's columns, in any order) to `relation` (schema.table)."""
    rows = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    arrow_copy.copy_in(connection, relation, rows)


def read_table(connection: Connection, table: Table, *where: ColumnElement[bool]) -> pd.DataFrame:
    """The rows of `table` that satisfy all conditions, through its model, sorted by key."""
    source = database_table(table)
    query = select(*(source.c[name] for name in table.columns)).where(*where)
    return read_query(connection, table, query.order_by(*(source.c[name] for name in table.key)))


def read_query(connection: Connection, table: Table, query: Select[tuple[object]]) -> pd.DataFrame:
    """The result of `query`, which gives the columns of `table` in order, through its model."""
    rows = arrow_copy.read_rows(connection, _text(query), arrow_schema(table))
    if not rows.num_rows:
        # pandas makes text columns without a chunk of it, which no join can take (pandas 3.0).
        return table.empty()
    frame = rows.to_pandas(types_mapper=NULLABLE.get, date_as_object=False)
    coerced: pd.DataFrame = table.schema.coerce_dtype(frame)
    return coerced


def read_arrow(connection: Connection, query: Select[Any]) -> pa.Table:
    """The columns of a query by name: text as TEXT, int64, int32, float64, bool, or date32.

    Raises:
        TypeError: a column is of another type, as numbers with a scale are.
        ValueError: a value is not of its column's type (`cast` it).
    """
    schema = pa.schema(
        (column.name, _column_type(column.name, column.type)) for column in query.selected_columns
    )
    return arrow_copy.read_rows(connection, _text(query), schema)


def read_columns(connection: Connection, query: Select[Any]) -> Columns:
    """The same as arrays of int64, int32, float64, bool, or days (datetime64[D]).

    Raises:
        TypeError: a column is of another type, as text and numbers with a scale are.
        ValueError: a value is NULL (`coalesce` it), or not of its column's type (`cast` it).
    """
    for column in query.selected_columns:
        if isinstance(column.type, Text):
            raise TypeError(f"{column.name}: {column.type} is no number, day or flag")
    rows = read_arrow(connection, query)
    missing = [name for name in rows.column_names if rows[name].null_count]
    if missing:
        raise ValueError(f"{', '.join(missing)}: NULL somewhere")
    return {name: np.asarray(rows[name].to_numpy()) for name in rows.column_names}


def _text(query: Select[Any]) -> bytes:
    compiled = query.compile(dialect=PSYCOPG, compile_kwargs={"literal_binds": True})
    return str(compiled).encode()


def _column_type(name: str, database_type: TypeEngine[Any]) -> pa.DataType:
    for known, kind in COLUMN_TYPES:
        if isinstance(database_type, known):
            return kind
    raise TypeError(f"{name}: {database_type} is no text, number, day or flag")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a small frame as parameters of a statement, NULL as None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
