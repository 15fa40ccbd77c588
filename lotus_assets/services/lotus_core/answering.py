"""From a function that makes an answer to a response: JSON or Arrow, by the Accept header."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.contracts.shared import Strict
from lotus_assets.services.lotus_core.payloads.answer import PreparedAnswer, fingerprint_of
from lotus_assets.services.lotus_core.payloads.paging import PageSigner, RequestedPage
from lotus_assets.sources.lotus_core.wire_format import ARROW, JSON

STREAMED_BYTES = 1024 * 1024
"""Longer answers are sent in pieces, without putting them together first."""

Make = Callable[[Connection], PreparedAnswer]
QUALITY = re.compile(r"(0(\.[0-9]{0,3})?|1(\.0{0,3})?)", re.ASCII)
MakePage = Callable[[Connection, RequestedPage], PreparedAnswer]


def answer(
    request: Request, operation: str, target: dict[str, str], body: Strict, make: Make
) -> Response:
    """The answer of `make`, with its lineage."""
    fingerprint = fingerprint_of(operation, target, body.model_dump(mode="json"))
    with request.app.state.engine.connect() as connection:
        made = make(connection)
    return _response(request, made, fingerprint)


def paged_answer(
    request: Request, operation: str, target: dict[str, str], body: Any, make: MakePage
) -> Response:
    """The same of one page: `body` has page_size and page_token."""
    fingerprint = fingerprint_of(operation, target, body.model_dump(mode="json"))
    signer: PageSigner = request.app.state.page_signer
    if body.page_token is None:
        page = signer.first_page(body.page_size, fingerprint)
    else:
        page = signer.page(body.page_token, body.page_size, fingerprint)
    with request.app.state.engine.connect() as connection:
        made = make(connection, page)
    return _response(request, made, fingerprint)


def _response(request: Request, made: PreparedAnswer, fingerprint: str) -> Response:
    vary = {"Vary": "Accept"}
    if prefers_arrow(request.headers.get("accept", "")):
        # Named, so that gzip leaves it alone: packing costs more than loopback.
        headers = {**vary, "Content-Encoding": "identity"}
        stream = memoryview(made.as_arrow(fingerprint))
        return Response(bytes(stream), media_type=ARROW, headers=headers)
    pieces = made.as_json(fingerprint)
    if sum(len(piece) for piece in pieces) < STREAMED_BYTES:
        return Response(b"".join(pieces), media_type="application/json", headers=vary)
    return StreamingResponse(_blocks(pieces), media_type="application/json", headers=vary)


def prefers_arrow(accept: str) -> bool:
    """Whether an Accept header names Arrow, and JSON not before it (RFC 9110 §12.5.1)."""
    qualities = dict(map(_quality, accept.split(",")))
    return qualities.get(ARROW, 0.0) > 0 and qualities[ARROW] >= qualities.get(JSON, 0.0)


def _quality(entry: str) -> tuple[str, float]:
    """A media type and its quality; one that cannot be read counts as 0."""
    media_type, *parameters = (part.strip().lower() for part in entry.split(";"))
    given = [part[2:] for part in parameters if part.startswith("q=")]
    is_number = not given or QUALITY.fullmatch(given[0]) is not None
    return media_type, float((given or ["1"])[0]) if is_number else 0.0


def _blocks(pieces: list[bytes | memoryview]) -> Any:
    """Pieces put together to blocks of about 256 KiB: each costs a turn of the event loop."""
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= 256 * 1024:
            yield bytes(block)
            block.clear()
    yield bytes(block)
