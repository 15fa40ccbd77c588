"""Ordinary requests beside those that once took a machine: two workers of 1 GB each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lotus_assets_tests.integration.services.api.attacks import (
    MEBIBYTE,
    ORDINARY,
    Seen,
    attacked,
    served,
    undisturbed,
)

REQUESTS = 200


@pytest.mark.expects_metrics("median_undisturbed", "median_beside_attacks", "largest_worker")
def test_ordinary_requests_beside_attacks(
    benchmark: BenchmarkFixture, record_metric: Callable[..., None], tmp_path: Path
) -> None:
    """Ordinary requests are answered while others attack the API.

    The goal: a median within three times that of undisturbed requests.
    """
    seen: list[Seen] = []
    with served(tmp_path) as api:
        alone = undisturbed(api, REQUESTS)
        benchmark.pedantic(lambda: seen.append(attacked(api, REQUESTS, 2)), rounds=1)
    beside = seen[0]
    for name, value in (
        ("median_undisturbed", alone.median(ORDINARY)),
        ("median_beside_attacks", beside.median(ORDINARY)),
    ):
        record_metric(name, value=value, unit="s", quantity="time", direction="lower")
    record_metric(
        "largest_worker",
        value=beside.largest_worker,
        unit="bytes",
        quantity="memory",
        direction="lower",
    )
    benchmark.extra_info["times_undisturbed"] = beside.median(ORDINARY) / alone.median(ORDINARY)
    assert set(beside.statuses[ORDINARY]) == {200}
    assert beside.largest_worker <= 1024 * MEBIBYTE
