"""The API's OpenAPI document: valid, described to the field, and kept under fuzzing."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lotus_assets.services.api.application import create_application
from lotus_assets.services.api.diagnostic_codes import DIAGNOSTICS
from lotus_assets.services.api.envelope import Diagnostic
from lotus_assets.services.api.operations import OPERATIONS
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets_tests.integration.services.documentation_page import (
    assert_nothing_is_fetched_elsewhere,
)

DOCUMENT: dict[str, Any] = json.loads(json.dumps(create_application(ApiSettings()).openapi()))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PLACES = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]


ANALYTICS = {
    "/performance/twr",
    "/performance/mwr",
    "/performance/attribution",
    "/performance/contribution",
    "/contribution",
    "/analytics/positions",
    "/integration/returns/series",
}


def test_it_is_valid_openapi(stateful_api: httpx.Client) -> None:
    served = stateful_api.get("/openapi.json").json()
    assert served == DOCUMENT
    validate(served)


def test_the_six_endpoints_are_there() -> None:
    assert {path for method, path in PLACES if method == "post"} == ANALYTICS
    assert {path for operation in OPERATIONS for path in operation.paths} == ANALYTICS


def test_every_operation_and_field_is_described_with_an_example() -> None:
    for method, path in PLACES:
        operation = DOCUMENT["paths"][path][method]
        assert operation["summary"], path
        assert operation["description"], path
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            place = f"{name}.{field}"
            assert described.get("description") or "$ref" in described, place
            assert described.get("examples"), place


def conforms(schema: Any, example: Any) -> None:
    """`example` is what `schema` describes."""
    held = {**schema, "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(held).validate(example)


def test_every_code_of_a_diagnostic_is_explained_in_both_documents() -> None:
    code = DOCUMENT["components"]["schemas"]["Diagnostic"]["properties"]["code"]
    guide = (Path(__file__).parents[4] / "docs/ANALYTICS.md").read_text(encoding="utf-8")
    assert code["enum"] == list(DIAGNOSTICS)
    for name, meaning in DIAGNOSTICS.items():
        assert f"`{name}`: {meaning}" in code["description"]
        assert f"| `{name}` | {meaning} |" in guide
    with pytest.raises(ValueError, match="no explanation"):
        Diagnostic(code="UNHEARD_OF", detail="nothing")


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    """A response, or the shared one that it refers to."""
    shared: dict[str, Any] = DOCUMENT["components"]["responses"]
    return shared[response["$ref"].rsplit("/", 1)[-1]] if "$ref" in response else response


def test_every_example_is_what_it_is_an_example_of() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            for example in field["examples"]:
                conforms(field, example)
    for method, path in PLACES:
        for status, response in DOCUMENT["paths"][path][method]["responses"].items():
            assert ("$ref" in response) is (status != "200"), "errors are shared components"
            for content in resolved(response)["content"].values():
                assert "example" in content or method == "get", (path, status)
                if "example" in content:
                    conforms(content["schema"], content["example"])
                    if status != "200":
                        assert content["example"]["status"] == int(status)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("method", "path"), PLACES)
def test_fuzzing_finds_no_server_error(stateful_api: httpx.Client, method: str, path: str) -> None:
    """Valid and invalid requests, of portfolios that exist and portfolios that do not."""
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method.upper()]
    requests = strategies.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests, is_known=strategies.booleans())
    def ask(case: schemathesis.Case[Any], is_known: bool) -> None:
        if is_known and isinstance(case.body, dict):
            stateful = case.body.get("stateful_input")
            if isinstance(stateful, dict):
                stateful.update({"portfolio_id": "P1", "as_of_date": "2025-01-08"})
        case.call_and_validate(base_url=str(stateful_api.base_url), checks=CHECKS)

    ask()


def test_the_page_of_the_documentation_is_served_whole(api: httpx.Client) -> None:
    assert_nothing_is_fetched_elsewhere(api)
