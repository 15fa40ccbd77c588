"""`make bench`: suites are measured, their runs stored, suspects measured again, the table shown.

Runs go into the history folder first and from there, by the job `bench`, into the warehouse; what
a workflow restores from the branch `gh-pages` takes the same way.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pandas as pd
from rich.console import Console
from rich.markup import escape

from lotus_assets.benchmarks import bench_history, bench_regression, bench_result, bench_run
from lotus_assets.benchmarks.machine_load import is_loaded
from lotus_assets.benchmarks.own_suite import ROOT
from lotus_assets.benchmarks.page.titles import descriptions_of
from lotus_assets.benchmarks.profiles import store_profiles
from lotus_assets.benchmarks.subjects.subject_failed import SubjectFailed
from lotus_assets.benchmarks.suites import OWN, RANGEBAR, WEEKLY, Measurement, measure
from lotus_assets.commands.bench_table import print_comparison, print_noise
from lotus_assets.commands.execution import definitions, execute
from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.commands.surroundings.warehouse_database import database
from lotus_assets.engine.speed.detection import noise_floor, suspicious
from lotus_assets.graph.resources import Environment
from lotus_assets.outputs.pages.number_forms import counted
from lotus_assets.settings import Settings
from lotus_assets.sources.benchmark_files.history_folder import HistoryFolder
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun
from lotus_assets.sources.checkout import checkout_of
from lotus_assets.sources.warehouse.copying import read_table, records
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class Bench:
    """One call of a bench command: where the history lies and where messages go."""

    settings: Settings
    errors: Console

    @property
    def folder(self) -> HistoryFolder:
        """The history, a file a run."""
        return HistoryFolder(self.settings.tem_bench_dir)

    def measure(self, suites: Sequence[str], how: Measurement) -> list[BenchmarkRun]:
        """Measure the suites one after the other and add their runs to the history.

        A broken suite is told and stops no other.
        """
        runs = (self._measured(suite, how) for suite in suites)
        return [run for run in runs if run is not None]

    def _measured(self, suite: str, how: Measurement) -> BenchmarkRun | None:
        self.errors.print(f"Measuring {suite} ({how.kind}; load {os.getloadavg()[0]:.2f})")
        with tempfile.TemporaryDirectory(prefix="lotus-bench-") as work:
            profiles = Path(work) / "profiles" if how.is_weekly and how.only is None else None
            try:
                run = measure(suite, Path(work), replace(how, profiles=profiles))
            except SubjectFailed as broken:
                self._warn(f"BROKEN: {suite}: {broken}")
                return None
            self.folder.add(run)
            if profiles is not None:
                store_profiles(profiles, self.settings.tem_bench_dir, run.run_id)
        for failure in run.failures:
            self._warn(f"FAILED: {failure.benchmark}: {failure.reason}")
        if is_loaded(run.load_average, json.dumps(run.machine.facts)):
            self._warn(
                f"LOADED: {run.suite}: the machine was at work (load {run.load_average:.2f})"
            )
        self._say(f"{counted(len(run.results), 'result')} in {self.folder.path_of(run)}")
        return run

    @contextmanager
    def warehouse(self) -> Iterator[None]:
        """The database and Dagster's variables in place."""
        with database(self.settings, self._say) as url:
            os.environ.update(dagster_variables(self.settings, url))
            yield

    def store(self) -> bool:
        """Run the job `bench`; whether all of it went well."""
        defs = definitions()
        with dg.DagsterInstance.get() as instance:
            done = execute(defs.resolve_job_def("bench"), instance, self.errors)
        for failure in done.failures:
            self._warn(f"{failure.step}: {failure.reason}")
        return done.succeeded

    def measure_again(self, runs: Sequence[BenchmarkRun], how: Measurement) -> bool:
        """Measure the suspects of these runs once more, alone; False: there are none."""
        suspects = suspicious(read(bench_regression.TABLE), [run.run_id for run in runs])
        is_any = False
        for run in runs:
            names = sorted(set(suspects.loc[suspects["run_id"].eq(run.run_id), "benchmark"]))
            suite = run.suite.removesuffix(WEEKLY)
            if not names or suite not in (OWN, RANGEBAR):
                continue
            if suite == OWN and checkout_of(ROOT).commit.id != run.commit.id:
                self._say(f"Not looked at again, for another commit is checked out: {run.suite}")
                continue
            self._say(f"Looking again at {len(names)} of {run.suite}: {', '.join(names)}")
            again = replace(how, kind="rerun", only=names, of_run_id=run.run_id, select=None)
            is_any |= bool(self.measure([suite], again))
        return is_any

    def show(self, run_ids: Sequence[str]) -> None:
        """Print the table of each run to stdout."""
        history, regressions = read(bench_history.TABLE), read(bench_regression.TABLE)
        runs = read(bench_run.TABLE)
        stored = {str(run["run_id"]): run for run in records(runs)}
        descriptions = descriptions_of(read(bench_result.FIGURES), runs)
        console = _output()
        for run_id in run_ids:
            if run_id in stored:
                print_comparison(console, history, regressions, stored[run_id], descriptions)

    def show_noise(self, suites: Sequence[str]) -> None:
        """Print how much runs of the same code differ, as far as they were measured."""
        runs, results = read(bench_run.TABLE), read(bench_result.FIGURES)
        noise = noise_floor(bench_regression.aa_rows(runs, results))
        print_noise(_output(), noise[noise["suite"].isin(list(suites))])

    def _say(self, message: str) -> None:
        self.errors.print(escape(message), soft_wrap=True)

    def _warn(self, message: str) -> None:
        self.errors.print(f"[red]{escape(message)}[/]", soft_wrap=True)


def _output() -> Console:
    """A console on stdout, wide enough for the tables where that is no terminal."""
    return Console() if os.isatty(1) else Console(width=200)


def read(table: Table) -> pd.DataFrame:
    """All rows of a table of this process's warehouse."""
    with Environment().engine.connect() as connection:
        return read_table(connection, table)
