"""Metrics beside pytest-benchmark's timings: CPU time of every round, and what a test records.

The first line of a test's docstring goes along: it is what a visitor reads instead of its id.

A metric hangs on the test's `benchmark`, so it survives `--benchmark-only`. The file that
`--benchmark-json` writes gets a key `lotus_session`: when the session began, the machine's load,
versions, the metrics that were expected and the benchmarks that failed.
"""

import inspect
import os
import platform
import resource
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pytest

SMALLEST = 1e-9
"""A round that used no measurable processor time is not one of 0 s: logarithms are taken."""
EXPECTS = "expects_metrics"
DESCRIPTION = "description"
"""The key of `extra_info` with what a benchmark says about itself."""
LONGEST = 200
"""Signs of it that a run keeps."""

Record = Callable[..., None]


class SessionNotes:
    """What is noted of one pytest session."""

    def __init__(self, packages: Iterable[str]) -> None:
        """`packages` are distributions whose versions are noted."""
        self.started_at = datetime.now(UTC)
        self.load_average = os.getloadavg()[0]
        self.versions = {"python": platform.python_version(), "platform": platform.platform()}
        for name in packages:
            try:
                self.versions[name] = version(name)
            except PackageNotFoundError:
                self.versions[name] = "not installed"
        self.expected: list[tuple[str, str]] = []
        self.failures: dict[str, str] = {}

    def as_json(self) -> dict[str, Any]:
        """The key `lotus_session` of the file."""
        return {
            "started_at": self.started_at.isoformat(),
            "load_average": self.load_average,
            "versions": self.versions,
            "expected": [list(pair) for pair in self.expected],
            "failures": self.failures,
        }


NOTES = pytest.StashKey[SessionNotes]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the caller name packages."""
    parser.getgroup("benchmark").addoption(
        "--benchmark-version-of",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="Note the version of this package in the JSON file (may be given more than once).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start the notes and name our markers."""
    FAILED.clear()
    config.stash[NOTES] = SessionNotes(config.getoption("benchmark_version_of", []))
    config.addinivalue_line("markers", f"{EXPECTS}(*names): metrics that the benchmark records.")
    config.addinivalue_line("markers", "weekly: too long for every day; runs in the weekly suite.")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Every benchmark that was selected should give its time, its CPU time, and its metrics."""
    notes = session.config.stash[NOTES]
    for item in session.items:
        if "benchmark" not in getattr(item, "fixturenames", ()):
            continue
        recorded = [name for mark in item.iter_markers(EXPECTS) for name in mark.args]
        notes.expected += [(item.nodeid, name) for name in ("time", "cpu_time", *recorded)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Measure the CPU time of every round of a test that uses `benchmark`."""
    fixture = getattr(item, "funcargs", {}).get("benchmark")
    if fixture is None:
        yield
        return
    if description := description_of(getattr(item, "function", None)):
        fixture.extra_info.setdefault(DESCRIPTION, description)
    spent: list[float] = []
    make_runner = fixture._make_runner

    def measured_runner(*arguments: Any) -> Callable[..., Any]:
        runner = make_runner(*arguments)

        def run(*loops: Any) -> Any:
            # Around pytest-benchmark's own clock, so that the time it takes is not changed.
            before = cpu_seconds()
            result = runner(*loops)
            spent.append(cpu_seconds() - before)
            return result

        return run

    fixture._make_runner = measured_runner
    try:
        yield
    finally:
        del fixture._make_runner
        stats = fixture.stats
        # The rounds come last; before them it calibrates and warms up.
        rounds = len(stats.stats.data) if stats is not None else 0
        if rounds:
            samples = [max(cpu / stats.iterations, SMALLEST) for cpu in spent[-rounds:]]
            add_metric(
                fixture, "cpu_time", samples=samples, unit="s", quantity="cpu_time",
                direction="lower",
            )  # fmt: skip


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep why a benchmark gave no result."""
    if report.failed:
        FAILED[report.nodeid] = reason_of(report)
    elif report.skipped and isinstance(report.longrepr, tuple):
        FAILED.setdefault(report.nodeid, str(report.longrepr[2]))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that cannot be imported is a failure too."""
    if report.failed:
        FAILED[report.nodeid] = reason_of(report)


FAILED: dict[str, str] = {}
"""By node id. Reports carry no configuration, so these stand beside the notes."""


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Add our key to pytest-benchmark's file, and take out benchmarks that gave wrong answers."""
    notes = config.stash[NOTES]
    wanted = {name for name, _ in notes.expected}
    notes.failures = {
        name: reason
        for name, reason in FAILED.items()
        if name in wanted or not reason.startswith("Skipped")
    }
    # It keeps those whose own code did not raise, whatever the test found afterwards.
    output_json["benchmarks"] = [
        entry for entry in output_json["benchmarks"] if entry["fullname"] not in FAILED
    ]
    output_json["lotus_session"] = notes.as_json()


@pytest.fixture
def record_metric(benchmark: Any) -> Record:
    """`record_metric(name, value=… | samples=…, unit=, quantity=, direction=)`: once a name."""

    def record(
        name: str,
        *,
        unit: str,
        quantity: str,
        direction: str,
        value: float | None = None,
        samples: Sequence[float] | None = None,
    ) -> None:
        add_metric(
            benchmark, name, value=value, samples=samples, unit=unit, quantity=quantity,
            direction=direction,
        )  # fmt: skip

    return record


@pytest.fixture
def record_work(benchmark: Any) -> Record:
    """`record_work(1000, "trades/s")`: the throughput follows from the time."""

    def record(amount: float, unit: str, name: str = "throughput") -> None:
        add_metric(benchmark, name, work=amount, unit=unit)

    return record


def add_metric(fixture: Any, name: str, **content: Any) -> None:
    """Put a metric into `extra_info`, where the convention has it.

    Raises:
        ValueError: the benchmark has a metric of that name already.
    """
    metrics = fixture.extra_info.setdefault("metrics", {})
    if name in metrics:
        raise ValueError(f"{fixture.fullname} records the metric {name} twice")
    metrics[name] = {key: value for key, value in content.items() if value is not None}


def description_of(function: object) -> str:
    """The first line of its docstring, without a full stop; empty where it has none."""
    return (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")[:LONGEST]


def cpu_seconds() -> float:
    """Processor time of this process, all threads, and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The first line of what a failure said."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash is not None else str(report.longrepr)
    return next((line.strip() for line in message.splitlines() if line.strip()), "no reason given")[
        :500
    ]
