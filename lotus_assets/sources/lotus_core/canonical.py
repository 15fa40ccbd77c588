"""Canonical JSON (RFC 8785) of rows, written in columns, never one by one: by server and client.

A payload's hash is that of its JSON form, whichever form travels: both sides write the same text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lotus_assets.sources.lotus_core.wire_format import DECIMAL

Pieces = list[bytes | memoryview]
SCALE = 10
ZERO = pa.scalar("0").cast(DECIMAL)


@dataclass(frozen=True)
class Fragment:
    """A value of a payload that is canonical JSON already."""

    pieces: Pieces


NO_ROWS = Fragment([b"[]"])


@dataclass(frozen=True)
class RowsAsJson:
    """Rows of a table as canonical JSON objects, cut into lists without copying."""

    text: pa.StringArray

    def between(self, first: int, last: int) -> Fragment:
        """A list of rows first…last-1."""
        if first == last:
            return NO_ROWS
        _, offsets, content = self.text.buffers()
        starts = memoryview(offsets).cast("i")
        begin, end = starts[self.text.offset + first], starts[self.text.offset + last]
        # Each text ends with a comma, so that they are one buffer; the last one's is left out.
        return Fragment([b"[", memoryview(content)[begin : end - 1], b"]"])

    def all(self) -> Fragment:
        """A list of all rows."""
        return self.between(0, len(self.text))


@dataclass(frozen=True)
class RawJson:
    """A column of texts that are JSON already."""

    text: pa.Array


def rows_as_json(rows: pa.Table) -> RowsAsJson:
    """Each row as a canonical object; the columns' names are its members."""
    return objects_as_json({name: as_array(rows.column(name)) for name in rows.column_names})


def objects_as_json(columns: Mapping[str, pa.Array | RawJson]) -> RowsAsJson:
    """The same of single columns, some of which may be JSON already (one text a row)."""
    return RowsAsJson(_objects(columns, "},"))


def nested(columns: Mapping[str, pa.Array | RawJson]) -> RawJson:
    """Objects to be members of other objects."""
    return RawJson(_objects(columns, "}"))


def as_array(column: pa.ChunkedArray) -> pa.Array:
    """The one array of a column."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def canonical_text(values: pa.Array) -> pa.Array:
    """Decimals in plain notation without trailing zeros: `0`, `-1.5`, `0.0000001`.

    Arrow writes small values with an exponent; those are put together from their digits.
    """
    plain = pc.ascii_rtrim(pc.ascii_rtrim(values.cast(pa.string()), "0"), ".")
    is_zero = pc.equal(values, ZERO)
    is_small = pc.and_(
        pc.less(pc.abs(values), pa.scalar("0.000001").cast(DECIMAL)), pc.invert(is_zero)
    )
    plain = pc.if_else(is_zero, "0", plain)
    if not pc.any(is_small).as_py():
        return plain
    small = pc.if_else(is_small, pc.abs(values), ZERO).cast(pa.decimal128(18, SCALE))
    units = pc.multiply(small, pa.scalar(10**SCALE).cast(pa.decimal128(19, 0)))
    digits = pc.utf8_lpad(units.cast(pa.int64()).cast(pa.string()), SCALE, "0")
    written = pc.binary_join_element_wise("0.", pc.ascii_rtrim(digits, "0"), "")
    sign = pc.if_else(pc.less(values, ZERO), "-", "")
    return pc.if_else(is_small, pc.binary_join_element_wise(sign, written, ""), plain)


def _objects(columns: Mapping[str, pa.Array | RawJson], closing: str) -> pa.StringArray:
    """One text a row. Text columns hold plain identifiers that need no escaping."""
    parts: list[Any] = []
    before = "{"
    for name in sorted(columns):
        column = columns[name]
        label = f'{before}"{name}":'
        if isinstance(column, RawJson):
            parts += [label, column.text]
        elif pa.types.is_integer(column.type):
            parts += [label, pc.fill_null(_text(column), "null")]
        elif column.null_count:
            quoted = pc.binary_join_element_wise('"', _text(column), '"', "")
            parts += [label, pc.fill_null(quoted, "null")]
        else:
            parts += [f'{label}"', _text(column), '"']
        before = ","
    return pc.binary_join_element_wise(*parts, closing, "")


def _text(column: pa.Array) -> pa.Array:
    return canonical_text(column) if pa.types.is_decimal(column.type) else column.cast(pa.string())
