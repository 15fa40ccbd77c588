"""A series as SVG paths: dots, a trend line with its band, and marks where something was found."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.benchmarks.page.series import MetricSeries, Suite
from lotus_assets.outputs.pages.axes import (
    Axis,
    Floats,
    Tick,
    time_ticks,
    value_axis,
    value_ticks,
)
from lotus_assets.outputs.pages.svg_paths import Integers, across, area, dots, down, line

WIDTH, HEIGHT = 1_000, 200
"""Size of a plot in its own coordinates: a card is some 400 pixels wide, and 150 high."""
TREND_POINTS = 60
"""Corners of a trend line at most; the eye cannot tell more apart."""
FEWEST = 3
"""Points of a segment that have a trend."""
JOINED = 90
"""Up to so many points of an epoch, a thin line joins them."""
LINES = 12
"""Up to so many changes of the machine or environment have lines; strip and tables show all."""


@dataclass(frozen=True)
class Layer:
    """What is drawn in the colour of one machine: path data in the plot's coordinates."""

    machine: int
    dots: str
    join: str
    trend: str
    band: str


@dataclass(frozen=True)
class ChartMark:
    """Something found at a run; x and y in per cent of the plot from its top left corner."""

    x: float
    y: float
    kind: str
    """Classes of its style: the fact, movement, list and state."""
    text: str


@dataclass(frozen=True)
class Chart:
    """One series, drawn."""

    layers: list[Layer]
    marks: list[ChartMark]
    lines: list[ChartMark]
    """Across the whole height: changes of the machine, and of the environment."""
    values: Axis
    value_ticks: list[Tick]
    time_ticks: list[Tick]


def draw(series: MetricSeries, drawn: pd.DataFrame, times: Axis, suite: Suite) -> Chart:
    """The chart of `series`, of whose points `drawn` are shown, on the time axis of its suite.

    Args:
        drawn: rows of `series.points`.
        suite: whose environment facts are shown too; a layer names its machine by its place there.
    """
    values = value_axis(drawn[["value", "band_low", "band_high"]].to_numpy(float).ravel())
    rank = {name: number for number, name in enumerate(suite.machines)}
    layers = [
        _layer(of_epoch, times, values, rank[of_epoch["machine_fingerprint"].iloc[0]])
        for _, of_epoch in drawn.groupby("epoch")
    ]
    changed = drawn.assign(reason="Machine from here: " + drawn["machine_fingerprint"])
    shared = suite.facts[suite.facts["metric"].isin(("", series.metric, series.quantity))]
    moved, wide = (
        shared[shared["fact"].eq(fact)].drop_duplicates("run_id")[["run_id", "reason"]]
        for fact in ("environment", "suite_wide")
    )
    return Chart(
        layers=layers,
        marks=_marks(series, drawn, times, values),
        lines=[
            *_lines(drawn.merge(moved, on="run_id"), "environment", times),
            *_lines(drawn.merge(wide, on="run_id"), "environment suite-wide", times),
            *_lines(changed[changed["is_machine_change"].astype(bool)], "machine-change", times),
        ],
        values=values,
        value_ticks=value_ticks(values, series.unit),
        time_ticks=time_ticks(times),
    )


def seconds(instants: "pd.Series[pd.Timestamp]") -> Floats:
    """Seconds since 1970."""
    return instants.dt.as_unit("us").astype("int64").to_numpy(np.float64) / 1e6


def _layer(points: pd.DataFrame, times: Axis, values: Axis, machine: int) -> Layer:
    x = across(seconds(points["ordered_at"]), times, WIDTH)
    y = _down(points["value"], values)
    trends, bands = [], []
    for _, segment in points.groupby("segment"):
        if len(segment) < FEWEST:
            continue
        chosen = segment.iloc[_evenly(len(segment), _allowed(len(segment), len(points)))]
        at = across(seconds(chosen["ordered_at"]), times, WIDTH)
        trends.append(line(at, _down(chosen["trend"], values)))
        upper, lower = _down(chosen["band_high"], values), _down(chosen["band_low"], values)
        if (upper != lower).any():
            bands.append(area(at, upper, lower))
    return Layer(
        machine=machine,
        dots=dots(x, y),
        join=line(x, y) if 1 < len(points) <= JOINED else "",
        trend="".join(trends),
        band="".join(bands),
    )


def _allowed(part: int, whole: int) -> int:
    """How many corners a segment of `part` of `whole` points gets."""
    return part if whole <= TREND_POINTS else max(2, TREND_POINTS * part // whole)


def _evenly(count: int, wanted: int) -> Integers:
    return np.unique(np.linspace(0, count - 1, min(count, wanted)).round().astype(np.int64))


def _down(figures: "pd.Series[float]", values: Axis) -> Integers:
    return down(np.asarray(figures, dtype=np.float64), values, HEIGHT)


def _marks(series: MetricSeries, drawn: pd.DataFrame, times: Axis, values: Axis) -> list[ChartMark]:
    facts = series.facts[series.facts["fact"].isin(("threshold", "exact", "change_point"))]
    # One mark a run and fact: what is on both lists is drawn as loud.
    facts = facts.sort_values("list").drop_duplicates(["fact", "run_id"])
    shown = facts.merge(drawn[["run_id", "ordered_at", "value"]], on="run_id", suffixes=("_", ""))
    x = 100 * times.share(seconds(shown["ordered_at"]))
    y = 100 * (1 - values.share(shown["value"].to_numpy(np.float64)))
    return [
        ChartMark(round(float(across), 2), round(float(down), 1), _kind(fact), fact["reason"])
        for across, down, fact in zip(x, y, shown.to_dict("records"), strict=True)
    ]


def _kind(fact: Mapping[Hashable, Any]) -> str:
    return " ".join(filter(None, (fact[name] for name in ("fact", "movement", "list", "state"))))


def _lines(runs: pd.DataFrame, kind: str, times: Axis) -> list[ChartMark]:
    """A line at each of `runs` (ordered_at, reason), if they are few enough to be told apart."""
    if not 0 < len(runs) <= LINES:
        return []
    x = 100 * times.share(seconds(runs["ordered_at"]))
    return [
        ChartMark(round(float(across), 2), 0.0, kind, reason)
        for across, reason in zip(x, runs["reason"], strict=True)
    ]
