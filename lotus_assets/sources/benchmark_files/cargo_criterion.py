"""cargo-criterion's messages (`cargo criterion --message-format=json`): one JSON object a line.

Its own store (`target/criterion/data`, CBOR) is not read: its layout is nowhere promised.
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from lotus_assets.sources.benchmark_files.details import RunDetails
from lotus_assets.sources.benchmark_files.documents import (
    Foreign,
    parse_json,
    read_text,
    validated,
)
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.figures import sampled, throughput
from lotus_assets.sources.benchmark_files.machine import UNKNOWN
from lotus_assets.sources.benchmark_files.run_file import identified
from lotus_assets.sources.benchmark_files.run_model import BenchmarkRun, Commit, Result

SECONDS = {"ps": 1e-12, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
OTHER_MESSAGES = ("group-complete",)

TimeUnit = Literal["ps", "ns", "us", "µs", "ms", "s"]


class UnitEstimate(Foreign):
    """A statistic with its confidence interval, in the unit beside it."""

    estimate: float = Field(gt=0)
    lower_bound: float
    upper_bound: float
    unit: TimeUnit

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if not self.lower_bound <= self.estimate <= self.upper_bound:
            raise ValueError(
                f"the estimate {self.estimate} {self.unit} lies outside its own interval "
                f"[{self.lower_bound}, {self.upper_bound}]"
            )
        return self

    @property
    def seconds(self) -> float:
        """The estimate in seconds."""
        return self.estimate * SECONDS[self.unit]


class Work(Foreign):
    """What one iteration does."""

    per_iteration: float = Field(gt=0)
    unit: str = Field(min_length=1)


class BenchmarkComplete(Foreign):
    """The message `benchmark-complete`."""

    id: str = Field(min_length=1, max_length=500)
    iteration_count: list[int]
    measured_values: list[float]
    unit: TimeUnit
    throughput: list[Work] = Field(default_factory=list)
    mean: UnitEstimate
    median: UnitEstimate

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len(self.iteration_count) != len(self.measured_values):
            raise ValueError(
                f"{len(self.iteration_count)} values in iteration_count, but "
                f"{len(self.measured_values)} in measured_values"
            )
        if min(self.iteration_count, default=1) < 1 or min(self.measured_values, default=1) <= 0:
            raise ValueError("iterations count from 1, and measured values are more than 0")
        return self


def is_cargo_criterion(first: Any) -> bool:
    """Whether the first line of a file is such a message."""
    return isinstance(first, dict) and isinstance(first.get("reason"), str)


def read_cargo_criterion(path: Path, details: RunDetails) -> BenchmarkRun:
    """The run that the file's messages tell, with every sample they have.

    The messages hold neither time nor machine; see `CriterionTree.read`.

    Raises:
        BenchmarkFileError: the file is refused, whole.
    """
    if details.measured_at is None:
        raise BenchmarkFileError(
            path, "the whole file", "the messages hold no time: say when it was measured"
        )
    results: list[Result] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        content = parse_json(line, path, first_line=number)
        reason = content.get("reason") if isinstance(content, dict) else None
        if reason in OTHER_MESSAGES:
            continue
        if reason != "benchmark-complete":
            raise BenchmarkFileError(
                path, f"line {number}: $.reason", f"{reason!r} is no message of cargo-criterion"
            )
        message = validated(BenchmarkComplete, content, path, f"line {number}: $")
        if (first := seen.setdefault(message.id, number)) != number:
            raise BenchmarkFileError(
                path, f"line {number}: $.id", f"{message.id} is also on line {first}"
            )
        results += _results(message, details)
    if not results:
        raise BenchmarkFileError(path, "the whole file", "no benchmark is complete in it")
    return identified(
        **{
            "suite": details.suite or path.stem,
            "repository": details.repository,
            "kind": details.kind,
            "of_run_id": details.of_run_id,
            "commit": details.commit or Commit(),
            "started_at": details.measured_at,
            "machine": details.machine or UNKNOWN,
            "source": {"format": "cargo-criterion messages", "file": path.name},
            "results": results,
            **details.more,
        }
    )


def _results(message: BenchmarkComplete, details: RunDetails) -> list[Result]:
    name = details.benchmark_id(message.id)
    if message.measured_values:
        time = sampled(
            name,
            "time",
            [
                value * SECONDS[message.unit] / count
                for value, count in zip(
                    message.measured_values, message.iteration_count, strict=True
                )
            ],
            quantity="time",
            unit="s",
            direction="lower",
            iterations=message.iteration_count,
        )
    else:
        time = Result(
            benchmark=name,
            metric="time",
            quantity="time",
            unit="s",
            direction="lower",
            statistic="mean",
            value=message.mean.seconds,
            mean=message.mean.seconds,
            median=message.median.seconds,
        )
    derived = [
        throughput(time, work.per_iteration, f"{work.unit}/s") for work in message.throughput[:1]
    ]
    return [time, *derived]
