"""This project's own suite, `lotus_assets_tests/benchmarks`: its engines and its collector.

Daily: what takes seconds, five rounds or half a second each, within five minutes. Weekly: all of
it, ten rounds or two seconds each, and a profile of every benchmark.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed

ROOT = Path(__file__).parents[2]
FOLDER = "lotus_assets_tests/benchmarks"
PREFIX = f"{FOLDER}/"
"""What pytest puts in front of a benchmark's id."""

DAILY = ("-m", "not weekly", "--benchmark-min-rounds=5", "--benchmark-max-time=0.5")
WEEKLY = ("--benchmark-min-rounds=10", "--benchmark-max-time=2")
PACKAGES = ("dagster", "numpy", "pandas", "pandera", "pyarrow", "scipy", "sqlalchemy", "psycopg")
"""Their versions are noted with a run."""
BENCHMARK_SECONDS = 3_600
SUITE_SECONDS = 4 * 3_600
SOME_FAILED = 1


def measure_own_suite(
    folder: Path,
    *,
    weekly: bool,
    only: Sequence[str] | None = None,
    select: str | None = None,
    profiles: Path | None = None,
) -> Path:
    """Measure the suite; returns the pytest-benchmark JSON, written below `folder`.

    `only` names benchmarks (ids without `PREFIX`), `select` is an expression for pytest's -k.
    With `profiles`, cProfile's files go there. A benchmark that fails is absent from the file.

    Raises:
        SubjectFailed: there is no checkout, or nothing could be measured.
    """
    if not (ROOT / FOLDER).is_dir():
        raise SubjectFailed(f"{ROOT / FOLDER} is missing: the suite runs from a checkout only.")
    output = folder.absolute() / "lotus-assets.json"
    named = [PREFIX + name for name in only] if only else [FOLDER]
    command = [sys.executable, "-m", "pytest", *named, "--benchmark-only", "--benchmark-disable-gc"]
    command += [*(WEEKLY if weekly or only else DAILY), f"--timeout={BENCHMARK_SECONDS}"]
    command += [f"--benchmark-json={output}", "--quiet", "--continue-on-collection-errors"]
    command += [f"--benchmark-version-of={name}" for name in PACKAGES]
    if select is not None:
        command += ["-k", select]
    if profiles is not None:
        prefix = profiles.absolute() / "profile"
        command += ["--benchmark-cprofile=cumtime", f"--benchmark-cprofile-dump={prefix}"]
    # What another pytest left for its own (`PYTEST_XDIST_WORKER`, say) forbids measuring.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SUITE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SubjectFailed(f"The own suite did not end within {SUITE_SECONDS} seconds.") from error
    is_there = output.exists() and output.stat().st_size > 0
    if not is_there or done.returncode not in (0, SOME_FAILED):
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise SubjectFailed(f"The own suite (exit code {done.returncode}) gave no result:\n{last}")
    return output
