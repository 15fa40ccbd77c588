"""Computing: a table worked out whole from others, gated and committed in one transaction."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.filling.reports import GateClosed, TableReport
from lotus_assets.sources.warehouse.bookkeeping import write_quarantine, write_table_run
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.tables.table import Table, gate


def write_computed(
    engine: Engine,
    table: Table,
    rows: pd.DataFrame,
    *,
    run_id: str,
    now: datetime,
    quarantine_limit: float,
    scope: pd.DataFrame | None = None,
    before_commit: Callable[[Connection], None] = lambda _connection: None,
) -> TableReport:
    """Make `table` hold exactly the good rows of `rows`, within `scope` or everywhere.

    Rows that no longer follow from their inputs go; unchanged rows are not written again.
    `scope` lists values of columns, for example the days that were computed. `before_commit`
    writes into the same transaction what is noted of the computation.

    Raises:
        GateClosed: the share of bad rows passes the limit; nothing was changed but `quarantine`.
    """
    return write_in_chunks(
        engine,
        table,
        [rows],
        run_id=run_id,
        now=now,
        quarantine_limit=quarantine_limit,
        scope=lambda _connection: scope,
        before_commit=before_commit,
    )


def write_in_chunks(
    engine: Engine,
    table: Table,
    chunks: Iterable[pd.DataFrame],
    *,
    run_id: str,
    now: datetime,
    quarantine_limit: float,
    scope: Callable[[Connection], pd.DataFrame | None],
    before_commit: Callable[[Connection], None] = lambda _connection: None,
) -> TableReport:
    """The same for rows that come in chunks, of which memory holds one.

    All of them are one transaction. `scope` is asked for when the last one has come.

    Raises:
        GateClosed: see `write_computed`.
    """
    started = time.monotonic()
    report = TableReport(table)
    with engine.connect() as connection:
        staging = Staging(connection)
        try:
            for rows in chunks:
                gated = gate(table, rows)
                report.add(gated)
                staging.stage(table, gated.good)
            write_quarantine(connection, report.quarantined, run_id, now)
            connection.commit()
            if report.bad_share > quarantine_limit:
                raise GateClosed([report], quarantine_limit)
            written = staging.promote(table)
            within = scope(connection)
            is_nothing = within is not None and within.empty
            gone = 0 if is_nothing else staging.delete_absent(table, within)
            report.written = Written(written.read, written.new, written.changed, gone)
            report.seconds = time.monotonic() - started
            write_table_run(
                connection,
                run_id,
                table.name,
                report.written,
                len(report.quarantined),
                report.seconds,
                now,
            )
            before_commit(connection)
            connection.commit()
        finally:
            staging.discard()
    return report
