"""What was found, fact by fact: each detection has a table of its own, and none excuses another."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lotus_assets.benchmarks.page.series import MetricSeries, Suite
from lotus_assets.benchmarks.page.units import DASH, percent_change
from lotus_assets.engine.speed.detection import reported

SHOWN = 25
"""Rows of a table on the page, the newest first; benchmarks.json has all."""


@dataclass(frozen=True)
class Finding:
    """One fact, for a row of a table."""

    at: pd.Timestamp
    suite: str
    benchmark: str
    metric: str
    series_id: str | None
    list: str
    movement: str
    state: str
    before: str
    after: str
    change: str
    commit: str | None
    url: str | None
    is_newest: bool
    reason: str


@dataclass(frozen=True)
class Kind:
    """One kind of fact: its table, and how many of it the newest runs of the suites have."""

    key: str
    title: str
    explanation: str
    rows: list[Finding]
    total: int
    newest: int


KINDS = (
    (
        "threshold",
        "Threshold",
        "More than 1.5 times the run before it, on the same machine. One run against one run: "
        "quick to notice, quick to be mistaken; a re-run confirms or refutes it.",
    ),
    (
        "change_point",
        "Change points",
        "A lasting shift of the level, found over the whole series. The loud list holds what is "
        "beyond doubt, the sensitive list also what is small. Unconfirmed: only the newest run is "
        "off the median of the ten before it. Candidate: a re-run agrees, or the points do not "
        "tell enough. Confirmed: six points or more on either side, which a Mann-Whitney test "
        "tells apart. Refuted: not so when run again.",
    ),
    (
        "environment",
        "Environment",
        "Most of a suite moved together: the machine changed, not the code. It is told beside the "
        "other facts and takes none of them away.",
    ),
    (
        "exact",
        "Exact metrics",
        "Figures that do not depend on the machine, such as compression ratios, and differ at all "
        "from the run before.",
    ),
)


@dataclass(frozen=True)
class Missing:
    """A metric that a run should have given and did not."""

    benchmark: str
    metric: str
    reason: str


@dataclass(frozen=True)
class Completeness:
    """How much of what was expected the newest run of a suite gave."""

    suite: str
    at: pd.Timestamp
    expected: int | None
    missing: list[Missing]
    earlier: int
    """Runs before it that lacked something."""


def kinds(suites: Sequence[Suite], series_ids: dict[tuple[str, str, str], str]) -> list[Kind]:
    """The tables of the page, in its order; `series_ids` leads from a series to its chart."""
    by_fact = [finding for suite in suites for finding in _findings(suite, series_ids)]
    tables = []
    for key, title, explanation in KINDS:
        rows = [finding for fact, finding in by_fact if fact == key]
        rows.sort(key=lambda finding: finding.list)
        rows.sort(key=lambda finding: finding.at, reverse=True)
        newest = sum(row.is_newest for row in rows)
        tables.append(Kind(key, title, explanation, rows[:SHOWN], len(rows), newest))
    return tables


def _findings(
    suite: Suite, series_ids: dict[tuple[str, str, str], str]
) -> list[tuple[str, Finding]]:
    of_run = suite.runs.set_index("run_id")[["ordered_at", "commit", "url", "version"]]
    units = {(series.benchmark, series.metric): series.unit for series in suite.series}
    rows = suite.facts[suite.facts["fact"] != "completeness"]
    rows = rows.join(of_run, on="run_id", how="inner")
    newest = suite.newest["run_id"]
    by_fact = []
    for fact in rows.to_dict("records"):
        unit = units.get((fact["benchmark"], fact["metric"]))
        is_shared = fact["fact"] == "environment"
        finding = Finding(
            at=fact["ordered_at"],
            suite=suite.name,
            benchmark=fact["benchmark"],
            metric=fact["metric"],
            series_id=series_ids.get((suite.name, fact["benchmark"], fact["metric"])),
            list=fact["list"],
            movement=fact["movement"],
            state=fact["state"],
            before=unit.text(fact["baseline_value"]) if unit else DASH,
            after=unit.text(fact["value"]) if unit else DASH,
            change=f"{fact['share']:.0%} of the suite"
            if is_shared
            else percent_change(fact["ratio"]),
            commit=fact["commit"] or fact["version"],
            url=fact["url"],
            is_newest=fact["run_id"] == newest,
            reason=fact["reason"],
        )
        by_fact.append((str(fact["fact"]), finding))
    return by_fact


def standing_slowdowns(suites: Sequence[Suite]) -> list[tuple[MetricSeries, pd.Series]]:
    """What people are told: series whose last loud, confirmed change point is a slow-down.

    Not those that the environment explains (`reported`), and not those that became faster since.
    """
    slowdowns = []
    for suite in suites:
        loud = reported(suite.facts)[["benchmark", "metric", "run_id"]]
        worth_telling = set(loud.itertuples(index=False, name=None))
        for series in suite.series:
            last = _last_loud(series)
            if last is None:
                continue
            if (series.benchmark, series.metric, last["run_id"]) in worth_telling:
                slowdowns.append((series, last))
    return slowdowns


def _last_loud(series: MetricSeries) -> pd.Series | None:
    facts = series.facts
    loud = facts[
        (facts["fact"] == "change_point")
        & (facts["list"] == "loud")
        & (facts["state"] == "confirmed")
    ]
    positions = series.points[["run_id", "position"]]
    ordered = loud.merge(positions, on="run_id").sort_values("position")
    return None if ordered.empty else ordered.iloc[-1]


def completeness(suite: Suite) -> Completeness:
    """What the newest run of `suite` lacks; its run file says why where it knows."""
    facts = suite.facts[suite.facts["fact"] == "completeness"]
    newest = suite.newest
    lacking = facts[facts["run_id"] == newest["run_id"]]
    failures = {entry["benchmark"]: entry["reason"] for entry in json.loads(newest["failures"])}
    expected = newest["expected"]
    return Completeness(
        suite=suite.name,
        at=newest["ordered_at"],
        expected=None if expected is None else len(json.loads(expected)),
        missing=[
            Missing(
                fact["benchmark"],
                fact["metric"],
                failures.get(fact["benchmark"], fact["reason"]),
            )
            for fact in lacking.to_dict("records")
        ],
        earlier=facts.loc[facts["run_id"] != newest["run_id"], "run_id"].nunique(),
    )
