"""A payload as it arrives: one page, taken apart, its version, subject and hash checked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lotus_assets.sources.lotus_core.answers import Answer
from lotus_assets.sources.lotus_core.content_hash import content_hash
from lotus_assets.sources.lotus_core.contracts import Contract, Misplaced
from lotus_assets.sources.lotus_core.errors import BrokenPayload
from lotus_assets.sources.lotus_core.wire_format import ARROW

LINEAGE_FIELDS = (
    "generated_by",
    "generated_at",
    "request_fingerprint",
    "data_version",
    "content_hash",
)
NUL = rb"\u0000"


@dataclass(frozen=True)
class PayloadPage:
    """One page of a payload: its rows, and the rest of it as in JSON, `lineage` beside it."""

    contract: Contract
    subject: str
    header: Mapping[str, Any]
    lineage: Mapping[str, Any]
    rows: pa.Table

    @property
    def content_hash(self) -> str:
        """SHA-256 of the page without lineage, as it was checked."""
        return str(self.lineage["content_hash"])

    @property
    def data_version(self) -> str:
        """Version of the data that the page was made of."""
        return str(self.lineage["data_version"])

    @property
    def next_page_token(self) -> str | None:
        """Token of the page after this; None on the last."""
        token = self.lineage.get("next_page_token")
        return None if token is None else str(token)


@dataclass(frozen=True)
class Payload:
    """A whole payload: its pages in order, of one data version and one request."""

    pages: tuple[PayloadPage, ...]

    @property
    def header(self) -> Mapping[str, Any]:
        """The first page without its rows."""
        return self.pages[0].header

    @property
    def data_version(self) -> str:
        """Version of the data that all pages were made of."""
        return self.pages[0].data_version

    @property
    def page_hashes(self) -> tuple[str, ...]:
        """The content hash of each page."""
        return tuple(page.content_hash for page in self.pages)

    @property
    def content_hash(self) -> str:
        """The only page's hash; of several, SHA-256 of their hashes one after the other."""
        if len(self.pages) == 1:
            return self.pages[0].content_hash
        return hashlib.sha256("".join(self.page_hashes).encode()).hexdigest()


def read_page(contract: Contract, subject: str, what: str, answer: Answer) -> PayloadPage:
    """The page in an answer.

    Raises:
        BrokenPayload: no Arrow stream, other columns, no lineage, another contract version or
            subject, or a hash that is not the content's; `rule` says which.
    """

    def broken(rule: str, detail: str) -> BrokenPayload:
        return BrokenPayload(what, rule, detail, answer.request_id)

    if answer.media_type != ARROW:
        raise broken("media_type", f"{ARROW} was asked for, {answer.media_type!r} came")
    try:
        with pa.ipc.open_stream(answer.content) as stream:
            rows = stream.read_all()
        metadata = rows.schema.metadata or {}
        if NUL in metadata[b"payload"]:
            raise ValueError("a text holds NUL, which no database keeps")
        payload = json.loads(metadata[b"payload"])
        claimed = metadata[b"content_hash"].decode()
        lineage = payload.pop("lineage")
        missing = [name for name in LINEAGE_FIELDS if not lineage.get(name)]
    except (pa.ArrowException, ValueError, KeyError, TypeError, AttributeError) as unreadable:
        raise broken("stream", "not a readable payload") from unreadable
    if missing:
        raise broken("lineage", f"without {', '.join(missing)}")
    rows = rows.replace_schema_metadata(None)
    if not rows.schema.equals(contract.schema):
        raise broken("types", _difference(contract.schema, rows.schema))
    version = payload.get(contract.version_field)
    if version != contract.version:
        raise broken("contract_version", f"{contract.version} was expected, {version!r} came")
    if payload.get(contract.subject) != subject:
        raise broken("subject", f"asked for {subject}, got {payload.get(contract.subject)!r}")
    try:
        computed = content_hash(contract.assemble(payload, rows))
    except (ValueError, KeyError, TypeError, pa.ArrowException) as misplaced:
        is_misplaced = isinstance(misplaced, Misplaced)
        detail = str(misplaced) if is_misplaced else "they do not fit the payload's header"
        raise broken("rows", detail) from misplaced
    if not computed == claimed == lineage["content_hash"]:
        raise broken(
            "content_hash",
            f"the content's is {computed}, the stream says {claimed}, "
            f"the lineage {lineage['content_hash']}",
        )
    return PayloadPage(contract, subject, payload, lineage, rows)


def _difference(expected: pa.Schema, came: pa.Schema) -> str:
    wanted = [f"{field.name} {field.type}" for field in expected]
    columns = [f"{field.name} {field.type}" for field in came]
    missing = [name for name in wanted if name not in columns]
    surplus = [name for name in columns if name not in wanted]
    return f"missing {missing}, unexpected {surplus}" if missing or surplus else "other order"
