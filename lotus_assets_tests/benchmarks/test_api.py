"""The analytics API under load: health while a heavy request runs, and the largest bodies."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets_tests.integration.services.api.serving import served_api

DAYS = 100_000
"""As many as the calendar days that the contract allows; a body of about 16 MB."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = ApiSettings(tem_data_dir=tmp_path_factory.mktemp("api"), lotus_api_workers=1)
    with served_api(settings) as client:
        yield client


@pytest.fixture(scope="module")
def body() -> bytes:
    """A portfolio of 100,000 days."""
    days = np.datetime64("1920-01-01") + np.arange(DAYS)
    points = [
        {
            "day": number + 1,
            "perf_date": str(day),
            "begin_mv": "1000000.1234567891",
            "bod_cf": "0",
            "eod_cf": "0",
            "mgmt_fees": "-12.5",
            "end_mv": "1000134.1234567891",
        }
        for number, day in enumerate(days)
    ]
    request: dict[str, Any] = {
        "input_mode": "stateless",
        "analyses": [{"period": "ITD", "frequencies": ["YEARLY"]}],
        "stateless_input": {"as_of_date": str(days[-1]), "valuation_points": points},
    }
    return json.dumps(request).encode()


def ask(api: httpx.Client, body: bytes) -> httpx.Response:
    response = api.post("/performance/twr", content=body)
    assert response.status_code == 200, response.text[:300]
    return response


def test_a_return_over_100_000_days_that_are_sent_along(
    benchmark: BenchmarkFixture, api: httpx.Client, body: bytes
) -> None:
    """The API links 100,000 days that are sent along."""
    benchmark.extra_info["body_megabytes"] = len(body) / 1e6
    benchmark.pedantic(ask, args=(api, body), rounds=3, warmup_rounds=1)


def test_health_while_a_heavy_request_runs(
    benchmark: BenchmarkFixture,
    api: httpx.Client,
    body: bytes,
    record_metric: Callable[..., None],
) -> None:
    """Health is asked for while a heavy request runs.

    The slowest of the answers is what a health check with a time-out would meet.
    """
    over = threading.Event()

    def keep_busy() -> None:
        with httpx.Client(base_url=api.base_url, timeout=60) as client:
            while not over.is_set():
                ask(client, body)

    busy = threading.Thread(target=keep_busy)
    busy.start()
    slowest = 0.0

    def health() -> None:
        nonlocal slowest
        started = time.perf_counter()
        assert api.get("/healthz").status_code == 200
        slowest = max(slowest, time.perf_counter() - started)

    try:
        benchmark.pedantic(health, rounds=200, warmup_rounds=5)
    finally:
        over.set()
        busy.join()
    record_metric("slowest", value=slowest, unit="s", quantity="time", direction="lower")
