"""The content hash: SHA-256 of a payload's JSON form (RFC 8785), worked out from its Arrow form."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from lotus_assets.sources.lotus_core.canonical import Fragment, Pieces

_MARK = "\ue000rows\ue000"
"""Stands for a list of rows while the rest is written; a private-use character, in no payload."""


def content_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of `payload`, whose lists of rows are fragments."""
    return hash_of(_pieces(payload))


def hash_of(pieces: Iterator[bytes | memoryview] | Pieces) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pieces(payload: Mapping[str, Any]) -> Iterator[bytes | memoryview]:
    fragments: list[Fragment] = []

    def mark(value: object) -> str:
        if isinstance(value, Fragment):
            fragments.append(value)
            return _MARK
        raise TypeError(f"{type(value).__name__} is not JSON")

    text = json.dumps(
        payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=mark
    )
    # Sorting and writing go in the same order: the marks stand as the fragments were met.
    parts = text.split(json.dumps(_MARK, ensure_ascii=False))
    for part, fragment in zip(parts, fragments, strict=False):
        yield part.encode()
        yield from fragment.pieces
    yield parts[-1].encode()
