"""A collection: projects are read side by side, gated, staged, and committed in one transaction.

Reading happens in threads, one project each; gating, staging and committing in the caller's
thread.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.filling.intake import Intake
from lotus_assets.filling.reports import GateClosed, TableReport
from lotus_assets.filling.side_by_side import Finished, Reader, Unreadable, read_side_by_side
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.warehouse.bookkeeping import (
    NOTHING_TO_READ,
    Period,
    write_collected_periods,
    write_outcome,
    write_quarantine,
    write_table_run,
    write_watermarks,
)
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.tables.table import Table


@dataclass
class CollectionRun:
    """One collection of one run: where it writes, and under which name it is remembered.

    `period` says over which time a project is whole once it was read.
    """

    engine: Engine
    name: str
    tables: tuple[Table, ...]
    run_id: str
    now: datetime
    quarantine_limit: QuarantineLimit
    parallelism: int
    moves_watermark: bool
    unreadable: Callable[[int, Exception], Unreadable | None]
    period: Callable[[int], Period]
    progress: Callable[[str], None] = lambda _message: None
    after_promote: Callable[[Connection], None] = lambda _connection: None

    def collect(self, projects: Mapping[int, str], read: Reader) -> dict[str, TableReport]:
        """Read all `projects` (id → path), and commit what passed the gate.

        Returns a report for each table. Project id 0 stands for what belongs to no project.

        Raises:
            GateClosed: a table's bad rows pass the limit. They are kept in `quarantine`; no table
                and no watermark was changed.
        """
        started = time.monotonic()
        intake = Intake(self.tables)
        with self.engine.connect() as connection:
            staging = Staging(connection)
            try:
                for item in read_side_by_side(projects, read, self.parallelism, self.unreadable):
                    intake.take(item)
                    intake.stage_full(staging)
                    if isinstance(item, Finished | Unreadable):
                        self.progress(intake.progress(self.name, projects, item))
                intake.stage_all(staging)
                closed = [
                    report
                    for report in intake.reports.values()
                    if report.passes(self.quarantine_limit)
                ]
                if closed:
                    self._quarantine(connection, intake)
                    connection.commit()
                    raise GateClosed(closed, self.quarantine_limit)
                self._commit(connection, staging, intake, time.monotonic() - started)
            finally:
                with suppress(Exception):
                    staging.discard()
        return {table.name: intake.reports[table] for table in self.tables}

    def _commit(
        self, connection: Connection, staging: Staging, intake: Intake, seconds: float
    ) -> None:
        """Rows, vanished marks, quarantine, outcomes and watermarks: all of it or nothing."""
        for table in sorted(self.tables, key=lambda table: table.name):
            report = intake.reports[table]
            written = staging.promote(table)
            vanished = sum(
                staging.mark_vanished(table, parents, pd.Timestamp(self.now), version=version)
                for parents, version in intake.complete_lists(table)
            )
            report.written = Written(written.read, written.new, written.changed, vanished)
            report.seconds = seconds
            write_table_run(
                connection,
                self.run_id,
                table.name,
                report.written,
                len(report.quarantined),
                seconds,
                self.now,
            )
        self._quarantine(connection, intake)
        if self.moves_watermark:
            finished: dict[int | str, datetime | None] = {
                key: intake.seen.get(key) for key in intake.finished if key not in intake.failed
            }
            write_watermarks(
                connection, self.tables[0].name, finished, self.now, states=intake.states
            )
        reasons = intake.outcomes | dict.fromkeys(intake.finished, None)
        reasons.update({key: failed.reason for key, failed in intake.failed.items()})
        write_outcome(connection, self.run_id, self.name, reasons, self.now)
        whole = [
            key
            for key, reason in reasons.items()
            if reason is None or reason.startswith(NOTHING_TO_READ)
        ]
        write_collected_periods(connection, self.name, {key: self.period(key) for key in whole})
        self.after_promote(connection)
        connection.commit()

    def _quarantine(self, connection: Connection, intake: Intake) -> None:
        for report in intake.reports.values():
            write_quarantine(connection, report.quarantined, self.run_id, self.now)
