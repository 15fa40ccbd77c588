"""Frames into PostgreSQL and back, both by COPY."""

import io
import uuid
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, select
from sqlalchemy.engine import URL
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.sources.warehouse.connection import driver_connection
from lotus_assets.sources.warehouse.schema import database_table, type_name
from lotus_assets.tables.table import Table

NULL = uuid.uuid4().hex
"""NULL in the CSV text: drawn anew in each process, so that no value can be taken for it."""
PSYCOPG = URL.create("postgresql+psycopg").get_dialect()()
PLAIN_TYPES = {"string": "str", "Int64": "Int64", "Float64": "Float64"}
"""Types that read_csv takes as they are, by pandera's name; the others need a conversion."""
CHUNK_ROWS = 50_000
"""Rows of CSV text held in memory at once."""


def copy_in(connection: Connection, table: Table, target: str, frame: pd.DataFrame) -> None:
    """Append `frame` (the table's columns, in any order) to the relation `target`."""
    names = ", ".join(f'"{name}"' for name in table.columns)
    command = f"COPY {target} ({names}) FROM STDIN (FORMAT csv, NULL '{NULL}')"
    with driver_connection(connection).cursor() as cursor, cursor.copy(command.encode()) as copy:
        for start in range(0, len(frame), CHUNK_ROWS):
            rows = frame[table.columns].iloc[start : start + CHUNK_ROWS]
            copy.write(rows.to_csv(index=False, header=False, na_rep=NULL))


def read_table(connection: Connection, table: Table, *where: ColumnElement[bool]) -> pd.DataFrame:
    """The rows of `table` that satisfy all conditions, through its model, sorted by key."""
    source = database_table(table)
    query = select(*(source.c[name] for name in table.columns)).where(*where)
    return read_query(connection, table, query.order_by(*(source.c[name] for name in table.key)))


def read_query(connection: Connection, table: Table, query: Select[tuple[object]]) -> pd.DataFrame:
    """The result of `query`, which gives the columns of `table`, through its model."""
    sql = query.compile(dialect=PSYCOPG, compile_kwargs={"literal_binds": True})
    command = f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER, NULL '{NULL}')"
    text = io.BytesIO()
    with driver_connection(connection).cursor() as cursor, cursor.copy(command.encode()) as copy:
        for block in copy:
            text.write(block)
    text.seek(0)
    types = {name: type_name(column) for name, column in table.schema.columns.items()}
    frame = pd.read_csv(
        text,
        dtype={name: PLAIN_TYPES[kind] for name, kind in types.items() if kind in PLAIN_TYPES},
        keep_default_na=False,
        na_values=[NULL],
    )
    for name, kind in types.items():
        if kind == "boolean":
            frame[name] = frame[name].map({"t": True, "f": False}).astype("boolean")
        elif kind.startswith("datetime64"):
            frame[name] = pd.to_datetime(
                frame[name].replace({np.nan: None}), utc="UTC" in kind, format="ISO8601"
            )
    coerced: pd.DataFrame = table.schema.coerce_dtype(frame[table.columns])
    return coerced


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a small frame as parameters of a statement, NULL as None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
