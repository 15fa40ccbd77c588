"""Computing: a table worked out whole from others, gated and committed in one transaction."""

import time
from collections.abc import Callable
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.collecting import GateClosed, TableReport
from lotus_assets.sources.warehouse.bookkeeping import write_quarantine, write_table_run
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.table import Table, gate


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
    started = time.monotonic()
    gated = gate(table, rows)
    report = TableReport(table, quarantined=gated.bad, rows=len(gated.good))
    report.sample = gated.good.head(5)
    with engine.connect() as connection:
        write_quarantine(connection, gated.bad, run_id, now)
        connection.commit()
        if report.bad_share > quarantine_limit:
            raise GateClosed([report], quarantine_limit)
        staging = Staging(connection)
        try:
            staging.stage(table, gated.good)
            written = staging.promote(table)
            is_nothing = scope is not None and scope.empty
            gone = 0 if is_nothing else staging.delete_absent(table, scope)
            report.written = Written(written.read, written.new, written.changed, gone)
            report.seconds = time.monotonic() - started
            write_table_run(
                connection,
                run_id,
                table.name,
                report.written,
                len(gated.bad),
                report.seconds,
                now,
            )
            before_commit(connection)
            connection.commit()
        finally:
            staging.discard()
    return report
