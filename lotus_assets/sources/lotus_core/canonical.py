"""The content hash: SHA-256 of a payload's JSON form (RFC 8785), worked out from its Arrow form.

A payload travels as a table and the rest of it as JSON. Its hash is that of the JSON form
(analytics.md §1, `lineage`), so the rows are written as JSON in columns, never one by one, and put
back where they belong.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

POINT_KEYS = ("begin_mv", "bod_cf", "day", "end_mv", "eod_cf", "mgmt_fees", "perf_date")
OBSERVATION_KEYS = {
    "date": "perf_date",
    "return_base": "return_base",
    "return_fx": "return_fx",
    "return_local": "return_local",
    "weight_bop": "weight_bop",
}
"""Fields of a benchmark group's observation → columns of the table."""


@dataclass(frozen=True)
class Rows:
    """The rows from `start` to before `stop` of JSON texts: the content of one list."""

    texts: pa.StringArray
    start: int
    stop: int

    def json(self) -> bytes:
        """The rows joined by commas; each text ends with one, so that they are one buffer."""
        offsets = memoryview(self.texts.buffers()[1]).cast("i")
        first = offsets[self.texts.offset + self.start]
        last = offsets[self.texts.offset + self.stop]
        return bytes(memoryview(self.texts.buffers()[2])[first : last - 1]) if last > first else b""


def content_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `payload`, in which `Rows` stand for lists of rows."""
    digest = hashlib.sha256()
    for piece in _pieces(payload):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(payload: Mapping[str, Any]) -> Iterator[bytes]:
    rows: list[Rows] = []

    def mark(value: object) -> object:
        if isinstance(value, Rows):
            rows.append(value)
            return [_MARK]
        raise TypeError(f"{type(value).__name__} is not JSON")

    text = json.dumps(
        payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=mark
    )
    # Sorting and writing go in the same order, so that the marks stand as `rows` were found.
    parts = text.split(json.dumps(_MARK, ensure_ascii=False))
    for part, found in zip(parts, rows, strict=False):
        yield part.encode()
        yield found.json()
    yield parts[-1].encode()


_MARK = "\ue000rows\ue000"
"""Stands for a list's rows while the rest is written; a private-use character, in no payload."""


def plain_decimals(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Decimals as the contracts write them: no exponent, no trailing zeros, no minus zero."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    texts = pc.cast(values, pa.string())
    trimmed = pc.ascii_rtrim(pc.ascii_rtrim(texts, "0"), ".")
    is_zero = pc.equal(values, pa.scalar(0, values.type))
    plain = pc.if_else(is_zero, "0", trimmed)
    # Arrow writes what is smaller than a millionth with an exponent.
    has_exponent = pc.fill_null(pc.match_substring(plain, "E"), False)
    if pc.any(has_exponent).as_py():
        exact = [
            format(value, "f").rstrip("0") for value in values.filter(has_exponent).to_pylist()
        ]
        plain = pc.replace_with_mask(plain, has_exponent, pa.array(exact, pa.string()))
    return plain


def object_texts(columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.StringArray:
    """Each row as a JSON object and a comma; `columns` by field name, all but integers quoted.

    Texts are plain identifiers, which need no escaping.
    """
    pieces: list[Any] = []
    before = "{"
    for name in sorted(columns):
        column = columns[name]
        text = _text(column)
        if pa.types.is_integer(column.type):
            pieces += [f'{before}"{name}":', pc.fill_null(text, "null")]
        elif column.null_count:
            quoted = pc.binary_join_element_wise('"', text, '"', "")
            pieces += [f'{before}"{name}":', pc.fill_null(quoted, "null")]
        else:
            pieces += [f'{before}"{name}":"', text, '"']
        before = ","
    joined = pc.binary_join_element_wise(*pieces, "},", "")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined


def _text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Values as the contracts write them, without quotes."""
    if pa.types.is_decimal(column.type):
        return plain_decimals(column)
    return pc.cast(column, pa.string())


def point_texts(table: pa.Table) -> pa.StringArray:
    """Valuation points as JSON."""
    return object_texts({name: table[name] for name in POINT_KEYS})


def observation_texts(table: pa.Table) -> pa.StringArray:
    """Observations of benchmark groups as JSON."""
    return object_texts({name: table[column] for name, column in OBSERVATION_KEYS.items()})


def runs(values: pa.ChunkedArray) -> Sequence[tuple[Any, int, int]]:
    """(value, start, stop) of each stretch of equal values, in order."""
    encoded = pc.run_end_encode(values.combine_chunks(), run_end_type=pa.int32())
    ends = encoded.run_ends.to_pylist()
    return list(zip(encoded.values.to_pylist(), [0, *ends][: len(ends)], ends, strict=True))
