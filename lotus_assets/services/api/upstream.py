"""Stateful input: lotus-core's contracts over HTTP, through the gate that the assets use."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import rfc8785

from lotus_assets.inputs.contract_gate import GatedChunk, InputTable, gate_payloads
from lotus_assets.inputs.payload_chunk import Asked, Received
from lotus_assets.services.api.answers import named
from lotus_assets.services.api.bounds import ROWS
from lotus_assets.services.api.envelope import Diagnostic, UpstreamRequest, UsedInput
from lotus_assets.services.problems import ErrorCode, ServiceProblem, unsupported, violation
from lotus_assets.sources.lotus_core.client import CONSUMER, LotusCoreClient, first_request
from lotus_assets.sources.lotus_core.contracts import Contract
from lotus_assets.sources.lotus_core.correlation import Correlation
from lotus_assets.sources.lotus_core.errors import BrokenPayload, LotusCoreError
from lotus_assets.sources.lotus_core.payloads import Payload, PayloadPage

REFUSALS = {
    ErrorCode.INVALID_REQUEST: "lotus-core refuses what it is asked for",
    ErrorCode.RESOURCE_NOT_FOUND: "lotus-core does not know it",
    ErrorCode.INSUFFICIENT_DATA: "lotus-core has too little data for what is asked for",
    ErrorCode.UNSUPPORTED_CONFIGURATION: "lotus-core does not have it as it is asked for: look at "
    "dimensions, currency and series mode",
    ErrorCode.CONTRACT_VIOLATION_UPSTREAM: "lotus-core's payload breaks its contract",
    ErrorCode.SOURCE_UNAVAILABLE: "lotus-core does not answer",
}
REASON = "the log has its reason under the correlation id"
REQUEST = "request"
"""Contract of an input that was sent along."""


@dataclass(frozen=True)
class ForwardedHeaders(Correlation):
    """The four headers of the request under way, passed on unchanged."""

    given: Mapping[str, str] = field(default_factory=dict)

    def headers(self) -> dict[str, str]:
        """The headers of every upstream request."""
        return dict(self.given)


@dataclass(frozen=True)
class GatedInput:
    """One payload that kept its contract: its header (lists of all pages) and its rows.

    `rows` are those of the asset's table of the contract: the same columns, the same values.
    """

    header: Mapping[str, Any]
    rows: pd.DataFrame
    payload: Payload


@dataclass
class UpstreamInputs:
    """What one calculation reads, and the record of it for its lineage.

    `consumer` is who lotus-core is told asks.
    """

    client: LotusCoreClient | None
    consumer: str = CONSUMER
    used: list[UsedInput] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def sent(self, subject: str, canonical: bytes) -> None:
        """Record an input that was sent along, by its canonical bytes."""
        digest = hashlib.sha256(canonical).hexdigest()
        self.used.append(
            UsedInput(
                contract=REQUEST,
                subject=subject,
                content_hash=digest,
                page_hashes=[digest],
                data_version=None,
                request=None,
            )
        )

    def payload(self, contract: Contract, subject: str, body: Mapping[str, Any]) -> Payload:
        """A whole payload of lotus-core, all its pages, checked by the client.

        Raises:
            ServiceProblem: 404, 400 or 422 as lotus-core says; 400 for more rows than a request may
                hold; 502 for a payload that breaks its contract; 503 where lotus-core does not
                answer.
        """
        if self.client is None:
            raise ServiceProblem(
                ErrorCode.SOURCE_UNAVAILABLE,
                "LOTUS_CORE_URL is not set: only stateless requests can be answered",
            )
        body = {"consumer_system": self.consumer, **body}
        try:
            payload = _within_rows(self.client.pages(contract, subject, body))
        except LotusCoreError as error:
            raise _refused(contract, subject, error) from error
        self.used.append(
            UsedInput(
                contract=contract.name,
                subject=subject,
                content_hash=payload.content_hash,
                page_hashes=list(payload.page_hashes),
                data_version=payload.data_version,
                request=_as_sent(contract, subject, body),
            )
        )
        return payload

    def gated(
        self,
        kind: InputTable,
        subject: str,
        body: Mapping[str, Any],
        as_of: date,
        variant: str = "",
    ) -> GatedInput:
        """A payload through the contract's gate; what is unusual about it goes to the diagnostics.

        `variant` is the period or series mode that is asked for, where a contract has several.

        Raises:
            ServiceProblem: see `payload`; 502 CONTRACT_VIOLATION_UPSTREAM with all that it breaks.
        """
        payload = self.payload(kind.contract, subject, body)
        _check_currency(kind, subject, body, payload)
        asked = Asked(subject, payload.data_version, body, variant, _last_day(payload))
        received = Received(asked, as_of, payload)
        gated = gate_payloads(kind, [received])
        if gated.rejected:
            what = f"{kind.contract.name} of {subject}"
            broken = BrokenPayload(what, ", ".join(gated.broken_rules[0]), gated.rejected[0][1])
            raise _refused(kind.contract, subject, broken) from broken
        self.diagnostics += _unusual(kind.contract.name, subject, payload, gated)
        lists = ("instruments_data", "positions_data", "positions")
        listed = {name: received.listed(name) for name in lists if name in payload.header}
        rows = gated.rows.to_pandas()
        return GatedInput({**payload.header, **listed}, rows, payload)


def _unusual(
    contract: str, subject: str, payload: Payload, gated: GatedChunk
) -> Iterator[Diagnostic]:
    """Business days without a row, by lotus-core's own list, and breaks of continuity."""
    lacking = (payload.header.get("diagnostics") or {}).get("missing_business_days", [])
    yield from named("MISSING_BUSINESS_DAY", [f"{contract}: {day}" for day in lacking])
    breaks = [f"{each.series or subject} on {each.day}: {each.amount}" for each in gated.breaks[0]]
    yield from named("CONTINUITY_BREAK", [f"{contract}: {detail}" for detail in breaks])


