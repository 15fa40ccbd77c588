"""The frames of the group `benchmarks` as a page needs them: one object a suite and a series."""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.benchmarks.machine_load import is_loaded
from lotus_assets.benchmarks.page.titles import Descriptions, title_of
from lotus_assets.benchmarks.page.trend import with_trend
from lotus_assets.engine.speed.change_points import fewest_runs
from lotus_assets.engine.speed.facts import EXACT
from lotus_assets.outputs.pages.number_forms import ShownUnit, shown_unit

KEY = ["suite", "benchmark", "metric"]
UNIT = ["unit", "direction"]
"""Figures that differ in these stand on no common axis: they are series of their own."""
NUMBERS = re.compile(r"([0-9]+(?:[km](?![a-z]))?)")
"""Whole numbers, also as 100k and 1m. Other digits than ASCII's are letters (10²)."""
THOUSANDS = {"k": 1_000, "m": 1_000_000}
FIRST_METRICS = ("time", "cpu_time", "throughput", "peak_memory")
COMMIT_LENGTH = 12
"""Digits of a commit that are shown and linked; GitHub and GitLab resolve them."""


@dataclass(frozen=True)
class Noise:
    """How much the series moves when the same code runs again on one machine (A/A runs)."""

    runs: int
    relative_range: float


