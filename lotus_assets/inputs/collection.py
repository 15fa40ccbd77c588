"""Collecting one input as of one day: asked side by side, gated by chunk, written together.

All of a day's shards are one transaction: nothing half-written stays, and memory holds a chunk.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, Engine

from lotus_assets.filling.reports import GateClosed, GateReport
from lotus_assets.inputs import core_payload
from lotus_assets.inputs.contract_gate import (
    GatedChunk,
    InputTable,
    gate_payloads,
    quarantine_frame,
    quarantine_row,
)
from lotus_assets.inputs.payload_chunk import Asked, Received
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.errors import (
    ContractViolation,
    InvalidRequest,
    LotusCoreError,
    SourceUnavailable,
    UnsupportedConfiguration,
)
from lotus_assets.sources.lotus_core.payloads import Payload
from lotus_assets.sources.warehouse.bookkeeping import write_quarantine, write_table_run
from lotus_assets.sources.warehouse.payload_index import known_payloads, known_subjects
from lotus_assets.sources.warehouse.staging import Written
from lotus_assets.sources.warehouse.versioned import (
    VersionedRows,
    lock_shards,
    replace_rows,
)


@dataclass
class InputReport(GateReport):
    """What a collection did: payloads by what became of them, and rows."""

    unit = "payloads"
    limit_variables = ("LOTUS_CORE_QUARANTINE_LIMIT", "LOTUS_CORE_QUARANTINE_FLOOR")

    asked: int = 0
    unchanged: int = 0
    new: int = 0
    earlier: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    breaks: int = 0

    @property
    def payloads(self) -> int:
        """Payloads that came."""
        return self.asked - self.unchanged - sum(self.refused.values())

    @property
    def judged(self) -> int:
        """Payloads that came now or unchanged before."""
        return self.payloads + self.unchanged

    def note(self, connection: Connection, run_id: str, now: datetime) -> None:
        """Keep for the run's summary what it did to the table."""
        written = Written(self.rows, self.new)
        bad = len(self.quarantined)
        write_table_run(connection, run_id, self.table.name, written, bad, self.seconds, now)

    def add(self, other: "InputReport") -> None:
        """Count another day in."""
        for name in ("asked", "unchanged", "rows", "new", "earlier", "breaks", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused.update(other.refused)
        if self.sample.empty:
            self.sample = other.sample
        if not other.quarantined.empty:
            self.quarantined = pd.concat([self.quarantined, other.quarantined], ignore_index=True)


@dataclass(frozen=True)
class InputCollection:
    """One input of one run: where it reads and writes, and how much at once."""

    engine: Engine
    client: LotusCoreClient
    kind: InputTable
    run_id: str
    now: datetime
    chunk_size: int
    quarantine_limit: QuarantineLimit
    progress: Callable[[str], None] = lambda _message: None

    def collect(self, as_of: date, asked: Sequence[Asked], shards: Iterable[str]) -> InputReport:
        """Ask for payloads as of a day and commit those that keep their contract.

        What is stored of the same request and data version is not asked again.

        Raises:
            GateClosed: the broken payloads pass the limit; only `quarantine` was written.
            SourceUnavailable: lotus-core did not answer; nothing was written.
            InvalidRequest: lotus-core does not understand what this code asks.
            UnsupportedConfiguration: no payload came, and that is why; nothing was written.
        """
        started = time.monotonic()
        with self.engine.connect() as connection:
            lock_shards(connection, self.kind.table, shards)
            day = _Day(self, connection, as_of, asked)
            try:
                report = day.run()
            except GateClosed:
                connection.rollback()
                day.report.seconds = time.monotonic() - started
                write_quarantine(connection, day.report.quarantined, self.run_id, self.now)
                day.report.note(connection, self.run_id, self.now)
                connection.commit()
                raise
            connection.commit()
        report.seconds = time.monotonic() - started
        return report


class _Day:
    """One day's collection within its transaction."""

    def __init__(
        self,
        collection: InputCollection,
        connection: Connection,
        as_of: date,
        asked: Sequence[Asked],
    ) -> None:
        self.collection, self.connection, self.as_of = collection, connection, as_of
        self.kind = collection.kind
        self.report = InputReport(self.kind.table, asked=len(asked))
        name = self.kind.contract.name
        stored = known_payloads(connection, core_payload.TABLE, name, as_of)
        self.asked = [request for request in asked if not _is_stored(request, stored)]
        self.report.unchanged = len(asked) - len(self.asked)
        self.subjects = known_subjects(connection, core_payload.TABLE, name)
        self.rows = VersionedRows(connection, self.kind.table, self.kind.entity, as_of)
        self.quarantine: list[dict[str, object]] = []
        self.unsupported: UnsupportedConfiguration | None = None

    def run(self) -> InputReport:
        """Read, gate and write chunk after chunk."""
        done = self.report.unchanged
        answers = self.collection.client.side_by_side(
            self.asked, self._read, ahead=self.collection.chunk_size
        )
        for chunk in _chunks(answers, self.collection.chunk_size):
            self._take(chunk)
            done += len(chunk)
            self.collection.progress(
                f"{self.kind.table.name} as of {self.as_of}: {done} of {self.report.asked} "
                f"payloads, {self.report.rows} rows read{self._refusals()}"
            )
        if self.unsupported is not None and self.report.refused.total() == self.report.asked:
            refused = self.unsupported
            reason = f"{refused.detail}. No request was answered: check LOTUS_CORE_GROUP_BY"
            raise UnsupportedConfiguration(
                refused.what, reason, refused.status, refused.request_id
            ) from refused
        self.report.quarantined = quarantine_frame(self.quarantine)
        if self.report.passes(self.collection.quarantine_limit):
            raise GateClosed([self.report], self.collection.quarantine_limit)
        write_quarantine(
            self.connection, self.report.quarantined, self.collection.run_id, self.collection.now
        )
        return self.report

    def _refusals(self) -> str:
        refusals = ", ".join(f"{count} {code}" for code, count in self.report.refused.items())
        return refusals and f"; refused: {refusals}"

    def _read(self, asked: Asked) -> Payload:
        return self.collection.client.payload(self.kind.contract, asked.subject, asked.body)

    def _take(self, answers: Sequence[tuple[Asked, Payload | LotusCoreError]]) -> None:
        received: list[Received] = []
        entries: list[dict[str, Any]] = []
        for asked, answer in answers:
            if isinstance(answer, LotusCoreError):
                entries.append(self._refused(asked, answer))
            else:
                received.append(Received(asked, self.as_of, answer))
        gated = gate_payloads(self.kind, received)
        contradicted = self._write(gated)
        for accepted, breaks in zip(gated.accepted, gated.breaks, strict=True):
            reason = None
            if accepted.asked.subject in contradicted:
                reason = "data_version: other rows than before under the same data version"
                self._quarantine(accepted.asked, reason, accepted.payload.content_hash)
            self.report.breaks += len(breaks)
            entries.append(core_payload.received_row(accepted, breaks, reason))
        for rejected, reason in gated.rejected:
            self._quarantine(rejected.asked, reason, rejected.payload.content_hash)
            entries.append(core_payload.received_row(rejected, (), reason))
        frame = pd.DataFrame(entries, columns=core_payload.TABLE.columns)
        checked = core_payload.TABLE.schema.validate(frame, lazy=True)
        replace_rows(
            self.connection, core_payload.TABLE, pa.Table.from_pandas(checked, preserve_index=False)
        )

    def _write(self, gated: GatedChunk) -> set[str]:
        """Write accepted rows; the subjects that contradict what they gave before."""
        if not len(gated.rows):
            return set()
        is_new = np.array([answer.asked.subject not in self.subjects for answer in gated.accepted])
        first = is_new[gated.payload_numbers]
        contradicted: set[str] = set()
        for is_first, add in ((True, self.rows.add_first), (False, self.rows.add)):
            part = gated.rows.filter(pa.array(first == is_first))
            if len(part):
                written = add(part)
                self.report.rows += written.read
                self.report.new += written.new
                self.report.earlier += written.earlier
                contradicted.update(written.contradicted)
        if self.report.sample.empty:
            self.report.sample = gated.rows.slice(0, 5).to_pandas()
        return contradicted

    def _refused(self, asked: Asked, error: LotusCoreError) -> dict[str, Any]:
        """Note why a payload did not come.

        Raises:
            SourceUnavailable, InvalidRequest: see `InputCollection.collect`.
        """
        if isinstance(error, SourceUnavailable | InvalidRequest):
            raise error
        status = error.code
        if isinstance(error, ContractViolation):
            status = core_payload.QUARANTINED
            self._quarantine(asked, error.detail, None)
        else:
            self.report.refused[error.code] += 1
        if isinstance(error, UnsupportedConfiguration):
            self.unsupported = error
        request = {
            "subject": asked.subject,
            "variant": asked.variant,
            "as_of_date": pd.Timestamp(self.as_of),
            "request": core_payload.request_text(asked.body),
        }
        return core_payload.asked_row(self.kind.contract.name, request, status, error.detail)

    def _quarantine(self, asked: Asked, reason: str, content_hash: str | None) -> None:
        self.quarantine.append(
            quarantine_row(
                self.kind,
                asked.subject,
                asked.variant,
                self.as_of.isoformat(),
                reason,
                content_hash,
            )
        )


def _is_stored(asked: Asked, stored: dict[tuple[str, str], tuple[str, str, Any]]) -> bool:
    status, data_version, request = stored.get((asked.subject, asked.variant), ("", "", None))
    return (
        status == core_payload.OK
        and data_version == asked.data_version
        and core_payload.request_text(request) == core_payload.request_text(asked.body)
    )


def _chunks(
    answers: Iterator[tuple[Asked, Payload | LotusCoreError]], size: int
) -> Iterator[list[tuple[Asked, Payload | LotusCoreError]]]:
    while chunk := list(islice(answers, size)):
        yield chunk
