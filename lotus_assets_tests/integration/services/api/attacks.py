"""Requests that once took a machine, beside ordinary ones, on an API as a process of its own."""

import json
import os
import select
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

FIRST = np.datetime64("1950-01-01")
MEBIBYTE = 1024 * 1024
Body = tuple[str, bytes]
"""Path and body of a request."""


def days(count: int) -> list[str]:
    """So many days from the first on."""
    return [str(day) for day in FIRST + np.arange(count)]


def _stateless(path: str, sent: dict[str, Any], **options: Any) -> Body:
    request = {"input_mode": "stateless", "stateless_input": sent, **options}
    return path, json.dumps(request, separators=(",", ":")).encode()


def _groups(count: int, day_count: int) -> list[dict[str, Any]]:
    """Groups that come and go: two a day, half the weight each."""
    dates = days(day_count)
    return [
        {
            "key": {"sector": f"S{number}"},
            "observations": [
                {"date": day, "weight_bop": "0.5", "return_base": "0.01"}
                for day in dates[number // 2 :: (count + 1) // 2]
            ],
        }
        for number in range(count)
    ]


def groups_by_days(group_count: int = 2_600, day_count: int = 2_600) -> Body:
    """Groups that come and go: a table of all groups and days would have millions of cells."""
    groups = _groups(group_count, day_count)
    sent = {"portfolio_groups_data": groups, "benchmark_groups_data": groups}
    return _stateless("/performance/attribution", sent, analyses=[{"period": "ITD"}])


def alternating_flows(count: int = 24_000) -> Body:
    """A flow a day, in and out by turns."""
    dates = days(count + 2)
    flows = [
        {"date": day, "amount": "1000" if number % 2 else "-990"}
        for number, day in enumerate(dates[1:-1])
    ]
    sent = {"start_date": dates[0], "end_date": dates[-1], "begin_mv": "1000", "end_mv": "1500"}
    return _stateless("/performance/mwr", {**sent, "cash_flows": flows})


def _points(dates: Sequence[str]) -> list[dict[str, str]]:
    return [{"perf_date": day, "begin_mv": "1000", "end_mv": "1000.1"} for day in dates]


def _periods(dates: Sequence[str], count: int, **options: Any) -> list[dict[str, Any]]:
    ends = dates[-count:]
    return [
        {"period": "EXPLICIT", "start_date": dates[0], "end_date": end, **options} for end in ends
    ]


def many_periods(day_count: int = 20_000, count: int = 25) -> Body:
    """Periods that each cover nearly all days, broken down day by day."""
    dates = days(day_count)
    sent = {"as_of_date": dates[-1], "valuation_points": _points(dates)}
    analyses = _periods(dates, count, frequencies=["DAILY"])
    return _stateless("/performance/twr", sent, analyses=analyses)


def many_periods_of_groups(day_count: int = 20_000, count: int = 25) -> Body:
    """The same of an attribution to two groups."""
    dates = days(day_count)
    groups = [
        {
            "key": {"sector": name},
            "observations": [
                {"date": day, "weight_bop": "0.5", "return_base": "0.01"} for day in dates
            ],
        }
        for name in ("A", "B")
    ]
    sent = {"portfolio_groups_data": groups, "benchmark_groups_data": groups}
    return _stateless("/performance/attribution", sent, analyses=_periods(dates, count))


ATTACKS: dict[str, Callable[[], Body]] = {
    "attribution to groups that come and go": groups_by_days,
    "flows in and out by turns": alternating_flows,
    "25 periods of 20,000 days, by the day": many_periods,
    "25 periods of 20,000 days of groups": many_periods_of_groups,
}


def ordinary(day_count: int = 250) -> Body:
    """A year of a portfolio, by the month."""
    dates = days(day_count)
    sent = {"as_of_date": dates[-1], "valuation_points": _points(dates)}
    analyses = [{"period": "ITD", "frequencies": ["MONTHLY"]}]
    return _stateless("/performance/twr", sent, analyses=analyses)


@dataclass
class Served:
    """An API as a process of its own, with its workers."""

    url: str
    process: psutil.Process

    def workers(self) -> list[psutil.Process]:
        """The processes that calculate."""
        return [one for one in self.process.children() if "spawn_main" in " ".join(one.cmdline())]


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """The API with two workers of 1 GB each, until the context is left."""
    command = [sys.executable, "-m", "lotus_assets.services.api", "--port", "0"]
    variables = {"LOTUS_API_WORKERS": "2", "LOTUS_API_WORKER_MEGABYTES": "1024", **settings}
    environment = {**os.environ, "TEM_DATA_DIR": str(folder), **variables}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        try:
            httpx.get(f"{address}/readyz", timeout=120).raise_for_status()
            yield Served(address, psutil.Process(process.pid))
        finally:
            process.terminate()


@dataclass
class Seen:
    """What a load did: seconds and statuses by kind of request, and the largest worker."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    largest_worker: int = 0

    def ask(self, client: httpx.Client, kind: str, body: Body) -> None:
        """Send one request and note its answer."""
        started = time.perf_counter()
        response = client.post(body[0], content=body[1])
        self.seconds.setdefault(kind, []).append(time.perf_counter() - started)
        self.statuses.setdefault(kind, []).append(response.status_code)

    def median(self, kind: str) -> float:
        """Median seconds of a kind."""
        return statistics.median(self.seconds[kind])


ORDINARY = "ordinary"


def undisturbed(api: Served, count: int) -> Seen:
    """Ordinary requests with nothing beside them."""
    seen, body = Seen(), ordinary()
    with httpx.Client(base_url=api.url, timeout=120) as client:
        for _ in range(count):
            seen.ask(client, ORDINARY, body)
    return seen


def attacked(api: Served, count: int, rounds: int = 1) -> Seen:
    """Ordinary requests beside every attack and 16 slow connections, until all are over."""
    seen, over = Seen(), threading.Event()
    bodies = {name: make() for name, make in ATTACKS.items()}

    def attack(name: str) -> None:
        with httpx.Client(base_url=api.url, timeout=600) as client:
            for _ in range(rounds):
                seen.ask(client, name, bodies[name])

    threads = [threading.Thread(target=attack, args=(name,)) for name in bodies]
    background = [
        threading.Thread(target=_watch, args=(api, seen, over)),
        threading.Thread(target=_drip, args=(api, over)),
    ]
    for thread in [*threads, *background]:
        thread.start()
    body, asked = ordinary(), 0
    with httpx.Client(base_url=api.url, timeout=120) as client:
        while asked < count or any(thread.is_alive() for thread in threads):
            seen.ask(client, ORDINARY, body)
            asked += 1
    over.set()
    for thread in [*threads, *background]:
        thread.join()
    return seen


def _watch(api: Served, seen: Seen, over: threading.Event) -> None:
    while not over.wait(0.02):
        for worker in api.workers():
            try:
                resident = worker.memory_info().rss
            except psutil.NoSuchProcess:
                continue
            seen.largest_worker = max(seen.largest_worker, resident)


def _drip(api: Served, over: threading.Event, count: int = 16) -> None:
    """Connections that send a byte of their bodies now and then."""
    address = httpx.URL(api.url)
    with ExitStack() as open_:
        slow = [
            open_.enter_context(socket.create_connection((address.host, address.port)))
            for _ in range(count)
        ]
        for one in slow:
            one.sendall(
                b"POST /performance/twr HTTP/1.1\r\nHost: api\r\nContent-Length: 999\r\n\r\n{"
            )
        while not over.wait(1):
            for one in slow:
                if not select.select([one], [], [], 0)[0]:
                    one.sendall(b" ")
