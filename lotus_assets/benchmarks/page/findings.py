"""What was found, fact by fact: each detection has a table of its own, and none excuses another."""

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lotus_assets.benchmarks.page.series import MetricSeries, Suite, comparison_page
from lotus_assets.engine.speed.detection import standing
from lotus_assets.outputs.pages.number_forms import DASH, percent_change

SeriesKey = tuple[str, str, str, str, str]
"""See `MetricSeries.key`."""
SHORT = 7
"""Digits of a commit that a reader sees."""
SHOWN = 25
"""Rows of a table on the page, the newest first; benchmarks.json has all."""


@dataclass(frozen=True)
class Finding:
    """One fact, for a row of a table."""

    at: pd.Timestamp
    suite: str
    benchmark: str
    title: str
    metric: str
    series_id: str | None
    list: str
    movement: str
    state: str
    before: str
    after: str
    change: str
    commit: str | None
    """A commit, a range of commits, or a version."""
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
        "suite_wide",
        "Suite-wide changes",
        "Most of a suite stands on another level since a run, on the same machine, for six runs or "
        "more: the code that all of it calls, or the machine. Which of them cannot be told, so it "
        "is told loudly, with the commits between which it began.",
    ),
    (
        "environment",
        "Environment",
        "Most of a suite moved together at a run. If it comes back it was the machine; if it stays "
        "for six runs it is a suite-wide change. It takes none of the other facts away.",
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


def kinds(suites: Sequence[Suite], series_ids: Mapping[SeriesKey, str]) -> list[Kind]:
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


def _findings(suite: Suite, series_ids: Mapping[SeriesKey, str]) -> Iterator[tuple[str, Finding]]:
    """Of each fact its kind and its row; those of the suite last."""
    of_run = suite.runs.set_index("run_id")[["ordered_at", "commit", "url", "version"]]
    groups = [(series, series.facts) for series in suite.series]
    of_suite = suite.facts[suite.facts["benchmark"].eq("")]
    for series, facts in [*groups, (None, of_suite)]:
        shown = facts[facts["fact"] != "completeness"].join(of_run, on="run_id", how="inner")
        series_id = series_ids[series.key] if series else None
        for fact in shown.to_dict("records"):
            yield str(fact["fact"]), _finding(fact, suite, series, series_id)


def _finding(
    fact: Mapping[Hashable, Any], suite: Suite, series: MetricSeries | None, series_id: str | None
) -> Finding:
    commits = commit_range(fact, suite)
    return Finding(
        at=fact["ordered_at"],
        suite=suite.name,
        benchmark=fact["benchmark"],
        title=series.title if series else "",
        metric=fact["metric"],
        series_id=series_id,
        list=fact["list"],
        movement=fact["movement"],
        state=fact["state"],
        before=series.unit.text(fact["baseline_value"]) if series else DASH,
        after=series.unit.text(fact["value"]) if series else DASH,
        change=_change(fact),
        commit=commits.text if commits else (fact["commit"] or fact["version"] or "")[:SHORT],
        url=commits.url if commits else fact["url"],
        is_newest=fact["run_id"] == suite.newest["run_id"],
        reason=fact["reason"],
    )


def _change(fact: Mapping[Hashable, Any]) -> str:
    """In which measure: of how much, or of how many."""
    if fact["fact"] == "environment":
        return f"{fact['share']:.0%} of the suite"
    if fact["fact"] == "suite_wide":
        return f"{percent_change(fact['ratio'])}, {fact['share']:.0%} of the suite"
    return percent_change(fact["ratio"])


@dataclass(frozen=True)
class CommitRange:
    """The commits after one that was measured up to another, and the page that lists them."""

    text: str
    url: str | None


def commit_range(fact: Mapping[Hashable, Any], suite: Suite) -> CommitRange | None:
    """Between which commits a suite-wide change lies; None: another fact, or not known."""
    first, last = fact["baseline_commit_id"], fact["commit_id"]
    if fact["fact"] != "suite_wide" or not (first and last):
        return None
    text = f"{first[:SHORT]}..{last[:SHORT]}"
    return CommitRange(text, comparison_page(suite.newest["repository"], first, last))


@dataclass(frozen=True)
class Told:
    """What people are told loudly: suites that are slower as a whole, and series that are."""

    suite_wide: list[tuple[Suite, pd.Series]]
    slowdowns: list[tuple[MetricSeries, pd.Series]]


def told_loudly(suites: Sequence[Suite]) -> Told:
    """What stands of the loud, confirmed changes (`engine.speed.detection.standing`)."""
    told = Told([], [])
    for suite in suites:
        points = pd.concat([series.points for series in suite.series], ignore_index=True)
        series_of = {
            (series.benchmark, series.metric, run_id): series
            for series in suite.series
            for run_id in series.facts["run_id"]
        }
        for _, fact in standing(suite.facts, points).iterrows():
            if fact["fact"] == "suite_wide":
                told.suite_wide.append((suite, fact))
            else:
                key = (fact["benchmark"], fact["metric"], fact["run_id"])
                told.slowdowns.append((series_of[key], fact))
    return told


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
