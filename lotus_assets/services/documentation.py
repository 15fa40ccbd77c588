"""What the OpenAPI document says of each operation: media types, headers, errors, examples."""

from typing import Any, get_args, get_origin

from fastapi import Body
from pydantic import BaseModel

from lotus_assets.services.problems import PROBLEM_MEDIA_TYPE, STATUS, TITLES, ErrorCode, Problem
from lotus_assets.services.tracing import NAMES
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


def documented(
    model: type[BaseModel], summary: str, description: str, *, as_arrow: bool = True
) -> dict[str, Any]:
    """Arguments of a route that answers `model`, as JSON and perhaps as Arrow, or a problem."""
    content: dict[str, Any] = {"application/json": {"example": example_of(model)}}
    if as_arrow:
        content[ARROW] = {"schema": {"type": "string", "format": "binary"}}
    success = {
        "model": model,
        "description": "The payload, with its lineage." if as_arrow else "The answer.",
        "headers": HEADERS,
        "content": content,
    }
    return {
        "summary": summary,
        "description": description,
        "response_model": None,
        "responses": {200: success, **problems()},
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


def problems() -> dict[int | str, dict[str, Any]]:
    """The answers to requests that fail, by status."""
    codes: dict[int, list[ErrorCode]] = {}
    for code, status in STATUS.items():
        codes.setdefault(status, []).append(code)
    return {status: _problem(status, of_status) for status, of_status in codes.items()}


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
