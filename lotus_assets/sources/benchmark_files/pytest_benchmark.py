"""pytest-benchmark's JSON (`--benchmark-json`, `--benchmark-save`), versions 3 to 5."""

import math
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.documents import (
    Foreign,
    parse_json,
    read_text,
    validated,
)
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.extra_metrics import extra_results
from lotus_assets.sources.benchmark_files.figures import sampled
from lotus_assets.sources.benchmark_files.machine import machine_of
from lotus_assets.sources.benchmark_files.run_file import identified
from lotus_assets.sources.benchmark_files.run_model import (
    CLOSE,
    BenchmarkRun,
    Commit,
    Count,
    Result,
    plain_parameters,
    utc,
)

OLDEST = 3
"""The first major version whose files have `machine_info`, `commit_info` and `stats`."""
NO_BRANCH = ("(unknown)", "(detached head)")


class Stats(Foreign):
    """`stats` of one benchmark, seconds per iteration."""

    min: float = Field(gt=0)
    max: float
    mean: float
    stddev: float = Field(ge=0)
    median: float
    rounds: Count
    iterations: Count = 1
    data: list[float] | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        near = 1 + CLOSE
        if not self.min <= self.median * near or not self.median <= self.max * near:
            raise ValueError(
                f"min {self.min}, median {self.median} and max {self.max} are not in this order"
            )
        if self.data is None:
            return self
        if len(self.data) != self.rounds:
            raise ValueError(f"{self.rounds} rounds, but data holds {len(self.data)} samples")
        if not math.isclose(min(self.data), self.min, rel_tol=CLOSE):
            raise ValueError(f"min is {self.min}, but the least of data is {min(self.data)}")
        return self


class MeasuredBenchmark(Foreign):
    """One entry of `benchmarks`."""

    fullname: str = Field(min_length=1, max_length=500)
    params: dict[str, Any] | None = None
    extra_info: dict[str, Any] = Field(default_factory=dict)
    stats: Stats


class CommitInfo(Foreign):
    """`commit_info`; `time` is when the commit was made."""

    id: str | None = None
    time: str | None = None
    branch: str | None = None
    dirty: bool | None = None


class PytestSession(Foreign):
    """What our pytest plugin adds to the file (`benchmarks/pytest_plugin`)."""

    started_at: str
    load_average: float | None = Field(default=None, ge=0)
    versions: dict[str, str] = Field(default_factory=dict)
    expected: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = Field(
        default_factory=list
    )
    failures: dict[str, str] = Field(default_factory=dict)


class Document(Foreign):
    """The whole file."""

    machine_info: dict[str, Any]
    commit_info: CommitInfo
    benchmarks: list[MeasuredBenchmark] = Field(min_length=1)
    datetime: str
    version: str = Field(pattern=r"^\d+(\.\w+)*")
    lotus_session: PytestSession | None = None


def is_pytest_benchmark(content: Any) -> bool:
    """Whether a JSON document looks like pytest-benchmark's."""
    return isinstance(content, dict) and {"benchmarks", "machine_info"} <= content.keys()


def read_pytest_benchmark(path: Path, details: RunDetails) -> BenchmarkRun:
    """The run that the file holds, with every sample it has.

    Its time is the file's `datetime`, which pytest-benchmark writes when it saves; without an
    offset (before 3.1) it is UTC.

    Raises:
        BenchmarkFileError: the file is refused.
    """
    document = validated(Document, parse_json(read_text(path), path), path)
    if int(document.version.partition(".")[0]) < OLDEST:
        raise BenchmarkFileError(
            path,
            "$.version",
            f"{document.version} is too old; the oldest that is read is {OLDEST}.0",
        )
    results: list[Result] = []
    seen: dict[str, int] = {}
    for number, entry in enumerate(document.benchmarks):
        first = seen.setdefault(entry.fullname, number)
        if first != number:
            raise BenchmarkFileError(
                path,
                f"$.benchmarks[{number}].fullname",
                f"{entry.fullname} is also $.benchmarks[{first}]",
            )
        results += _results(entry, path, f"$.benchmarks[{number}]", details)
    saved_at = _instant(document.datetime, path, "$.datetime")
    versions = {"pytest-benchmark": document.version}
    if isinstance(python := document.machine_info.get("python_version"), str):
        versions["python"] = python
    content = {
        "suite": details.suite or path.stem,
        "repository": details.repository,
        "kind": details.kind,
        "of_run_id": details.of_run_id,
        "commit": details.commit or _commit(document.commit_info, path),
        "started_at": saved_at,
        "machine": details.machine or machine_of(document.machine_info),
        "versions": versions,
        "source": {"format": f"pytest-benchmark {document.version}", "file": path.name},
        "results": results,
    }
    if document.lotus_session is not None:
        content |= _session(document.lotus_session, saved_at, path, details)
        content["versions"] = versions | document.lotus_session.versions
    return identified(**{**content, **details.more})


def _session(
    session: PytestSession, saved_at: datetime, path: Path, details: RunDetails
) -> dict[str, Any]:
    return {
        "started_at": _instant(session.started_at, path, "$.lotus_session.started_at"),
        "finished_at": saved_at,
        "load_average": session.load_average,
        "expected": [(details.benchmark_id(name), metric) for name, metric in session.expected],
        "failures": [
            {"benchmark": details.benchmark_id(name), "reason": reason}
            for name, reason in session.failures.items()
        ],
    }


def _results(
    entry: MeasuredBenchmark, path: Path, json_path: str, details: RunDetails
) -> list[Result]:
    stats, name = entry.stats, details.benchmark_id(entry.fullname)
    parameters = plain_parameters(entry.params)
    if stats.data is not None:
        if min(stats.data) <= 0:
            raise BenchmarkFileError(
                path, f"{json_path}.stats.data", "a time must be more than 0 s"
            )
        time = sampled(
            name,
            "time",
            stats.data,
            quantity="time",
            unit="s",
            direction="lower",
            iterations=[stats.iterations] * stats.rounds,
            parameters=parameters,
        )
    else:
        time = Result(
            benchmark=name,
            metric="time",
            quantity="time",
            unit="s",
            direction="lower",
            parameters=parameters,
            statistic="min",
            value=stats.min,
            minimum=stats.min,
            median=stats.median,
            mean=stats.mean,
            stddev=stats.stddev if stats.rounds > 1 else None,
            maximum=stats.max,
            rounds=stats.rounds,
        )
    others, left = extra_results(time, entry.extra_info, path, f"{json_path}.extra_info")
    parameters = plain_parameters({**(entry.params or {}), **left})
    for position, result in enumerate(others):
        if result.metric in ("time", *(other.metric for other in others[:position])):
            raise BenchmarkFileError(
                path, f"{json_path}.extra_info", f"the metric {result.metric} is there twice"
            )
    return [result.model_copy(update={"parameters": parameters}) for result in (time, *others)]


def _commit(info: CommitInfo, path: Path) -> Commit:
    is_known = info.id is not None and info.id != "unversioned"
    return Commit(
        id=info.id if is_known else None,
        branch=None if info.branch in NO_BRANCH else info.branch,
        committed_at=_instant(info.time, path, "$.commit_info.time") if info.time else None,
        is_dirty=info.dirty if is_known else None,
    )


def _instant(text: str, path: Path, json_path: str) -> datetime:
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise BenchmarkFileError(path, json_path, f"{text!r} is no date and time") from error
