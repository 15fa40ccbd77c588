"""Every example of both OpenAPI documents, sent as it stands: the services hold the sample book."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import jsonschema
import pytest
from pydantic import SecretStr

from lotus_assets.commands.surroundings.lotus_core_preparation import load_sample_book
from lotus_assets.services.api.application import create_application
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.services.lotus_core.vocabulary import openapi_document
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.migrating import migrate
from lotus_assets_tests.conftest import _execute, _with_database
from lotus_assets_tests.integration.explained_portfolios import work_out_portfolios
from lotus_assets_tests.integration.explained_warehouse import fill
from lotus_assets_tests.integration.services.api.serving import served_api
from lotus_assets_tests.integration.services.lotus_core.served import served

NAME = "examples"
LAST_DAY = date(2025, 3, 31)
"""What the examples are as of; the sample book of `make run` goes on until yesterday."""
DOCUMENTS: dict[str, Any] = {
    "api": json.loads(json.dumps(create_application(ApiSettings()).openapi())),
    "lotus_core": json.loads(json.dumps(openapi_document())),
}
Asked = tuple[str, str, str, str, Any]
"""Service, method, path, name of the example, and the body."""


def examples() -> Iterator[Asked]:
    """Those with a body first: a lineage is there once its calculation was asked for."""
    for service, document in DOCUMENTS.items():
        for path, methods in sorted(document["paths"].items()):
            for method, operation in methods.items():
                body = operation.get("requestBody")
                if body is None:
                    continue
                for name, example in body["content"]["application/json"]["examples"].items():
                    yield service, method, path, name, example["value"]
    for service, document in DOCUMENTS.items():
        for path, methods in sorted(document["paths"].items()):
            for method, operation in methods.items():
                if "requestBody" not in operation:
                    yield service, method, path, "parameters", None


ASKED = list(examples())


@pytest.fixture(scope="module")
def clients(
    server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, httpx.Client]]:
    """The two services, as they run beside each other."""
    folder = tmp_path_factory.mktemp(NAME)
    _execute(server_url, "CREATE DATABASE {}", NAME)
    url = _with_database(server_url, NAME)
    load_sample_book(url, folder / "book", LAST_DAY, lambda _message: None)
    with served(CoreSettings(lotus_core_db_connection=url)) as core:
        fill_warehouse(url, str(core.client.base_url))
        settings = ApiSettings(
            tem_data_dir=folder,
            lotus_api_workers=1,
            lotus_core_url=str(core.client.base_url),
            tem_db_connection=SecretStr(url),
            gitlab_api_url="https://gitlab.example.com",
        )
        with served_api(settings) as api:
            yield {"api": api, "lotus_core": core.client}
    _execute(server_url, "DROP DATABASE {}", NAME)


def fill_warehouse(url: str, core_url: str) -> None:
    """What explanations are made of, beside lotus-core's schema."""
    engine = create_warehouse_engine(url)
    migrate(engine)
    fill(engine)
    work_out_portfolios(engine, core_url, LAST_DAY, ["PF-003"])
    engine.dispose()


def parameters(operation: dict[str, Any], place: str) -> dict[str, str]:
    """The examples of an operation's parameters in the path, or behind it; those that may be left
    out and have none are."""
    return {
        one["name"]: str(one["schema"]["examples"][0] if "example" not in one else one["example"])
        for one in operation.get("parameters", [])
        if one["in"] == place
        and (one["required"] or "example" in one or one["schema"].get("examples"))
    }


@pytest.fixture(scope="module")
def answers(clients: dict[str, httpx.Client]) -> list[httpx.Response]:
    """The answer to every example, in the order of `ASKED`."""
    said = []
    for service, method, path, _, body in ASKED:
        operation = DOCUMENTS[service]["paths"][path][method]
        said.append(
            clients[service].request(
                method,
                path.format(**parameters(operation, "path")),
                params=parameters(operation, "query"),
                json=body,
            )
        )
    return said


@pytest.mark.parametrize(
    "number", range(len(ASKED)), ids=[f"{asked[0]} {asked[2]} {asked[3]}" for asked in ASKED]
)
def test_an_example_is_answered_as_the_document_says(
    answers: list[httpx.Response], number: int
) -> None:
    service, method, path, _, _ = ASKED[number]
    answer = answers[number]
    assert answer.status_code == 200, answer.text
    described = DOCUMENTS[service]["paths"][path][method]["responses"]["200"]
    media_type = re.split(" *;", answer.headers["content-type"])[0]
    content = described["content"][media_type]
    if "/details/" in path:
        assert answer.text == content["example"]
    if media_type == "application/json":
        schema = {**content["schema"], "components": DOCUMENTS[service]["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer.json())


def test_examples_answer_with_something(answers: list[httpx.Response]) -> None:
    """Of a portfolio that holds something, in a time in which it did."""
    for (_, _, path, name, _), answer in zip(ASKED, answers, strict=True):
        if "/portfolios/" in path or name == "stateful":
            assert len(answer.content) > 400, path
