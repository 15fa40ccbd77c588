"""Canonical JSON (RFC 8785) of a payload, put together from what is canonical already."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import rfc8785

from lotus_assets.services.lotus_core.payloads.calendars import Days
from lotus_assets.sources.lotus_core.canonical import (
    Fragment,
    Pieces,
    RowsAsJson,
)


def canonical_object(fields: Mapping[str, Any]) -> Pieces:
    """An object with its members sorted (names are ASCII); values plain or fragments."""
    pieces: Pieces = [b"{"]
    for number, name in enumerate(sorted(fields)):
        pieces.append((b"," if number else b"") + rfc8785.dumps(name) + b":")
        value = fields[name]
        pieces.extend(value.pieces if isinstance(value, Fragment) else [rfc8785.dumps(value)])
    return [*pieces, b"}"]


def canonical_list(objects: Iterable[Pieces]) -> Fragment:
    """A list of values that are canonical already."""
    pieces: Pieces = [b"["]
    for number, one in enumerate(objects):
        if number:
            pieces.append(b",")
        pieces.extend(one)
    return Fragment([*pieces, b"]"])


def days_as_json(days: Days) -> Fragment:
    """A list of ISO 8601 days."""
    texts = pa.array(days).cast(pa.date32()).cast(pa.string())
    return RowsAsJson(pc.binary_join_element_wise('"', texts, '",', "")).all()
