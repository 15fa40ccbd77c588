"""`rangebar` from PyPI, measured in an environment of its own by seed 003's suite."""

import os
from collections.abc import Sequence
from pathlib import Path

from lotus_assets.benchmarks.subjects.environment import locked_environment, run
from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed

SUITE = Path(__file__).parent / "rangebar"
LOCK = SUITE / "requirements.lock"
PLUGIN = Path(__file__).parents[1] / "pytest_plugin"
ENVIRONMENT = Path(".venv-rangebar")
"""Beside the project's own `.venv`; made on the first measurement."""

PACKAGES = ("rangebar", "numpy", "pandas", "polars", "pyarrow")
"""Their versions are noted with a run."""
THRESHOLDS = (100, 250, 500, 1000)
RANGEBAR_EXPECTED: list[tuple[str, str]] = [
    ("test_performance.py::test_throughput_1k_trades", "throughput"),
    ("test_performance.py::test_throughput_100k_trades", "throughput"),
    ("test_performance.py::test_throughput_1m_trades", "throughput"),
    ("test_performance.py::test_memory_1m_trades", "peak_memory"),
    *(
        (f"test_performance.py::test_compression_ratio[{threshold}]", "compression_ratio")
        for threshold in THRESHOLDS
    ),
]
"""Seed 003, "Metrics tracked", Python API: (benchmark, metric) of all eight."""

DAILY_ROUNDS, WEEKLY_ROUNDS = 5, 10
"""Seed 003, task 3.1: at least five rounds a benchmark daily, ten weekly."""
DAILY_SECONDS, WEEKLY_SECONDS = 1.0, 4.0
"""How long one benchmark goes on with rounds beyond these."""
SUITE_SECONDS = 1_800


def measure_rangebar(folder: Path, *, weekly: bool, only: Sequence[str] | None = None) -> Path:
    """Measure the locked release; returns the pytest-benchmark JSON, written below `folder`.

    `only` names benchmarks (`test_performance.py::…`) to be measured instead of all. A benchmark
    that fails is absent from the file.

    Raises:
        SubjectFailed: the environment cannot be made, or nothing could be measured.
    """
    python = locked_environment(LOCK, ENVIRONMENT)
    return measure_with(python, folder / "rangebar.json", weekly=weekly, only=only)


def measure_with(
    python: Path, output: Path, *, weekly: bool, only: Sequence[str] | None = None
) -> Path:
    """Run the suite with `python`, whose environment holds rangebar; returns `output`.

    Raises:
        SubjectFailed: pytest did not run, or measured nothing.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    printed = run(
        [
            *(str(python), "-m", "pytest", *(only or ["test_performance.py"])),
            *("-p", "lotus_benchmark_metrics", "--benchmark-only", "--benchmark-disable-gc"),
            f"--benchmark-min-rounds={WEEKLY_ROUNDS if weekly else DAILY_ROUNDS}",
            f"--benchmark-max-time={WEEKLY_SECONDS if weekly else DAILY_SECONDS}",
            f"--benchmark-json={output.absolute()}",
            *(f"--benchmark-version-of={name}" for name in PACKAGES),
        ],
        {"PYTHONPATH": os.fspath(PLUGIN), "PYTHONDONTWRITEBYTECODE": "1"},
        seconds=SUITE_SECONDS,
        folder=SUITE,
        accepted=(0, 1),  # 1: some failed, the others are in the file
    )
    if not output.exists() or output.stat().st_size == 0:
        last = "\n".join(printed.strip().splitlines()[-12:])
        raise SubjectFailed(f"rangebar's suite measured nothing:\n{last}")
    return output