def _as_sent(contract: Contract, subject: str, body: Mapping[str, Any]) -> UpstreamRequest:
    path, asked = first_request(contract, subject, body)
    return UpstreamRequest(
        method="POST",
        path=path,
        body=asked,
        content_hash=hashlib.sha256(rfc8785.dumps(asked)).hexdigest(),
    )


def _within_rows(pages: Iterator[PayloadPage]) -> Payload:
    """A payload, read no further than a request may hold rows."""
    read: list[PayloadPage] = []
    for page in pages:
        read.append(page)
        ROWS.check(sum(len(one.rows) for one in read))
    return Payload(tuple(read))


def _refused(contract: Contract, subject: str, error: LotusCoreError) -> ServiceProblem:
    """What lotus-core's refusal is to the one who asked us, in our own words.

    Its words, an address and a system's error are for the log alone.
    """
    code = ErrorCode(error.code)
    rule = f" ({error.rule})" if isinstance(error, BrokenPayload) else ""
    return ServiceProblem(code, f"{contract.name} of {subject}: {REFUSALS[code]}{rule}; {REASON}")


def unfit(contract: Contract, subject: str) -> ServiceProblem:
    """Of rows that keep the contract one by one, but do not fit together; what does not is raised
    as its cause, for the log: it names things as lotus-core does."""
    return violation(
        f"{contract.name} of {subject}: its rows do not fit together (days, weights, returns or "
        f"identifiers); {REASON}"
    )


def _check_currency(
    kind: InputTable, subject: str, body: Mapping[str, Any], payload: Payload
) -> None:
    """Raises UNSUPPORTED_CONFIGURATION for an answer in another currency than was asked for."""
    wanted, answered = body.get("currency"), payload.header.get("currency")
    if wanted is not None and answered is not None and wanted != answered:
        raise unsupported(
            f"{kind.contract.name} of {subject}: {wanted} was asked for, lotus-core answers in "
            f"{answered}; series in different currencies are not compared"
        )


def _last_day(payload: Payload) -> date | None:
    """The last day with a row, where the payload says of no later one that it lacks.

    A portfolio that closed has none after it. Only lotus-core's catalogue of all portfolios names
    the closing day, and is not asked for the sake of one.
    """
    days = [
        page.rows["perf_date"][-1].as_py()
        for page in payload.pages
        if "business_days" in payload.header and len(page.rows)
    ]
    if not days:
        return None
    missing = (payload.header.get("diagnostics") or {}).get("missing_business_days", [])
    last: date = max(days)
    return None if any(date.fromisoformat(day) > last for day in missing) else last
