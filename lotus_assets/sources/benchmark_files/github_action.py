"""github-action-benchmark's history (`dev/bench/data.js`): many runs of one or more suites.

The action keeps one figure of each benchmark. For pytest that is the rate, iterations a second, of
the mean; the mean itself, the standard deviation and the rounds stand beside it as text. What a
figure's unit means is said in `action_figures`. A figure or a run that cannot be used is left out
and named, and the others are taken: nobody can mend what a tool wrote years ago.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from lotus_assets.sources.benchmark_files.action_figures import (
    Unusable,
    benchmark_of,
    figures_of,
    result_of,
)
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
from lotus_assets.sources.benchmark_files.run_model import (
    BenchmarkRun,
    Commit,
    Failure,
    Result,
    utc,
)

ASSIGNMENT = re.compile(r"\A\s*window\.BENCHMARK_DATA\s*=\s*")
STDDEV = re.compile(r"stddev:\s*([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
ROUNDS = re.compile(r"rounds:\s*([0-9]+)")
LONGEST_NAME = 500


class ActionCommit(Foreign):
    """The commit that GitHub named; people's names and addresses are not read."""

    id: str = Field(min_length=1)
    message: str = ""
    timestamp: str | None = None
    url: str | None = None


class ActionResult(Foreign):
    """One figure."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    value: float
    unit: str
    range: str | None = None
    extra: str | None = None


class Entry(Foreign):
    """One run; `date` is milliseconds since 1970. Its figures are judged one by one."""

    commit: ActionCommit
    date: int = Field(gt=0)
    tool: str
    benches: list[Any] = Field(min_length=1)


class History(Foreign):
    """The whole file."""

    repo_url: str | None = Field(default=None, alias="repoUrl")
    entries: dict[str, list[Any]]


@dataclass
class ReadHistory:
    """The runs of a file, and what of it cannot be used, with its place and the reason."""

    runs: list[BenchmarkRun] = field(default_factory=list)
    left_out: list[BenchmarkFileError] = field(default_factory=list)

    def reasons(self) -> list[str]:
        """What was left out, in sentences: of many runs alike the first, and how many there are."""
        alike: dict[str, list[str]] = {}
        for error in self.left_out:
            alike.setdefault(error.reason, []).append(error.where)
        return [
            f"{places[0]}: {reason}" + (f" (and {len(places) - 1} more)" if len(places) > 1 else "")
            for reason, places in alike.items()
        ]


def is_data_js(text: str) -> bool:
    """Whether a text is such a history."""
    return ASSIGNMENT.match(text) is not None


def read_data_js(path: Path, details: RunDetails) -> ReadHistory:
    """The runs of every suite of the file, each suite's in the file's order.

    `details.suite` stands in front of the suites' own names. The machine is unknown.

    Raises:
        BenchmarkFileError: the file is refused, whole: it is no such history, or nothing of it can
            be used.
    """
    text = read_text(path)
    assignment = ASSIGNMENT.match(text)
    if assignment is None:
        raise BenchmarkFileError(path, "line 1", "should begin with window.BENCHMARK_DATA =")
    document = text[assignment.end() :].rstrip().removesuffix(";")
    content = parse_json(document, path, first_line=text.count("\n", 0, assignment.end()) + 1)
    history = validated(History, content, path)
    done = ReadHistory()
    for suite, entries in history.entries.items():
        for number, entry in enumerate(entries):
            place = Place(path, f"$.entries[{suite!r}][{number}]")
            try:
                done.runs.append(_run(entry, suite, place, history, details, done.left_out))
            except BenchmarkFileError as error:
                done.left_out.append(error)
    if not done.runs:
        raise (
            done.left_out[0]
            if done.left_out
            else BenchmarkFileError(path, "$.entries", "it holds no run")
        )
    return done


@dataclass(frozen=True)
class Place:
    """Where in a file something stands."""

    path: Path
    where: str

    def below(self, part: str) -> "Place":
        """The place of a part of it."""
        return Place(self.path, self.where + part)

    def error(self, reason: str) -> BenchmarkFileError:
        """What is wrong here."""
        return BenchmarkFileError(self.path, self.where, reason)


def _run(
    content: Any,
    suite: str,
    place: Place,
    history: History,
    details: RunDetails,
    left_out: list[BenchmarkFileError],
) -> BenchmarkRun:
    """The run of one entry; what cannot be used of it is named in its failures too.

    Raises:
        BenchmarkFileError: the entry is none, or nothing of it can be used.
    """
    entry = validated(Entry, content, place.path, place.where)
    started_at = _milliseconds(entry.date, place.below(".date"))
    measured = _measured(entry, place, details)
    if not measured.results:
        raise measured.errors[0]
    try:
        run = identified(
            **{
                "suite": f"{details.suite}: {suite}" if details.suite else suite,
                "repository": details.repository or history.repo_url,
                "kind": details.kind,
                "of_run_id": details.of_run_id,
                "commit": details.commit or _commit(entry.commit, place, measured),
                "started_at": started_at,
                "machine": details.machine or UNKNOWN,
                "source": {
                    "format": f"github-action-benchmark ({entry.tool})",
                    "file": place.path.name,
                },
                "results": list(measured.results.values()),
                "failures": measured.failures,
                **details.more,
            }
        )
    except ValidationError as error:
        raise place.error(error.errors(include_url=False)[0]["msg"]) from error
    left_out += measured.errors
    return run


@dataclass
class _Measured:
    """What an entry gave and what of it cannot be used."""

    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    errors: list[BenchmarkFileError] = field(default_factory=list)

    def leave_out(self, benchmark: str | None, error: BenchmarkFileError) -> None:
        self.errors.append(error)
        if benchmark:
            self.failures.append(Failure(benchmark=benchmark, reason=error.reason))


def _measured(entry: Entry, place: Place, details: RunDetails) -> _Measured:
    measured = _Measured()
    for number, content in enumerate(entry.benches):
        where = place.below(f".benches[{number}]")
        try:
            bench = validated(ActionResult, content, where.path, where.where)
        except BenchmarkFileError as error:
            measured.leave_out(_name(content, details), error)
            continue
        _add(measured, bench, entry.tool, where, details)
    return measured


def _name(content: Any, details: RunDetails) -> str | None:
    """The name of a figure that is none, where it has one."""
    name = content.get("name") if isinstance(content, dict) else None
    return details.benchmark_id(name)[:LONGEST_NAME] if isinstance(name, str) else None


def _add(
    measured: _Measured, bench: ActionResult, tool: str, place: Place, details: RunDetails
) -> None:
    """The figures of `bench`, as far as they can be used."""
    name = details.benchmark_id(benchmark_of(tool, bench.name, bench.unit))
    rounds = ROUNDS.search(bench.extra or "")
    common: dict[str, Any] = {
        "benchmark": name,
        "statistic": "mean",
        "rounds": int(rounds[1]) if rounds else None,
        # The spread of other tools is of nobody says what.
        "stddev": _stddev(bench.range) if tool == "pytest" else None,
    }
    for figure in figures_of(tool, bench.value, bench.unit):
        try:
            result = result_of(tool, figure, common)
        except Unusable as unusable:
            measured.leave_out(name, place.error(f"{name}: {unusable}"))
            continue
        except ValidationError as error:
            first = error.errors(include_url=False)[0]["msg"]
            measured.leave_out(name, place.error(f"{name}: {first}"))
            continue
        # Go's figures stand in the joined line and by themselves: the same, told twice.
        other = measured.results.setdefault((result.benchmark, result.metric), result)
        if other.value != result.value:
            reason = f"{name}: its {result.metric} is there twice, and the first is taken"
            measured.leave_out(name, place.error(reason))


def _commit(commit: ActionCommit, place: Place, measured: _Measured) -> Commit:
    """The commit; a time that is none is left out."""
    try:
        committed_at = _instant(commit.timestamp, place.below(".commit.timestamp"))
    except BenchmarkFileError as error:
        committed_at = None
        measured.leave_out(None, error)
    return Commit(
        id=commit.id,
        committed_at=committed_at,
        url=commit.url,
        message=commit.message.partition("\n")[0][:200] or None,
    )


def _stddev(text: str | None) -> float | None:
    """pytest's `stddev: 0.0001`, in seconds."""
    match = STDDEV.search(text or "")
    value = float(match[1]) if match else None
    return value if value is not None and math.isfinite(value) else None


def _milliseconds(value: int, place: Place) -> datetime:
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise place.error(f"{value} ms are no instant") from error


def _instant(text: str | None, place: Place) -> datetime | None:
    if text is None:
        return None
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise place.error(f"{text!r} is no date and time") from error
