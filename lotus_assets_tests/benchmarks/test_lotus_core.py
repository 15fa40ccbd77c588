"""The lotus-core service at full scale: payloads over HTTP, and loading files."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.sources.lotus_core.wire_format import ARROW
from lotus_assets_tests.benchmarks.core_files import write_files

DAYS = {"as_of_date": "2025-03-31", "consumer_system": "benchmark"}
EVERY_DAY = {"start_date": "2000-01-01", "end_date": "2025-03-31"}
REPORT = {
    "report_start_date": "2000-01-01",
    "report_end_date": "2025-03-31",
    "consumer_system": "benchmark",
}


@pytest.fixture(scope="module")
def service(
    server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    """The service in its own process over a portfolio of 200 positions, 2,000 days each."""
    engine = create_core_engine(server_url)
    migrate_core(engine)
    folder = tmp_path_factory.mktemp("core") / "files"
    load_folder(engine, write_files(folder, portfolios=1, positions=200, days=2000))
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    command = [sys.executable, "-m", "lotus_assets.services.lotus_core", "--port", "8791"]
    environment = {**os.environ, "LOTUS_CORE_DB_CONNECTION": server_url}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url="http://127.0.0.1:8791", timeout=60) as client:
            deadline = time.monotonic() + 60
            while True:
                try:
                    client.get("/readyz").raise_for_status()
                    break
                except httpx.TransportError:
                    assert time.monotonic() < deadline, "the service did not start"
            yield client, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP SCHEMA lotus_core CASCADE")
        engine.dispose()


def ask(client: httpx.Client, name: str, body: dict[str, Any], accept: str) -> int:
    """Send a request and read the answer as it comes; the number of bytes."""
    url = f"/integration/portfolios/PF00000/{name}"
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    with client.stream("POST", url, json=body, headers=headers) as response:
        assert response.status_code == 200
        return sum(len(block) for block in response.iter_raw())


@pytest.mark.expects_metrics("cpu_time_of_service")
@pytest.mark.parametrize("accept", ["application/json", ARROW])
def test_performance_input_of_2000_days(
    benchmark: BenchmarkFixture,
    record_metric: Callable[..., None],
    service: tuple[httpx.Client, psutil.Process],
    accept: str,
) -> None:
    """lotus-core answers a performance input of 2,000 days.

    Target: under 50 ms of CPU.
    """
    client, process = service
    body = {**DAYS, "window": EVERY_DAY}
    before = process.cpu_times()
    size = benchmark(ask, client, "performance-input", body, accept)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    asked = benchmark.stats.stats.rounds if benchmark.stats else 1
    record_metric(
        "cpu_time_of_service",
        value=max(used / asked, 1e-9),
        unit="s",
        quantity="cpu_time",
        direction="lower",
    )
    assert size > 100_000


@pytest.mark.expects_metrics("added_memory_of_service")
@pytest.mark.parametrize("accept", ["application/json", ARROW])
def test_contribution_input_of_200_positions(
    benchmark: BenchmarkFixture,
    record_metric: Callable[..., None],
    service: tuple[httpx.Client, psutil.Process],
    accept: str,
) -> None:
    """lotus-core answers a contribution input of 200 positions.

    1,300 days of each. Target: under 2 s and 300 MB.
    """
    client, process = service
    body = {**REPORT, "report_start_date": "2020-04-07"}
    at_rest = process.memory_info().rss
    size = benchmark.pedantic(
        ask, args=(client, "contribution-input", body, accept), rounds=5, warmup_rounds=1
    )
    record_metric(
        "added_memory_of_service",
        value=process.memory_info().rss - at_rest,
        unit="bytes",
        quantity="memory",
        direction="lower",
    )
    assert size > 10_000_000


@pytest.mark.weekly
@pytest.mark.expects_metrics("peak_memory")
@pytest.mark.parametrize("portfolios", [100, 1000])
def test_loading(
    benchmark: BenchmarkFixture,
    record_metric: Callable[..., None],
    empty_database: str,
    tmp_path: Path,
    portfolios: int,
) -> None:
    """Files are loaded into lotus-core.

    20 positions and 1,300 days each: 26 million rows at full scale.
    """
    folder = write_files(tmp_path / "files", portfolios=portfolios, positions=20, days=1300)
    engine = create_core_engine(empty_database)
    migrate_core(engine)
    report = benchmark.pedantic(load_folder, args=(engine, folder), rounds=1)
    assert report.new["position_valuations"] == portfolios * 20 * 1300
    record_metric(
        "peak_memory",
        value=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        unit="bytes",
        quantity="memory",
        direction="lower",
    )
    engine.dispose()
