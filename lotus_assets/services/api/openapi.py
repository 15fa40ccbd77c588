"""The OpenAPI document: every operation and field with summary, description and example."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lotus_assets.services.api.envelope import AnalysisAnswer
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.documentation import HEADERS, add_missing_examples, problems
from lotus_assets.services.problems import Problem

REFERENCE = "#/components/schemas/{model}"


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
                        "schema": {"$ref": REFERENCE.format(model=operation.request.__name__)}
                    }
                },
            }
        },
    }


def with_problems() -> dict[int | str, dict[str, Any]]:
    """The answers to requests that fail."""
    found = problems()
    found[413] = {**found[400], "description": "INVALID_REQUEST: the body is too large."}
    found[500] = {**found[503], "description": "INTERNAL_ERROR: quote the correlation id."}
    return found


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
    schemas.update(_definitions([each.request for each in operations], "validation"))
    for operation in operations:
        answer = AnalysisAnswer[operation.results]  # type: ignore[name-defined]
        own = answer.model_json_schema(ref_template=REFERENCE, mode="serialization")
        for name, schema in own.pop("$defs", {}).items():
            schemas.setdefault(name, schema)
        schemas[_answer_name(operation)] = {**own, "title": _answer_name(operation)}
    schemas.update(_definitions([Problem], "serialization"))
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    add_missing_examples(schemas)
    return made


def _definitions(models: list[type[BaseModel]], mode: Any) -> dict[str, Any]:
    _, found = models_json_schema([(model, mode) for model in models], ref_template=REFERENCE)
    definitions: dict[str, Any] = found.get("$defs", {})
    return definitions
