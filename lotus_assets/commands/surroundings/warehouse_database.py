"""The database that a command reads or fills: the reader's, else the embedded one.

Loads neither Dagster nor pandas: who asks the warehouse a question does not wait for them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lotus_assets.commands.surroundings.checks import LOOPBACK, NotReady
from lotus_assets.settings import Settings
from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets.sources.warehouse.connection import check_warehouse, create_warehouse_engine
from lotus_assets.sources.warehouse.migrating import migrate

Say = Callable[[str], None]


@contextmanager
def database(settings: Settings, say: Say) -> Iterator[str]:
    """A migrated warehouse: the reader's (TEM_DB_CONNECTION), else the embedded one. Its URL.

    Raises:
        WarehouseUnavailable, EmbeddedPostgresError: it cannot be had.
    """
    if settings.tem_db_connection is not None:
        yield _migrated(settings.tem_db_connection.get_secret_value())
        return
    home = settings.tem_data_dir / "postgres"
    say("Starting the embedded PostgreSQL")
    with EmbeddedPostgres(home) as server:
        say(f"PostgreSQL on {LOOPBACK}:{server.port}, files in {server.home}")
        yield _migrated(server.url)


@contextmanager
def filled_database(settings: Settings) -> Iterator[str]:
    """The same for who only reads it: where nothing was collected, there is nothing to start.

    Raises:
        NotReady: there is no embedded database yet.
        WarehouseUnavailable, EmbeddedPostgresError: it cannot be had.
    """
    home = settings.tem_data_dir / "postgres"
    if settings.tem_db_connection is None and not home.exists():
        raise NotReady(
            f"There is no database in {home} yet. Run `make run` first, or set TEM_DB_CONNECTION "
            "(or TEM_DATA_DIR) to where yours is."
        )
    with database(settings, lambda _: None) as url:
        yield url


def _migrated(url: str) -> str:
    engine = create_warehouse_engine(url)
    try:
        check_warehouse(engine)
        migrate(engine)
    finally:
        engine.dispose()
    return url
