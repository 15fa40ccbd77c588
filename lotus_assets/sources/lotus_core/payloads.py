"""A payload as it arrives: one page, taken apart, its version, subject and hash checked."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lotus_assets.sources.lotus_core.answers import Answer
from lotus_assets.sources.lotus_core.content_hash import content_hash
from lotus_assets.sources.lotus_core.contracts import Contract, Misplaced
from lotus_assets.sources.lotus_core.errors import BrokenPayload
from lotus_assets.sources.lotus_core.json_form import UnreadableRows, read_json, table_of
from lotus_assets.sources.lotus_core.wire_format import ARROW, JSON

LINEAGE_FIELDS = (
    "generated_by",
    "generated_at",
    "request_fingerprint",
    "data_version",
    "content_hash",
)
UNREADABLE = (
    *(pa.ArrowException, ValueError, LookupError, TypeError, AttributeError, RecursionError),
)
Parts = tuple[dict[str, Any], pa.Table, str]
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

    An Arrow stream, or JSON from a lotus-core that speaks nothing else: both keep the same rules.

    Raises:
        BrokenPayload: neither form, other columns, no lineage, another contract version or
            subject, or a hash that is not the content's; `rule` says which.
    """

    def broken(rule: str, detail: str) -> BrokenPayload:
        return BrokenPayload(what, rule, detail, answer.request_id)

    if answer.media_type not in FORMS:
        raise broken("media_type", f"{ARROW} or {JSON} was asked for, {answer.media_type!r} came")
    try:
        payload, rows, claimed = FORMS[answer.media_type](contract, answer.content)
        lineage = payload.pop("lineage")
        missing = [name for name in LINEAGE_FIELDS if not lineage.get(name)]
    except UnreadableRows as other:
        raise broken("types", str(other)) from other
    except UNREADABLE as unreadable:
        raise broken("stream", "not a readable payload") from unreadable
    if missing:
        raise broken("lineage", f"without {', '.join(missing)}")
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


def _from_arrow(_contract: Contract, content: bytes) -> Parts:
    """A stream's header, its rows, and the hash that it claims."""
    with pa.ipc.open_stream(content) as stream:
        rows = stream.read_all()
    metadata = rows.schema.metadata or {}
    payload = json.loads(_without_nul(metadata[b"payload"]))
    return payload, rows.replace_schema_metadata(None), metadata[b"content_hash"].decode()


def _from_json(contract: Contract, content: bytes) -> Parts:
    """The same of a JSON payload, which claims its hash in the lineage alone."""
    payload, runs = contract.apart(read_json(_without_nul(content)))
    return payload, table_of(runs, contract.schema), payload["lineage"]["content_hash"]


def _without_nul(text: bytes) -> bytes:
    if NUL in text:
        raise ValueError("a text holds NUL, which no database keeps")
    return text


FORMS: Mapping[str, Callable[[Contract, bytes], Parts]] = {ARROW: _from_arrow, JSON: _from_json}


def _difference(expected: pa.Schema, came: pa.Schema) -> str:
    wanted = [f"{field.name} {field.type}" for field in expected]
    columns = [f"{field.name} {field.type}" for field in came]
    missing = [name for name in wanted if name not in columns]
    surplus = [name for name in columns if name not in wanted]
    return f"missing {missing}, unexpected {surplus}" if missing or surplus else "other order"
