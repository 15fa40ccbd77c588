"""The whole page as plain objects, in the order in which a reader meets them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.benchmarks.page.drawing import HEIGHT, WIDTH, Chart, draw, seconds
from lotus_assets.benchmarks.page.findings import (
    CommitRange,
    Completeness,
    Kind,
    SeriesKey,
    commit_range,
    completeness,
    kinds,
    told_loudly,
)
from lotus_assets.benchmarks.page.page_data import (
    KIND_WORDS,
    change_text,
    drawn_points,
    series_data,
    suite_data,
)
from lotus_assets.benchmarks.page.series import MetricSeries, Suite, web_address
from lotus_assets.engine.speed.change_points import fewest_runs
from lotus_assets.engine.speed.facts import times_worse
from lotus_assets.outputs.pages.axes import Axis, time_axis
from lotus_assets.outputs.pages.number_forms import counted, percent_change

POINTS = 24_000
"""Points that the page shows at most, whatever the history holds: a point takes some 20 bytes."""
LEAST_POINTS = 150
"""Of one series, however many there are."""
NOTICEABLE = 0.05
"""A smaller difference from one run to the next has no colour: the detection's minimum effect."""


@dataclass(frozen=True)
class Card:
    """One series on the page."""

    id: str
    series: MetricSeries
    chart: Chart
    newest: str
    newest_at: pd.Timestamp
    is_current: bool
    """Whether the suite's newest run has this series."""
    to_previous: str
    to_best: str
    tone: str
    """slower, faster or same: how the newest point compares with the one before it."""
    noise: str | None
    badges: list[tuple[str, str]]
    """Classes and text of what holds at the newest run or was found last."""
    description: str
    drawn: int
    total: int


@dataclass(frozen=True)
class SuiteSection:
    """One suite on the page."""

    id: str
    suite: Suite
    cards: list[Card]
    completeness: Completeness
    machine_paths: list[str]
    machine_runs: list[int]
    profiles: list[tuple[str, str]]
    """Address and name of each profile of the newest run that has some."""


@dataclass(frozen=True)
class SuiteWideChange:
    """A suite that is slower as a whole."""

    section: SuiteSection
    reason: str
    commits: CommitRange | None


@dataclass(frozen=True)
class Verdict:
    """What people are told first."""

    suite_wide: list[SuiteWideChange]
    slowdowns: list[tuple[Card, pd.Series]]
    untold: list[SuiteSection]
    """Suites with too few runs to tell."""
    loaded: list[SuiteSection]
    """Suites whose newest run was on a loaded machine."""
    suites: int

    @property
    def tone(self) -> str:
        """slower, faster (all is well, and could be told) or same."""
        if self.suite_wide or self.slowdowns:
            return "slower"
        return "same" if self.untold else "faster"

    @property
    def heading(self) -> str:
        """In a few words, as the page and the badge say it."""
        if self.tone == "slower":
            numbers = {
                "suite-wide slow-down": len({change.section.id for change in self.suite_wide}),
                "confirmed slow-down": len(self.slowdowns),
            }
            return ", ".join(counted(number, noun) for noun, number in numbers.items() if number)
        if not self.untold:
            return "No confirmed slow-down"
        if len(self.untold) == self.suites:
            return "Too few runs to tell"
        told = self.suites - len(self.untold)
        return f"No confirmed slow-down in {told} of {counted(self.suites, 'suite')}"


@dataclass(frozen=True)
class SharedTexts:
    """Texts that many points have, by their places in the page's lists."""

    commits: dict[str, int]
    changes: dict[str, int]


@dataclass(frozen=True)
class DashboardPage:
    """Everything that the template shows."""

    generated_at: datetime
    repository: str | None
    runs: int
    series: int
    newest_at: pd.Timestamp | None
    sections: list[SuiteSection]
    kinds: list[Kind]
    verdict: Verdict
    plot: tuple[int, int]
    """Width and height of a plot in its own coordinates."""
    runs_needed: int
    """Runs on one machine from which on a slow-down can be told."""
    metrics: list[str]
    data: dict[str, Any]


