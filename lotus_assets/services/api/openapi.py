"""The OpenAPI document: every operation and field with summary, description and example."""

import json
from collections.abc import Iterable
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lotus_assets.services.api.calculating import calculation_id
from lotus_assets.services.api.envelope import AnalysisAnswer
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.documentation import (
    HEADERS,
    OTHERS,
    add_missing_examples,
    example_of,
    example_of_schema,
    problems,
    share_problems,
)
from lotus_assets.services.problems import Problem

REFERENCE = "#/components/schemas/{model}"
UNREAD = {
    408: "the body was not there within 60 seconds (LOTUS_API_BODY_SECONDS)",
    413: "the body is larger than 64 MB (LOTUS_API_BODY_MEGABYTES)",
}


def documented(operation: Operation) -> dict[str, Any]:
    """Arguments of the route of `operation`; its schemas are added by `document`."""
    return {
        "summary": operation.summary,
        "description": operation.description,
        "response_model": None,
        "responses": {200: _success(_answer_name(operation)), **with_problems()},
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {"$ref": REFERENCE.format(model=operation.request.__name__)},
                        "examples": request_examples(operation),
                    }
                },
            }
        },
    }


def request_examples(operation: Operation) -> dict[str, Any]:
    """A body for each input mode: what has to be given, as it can be sent."""
    fields = operation.request.model_fields
    options = {
        name: field.examples[0]
        for name, field in fields.items()
        if field.is_required() and name != "input_mode" and field.examples
    }
    asked, _ = get_args(fields["stateful_input"].annotation)
    read = {"stateful_input": example_of(asked, only_required=True)}
    sent = {"stateless_input": dict(operation.sent)}
    return {
        "stateful": {
            "summary": "Read from lotus-core",
            "value": {"input_mode": "stateful", **read, **options},
        },
        "stateless": {
            "summary": "Sent along",
            "value": {"input_mode": "stateless", **sent, **options},
        },
    }


def with_problems() -> dict[int | str, dict[str, Any]]:
    """The answers to requests that fail: those to bodies that are not read to their end too."""
    return problems({**OTHERS, **UNREAD})


def answered(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The answer of a health check."""
    return {200: {"headers": HEADERS, "content": {"application/json": {"example": example}}}}


def _success(model: str) -> dict[str, Any]:
    return {
        "description": "The answer, with its lineage.",
        "headers": HEADERS,
        "content": {"application/json": {"schema": {"$ref": REFERENCE.format(model=model)}}},
    }


def _answer_name(operation: Operation) -> str:
    return operation.results.__name__.removesuffix("Results") + "Answer"


def document(application: FastAPI, operations: Iterable[Operation]) -> dict[str, Any]:
    """FastAPI's document with the schemas of requests and answers, which workers read and write."""
    made = get_openapi(
        title=application.title,
        version=application.version,
        description=application.description,
        routes=application.routes,
    )
    schemas: dict[str, Any] = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_definitions([operation.request for operation in operations], "validation"))
    for operation in operations:
        answer = AnalysisAnswer[operation.results]  # type: ignore[name-defined]
        schema_of_answer = answer.model_json_schema(ref_template=REFERENCE, mode="serialization")
        for name, schema in schema_of_answer.pop("$defs", {}).items():
            schemas.setdefault(name, schema)
        schemas[_answer_name(operation)] = {**schema_of_answer, "title": _answer_name(operation)}
    schemas.update(_definitions([Problem], "serialization"))
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operation in operations:
        for mode, body in request_examples(operation).items():
            field = schemas[operation.request.__name__]["properties"][f"{mode}_input"]
            field["examples"] = [body["value"][f"{mode}_input"]]
    add_missing_examples(schemas)
    for operation in operations:
        example = example_of_schema(schemas, schemas[_answer_name(operation)])
        for path in operation.paths:
            success = made["paths"][path]["post"]["responses"]["200"]
            success["content"]["application/json"]["example"] = example
        if operation.derived:
            _show_lineage_of(made, operation)
    share_problems(made)
    return made


def _show_lineage_of(made: dict[str, Any], operation: Operation) -> None:
    """Make the stateless example's calculation the example of those whose lineage is asked for."""
    body = json.dumps(request_examples(operation)["stateless"]["value"]).encode()
    known = calculation_id(operation, body)
    for path, methods in made["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []) if "{" in path else []:
            if parameter["name"] == "calculation_id":
                parameter["schema"]["examples"] = [known]


def _definitions(models: list[type[BaseModel]], mode: Any) -> dict[str, Any]:
    _, schemas = models_json_schema([(model, mode) for model in models], ref_template=REFERENCE)
    definitions: dict[str, Any] = schemas.get("$defs", {})
    return definitions
