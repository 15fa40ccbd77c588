"""What the page's script needs beyond the drawn charts: exact figures and runs, packed tightly."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.benchmarks.page.series import MetricSeries, Suite
from lotus_assets.engine.speed.facts import EXACT
from lotus_assets.outputs.pages.axes import Axis
from lotus_assets.outputs.pages.moving_charts import figures_of, packed, packed_times, scale_of
from lotus_assets.outputs.pages.number_forms import ShownUnit, percent_change

KIND_LETTERS = {"daily": "d", "weekly": "w", "manual": "m", "backfill": "b", "imported": "i"}
KIND_WORDS = {"d": "daily", "w": "weekly", "m": "by hand", "b": "released version", "i": "imported"}
"""What a reader is told of a run's kind, by its letter."""
FIRST_CHANGE = 0x100
"""A change is told by one character: its place in the page's list from here on. There are never
more of them than points, and so none is half of a surrogate pair."""
FIRST_MACHINE = ord("0")
"""A machine is told by one character: its place in the suite's list from here on."""


def suite_data(
    suite: Suite, runs: pd.DataFrame, times: Axis, commits: dict[str, int]
) -> dict[str, Any]:
    """The runs of a suite: when they ran, their commits, machines and kinds.

    Times are seconds since 1970, given as second differences, which are 0 for a steady schedule;
    commits are places in a list that all suites share, given as differences; kinds are letters.
    What repeats in these three is `packed`: every suite has runs of its own, so that these figures
    weigh most where many suites have few series.

    Args:
        runs: rows of `suite.runs` that are shown anywhere on the page.
        times: the suite's time axis.
        commits: the shared list, as commit → place; commits not yet in it are added.
    """
    seconds = runs["ordered_at"].dt.as_unit("s").astype("int64").to_numpy(np.float64)
    places = [commits.setdefault(commit or "", len(commits)) for commit in runs["commit"]]
    machines = {name: chr(FIRST_MACHINE + number) for number, name in enumerate(suite.machines)}
    shared = _shared_address(runs)
    return {
        "name": suite.name,
        "axis": [round(times.low), round(times.high)],
        "t": packed_times(seconds),
        "c": packed(np.diff(places, prepend=0).tolist()),
        "versions": {
            number: version for number, version in enumerate(runs["version"]) if version is not None
        },
        "address": shared,
        "urls": {
            number: url
            for number, (url, commit) in enumerate(zip(runs["url"], runs["commit"], strict=True))
            if url is not None and not _extends(url, shared, commit)
        },
        "machines": suite.machines,
        "loaded": np.flatnonzero(runs["is_loaded"].to_numpy(bool)).tolist(),
        "m": "".join(machines[name] for name in runs["machine_fingerprint"]),
        "k": packed([KIND_LETTERS[kind] for kind in runs["kind"]]),
    }


def _shared_address(runs: pd.DataFrame) -> str:
    """What stands before the commit in the runs' addresses, where that is always the same."""
    # An empty commit parts no address.
    linked = runs[runs["url"].notna() & runs["commit"].map(bool)]
    addresses = {
        url.partition(commit)[0]
        for url, commit in zip(linked["url"], linked["commit"], strict=True)
    }
    return addresses.pop() if len(addresses) == 1 else ""


def _extends(url: str, address: str, commit: str | None) -> bool:
    """Whether the link made of address and shortened commit leads where `url` does."""
    return bool(address and commit) and url.startswith(f"{address}{commit}")


def series_data(
    series: MetricSeries,
    drawn: pd.DataFrame,
    runs: pd.DataFrame,
    values: Axis,
    changes: dict[str, int],
) -> dict[str, Any]:
    """The shown points of a series: places of their runs (absent: all), figures, changes.

    How much worse a figure is than the one before it is a place in a list of texts that all
    suites share.

    Args:
        runs: those of the suite that are shown anywhere on the page.
        values: the axis that the series is drawn on.
        changes: the shared list, as text → place; texts not yet in it are added.
    """
    rank = {run_id: number for number, run_id in enumerate(runs["run_id"])}
    places = drawn["run_id"].map(rank).to_numpy()
    data: dict[str, Any] = {
        **scale_of(values, series.unit),
        **figures_of(drawn["value"].to_numpy(np.float64), values, series.unit),
        "c": "".join(
            chr(FIRST_CHANGE + changes.setdefault(text, len(changes)))
            for text in changes_of(series, drawn)
        ),
    }
    if len(places) < len(runs):
        data["r"] = np.diff(places, prepend=0).tolist()
    return data


def changes_of(series: MetricSeries, points: pd.DataFrame) -> list[str]:
    """How much worse (plus) each figure is than the one before it in its epoch.

    What it was before where there is no ratio; "" for what has none before it, and is exact.
    """
    if series.direction == EXACT:
        return [""] * len(points)
    return [
        change_text(ratio, previous, series.unit) if pd.notna(previous) else ""
        for ratio, previous in zip(
            points["ratio_to_previous"], points["previous_value"], strict=True
        )
    ]


def change_text(ratio: float, previous: float, unit: ShownUnit) -> str:
    """How much worse a figure is than the previous one; where there is no ratio, that one."""
    if math.isnan(ratio) and not math.isnan(previous):
        return f"from {unit.text(previous)}"
    return percent_change(ratio)


def drawn_points(series: MetricSeries, limit: int, kept: Sequence[str]) -> pd.DataFrame:
    """The points of `series` that the page shows: all, or `limit` of them and `kept` runs.

    The newest half of the limit is whole, of what is older every n-th point is drawn.
    """
    points = series.points
    if len(points) <= limit:
        return points
    recent = limit // 2
    older = len(points) - recent
    chosen = np.unique(np.linspace(0, older - 1, limit - recent).round().astype(int))
    is_drawn = np.zeros(len(points), dtype=bool)
    is_drawn[chosen] = True
    is_drawn[older:] = True
    return points[is_drawn | points["run_id"].isin(kept).to_numpy()]