@dataclass(frozen=True)
class MetricSeries:
    """One metric of one benchmark in one unit: its points by time, what was found about it."""

    suite: str
    benchmark: str
    title: str
    """What a visitor reads instead of the id."""
    metric: str
    quantity: str
    base_unit: str
    direction: str
    is_derived: bool
    unit: ShownUnit
    points: pd.DataFrame
    """Rows of bench_history in order of position, with `trend`, `band_low`, `band_high`."""
    facts: pd.DataFrame
    """Rows of bench_regression about this series."""
    noise: Noise | None

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What it is known by on the page."""
        return self.suite, self.benchmark, self.metric, self.base_unit, self.direction

    @property
    def newest(self) -> pd.Series:
        """The last point."""
        return self.points.iloc[-1]

    @property
    def runs_missing(self) -> int:
        """How many more runs like the newest a slow-down needs to be told; 0 if none."""
        if not self.is_judged:
            return 0
        alike = int(self.points["epoch"].eq(self.newest["epoch"]).sum())
        return max(0, fewest_runs() - alike)

    @property
    def is_judged(self) -> bool:
        """Whether a change of level is looked for: in what is neither exact nor derived."""
        return self.direction != EXACT and not self.is_derived


@dataclass(frozen=True)
class Suite:
    """One suite: its runs by time, its series by name, and what was found about either."""

    name: str
    runs: pd.DataFrame
    """Rows of bench_run that are points of the history, with `ordered_at`, `commit`, `url`."""
    series: list[MetricSeries]
    facts: pd.DataFrame
    """Rows of bench_regression about the suite, and about its series."""

    @property
    def newest(self) -> pd.Series:
        """The last run."""
        return self.runs.iloc[-1]

    @property
    def runs_missing(self) -> int:
        """How many more runs until of any of its series a slow-down can be told."""
        of_series = [
            series.runs_missing
            for series in self.series
            if series.is_judged and series.newest["run_id"] == self.newest["run_id"]
        ]
        return min(of_series, default=0)

    @property
    def machines(self) -> list[str]:
        """Fingerprints in order of first appearance."""
        return list(dict.fromkeys(self.runs["machine_fingerprint"]))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with numpy's floats (NaN for none) and Python's texts (None for none)."""
    result = frame.copy()
    for name, dtype in frame.dtypes.items():
        if isinstance(dtype, pd.Float64Dtype | pd.Int64Dtype):
            result[name] = frame[name].astype("float64")
        elif isinstance(dtype, pd.StringDtype | pd.BooleanDtype):
            result[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return result


def suites_of(
    runs: pd.DataFrame,
    history: pd.DataFrame,
    regressions: pd.DataFrame,
    noise: pd.DataFrame,
    descriptions: Descriptions | None = None,
) -> list[Suite]:
    """The suites that have a history, by name.

    Args:
        runs, history, regressions: `bench_run`, `bench_history`, `bench_regression`.
        noise: suite, benchmark, metric, machine_fingerprint, runs, relative_range.
        descriptions: what benchmarks say about themselves.
    """
    points = with_trend(plain(history).sort_values([*KEY, "position"]), regressions)
    facts = plain(regressions)
    ordered = points[["run_id", "ordered_at"]].drop_duplicates("run_id")
    linked = plain(runs).merge(ordered, on="run_id")
    pages = map(commit_page, linked["commit_url"], linked["repository"], linked["commit_id"])
    commits = (commit and commit[:COMMIT_LENGTH] for commit in linked["commit_id"])
    linked = linked.assign(
        commit=pd.Series(list(commits), linked.index, dtype=object),
        url=pd.Series(list(pages), linked.index, dtype=object),
        is_loaded=list(map(is_loaded, linked["load_average"], linked["machine"])),
    ).sort_values(["ordered_at", "started_at", "run_id"])
    return [
        Suite(
            str(name),
            of_suite.reset_index(drop=True),
            list(_series(points[points["suite"] == name], facts, noise, descriptions or {})),
            facts[facts["suite"] == name],
        )
        for name, of_suite in linked.groupby("suite")
    ]


def _series(
    points: pd.DataFrame, facts: pd.DataFrame, noise: pd.DataFrame, descriptions: Descriptions
) -> Iterator[MetricSeries]:
    points_of = dict(iter(points.groupby([*KEY, *UNIT])))
    facts_of = dict(iter(facts.groupby(KEY)))
    noise_of = dict(iter(noise.groupby([*KEY, "machine_fingerprint"])))
    for key in sorted(points_of, key=_reading_order):
        of_series = points_of[key]
        suite, benchmark, metric = named = key[:3]
        newest = of_series.iloc[-1]
        told = facts_of.get(named, facts.iloc[:0])
        yield MetricSeries(
            suite=str(suite),
            benchmark=str(benchmark),
            title=title_of(str(benchmark), descriptions.get((str(suite), str(benchmark)))),
            metric=str(metric),
            quantity=str(newest["quantity"]),
            base_unit=str(newest["unit"]),
            direction=str(newest["direction"]),
            is_derived=bool(newest["is_derived"]),
            unit=shown_unit(str(newest["unit"]), float(of_series["value"].abs().median())),
            points=of_series.reset_index(drop=True),
            facts=told[told["run_id"].isin(of_series["run_id"])],
            noise=_noise(noise_of.get((*named, newest["machine_fingerprint"]))),
        )


def _reading_order(
    key: Sequence[Hashable],
) -> tuple[list[tuple[int, str]], str, int, str, list[str]]:
    """Benchmarks by name with numbers by size, the time of each before its other metrics."""
    benchmark, metric, *unit = map(str, key[1:])
    # Of a split by a group every other part is what the group matched.
    parts = [
        (int(part.rstrip("km")) * THOUSANDS.get(part[-1], 1), "") if place % 2 else (0, part)
        for place, part in enumerate(NUMBERS.split(benchmark))
    ]
    rank = FIRST_METRICS.index(metric) if metric in FIRST_METRICS else len(FIRST_METRICS)
    return parts, benchmark, rank, metric, unit


def _noise(row: pd.DataFrame | None) -> Noise | None:
    if row is None or not np.isfinite(relative := float(row["relative_range"].iloc[0])):
        return None
    return Noise(int(row["runs"].iloc[0]), relative)


def commit_page(url: str | None, repository: str | None, commit: str | None) -> str | None:
    """Where a person sees the commit: what the run says, else the address GitHub and GitLab share.

    None where there is no commit or no web address; other schemes are never linked.
    """
    page = url or (f"{repository.rstrip('/')}/commit/{commit}" if repository and commit else None)
    return web_address(page)


def web_address(text: str | None) -> str | None:
    """`text` where it is an address of the web, which alone is linked; else None."""
    return text if text and text.startswith(("https://", "http://")) else None


def comparison_page(repository: str | None, first: str, last: str) -> str | None:
    """Where a person sees the commits between two, by the address GitHub and GitLab share."""
    known = web_address(repository)
    return known and f"{known.rstrip('/')}/compare/{first}...{last}"
