"""Speed of the inputs: from lotus-core's database over HTTP into core_performance_input.

The goal: 10,000 portfolios by 1,300 days in under 150 s on two cores, linear beyond, memory bounded
by a chunk. `LOTUS_BENCH_PORTFOLIOS` chooses the size (1,000 unless told: a tenth of the target's
work, and a tenth of its time); the loader's own speed has its own benchmark.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, text

from lotus_assets.inputs import input_tables
from lotus_assets.inputs.collection import InputCollection, InputReport
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.schema import BOOKKEEPING, database_table
from lotus_assets.standin.sample_book.book import SEED, build_book
from lotus_assets_tests.benchmarks.core_input_book import DAYS, write_core_book

NO_BAD_ROW = QuarantineLimit(share=0.0)

PORTFOLIOS = int(os.environ.get("LOTUS_BENCH_PORTFOLIOS", "1000"))
AS_OF = date(2026, 3, 31)
TARGET_SECONDS = 150 * PORTFOLIOS / 10_000
CHUNK_MEGABYTES = 300
"""What a chunk and what waits to be written may add to the process, whatever the number."""
PATIENT = Patience(attempts=12, first_wait_seconds=0.5)
"""Enough to wait for the service's start."""


@pytest.fixture
def engine(empty_database: str, tmp_path: Path) -> Iterator[Engine]:
    """The loaded book and empty input tables in one database."""
    core = create_core_engine(empty_database)
    migrate_core(core)
    write_core_book(tmp_path / "book", PORTFOLIOS)
    load_folder(core, tmp_path / "book")
    core.dispose()
    engine = create_warehouse_engine(empty_database)
    with engine.begin() as connection:
        BOOKKEEPING.create_all(connection)
        for table in input_tables.TABLES:
            database_table(table).create(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield engine
    engine.dispose()


@pytest.fixture
def core_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def client(engine: Engine, empty_database: str, core_port: int) -> Iterator[LotusCoreClient]:
    """A client of the service in its own process, as `make run` has it."""
    arguments = ["-m", "lotus_assets.services.lotus_core", "--port", str(core_port)]
    environment = {
        **os.environ,
        "LOTUS_CORE_DB_CONNECTION": empty_database,
        "LOTUS_CORE_LOG_LEVEL": "WARNING",
    }
    with subprocess.Popen([sys.executable, *arguments], env=environment) as process:
        try:
            url = f"http://127.0.0.1:{core_port}"
            with LotusCoreClient(url, patience=PATIENT) as client:
                client.portfolios(AS_OF)
                yield client
        finally:
            process.terminate()


@pytest.mark.timeout(3600)
@pytest.mark.expects_metrics("added_memory")
def test_performance_inputs_of_many_portfolios(
    benchmark: Any,
    record_metric: Callable[..., None],
    engine: Engine,
    client: LotusCoreClient,
) -> None:
    """Performance inputs of many portfolios are collected from lotus-core."""
    process = psutil.Process()
    before = process.memory_info().rss

    def collect() -> InputReport:
        asked = list(input_tables.PERFORMANCE_INPUT.ask(client, AS_OF, InputSettings()))
        collection = InputCollection(
            engine,
            client,
            input_tables.PERFORMANCE_INPUT,
            "run",
            datetime.now(UTC),
            64,
            QuarantineLimit(0.0),
        )
        return collection.collect(AS_OF, asked, ["000"])

    report = benchmark.pedantic(collect, rounds=1)
    assert report.new == PORTFOLIOS * DAYS
    added = (process.memory_info().rss - before) / 2**20
    record_metric(
        "added_memory", value=added * 2**20, unit="bytes", quantity="memory", direction="lower"
    )
    # Not asserted: a loaded machine would cost the run its result, and `make bench` compares it.
    benchmark.extra_info.update(
        portfolios=PORTFOLIOS, rows=report.new, target_seconds=TARGET_SECONDS
    )
    assert added < CHUNK_MEGABYTES


def test_the_sample_book_is_made_in_seconds(benchmark: Callable[..., Any]) -> None:
    """The sample book is made."""
    book = benchmark(build_book, SEED, AS_OF)
    assert book["position_valuations"].num_rows > 700_000
