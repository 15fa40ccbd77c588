"""Runs in this process on the persistent instance: where they are kept, what they tell."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from rich.console import Console

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import execute, stages
from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.graph.abandoned_runs import PROCESS_TAG, close_abandoned_runs
from lotus_assets.settings import Settings

PACKAGE_PARENT = Path(__file__).parents[2]
DAYS = dg.DailyPartitionsDefinition("2026-01-01")


class NoSuchGroup(Exception):
    """The likeness of an error that a source raises."""


@dg.asset(partitions_def=DAYS, group_name="raw_gitlab", pool="gitlab")
def first(context: dg.AssetExecutionContext) -> None:
    context.log.info("project toman/core/checkout: 12 merge requests")


@dg.asset(partitions_def=DAYS, group_name="facts", deps=[first])
def second() -> None: ...


@dg.asset(partitions_def=DAYS)
def broken() -> None:
    raise NoSuchGroup("Root group toman/nowhere does not exist.")


@dg.asset(partitions_def=DAYS, deps=[broken])
def after_broken() -> None: ...


GOOD = dg.define_asset_job("good", [first, second])
BAD = dg.define_asset_job("bad", [broken, after_broken])
DEFINITIONS = dg.Definitions(assets=[first, second, broken, after_broken], jobs=[GOOD, BAD])

ENDLESS_RUN = """
import os, sys, time
import dagster as dg
from rich.console import Console
from lotus_assets.commands.execution import execute
from lotus_assets.graph.steps import asset_step

days = dg.DailyPartitionsDefinition("2026-01-01")
@asset_step(specs=[dg.AssetSpec("endless", partitions_def=days)], pool="gitlab")
def endless():
    os.write(int(sys.argv[1]), b"executing")
    time.sleep(600)
    yield dg.MaterializeResult("endless")

job = dg.Definitions(assets=[endless]).resolve_implicit_global_asset_job_def()
with dg.DagsterInstance.get() as instance:
    execute(job, instance, Console(stderr=True), partition_key="2026-01-02")
"""

LOST_INTERRUPT = """
import os, signal, sys, weakref
import dagster as dg
from rich.console import Console
from lotus_assets.commands.command_errors import told_to_the_reader
from lotus_assets.commands.execution import execute
from lotus_assets.graph.steps import asset_step

class Anything: ...

def interrupted(_):
    os.kill(os.getpid(), signal.Signals[sys.argv[1]])
    for _ in range(1000):
        pass

days = dg.DailyPartitionsDefinition("2026-01-01")
@asset_step(specs=[dg.AssetSpec("first", partitions_def=days)])
def first():
    anything = Anything()
    reference = weakref.ref(anything, interrupted)
    del anything
    print("went on", flush=True)
    yield dg.MaterializeResult("first")

@asset_step(specs=[dg.AssetSpec("second", partitions_def=days, deps=["first"])])
def second():
    print("began the second", flush=True)
    yield dg.MaterializeResult("second")

job = dg.Definitions(assets=[first, second]).resolve_implicit_global_asset_job_def()
errors = Console(stderr=True)
with told_to_the_reader(errors), dg.DagsterInstance.get() as instance:
    execute(job, instance, errors, partition_key="2026-01-02")
    print("took it for done", flush=True)
