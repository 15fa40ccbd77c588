"""What all answers have in common: headers, errors, hashes, both forms, gzip."""

import gzip
import json
import re
import select
import socket
from decimal import Decimal
from typing import Any

import httpx
import pytest

from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.sources.lotus_core.wire_format import ARROW
from lotus_assets_tests.integration.services.lotus_core.served import Core, served

WINDOW = {"start_date": "2025-01-03", "end_date": "2025-01-10"}
REPORT = {"report_start_date": "2025-01-03", "report_end_date": "2025-01-10"}
CALLER = {"consumer_system": "tests"}
DAY = {"as_of_date": "2025-01-10"}
REQUESTS: dict[str, dict[str, Any]] = {
    "portfolios/P1/performance-input": {**DAY, **CALLER},
    "portfolios/P1/mwr-input": {**DAY, **CALLER, "period": "YTD"},
    "portfolios/P1/attribution-input": {
        **REPORT,
        **CALLER,
        "group_by_dimensions": ["asset_class"],
    },
    "portfolios/P1/contribution-input": {**REPORT, **CALLER},
    "portfolios/P1/positions-analytics-input": {
        **DAY,
        **CALLER,
        "sections": ["VALUATION", "PERFORMANCE"],
        "performance_periods": ["MTD", "ITD"],
    },
    "portfolios/P1/benchmark-assignment": DAY,
    "benchmarks/BM/return-series": {**DAY, "window": WINDOW, "frequency": "DAILY"},
    "reference/risk-free-series": {
        **DAY,
        "window": {**WINDOW, "start_date": "2025-01-02"},
        "frequency": "DAILY",
        "currency": "USD",
        "series_mode": "return_series",
    },
}
EACH = pytest.mark.parametrize("path", REQUESTS)
GIVEN = {
    "X-Correlation-Id": "correlation one",
    "X-Request-Id": "request-1",
    "X-Trace-Id": "any trace",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


@EACH
def test_given_headers_are_echoed_unchanged(core: Core, path: str) -> None:
    url = f"/integration/{path}"
    for response in (
        core.client.post(url, json=REQUESTS[path], headers=GIVEN),
        core.client.post(url, json={}, headers=GIVEN),
    ):
        assert {name: response.headers[name] for name in GIVEN} == GIVEN
    assert response.status_code == 400
    assert response.json()["correlation_id"] == "correlation one"


@EACH
def test_absent_headers_are_generated(core: Core, path: str) -> None:
    first, second = (core.post(path, **REQUESTS[path]) for _ in range(2))
    for name in GIVEN:
        assert first.headers[name] != second.headers[name]
    parent = re.fullmatch(r"00-([0-9a-f]{32})-[0-9a-f]{16}-01", first.headers["traceparent"])
    assert parent is not None
    assert parent[1] == first.headers["X-Trace-Id"]


def test_the_trace_id_comes_from_traceparent(core: Core) -> None:
    headers = {"traceparent": GIVEN["traceparent"]}
    response = core.client.get("/healthz", headers=headers)
    assert response.headers["X-Trace-Id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_blanks_around_a_header_are_no_part_of_it(core: Core) -> None:
    """No client of ours would send them: a socket does."""
    sent = "".join(f"{name}: \t {value} \t \r\n" for name, value in GIVEN.items())
    echoed = answered_to(core, sent)
    assert {name: echoed[name] for name in GIVEN} == GIVEN
    made = answered_to(core, "".join(f"{name}:  \t \r\n" for name in GIVEN))
    assert all(made[name].strip() for name in GIVEN)
    assert made["X-Trace-Id"] == made["traceparent"].split("-")[1]


def answered_to(core: Core, header_lines: str) -> httpx.Headers:
    """Headers of the answer to a request with these lines, as they are on the wire."""
    address = (core.client.base_url.host, core.client.base_url.port)
    request = f"GET /healthz HTTP/1.1\r\nHost: core\r\nConnection: close\r\n{header_lines}\r\n"
    with socket.create_connection(address) as connection:
        connection.sendall(request.encode())
        head = connection.makefile("rb").read().split(b"\r\n\r\n")[0]
    lines = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
    return httpx.Headers([(name, value.removeprefix(b" ")) for name, value in lines])


def test_headers_are_logged(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "lotus.requests"):
        core.client.get("/healthz", headers=GIVEN)
    (line,) = [json.loads(record.message) for record in caplog.records]
    assert line["path"] == "/healthz"
    assert line["status"] == 200
    assert {name: line[name] for name in GIVEN} == GIVEN


@EACH
def test_unknown_fields_are_rejected(core: Core, path: str) -> None:
    response = core.post(path, **REQUESTS[path], surprise=1)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "INVALID_REQUEST")
    assert problem["errors"] == [{"field": "surprise", "reason": "Extra inputs are not permitted"}]


@EACH
def test_a_day_is_written_as_iso_8601_and_no_other_way(core: Core, path: str) -> None:
    """Seconds since 1970 would be taken for another day in silence."""
    name = "report_end_date" if "report_end_date" in REQUESTS[path] else "as_of_date"
    for day in (0, 1736467200, "1736467200", "2025-01-10T00:00:00", True):
        problem = core.post(path, **{**REQUESTS[path], name: day}).json()
        assert problem["code"] == "INVALID_REQUEST"
        [wrong] = problem["errors"]
        assert wrong["field"] == name
        assert "YYYY-MM-DD" in wrong["reason"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("portfolios/P1/performance-input", "lookback_days"),
        ("portfolios/P1/contribution-input", "page_size"),
        ("portfolios/P1/positions-analytics-input", "page_size"),
    ],
)
def test_a_whole_number_is_no_text(core: Core, path: str, name: str) -> None:
    assert core.post(path, **{**REQUESTS[path], name: 400}).status_code == 200
    status, code, detail = core.problem(path, **{**REQUESTS[path], name: "400"})
    assert (status, code) == (400, "INVALID_REQUEST")
    assert detail.startswith(f"{name}: ")


