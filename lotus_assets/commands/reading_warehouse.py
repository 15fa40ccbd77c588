"""The warehouse as a command reads it that starts nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from lotus_assets.commands.surroundings.warehouse_database import filled_database
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.connection import create_warehouse_engine


@contextmanager
def warehouse(settings: Settings) -> Iterator[Engine]:
    """The reader's warehouse, else the embedded one, while the context lasts.

    Raises:
        NotReady: nothing was collected yet.
        WarehouseUnavailable, EmbeddedPostgresError: the database cannot be had.
    """
    with filled_database(settings) as url:
        engine = create_warehouse_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
