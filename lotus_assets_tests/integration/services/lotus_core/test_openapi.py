"""The OpenAPI document: complete, kept under fuzzing, and the source of the vocabulary."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
import typer
from hypothesis import HealthCheck, given, settings, strategies
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lotus_assets.services.lotus_core.vocabulary import (
    INVENTORY,
    inventory,
    inventory_text,
    openapi_document,
    write,
)
from lotus_assets.sources.lotus_core.contracts import CONTRACTS
from lotus_assets.sources.lotus_core.wire_format import ARROW
from lotus_assets_tests.integration.services.documentation_page import (
    assert_nothing_is_fetched_elsewhere,
)
from lotus_assets_tests.integration.services.lotus_core.served import Core
from lotus_assets_tests.integration.services.lotus_core.test_envelope import GIVEN, REQUESTS

DOCUMENT = openapi_document()
ROOT = Path(__file__).parents[4]
KNOWN = {"portfolio_id": "P1", "benchmark_id": "BM"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]


def test_it_is_valid_openapi(core: Core) -> None:
    served_one = core.client.get("/openapi.json").json()
    assert served_one == json.loads(json.dumps(DOCUMENT))
    validate(served_one)


def test_every_operation_and_attribute_is_described_with_an_example() -> None:
    for method, path in OPERATIONS:
        operation = DOCUMENT["paths"][path][method]
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["responses"]["200"]["content"]["application/json"]["example"], path
        if method == "post":
            body = operation["requestBody"]["content"]["application/json"]
            assert body["examples"]["typical"]["value"], path
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for attribute, described in schema.get("properties", {}).items():
            place = f"{name}.{attribute}"
            assert described.get("description") or "$ref" in described, place
            assert described["examples"][0] not in (None, []), place


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_examples_keep_to_their_own_schemas(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    contents = [resolved(each)["content"] for each in operation["responses"].values()]
    for content in contents:
        for media_type, said in content.items():
            if "json" in media_type:
                checked(said["schema"], said["example"])
    for said in operation.get("requestBody", {}).get("content", {}).values():
        checked(said["schema"], said["examples"]["typical"]["value"])


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    """A response, or the shared one that it refers to."""
    shared: dict[str, Any] = DOCUMENT["components"]["responses"]
    return shared[response["$ref"].rsplit("/", 1)[-1]] if "$ref" in response else response


def test_errors_are_shared_components_that_every_operation_refers_to() -> None:
    for method, path in OPERATIONS:
        for status, response in DOCUMENT["paths"][path][method]["responses"].items():
            if status != "200":
                assert set(response) == {"$ref"}, (path, status)
                content = resolved(response)["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert content["example"]["status"] == int(status)


def test_the_columns_of_every_stream_are_documented_twice() -> None:
    """In the OpenAPI document as they come, and in docs/LOTUS_CORE.md."""
    lines = (ROOT / "docs/LOTUS_CORE.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    documented = {cells[0]: cells[2] for cells in rows if len(cells) == 3}
    for contract in CONTRACTS:
        columns = [f"`{name}`" for name in contract.schema.names]
        assert documented[contract.name] == ", ".join(columns).strip("`")
        (described,) = [
            operations["post"]["responses"]["200"]["content"][ARROW]
            for path, operations in DOCUMENT["paths"].items()
            if "post" in operations
            and path.replace("portfolio_id", "subject").replace("benchmark_id", "subject")
            == contract.path
        ]
        assert described["x-arrow-columns"] == [
            {"name": field.name, "type": str(field.type)} for field in contract.schema
        ]
        assert contract.rows in described["schema"]["description"]


def checked(schema: Any, example: Any) -> None:
    jsonschema.validate(example, {**schema, "components": DOCUMENT["components"]})


def test_the_four_headers_are_described_and_arrow_only_where_it_comes() -> None:
    for method, path in OPERATIONS:
        operation = DOCUMENT["paths"][path][method]
        named = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
        assert named == set(GIVEN), path
        is_contract = method == "post"
        assert (ARROW in operation["responses"]["200"]["content"]) is is_contract, path


def test_the_eight_endpoints_are_there() -> None:
    posts = {path for method, path in OPERATIONS if method == "post"}
    asked = {
        "/integration/" + path.replace("P1", "{portfolio_id}").replace("BM", "{benchmark_id}")
        for path in REQUESTS
    }
    assert posts == asked


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_fuzzing_finds_no_server_error(core: Core, method: str, path: str) -> None:
    """Valid and invalid requests, for portfolios that exist and portfolios that do not."""
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method.upper()]
    requests = strategies.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests, is_known=strategies.booleans())
    def ask(case: schemathesis.Case[Any], is_known: bool) -> None:
        if is_known:
            case.path_parameters.update(
                {name: KNOWN[name] for name in case.path_parameters if name in KNOWN}
            )
        case.call_and_validate(base_url=str(core.client.base_url), checks=CHECKS)

    ask()


def test_the_vocabulary_is_fresh_and_complete() -> None:
    assert INVENTORY.read_text(encoding="utf-8") == inventory_text()
    attributes = json.loads(inventory_text())["attributes"]
    for entry in attributes:
        assert entry["meaning"], entry
        assert entry["type"] != "anything", entry
        assert entry["occurs_in"], entry
    occurring = {place for entry in attributes for place in entry["occurs_in"]}
    assert "ValuationPoint.begin_mv" in occurring
    assert "PerformanceInputRequest.lookback_days" in occurring
    assert "POST /integration/benchmarks/{benchmark_id}/return-series" in occurring


def test_a_stale_vocabulary_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "lotus_assets.services.lotus_core.vocabulary.INVENTORY", tmp_path / "v.json"
    )
    with pytest.raises(typer.Exit):
        write(check=True)
    assert "stale" in capsys.readouterr().err
    write(check=False)
    write(check=True)
    changed = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    changed["attributes"][0]["meaning"] = "another"
    (tmp_path / "v.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(typer.Exit):
        write(check=True)


def test_the_inventory_follows_the_document() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["components"]["schemas"]["ExplicitWindow"]["properties"]["mood"] = {
        "type": "array",
        "items": {"type": "string", "format": "date"},
        "description": "How it feels.",
        "examples": [["2025-01-01"]],
    }
    added = [one for one in inventory(document)["attributes"] if one["attribute"] == "mood"]
    assert added == [
        {
            "attribute": "mood",
            "meaning": "How it feels.",
            "type": "list of string (date)",
            "example": ["2025-01-01"],
            "occurs_in": ["ExplicitWindow.mood"],
        }
    ]


def test_the_page_of_the_documentation_is_served_whole(core: Core) -> None:
    assert_nothing_is_fetched_elsewhere(core.client)