@EACH
def test_lineage(core: Core, path: str) -> None:
    first, second = (core.payload(path, **REQUESTS[path]) for _ in range(2))
    for name in ("content_hash", "request_fingerprint", "data_version", "next_page_token"):
        assert first["lineage"][name] == second["lineage"][name]
    assert first["lineage"]["generated_by"].startswith("lotus-core/")
    assert re.fullmatch(r"[0-9a-f]{64}", first["lineage"]["request_fingerprint"])


@EACH
def test_series_are_ascending_without_duplicates(core: Core, path: str) -> None:
    found = list(series_of(core.payload(path, **REQUESTS[path])))
    for dates in found:
        assert dates == sorted(set(dates))
    assert found or path.endswith("assignment")


def series_of(value: Any) -> Any:
    """Every list of dated objects, as its dates."""
    if isinstance(value, dict):
        for one in value.values():
            yield from series_of(one)
    if isinstance(value, list):
        names = ("perf_date", "series_date", "date")
        dated = [
            one[name] for one in value if isinstance(one, dict) for name in names if name in one
        ]
        if dated:
            yield dated
        for one in value:
            yield from series_of(one)


@EACH
def test_the_arrow_form_says_the_same(core: Core, path: str) -> None:
    payload = core.payload(path, **REQUESTS[path])
    table = core.table(path, **REQUESTS[path])
    metadata = table.schema.metadata
    assert metadata[b"content_hash"].decode() == payload["lineage"]["content_hash"]
    header = json.loads(metadata[b"payload"])
    for document in (payload, header):
        del document["lineage"]["generated_at"]
    rows = table.to_pylist()
    if path.endswith("performance-input"):
        assert payload.pop("valuation_points") == plain(rows)
    elif path.endswith("mwr-input"):
        assert payload.pop("cash_flows") == plain(rows)
    elif path.endswith("-series"):
        assert payload.pop("points") == plain(rows)
    elif path.endswith("positions-analytics-input"):
        points = [
            {"id": position["position_id"], "period": period["period"], **point}
            for place in range(2)
            for position in payload["positions"]
            for period in position["performance"][place : place + 1]
            for point in period["valuation_points"]
        ]
        assert points == plain(rows)
        for position in payload["positions"]:
            for period in position["performance"]:
                del period["valuation_points"]
    elif path.endswith("benchmark-assignment"):
        assert rows == []
    else:
        parts = payload.pop("positions_data", None) or payload.pop("instruments_data")
        expected = [
            {"part": "portfolio", **point}
            for point in payload["portfolio_data"].pop("valuation_points")
        ]
        names = {"position_id": "position", "instrument_id": "instrument"}
        for part in parts:
            name = next(name for name in names if name in part)
            points = part.pop("valuation_points")
            expected += [{"part": names[name], "id": part[name], **one} for one in points]
        for place, group in enumerate(payload.get("benchmark_groups_data", [])):
            for one in group.pop("observations"):
                dated = {"part": "benchmark_group", "id": str(place), "perf_date": one.pop("date")}
                expected.append({**dated, **one})
        found = [
            {name: value for name, value in one.items() if value is not None} for one in plain(rows)
        ]
        assert found == expected
        assert header.pop("positions_data", None) or header.pop("instruments_data") == parts
    assert header == payload


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the Arrow form as JSON has them."""

    def text(value: Any) -> Any:
        if isinstance(value, Decimal):
            return format(value.normalize() + 0, "f")
        return value.isoformat() if hasattr(value, "isoformat") else value

    return [{name: text(value) for name, value in row.items()} for row in rows]


def test_what_was_described_later_than_valued_is_not_lost(core: Core, own_core: Core) -> None:
    """Instruments and positions that came with the day of their export: values of days before
    hold them all the same, and positions must add up to their portfolio."""
    with own_core.engine.connect() as connection:
        for table in ("instruments", "positions"):
            statement = f"UPDATE lotus_core.{table} SET recorded_at = '2025-06-01'"  # noqa: S608
            connection.exec_driver_sql(statement)
    for path, body in REQUESTS.items():
        expected = core.payload(path, **body)["lineage"]["content_hash"]
        assert own_core.payload(path, **body)["lineage"]["content_hash"] == expected, path


def test_gzip(core: Core) -> None:
    url = "/integration/portfolios/P1/performance-input"
    body = REQUESTS["portfolios/P1/performance-input"]
    packed = core.client.post(url, json=body, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain_one = core.client.post(url, json=body, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain_one.headers
    assert packed.json()["valuation_points"] == plain_one.json()["valuation_points"]


def test_a_packed_body_is_refused(core: Core) -> None:
    url = "/integration/portfolios/P1/performance-input"
    body = json.dumps(REQUESTS["portfolios/P1/performance-input"]).encode()
    for coding in ("gzip", "GZIP", "br", "identity, gzip"):
        headers = {"Content-Encoding": coding, "Content-Type": "application/json", **GIVEN}
        refused = core.client.post(url, content=gzip.compress(body), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (415, "INVALID_REQUEST")
        assert refused.json()["correlation_id"] == GIVEN["X-Correlation-Id"]
        assert refused.headers["Accept-Encoding"] == "identity"
    headers = {"Content-Encoding": "identity", "Content-Type": "application/json"}
    assert core.client.post(url, content=body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (ARROW, ARROW),
        (f"{ARROW}, application/json;q=0.5", ARROW),
        (f"application/json;q=0.5, {ARROW.upper()}; q=0.8", ARROW),
        (f"{ARROW};q=0.4, application/json", "application/json"),
        (f"{ARROW};q=0", "application/json"),
        (f"{ARROW};q=high", "application/json"),
        ("*/*", "application/json"),
        ("", "application/json"),
    ],
)
def test_the_form_is_the_one_that_is_preferred(core: Core, accept: str, media_type: str) -> None:
    path = "portfolios/P1/mwr-input"
    headers = {"Accept": accept}
    answer = core.client.post(f"/integration/{path}", json=REQUESTS[path], headers=headers)
    assert answer.headers["Content-Type"] == media_type


@pytest.mark.parametrize("name", ["%2E", "%2E%2E", "a" * 129, "%D9%A3", "a%0A", "a%20b"])
def test_what_is_no_identifier(core: Core, name: str) -> None:
    """Dots alone are folders of an address to whoever passes it on."""
    for path in ("portfolios/{}/performance-input", "benchmarks/{}/return-series"):
        body = {**DAY, **CALLER} if path.startswith("portfolios") else {}
        answer = core.client.post(f"/integration/{path.format(name)}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST"), name


@pytest.mark.parametrize("name", ["a", ".a", "a.", "...", "a" * 128, "_:-"])
def test_what_is_an_identifier(core: Core, name: str) -> None:
    body = {**DAY, **CALLER}
    assert core.problem(f"portfolios/{name}/performance-input", **body)[0] == 404


def test_unknown_and_malformed_portfolios(core: Core) -> None:
    body = REQUESTS["portfolios/P1/performance-input"]
    unknown = core.problem("portfolios/NOBODY/performance-input", **body)
    assert unknown[:2] == (404, "RESOURCE_NOT_FOUND")
    malformed = core.problem("portfolios/no%20body/performance-input", **body)
    assert malformed[:2] == (400, "INVALID_REQUEST")


def test_what_is_no_request_at_all(core: Core) -> None:
    url = "/integration/portfolios/P1/performance-input"
    broken = core.client.post(url, content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (400, "INVALID_REQUEST")
    nowhere = core.client.get("/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
    method = core.client.delete(url)
    assert (method.status_code, method.json()["code"]) == (405, "INVALID_REQUEST")
    assert method.headers["content-type"] == "application/problem+json"


def test_without_database_the_source_is_unavailable() -> None:
    settings = CoreSettings(lotus_core_db_connection="postgresql://lotus@127.0.0.1:1/none")
    with served(settings) as core:
        assert core.client.get("/healthz").json() == {"status": "ok"}
        for path, body in REQUESTS.items():
            status, code, detail = core.problem(path, **body)
            assert (status, code) == (503, "SOURCE_UNAVAILABLE")
            assert "127.0.0.1" not in detail
        ready = core.client.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "SOURCE_UNAVAILABLE")


def test_without_its_schema_the_source_is_unavailable(own_core: Core) -> None:
    """As in a database that came up empty, after the service had looked for it."""
    with own_core.engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA lotus_core CASCADE")
    for path, body in REQUESTS.items():
        problem = own_core.problem(path, **body)
        assert problem == (503, "SOURCE_UNAVAILABLE", "the schema lotus_core is not there yet")
    listed = own_core.client.get("/integration/portfolios", params=DAY)
    assert listed.json()["code"] == own_core.client.get("/readyz").json()["code"]


def test_an_unexpected_failure_tells_nothing(own_core: Core) -> None:
    with own_core.engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE lotus_core.fees RENAME amount TO secret_amount")
    response = own_core.client.post(
        "/integration/portfolios/P1/performance-input",
        json=REQUESTS["portfolios/P1/performance-input"],
        headers=GIVEN,
    )
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Internal error",
        "status": 500,
        "code": "INTERNAL_ERROR",
        "detail": "an unexpected failure; quote the correlation id",
        "correlation_id": "correlation one",
        "errors": [],
    }
    assert {name: response.headers[name] for name in GIVEN} == GIVEN


def test_ready(core: Core) -> None:
    response: httpx.Response = core.client.get("/readyz")
    assert response.json() == {"status": "ok"}


def test_bodies_are_small_and_there_in_time(core: Core) -> None:
    """One that drips is given up as a whole, however often a byte of it comes."""
    url = core.engine.url.render_as_string(hide_password=False)
    settings = CoreSettings(lotus_core_db_connection=url, lotus_core_body_seconds=1)
    with served(settings) as impatient:
        path = "/integration/portfolios/P1/performance-input"
        large = impatient.client.post(path, content=b" " * 1_000_001)
        assert (large.status_code, large.json()["code"]) == (413, "INVALID_REQUEST")
        address = impatient.client.base_url
        with socket.create_connection((address.host, address.port)) as dripping:
            head = f"POST {path} HTTP/1.1\r\nHost: core\r\nContent-Length: 999\r\n\r\n{{"
            dripping.sendall(head.encode())
            while not select.select([dripping], [], [], 0.1)[0]:
                dripping.sendall(b" ")
            assert dripping.recv(12) == b"HTTP/1.1 408"
        assert impatient.client.post(path, json={**DAY, **CALLER}).status_code == 200
