"""What is published for programs, as models: `latest.json` and `benchmarks.json`.

Their JSON Schemas (2020-12) are made of these models and published beside the files.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

from lotus_assets.sources.benchmark_files.run_model import Direction, Quantity, Statistic, utc


def known(value: Any) -> Any:
    """A value of a frame as Python has it; None for none, and for what is no finite number."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return None if value is pd.NA else value


Text = Annotated[str | None, BeforeValidator(known)]
Flag = Annotated[bool | None, BeforeValidator(known)]
Figure = Annotated[float | None, BeforeValidator(known)]
Whole = Annotated[int | None, BeforeValidator(known)]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(utc),
    PlainSerializer(lambda at: at.isoformat().replace("+00:00", "Z")),
]
"""An instant, written in UTC."""
BenchmarkId = Annotated[str, Field(description="Its id in the suite.")]
MetricName = Annotated[
    str, Field(description="time, cpu_time, peak_memory, compression_ratio, throughput, …")
]


class Published(BaseModel):
    """A part of a published file: every field is there, null where nothing is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RunEntry(Published):
    """One run of one suite."""

    run_id: str = Field(description="Id of the run; names its file runs/<suite>/<run_id>.json.")
    kind: Literal["daily", "weekly", "manual", "backfill", "imported"] = Field(
        description="Why it ran: a schedule, by hand, a release measured later, or another tool's "
        "history."
    )
    commit_id: Text = Field(description="Commit that was measured.")
    commit_url: Text = Field(
        description="Page of the commit, where the run tells it; else "
        "<repository>/commit/<commit_id>."
    )
    branch: Text = Field(description="Branch that was checked out.")
    is_dirty: Flag = Field(description="Whether files differed from the commit.")
    version: Text = Field(description="Released version that was measured.")
    machine_fingerprint: str = Field(
        description="Name of the hardware; unknown where nobody noted it. Only runs of one machine "
        "are compared."
    )
    load_average: Figure = Field(description="Processes at work in the minute before the run.")
    is_loaded: Annotated[bool, BeforeValidator(known)] = Field(
        description="Whether these were more than half of the machine's processors: its figures "
        "say little about the code."
    )
    started_at: Moment = Field(description="When it began.")
    ordered_at: Moment = Field(
        description="Where it stands in its series: when it began, or when the release came out."
    )
    versions: dict[str, str] = Field(description="Python, packages, operating system.")


class FactEntry(Published):
    """Something that was found at a run."""

    list: Literal["", "sensitive", "loud"] = Field(
        description="Change points: the list that it stands on; suite-wide: loud; else empty."
    )
    benchmark: str = Field(description="Empty where the fact is about the suite.")
    metric: str = Field(description="Empty where the fact is about the suite.")
    epoch: Whole = Field(
        description="Epoch of the series: one machine, statistic, unit and direction."
    )
    run_id: str = Field(description="Run at which it holds: the first one after a change.")
    baseline_run_id: Text = Field(description="Run that it is compared with.")
    commit_id: Text = Field(description="Commit of the run at which it holds.")
    baseline_commit_id: Text = Field(
        description="Commit of the run that it is compared with: it began after this one."
    )
    value: Figure = Field(description="Value; of a change point, the median after it.")
    baseline_value: Figure = Field(
        description="What it is compared with; of a change point, the median before it."
    )
    ratio: Figure = Field(
        description="How many times worse: above 1 worse, below 1 better, whatever the direction; "
        "null to or from nothing, and of negative figures."
    )
    limit: Figure = Field(description="The ratio or share that counts.")
    p_value: Figure = Field(description="Of the Mann-Whitney test.")
    points_before: Whole = Field(description="Points before the change.")
    points_after: Whole = Field(description="Points from the change on.")
    share: Figure = Field(
        description="Environment, suite-wide: part of the suite that moved together."
    )
    movement: Literal["slower", "faster", "changed", "missing"] = Field(
        description="Which way; changed: an exact metric; missing: completeness."
    )
    state: Literal["unconfirmed", "candidate", "confirmed", "refuted"] = Field(
        description="How sure: refuted means not so when run again."
    )
    reason: str = Field(description="The figures in a sentence.")
    suite_wide_run_id: Text = Field(
        description="Run of the suite-wide change that a change point is part of."
    )


class FactLists(Published):
    """By kind of fact; the kinds are never mixed."""

    threshold: list[FactEntry] = Field(description="More than 1.5 times the run before.")
    change_point: list[FactEntry] = Field(description="Lasting shifts of the level.")
    suite_wide: list[FactEntry] = Field(
        description="Most of the suite stands on another level since this run, for six runs or "
        "more: code or machine, not told apart."
    )
    environment: list[FactEntry] = Field(
        description="Most of the suite moved together at this run."
    )
    exact: list[FactEntry] = Field(description="Exact metrics that differ from the run before.")
    completeness: list[FactEntry] = Field(description="Expected metrics that the run lacks.")


class OfSuite(Published):
    """What belongs to a suite."""

    suite: str = Field(description="Name of the suite.")


class Slowdown(FactEntry, OfSuite):
    """A change point, or a suite-wide change, with its suite."""


class SeriesName(Published):
    """Which metric of which benchmark, and what its figures are."""

    benchmark: BenchmarkId
    title: str = Field(description="What a visitor reads instead of the id.")
    metric: MetricName
    quantity: Quantity = Field(description="What was measured.")
    unit: str = Field(description="Unit of all figures: s, bytes, 1, or something a second.")
    direction: Direction = Field(description="What is better; exact: any difference is a fact.")
    is_derived: bool = Field(
        description="Worked out from another metric of the same run; detection leaves it out."
    )


class NoiseEntry(Published):
    """A/A runs: the same code, measured again."""

    runs: int = Field(ge=1, description="A/A runs that it comes from.")
    relative_range: float = Field(ge=0, description="Their range over their median.")


class MetricEntry(SeriesName):
    """One metric of the newest run."""

    statistic: Statistic = Field(
        description="Which of the run's samples, or what of them, value is."
    )
    value: float = Field(description="The figure, in the base unit.")
    previous_value: Figure = Field(description="The same of the run before, on the same machine.")
    best_value: Figure = Field(
        description="The best on this machine up to now; null for exact metrics."
    )
    ratio_to_previous: Figure = Field(description="How many times worse than the run before.")
    ratio_to_best: Figure = Field(description="How many times worse than the best.")
    noise: NoiseEntry | None = Field(
        description="How much it moves while the code stays the same; null without A/A runs on "
        "this machine."
    )


class MissingEntry(Published):
    """A metric that the run should have given."""

    benchmark: BenchmarkId
    metric: MetricName
    reason: str = Field(description="Why, where the run tells it.")


class SuiteNow(OfSuite):
    """A suite as its newest run shows it."""

    repository: Text = Field(description="Address of the repository that was measured.")
    runs: int = Field(ge=1, description="Runs in its history.")
    runs_missing: int = Field(
        ge=0, description="Runs that are missing until a slow-down of any series can be told."
    )
    run: RunEntry = Field(description="Its newest run.")
    expected: Whole = Field(
        description="Metrics that the run should give; null where its file does not say."
    )
    missing: list[MissingEntry] = Field(description="Those that it did not give.")
    metrics: list[MetricEntry] = Field(description="What it gave.")
    facts: FactLists = Field(description="What was found at it.")


class SeriesHistory(SeriesName):
    """One metric of one benchmark."""

    values: list[Figure] = Field(
        description="One figure a run, in the order of runs; null where the run lacks it."
    )
    epochs: list[Whole] = Field(
        description="Epoch of each figure; figures of different epochs are not compared."
    )


class SuiteHistory(OfSuite):
    """A suite with its whole history."""

    repository: Text = Field(description="Address of the repository that its newest run measured.")
    runs: list[RunEntry] = Field(
        description="By ordered_at; A/A runs and re-runs are not among them."
    )
    series: list[SeriesHistory] = Field(description="One a benchmark, metric, unit, direction.")
    facts: FactLists = Field(description="What was found at its runs.")


class LatestFile(Published):
    """The newest run of every suite and what was found at it."""

    model_config = ConfigDict(title="latest.json")

    format: Literal["lotus-benchmark-latest"] = Field(description="Name of this format.")
    format_version: Literal[1] = Field(description="Its version.")
    generated_at: Moment = Field(description="When the file was made.")
    suite_wide: list[Slowdown] = Field(
        description="What people are told of suites: those that are slower as a whole since a run "
        "on a machine; code or machine, not told apart."
    )
    slowdowns: list[Slowdown] = Field(
        description="What people are told of series: those whose last loud, confirmed change point "
        "is a slow-down, and is no part of what is told of the suite."
    )
    suites: list[SuiteNow] = Field(description="By name.")


class HistoryFile(Published):
    """Every run, every series and every fact."""

    model_config = ConfigDict(title="benchmarks.json")

    format: Literal["lotus-benchmark-history"] = Field(description="Name of this format.")
    format_version: Literal[1] = Field(description="Its version.")
    generated_at: Moment = Field(description="When the file was made.")
    suites: list[SuiteHistory] = Field(description="By name.")


def schema_of(model: type[LatestFile | HistoryFile], name: str) -> Mapping[str, Any]:
    """The JSON Schema of a published file; `name` and version of its format are its id."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lotus-assets:{name}:1",
        **model.model_json_schema(),
    }
