"""An engine that a branch makes slower: measured twice, detected, looked at again, and named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lotus_assets.sources.benchmark_files.history_folder import HistoryFolder

ROOT = Path(__file__).parents[2]
PARTS = ("lotus_assets", "lotus_assets_tests", "pyproject.toml", "dagster.yaml")
SELECTED = "test_engine_facts and scale and (rollbacks or issues or pipeline_facts or production)"
SLOWED = "test_engine_facts.py::test_rollbacks[scale]"
TITLE = "Rollbacks are found among deployments to production (scale)"
"""How it is called for people."""
FACTOR = 5
"""Far beyond the threshold of 1.5, so that a loaded machine decides nothing."""
SLOW_DOWN = f"""

_as_it_was = rollbacks


def rollbacks(*arguments, **named):
    for _ in range({FACTOR - 1}):
        _as_it_was(*arguments, **named)
    return _as_it_was(*arguments, **named)
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)


def copied_checkout(folder: Path) -> Path:
    """This working tree as a repository of its own, on the branch main."""
    skipped = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=skipped)
        else:
            shutil.copy(ROOT / part, folder / part)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def bench(checkout: Path, place: Path) -> "subprocess.CompletedProcess[str]":
    """`bench` of the selected benchmarks in a checkout; data and history of both are the same."""
    # Coverage of a copy could not be reported; that of this tree is taken.
    measured = checkout == ROOT
    inherited = {
        name: value
        for name, value in os.environ.items()
        if measured or not name.startswith("COVERAGE_")
    }
    variables = {
        "TEM_DATA_DIR": str(place / "data"),
        "TEM_BENCH_DIR": str(place / "history"),
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "lotus_assets", "bench"]
    return subprocess.run(
        [*command, "--suite", "lotus-assets", "--select", SELECTED],
        cwd=checkout,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def line_of(table: str, *words: str) -> str:
    """The row of the printed table that holds all these words."""
    return next(line for line in table.splitlines() if all(word in line for word in words))


@pytest.mark.timeout(600)
def test_a_slowed_engine_is_detected_and_named(reachable_folder: Path) -> None:
    before = bench(ROOT, reachable_folder)
    assert before.returncode == 0, before.stderr
    assert "Too few runs to tell whether something became slower" in before.stdout

    checkout = copied_checkout(reachable_folder / "checkout")
    git(checkout, "checkout", "--quiet", "-b", "slower")
    engine = checkout / "lotus_assets" / "engine" / "delivery" / "rollbacks.py"
    engine.write_text(engine.read_text(encoding="utf-8") + SLOW_DOWN, encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "Look at every rollback five times")
    after = bench(checkout, reachable_folder)

    # It is told, and blocks nothing.
    assert after.returncode == 0, after.stderr
    looked_again = next(line for line in after.stderr.splitlines() if "Looking again" in line)
    assert SLOWED in looked_again
    row = line_of(after.stdout, TITLE, " time ")
    assert "threshold slower, confirmed" in row
    assert f"threshold (confirmed): {TITLE} time: " in after.stdout

    runs = [stored.run for stored in HistoryFolder(reachable_folder / "history").read()]
    kinds = {run.run_id: (run.kind, run.commit.branch) for run in runs}
    assert sorted(kind for kind, _ in kinds.values()) == ["manual", "manual", "rerun"]
    rerun = next(run for run in runs if run.kind == "rerun")
    assert rerun.of_run_id is not None
    assert kinds[rerun.of_run_id] == ("manual", "slower")
    slower = next(run for run in runs if run.run_id == rerun.of_run_id)
    assert slower.commit.message == "Look at every rollback five times"
    assert not slower.commit.is_dirty
    page = (reachable_folder / "history" / "index.html").read_text(encoding="utf-8")
    assert TITLE in page
