"""The same for programs: `latest.json`, what is now, and `benchmarks.json`, all that ever was.

Their schemas (JSON Schema 2020-12) lie beside this file and are published beside theirs.
"""

import json
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from lotus_assets.benchmarks.page.findings import completeness, standing_slowdowns
from lotus_assets.benchmarks.page.series import Series, Suite

FACTS = ("threshold", "change_point", "environment", "exact", "completeness")
FACT_FIELDS = (
    *("list", "benchmark", "metric", "epoch", "run_id", "baseline_run_id", "value"),
    *("baseline_value", "ratio", "limit", "p_value", "points_before", "points_after", "share"),
    *("movement", "state", "reason"),
)
RUN_FIELDS = (
    *("run_id", "kind", "commit_id", "commit_url", "branch", "is_dirty", "version"),
    *("machine_fingerprint", "load_average"),
)
COUNTS = ("epoch", "points_before", "points_after")


def latest_file(suites: Sequence[Suite], generated_at: datetime) -> dict[str, Any]:
    """The newest run of every suite with what was found at it, and the slow-downs that stand."""
    return {
        "format": "lotus-benchmark-latest",
        "format_version": 1,
        "generated_at": instant(generated_at),
        "slowdowns": [
            {"suite": series.suite, **_fact(fact)} for series, fact in standing_slowdowns(suites)
        ],
        "suites": [_latest(suite) for suite in suites],
    }


def _latest(suite: Suite) -> dict[str, Any]:
    newest = suite.newest
    complete = completeness(suite)
    current = [series for series in suite.series if series.newest["run_id"] == newest["run_id"]]
    return {
        "suite": suite.name,
        "repository": newest["repository"],
        "runs": len(suite.runs),
        "run": _run(newest),
        "expected": complete.expected,
        "missing": [
            {"benchmark": gap.benchmark, "metric": gap.metric, "reason": gap.reason}
            for gap in complete.missing
        ],
        "metrics": [_metric(series) for series in current],
        "facts": _facts(suite.facts[suite.facts["run_id"] == newest["run_id"]]),
    }


def _metric(series: Series) -> dict[str, Any]:
    newest = series.newest
    noise = series.noise
    return {
        **_identity(series),
        "statistic": newest["statistic"],
        "value": number(newest["value"]),
        "previous_value": number(newest["previous_value"]),
        "best_value": number(newest["best_value"]),
        "ratio_to_previous": number(newest["ratio_to_previous"]),
        "ratio_to_best": number(newest["ratio_to_best"]),
        "noise": None
        if noise is None
        else {"runs": noise.runs, "relative_range": number(noise.relative_range)},
    }


def history_file(suites: Sequence[Suite], generated_at: datetime) -> dict[str, Any]:
    """Every run, every series and every fact; a series' figures stand in the order of the runs."""
    return {
        "format": "lotus-benchmark-history",
        "format_version": 1,
        "generated_at": instant(generated_at),
        "suites": [
            {
                "suite": suite.name,
                "repository": suite.newest["repository"],
                "runs": [_run(run) for _, run in suite.runs.iterrows()],
                "series": [_history(series, suite) for series in suite.series],
                "facts": _facts(suite.facts),
            }
            for suite in suites
        ],
    }


def _history(series: Series, suite: Suite) -> dict[str, Any]:
    points = series.points.set_index("run_id").reindex(suite.runs["run_id"])
    return {
        **_identity(series),
        "values": [number(value) for value in points["value"]],
        "epochs": [count(epoch) for epoch in points["epoch"]],
    }


def _identity(series: Series) -> dict[str, Any]:
    return {
        "benchmark": series.benchmark,
        "metric": series.metric,
        "quantity": series.quantity,
        "unit": series.base_unit,
        "direction": series.direction,
        "is_derived": series.is_derived,
    }


def _run(run: pd.Series) -> dict[str, Any]:
    told = {name: plain_value(run[name]) for name in RUN_FIELDS}
    return {
        **told,
        "started_at": instant(run["started_at"]),
        "ordered_at": instant(run["ordered_at"]),
        "versions": json.loads(run["versions"]),
    }


def _facts(facts: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """By kind of fact: they are never in one list."""
    return {
        name: [_fact(fact) for _, fact in facts[facts["fact"] == name].iterrows()] for name in FACTS
    }


def _fact(fact: pd.Series) -> dict[str, Any]:
    return {
        name: count(fact[name]) if name in COUNTS else plain_value(fact[name])
        for name in FACT_FIELDS
    }


def plain_value(value: Any) -> Any:
    """`value` as JSON has it: null for none and for what is no number."""
    if value is None or isinstance(value, str | bool):
        return value
    return None if pd.isna(value) else number(value)


def number(value: float) -> float | None:
    """A finite number, else null."""
    return float(value) if math.isfinite(value) else None


def count(value: float) -> int | None:
    """A whole number, else null."""
    return None if pd.isna(value) else int(value)


def instant(at: datetime) -> str:
    """ISO 8601 in UTC."""
    return pd.Timestamp(at).tz_convert("UTC").isoformat().replace("+00:00", "Z")
