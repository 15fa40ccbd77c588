"""What has come in so far of a collection: waiting rows, reports, and who is finished."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from lotus_assets.filling.reports import TableReport
from lotus_assets.filling.side_by_side import Batch, Finished, Unreadable
from lotus_assets.sources.warehouse.staging import Staging
from lotus_assets.tables.table import Table, gate

GATE_ROWS = 10_000
"""Rows of one table that pass the gate together: few calls of pandera, little memory."""


class Intake:
    """What has come in so far: rows that wait for the gate, reports, and who is finished."""

    def __init__(self, tables: Iterable[Table]) -> None:
        """Nothing yet, for the `tables` of one collection."""
        self.reports = {table: TableReport(table) for table in tables}
        self.finished: list[int] = []
        self.failed: dict[int, Unreadable] = {}
        self.outcomes: dict[int, str | None] = {}
        self.seen: dict[int | str, datetime | None] = {}
        self.states: dict[int | str, Any] = {}
        self._waiting: dict[Table, list[pd.DataFrame]] = defaultdict(list)
        self._complete: dict[tuple[Table, str | None], list[tuple[int, pd.DataFrame]]] = (
            defaultdict(list)
        )

    def take(self, item: tuple[int, Batch] | Finished | Unreadable) -> None:
        """Note what a reader handed over."""
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
            self.outcomes.update(batch.outcomes)
            if batch.state is not None:
                self.states[project_id] = batch.state

    def stage_full(self, staging: Staging) -> None:
        """Gate and stage the tables of which GATE_ROWS rows wait."""
        for table, frames in list(self._waiting.items()):
            if sum(map(len, frames)) >= GATE_ROWS:
                self._stage(staging, table)

    def stage_all(self, staging: Staging) -> None:
        """Gate and stage all that waits."""
        for table in self.reports:
            self._stage(staging, table)

    def complete_lists(self, table: Table) -> Iterator[tuple[pd.DataFrame, str | None]]:
        """Parents whose list is complete, those of projects that broke off left out."""
        for (listed_table, version), listed in self._complete.items():
            parents = [frame for key, frame in listed if key not in self.failed]
            if listed_table is table and parents:
                yield pd.concat(parents, ignore_index=True), version

    def progress(self, name: str, projects: Mapping[int, str], item: Finished | Unreadable) -> str:
        """How far the collection is, for a person."""
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
