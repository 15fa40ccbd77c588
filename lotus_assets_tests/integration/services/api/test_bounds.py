"""What one request may take: rows, cells, flows, seconds, memory, and the places of others."""

import asyncio
import json
import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets_tests.integration.services.api.attacks import (
    Body,
    alternating_flows,
    days,
    groups_by_days,
    many_periods,
)
from lotus_assets_tests.integration.services.api.serving import NUMBERS, served_api, stateless
from lotus_assets_tests.integration.services.api.test_frame import problem

LARGE = "0" * 300_000
"""What makes a body large, and changes nothing else: digits of a number."""


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = ApiSettings(tem_data_dir=tmp_path_factory.mktemp("bounds"), lotus_api_workers=1)
    with served_api(settings, NUMBERS) as client:
        yield client


def series_rows(count: int) -> Body:
    row = '{"date":"2020-01-01","return":"0"}'
    rows = ",".join([row] * count)
    sent = f'{{"input_mode":"stateless","stateless_input":{{"portfolio":[{rows}]}}}}'
    return "/integration/returns/series", sent.encode()


def million_buckets() -> Body:
    """26,000 days in each of 200 periods, day by day."""
    return many_periods(26_000, 200)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (series_rows(1_000_001), "1000001 rows are more than the 1000000 of one request"),
        (alternating_flows(50_001), "50001 flows are more than the 50000 of one request"),
        (groups_by_days(2_240, 2_240), "cells (groups or levels by days"),
        (million_buckets(), "are more than the 5000000 of one request: ask for fewer groups"),
    ],
    ids=["rows", "flows", "groups by days", "buckets"],
)
def test_more_than_a_request_may_ask_for_is_refused(
    bounded: httpx.Client, body: Body, said: str
) -> None:
    refused = bounded.post(body[0], content=body[1])
    assert said in problem(refused, 400, "INVALID_REQUEST")


def test_what_is_just_within_the_bounds_is_answered(bounded: httpx.Client) -> None:
    path, content = groups_by_days(2_200, 2_200)
    answer = bounded.post(path, content=content).json()["results"]["ITD"]
    assert len(answer["groups"]) == 2_200
    assert sum(group["total"] for group in answer["groups"]) == pytest.approx(0.0, abs=1e-12)
    path, content = alternating_flows(50_000)
    assert bounded.post(path, content=content).json()["results"]["XIRR"]["residual"] <= 1e-10


def test_a_long_answer_is_as_a_short_one(bounded: httpx.Client) -> None:
    """Rows that are written block by block, from a file, are all there."""
    path, content = many_periods(11_000, 3)
    answer = bounded.post(path, content=content).json()["results"]
    assert [len(period["breakdowns"]["DAILY"]) for period in answer.values()] == [
        10_998,
        10_999,
        11_000,
    ]
    [last] = [period for key, period in answer.items() if key.endswith(days(11_000)[-1])]
    assert last["breakdowns"]["DAILY"][-1]["cumulative_return"] == pytest.approx(
        last["return"], rel=1e-9
    )
    assert [row["period"] for row in last["breakdowns"]["DAILY"]] == days(11_000)


def test_a_worker_that_runs_over_is_ended_once(tmp_path: Path) -> None:
    settings = ApiSettings(tem_data_dir=tmp_path, lotus_api_workers=1, lotus_api_seconds=1)
    begun = tmp_path / "begun"
    with served_api(settings, NUMBERS) as client:
        over = client.post("/numbers", json=stateless([], f"never end, {begun}"))
        said = problem(over, 503, "SOURCE_UNAVAILABLE")
        assert "more than 1 seconds (LOTUS_API_SECONDS)" in said
        assert begun.read_text() == "begun "
        again = client.post("/numbers", json=stateless([2.0]))
        assert again.json()["results"] == {"total": 2.0}


def test_a_request_that_needs_more_memory_than_a_worker_has_is_refused(tmp_path: Path) -> None:
    settings = ApiSettings(
        tem_data_dir=tmp_path, lotus_api_workers=1, lotus_api_worker_megabytes=512
    )
    with served_api(settings, NUMBERS) as client:
        before = _workers()
        refused = client.post("/numbers", json=stateless([], "allocate"))
        said = problem(refused, 400, "INVALID_REQUEST")
        assert "512 MiB of a worker (LOTUS_API_WORKER_MEGABYTES)" in said
        assert client.post("/numbers", json=stateless([1.0])).status_code == 200
        assert _workers() == before


