"""The job `bench` in a real Dagster run: run files in, history, facts and dashboard out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import Execution, execute
from lotus_assets.definitions import defs
from lotus_assets.settings import Settings
from lotus_assets.sources.benchmark_files.history_folder import HistoryFolder
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets_tests.integration.runs.workplace import Workplace
from lotus_assets_tests.unit.benchmarks.tables import a_run, timed

NOW = "2026-03-20T12:00:00+00:00"
Store = Callable[[], Execution]


@pytest.fixture
def folder(tmp_path: Path) -> HistoryFolder:
    return HistoryFolder(tmp_path / "history")


@pytest.fixture
def store(database: str, tmp_path: Path, folder: HistoryFolder) -> Store:
    """Runs the job on this test's database; fails unless every step went well."""
    place = Workplace(database, tmp_path, NOW)
    variables = {
        "TEM_DB_CONNECTION": database,
        "TEM_DATA_DIR": str(tmp_path / "data"),
        "TEM_BENCH_DIR": str(folder.folder),
        "TEM_AS_OF": NOW,
    }

    def run() -> Execution:
        with place.instance(variables) as instance, console_on_stderr() as console:
            done = execute(defs.resolve_job_def("bench"), instance, console)
        assert done.failures == ()
        return done

    return run


def ask(engine: Engine, query: str, **values: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def runs_of(*values: float) -> list[BenchmarkRun]:
    """A run a day in which one benchmark takes so many seconds, and another always 1 s."""
    return [
        a_run(f"r{day}", day, [timed("moving", value, value * 2), timed("still", 1.0, 1.0)])
        for day, value in enumerate(values, start=1)
    ]


def test_a_folder_is_stored_whole_and_only_once(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    for run in runs_of(1.0, 2.0):
        folder.add(run)
    store()
    stored = "SELECT run_id, suite, kind, file FROM bench_run ORDER BY run_id"
    assert ask(warehouse_engine, stored) == [
        ("r1", "own", "daily", "runs/own/r1.json"),
        ("r2", "own", "daily", "runs/own/r2.json"),
    ]
    samples = "SELECT samples, rounds FROM bench_result WHERE run_id = 'r2' AND benchmark='moving'"
    assert ask(warehouse_engine, samples) == [([2.0, 4.0], 2)]
    series = (
        "SELECT run_id, position, value, previous_value, ratio_to_previous FROM bench_history "
        "WHERE benchmark = 'moving' ORDER BY position"
    )
    assert ask(warehouse_engine, series) == [("r1", 1, 1.0, None, None), ("r2", 2, 2.0, 1.0, 2.0)]
    again = store()
    written = (
        "SELECT rows_new, rows_changed, rows_vanished FROM table_run WHERE run_id = :run "
        "AND table_name LIKE 'bench\\_%' AND table_name <> 'bench_dashboard'"
    )
    assert set(ask(warehouse_engine, written, run=again.run_id)) == {(0, 0, 0)}


def test_a_file_that_goes_away_takes_nothing_away(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    first, second = runs_of(1.0, 2.0)
    folder.add(first)
    store()
    folder.path_of(first).unlink()
    folder.add(second)
    store()
    assert ask(warehouse_engine, "SELECT count(*) FROM bench_run") == [(2,)]
    assert ask(warehouse_engine, "SELECT max(position) FROM bench_history") == [(2,)]


def test_a_bad_file_is_in_quarantine_with_its_reason_and_stops_no_other(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    good, forged = runs_of(1.0, 2.0)
    folder.add(good)
    folder.add(forged)
    path = folder.path_of(forged)
    content = json.loads(path.read_text())
    content["results"][0]["samples"] = [-1.0, 4.0]
    path.write_text(json.dumps(content))
    store()
    assert ask(warehouse_engine, "SELECT run_id FROM bench_run") == [("r1",)]
    assert ask(warehouse_engine, "SELECT DISTINCT run_id FROM bench_result") == [("r1",)]
    ((table, reason, payload),) = ask(
        warehouse_engine, "SELECT table_name, reason, payload FROM quarantine"
    )
    assert table == "bench_run"
    assert payload == {"file": str(path), "place": "$.results[0]"}
    assert "a time must be more than 0 s" in reason


def test_a_stored_run_is_final(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    (run,) = runs_of(1.0)
    folder.add(run)
    store()
    path = folder.path_of(run)
    path.write_text(path.read_text().replace('"load_average": null', '"load_average": 1.0'))
    store()
    assert ask(warehouse_engine, "SELECT load_average FROM bench_run") == [(None,)]
    ((reason,),) = ask(warehouse_engine, "SELECT reason FROM quarantine")
    assert "it was changed after it was stored; runs are final" in reason


def test_what_became_slower_is_found_named_and_shown(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    for run in runs_of(1.0, 1.0, 3.0):
        folder.add(run)
    missing = a_run("r4", 4, [timed("still", 1.0)], expected=[("moving", "time")])
    folder.add(missing)
    store()
    query = (
        "SELECT benchmark, run_id, ratio, movement FROM bench_regression WHERE fact = 'threshold'"
    )
    assert ask(warehouse_engine, query) == [("moving", "r3", 3.0, "slower")]
    query = "SELECT benchmark, metric, run_id FROM bench_regression WHERE fact = 'completeness'"
    assert ask(warehouse_engine, query) == [("moving", "time", "r4")]
    files = dict(ask(warehouse_engine, "SELECT path, bytes FROM bench_dashboard"))
    for name, size in files.items():
        assert (folder.folder / name).stat().st_size == size
    page = (folder.folder / "index.html").read_text(encoding="utf-8")
    assert '<p class="name">moving</p>' in page
    assert (folder.folder / ".nojekyll").exists()


def test_a_second_look_confirms_or_refutes_and_is_no_point(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    for run in runs_of(1.0, 3.0):
        folder.add(run)
    still_slow = timed("moving", 2.9)
    folder.add(a_run("again", 3, [still_slow], kind="rerun", of_run_id="r2"))
    store()
    query = "SELECT state FROM bench_regression WHERE fact = 'threshold' AND run_id = 'r2'"
    assert ask(warehouse_engine, query) == [("confirmed",)]
    folder.add(a_run("once-more", 4, [timed("moving", 1.0)], kind="rerun", of_run_id="r2"))
    store()
    assert ask(warehouse_engine, query) == [("refuted",)]
    assert ask(warehouse_engine, "SELECT max(position) FROM bench_history") == [(2,)]


def test_without_any_run_there_is_an_empty_dashboard(
    store: Store, folder: HistoryFolder, warehouse_engine: Engine
) -> None:
    store()
    assert ask(warehouse_engine, "SELECT count(*) FROM bench_history") == [(0,)]
    assert (folder.folder / "index.html").exists()
    assert Settings().tem_bench_dir == Path("benchmarks-history")
