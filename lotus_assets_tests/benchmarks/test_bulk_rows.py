"""Speed of rows into PostgreSQL and out of it: 260,000 rows of 13 columns, and amounts.

docs/PERFORMANCE.md says what else was measured before this way was taken.
"""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import Connection, select, text

from lotus_assets.inputs.core_performance_input import TABLE
from lotus_assets.sources.warehouse import arrow_copy
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.copying import copy_in, read_columns, read_query, read_table
from lotus_assets.sources.warehouse.schema import arrow_schema, database_table
from lotus_assets_tests.benchmarks.core_input_rows import (
    create_tables,
    write_performance_inputs,
)

PORTFOLIOS = 200
ROWS = PORTFOLIOS * 1_300
AMOUNTS = pa.schema([(name, pa.decimal128(38, 10)) for name in ("begin_mv", "bod_cf", "end_mv")])


@pytest.fixture
def connection(empty_database: str) -> Iterator[Connection]:
    """A full table, and temporary ones beside it."""
    engine = create_warehouse_engine(empty_database)
    create_tables(engine)
    write_performance_inputs(engine, PORTFOLIOS)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE TEMPORARY TABLE staged (LIKE public.{TABLE.name})"))
        connection.execute(
            text(
                "CREATE TEMPORARY TABLE amounts (begin_mv numeric, bod_cf numeric, end_mv numeric)"
            )
        )
        yield connection
    engine.dispose()


def test_a_frame_into_a_table(benchmark: BenchmarkFixture, connection: Connection) -> None:
    """260,000 rows of a frame are copied into a table."""
    frame = read_table(connection, TABLE)

    def write() -> None:
        connection.execute(text("TRUNCATE staged"))
        copy_in(connection, "pg_temp.staged", frame, arrow_schema(TABLE))

    benchmark(write)
    assert connection.scalar(text("SELECT count(*) FROM staged")) == ROWS


def test_a_table_into_a_frame(benchmark: BenchmarkFixture, connection: Connection) -> None:
    """260,000 rows of a table are read into a frame."""
    every_row = select(*database_table(TABLE).columns)
    frame = benchmark(lambda: read_query(connection, TABLE, every_row))
    assert len(frame) == ROWS


def test_a_table_into_arrays(benchmark: BenchmarkFixture, connection: Connection) -> None:
    """260,000 rows of a table are read into arrays."""
    rows = database_table(TABLE).c
    numbers = select(rows.perf_date, rows.begin_mv, rows.bod_cf, rows.eod_cf, rows.end_mv)
    arrays = benchmark(lambda: read_columns(connection, numbers))
    assert len(arrays["end_mv"]) == ROWS


def test_amounts_into_a_table_and_back(benchmark: BenchmarkFixture, connection: Connection) -> None:
    """Decimal amounts are copied into a table and read again."""
    cents = np.random.default_rng(1).integers(-(10**12), 10**12, ROWS)
    whole = pa.array(cents).cast(pa.decimal128(38, 10))
    amounts = pa.table([whole] * 3, AMOUNTS)

    def there_and_back() -> pa.Table:
        connection.execute(text("TRUNCATE amounts"))
        arrow_copy.copy_in(connection, "pg_temp.amounts", amounts)
        return arrow_copy.read_rows(connection, b"SELECT * FROM amounts", AMOUNTS)

    rows = benchmark(there_and_back)
    assert rows["end_mv"][0].as_py() == Decimal(int(cents[0]))
