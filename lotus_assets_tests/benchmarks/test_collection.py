"""What a collection costs against a GitLab that takes 200 ms for every answer.

Requests are counted, so they are asserted; seconds and memory are figures in `extra_info`.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.settings import Settings
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets_tests.benchmarks.collection_world import (
    GROUP,
    JOBS,
    NOW,
    PIPELINES,
    build_collection_world,
)
from lotus_assets_tests.integration.runs.contents import one
from lotus_assets_tests.integration.runs.workplace import Workplace

ROOT = Path(__file__).parents[2]
LATENCY = 0.2
PROJECTS = 10
"""A run's own few requests (token, groups, probe, users) are shared by its projects."""
MEGABYTE = 1 << 20


def collect(place: Workplace, server: StandinServer) -> dict[str, float]:
    """One live collection of the raw layer in a process of its own: requests, seconds, memory."""
    variables = place.variables(server, TEM_ROOT_GROUPS=GROUP)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        variables |= dagster_variables(Settings(), place.url)
    asked, started = len(server.requests), time.monotonic()
    command = [sys.executable, "-m", "lotus_assets_tests.benchmarks.collect_once"]
    # wait4 tells the peak memory of this very process.
    child = os.posix_spawn(sys.executable, command, {**os.environ, **variables})
    _, status, usage = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return {
        "requests": len(server.requests) - asked,
        "seconds": round(time.monotonic() - started, 1),
        "peak_rss_mb": round(usage.ru_maxrss * 1024 / MEGABYTE),
    }


@pytest.mark.timeout(3600)
@pytest.mark.expects_metrics("peak_memory", "requests")
@pytest.mark.parametrize("merge_requests", [1_000, pytest.param(10_000, marks=pytest.mark.weekly)])
def test_a_first_collection_and_one_when_nothing_changed(
    benchmark: BenchmarkFixture,
    record_metric: Callable[..., None],
    merge_requests: int,
    database: str,
    tmp_path: Path,
) -> None:
    """GitLab is collected for the first time; by the number of merge requests."""
    store = build_collection_world(merge_requests, PROJECTS, tmp_path)
    place = Workplace(database, tmp_path / "place", NOW.isoformat())
    with StandinServer(store, latency=LATENCY) as server:
        first = benchmark.pedantic(collect, args=(place, server), rounds=1, iterations=1)
        again = collect(place, server)
    assert one(database, "SELECT count(*) FROM raw_mr") == merge_requests
    assert one(database, "SELECT count(*) FROM raw_job") == merge_requests * PIPELINES * JOBS
    assert first["requests"] <= 500 * merge_requests / 1_000
    assert again["requests"] <= 5 * len(store.projects)
    record_metric(
        "peak_memory",
        value=first["peak_rss_mb"] * MEGABYTE,
        unit="bytes",
        quantity="memory",
        direction="lower",
    )
    record_metric(
        "requests", value=first["requests"], unit="requests", quantity="count", direction="lower"
    )
    benchmark.extra_info.update(
        merge_requests=merge_requests,
        projects=len(store.projects),
        jobs=merge_requests * PIPELINES * JOBS,
        first=first,
        again=again,
    )
