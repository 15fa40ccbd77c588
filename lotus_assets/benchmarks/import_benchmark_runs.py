"""Run files into bench_run and bench_result: new ones only, each whole, in one transaction."""

import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Engine, select

from lotus_assets.benchmarks import bench_result, bench_run
from lotus_assets.filling.reports import REASON_ROWS, GateClosed, TableReport
from lotus_assets.graph.gated_assets import (
    gate_spec,
    report_rows,
    table_spec,
)
from lotus_assets.graph.layers import BENCHMARKS
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.history_folder import HistoryFolder, StoredRun
from lotus_assets.sources.warehouse.bookkeeping import write_quarantine, write_table_run
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.tables.table import QUARANTINE_COLUMNS, Table, gate

TABLES = (bench_run.TABLE, bench_result.TABLE)
FILES = "files"
NO_BAD_ROW = QuarantineLimit(share=0.0)
"""The run file's own rules are stricter than the tables'; a bad row is a mistake in this code."""
CHUNK_RUNS = 200
"""Runs that are committed together: with all samples some 20 MB."""


def import_new_runs(
    engine: Engine, folder: HistoryFolder, *, run_id: str, now: datetime
) -> tuple[list[TableReport], list[BenchmarkFileError]]:
    """Store the runs of the folder that are not stored yet; what it did, and what was refused.

    A run is committed with all its results or not at all. A refused file stops nothing else.
    """
    refused: list[BenchmarkFileError] = []
    reports = [TableReport(table) for table in TABLES]
    chunk: list[StoredRun] = []
    for stored in folder.read(known_runs(engine), refused):
        chunk.append(stored)
        if len(chunk) == CHUNK_RUNS:
            _commit(engine, chunk, reports, run_id, now)
            chunk = []
    _commit(engine, chunk, reports, run_id, now)
    with engine.begin() as connection:
        write_quarantine(connection, refusal_rows(refused), run_id, now)
    return reports, refused


def known_runs(engine: Engine) -> dict[str, str]:
    """SHA-256 of the file of every stored run, by run id."""
    runs = database_table(bench_run.TABLE)
    with engine.connect() as connection:
        return dict(connection.execute(select(runs.c.run_id, runs.c.file_sha256)).tuples().all())


def refusal_rows(refused: Sequence[BenchmarkFileError]) -> pd.DataFrame:
    """The refused files as rows of `quarantine`."""
    rows = [
        {
            "table_name": bench_run.TABLE.name,
            "project_id": None,
            "reason": str(error),
            "payload": json.dumps({"file": error.file, "place": error.where}),
        }
        for error in refused
    ]
    return pd.DataFrame(rows, columns=QUARANTINE_COLUMNS)


def _commit(
    engine: Engine,
    chunk: Sequence[StoredRun],
    reports: Sequence[TableReport],
    run_id: str,
    now: datetime,
) -> None:
    started = time.monotonic()
    frames: dict[Table, pd.DataFrame] = {
        bench_run.TABLE: bench_run.run_rows(chunk),
        bench_result.TABLE: bench_result.result_rows([stored.run for stored in chunk]),
    }
    gated = {table: gate(table, frame) for table, frame in frames.items()}
    for report in reports:
        report.add(gated[report.table])
    if closed := [report for report in reports if report.passes(NO_BAD_ROW)]:
        raise GateClosed(closed, NO_BAD_ROW)
    with engine.connect() as connection:
        staging = Staging(connection)
        try:
            for table in TABLES:
                staging.stage(table, gated[table].good)
            for report in reports:
                report.written = _sum(report.written, staging.promote(report.table))
                report.seconds += time.monotonic() - started
                write_table_run(
                    connection, run_id, report.table.name, report.written, 0, report.seconds, now
                )
            connection.commit()
        finally:
            staging.discard()


def _sum(before: Written, more: Written) -> Written:
    return Written(
        read=before.read + more.read,
        new=before.new + more.new,
        changed=before.changed + more.changed,
    )


def files_spec() -> dg.AssetCheckSpec:
    """The check that tells which run files were refused."""
    return dg.AssetCheckSpec(
        FILES,
        asset=bench_run.TABLE.name,
        description="Every run file of TEM_BENCH_DIR keeps the format; the others are told.",
    )


def files_result(
    refused: Sequence[BenchmarkFileError], folder: HistoryFolder
) -> dg.AssetCheckResult:
    """What the check found."""
    return dg.AssetCheckResult(
        asset_key=bench_run.TABLE.name,
        check_name=FILES,
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(refused)} run files in {folder.folder} are refused",
        metadata={
            "refused": dg.MetadataValue.json([str(error) for error in refused[:REASON_ROWS]])
        },
    )


@asset_step(
    name="import_benchmark_runs",
    specs=[
        table_spec(bench_run.TABLE, BENCHMARKS, ()),
        table_spec(bench_result.TABLE, BENCHMARKS, ()),
    ],
    check_specs=[*map(gate_spec, TABLES), files_spec()],
)
def import_benchmark_runs(
    context: dg.AssetExecutionContext, environment: Environment
) -> Iterator[Any]:
    """The runs of TEM_BENCH_DIR that are not stored yet."""
    settings = environment.settings
    folder = HistoryFolder(settings.tem_bench_dir)
    reports, refused = import_new_runs(
        environment.engine, folder, run_id=context.run.run_id, now=settings.now()
    )
    yield from report_rows(environment.engine, reports, NO_BAD_ROW)
    yield files_result(refused, folder)
