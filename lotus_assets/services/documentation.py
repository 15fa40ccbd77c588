"""What the OpenAPI document says of each operation: media types, headers, errors, examples."""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from fastapi import Body
from pydantic import BaseModel

from lotus_assets.services import request_encoding
from lotus_assets.services.problems import (
    INTERNAL_ERROR,
    PROBLEM_MEDIA_TYPE,
    STATUS,
    TITLES,
    ErrorCode,
    Problem,
)
from lotus_assets.services.tracing import NAMES
from lotus_assets.sources.lotus_core.contracts import Contract
from lotus_assets.sources.lotus_core.wire_format import ARROW

HEADERS = {
    name: {
        "description": f"{name} of the request, or a new one.",
        "schema": {"type": "string"},
        "example": example,
    }
    for name, example in zip(
        NAMES,
        (
            "3f0c8f6e-5d1b-4d3c-9c3e-0a4f2b1c7d10",
            "7b1e2f54-9a60-4d0e-8f52-6f1f0c9f2a11",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        strict=True,
    )
}

REQUEST_HEADERS = {
    "X-Correlation-Id": "Names what the request belongs to: a run, for example.",
    "X-Request-Id": "Names the request.",
    "X-Trace-Id": "Names the trace; by default that of traceparent.",
    "traceparent": "W3C Trace Context: version, trace, parent, flags.",
}
OTHERS = {
    415: request_encoding.DETAIL,
    500: "an unexpected failure; quote the correlation id",
}
"""Status → detail of answers that have no code of their own."""
METADATA = (
    "The schema's metadata hold `payload` (the JSON form with its lineage, without what the table "
    "holds), `content_hash` (that of the JSON form) and `contract`."
)


def documented(
    model: type[BaseModel], summary: str, description: str, contract: Contract | None = None
) -> dict[str, Any]:
    """Arguments of a route that answers `model`, of a contract as Arrow too, or a problem."""
    content: dict[str, Any] = {"application/json": {"example": example_of(model)}}
    if contract is not None:
        content[ARROW] = arrow_stream(contract)
    success = {
        "model": model,
        "description": "The answer." if contract is None else "The payload, with its lineage.",
        "headers": HEADERS,
        "content": content,
    }
    return {
        "summary": summary,
        "description": description,
        "response_model": None,
        "responses": {200: success, **problems()},
    }


def arrow_stream(contract: Contract) -> dict[str, Any]:
    """The other form of a contract's payload: what its table's rows and columns are."""
    columns = [{"name": field.name, "type": str(field.type)} for field in contract.schema]
    described = ", ".join(f"`{one['name']}` {one['type']}" for one in columns) or "none"
    return {
        "schema": {
            "type": "string",
            "format": "binary",
            "description": f"An Arrow IPC stream of one table. Rows: {contract.rows}. Columns, in "
            f"this order: {described}. {METADATA}",
        },
        "x-arrow-columns": columns,
    }


def add_request_headers(document: dict[str, Any]) -> None:
    """Name the four headers among the parameters of every operation."""
    headers = [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": f"Echoed unchanged; made where it is absent. {REQUEST_HEADERS[name]}",
            "schema": {"type": "string"},
            "example": described["example"],
        }
        for name, described in HEADERS.items()
    ]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [*operation.get("parameters", []), *headers]


def problems(more: Mapping[int, str] = OTHERS) -> dict[int | str, dict[str, Any]]:
    """The answers to requests that fail, by status; `more` are details of statuses without code."""
    codes: dict[int, list[ErrorCode]] = {}
    for code, status in STATUS.items():
        codes.setdefault(status, []).append(code)
    by_status = {status: _problem(status, of_status) for status, of_status in codes.items()}
    answers = by_status | {status: _another_problem(status, text) for status, text in more.items()}
    return {status: answers[status] for status in sorted(answers)}


def _another_problem(status: int, detail: str) -> dict[str, Any]:
    """The answer of a status that no error code of the contracts has for itself."""
    code = INTERNAL_ERROR if status == 500 else ErrorCode.INVALID_REQUEST
    problem = _problem(400, [ErrorCode.INVALID_REQUEST])
    content = problem["content"][PROBLEM_MEDIA_TYPE]
    title = "Internal error" if status == 500 else TITLES[ErrorCode.INVALID_REQUEST]
    example = {"status": status, "code": code, "title": title, "detail": detail, "errors": []}
    content = {**content, "example": {**content["example"], **example}}
    return {
        **problem,
        "description": f"{code}: {detail}.",
        "content": {PROBLEM_MEDIA_TYPE: content},
    }


def share_problems(document: dict[str, Any]) -> None:
    """Make the answers to requests that fail components that operations refer to."""
    shared = document["components"].setdefault("responses", {})
    for operations in document["paths"].values():
        for operation in operations.values():
            for status in [one for one in operation["responses"] if int(one) >= 400]:
                name = f"Problem{status}"
                shared[name] = operation["responses"][status]
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _problem(status: int, codes: list[ErrorCode]) -> dict[str, Any]:
    example = {**example_of(Problem), "status": status, "code": codes[0], "title": TITLES[codes[0]]}
    reference = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{' or '.join(codes)}: {'; '.join(TITLES[code] for code in codes)}.",
        "headers": HEADERS,
        "content": {PROBLEM_MEDIA_TYPE: {"schema": reference, "example": example}},
    }


def request_example(model: type[BaseModel]) -> Any:
    """The body of a request, with an example made of its fields' required ones."""
    typical: dict[str, Any] = {
        "typical": {"summary": "Typical", "value": example_of(model, only_required=True)}
    }
    return Body(openapi_examples=typical)


def example_of(model: type[BaseModel], *, only_required: bool = False) -> dict[str, Any]:
    """An instance made of the fields' examples; nested models give their own."""
    example = {}
    for name, field in model.model_fields.items():
        if only_required and not field.is_required() and name != "period":
            continue
        typical = field.examples[0] if field.examples else _typical(field.annotation)
        if typical is not None:
            example[name] = typical
    return example


def _typical(annotation: Any) -> Any:
    """An instance of a model, a list of one, the first member of a union; None for the rest."""
    members = get_args(annotation)
    if get_origin(annotation) is list:
        inner = _typical(members[0])
        return None if inner is None else [inner]
    if members:
        return _typical(members[0])
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return example_of(annotation) if is_model else None


def add_missing_examples(schemas: dict[str, Any]) -> None:
    """Give attributes that are made of others an example made of theirs."""
    for schema in schemas.values():
        for attribute in schema.get("properties", {}).values():
            if not attribute.get("examples"):
                attribute["examples"] = [example_of_schema(schemas, attribute)]


def example_of_schema(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The example of a schema, made of its attributes' where it has none of its own."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "anyOf" in schema:
        return example_of_schema(schemas, schema["anyOf"][0])
    if schema.get("type") == "array":
        return [example_of_schema(schemas, schema["items"])]
    if "$ref" in schema:
        return example_of_schema(schemas, schemas[schema["$ref"].rsplit("/", 1)[-1]])
    return {
        name: example_of_schema(schemas, attribute)
        for name, attribute in schema.get("properties", {}).items()
    }
