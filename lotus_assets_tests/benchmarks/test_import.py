"""What everybody waits for first: the import of the code location, beside that of Dagster alone."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 7


def start(module: str) -> float:
    """Seconds that a fresh interpreter takes to import `module` and to end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - began


@pytest.mark.expects_metrics("times_dagster")
def test_importing_the_definitions(
    benchmark: BenchmarkFixture, record_metric: Callable[..., None]
) -> None:
    """Importing the definitions, beside importing dagster.

    The target is 2.5 times: best of seven against best of seven, bytecode there.
    """
    start("dagster")
    dagster = min(start("dagster") for _ in range(ROUNDS))
    benchmark.pedantic(start, args=("lotus_assets.definitions",), rounds=ROUNDS, warmup_rounds=1)
    assert benchmark.stats is not None
    record_metric(
        "times_dagster",
        value=benchmark.stats.stats.min / dagster,
        unit="1",
        quantity="ratio",
        direction="lower",
    )