def page_of(
    suites: Sequence[Suite], profiles: Sequence[str], generated_at: datetime
) -> DashboardPage:
    """The page that shows `suites` and links `profiles` (`profiles/<run id>/<name>.txt`)."""
    numbered = [series for suite in suites for series in suite.series]
    ids = {series.key: f"series-{number}" for number, series in enumerate(numbered)}
    limit = max(LEAST_POINTS, POINTS // max(1, len(numbered)))
    sections, data = [], []
    shared = SharedTexts({}, {})
    for number, suite in enumerate(suites):
        section, of_suite = _section(suite, f"suite-{number}", ids, limit, shared)
        sections.append(replace(section, profiles=_profiles(suite, profiles)))
        data.append(of_suite)
    newest = [suite.newest["ordered_at"] for suite in suites]
    repositories = {web_address(suite.newest["repository"]) for suite in suites} - {None}
    return DashboardPage(
        generated_at=generated_at,
        repository=repositories.pop() if len(repositories) == 1 else None,
        runs=sum(len(suite.runs) for suite in suites),
        series=len(numbered),
        newest_at=max(newest) if newest else None,
        sections=sections,
        kinds=kinds(suites, ids),
        verdict=_verdict(suites, sections),
        plot=(WIDTH, HEIGHT),
        runs_needed=fewest_runs(),
        metrics=sorted({series.metric for series in numbered}),
        data={
            "suites": data,
            "commits": list(shared.commits),
            "changes": list(shared.changes),
            "kinds": KIND_WORDS,
        },
    )


def _verdict(suites: Sequence[Suite], sections: Sequence[SuiteSection]) -> Verdict:
    told = told_loudly(suites)
    cards = {card.series.key: card for section in sections for card in section.cards}
    section_of = {section.suite.name: section for section in sections}
    return Verdict(
        suite_wide=[
            SuiteWideChange(
                section_of[suite.name], fact["reason"], commit_range(fact.to_dict(), suite)
            )
            for suite, fact in told.suite_wide
        ],
        slowdowns=[(cards[series.key], fact) for series, fact in told.slowdowns],
        untold=[section for section in sections if section.suite.runs_missing],
        loaded=[section for section in sections if section.suite.newest["is_loaded"]],
        suites=len(sections),
    )


def _section(
    suite: Suite,
    section_id: str,
    ids: dict[SeriesKey, str],
    limit: int,
    shared: SharedTexts,
) -> tuple[SuiteSection, dict[str, Any]]:
    drawn = [
        drawn_points(series, limit, series.facts["run_id"].tolist()) for series in suite.series
    ]
    shown = set().union(*(points["run_id"] for points in drawn))
    runs = suite.runs[suite.runs["run_id"].isin(shown)].reset_index(drop=True)
    times = time_axis(runs["ordered_at"].iloc[0], runs["ordered_at"].iloc[-1])
    machines = suite.machines
    cards = [
        _card(ids[series.key], series, points, draw(series, points, times, suite), suite)
        for series, points in zip(suite.series, drawn, strict=True)
    ]
    data = suite_data(suite, runs, times, shared.commits)
    data["series"] = {
        card.id: series_data(card.series, points, runs, card.chart.values, shared.changes)
        for card, points in zip(cards, drawn, strict=True)
    }
    counts = suite.runs["machine_fingerprint"].value_counts()
    section = SuiteSection(
        id=section_id,
        suite=suite,
        cards=cards,
        completeness=completeness(suite),
        machine_paths=machine_paths(runs, times, machines),
        machine_runs=[int(counts[name]) for name in machines],
        profiles=[],
    )
    return section, data


def _profiles(suite: Suite, profiles: Sequence[str]) -> list[tuple[str, str]]:
    by_run: dict[str, list[tuple[str, str]]] = {}
    for address in sorted(profiles):
        _, run_id, file = address.split("/")
        by_run.setdefault(run_id, []).append((address, file.removesuffix(".txt")))
    with_some = [run_id for run_id in suite.runs["run_id"] if run_id in by_run]
    return by_run[with_some[-1]] if with_some else []


def machine_paths(runs: pd.DataFrame, times: Axis, machines: Sequence[str]) -> list[str]:
    """For each machine the stretches of the time axis whose runs it made, as one path.

    A stretch reaches half-way to the runs before and after it. The first machine's is the whole
    axis: the others are drawn over it.
    """
    x = (times.share(seconds(runs["ordered_at"])) * WIDTH).round()
    middles = ((x[1:] + x[:-1]) / 2).round().tolist()
    name = runs["machine_fingerprint"]
    stretches = runs.assign(begin=[0, *middles], end=[*middles, WIDTH]).groupby(
        name.ne(name.shift()).cumsum()
    )
    spans = stretches.agg(
        machine=("machine_fingerprint", "first"), begin=("begin", "first"), end=("end", "last")
    )
    others = (spans[spans["machine"] == machine] for machine in machines[1:])
    return [f"M0 0H{WIDTH}", *map(_stretches, others)]


def _stretches(spans: pd.DataFrame) -> str:
    """Lines from `begin` to `end`, each from where the one before it ended."""
    begin, end = spans["begin"].to_numpy(np.int64), spans["end"].to_numpy(np.int64)
    gaps, lengths = np.diff(np.stack([begin, end], axis=1).ravel(), prepend=0).reshape(-1, 2).T
    # A path that begins with a small m counts it from the origin.
    return "".join(f"m{gap} 0h{length}" for gap, length in zip(gaps, lengths, strict=True))


def _card(
    card_id: str, series: MetricSeries, drawn: pd.DataFrame, chart: Chart, suite: Suite
) -> Card:
    newest = series.newest
    return Card(
        id=card_id,
        series=series,
        chart=chart,
        newest=series.unit.text(newest["value"]),
        newest_at=newest["ordered_at"],
        is_current=newest["run_id"] == suite.newest["run_id"],
        to_previous=change_text(newest["ratio_to_previous"], newest["previous_value"], series.unit),
        to_best=percent_change(newest["ratio_to_best"]),
        tone=_tone(series),
        noise=None if series.noise is None else f"{series.noise.relative_range:.1%}",
        badges=_badges(series, suite),
        description=_description(series),
        drawn=len(drawn),
        total=len(series.points),
    )


def _tone(series: MetricSeries) -> str:
    newest = series.newest
    is_higher = series.direction == "higher"
    ratio = float(times_worse(newest["value"], newest["previous_value"], is_higher))
    if np.isnan(ratio) or abs(ratio - 1) < NOTICEABLE:
        return "same"
    return "slower" if ratio > 1 else "faster"


def _badges(series: MetricSeries, suite: Suite) -> list[tuple[str, str]]:
    """The last change point and what holds at the newest run: classes and words."""
    position = series.points.set_index("run_id")["position"]
    facts = series.facts.assign(position=series.facts["run_id"].map(position))
    facts = facts.sort_values(["position", "list"])
    is_current = facts["run_id"].eq(suite.newest["run_id"])
    is_shift = facts["fact"].eq("change_point")
    last_shift = facts.loc[is_shift & ~is_current, "run_id"].tail(1)
    is_told = is_current & facts["fact"].isin(("threshold", "exact", "change_point"))
    is_told |= is_shift & facts["run_id"].isin(last_shift)
    badges = []
    for _, same in facts[is_told].groupby(["position", "fact", "movement", "state"], sort=False):
        fact = same.iloc[0]
        change = "" if fact["fact"] == "exact" else percent_change(fact["ratio"])
        words = (
            *(fact["fact"].replace("_", " "), " and ".join(filter(None, same["list"]))),
            *(fact["movement"], fact["state"], change),
        )
        badges.append((f"{fact['movement']} {fact['state']}", " ".join(filter(None, words))))
    return badges


def _description(series: MetricSeries) -> str:
    """The chart in words, for those who do not see it."""
    points, unit = series.points, series.unit
    values = points["value"]
    changes = int(points["is_machine_change"].astype(bool).sum())
    shifts = series.facts.loc[series.facts["fact"] == "change_point", "run_id"].nunique()
    return (
        f"{series.title}, {series.metric}: {counted(len(points), 'run')} from "
        f"{points['ordered_at'].iloc[0]:%-d %B %Y} to {points['ordered_at'].iloc[-1]:%-d %B %Y}, "
        f"least {unit.text(values.min())}, greatest {unit.text(values.max())}, "
        f"newest {unit.text(values.iloc[-1])}; change points: {shifts}; "
        f"changes of the machine: {changes}."
    )
