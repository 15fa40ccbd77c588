"""The schema `lotus_core`: its engine, its migrations, and columns read by COPY."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import pyarrow as pa
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import Connection, Engine

from lotus_assets.sources.lotus_core.wire_format import DECIMAL
from lotus_assets.sources.warehouse.arrow_copy import parsed, read_rows
from lotus_assets.sources.warehouse.connection import create_warehouse_engine, driver_connection

SCHEMA = "lotus_core"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MIGRATIONS = Path(__file__).parent / "migrations"
QUERIES = Path(__file__).parent / "queries"
RATE = pa.decimal128(37, 18)
TYPES = {
    "text": pa.string(),
    "date": pa.date32(),
    "amount": DECIMAL,
    "rate": RATE,
    "count": pa.int64(),
    "flag": pa.bool_(),
    "instant": pa.timestamp("us", "UTC"),
}


def create_core_engine(connection: str) -> Engine:
    """An engine for reading; each statement is a transaction, rows are never changed."""
    return create_warehouse_engine(connection).execution_options(isolation_level="AUTOCOMMIT")


def migrate_core(engine: Engine) -> None:
    """Bring the schema `lotus_core` to the newest revision; two processes at once take turns."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@dataclass(frozen=True)
class Snapshot:
    """What was known by `recorded_until`, in the loads up to `version`."""

    recorded_until: dt.datetime
    version: int

    @property
    def parameters(self) -> dict[str, object]:
        """Parameters that every query on rows takes."""
        return {"recorded_until": self.recorded_until, "version": self.version}


def end_of_day(day: dt.date) -> dt.datetime:
    """The last instant of an Amsterdam day, UTC: as of D sees what was recorded up to it."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), AMSTERDAM)
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


@cache
def query(name: str) -> LiteralString:
    """The text of `queries/<name>.sql`."""
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    return text.strip().removesuffix(";")


def read_columns(
    connection: Connection, name: str, parameters: Mapping[str, Any], columns: Mapping[str, str]
) -> pa.Table:
    """The answer of `queries/<name>.sql`, whose columns have the given kinds (see `TYPES`)."""
    return read_rows(connection, query(name).encode(), _schema(columns), dict(parameters))


def read_packed(
    connection: Connection, name: str, parameters: Mapping[str, Any], columns: Mapping[str, str]
) -> pa.Table:
    """The same of a query that gives all its rows as one CSV text without quotes."""
    with driver_connection(connection).cursor(binary=True) as cursor:
        cursor.execute(sql.SQL(query(name)), dict(parameters))
        row = cursor.fetchone()
    return parsed(row[0] if row and row[0] else b"", _schema(columns))


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema({name: TYPES[kind] for name, kind in columns.items()})


def read_row(
    connection: Connection, name: str, parameters: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The only row of `queries/<name>.sql`, by column; None: there is none."""
    with driver_connection(connection).cursor() as cursor:
        cursor.execute(sql.SQL(query(name)), dict(parameters))
        row = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    return None if row is None else dict(zip(names, row, strict=True))
