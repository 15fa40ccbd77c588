"""Collecting: projects are read side by side, gated, staged, and committed in one transaction.

Reading happens in threads, one project each; gating, staging and committing in the caller's
thread. A bounded queue between them keeps memory flat: readers wait when the database is slower.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from queue import Full, Queue
from threading import Event
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.sources.warehouse.bookkeeping import (
    write_outcome,
    write_quarantine,
    write_table_run,
    write_watermarks,
)
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.table import QUARANTINE_COLUMNS, Gated, Table, gate

QUEUE_LENGTH = 16
"""Batches that wait between the readers and the database."""
GATE_ROWS = 10_000
"""Rows of one table that pass the gate together: few calls of pandera, little memory."""
REASON_ROWS = 20
"""Failing rows that a check shows; all of them are in `quarantine`."""


@dataclass(frozen=True)
class CompleteList:
    """Says that the rows of `table` in a batch are all there are of some parents.

    `parents` holds the key columns that name them (a project's branches: project_id), and with
    `version` that column too. What is stored of these parents beside the batch has vanished.
    """

    table: Table
    parents: pd.DataFrame
    version: str | None = None


@dataclass(frozen=True)
class Batch:
    """Rows of one or more tables that one or more pages of a project gave."""

    frames: Mapping[Table, pd.DataFrame]
    complete: tuple[CompleteList, ...] = ()
    updated_at: datetime | None = None
    state: Any = None


@dataclass(frozen=True)
class Unreadable:
    """A project of which this collection could not be read, with the coverage reason."""

    project_id: int
    reason: str
    detail: str


Reader = Callable[[int], Iterator[Batch]]
"""Yields the batches of one project; raises what `unreadable` understands or ends the run."""


@dataclass
class TableReport:
    """What a collection did to one table."""

    table: Table
    written: Written = field(default_factory=Written)
    quarantined: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=QUARANTINE_COLUMNS)
    )
    rows: int = 0
    sample: pd.DataFrame = field(default_factory=pd.DataFrame)
    seconds: float = 0.0

    @property
    def bad_share(self) -> float:
        """Bad rows ÷ rows read, 0 when nothing was read."""
        total = self.rows + len(self.quarantined)
        return len(self.quarantined) / total if total else 0.0

    def add(self, gated: Gated) -> None:
        """Count in what the gate made of some more rows."""
        self.rows += len(gated.good)
        if self.sample.empty:
            self.sample = gated.good.head(5)
        if not gated.bad.empty:
            self.quarantined = pd.concat([self.quarantined, gated.bad], ignore_index=True)


class GateClosed(Exception):
    """Too many bad rows: nothing of the collection was committed, everything downstream stops."""

    def __init__(self, reports: Iterable[TableReport], limit: float) -> None:
        """`reports` are those of the tables whose share of bad rows passes `limit`."""
        self.reports = tuple(reports)
        said = "; ".join(
            f"{report.table.name}: {len(report.quarantined)} of "
            f"{report.rows + len(report.quarantined)} rows are bad "
            f"({report.quarantined['reason'].iloc[0]}, for example)"
            for report in self.reports
        )
        super().__init__(
            f"{said}. The limit is {limit:.1%} (TEM_QUARANTINE_LIMIT); nothing was committed. "
            "See the table quarantine for every bad row and its reason."
        )


@dataclass
class CollectionRun:
    """One collection of one run: where it writes, and under which name it is remembered."""

    engine: Engine
    name: str
    tables: tuple[Table, ...]
    run_id: str
    now: datetime
    quarantine_limit: float
    parallelism: int
    moves_watermark: bool
    unreadable: Callable[[int, Exception], Unreadable | None]
    progress: Callable[[str], None] = lambda _message: None
    after_promote: Callable[[Connection], None] = lambda _connection: None

    def collect(self, projects: Mapping[int, str], read: Reader) -> dict[str, TableReport]:
        """Read all `projects` (id → path), and commit what passed the gate.

        Returns a report for each table. Project id 0 stands for what belongs to no project.

        Raises:
            GateClosed: a table's share of bad rows passes the limit. The bad rows are kept in
                `quarantine`; no table and no watermark was changed.
        """
        started = time.monotonic()
        intake = _Intake(self.tables)
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
                    if report.bad_share > self.quarantine_limit
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
        self, connection: Connection, staging: Staging, intake: "_Intake", seconds: float
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
        reasons: dict[int, str | None] = dict.fromkeys(intake.finished, None)
        reasons.update({key: failed.reason for key, failed in intake.failed.items()})
        write_outcome(connection, self.run_id, self.name, reasons, self.now)
        self.after_promote(connection)
        connection.commit()

    def _quarantine(self, connection: Connection, intake: "_Intake") -> None:
        for report in intake.reports.values():
            write_quarantine(connection, report.quarantined, self.run_id, self.now)


@dataclass(frozen=True)
class Finished:
    """All batches of a project have been handed over."""

    project_id: int


@dataclass(frozen=True)
class _Broken:
    error: Exception


def read_side_by_side(
    projects: Mapping[int, str],
    read: Reader,
    parallelism: int,
    unreadable: Callable[[int, Exception], Unreadable | None],
) -> Iterator[tuple[int, Batch] | Finished | Unreadable]:
    """Batches of many projects as they come, a project a thread; its end comes last.

    An error that `unreadable` does not turn into a reason stops all readers and is raised.
    """
    queue: Queue[tuple[int, Batch] | Finished | Unreadable | _Broken] = Queue(QUEUE_LENGTH)
    stopped, broken = Event(), Event()

    def hand_over(item: tuple[int, Batch] | Finished | Unreadable | _Broken) -> None:
        while not stopped.is_set():
            with suppress(Full):
                queue.put(item, timeout=0.2)
                return

    def read_one(project_id: int) -> None:
        # A token that was refused once is not tried with every other project.
        if broken.is_set():
            return
        try:
            for batch in read(project_id):
                hand_over((project_id, batch))
                if stopped.is_set():
                    return
            hand_over(Finished(project_id))
        except Exception as error:  # every error must reach the caller's thread
            reason = unreadable(project_id, error)
            if reason is None:
                broken.set()
            hand_over(reason or _Broken(error))

    pool = ThreadPoolExecutor(parallelism, thread_name_prefix="collect")
    for project_id in projects:
        pool.submit(read_one, project_id)
    remaining = len(projects)
    try:
        while remaining:
            item = queue.get()
            if isinstance(item, _Broken):
                raise item.error
            if not isinstance(item, tuple):
                remaining -= 1
            yield item
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


class _Intake:
    """What has come in so far: rows that wait for the gate, reports, and who is finished."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.reports = {table: TableReport(table) for table in tables}
        self.finished: list[int] = []
        self.failed: dict[int, Unreadable] = {}
        self.seen: dict[int | str, datetime | None] = {}
        self.states: dict[int | str, Any] = {}
        self._waiting: dict[Table, list[pd.DataFrame]] = defaultdict(list)
        self._complete: dict[tuple[Table, str | None], list[tuple[int, pd.DataFrame]]] = (
            defaultdict(list)
        )

    def take(self, item: tuple[int, Batch] | Finished | Unreadable) -> None:
        if isinstance(item, Finished):
            self.finished.append(item.project_id)
        elif isinstance(item, Unreadable):
            self.failed[item.project_id] = item
        else:
            project_id, batch = item
            for table, frame in batch.frames.items():
                self._waiting[table].append(frame)
            for complete in batch.complete:
                key = (complete.table, complete.version)
                self._complete[key].append((project_id, complete.parents))
            if batch.updated_at is not None:
                seen = self.seen.get(project_id)
                self.seen[project_id] = max(seen, batch.updated_at) if seen else batch.updated_at
            if batch.state is not None:
                self.states[project_id] = batch.state

    def stage_full(self, staging: Staging) -> None:
        for table, frames in list(self._waiting.items()):
            if sum(map(len, frames)) >= GATE_ROWS:
                self._stage(staging, table)

    def stage_all(self, staging: Staging) -> None:
        for table in self.reports:
            self._stage(staging, table)

    def complete_lists(self, table: Table) -> Iterator[tuple[pd.DataFrame, str | None]]:
        """Parents whose list is complete, those of projects that broke off left out."""
        for (owner, version), listed in self._complete.items():
            parents = [frame for key, frame in listed if key not in self.failed]
            if owner is table and parents:
                yield pd.concat(parents, ignore_index=True), version

    def progress(self, name: str, projects: Mapping[int, str], item: Finished | Unreadable) -> str:
        rows = sum(report.rows for report in self.reports.values())
        waiting = sum(len(frame) for frames in self._waiting.values() for frame in frames)
        done = len(self.finished) + len(self.failed)
        what = f"{name}: {done} of {len(projects)} projects, {rows + waiting} rows"
        if isinstance(item, Unreadable):
            return f"{what}. {item.detail}"
        return what

    def _stage(self, staging: Staging, table: Table) -> None:
        frames = [frame for frame in self._waiting.pop(table, []) if not frame.empty]
        gated = gate(table, pd.concat(frames, ignore_index=True)) if frames else None
        staging.stage(table, table.empty() if gated is None else gated.good)
        if gated is not None:
            self.reports[table].add(gated)
