"""Charts over time and of distributions: figures in, geometry and words out (charts.html.jinja)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from lotus_assets.outputs.pages import moving_charts, svg_paths
from lotus_assets.outputs.pages.axes import (
    DAY,
    HEIGHT,
    WIDTH,
    Axis,
    Floats,
    Tick,
    time_axis,
    time_ticks,
    value_axis,
    value_ticks,
)
from lotus_assets.outputs.pages.number_forms import ShownUnit

TONES = 6
"""Colours of the palette, m0 … m5 in the style."""
BINS = 20
"""Bars of a histogram at most."""
FARTHEST = 0.98
"""The last bar of a histogram begins here at the latest: some durations are beyond all others."""


@dataclass(frozen=True)
class ChartTable:
    """The figures behind a chart, as text: what stands in the drawing, for whoever cannot see it.

    The first column names the row.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Series:
    """Figures at midnights in UTC, in order; NaN where there is none.

    `low` and `high` make its band; `form` is how a single figure reads, with so many `decimals`.
    """

    name: str
    instants: Sequence[datetime]
    values: Floats
    tone: int = 0
    low: Floats | None = None
    high: Floats | None = None
    has_dots: bool = False
    form: Callable[[float], str] | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened at an instant; `kind` is a class of its style: flow, note, warning.

    Without a `value` it stands at the bottom edge.
    """

    at: datetime
    text: str
    kind: str = "note"
    value: float | None = None


@dataclass(frozen=True)
class Level:
    """A value across the whole chart: a target, a median."""

    value: float
    text: str
    kind: str = "target"


@dataclass(frozen=True)
class Layer:
    """One drawn series."""

    name: str
    tone: int
    line: str
    band: str
    dots: str


@dataclass(frozen=True)
class Placed:
    """Words at a place: x and y in per cent from the top left corner."""

    x: float
    y: float
    kind: str
    text: str


@dataclass(frozen=True)
class Bar:
    """A bar: its left edge, top, width and height in per cent, and what it says."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A plot with two axes, drawn; `label` says in a sentence what it shows."""

    label: str
    unit: str
    value_ticks: list[Tick]
    bottom_ticks: list[Tick]
    table: ChartTable | None
    layers: list[Layer] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    marks: list[Placed] = field(default_factory=list)
    levels: list[Placed] = field(default_factory=list)
    uprights: list[Placed] = field(default_factory=list)
    """Lines from bottom to top with their words."""
    moving: dict[str, Any] | None = None
    """What is read at the cursor; see `moving_charts`."""


@dataclass(frozen=True)
class Sparkline:
    """A small series without axes: its line, and its last figure as a dot."""

    label: str
    line: str
    last: str


def line_chart(
    series: Sequence[Series],
    *,
    unit: ShownUnit,
    label: str,
    marks: Sequence[Mark] = (),
    levels: Sequence[Level] = (),
    has_zero: bool = False,
    table: ChartTable | None = None,
) -> Chart:
    """Series on one axis of time and one of figures, which holds 0 if `has_zero`.

    Values and levels are in the base of `unit`. Instants are aware; a day is its midnight in UTC.

    Raises:
        ValueError: no series has an instant.
    """
    instants = [at for one in series for at in one.instants]
    if not instants:
        raise ValueError(f"nothing to draw: {label} has no instant")
    times = time_axis(min(instants), max(instants))
    values = value_axis(_all_figures(series, marks, levels, has_zero))
    return Chart(
        label=label,
        unit=unit.name,
        value_ticks=value_ticks(values, unit),
        bottom_ticks=time_ticks(times),
        table=table,
        layers=[_layer(one, times, values) for one in series],
        moving=_moving(series, unit, times, values),
        marks=[_placed(mark, times, values) for mark in marks],
        levels=[
            Placed(0.0, round(100 * (1 - _share(values, level.value)), 2), level.kind, level.text)
            for level in levels
        ],
    )


def _moving(series: Sequence[Series], unit: ShownUnit, times: Axis, values: Axis) -> dict[str, Any]:
    seconds = [np.array([at.timestamp() for at in one.instants]) for one in series]
    days = np.unique(np.concatenate(seconds) / DAY)
    return {
        "days": moving_charts.packed_times(days),
        "axis": [times.low, times.high],
        **moving_charts.scale_of(values, unit),
        "series": [
            moving_charts.series_of(
                one.name,
                one.tone % TONES,
                at,
                days,
                moving_charts.figures_of(
                    one.values, values, unit, decimals=one.decimals, form=one.form
                ),
            )
            for one, at in zip(series, seconds, strict=True)
        ],
    }


def sparkline(values: Floats, *, label: str) -> Sparkline:
    """Figures at equal distances, NaN where there is none."""
    # In plain Python: an organisation has ten thousand of them, of some twenty figures each.
    known = [(place, value) for place, value in enumerate(values.tolist()) if math.isfinite(value)]
    if not known:
        return Sparkline(label, "", "")
    axis = value_axis(np.array([value for _, value in known]))
    high = HEIGHT / (axis.high - axis.low)
    line, before = [], None
    for place, value in known:
        point = f"{spark_x(place, len(values))} {round((axis.high - value) * high)}"
        line.append(f"L{point}" if before == place - 1 else f"M{point}h0")
        before = place
    return Sparkline(label, "".join(line), f"M{point}h0")


