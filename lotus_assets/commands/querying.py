"""A question to the warehouse, as a table on the screen or as CSV."""

import sys
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lotus_assets.commands.surroundings.checks import NotReady
from lotus_assets.commands.surroundings.warehouse_database import filled_database
from lotus_assets.settings import Settings

READ_ONLY = "-c default_transaction_read_only=on"


def query(settings: Settings, statement: str, *, as_csv: bool) -> None:
    """Print what `statement` gives; it may read and not write.

    Raises:
        NotReady: nothing was collected yet, or PostgreSQL does not take the statement.
        WarehouseUnavailable, EmbeddedPostgresError: the database cannot be had.
    """
    with (
        filled_database(settings) as url,
        psycopg.connect(url, options=READ_ONLY) as connection,
    ):
        try:
            show = _print_csv if as_csv else _print_table
            show(connection, statement)
        except psycopg.Error as error:
            raise NotReady(f"PostgreSQL does not take this: {str(error).strip()}") from None


def _print_table(connection: psycopg.Connection[TupleRow], statement: str) -> None:
    cursor = connection.execute(statement.encode())
    if cursor.description is None:
        raise NotReady("The statement gives no rows: only questions (select, show, explain) do.")
    table = Table(box=None, pad_edge=False)
    for column in cursor.description:
        table.add_column(column.name, overflow="fold")
    for row in cursor:
        table.add_row(*(Text(_shown(value)) for value in row))
    console = Console()
    console.print(table)
    console.print(f"({cursor.rowcount} row{'' if cursor.rowcount == 1 else 's'})")


def _print_csv(connection: psycopg.Connection[TupleRow], statement: str) -> None:
    inner = statement.strip().rstrip(";")
    copying = f"COPY ({inner}) TO STDOUT (FORMAT csv, HEADER)".encode()
    with connection.cursor() as cursor, cursor.copy(copying) as rows:
        for block in rows:
            sys.stdout.buffer.write(block)
    sys.stdout.flush()


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
