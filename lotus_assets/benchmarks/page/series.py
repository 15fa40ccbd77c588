"""The frames of the group `benchmarks` as a page needs them: one object a suite and a series."""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from lotus_assets.benchmarks.page.trend import with_trend
from lotus_assets.benchmarks.page.units import ShownUnit, shown_unit

KEY = ["suite", "benchmark", "metric"]
NUMBERS = re.compile(r"(\d+(?:[km](?![a-z]))?)")
"""Whole numbers, also as 100k and 1m."""
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
    """One metric of one benchmark: its points by time, and what was found about it."""

    suite: str
    benchmark: str
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
    def newest(self) -> pd.Series:
        """The last point."""
        return self.points.iloc[-1]


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
    runs: pd.DataFrame, history: pd.DataFrame, regressions: pd.DataFrame, noise: pd.DataFrame
) -> list[Suite]:
    """The suites that have a history, by name.

    Args:
        runs, history, regressions: `bench_run`, `bench_history`, `bench_regression`.
        noise: suite, benchmark, metric, machine_fingerprint, runs, relative_range.
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
    ).sort_values(["ordered_at", "started_at", "run_id"])
    return [
        Suite(
            str(name),
            of_suite.reset_index(drop=True),
            list(_series(points[points["suite"] == name], facts, noise)),
            facts[facts["suite"] == name],
        )
        for name, of_suite in linked.groupby("suite")
    ]


def _series(
    points: pd.DataFrame, facts: pd.DataFrame, noise: pd.DataFrame
) -> Iterator[MetricSeries]:
    points_of = dict(iter(points.groupby(KEY)))
    facts_of = dict(iter(facts.groupby(KEY)))
    noise_of = dict(iter(noise.groupby([*KEY, "machine_fingerprint"])))
    for key in sorted(points_of, key=_reading_order):
        of_series = points_of[key]
        suite, benchmark, metric = key
        newest = of_series.iloc[-1]
        yield MetricSeries(
            suite=str(suite),
            benchmark=str(benchmark),
            metric=str(metric),
            quantity=str(newest["quantity"]),
            base_unit=str(newest["unit"]),
            direction=str(newest["direction"]),
            is_derived=bool(newest["is_derived"]),
            unit=shown_unit(str(newest["unit"]), float(of_series["value"].abs().median())),
            points=of_series.reset_index(drop=True),
            facts=facts_of.get(key, facts.iloc[:0]),
            noise=_noise(noise_of.get((*key, newest["machine_fingerprint"]))),
        )


def _reading_order(key: Sequence[Hashable]) -> tuple[list[tuple[int, str]], str, int, str]:
    """Benchmarks by name with numbers by size, the time of each before its other metrics."""
    benchmark, metric = str(key[1]), str(key[2])
    parts = [
        (int(part.rstrip("km")) * THOUSANDS.get(part[-1], 1), "")
        if part[:1].isdigit()
        else (0, part)
        for part in NUMBERS.split(benchmark)
    ]
    rank = FIRST_METRICS.index(metric) if metric in FIRST_METRICS else len(FIRST_METRICS)
    return parts, benchmark, rank, metric


def _noise(row: pd.DataFrame | None) -> Noise | None:
    if row is None:
        return None
    return Noise(int(row["runs"].iloc[0]), float(row["relative_range"].iloc[0]))


def commit_page(url: str | None, repository: str | None, commit: str | None) -> str | None:
    """Where a person sees the commit: what the run says, else the address GitHub and GitLab share.

    None where there is no commit or no web address; other schemes are never linked.
    """
    page = url or (f"{repository.rstrip('/')}/commit/{commit}" if repository and commit else None)
    return web_address(page)


def web_address(text: str | None) -> str | None:
    """`text` where it is an address of the web, which alone is linked; else None."""
    return text if text and text.startswith(("https://", "http://")) else None
