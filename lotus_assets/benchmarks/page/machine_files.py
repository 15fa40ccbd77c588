"""The same for programs: `latest.json`, what is now, and `benchmarks.json`, all that ever was."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lotus_assets.benchmarks.page.findings import completeness, told_loudly
from lotus_assets.benchmarks.page.published import (
    FactEntry,
    FactLists,
    HistoryFile,
    LatestFile,
    MetricEntry,
    MissingEntry,
    NoiseEntry,
    RunEntry,
    SeriesHistory,
    Slowdown,
    SuiteHistory,
    SuiteNow,
)
from lotus_assets.benchmarks.page.series import MetricSeries, Suite

COMPARED = (
    *("statistic", "value", "previous_value", "best_value"),
    *("ratio_to_previous", "ratio_to_best"),
)


def latest_file(suites: Sequence[Suite], generated_at: datetime) -> LatestFile:
    """The newest run of every suite with what was found at it, and the slow-downs that stand."""
    told = told_loudly(suites)
    return LatestFile(
        format="lotus-benchmark-latest",
        format_version=1,
        generated_at=generated_at,
        suite_wide=[
            Slowdown(suite=suite.name, **_of(FactEntry, fact)) for suite, fact in told.suite_wide
        ],
        slowdowns=[
            Slowdown(suite=series.suite, **_of(FactEntry, fact)) for series, fact in told.slowdowns
        ],
        suites=[_suite_now(suite) for suite in suites],
    )


def _suite_now(suite: Suite) -> SuiteNow:
    newest = suite.newest
    complete = completeness(suite)
    current = [series for series in suite.series if series.newest["run_id"] == newest["run_id"]]
    return SuiteNow(
        suite=suite.name,
        repository=newest["repository"],
        runs=len(suite.runs),
        runs_missing=suite.runs_missing,
        run=_run(newest),
        expected=complete.expected,
        missing=[
            MissingEntry(benchmark=gap.benchmark, metric=gap.metric, reason=gap.reason)
            for gap in complete.missing
        ],
        metrics=[_metric(series) for series in current],
        facts=_facts(suite.facts[suite.facts["run_id"] == newest["run_id"]]),
    )


def _metric(series: MetricSeries) -> MetricEntry:
    noise = series.noise
    return MetricEntry(
        **_name(series),
        **{field: series.newest[field] for field in COMPARED},
        noise=None
        if noise is None
        else NoiseEntry(runs=noise.runs, relative_range=noise.relative_range),
    )


def history_file(suites: Sequence[Suite], generated_at: datetime) -> HistoryFile:
    """Every run, every series and every fact; a series' figures stand in the order of the runs."""
    return HistoryFile(
        format="lotus-benchmark-history",
        format_version=1,
        generated_at=generated_at,
        suites=[
            SuiteHistory(
                suite=suite.name,
                repository=suite.newest["repository"],
                runs=[_run(run) for _, run in suite.runs.iterrows()],
                series=[_history(series, suite) for series in suite.series],
                facts=_facts(suite.facts),
            )
            for suite in suites
        ],
    )


def _history(series: MetricSeries, suite: Suite) -> SeriesHistory:
    points = series.points.set_index("run_id").reindex(suite.runs["run_id"])
    return SeriesHistory(
        **_name(series), values=list(points["value"]), epochs=list(points["epoch"])
    )


def _name(series: MetricSeries) -> dict[str, Any]:
    return {
        "benchmark": series.benchmark,
        "title": series.title,
        "metric": series.metric,
        "quantity": series.quantity,
        "unit": series.base_unit,
        "direction": series.direction,
        "is_derived": series.is_derived,
    }


def _run(run: pd.Series) -> RunEntry:
    return RunEntry(**_of(RunEntry, run) | {"versions": json.loads(run["versions"])})


def _facts(facts: pd.DataFrame) -> FactLists:
    """By kind of fact: they are never in one list."""
    return FactLists(
        **{
            kind: [
                FactEntry(**_of(FactEntry, fact))
                for _, fact in facts[facts["fact"] == kind].iterrows()
            ]
            for kind in FactLists.model_fields
        }
    )


def _of(model: type[RunEntry | FactEntry], row: pd.Series) -> dict[str, Any]:
    return {field: row[field] for field in model.model_fields}
