"""What every endpoint of the API does: envelope, errors, headers, limits, lineage."""

import asyncio
import gzip
import hashlib
import logging
import math
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from lotus_assets.services.api.lineage_store import LineageStore
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets_tests.integration.services.api.serving import (
    NUMBERS,
    served_api,
    stateless,
)

HEADERS = {
    "X-Correlation-Id": "correlation-1",
    "X-Request-Id": "request-1",
    "X-Trace-Id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


def problem(response: httpx.Response, status: int, code: str) -> str:
    """The detail of a problem that is as it should be."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["correlation_id"] == response.headers["X-Correlation-Id"]
    return str(body["detail"])


def test_an_answer_carries_what_it_was_made_of(api: httpx.Client) -> None:
    answer = api.post("/numbers", json=stateless([1.5, 2.0])).json()
    assert answer["results"] == {"total": 3.5}
    [used] = answer["lineage"]["inputs"]
    sent = b'{"numbers":[1.5,2.0],"behaviour":"sum","analyses":[]}'
    assert used["content_hash"] == hashlib.sha256(sent).hexdigest()
    fingerprint = hashlib.sha256(used["content_hash"].encode()).hexdigest()
    assert answer["meta"]["input_fingerprint"] == fingerprint
    assert answer["meta"]["calculation_hash"] == answer["lineage"]["calculation_id"]


def test_the_same_request_has_the_same_answer_but_for_the_time(api: httpx.Client) -> None:
    first, second = (api.post("/numbers", json=stateless([4.0])).json() for _ in range(2))
    for answer in (first, second):
        del answer["lineage"]["generated_at"]
    assert first == second
    other = api.post("/numbers", json=stateless([5.0])).json()
    assert other["meta"]["calculation_hash"] != first["meta"]["calculation_hash"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"input_mode": "stateless"}, "give stateless_input"),
        ({"input_mode": "stateful", "stateless_input": {}}, "give stateful_input"),
        (
            {
                "input_mode": "stateful",
                "stateless_input": {},
                "stateful_input": {"portfolio_id": "P1", "as_of_date": "2025-01-08"},
            },
            "only that",
        ),
        ({**stateless([]), "surplus": 1}, "surplus"),
        (stateless(["one"]), "stateless_input.numbers.0"),  # type: ignore[list-item]
    ],
)
def test_a_request_that_is_wrong_is_refused_by_field(
    api: httpx.Client, body: dict[str, object], said: str
) -> None:
    assert said in problem(api.post("/numbers", json=body), 400, "INVALID_REQUEST")


def test_a_body_that_is_no_json_is_refused(api: httpx.Client) -> None:
    problem(api.post("/numbers", content=b"{"), 400, "INVALID_REQUEST")
    problem(api.post("/numbers", content=b"\xff\x00"), 400, "INVALID_REQUEST")


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_that_is_too_large_is_refused(api: httpx.Client, is_announced: bool) -> None:
    body = b" " * 2_000_001

    def pieces() -> Iterator[bytes]:
        yield body

    response = api.post("/numbers", content=body if is_announced else pieces())
    assert "larger than 2 MB" in problem(response, 413, "INVALID_REQUEST")


def test_a_body_that_is_packed_is_refused_unread(api: httpx.Client) -> None:
    """Two megabytes of blanks are two thousand bytes of gzip."""
    packed = gzip.compress(b" " * 2_000_001)
    for coding in ("gzip", "deflate", "identity, gzip"):
        response = api.post("/numbers", content=packed, headers={"Content-Encoding": coding})
        assert "Content-Encoding" in problem(response, 415, "INVALID_REQUEST")


def test_a_failing_engine_is_a_500_without_internals(api: httpx.Client) -> None:
    response = api.post("/numbers", json=stateless([], "fail"), headers=HEADERS)
    detail = problem(response, 500, "INTERNAL_ERROR")
    assert "correlation id" in detail
    assert "secret" not in response.text
    assert response.json()["correlation_id"] == "correlation-1"


def test_an_error_raised_on_purpose_keeps_its_status(api: httpx.Client) -> None:
    response = api.post("/numbers", json=stateless([], "teapot"))
    assert problem(response, 418, "INVALID_REQUEST") == "raised on purpose"
    assert api.get("/nowhere").status_code == 404
    assert api.get("/numbers").status_code == 405


def test_a_worker_that_dies_costs_one_request(tmp_path: Path) -> None:
    """The request that ends its worker (twice) fails; the one beside it is answered."""

    async def both(place: httpx.URL) -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=place, timeout=60) as client:
            asked = [stateless([2.0], "work"), stateless([], "die")]
            return list(await asyncio.gather(*(client.post("/numbers", json=one) for one in asked)))

    with served_api(ApiSettings(tem_data_dir=tmp_path, lotus_api_workers=2), NUMBERS) as client:
        works, dies = asyncio.run(both(client.base_url))
        assert "ended its worker twice" in problem(dies, 503, "SOURCE_UNAVAILABLE")
        assert works.json()["results"] == {"total": 2.0}
        for number in range(2):
            again = client.post("/numbers", json=stateless([float(number)]))
            assert again.json()["results"] == {"total": number}


def test_a_request_whose_worker_was_killed_is_done_again(api: httpx.Client, tmp_path: Path) -> None:
    answer = api.post("/numbers", json=stateless([3.0], f"die once, {tmp_path / 'died'}"))
    assert (tmp_path / "died").exists()
    assert answer.json()["results"] == {"total": 3.0}


def test_a_worker_that_was_killed_idle_costs_nothing(api: httpx.Client) -> None:
    identifier = api.post("/numbers", json=stateless([4.0])).json()["lineage"]["calculation_id"]
    for ask in (
        partial(api.get, f"/lineage/{identifier}/details/days"),
        partial(api.post, "/numbers", json=stateless([5.0])),
    ):
        idle = [each for each in psutil.Process().children() if "spawn_main" in each.cmdline()[-2]]
        assert idle
        for worker in idle:
            worker.kill()
            worker.wait(10)
        assert ask().status_code == 200


def test_a_killed_api_leaves_no_worker_behind(tmp_path: Path) -> None:
    """Each worker holds hundreds of megabytes."""
    command = [sys.executable, "-m", "lotus_assets.services.api", "--port", "0"]
    environment = {**os.environ, "TEM_DATA_DIR": str(tmp_path), "LOTUS_API_WORKERS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert httpx.get(f"{address}/readyz", timeout=60).status_code == 200
        started = psutil.Process(process.pid).children()
        assert started
        process.kill()
    _, left = psutil.wait_procs(started, timeout=30)
    assert left == []


def test_a_client_that_leaves_is_no_failure(
    api: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "lotus")
    with socket.create_connection((api.base_url.host, api.base_url.port)) as client:
        client.sendall(b"POST /numbers HTTP/1.1\r\nHost: api\r\nContent-Length: 9\r\n\r\n{")
    while not any("499" in record.message for record in caplog.records):
        assert api.get("/healthz").status_code == 200
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


def test_clients_that_fall_silent_keep_no_place(tmp_path: Path) -> None:
    settings = ApiSettings(
        tem_data_dir=tmp_path, lotus_api_workers=1, lotus_api_waiting=2, lotus_api_body_seconds=0.5
    )
    with served_api(settings, NUMBERS) as client, ExitStack() as silent:
        address = (client.base_url.host, client.base_url.port)
        sockets = [silent.enter_context(socket.create_connection(address)) for _ in range(2)]
        for each in sockets:
            each.sendall(b"POST /numbers HTTP/1.1\r\nHost: api\r\nContent-Length: 9\r\n\r\n{")
        answer = client.post("/numbers", json=stateless([1.0]))
        assert answer.json()["results"] == {"total": 1.0}
        for each in sockets:
            said = each.makefile("rb").read()
            assert said.startswith(b"HTTP/1.1 408")
            assert b"application/problem+json" in said


def test_headers_are_echoed_or_made(api: httpx.Client) -> None:
    echoed = api.post("/numbers", json=stateless([]), headers=HEADERS).headers
    assert {name: echoed[name] for name in HEADERS} == HEADERS
    made = api.get("/healthz").headers
    assert made["X-Trace-Id"] == made["traceparent"].split("-")[1]


def test_health_answers_while_every_worker_is_busy(api: httpx.Client) -> None:
    async def both() -> list[str]:
        order: list[str] = []
        async with httpx.AsyncClient(base_url=api.base_url, timeout=60) as client:

            async def heavy() -> None:
                await client.post("/numbers", json=stateless([], "work"))
                order.append("heavy")

            async def health() -> None:
                for _ in range(5):
                    response = await client.get("/healthz")
                    assert response.status_code == 200
                order.append("health")

            await asyncio.gather(heavy(), health())
        return order

    assert asyncio.run(both()) == ["health", "heavy"]


def test_lineage_gives_inputs_and_rows(api: httpx.Client) -> None:
    answer = api.post("/numbers", json=stateless([0.1, 2.0])).json()
    place = f"/lineage/{answer['lineage']['calculation_id']}"
    assert answer["lineage"]["href"] == place
    kept = api.get(answer["lineage"]["href"]).json()
    assert kept["operation"] == "numbers"
    assert kept["inputs"] == answer["lineage"]["inputs"]
    assert kept["details"] == ["days"]
    assert "stateless_input" not in kept["request"]
    rows = [{"day": "2025-03-28", "number": 0.1}, {"day": "2025-03-29", "number": 2.0}]
    assert api.get(f"{place}/details/days").json() == rows
    text = "day,number\r\n2025-03-28,0.1\r\n2025-03-29,2.0\r\n"
    assert api.get(f"{place}/details/days?format=csv").text == text
    by_header = api.get(f"{place}/details/days", headers={"Accept": "text/csv"})
    assert by_header.text == text
    assert by_header.headers["content-type"].startswith("text/csv")
    missing = problem(api.get(f"{place}/details/nights"), 404, "RESOURCE_NOT_FOUND")
    assert "nights" in missing


@pytest.mark.parametrize("name", ["0" * 64, "..", "%2e%2e%2fsecret", "short"])
def test_lineage_that_is_not_kept_is_a_404(api: httpx.Client, name: str) -> None:
    assert api.get(f"/lineage/{name}/details/days").status_code == 404
    if "." not in name:
        problem(api.get(f"/lineage/{name}"), 404, "RESOURCE_NOT_FOUND")


def test_lineage_that_cannot_be_read_is_a_500(api: httpx.Client, folder: Path) -> None:
    identifier = api.post("/numbers", json=stateless([7.0])).json()["lineage"]["calculation_id"]
    place = folder / "lineage" / identifier[:2] / identifier
    (place / "days.parquet").write_bytes(b"damaged")
    problem(api.get(f"/lineage/{identifier}/details/days"), 500, "INTERNAL_ERROR")
    (place / "manifest.json").write_text("{")
    problem(api.get(f"/lineage/{identifier}"), 500, "INTERNAL_ERROR")
    (place / "manifest.json").unlink()
    (place / "manifest.json").mkdir()
    problem(api.get(f"/lineage/{identifier}"), 500, "INTERNAL_ERROR")


def test_lineage_that_was_damaged_comes_back_with_the_same_request(
    api: httpx.Client, folder: Path
) -> None:
    identifier = api.post("/numbers", json=stateless([8.0])).json()["lineage"]["calculation_id"]
    manifest = folder / "lineage" / identifier[:2] / identifier / "manifest.json"
    manifest.unlink()
    said = problem(api.get(f"/lineage/{identifier}"), 404, "RESOURCE_NOT_FOUND")
    assert "ask again for the answer itself" in said
    api.post("/numbers", json=stateless([8.0]))
    assert api.get(f"/lineage/{identifier}/details/days").status_code == 200
    manifest.write_text("{")
    api.post("/numbers", json=stateless([8.0]))
    assert api.get(f"/lineage/{identifier}").status_code == 200


def test_lineage_survives_a_restart_and_expires(tmp_path: Path) -> None:
    settings = ApiSettings(tem_data_dir=tmp_path, lotus_api_workers=1)
    with served_api(settings, NUMBERS) as client:
        identifier = client.post("/numbers", json=stateless([1.0])).json()["meta"][
            "calculation_hash"
        ]
    with served_api(settings, NUMBERS) as client:
        assert client.get(f"/lineage/{identifier}").status_code == 200
    draft = settings.lineage_folder / "draft-left-by-a-kill"
    draft.mkdir()
    store = LineageStore.of(settings)
    assert store.purge() == 0
    assert replace(store, days=0).purge() == 2
    assert not draft.exists()
    assert store.purge() == 0
    shutil.rmtree(settings.lineage_folder)


def test_lineage_has_a_size_and_the_oldest_goes_first(tmp_path: Path) -> None:
    settings = ApiSettings(
        tem_data_dir=tmp_path, lotus_api_workers=1, lotus_api_lineage_megabytes=1
    )
    with served_api(settings, NUMBERS) as client:
        identifiers = []
        for number in range(6):
            numbers = [float(number + place) for place in range(20_000)]
            body = stateless([round(math.sin(one), 9) for one in numbers])
            answer = client.post("/numbers", json=body).json()
            identifiers.append(answer["lineage"]["calculation_id"])
        # A third of a megabyte each: a purge follows every one of them.
        while client.get(f"/lineage/{identifiers[0]}").status_code == 200:
            client.get("/healthz")
        kept = [client.get(f"/lineage/{one}").status_code for one in identifiers]
    assert (kept[0], kept[-1]) == (404, 200)
    files = [path for path in settings.lineage_folder.rglob("*") if path.is_file()]
    assert sum(file.stat().st_size for file in files) <= 1024 * 1024


def test_readiness_says_whether_stateful_requests_can_be_answered(api: httpx.Client) -> None:
    assert api.get("/readyz").json() == {"status": "ok", "stateful": False}
    assert api.get("/").json()["documentation"] == "/docs"
    assert api.get("/docs").status_code == 200
