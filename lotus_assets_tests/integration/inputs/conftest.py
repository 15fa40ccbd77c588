"""A warehouse with the tables of the inputs, and a lotus-core of hand-made payloads."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from lotus_assets.inputs.input_tables import TABLES
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.schema import BOOKKEEPING, database_table
from lotus_assets_tests.integration.inputs.core_server import CoreServer, core_server


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    engine = create_warehouse_engine(empty_database)
    with engine.begin() as connection:
        BOOKKEEPING.create_all(connection)
        for table in TABLES:
            database_table(table).create(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def core() -> Iterator[CoreServer]:
    with core_server() as server:
        yield server