def test_rows_that_do_not_fit_a_worker_are_refused_before_they_are_parsed(tmp_path: Path) -> None:
    """500,000 rows take more than 500 MB, and a worker of 512 MiB needs some of that for itself."""
    settings = ApiSettings(
        tem_data_dir=tmp_path, lotus_api_workers=1, lotus_api_worker_megabytes=512
    )
    path, content = series_rows(500_000)
    of_others = _workers()
    with served_api(settings, NUMBERS) as client:
        [worker] = _workers() - of_others
        before = _largest(worker)
        refused = client.post(path, content=content)
        said = problem(refused, 400, "INVALID_REQUEST")
        assert "512 MiB of a worker (LOTUS_API_WORKER_MEGABYTES)" in said
        assert _largest(worker) - before < 2 * len(content), "the body itself, and no row of it"
        assert client.post("/numbers", json=stateless([1.0])).status_code == 200


def _largest(process: int) -> int:
    """The most that was ever resident of a process, in bytes."""
    [line] = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(line) * 1024


def _workers() -> set[int]:
    return {one.pid for one in psutil.Process().children() if "spawn_main" in one.cmdline()[-2]}


@pytest.mark.parametrize("is_large", [True, False], ids=["large bodies", "many periods"])
def test_long_work_leaves_a_worker_to_others(tmp_path: Path, is_large: bool) -> None:
    """Two of them would keep both workers for ever: the second waits until the first is ended."""
    settings = ApiSettings(tem_data_dir=tmp_path, lotus_api_workers=2, lotus_api_seconds=3)
    request = stateless([0.0], f"never end, {tmp_path / 'begun'}")
    request["stateless_input"]["analyses"] = [] if is_large else [{"period": "ITD"}] * 400
    body = json.dumps(request)
    long = body.replace("0.0", f"0.{LARGE}") if is_large else body

    async def order(place: httpx.URL) -> list[str]:
        answered: list[str] = []
        async with httpx.AsyncClient(base_url=place, timeout=60) as client:

            async def ask(name: str, content: str, status: int) -> None:
                response = await client.post("/numbers", content=content)
                assert response.status_code == status, response.text
                answered.append(name)

            async def ordinary() -> None:
                while not (tmp_path / "begun").exists():
                    await client.get("/healthz")
                for _ in range(5):
                    await ask("ordinary", json.dumps(stateless([1.0])), 200)

            await asyncio.gather(ask("long", long, 503), ask("long", long, 503), ordinary())
        return answered

    with served_api(settings, NUMBERS) as client:
        assert asyncio.run(order(client.base_url)) == ["ordinary"] * 5 + ["long"] * 2
    assert (tmp_path / "begun").read_text() == "begun begun "


def test_bodies_that_drip_have_a_deadline_as_a_whole_and_hold_no_place(tmp_path: Path) -> None:
    settings = ApiSettings(
        tem_data_dir=tmp_path, lotus_api_workers=1, lotus_api_waiting=1, lotus_api_body_seconds=2
    )
    with served_api(settings, NUMBERS) as client, ExitStack() as open_:
        address = (client.base_url.host, client.base_url.port)
        dripping = [open_.enter_context(socket.create_connection(address)) for _ in range(16)]
        for one in dripping:
            one.sendall(b"POST /numbers HTTP/1.1\r\nHost: api\r\nContent-Length: 9999\r\n\r\n{")
        assert client.post("/numbers", json=stateless([1.0])).status_code == 200
        waiting = dripping
        while waiting:
            answered = select.select(waiting, [], [], 0.1)[0]
            waiting = [one for one in waiting if one not in answered]
            for one in waiting:
                one.sendall(b" ")
        for one in dripping:
            assert one.recv(12) == b"HTTP/1.1 408"


def test_large_bodies_together_have_a_bound_that_others_do_not_feel(tmp_path: Path) -> None:
    settings = ApiSettings(
        tem_data_dir=tmp_path,
        lotus_api_workers=1,
        lotus_api_waiting=1,
        lotus_api_body_megabytes=1,
    )
    with served_api(settings, NUMBERS) as client, ExitStack() as open_:
        address = (client.base_url.host, client.base_url.port)
        half = open_.enter_context(socket.create_connection(address))
        head = b"POST /numbers HTTP/1.1\r\nHost: api\r\nContent-Length: 900000\r\n\r\n"
        half.sendall(head + b" " * 800_000)
        while not [file for file in settings.bodies_folder.iterdir() if file.stat().st_size]:
            client.get("/healthz")
        large = json.dumps(stateless([0.0])).replace("0.0", f"0.{LARGE}")
        refused = client.post("/numbers", content=large)
        assert "LOTUS_API_WAITING" in problem(refused, 503, "SOURCE_UNAVAILABLE")
        assert client.post("/numbers", json=stateless([1.0])).status_code == 200
        half.close()
        while list(settings.bodies_folder.iterdir()):
            client.get("/healthz")
        assert client.post("/numbers", content=large).status_code == 200
    assert list(settings.bodies_folder.iterdir()) == []
