"""The commands behind `make bench`: measure, import another tool's results, back-fill releases.

A regression is never an exit code: what became slower is told and stored. 1 means that nothing
could be measured, or that it could not be stored.
"""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from lotus_assets.benchmarks.subjects.releases import measure_release
from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed
from lotus_assets.benchmarks.suites import RANGEBAR, RANGEBAR_REPOSITORY, SUITES, Measurement
from lotus_assets.commands.command_errors import FAILED, told_to_the_reader
from lotus_assets.commands.console import console_on_stderr
from lotus_assets.outputs.pages.number_forms import counted
from lotus_assets.settings import Settings
from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.importing import import_paths
from lotus_assets.sources.benchmark_files.pytest_benchmark import read_pytest_benchmark
from lotus_assets.sources.benchmark_files.run_model import Commit, utc
from lotus_assets.sources.writable_folder import check_writable

if TYPE_CHECKING:
    from lotus_assets.commands.benching import Bench

RELEASES = f"{RANGEBAR} (releases)"
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

application = typer.Typer(add_completion=False)


def _task(errors: Console) -> "Bench":
    """What the commands do it with. Imported here: it needs a TIMEZONE that is known to be good."""
    settings = Settings()
    check_writable(settings.tem_data_dir, "TEM_DATA_DIR")
    check_writable(settings.tem_bench_dir, "TEM_BENCH_DIR")
    from lotus_assets.commands.benching import Bench

    return Bench(settings, errors)


@application.command()
def bench(
    suite: Annotated[
        list[str] | None, typer.Option(help=f"Only this suite: {' or '.join(SUITES)}.")
    ] = None,
    kind: Annotated[
        Literal["manual", "daily", "weekly", "aa"] | None,
        typer.Option(help="What the run is filed as; manual, or weekly with --weekly."),
    ] = None,
    weekly: Annotated[bool, typer.Option(help="All benchmarks, more rounds, profiles.")] = False,
    select: Annotated[
        str | None, typer.Option(help="Only these of the own suite (pytest's -k).")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Measure so many times.")] = 1,
    criterion: Annotated[
        Path | None, typer.Option(help="Criterion's output of rangebar's Rust core, from here.")
    ] = None,
) -> None:
    """Measure the suites, store the runs, and print them beside the last and the best."""
    if unknown := sorted(set(suite or []) - set(SUITES)):
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {' and '.join(SUITES)}")
    how = Measurement(
        kind=kind or ("weekly" if weekly else "manual"),
        is_weekly=weekly,
        select=select,
        criterion=criterion,
    )
    with console_on_stderr() as errors, told_to_the_reader(errors):
        task = _task(errors)
        runs = [run for _ in range(repeat) for run in task.measure(suite or SUITES, how)]
        with task.warehouse():
            is_stored = task.store()
            if is_stored and how.kind != "aa" and task.measure_again(runs, how):
                is_stored = task.store()
            if is_stored and how.kind == "aa":
                task.show_noise(sorted({run.suite for run in runs}))
            elif is_stored:
                task.show([run.run_id for run in runs])
    if not (runs and is_stored):
        raise typer.Exit(FAILED)


@application.command("bench-store")
def bench_store() -> None:
    """Store every run of the history folder that is not stored yet, and make the dashboard."""
    with console_on_stderr() as errors, told_to_the_reader(errors):
        task = _task(errors)
        with task.warehouse():
            is_stored = task.store()
    if not is_stored:
        raise typer.Exit(FAILED)


@application.command("bench-import")
def bench_import(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of them.")],
    suite: Annotated[str | None, typer.Option(help="Suite to file the runs under.")] = None,
    repository: Annotated[str | None, typer.Option(help="Address of its repository.")] = None,
    measured_at: Annotated[
        datetime | None, typer.Option(formats=TIMES, help="Where a file holds no time (UTC).")
    ] = None,
    commit: Annotated[str | None, typer.Option(help="Commit that was measured.")] = None,
    version: Annotated[str | None, typer.Option(help="Version that was measured.")] = None,
    baseline: Annotated[str, typer.Option(help="Saved measurement of a Criterion tree.")] = "new",
) -> None:
    """Add other tools' results to the history: each file whole, or refused with its reason."""
    is_named = commit is not None or version is not None
    details = RunDetails(
        suite=suite,
        repository=repository,
        measured_at=None if measured_at is None else utc(measured_at),
        commit=Commit(id=commit, version=version) if is_named else None,
    )
    with console_on_stderr() as errors, told_to_the_reader(errors):
        task = _task(errors)
        imported = import_paths(paths, details, baseline=baseline)
        new = 0
        for run in imported.runs:
            try:
                new += task.folder.add(run)
            except BenchmarkFileError as refusal:
                imported.refused.append(refusal)
        for path, reason in imported.left_out:
            errors.print(escape(f"left out: {path}: {reason}"), soft_wrap=True)
        for refused in imported.refused:
            errors.print(f"[red]{escape(f'refused: {refused}')}[/]", soft_wrap=True)
        errors.print(
            f"{counted(new, 'run')} new, {len(imported.runs) - new} there already, "
            f"{counted(len(imported.refused), 'file')} refused"
        )
        with task.warehouse():
            is_stored = task.store()
    if imported.refused or not is_stored:
        raise typer.Exit(FAILED)


@application.command("bench-backfill")
def bench_backfill(
    versions: Annotated[list[str], typer.Argument(help="Released versions of rangebar.")],
) -> None:
    """Measure released versions of rangebar now, filed under the day they came out."""
    with console_on_stderr() as errors, told_to_the_reader(errors):
        task = _task(errors)
        is_complete = True
        for version in versions:
            errors.print(f"Measuring {RANGEBAR} {version}")
            with tempfile.TemporaryDirectory(prefix="lotus-bench-") as work:
                try:
                    release = measure_release(version, Path(work))
                except SubjectFailed as broken:
                    errors.print(f"[red]{escape(f'BROKEN: {broken}')}[/]", soft_wrap=True)
                    is_complete = False
                    continue
                commit = Commit(version=version, committed_at=release.released_at)
                details = RunDetails(
                    suite=RELEASES, repository=RANGEBAR_REPOSITORY, kind="backfill", commit=commit
                )
                task.folder.add(read_pytest_benchmark(release.file, details))
        with task.warehouse():
            is_stored = task.store()
    if not (is_complete and is_stored):
        raise typer.Exit(FAILED)
