"""Engines and sessions of the warehouse."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from lotus_assets.sources.warehouse.errors import WarehouseUnavailable

if TYPE_CHECKING:
    import psycopg

MINIMUM_VERSION = 15


def warehouse_url(connection: str) -> URL:
    """A postgresql:// URL as SQLAlchemy's, with our driver, psycopg 3."""
    return make_url(connection).set(drivername="postgresql+psycopg")


def dagster_url(connection: str) -> str:
    """The URL of Dagster's own storage: same database, schema `dagster`, driver named.

    SQLAlchemy 2.0's default for a plain postgresql:// URL is psycopg2, which dagster-postgres
    needs; naming it keeps that true.
    """
    url = warehouse_url(connection).set(drivername="postgresql+psycopg2")
    options = url.query.get("options", "")
    schema = f"{options} -csearch_path=dagster".strip()
    return url.update_query_dict({"options": schema}).render_as_string(hide_password=False)


def create_warehouse_engine(connection: str) -> Engine:
    """An engine whose sessions speak UTC. Connects lazily; see `check_warehouse`."""
    return create_engine(
        warehouse_url(connection),
        pool_pre_ping=True,
        connect_args={"options": "-ctimezone=UTC", "connect_timeout": 10},
    )


def check_warehouse(engine: Engine, variable: str = "TEM_DB_CONNECTION") -> None:
    """Connect once, to what the environment names by `variable`, and look at the server's version.

    Raises:
        WarehouseUnavailable: unreachable, refused, or older than PostgreSQL 15.
    """
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
        raise WarehouseUnavailable(
            f"The database {address} cannot be used: {reason}. "
            f"Check {variable} and that the server accepts connections."
        ) from error
    if version < MINIMUM_VERSION:
        raise WarehouseUnavailable(
            f"The database {address} is PostgreSQL {version}; {MINIMUM_VERSION} or newer is needed."
        )


def driver_connection(connection: Connection) -> "psycopg.Connection":
    """The psycopg connection under a SQLAlchemy one, for COPY, in the latter's transaction.

    Begun here where it is not yet: SQLAlchemy commits and rolls back only what it has begun.
    """
    # Here, because whoever imports the definitions imports this module, and connects to nothing.
    import psycopg

    if not connection.in_transaction():
        connection.begin()
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError(f"expected a psycopg connection, not {type(raw).__name__}")
    return raw
