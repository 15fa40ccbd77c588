"""Speed of the analytics: from gated inputs in PostgreSQL to committed rows.

The goal: `twr` of 10,000 portfolios by 1,300 days in under 60 s on two cores, storage included,
memory bounded by a chunk. `LOTUS_BENCH_PORTFOLIOS` chooses the size (1,000 unless told: a tenth of
the target's work, and a tenth of its time).
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine

from lotus_assets.analytics.portfolios import attribution_family, twr, twr_breakdown
from lotus_assets.analytics.portfolios.portfolio_family import Wanted
from lotus_assets.analytics.portfolios.twr_family import FAMILY
from lotus_assets.analytics.portfolios.working_out import Outcome, work_out
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets_tests.benchmarks.attribution_input_rows import LEAVES, write_attribution_inputs
from lotus_assets_tests.benchmarks.core_input_rows import (
    AS_OF,
    create_tables,
    shards,
    write_performance_inputs,
)

START_SECONDS = 0.79
"""CPU a portfolio that the four attribution assets together took at commit 8bf8029 on the same
inputs, their process alone, two runs (the machine of docs/PERFORMANCE.md)."""
PORTFOLIOS = int(os.environ.get("LOTUS_BENCH_PORTFOLIOS", "1000"))
TARGET_SECONDS = 60 * PORTFOLIOS / 10_000
REPORTS = max(1, PORTFOLIOS // 20)
CHUNK_MEGABYTES = 300
"""What a chunk may add to the process, whatever the number of portfolios."""
ROWS = 14
"""Seven periods, net and gross."""


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    """Inputs as the input assets leave them, and empty tables."""
    engine = create_warehouse_engine(empty_database)
    create_tables(engine, twr.TABLE, twr_breakdown.TABLE)
    write_performance_inputs(engine, PORTFOLIOS)
    yield engine
    engine.dispose()


@pytest.mark.timeout(3600)
@pytest.mark.expects_metrics("added_memory")
def test_twr_of_many_portfolios(
    benchmark: Any, record_metric: Callable[..., None], engine: Engine
) -> None:
    """Time-weighted returns from gated inputs to committed rows."""
    process = psutil.Process()
    before = process.memory_info().rss
    seen = [before]

    def run() -> Outcome:
        [outcome] = work_out(
            FAMILY,
            engine,
            Wanted({AS_OF: shards()}, 16),
            tables=[twr.TABLE],
            run_id="benchmark",
            now=datetime.now(UTC),
            quarantine_limit=QuarantineLimit(0.0),
            progress=lambda _message: seen.append(process.memory_info().rss),
        )
        return outcome

    cpu = process.cpu_times()
    report, account = benchmark.pedantic(run, rounds=1)
    spent = process.cpu_times()
    assert report.written.new == PORTFOLIOS * ROWS
    assert account.results == {"OK": PORTFOLIOS * ROWS}
    added = max(seen) - before
    record_metric("added_memory", value=added, unit="bytes", quantity="memory", direction="lower")
    benchmark.extra_info.update(
        portfolios=PORTFOLIOS,
        rows=report.written.new,
        added_megabytes=added / 2**20,
        own_cpu_seconds=spent.user + spent.system - cpu.user - cpu.system,
        load=os.getloadavg()[0],
        # Not asserted: a loaded machine would cost the run its result.
        target_seconds=TARGET_SECONDS,
    )
    assert added < CHUNK_MEGABYTES * 2**20


@pytest.mark.timeout(3600)
@pytest.mark.expects_metrics("cpu_time_per_portfolio")
def test_the_attribution_family(
    benchmark: Any, record_metric: Callable[..., None], empty_database: str
) -> None:
    """Attribution from gated inputs to committed rows: four tables, six variants each.

    The goal: at least 8 times faster a portfolio than the four assets together were.
    """
    engine = create_warehouse_engine(empty_database)
    create_tables(engine, *attribution_family.FAMILY.tables)
    write_attribution_inputs(engine, REPORTS)

    def run() -> tuple[Outcome, ...]:
        return work_out(
            attribution_family.FAMILY,
            engine,
            Wanted({AS_OF: shards()}, 16),
            run_id="benchmark",
            now=datetime.now(UTC),
            quarantine_limit=QuarantineLimit(0.0),
        )

    started = time.process_time()
    outcomes = benchmark.pedantic(run, rounds=1)
    spent = (time.process_time() - started) / REPORTS
    rows = {report.table.name: report.written.new for report, _ in outcomes}
    assert rows == {
        "attribution": REPORTS * 6 * 7 * len(LEAVES),
        "attribution_total": REPORTS * 6 * 7,
        "attribution_level": REPORTS * 6 * 7 * (2 + 8 + 32),
        "attribution_currency": REPORTS * 6 * 7 * len(LEAVES),
    }
    record_metric(
        "cpu_time_per_portfolio", value=spent, unit="s", quantity="cpu_time", direction="lower"
    )
    benchmark.extra_info.update(
        portfolios=REPORTS, times_faster=START_SECONDS / spent, load=os.getloadavg()[0]
    )
    engine.dispose()
