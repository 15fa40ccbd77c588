"""The contract gate: payloads that keep their contract go on, the others are quarantined whole.

One broken rule costs one payload, never another portfolio's. What it broke is
CONTRACT_VIOLATION_UPSTREAM with the rule's name and the first row that shows it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from pandera.errors import SchemaErrors
from pydantic import ValidationError

from lotus_assets.inputs.headers import Header
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.payload_chunk import Asked, Chunk, Received
from lotus_assets.inputs.rules import DetectedBreak, Violation, missing_values
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.contracts import Contract
from lotus_assets.sources.lotus_core.errors import ContractViolation
from lotus_assets.tables.table import QUARANTINE_COLUMNS, Table


def no_breaks(_chunk: Chunk) -> Iterable[DetectedBreak]:
    """For contracts without market values."""
    return ()


@dataclass(frozen=True)
class InputTable:
    """A table and the contract that fills it: its header, pure function, rules, diagnostics.

    `complete` names columns of the stream that hold a value in every row; `ask` gives the requests
    of a day, for all shards. `also` are collected with it and keep nothing but their payloads.
    `variant` is the key column that tells the payloads of one subject apart by their variants.
    """

    table: Table
    contract: Contract
    header: type[Header]
    complete: tuple[str, ...]
    ask: Callable[[LotusCoreClient, date, InputSettings], Iterable[Asked]]
    rows: Callable[[Chunk], pd.DataFrame]
    violations: Callable[[Chunk], Iterable[Violation]]
    breaks: Callable[[Chunk], Iterable[DetectedBreak]] = no_breaks
    also: tuple["InputTable", ...] = ()
    variant: str | None = None

    @property
    def entity(self) -> str:
        """Key column that holds whose data a row is."""
        return self.table.key[0]


@dataclass(frozen=True)
class GatedChunk:
    """What the gate made of a chunk: accepted payloads with rows, and rejected ones with reasons.

    `rows` are the accepted payloads' in the table's columns, `payload_numbers` the number in
    `accepted` of the payload of each row, `breaks` the continuity breaks of each accepted payload,
    `broken_rules` the names of the rules that each rejected payload breaks.
    """

    accepted: tuple[Received, ...]
    rows: pa.Table
    payload_numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    breaks: tuple[tuple[DetectedBreak, ...], ...]
    rejected: tuple[tuple[Received, str], ...] = field(default=())
    broken_rules: tuple[tuple[str, ...], ...] = field(default=())


def gate_payloads(kind: InputTable, received: Sequence[Received]) -> GatedChunk:
    """Sort payloads by whether they keep their contract; all that a payload breaks is named."""
    sorting = _Sorting(kind, received)
    sorting.reject(_of_headers(kind, received))
    sorting.reject(missing_values(sorting.chunk, kind.complete))
    if sorting.chunk.received:
        sorting.reject(kind.violations(sorting.chunk))
    frame = kind.rows(sorting.chunk)
    payload_numbers = frame.index.to_numpy(dtype=np.int64)
    try:
        frame = kind.table.schema.validate(frame.reset_index(drop=True), lazy=True)
    except SchemaErrors as broken:
        sorting.reject(_of_rows(broken, payload_numbers))
        frame = kind.rows(sorting.chunk)
        payload_numbers = frame.index.to_numpy(dtype=np.int64)
        frame = kind.table.schema.coerce_dtype(frame.reset_index(drop=True))
    breaks: list[list[DetectedBreak]] = [[] for _ in sorting.remaining]
    for continuity_break in kind.breaks(sorting.chunk):
        breaks[continuity_break.payload_number].append(continuity_break)
    return GatedChunk(
        accepted=sorting.chunk.received,
        rows=pa.Table.from_pandas(frame, preserve_index=False),
        payload_numbers=payload_numbers,
        breaks=tuple(map(tuple, breaks)),
        rejected=sorting.rejected(),
        broken_rules=sorting.broken_rules(),
    )


class _Sorting:
    """Payloads that are still good, and what the others broke."""

    def __init__(self, kind: InputTable, received: Sequence[Received]) -> None:
        self._kind, self._received = kind, received
        self._violations: dict[int, list[Violation]] = {}
        self.remaining = list(range(len(received)))
        self.chunk = Chunk(received, kind.contract.schema)

    def reject(self, violations: Iterable[Violation]) -> None:
        """Take out the payloads, numbered as in `chunk`, that a stage found broken."""
        broken: dict[int, list[Violation]] = {}
        for violation in violations:
            broken.setdefault(self.remaining[violation.payload_number], []).append(violation)
        if broken:
            self._violations.update(broken)
            self.remaining = [at for at in self.remaining if at not in broken]
            good = [self._received[at] for at in self.remaining]
            self.chunk = Chunk(good, self._kind.contract.schema)

    def rejected(self) -> tuple[tuple[Received, str], ...]:
        """Broken payloads with everything that they break."""
        return tuple(
            (self._received[at], "; ".join(f"{one.rule}: {one.detail}" for one in violations))
            for at, violations in sorted(self._violations.items())
        )

    def broken_rules(self) -> tuple[tuple[str, ...], ...]:
        """The rules that each of them breaks, each named once."""
        return tuple(
            tuple(dict.fromkeys(one.rule for one in violations))
            for _, violations in sorted(self._violations.items())
        )


def _of_headers(kind: InputTable, received: Sequence[Received]) -> Iterator[Violation]:
    """`header` and `as_of`: what the payload says beside its rows, on every page."""
    for payload_number, answer in enumerate(received):
        for page in answer.payload.pages:
            try:
                header = kind.header.model_validate(page.header)
            except ValidationError as invalid:
                first = invalid.errors(include_url=False)[0]
                field = ".".join(map(str, first["loc"]))
                yield Violation(payload_number, "header", f"{field}: {first['msg']}")
                break
            if header.as_of_date != answer.as_of:
                detail = f"asked as of {answer.as_of}, answered as of {header.as_of_date}"
                yield Violation(payload_number, "as_of", detail)
                break


def _of_rows(
    broken: SchemaErrors, payload_numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> Iterator[Violation]:
    """`row`: the pandera model, for what no rule above has named."""
    cases = broken.failure_cases
    of_rows = cases[cases["index"].notna()]
    if of_rows.empty:
        raise ValueError(f"The contract itself failed: {cases['check'].tolist()}") from broken
    named = of_rows.assign(payload_number=payload_numbers[of_rows["index"].astype(int)])
    for case in named.drop_duplicates(["payload_number", "column", "check"]).to_dict("records"):
        detail = f"{case['column']}: {case['check']}, but {case['failure_case']}"
        yield Violation(int(case["payload_number"]), "row", detail)


def quarantine_row(
    kind: InputTable, subject: str, variant: str, as_of: str, reason: str, content_hash: str | None
) -> dict[str, object]:
    """The row of `quarantine` for one payload; the rows of the payload can be asked for again."""
    payload = {
        "contract": kind.contract.name,
        "subject": subject,
        "variant": variant,
        "as_of_date": as_of,
        "content_hash": content_hash,
    }
    return {
        "table_name": kind.table.name,
        "project_id": pd.NA,
        "reason": f"{ContractViolation.code}: {reason}",
        "payload": json.dumps(payload, sort_keys=True),
    }


def quarantine_frame(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Rows for `bookkeeping.write_quarantine`."""
    frame = pd.DataFrame(list(rows), columns=QUARANTINE_COLUMNS)
    return frame.astype({"project_id": "Int64"})