def spark_x(place: int, count: int) -> int:
    """Where the figure at `place` of `count` stands in a small series."""
    return round(place * WIDTH / max(1, count - 1))


def histogram(
    values: Floats,
    *,
    unit: ShownUnit,
    label: str,
    noun: str,
    uprights: Sequence[Level] = (),
) -> Chart:
    """How many `values` (finite, at least one, none negative) lie in each of equally wide bins.

    The last bin holds what is far beyond all others. `noun` is what is counted, in the plural;
    `uprights` are values to be marked.

    Raises:
        ValueError: there is no value.
    """
    if not values.size:
        raise ValueError(f"nothing to draw: {label} has no value")
    edges = _edges(values, unit)
    counts, _ = np.histogram(np.minimum(values, edges[-1]), edges)
    bottom, heights = Axis(edges[0], edges[-1]), Axis(0.0, max(1.0, counts.max() * 1.08))
    spans = [_span(edges, place, unit, values.max()) for place in range(len(counts))]
    width = round(100 / len(counts), 3)
    return Chart(
        label=label,
        unit=noun,
        value_ticks=[tick for tick in value_ticks(heights, ShownUnit(1.0, "")) if _whole(tick)],
        bottom_ticks=[
            Tick(tick.position, f"{tick.label} {unit.name}") for tick in value_ticks(bottom, unit)
        ],
        table=ChartTable(
            ("Between", noun),
            tuple((span, f"{count:,}") for span, count in zip(spans, counts, strict=True)),
        ),
        bars=[
            Bar(
                round(width * place, 2),
                round(100 * (1 - count / heights.high), 2),
                width,
                round(100 * count / heights.high, 2),
                f"{spans[place]}: {count:,}",
            )
            for place, count in enumerate(counts.tolist())
        ],
        uprights=[
            Placed(round(100 * min(_share(bottom, one.value), 1.0), 2), 0.0, one.kind, one.text)
            for one in uprights
        ],
    )


def midnight(day: datetime) -> datetime:
    """The instant at which a day stands on an axis."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _all_figures(
    series: Sequence[Series], marks: Sequence[Mark], levels: Sequence[Level], has_zero: bool
) -> Floats:
    bands = [edge for one in series for edge in (one.low, one.high) if edge is not None]
    single = [mark.value for mark in marks if mark.value is not None]
    beside = np.array([*single, *(level.value for level in levels), *([0.0] if has_zero else [])])
    figures: Floats = np.concatenate([*(one.values for one in series), *bands, beside])
    return figures[np.isfinite(figures)]


def _layer(series: Series, times: Axis, values: Axis) -> Layer:
    x = svg_paths.across(np.array([at.timestamp() for at in series.instants]), times)
    known = np.isfinite(series.values)
    y = svg_paths.down(np.where(known, series.values, values.low), values)
    band = ""
    if series.low is not None and series.high is not None:
        has_band = np.isfinite(series.low) & np.isfinite(series.high)
        upper, lower = (
            svg_paths.down(np.where(has_band, edge, values.low), values)
            for edge in (series.high, series.low)
        )
        band = "".join(
            svg_paths.area(x[part], upper[part], lower[part])
            for part in svg_paths.stretches(has_band)
        )
    return Layer(
        series.name,
        series.tone % TONES,
        "".join(svg_paths.line(x[part], y[part]) for part in svg_paths.stretches(known)),
        band,
        svg_paths.dots(x[known], y[known]) if series.has_dots else "",
    )


def _placed(mark: Mark, times: Axis, values: Axis) -> Placed:
    y = 100.0 if mark.value is None else 100 * (1 - _share(values, mark.value))
    return Placed(
        round(100 * _share(times, mark.at.timestamp()), 2), round(y, 1), mark.kind, mark.text
    )


def _share(axis: Axis, figure: float) -> float:
    return float(axis.share(np.array([figure]))[0])


def _edges(values: Floats, unit: ShownUnit) -> Floats:
    """Edges of bins that are 1, 2 or 5 times a power of ten of the shown unit wide, from 0."""
    farthest = max(float(np.quantile(values, FARTHEST)), unit.size * 1e-6)
    rough = farthest / unit.size / BINS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    bins = np.arange(math.floor(farthest / unit.size / step) + 2, dtype=np.float64)
    return bins * (step * unit.size)


def _span(edges: Floats, place: int, unit: ShownUnit, largest: float) -> str:
    is_open = place == len(edges) - 2 and largest > edges[-1]
    first, last = (f"{edge / unit.size:,.4g}" for edge in edges[place : place + 2])
    return f"{first} {unit.name} and more" if is_open else f"{first} to {last} {unit.name}"


def _whole(tick: Tick) -> bool:
    return "." not in tick.label
