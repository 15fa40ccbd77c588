"""A lotus-core that is down, silent, or says what it should not: a 502 or 503, and no internals."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lotus_assets.services.api.calculating import answer
from lotus_assets.services.api.routes import twr
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.sources.lotus_core.wire_format import ARROW
from lotus_assets_tests.integration.inputs.core_server import (
    CoreServer,
    Reply,
    core_server,
    problem,
)
from lotus_assets_tests.integration.services.api.serving import served_api

PLACE = "/integration/portfolios/P1/performance-input"
REQUEST = {
    "input_mode": "stateful",
    "stateful_input": {"portfolio_id": "P1", "as_of_date": "2025-01-10"},
    "analyses": [{"period": "YTD"}],
}
HEADERS = {"X-Correlation-Id": "correlation-7"}
SILENT = "performance-input of P1: lotus-core does not answer"
HTML = Reply(200, b"<html>log in</html>", "text/html")


@pytest.fixture(scope="module")
def core() -> Iterator[CoreServer]:
    with core_server() as server:
        yield server


@pytest.fixture(scope="module")
def api(core: CoreServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = ApiSettings(
        tem_data_dir=tmp_path_factory.mktemp("api"),
        lotus_api_workers=1,
        lotus_api_core_seconds=0.5,
        lotus_core_url=core.url,
    )
    with served_api(settings) as client:
        yield client


@pytest.mark.parametrize(
    ("reply", "status", "code", "said"),
    [
        (Reply(resets=True), 503, "SOURCE_UNAVAILABLE", SILENT),
        (Reply(200, b"half", cut=2), 503, "SOURCE_UNAVAILABLE", SILENT),
        (Reply(release=threading.Event()), 503, "SOURCE_UNAVAILABLE", SILENT),
        (Reply(500, b"secret.Class", "text/plain"), 503, "SOURCE_UNAVAILABLE", "HTTP 500"),
        (problem(503, "SOURCE_UNAVAILABLE", "no database"), 503, "SOURCE_UNAVAILABLE", "no data"),
        (Reply(401, b"secret", "text/plain"), 503, "SOURCE_UNAVAILABLE", "HTTP 401"),
        (Reply(404, b"secret", "text/html"), 404, "RESOURCE_NOT_FOUND", "HTTP 404"),
        (HTML, 502, "CONTRACT_VIOLATION_UPSTREAM", "media_type"),
        (Reply(200, b"garbage"), 502, "CONTRACT_VIOLATION_UPSTREAM", "not a readable payload"),
        (problem(502, "CONTRACT_VIOLATION_UPSTREAM", "x"), 502, "CONTRACT_VIOLATION_UPSTREAM", "x"),
        (problem(422, "INSUFFICIENT_DATA", "no row"), 422, "INSUFFICIENT_DATA", "no row"),
    ],
)
def test_what_lotus_core_does_not_say(
    core: CoreServer, api: httpx.Client, reply: Reply, status: int, code: str, said: str
) -> None:
    core.answers(PLACE, reply)
    got = api.post("/performance/twr", json=REQUEST, headers=HEADERS)
    found = got.json()
    assert got.headers["content-type"] == "application/problem+json"
    assert (got.status_code, found["code"]) == (status, code)
    assert said in found["detail"]
    assert found["correlation_id"] == "correlation-7"
    for internal in ("127.0.0.1", "Errno", "Error", "Arrow", "secret"):
        assert internal not in got.text.replace(ARROW, "")
    _, _, headers = core.seen[-1]
    assert headers["X-Correlation-Id"] == "correlation-7"


def test_headers_in_any_letters_are_passed_on(core: CoreServer, api: httpx.Client) -> None:
    core.answers(PLACE, problem(422, "INSUFFICIENT_DATA"))
    given = "café-7".encode("latin-1")
    got = api.post("/performance/twr", json=REQUEST, headers={b"X-Correlation-Id": given})
    assert got.status_code == 422
    _, _, headers = core.seen[-1]
    assert headers["X-Correlation-Id"].encode("latin-1") == given
    assert dict(got.headers.raw)[b"x-correlation-id"] == given


def test_the_reason_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = ApiSettings(tem_data_dir=tmp_path, lotus_core_url="http://127.0.0.1:9")
    outcome = answer(twr.OPERATION, json.dumps(REQUEST).encode(), HEADERS, settings)
    assert outcome.status == 503
    [said] = [each.message for each in caplog.records if each.name == "lotus.calculations"]
    for part in ("http://127.0.0.1:9", "SOURCE_UNAVAILABLE", "correlation-7"):
        assert part in said