"""

THIS_PROCESS = """
from lotus_assets.graph.abandoned_runs import this_process
print(this_process())
"""


@pytest.fixture
def variables(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("TEM_DATA_DIR", str(tmp_path / "data"))
    variables = dagster_variables(Settings(), database)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def instance(variables: dict[str, str]) -> Iterator[dg.DagsterInstance]:
    assert variables["DAGSTER_HOME"] == str(PACKAGE_PARENT)
    with dg.DagsterInstance.get() as found:
        yield found


def test_a_run_is_kept_in_the_schema_dagster(instance: dg.DagsterInstance, database: str) -> None:
    job = DEFINITIONS.resolve_job_def("good")
    execution = execute(job, instance, Console(quiet=True), partition_key="2026-01-02")
    assert execution.succeeded
    run = instance.get_run_by_id(execution.run_id)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert run.tags["dagster/partition"] == "2026-01-02"
    assert instance.get_latest_materialization_event(dg.AssetKey("second")) is not None
    with psycopg.connect(database) as connection:
        kept = connection.execute("SELECT run_id FROM dagster.runs").fetchall()
        strays = connection.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_name IN ('runs', 'event_logs', 'kvs')"
        ).fetchall()
    assert kept == [(execution.run_id,)]
    assert strays == []


def test_time_is_told_by_stage(instance: dg.DagsterInstance) -> None:
    job = DEFINITIONS.resolve_job_def("good")
    execution = execute(job, instance, Console(quiet=True), partition_key="2026-01-02")
    assert set(execution.seconds) == {"first", "second"}
    assert list(stages(DEFINITIONS.get_repository_def(), {"first": 2.0, "second": 0.5})) == [
        "raw_gitlab",
        "facts",
    ]


def test_only_the_assets_that_are_asked_for(instance: dg.DagsterInstance) -> None:
    job = DEFINITIONS.resolve_job_def("good")
    only = [dg.AssetKey("second")]
    execution = execute(job, instance, Console(quiet=True), partition_key="2026-01-02", assets=only)
    assert set(execution.seconds) == {"second"}


def test_a_failed_step_is_told_in_its_own_words(instance: dg.DagsterInstance) -> None:
    job = DEFINITIONS.resolve_job_def("bad")
    execution = execute(job, instance, Console(quiet=True), partition_key="2026-01-02")
    assert not execution.succeeded
    (failure,) = execution.failures
    assert (failure.step, failure.reason) == (
        "broken",
        "Root group toman/nowhere does not exist.",
    )
    run = instance.get_run_by_id(execution.run_id)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.FAILURE


def test_progress_without_a_terminal_is_plain_lines(
    instance: dg.DagsterInstance, capfd: pytest.CaptureFixture[str]
) -> None:
    with console_on_stderr() as console:
        execute(DEFINITIONS.resolve_job_def("good"), instance, console, partition_key="2026-01-02")
    lines = capfd.readouterr().err.splitlines()
    assert "first: project toman/core/checkout: 12 merge requests" in lines
    assert [line.split(" in ")[0] for line in lines if "done" in line] == [
        "first: done",
        "second: done",
    ]


def test_a_narrow_terminal_keeps_bar_counter_and_time(instance: dg.DagsterInstance) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=60, color_system=None)
    job, only = DEFINITIONS.resolve_job_def("good"), [dg.AssetKey("first")]
    execute(job, instance, console, partition_key="2026-01-02", assets=only)
    assert isinstance(console.file, io.StringIO)
    shown = re.split(r"[\r\n]+", console.file.getvalue())
    assert any(
        re.search(r"━{20} 1/1 \d:\d\d:\d\d first project toman/core/c…", line) for line in shown
    ), shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_marked_as_ended(
    number: signal.Signals, variables: dict[str, str], instance: dg.DagsterInstance
) -> None:
    process = start_endless_run(variables)
    process.send_signal(number)
    # A step that is tried again on an interrupt would sleep on.
    process.wait(60)
    assert process.returncode != 0
    (run,) = instance.get_runs()
    assert run.is_finished


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_whose_exception_is_lost_ends_the_run_all_the_same(
    number: signal.Signals, variables: dict[str, str], instance: dg.DagsterInstance
) -> None:
    """In the callback of a weak reference Python prints the exception and goes on."""
    done = subprocess.run(
        [sys.executable, "-c", LOST_INTERRUPT, number.name],
        cwd=PACKAGE_PARENT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Exception ignored in" in done.stderr
    assert done.stdout.splitlines() == ["went on"]
    (run,) = instance.get_runs()
    assert run.is_finished


def test_a_run_that_was_killed_before_it_began_is_closed(instance: dg.DagsterInstance) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", THIS_PROCESS],
        cwd=PACKAGE_PARENT,
        capture_output=True,
        text=True,
        check=True,
    )
    job = DEFINITIONS.resolve_job_def("good")
    run = instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.NOT_STARTED, tags={PROCESS_TAG: gone.stdout.strip()}
    )
    assert close_abandoned_runs(instance) == [run.run_id]
    closed = instance.get_run_by_id(run.run_id)
    assert closed is not None
    assert closed.status == dg.DagsterRunStatus.FAILURE


def test_a_killed_run_is_closed_by_the_next(
    variables: dict[str, str], instance: dg.DagsterInstance
) -> None:
    process = start_endless_run(variables)
    (run,) = instance.get_runs()
    assert close_abandoned_runs(instance) == [], "a run that is alive was closed"
    process.kill()
    process.wait()
    assert close_abandoned_runs(instance) == [run.run_id]
    closed = instance.get_run_by_id(run.run_id)
    assert closed is not None
    assert closed.status == dg.DagsterRunStatus.FAILURE
    assert instance.event_log_storage.get_concurrency_info("gitlab").active_slot_count == 0


def test_runs_of_other_machines_are_left_alone(instance: dg.DagsterInstance) -> None:
    job = DEFINITIONS.resolve_job_def("good")
    instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: "elsewhere/1/0"}
    )
    assert close_abandoned_runs(instance) == []


def start_endless_run(variables: dict[str, str]) -> "subprocess.Popen[str]":
    """A process in the middle of a run's only step."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS_RUN, str(write)],
        cwd=PACKAGE_PARENT,
        env={**os.environ, **variables},
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    os.close(write)
    assert os.read(read, 100) == b"executing", "the run did not get as far as its step"
    os.close(read)
    return process
