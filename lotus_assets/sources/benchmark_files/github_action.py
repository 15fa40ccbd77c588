"""github-action-benchmark's history (`dev/bench/data.js`): many runs of one or more suites.

The action keeps one figure of each benchmark. For pytest that is the rate, iterations a second, of
the mean; the mean itself, the standard deviation and the rounds stand beside it as text.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.documents import (
    Foreign,
    parse_json,
    read_text,
    validated,
)
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.machine import UNKNOWN
from lotus_assets.sources.benchmark_files.run_file import identified
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun, Commit, Result, utc

ASSIGNMENT = re.compile(r"\A\s*window\.BENCHMARK_DATA\s*=\s*")
TIME_UNITS = {
    "ps": 1e-12, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "usec": 1e-6, "ms": 1e-3, "msec": 1e-3,
    "s": 1.0, "sec": 1.0, "seconds": 1.0,
}  # fmt: skip
TIME = re.compile(rf"^({'|'.join(TIME_UNITS)})(/(iter|op|ops))?$")
RATE = re.compile(r"^(iter|ops?)/s(ec)?$")
BIGGER, SMALLER = "customBiggerIsBetter", "customSmallerIsBetter"
STDDEV = re.compile(r"stddev:\s*([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
ROUNDS = re.compile(r"rounds:\s*([0-9]+)")


class ActionCommit(Foreign):
    """The commit that GitHub named; people's names and addresses are not read."""

    id: str = Field(min_length=1)
    message: str = ""
    timestamp: str | None = None
    url: str | None = None


class ActionResult(Foreign):
    """One figure."""

    name: str = Field(min_length=1, max_length=500)
    value: float
    unit: str
    range: str | None = None
    extra: str | None = None


class Entry(Foreign):
    """One run; `date` is milliseconds since 1970."""

    commit: ActionCommit
    date: int = Field(gt=0)
    tool: str
    benches: list[ActionResult] = Field(min_length=1)


class History(Foreign):
    """The whole file."""

    repo_url: str | None = Field(default=None, alias="repoUrl")
    entries: dict[str, list[Entry]]


def is_data_js(text: str) -> bool:
    """Whether a text is such a history."""
    return ASSIGNMENT.match(text) is not None


def read_data_js(path: Path, details: RunDetails) -> Iterator[BenchmarkRun]:
    """The runs of every suite of the file, each suite's in the file's order.

    `details.suite` stands in front of the suites' own names. The machine is unknown.

    Raises:
        BenchmarkFileError: the file is refused, whole; nothing is yielded before that is known.
    """
    text = read_text(path)
    assignment = ASSIGNMENT.match(text)
    if assignment is None:
        raise BenchmarkFileError(path, "line 1", "should begin with window.BENCHMARK_DATA =")
    document = text[assignment.end() :].rstrip().removesuffix(";")
    content = parse_json(document, path, first_line=text.count("\n", 0, assignment.end()) + 1)
    history = validated(History, content, path)
    runs = [
        _run(entry, suite, path, f"$.entries[{suite!r}][{number}]", history, details)
        for suite, entries in history.entries.items()
        for number, entry in enumerate(entries)
    ]
    if not runs:
        raise BenchmarkFileError(path, "$.entries", "it holds no run")
    yield from runs


def _run(
    entry: Entry, suite: str, path: Path, json_path: str, history: History, details: RunDetails
) -> BenchmarkRun:
    seen: dict[str, int] = {}
    results = []
    for number, bench in enumerate(entry.benches):
        where = f"{json_path}.benches[{number}]"
        if (first := seen.setdefault(bench.name, number)) != number:
            raise BenchmarkFileError(path, where, f"{bench.name} is also benches[{first}]")
        results.append(_result(bench, entry.tool, path, where, details))
    commit = entry.commit
    return identified(
        **{
            "suite": f"{details.suite}: {suite}" if details.suite else suite,
            "repository": details.repository or history.repo_url,
            "kind": details.kind,
            "of_run_id": details.of_run_id,
            "commit": details.commit
            or Commit(
                id=commit.id,
                committed_at=_instant(commit.timestamp, path, f"{json_path}.commit.timestamp"),
                url=commit.url,
                message=commit.message.partition("\n")[0][:200] or None,
            ),
            "started_at": _milliseconds(entry.date, path, f"{json_path}.date"),
            "machine": details.machine or UNKNOWN,
            "source": {"format": f"github-action-benchmark ({entry.tool})", "file": path.name},
            "results": results,
            **details.more,
        }
    )


def _result(
    bench: ActionResult, tool: str, path: Path, json_path: str, details: RunDetails
) -> Result:
    rate, time = RATE.match(bench.unit), TIME.match(bench.unit)
    rounds = ROUNDS.search(bench.extra or "")
    common: dict[str, Any] = {
        "benchmark": details.benchmark_id(bench.name),
        "statistic": "mean",
        "rounds": int(rounds[1]) if rounds else None,
    }
    if (rate or time) and bench.value <= 0:
        raise BenchmarkFileError(path, f"{json_path}.value", "must be more than 0")
    if tool in (BIGGER, SMALLER):
        direction = "higher" if tool == BIGGER else "lower"
        unit = bench.unit or "1"
        return Result(
            metric="value", quantity="count", unit=unit, direction=direction, value=bench.value,
            mean=bench.value, **common,
        )  # fmt: skip
    if rate:
        seconds = 1 / bench.value
        if math.isinf(seconds):
            raise BenchmarkFileError(
                path, f"{json_path}.value", f"{bench.value} a second is no rate"
            )
    elif time:
        seconds = bench.value * TIME_UNITS[time[1]]
    else:
        raise BenchmarkFileError(
            path, f"{json_path}.unit", f"{bench.unit!r} of {tool} is not known"
        )
    return Result(
        metric="time", quantity="time", unit="s", direction="lower", value=seconds, mean=seconds,
        stddev=_stddev(bench.range) if tool == "pytest" else None, **common,
    )  # fmt: skip


def _stddev(text: str | None) -> float | None:
    """pytest's `stddev: 0.0001` is in seconds; what the spread of other tools is, nobody says."""
    match = STDDEV.search(text or "")
    value = float(match[1]) if match else None
    return value if value is not None and math.isfinite(value) else None


def _milliseconds(value: int, path: Path, json_path: str) -> datetime:
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise BenchmarkFileError(path, json_path, f"{value} ms are no instant") from error


def _instant(text: str | None, path: Path, json_path: str) -> datetime | None:
    if text is None:
        return None
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise BenchmarkFileError(path, json_path, f"{text!r} is no date and time") from error
