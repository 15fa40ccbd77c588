"""One run of one suite: what a run file holds, and the rules that every run keeps."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

FORMAT = "lotus-benchmark-run"

Kind = Literal["daily", "weekly", "manual", "backfill", "imported", "aa", "rerun"]
Quantity = Literal["time", "cpu_time", "memory", "ratio", "throughput", "count"]
Direction = Literal["lower", "higher", "exact"]
Statistic = Literal["min", "max", "median", "mean"]
FIRST_YEAR, LAST_YEAR = 1900, 2199


def utc(instant: datetime) -> datetime:
    """`instant` in UTC; one without an offset counts as UTC.

    Raises:
        ValueError: in UTC it lies before the year 1 or after the year 9999.
    """
    try:
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{instant.isoformat()} is no instant of the years 1 to 9999") from error


def _of_our_time(instant: datetime) -> datetime:
    """`instant` in UTC; a clock that is centuries off would stretch every axis of time."""
    at = utc(instant)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{at.isoformat()} does not lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


Name = Annotated[str, Field(min_length=1, max_length=500)]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_of_our_time),
    PlainSerializer(lambda at: at.isoformat().replace("+00:00", "Z"), return_type=str),
]
"""An instant with its offset, written in UTC."""

ATTRIBUTE: dict[Statistic, str] = {
    "min": "minimum",
    "max": "maximum",
    "median": "median",
    "mean": "mean",
}
Number = Annotated[float, Field(strict=True, ge=-1e150, le=1e150)]
"""Sums and squares of such numbers are finite."""
Count = Annotated[int, Field(strict=True, ge=1, lt=2**63)]
"""The warehouse's whole numbers have 64 bits."""
CLOSE = 1e-9
"""Relative difference up to which two figures of the same samples count as equal."""


class Part(BaseModel):
    """A part of a run file: every key is known, every number is finite."""

    # Built when first used: whoever imports the definitions imports these models.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Commit(Part):
    """What was measured: a commit, or a released version."""

    id: str | None = Field(default=None, description="Full id of the commit.")
    branch: str | None = Field(default=None, description="Branch that was checked out.")
    committed_at: Instant | None = Field(
        default=None, description="When it was committed, or released."
    )
    is_dirty: bool | None = Field(
        default=None, description="Whether files differed from the commit."
    )
    url: str | None = Field(default=None, description="Page of the commit.")
    message: str | None = Field(default=None, description="First line of its message.")
    version: str | None = Field(default=None, description="Released version, where one is.")


class Machine(Part):
    """Where it was measured. Runs are compared only when the fingerprints are equal."""

    fingerprint: Name = Field(description="Name of the hardware; `unknown` where nobody noted it.")
    facts: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, description="What the fingerprint was made of."
    )


class Source(Part):
    """What the run was read from."""

    format: Name = Field(description="Tool and version that wrote it.")
    file: str = Field(description="Name of the file or folder, without the way to it.")


class Failure(Part):
    """A benchmark that gave no result."""

    benchmark: Name
    reason: str = Field(description="What it said.")


class Result(Part):
    """One metric of one benchmark, in base units: s, bytes, 1, 1/s and the like."""

    benchmark: Name = Field(description="Its id in the suite.")
    metric: Name = Field(description="time, cpu_time, peak_memory, compression_ratio, …")
    quantity: Quantity
    unit: Name
    direction: Direction = Field(description="What is better; exact: compared with ==.")
    is_derived: bool = Field(default=False, description="Worked out from another metric.")
    parameters: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    statistic: Statistic = Field(description="Which of the figures `value` is.")
    value: Number = Field(description="The figure that is compared with other runs.")
    minimum: Number | None = None
    median: Number | None = None
    mean: Number | None = None
    stddev: Number | None = Field(default=None, ge=0)
    maximum: Number | None = None
    rounds: Count | None = None
    samples: list[Number] = Field(default_factory=list, description="Each round, per iteration.")
    iterations: list[Count] | None = Field(
        default=None, description="Iterations of each round; null: not known, or none were noted."
    )

    @model_validator(mode="after")
    def _figures_agree(self) -> Self:
        figure = getattr(self, ATTRIBUTE[self.statistic])
        if figure is not None and not math.isclose(figure, self.value, rel_tol=CLOSE):
            raise ValueError(f"value is {self.value}, but its {self.statistic} is {figure}")
        if self.quantity in ("time", "cpu_time") and min(self.value, *self.samples, math.inf) <= 0:
            raise ValueError("a time must be more than 0 s")
        if self.samples:
            if self.rounds != len(self.samples):
                raise ValueError(f"{self.rounds} rounds, but {len(self.samples)} samples")
            ends = (min(self.samples), max(self.samples))
            for name, stated, actual in zip(
                ("minimum", "maximum"), (self.minimum, self.maximum), ends, strict=True
            ):
                if stated is not None and not math.isclose(stated, actual, rel_tol=CLOSE):
                    raise ValueError(f"{name} is {stated}, but that of the samples is {actual}")
        if self.iterations is not None and len(self.iterations) != len(self.samples):
            raise ValueError("iterations need one number for each sample")
        return self


class BenchmarkRun(Part):
    """A run: one suite, once, on one machine, at one commit or version."""

    format: Literal["lotus-benchmark-run"] = "lotus-benchmark-run"
    format_version: Literal[1] = 1
    run_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$")
    suite: Name
    repository: str | None = Field(default=None, description="Address of the repository.")
    kind: Kind
    of_run_id: str | None = Field(default=None, description="The run that a rerun repeats.")
    commit: Commit = Field(default_factory=Commit)
    started_at: Instant
    finished_at: Instant | None = None
    machine: Machine
    versions: dict[str, str] = Field(
        default_factory=dict, description="Python, packages, operating system."
    )
    load_average: Number | None = Field(
        default=None, ge=0, description="Of the last minute before it started."
    )
    source: Source
    expected: list[tuple[str, str]] | None = Field(
        default=None, description="(benchmark, metric) that the run should give."
    )
    failures: list[Failure] = Field(default_factory=list)
    results: list[Result]

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for number, result in enumerate(self.results):
            key = (result.benchmark, result.metric)
            if key in seen:
                raise ValueError(f"results[{number}]: {key[1]} of {key[0]} is there twice")
            seen.add(key)
        if (self.kind == "rerun") != (self.of_run_id is not None):
            raise ValueError("of_run_id belongs to a rerun, and a rerun needs it")
        if self.finished_at is not None and self.finished_at < self.started_at:
            raise ValueError("finished_at is before started_at")
        return self


def plain_parameters(given: dict[str, Any] | None) -> dict[str, str | int | float | bool | None]:
    """The parameters that a person can read: short texts and finite numbers."""
    return {
        str(name): value
        for name, value in (given or {}).items()
        if (isinstance(value, str) and len(value) <= 200)
        or isinstance(value, int | None)
        or (isinstance(value, float) and math.isfinite(value))
    }
