"""Arrow columns into PostgreSQL and out of it: one way in, one way out, both by COPY.

Both go over the caller's connection: they are part of its transaction, see its temporary tables
and its `search_path`. A driver with connections of its own (ADBC) can do none of that, and each of
them costs more than reading a table of the sample does. docs/PERFORMANCE.md has the figures.
"""

from collections.abc import Mapping
from typing import Any

import pgpq
import pyarrow as pa
import pyarrow.csv as pa_csv
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb
from sqlalchemy import Connection

from lotus_assets.sources.warehouse.connection import driver_connection

JSONB = {b"database_type": b"jsonb"}
"""Metadata of a column of JSON text that is jsonb in the database."""
CHUNK_ROWS = 50_000
"""Rows encoded at once."""
BLOCK_BYTES = 1 << 20
"""CSV text parsed at once: it stays in the processor's cache."""
PARSING = pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
"""An empty line is a row of one column that is NULL."""


def copy_in(connection: Connection, relation: str, rows: pa.Table) -> None:
    """Append `rows` to `relation` (schema.table), column by name.

    Their Arrow types are those of the database's columns exactly: nothing is converted on the way.
    """
    from psycopg import sql

    encoder = _encoder(rows.schema)
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(*relation.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, rows.column_names)),
    )
    with driver_connection(connection).cursor() as cursor, cursor.copy(command) as copy:
        copy.write(encoder.write_header())
        for batch in rows.to_batches(max_chunksize=CHUNK_ROWS):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())


def read_rows(
    connection: Connection,
    query: bytes,
    schema: pa.Schema,
    parameters: Mapping[str, Any] | None = None,
) -> pa.Table:
    """The answer of `query`, whose columns are those of `schema` in their order."""
    # Here, as in `driver_connection`: psycopg is for those who connect.
    from lotus_assets.sources.warehouse.whole_copy import whole_copy

    command = b"COPY (" + query + b") TO STDOUT (FORMAT csv)"
    session = driver_connection(connection)
    with session.cursor() as cursor, cursor.copy(command, parameters):
        text, longest = session.wait(whole_copy(session.pgconn))
    return parsed(text, schema, max(longest, BLOCK_BYTES))


def parsed(text: bytes | bytearray, schema: pa.Schema, block_bytes: int = BLOCK_BYTES) -> pa.Table:
    """PostgreSQL's CSV text as columns; no line is longer than `block_bytes`.

    What is quoted is a value, also the empty one; nothing at all between two commas is NULL.
    """
    if not text:
        return schema.empty_table()
    rows: pa.Table = pa_csv.read_csv(
        pa.py_buffer(text),
        pa_csv.ReadOptions(
            column_names=schema.names, use_threads=False, block_size=min(block_bytes, 2**31 - 1)
        ),
        PARSING,
        pa_csv.ConvertOptions(
            column_types=schema,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return rows.combine_chunks()


def _encoder(schema: pa.Schema) -> pgpq.ArrowToPostgresBinaryEncoder:
    encoders = {
        field.name: StringEncoderBuilder.new_with_output(field, Jsonb())
        if field.metadata and JSONB.items() <= field.metadata.items()
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field in schema
    }
    return pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(schema, encoders)
