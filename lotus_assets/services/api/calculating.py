"""One request in a worker process: body in, answer or problem out, as bytes.

Parsing, reading lotus-core, calculating and writing the answer all happen here, so that the event
loop only moves bytes.
"""

import hashlib
import logging
import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from lotus_assets.services.api.bounds import check_body, needed_bytes
from lotus_assets.services.api.envelope import (
    AnalysisRequest,
    CalculationLineage,
    InputMode,
    Meta,
    StatefulInput,
)
from lotus_assets.services.api.late_rows import json_of
from lotus_assets.services.api.lineage_store import LineageStore
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.api.upstream import ForwardedHeaders, UpstreamInputs
from lotus_assets.services.problems import (
    PROBLEM_MEDIA_TYPE,
    TITLES,
    ErrorCode,
    FieldProblem,
    Problem,
    ServiceProblem,
)
from lotus_assets.sources.lotus_core.answers import Patience
from lotus_assets.sources.lotus_core.client import LotusCoreClient
from lotus_assets.sources.lotus_core.errors import LotusCoreError

LOGGER = logging.getLogger("lotus.calculations")
ENGINE_VERSION = version("lotus-assets")
JSON = "application/json"
UPSTREAM_ATTEMPTS = 3
"""A person waits: a lotus-core that is silent is given up sooner than in a nightly run."""


LARGE_ANSWER = 1_000_000
"""A longer answer is written to a file, and sent from it."""


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer, its body perhaps in a file; `lineage_bytes` were written beside it."""

    status: int
    media_type: str
    body: bytes | Path
    lineage_bytes: int = 0


def answer(
    operation: Operation,
    body: bytes,
    headers: Mapping[str, str],
    settings: ApiSettings,
    free_bytes: float = math.inf,
) -> HttpAnswer:
    """The answer to one request; never raises, nothing of an unexpected failure leaks.

    `free_bytes` is the memory that there is for it.
    """
    correlation_id = headers.get("X-Correlation-Id", "")
    try:
        check_body(body, operation.rows)
        if needed_bytes(body) > free_bytes:
            raise _too_much_memory(settings)
        return _answered(operation, body, headers, settings)
    except ServiceProblem as problem:
        if problem.status >= 500 or isinstance(problem.__cause__, LotusCoreError):
            reason = problem.__cause__ or problem.detail
            LOGGER.warning("%s: %s, correlation %s", operation.name, reason, correlation_id)
        return problem_outcome(problem, correlation_id)
    except HTTPException as deliberate:
        # Raised on purpose: it keeps its status.
        return problem_outcome(
            ServiceProblem(code_of(deliberate.status_code), str(deliberate.detail)),
            correlation_id,
            deliberate.status_code,
        )
    except MemoryError:
        LOGGER.warning("%s needs too much memory, correlation %s", operation.name, correlation_id)
        return problem_outcome(_too_much_memory(settings), correlation_id)
    except Exception:
        LOGGER.exception("%s failed, correlation %s", operation.name, correlation_id)
        return internal_error(correlation_id)


def _answered(
    operation: Operation, body: bytes, headers: Mapping[str, str], settings: ApiSettings
) -> HttpAnswer:
    try:
        request = operation.request.model_validate_json(body)
    except ValidationError as invalid:
        raise _invalid_request(invalid) from invalid
    client = None
    if request.input_mode == InputMode.STATEFUL and settings.lotus_core_url is not None:
        client = LotusCoreClient(
            settings.lotus_core_url,
            patience=Patience(
                read_seconds=settings.lotus_api_core_seconds, attempts=UPSTREAM_ATTEMPTS
            ),
            correlation=ForwardedHeaders(given=headers),
        )
    asked = request.stateful_input
    inputs = UpstreamInputs(client) if asked is None else _read_for(client, asked)
    try:
        _note_sent(request, inputs)
        calculation = operation.calculate(request, inputs)
    finally:
        if client is not None:
            client.close()
    return _written(operation, request, inputs, calculation, settings)


def _note_sent(request: AnalysisRequest[Any, Any], inputs: UpstreamInputs) -> None:
    if request.stateless_input is not None:
        sent = request.stateless_input
        subject = str(getattr(sent, "portfolio_id", None) or "")
        inputs.sent(subject, sent.model_dump_json().encode())


def calculation_id(operation: Operation, body: bytes) -> str:
    """Name of the calculation of a stateless request: that which its answer will have."""
    request = operation.request.model_validate_json(body)
    inputs = UpstreamInputs(None)
    _note_sent(request, inputs)
    return _meta(operation, request, inputs).calculation_hash


def _read_for(client: LotusCoreClient | None, asked: StatefulInput) -> UpstreamInputs:
    return UpstreamInputs(client, asked.consumer_system)


def _written(
    operation: Operation,
    request: BaseModel,
    inputs: UpstreamInputs,
    calculation: Calculation,
    settings: ApiSettings,
) -> HttpAnswer:
    meta = _meta(operation, request, inputs)
    lineage = CalculationLineage(
        calculation_id=meta.calculation_hash,
        href=f"/lineage/{meta.calculation_hash}",
        generated_at=datetime.now(UTC),
        inputs=inputs.used,
        details=[*calculation.details, *operation.derived],
    )
    about = {
        "meta": meta.model_dump(mode="json"),
        "diagnostics": [
            diagnostic.model_dump(mode="json")
            for diagnostic in [*inputs.diagnostics, *calculation.diagnostics]
        ],
        "lineage": lineage.model_dump(mode="json"),
    }
    asked = request.model_dump(mode="json", exclude={"stateless_input"})
    lineage_bytes = LineageStore.of(settings).keep(
        meta.calculation_hash,
        {**lineage.model_dump(mode="json"), "operation": operation.name, "request": asked},
        calculation.details,
    )
    pieces = json_of({"results": _results(calculation), **about})
    return HttpAnswer(200, JSON, _body(pieces, settings.bodies_folder), lineage_bytes)


def _body(pieces: Iterator[bytes], folder: Path) -> bytes | Path:
    """The pieces of an answer together: in a file where they are long."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > LARGE_ANSWER:
            return _file(chain([bytes(body)], pieces), folder)
    return bytes(body)


