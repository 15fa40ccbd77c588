"""Computing: tables worked out whole from others, gated and committed in one transaction."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.filling.reports import GateClosed, TableReport
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.warehouse.bookkeeping import write_quarantine, write_table_run
from lotus_assets.sources.warehouse.replacement import Witness, looks_away
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.tables.table import Table, gate

Frames = Mapping[Table, pd.DataFrame]
"""Rows by the table that they are for."""


def write_computed(
    engine: Engine,
    table: Table,
    rows: pd.DataFrame,
    *,
    run_id: str,
    now: datetime,
    quarantine_limit: QuarantineLimit,
    scope: pd.DataFrame | None = None,
    witness: Witness = looks_away,
    before_commit: Callable[[Connection], None] = lambda _connection: None,
) -> TableReport:
    """Make `table` hold exactly the good rows of `rows`, within `scope` or everywhere.

    Rows that no longer follow from their inputs go; unchanged rows are not written again.
    `scope` lists values of columns, for example the days that were computed. `witness` sees what
    is replaced before it is; `before_commit` writes into the same transaction what is noted of the
    computation.

    Raises:
        GateClosed: the bad rows pass the limit; nothing was changed but `quarantine`.
    """
    [report] = write_in_chunks(
        engine,
        [table],
        [{table: rows}],
        run_id=run_id,
        now=now,
        quarantine_limit=quarantine_limit,
        scope=lambda _table: scope,
        witness=witness,
        before_commit=before_commit,
    )
    return report


def write_in_chunks(
    engine: Engine,
    tables: Sequence[Table],
    chunks: Iterable[Frames],
    *,
    run_id: str,
    now: datetime,
    quarantine_limit: QuarantineLimit,
    scope: Callable[[Table], pd.DataFrame | None],
    witness: Witness = looks_away,
    before_commit: Callable[[Connection], None] = lambda _connection: None,
) -> tuple[TableReport, ...]:
    """The same for several tables whose rows come in chunks, of which memory holds one.

    All of them are one transaction: either every table is committed, or none. `scope` is asked for
    when the last chunk has come. The reports stand in the order of `tables`.

    Raises:
        GateClosed: the bad rows of a table pass the limit; no table was changed.
    """
    started = time.monotonic()
    reports = {table: TableReport(table) for table in tables}
    with engine.connect() as connection:
        staging = Staging(connection)
        try:
            for frames in chunks:
                _stage(staging, reports, frames)
            for report in reports.values():
                write_quarantine(connection, report.quarantined, run_id, now)
            connection.commit()
            closed = [one for one in reports.values() if one.passes(quarantine_limit)]
            if closed:
                raise GateClosed(closed, quarantine_limit)
            # Always in the same order: two runs of overlapping tables take turns, and no deadlock.
            for table in sorted(tables, key=lambda table: table.name):
                reports[table].written = _promote(staging, table, scope(table), witness)
            before_commit(connection)
            for report in reports.values():
                report.seconds = time.monotonic() - started
                _note(connection, report, run_id, now)
            connection.commit()
        finally:
            staging.discard()
    return tuple(reports[table] for table in tables)


def _stage(staging: Staging, reports: Mapping[Table, TableReport], frames: Frames) -> None:
    for table, rows in frames.items():
        gated = gate(table, rows)
        reports[table].add(gated)
        staging.stage(table, gated.good)


def _promote(
    staging: Staging, table: Table, scope: pd.DataFrame | None, witness: Witness
) -> Written:
    """Staged rows take the place of what the table held within the scope."""
    is_nothing = scope is not None and scope.empty
    if not is_nothing and witness is not looks_away:
        witness(staging.replacement(table, scope))
    written = staging.promote(table)
    vanished = 0 if is_nothing else staging.delete_absent(table, scope)
    return Written(written.read, written.new, written.changed, vanished)


def _note(connection: Connection, report: TableReport, run_id: str, now: datetime) -> None:
    """Note for the run's summary what was done to the table."""
    write_table_run(
        connection,
        run_id,
        report.table.name,
        report.written,
        len(report.quarantined),
        report.seconds,
        now,
    )
