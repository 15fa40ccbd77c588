"""What the page's script needs beyond the drawn charts: exact figures and runs, packed tightly."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.benchmarks.page.series import MetricSeries, Suite
from lotus_assets.engine.speed.facts import SMALLEST
from lotus_assets.outputs.pages.axes import Axis, Floats
from lotus_assets.outputs.pages.number_forms import SIGNIFICANT as SHOWN

DIGITS = 5
"""Significant digits of a figure on the page; benchmarks.json has all."""
KIND_LETTERS = {"daily": "d", "weekly": "w", "manual": "m", "backfill": "b", "imported": "i"}
FIRST_MACHINE = ord("0")
"""A machine is told by one character: its place in the suite's list from here on."""
FEWEST_PACKED = 3
"""Fewer of the same are shorter as they are."""


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
    seconds = runs["ordered_at"].dt.as_unit("s").astype("int64").to_numpy()
    places = [commits.setdefault(commit or "", len(commits)) for commit in runs["commit"]]
    machines = {name: chr(FIRST_MACHINE + number) for number, name in enumerate(suite.machines)}
    shared = _shared_address(runs)
    return {
        "name": suite.name,
        "axis": [round(times.low), round(times.high)],
        "t": packed(np.diff(np.diff(seconds, prepend=0), prepend=0).tolist()),
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


def packed(items: Sequence[int | str]) -> list[int | str | list[int | str]]:
    """`items` with each that follows itself three times or more as [item, times]."""
    pieces: list[int | str | list[int | str]] = []
    for item, same in groupby(items):
        times = sum(1 for _ in same)
        pieces += [[item, times]] if times >= FEWEST_PACKED else [item] * times
    return pieces


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


def series_data(series: MetricSeries, drawn: pd.DataFrame, runs: pd.DataFrame) -> dict[str, Any]:
    """The shown points of a series: places of their runs (absent: all), and figures.

    Figures are whole numbers times `step`, each as its difference from the one before; as they
    are where some are too small for that. Epochs are given where a machine has several.
    """
    rank = {run_id: number for number, run_id in enumerate(runs["run_id"])}
    places = drawn["run_id"].map(rank).to_numpy()
    values = drawn["value"].to_numpy(float)
    data: dict[str, Any] = {
        **_figures(values),
        "unit": [series.unit.size, series.unit.name],
        "direction": series.direction,
    }
    if len(places) < len(runs):
        data["r"] = np.diff(places, prepend=0).tolist()
    if drawn["epoch"].nunique() > drawn["machine_fingerprint"].nunique():
        data["e"] = packed(drawn["epoch"].astype(int).tolist())
    if len(drawn) < len(series.points):
        data["thinned"] = True
    return data


def _figures(values: Floats) -> dict[str, Any]:
    sizes = np.abs(values[values != 0])
    largest, least = (sizes.max(), sizes.min()) if sizes.size else (1.0, 1.0)
    step = max(10.0 ** (math.floor(math.log10(largest)) - DIGITS + 1), SMALLEST)
    if least < step * 10 ** (SHOWN - 1):
        return {"v": [float(f"{value:.{DIGITS}g}") for value in values], "step": None}
    return {"v": np.diff(np.rint(values / step).astype(np.int64), prepend=0).tolist(), "step": step}


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
