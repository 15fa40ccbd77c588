"""The suites that `make bench` measures, and how a measurement becomes a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lotus_assets.benchmarks.own_suite import PREFIX, ROOT, measure_own_suite
from lotus_assets.benchmarks.subjects.rangebar_subject import RANGEBAR_EXPECTED, measure_rangebar
from lotus_assets.benchmarks.subjects.rust_metrics import RUST_EXPECTED, rust_metrics
from lotus_assets.sources.benchmark_files.criterion import CriterionTree
from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.pytest_benchmark import read_pytest_benchmark
from lotus_assets.sources.benchmark_files.run_file import identified
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun, Commit, Kind
from lotus_assets.sources.checkout import checkout_of

OWN, RANGEBAR = "lotus-assets", "rangebar"
SUITES = (OWN, RANGEBAR)
RANGEBAR_REPOSITORY = "https://github.com/terrylica/rangebar-py"
WEEKLY = " (weekly)"
"""Ending of a weekly suite's name. More rounds have a lower minimum: it is a series of its own."""


@dataclass(frozen=True)
class Measurement:
    """How a suite is to be measured.

    `only` names benchmarks of the run `of_run_id`, which a rerun repeats; `select` is an
    expression for pytest's -k (own suite). `criterion` is a tree that rangebar's Rust core left.
    """

    kind: Kind
    is_weekly: bool = False
    only: Sequence[str] | None = None
    of_run_id: str | None = None
    select: str | None = None
    profiles: Path | None = None
    criterion: Path | None = None

    def suite_name(self, suite: str) -> str:
        """The name under which the run is filed."""
        return suite + WEEKLY if self.is_weekly else suite


def measure(suite: str, folder: Path, how: Measurement) -> BenchmarkRun:
    """Measure `suite`, with its files below `folder`.

    Raises:
        SubjectFailed: the suite is broken; the text says how.
    """
    return {OWN: _own, RANGEBAR: _rangebar}[suite](folder, how)


def _own(folder: Path, how: Measurement) -> BenchmarkRun:
    # Before the suite runs, which takes minutes: another commit may be checked out meanwhile.
    checkout = checkout_of(ROOT)
    output = measure_own_suite(
        folder, weekly=how.is_weekly, only=how.only, select=how.select, profiles=how.profiles
    )
    return read_pytest_benchmark(
        output,
        RunDetails(
            suite=how.suite_name(OWN),
            repository=checkout.repository,
            kind=how.kind,
            of_run_id=how.of_run_id,
            commit=checkout.commit,
            prefix=PREFIX,
        ),
    )


def _rangebar(folder: Path, how: Measurement) -> BenchmarkRun:
    output = measure_rangebar(folder, weekly=how.is_weekly, only=how.only)
    run = read_pytest_benchmark(
        output,
        RunDetails(
            suite=how.suite_name(RANGEBAR),
            repository=RANGEBAR_REPOSITORY,
            kind=how.kind,
            of_run_id=how.of_run_id,
        ),
    )
    content = _content(run) | {"commit": Commit(version=run.versions.get(RANGEBAR))}
    if how.only is not None:
        return identified(**content)
    expected = dict.fromkeys([*(run.expected or []), *RANGEBAR_EXPECTED, *RUST_EXPECTED])
    content["expected"] = list(expected)
    if how.criterion is not None:
        tree = CriterionTree(how.criterion).read(RunDetails(measured_at=run.started_at))
        rust = rust_metrics(tree.results, run.results)
        content["results"] = [*run.results, *rust.results]
        content["failures"] = [*run.failures, *rust.failures]
    return identified(**content)


def _content(run: BenchmarkRun) -> dict[str, Any]:
    """The run's fields, but its id, which follows from them."""
    return {name: getattr(run, name) for name in BenchmarkRun.model_fields if name != "run_id"}
