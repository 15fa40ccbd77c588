"""Canonical JSON (RFC 8785) put together from columns, its hash, and its envelope."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import rfc8785

from lotus_assets.services.lotus_core.payloads.calendars import Days
from lotus_assets.services.lotus_core.payloads.decimals import as_array, canonical_text

Pieces = list[bytes | memoryview]


@dataclass(frozen=True)
class Fragment:
    """A value of a payload that is canonical JSON already."""

    pieces: Pieces


def canonical_object(fields: Mapping[str, Any]) -> Pieces:
    """An object with its members sorted (names are ASCII); values plain or fragments."""
    pieces: Pieces = [b"{"]
    for place, name in enumerate(sorted(fields)):
        pieces.append((b"," if place else b"") + rfc8785.dumps(name) + b":")
        value = fields[name]
        pieces.extend(value.pieces if isinstance(value, Fragment) else [rfc8785.dumps(value)])
    return [*pieces, b"}"]


def canonical_list(objects: Iterable[Pieces]) -> Fragment:
    """A list of values that are canonical already."""
    pieces: Pieces = [b"["]
    for place, one in enumerate(objects):
        if place:
            pieces.append(b",")
        pieces.extend(one)
    return Fragment([*pieces, b"]"])


def hash_of(pieces: Pieces) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


@dataclass(frozen=True)
class RowsAsJson:
    """Rows of a table as canonical JSON objects, cut into lists without copying."""

    text: pa.Array

    def between(self, first: int, last: int) -> Fragment:
        """A list of rows first…last-1."""
        if first == last:
            return Fragment([b"[]"])
        _, offsets, data = self.text.buffers()
        places = memoryview(offsets).cast("i")
        begin, end = places[self.text.offset + first], places[self.text.offset + last]
        return Fragment([b"[", memoryview(data)[begin : end - 1], b"]"])

    def all(self) -> Fragment:
        """A list of all rows."""
        return self.between(0, len(self.text))


def days_as_json(days: Days) -> Fragment:
    """A list of ISO 8601 days."""
    texts = pa.array(days).cast(pa.date32()).cast(pa.string())
    return RowsAsJson(pc.binary_join_element_wise('"', texts, '",', "")).all()


@dataclass(frozen=True)
class RawJson:
    """A column of texts that are JSON already."""

    text: pa.Array


def rows_as_json(rows: pa.Table) -> RowsAsJson:
    """Each row as a canonical object and a comma; the columns' names are its members."""
    return objects_as_json({name: as_array(rows.column(name)) for name in rows.column_names})


def objects_as_json(columns: Mapping[str, pa.Array | RawJson]) -> RowsAsJson:
    """The same of single columns, some of which may be JSON already (one text a row)."""
    return RowsAsJson(_objects(columns, "},"))


def nested(columns: Mapping[str, pa.Array | RawJson]) -> RawJson:
    """Objects to be members of other objects."""
    return RawJson(_objects(columns, "}"))


def _objects(columns: Mapping[str, pa.Array | RawJson], closing: str) -> pa.Array:
    parts: list[Any] = []
    for place, name in enumerate(sorted(columns)):
        column = columns[name]
        text = column.text if isinstance(column, RawJson) else _as_json(column)
        parts += [("{" if place == 0 else ",") + f'"{name}":', text]
    return pc.binary_join_element_wise(*parts, closing, "")


def _as_json(column: pa.Array) -> pa.Array:
    """Values of one column as JSON; text columns hold plain identifiers that need no escaping."""
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    text = canonical_text(column) if pa.types.is_decimal(column.type) else column.cast(pa.string())
    return pc.fill_null(pc.binary_join_element_wise('"', text, '"', ""), "null")
