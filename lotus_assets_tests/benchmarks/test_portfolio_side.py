"""The portfolio side end to end: lotus-core's database, HTTP, gated inputs, every analytic's rows.

The goal: 1,000 portfolios by 20 positions by 400 days in under 10 minutes and 3 GB on two cores,
linear when doubled; a second run with nothing new under a tenth of the first.
`LOTUS_BENCH_PORTFOLIOS` chooses the size (100 unless told: a tenth of the target's work).
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import text

from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.inputs.partitions import last_complete_day
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.settings import Settings
from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets_tests.benchmarks.report_book import DAYS, POSITIONS, write_report_book
from lotus_assets_tests.integration.runs.contents import one

PORTFOLIOS = int(os.environ.get("LOTUS_BENCH_PORTFOLIOS", "100"))
DAY = last_complete_day(Settings())
TARGET_SECONDS = 600 * PORTFOLIOS / 1000
TARGET_BYTES = 3_000_000_000
PATIENT = Patience(attempts=12, first_wait_seconds=0.5)
"""Enough to wait for the service's start."""


@pytest.fixture
def variables(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The environment of a run on a warehouse beside a lotus-core with the loaded book."""
    core = create_core_engine(database)
    migrate_core(core)
    load_folder(core, write_report_book(tmp_path / "book", PORTFOLIOS, DAY))
    with core.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    core.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name, value in {
        "TEM_DB_CONNECTION": database,
        "TEM_DATA_DIR": str(tmp_path / "data"),
        "TEM_AS_OF": f"{DAY + timedelta(days=1)}T12:00:00+00:00",
        "LOTUS_CORE_URL": f"http://127.0.0.1:{port}",
        "LOTUS_CORE_LOG_LEVEL": "WARNING",
        # Calendar days: all of the book's days are in the reports.
        "LOTUS_CORE_REPORT_DAYS": "600",
    }.items():
        monkeypatch.setenv(name, value)
    arguments = ["-m", "lotus_assets.services.lotus_core", "--port", str(port)]
    environment = {**os.environ, **dagster_variables(Settings(), database)}
    with subprocess.Popen([sys.executable, *arguments], env=environment) as service:
        try:
            with LotusCoreClient(environment["LOTUS_CORE_URL"], patience=PATIENT) as client:
                client.portfolios(DAY)
            yield environment
        finally:
            service.terminate()


@dataclass(frozen=True)
class Spent:
    """What a run took in a process of its own: seconds, by step too, and its peak of memory."""

    seconds: float
    cpu_seconds: float
    peak_memory: int
    steps: dict[str, float]


def run(variables: dict[str, str]) -> Spent:
    """One run of the portfolio side."""
    started = time.monotonic()
    command = [sys.executable, "-m", "lotus_assets_tests.benchmarks.portfolios_once"]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        steps = child.stdout.read()
        # wait4 tells the peak memory of this very process.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return Spent(
        seconds=time.monotonic() - started,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_memory=usage.ru_maxrss * 1024,
        steps=json.loads(steps),
    )


@pytest.mark.weekly
@pytest.mark.timeout(7200)
@pytest.mark.expects_metrics("peak_memory", "second_run")
def test_a_first_run_and_one_with_nothing_new(
    benchmark: BenchmarkFixture,
    record_metric: Callable[..., None],
    variables: dict[str, str],
    database: str,
) -> None:
    """The whole portfolio side in a first run, and in one with nothing new."""
    first = benchmark.pedantic(run, args=(variables,), rounds=1, iterations=1)
    second = run(variables)
    for table, rows in {
        "core_performance_input": PORTFOLIOS * DAYS,
        "core_contribution_input": PORTFOLIOS * DAYS * (POSITIONS + 1),
        "twr": PORTFOLIOS * 14,
        "contribution_total": PORTFOLIOS * 28,
        "attribution_total": PORTFOLIOS * 42,
        "positions": PORTFOLIOS * POSITIONS,
    }.items():
        assert one(database, f"SELECT count(*) FROM {table}") == rows, table  # noqa: S608
    statement = "SELECT count(*) FROM table_run WHERE rows_new > 0"
    assert one(database, statement) == 20
    record_metric(
        "peak_memory",
        value=first.peak_memory,
        unit="bytes",
        quantity="memory",
        direction="lower",
    )
    record_metric("second_run", value=second.seconds, unit="s", quantity="time", direction="lower")
    # Not asserted: a loaded machine would cost the run its result.
    benchmark.extra_info.update(
        portfolios=PORTFOLIOS,
        first=asdict(first),
        second=asdict(second),
        second_share=second.seconds / first.seconds,
        load=os.getloadavg()[0],
        cores=psutil.cpu_count(),
        target_seconds=TARGET_SECONDS,
        target_bytes=TARGET_BYTES,
    )
