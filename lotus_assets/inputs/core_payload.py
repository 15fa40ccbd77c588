"""core_payload: every payload that was asked for: its hashes, versions, window and diagnostics.

What a payload says beside its rows stands here, and why it has none: so that every later number
can name the input it came from, and nobody has to guess why one is missing.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pandera.pandas import Field

from lotus_assets.inputs.payload_chunk import Received
from lotus_assets.inputs.rules import DetectedBreak
from lotus_assets.tables.columns import (
    JSON,
    Day,
    Integer,
    Json,
    Text,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

OK, QUARANTINED = "OK", "QUARANTINED"

WINDOW_FIELDS = (
    ("performance_start_date", "as_of_date"),
    ("report_start_date", "report_end_date"),
    ("start_date", "end_date"),
    ("effective_from", "effective_to"),
)
LEFT_OUT = frozenset({"business_days"})
"""Not kept: the rows' `is_business_day` and the missing days together are the same."""


class CorePayload(TableModel):
    """One row a contract, subject, variant and as-of day."""

    contract: Text = Field(description="The endpoint: performance-input, mwr-input, …")
    subject: Text = Field(description="The portfolio, benchmark, or currency of the series.")
    variant: Text = Field(description="Period or series mode; empty where there is only one.")
    as_of_date: Day = Field(description="As of which day it was asked.")
    status: Text = Field(
        description="OK; QUARANTINED: it broke its contract; else the code with which lotus-core "
        "refused it (docs/API.md, Errors)."
    )
    reason: Text = Field(nullable=True, description="Why it is not OK.")
    data_version: Text = Field(nullable=True, description="lotus-core's version of the data.")
    content_hash: Text = Field(
        nullable=True,
        description="SHA-256 of the payload without lineage (RFC 8785); of several pages, of "
        "their hashes.",
    )
    page_hashes: Json = Field(
        nullable=True, metadata=JSON, description="The content hash of each page, in order."
    )
    request: Json = Field(metadata=JSON, description="What was asked, the subject left out.")
    request_fingerprint: Text = Field(
        nullable=True, description="lotus-core's SHA-256 of the request."
    )
    generated_by: Text = Field(nullable=True, description="Service and version that made it.")
    start_date: Day = Field(nullable=True, description="First day of the window.")
    end_date: Day = Field(nullable=True, description="Last day of the window; NULL: it is open.")
    row_count: Integer = Field(ge=0, description="Rows of the payload.")
    continuity_breaks: Json = Field(
        nullable=True,
        metadata=JSON,
        description="Days whose begin_mv is not what the row before left, found by the gate: id, "
        "date, amount. A diagnostic, never an error.",
    )
    header: Json = Field(
        nullable=True,
        metadata=JSON,
        description="The payload without rows, lineage and business days.",
    )


TABLE = Table(
    name="core_payload",
    model=CorePayload,
    key=("contract", "subject", "variant", "as_of_date"),
    version=None,
    description="Payloads of lotus-core: hashes, versions, windows, diagnostics, refusals.",
)


def received_row(
    answer: Received, breaks: Sequence[DetectedBreak], reason: str | None = None
) -> dict[str, Any]:
    """The row of a payload that came; with a reason it was quarantined."""
    first = answer.payload.pages[0]
    header = _header(answer)
    start, end = _window(first.header)
    return {
        **_asked(answer),
        "contract": first.contract.name,
        "status": OK if reason is None else QUARANTINED,
        "reason": reason,
        "data_version": answer.payload.data_version,
        "content_hash": answer.payload.content_hash,
        "page_hashes": json.dumps(answer.payload.page_hashes),
        "request_fingerprint": str(first.lineage["request_fingerprint"]),
        "generated_by": str(first.lineage["generated_by"]),
        "start_date": start,
        "end_date": end,
        "row_count": len(answer.rows),
        "continuity_breaks": json.dumps(
            [
                {
                    "id": continuity_break.series or None,
                    "date": str(continuity_break.day),
                    "amount": continuity_break.amount,
                }
                for continuity_break in breaks
            ]
        ),
        "header": json.dumps(header, ensure_ascii=False, sort_keys=True),
    }


def asked_row(contract: str, asked: Mapping[str, Any], status: str, reason: str) -> dict[str, Any]:
    """The row of a payload that did not come, or came unreadable."""
    empty = dict.fromkeys(TABLE.columns)
    return {
        **empty,
        **asked,
        "contract": contract,
        "status": status,
        "reason": reason,
        "row_count": 0,
    }


def _asked(answer: Received) -> dict[str, Any]:
    return {
        "subject": answer.asked.subject,
        "variant": answer.asked.variant,
        "as_of_date": pd.Timestamp(answer.as_of),
        "request": request_text(answer.asked.body),
    }


def request_text(body: Mapping[str, Any]) -> str:
    """A request's body as it is kept and compared."""
    return json.dumps(body, sort_keys=True)


def _header(answer: Received) -> dict[str, Any]:
    """The first page's header, with the lists of all pages."""
    first = answer.payload.pages[0].header
    listed = {
        field: answer.listed(field)
        for field in ("instruments_data", "positions_data", "positions")
        if field in first
    }
    kept = {name: value for name, value in first.items() if name not in LEFT_OUT}
    return {**kept, **listed}


def _window(header: Mapping[str, Any]) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    for first, last in WINDOW_FIELDS:
        if first in header:
            return _day(header[first]), _day(header.get(last))
    return None, None


def _day(text: str | None) -> pd.Timestamp | None:
    """None also for a day that stands for ever, as 9999-12-31 does: no column holds it."""
    if text is None or not str(pd.Timestamp.min.date()) < text < str(pd.Timestamp.max.date()):
        return None
    return pd.Timestamp(text)
