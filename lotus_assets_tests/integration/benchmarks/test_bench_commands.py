"""The commands as processes of their own: import, store, and what `bench` says when it cannot."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from lotus_assets.sources.benchmark_files.history_folder import HistoryFolder
from lotus_assets_tests.unit.benchmarks.tables import a_run, timed
from lotus_assets_tests.unit.sources.benchmark_files.documents import (
    DATA_JS,
    PYTEST,
    write,
    write_data_js,
    write_tree,
)

ROOT = Path(__file__).parents[3]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(database: str, tmp_path: Path) -> Command:
    """`python -m lotus_assets …` on this test's database, with a history of its own."""
    variables = {
        "TEM_DB_CONNECTION": database,
        "TEM_DATA_DIR": str(tmp_path / "data"),
        "TEM_BENCH_DIR": str(tmp_path / "history"),
    }

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "lotus_assets", *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_other_tools_results_are_imported_or_refused(
    command: Command, tmp_path: Path, warehouse_engine: Engine
) -> None:
    past = tmp_path / "past"
    write(past / "bench.json", PYTEST)
    write_data_js(past / "data.js", DATA_JS)
    write_tree(past / "criterion")
    write(past / "criterion/sum/10/new/tukey.json", [])
    (past / "broken.json").write_text('{"machine_info": ')
    arguments = ["bench-import", str(past), "--suite", "past", "--measured-at", "2026-03-02"]
    done = command(*arguments)
    # Something was refused, and that is an exit code; what is good is stored all the same.
    assert done.returncode == 1, done.stderr
    assert f"refused: {past / 'broken.json'}: line 1, column 18: no JSON" in done.stderr
    assert f"left out: {past / 'criterion/sum/10/new/tukey.json'}: fences" in done.stderr
    assert "3 runs new, 0 there already, 1 file refused" in done.stderr
    query = "SELECT suite, source_format, kind FROM bench_run ORDER BY started_at, suite"
    assert rows(warehouse_engine, query) == [
        ("past", "pytest-benchmark 5.3.1", "imported"),
        ("past: Python", "github-action-benchmark (pytest)", "imported"),
        ("past", "criterion", "imported"),
    ]
    (past / "broken.json").unlink()
    again = command(*arguments)
    assert again.returncode == 0, again.stderr
    assert "0 runs new, 3 there already, 0 files refused" in again.stderr
    assert rows(warehouse_engine, "SELECT count(*) FROM bench_run") == [(3,)]


def test_a_history_that_was_checked_out_is_stored_wholesale(
    command: Command, tmp_path: Path, warehouse_engine: Engine
) -> None:
    history = HistoryFolder(tmp_path / "history")
    for day in range(1, 31):
        history.add(a_run(f"r{day:02}", day, [timed("t", 1.0, 1.1), timed("u", 2.0)]))
    done = command("bench-store")
    assert done.returncode == 0, done.stderr
    query = "SELECT benchmark, max(position) FROM bench_history GROUP BY 1 ORDER BY 1"
    assert rows(warehouse_engine, query) == [("t", 30), ("u", 30)]
    assert (tmp_path / "history" / "index.html").exists()


def test_a_broken_suite_says_so(command: Command, tmp_path: Path) -> None:
    done = command("bench", "--suite", "lotus-assets", "--select", "no_such_benchmark")
    assert done.returncode == 1
    assert "BROKEN: lotus-assets: The own suite (exit code 5) gave no result" in done.stderr
    assert HistoryFolder(tmp_path / "history").files() == []


def test_a_suite_that_is_none_is_refused(command: Command) -> None:
    done = command("bench", "--suite", "weather")
    assert done.returncode == 2
    assert "weather: there are lotus-assets and rangebar" in " ".join(done.stderr.split())
