"""A lotus-core that is down, silent, or says what it should not: a 502 or 503, and no internals."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from lotus_assets.services.api.calculating import answer
from lotus_assets.services.api.routes import twr
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.sources.lotus_core.contracts import (
    ATTRIBUTION_INPUT,
    BENCHMARK_RETURNS,
    PERFORMANCE_INPUT,
)
from lotus_assets.sources.lotus_core.wire_format import ARROW
from lotus_assets_tests.integration.inputs.core_server import (
    CoreServer,
    Reply,
    core_server,
    problem,
)
from lotus_assets_tests.integration.services.api.serving import served_api
from lotus_assets_tests.unit.inputs import payloads

PLACE = "/integration/portfolios/P1/performance-input"
REQUEST = {
    "input_mode": "stateful",
    "stateful_input": {"portfolio_id": "P1", "as_of_date": "2025-01-10"},
    "analyses": [{"period": "YTD"}],
}
HEADERS = {"X-Correlation-Id": "correlation-7"}
SILENT = "performance-input of P1: lotus-core does not answer"
VIOLATION, UNSUPPORTED = "CONTRACT_VIOLATION_UPSTREAM", "UNSUPPORTED_CONFIGURATION"
HTML = Reply(200, b"<html>log in</html>", "text/html")


def says(**members: str) -> Reply:
    """A payload, right but for these members."""
    payload = {**payloads.performance("P1"), **members}
    return Reply(content=payloads.stream(PERFORMANCE_INPUT, payload))


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
        (Reply(500, b"secret.Class", "text/plain"), 503, "SOURCE_UNAVAILABLE", SILENT),
        (problem(503, "SOURCE_UNAVAILABLE", "secret"), 503, "SOURCE_UNAVAILABLE", SILENT),
        (Reply(401, b"secret", "text/plain"), 503, "SOURCE_UNAVAILABLE", SILENT),
        (Reply(404, b"secret", "text/html"), 404, "RESOURCE_NOT_FOUND", "does not know it"),
        (problem(400, "INVALID_REQUEST", "secret"), 400, "INVALID_REQUEST", "refuses"),
        (problem(422, "INSUFFICIENT_DATA", "secret"), 422, "INSUFFICIENT_DATA", "too little data"),
        (problem(422, "UNSUPPORTED_CONFIGURATION", "secret"), 422, UNSUPPORTED, "look at"),
        (problem(502, VIOLATION, "secret"), 502, VIOLATION, "breaks its contract"),
        (HTML, 502, VIOLATION, "(media_type)"),
        (Reply(200, b"secret"), 502, VIOLATION, "(stream)"),
        (says(pas_contract_version="secret"), 502, VIOLATION, "(contract_version)"),
        (says(portfolio_id="secret"), 502, VIOLATION, "(subject)"),
        (says(currency="secret"), 502, VIOLATION, "(header)"),
        (says(as_of_date="2026-03-11"), 502, VIOLATION, "(as_of)"),
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


def test_a_benchmark_in_another_currency_is_never_mixed_in(
    core: CoreServer, api: httpx.Client
) -> None:
    """The portfolio is in euros; the benchmark's returns come in pounds, as if nobody had asked."""
    window = {"start_date": "2026-03-09", "end_date": "2026-03-10"}
    in_pounds = {**payloads.benchmark_returns(), **window, "currency": "GBP"}
    place = "/integration/benchmarks/BM-1/return-series"
    core.answers(PLACE, Reply(content=payloads.stream(PERFORMANCE_INPUT, performance())))
    core.answers(place, Reply(content=payloads.stream(BENCHMARK_RETURNS, in_pounds)))
    asked = {
        "portfolio_id": "P1",
        "as_of_date": "2026-03-10",
        "window": window,
        "benchmark_id": "BM-1",
    }
    body = {
        "input_mode": "stateful",
        "stateful_input": asked,
        "series_selection": ["portfolio", "benchmark"],
    }
    answer = api.post("/integration/returns/series", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, UNSUPPORTED)
    assert "EUR was asked for, lotus-core answers in GBP" in answer.json()["detail"]
    assert core.bodies(place)[-1]["currency"] == "EUR"
    partial = api.post(
        "/integration/returns/series", json={**body, "missing_data_policy": "ALLOW_PARTIAL"}
    ).json()
    assert partial["results"]["series"]["benchmark"] == []
    assert "SERIES_UNAVAILABLE" in [one["code"] for one in partial["diagnostics"]]


def performance() -> dict[str, object]:
    """Days from the opening on, after which no earlier day is missing."""
    return {**payloads.performance("P1"), "portfolio_open_date": "2026-03-04"}


def without_a_day(report: dict[str, Any]) -> None:
    """An instrument has a day on which its portfolio was not valued."""
    report["portfolio_data"]["valuation_points"].pop()


def lost_too_much(report: dict[str, Any]) -> None:
    """A group of the benchmark lost more than all."""
    lost = {"return_base": "-1.5", "return_local": "-1.5"}
    report["benchmark_groups_data"][0]["observations"][1] |= lost


@pytest.mark.parametrize(
    ("spoil", "rule"), [(without_a_day, "portfolio_day"), (lost_too_much, "row")]
)
def test_sides_that_do_not_fit_are_not_quoted(
    core: CoreServer, api: httpx.Client, spoil: Callable[[dict[str, Any]], None], rule: str
) -> None:
    """Names of groups and instruments are lotus-core's texts."""
    report = payloads.attribution("P1")
    report["benchmark_groups_data"][0]["key"] = {"asset_class": "secret"}
    report["instruments_data"][0]["instrument_id"] = "secret"
    spoil(report)
    core.answers(PLACE, Reply(content=payloads.stream(PERFORMANCE_INPUT, performance())))
    core.answers(
        "/integration/portfolios/P1/attribution-input",
        Reply(content=payloads.stream(ATTRIBUTION_INPUT, report)),
    )
    body = {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": "P1", "as_of_date": "2026-03-10"},
        "analyses": [{"period": "ITD"}],
    }
    got = api.post("/performance/attribution", json=body)
    assert (got.status_code, got.json()["code"]) == (502, VIOLATION)
    assert f"({rule})" in got.json()["detail"]
    assert "secret" not in got.text