def _file(pieces: Iterable[bytes], folder: Path) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        try:
            file.writelines(pieces)
        except BaseException:
            Path(file.name).unlink()
            raise
    return Path(file.name)


def _results(calculation: Calculation) -> Any:
    if isinstance(calculation.results, BaseModel):
        return calculation.results.model_dump(mode="json")
    return calculation.results


def _meta(operation: Operation, request: BaseModel, inputs: UpstreamInputs) -> Meta:
    fingerprint = _sha256([payload.content_hash for payload in inputs.used])
    asked = request.model_dump_json(exclude={"stateless_input"})
    return Meta(
        engine_version=ENGINE_VERSION,
        input_fingerprint=fingerprint,
        calculation_hash=_sha256([operation.name, ENGINE_VERSION, asked, fingerprint]),
    )


def _sha256(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def plain(value: float) -> float | None:
    """A float as JSON has it: NaN and infinities are null."""
    return float(value) if math.isfinite(value) else None


def code_of(status: int) -> ErrorCode:
    """The error code that is nearest to an HTTP status."""
    if status == 404:
        return ErrorCode.RESOURCE_NOT_FOUND
    return ErrorCode.SOURCE_UNAVAILABLE if status >= 500 else ErrorCode.INVALID_REQUEST


def problem_outcome(
    problem: ServiceProblem, correlation_id: str, status: int | None = None
) -> HttpAnswer:
    """A problem as an answer."""
    body = Problem(
        type="about:blank",
        title=TITLES[problem.code],
        status=status or problem.status,
        code=problem.code,
        detail=problem.detail,
        correlation_id=correlation_id,
        errors=problem.errors,
    )
    return HttpAnswer(body.status, PROBLEM_MEDIA_TYPE, body.model_dump_json().encode())


def internal_error(correlation_id: str) -> HttpAnswer:
    """An unexpected failure: what happened is in the log, under the correlation id."""
    body = Problem(
        type="about:blank",
        title="Internal error",
        status=500,
        code="INTERNAL_ERROR",
        detail="an unexpected failure; quote the correlation id",
        correlation_id=correlation_id,
    )
    return HttpAnswer(500, PROBLEM_MEDIA_TYPE, body.model_dump_json().encode())


def _too_much_memory(settings: ApiSettings) -> ServiceProblem:
    return ServiceProblem(
        ErrorCode.INVALID_REQUEST,
        f"the request needs more than the {settings.lotus_api_worker_megabytes} MiB of a worker "
        "(LOTUS_API_WORKER_MEGABYTES): ask for fewer rows, groups or periods at once",
    )


def _invalid_request(invalid: ValidationError) -> ServiceProblem:
    faults = [
        FieldProblem(
            field=".".join(map(str, one["loc"])) or "body",
            reason=str(one["msg"]).removeprefix("Value error, "),
        )
        for one in invalid.errors(include_url=False, include_input=False)[:100]
    ]
    detail = "; ".join(f"{one.field}: {one.reason}" for one in faults[:5])
    return ServiceProblem(ErrorCode.INVALID_REQUEST, detail, faults)
