"""An answer in both its forms: JSON pieces with their hash, and an Arrow stream."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import rfc8785

from lotus_assets.services.lotus_core.payloads.canonical import canonical_object
from lotus_assets.sources.lotus_core.canonical import Pieces
from lotus_assets.sources.lotus_core.content_hash import hash_of

GENERATED_BY = "lotus-core/0.1.0"


@dataclass(frozen=True)
class PreparedAnswer:
    """A payload without its lineage.

    `fields` are its members, plain or as fragments; `rows` is what travels as the Arrow table, and
    `header` the members as they are in the Arrow form (without what the table holds).
    """

    contract: str
    data_version: str
    fields: Mapping[str, Any]
    rows: pa.Table
    header: Mapping[str, Any] = field(default_factory=dict)
    next_page_token: str | None = None

    def lineage(self, fingerprint: str, content_hash: str) -> dict[str, Any]:
        """Where the payload comes from (see `contracts.shared.Lineage`)."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lineage: dict[str, Any] = {
            "generated_by": GENERATED_BY,
            "generated_at": now,
            "request_fingerprint": fingerprint,
            "data_version": self.data_version,
            "content_hash": content_hash,
        }
        return {**lineage, "next_page_token": self.next_page_token}

    def as_json(self, fingerprint: str) -> Pieces:
        """The payload with its lineage as the last member."""
        pieces = canonical_object(self.fields)
        lineage = rfc8785.dumps(self.lineage(fingerprint, hash_of(pieces)))
        return [*pieces[:-1], b',"lineage":', lineage, b"}"]

    def as_arrow(self, fingerprint: str) -> pa.Buffer:
        """An Arrow IPC stream; the hash in its metadata is that of the JSON form."""
        content_hash = hash_of(canonical_object(self.fields))
        header = {**self.header, "lineage": self.lineage(fingerprint, content_hash)}
        metadata = {
            b"payload": b"".join(canonical_object(header)),
            b"content_hash": content_hash.encode(),
            b"contract": self.contract.encode(),
        }
        sink = pa.BufferOutputStream()
        schema = self.rows.schema.with_metadata(metadata)
        with pa.ipc.new_stream(sink, schema) as stream:
            stream.write_table(self.rows.cast(schema))
        return sink.getvalue()


def fingerprint_of(operation: str, target: Mapping[str, str], request: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical request: operation, path parameters, body without page token."""
    body = {name: value for name, value in request.items() if name != "page_token"}
    canonical = rfc8785.dumps({"operation": operation, "target": dict(target), "request": body})
    return hashlib.sha256(canonical).hexdigest()
