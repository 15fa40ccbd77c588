"""Small pictures for an asset's metadata, where a person would rather look than read numbers."""

import base64
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = tuple[NDArray[np.datetime64], NDArray[np.float64]]
COLOURS = ("#1f4e9c", "#7a9cc6", "#c25a3c", "#8a8a8a")
POINTS = 120
"""Points of a line at most: more would not be seen, and the event log keeps every picture."""


def line_chart(title: str, lines: Mapping[str, Line]) -> str:
    """Lines by name over time, decimal fractions shown as per cent: Markdown with the picture.

    An SVG of some 15 kB as a data: URI, which Dagster's UI shows; the same lines give the same
    bytes.
    """
    figure = _figure()
    axes = figure.subplots()
    for (name, (days, values)), colour in zip(lines.items(), COLOURS, strict=False):
        kept = np.unique(np.linspace(0, len(days) - 1, POINTS).astype(np.int64))
        axes.plot(days[kept], values[kept], label=name, color=colour, linewidth=1.1)
    axes.legend(fontsize=7, frameon=False)
    return _drawn(figure, axes, axes.yaxis, title)


def bar_chart(title: str, series: Mapping[str, Mapping[str, float]]) -> str:
    """Horizontal bars by series and name, the first name on top; otherwise as `line_chart`."""
    names = list(dict.fromkeys(name for bars in series.values() for name in bars))
    figure = _figure()
    axes = figure.subplots()
    height = 0.8 / len(series)
    for number, ((label, bars), colour) in enumerate(zip(series.items(), COLOURS, strict=False)):
        at = np.arange(len(names)) + (number - (len(series) - 1) / 2) * height
        widths = [bars.get(name, 0.0) for name in names]
        axes.barh(at, widths, height=height, label=label, color=colour)
    axes.set_yticks(np.arange(len(names)), names)
    axes.invert_yaxis()
    axes.axvline(0.0, color="#8a8a8a", linewidth=0.6)
    if len(series) > 1:
        axes.legend(fontsize=7, frameon=False)
    return _drawn(figure, axes, axes.xaxis, title)


def _figure() -> Any:
    # Importing matplotlib takes 0.8 CPU-seconds, which every process of Dagster would pay.
    from matplotlib.figure import Figure

    return Figure(figsize=(5.6, 2.2), layout="constrained")


def _drawn(figure: Any, axes: Any, shares: Any, title: str) -> str:
    """Markdown of the figure; `shares` is the axis of per cent."""
    from matplotlib import rc_context
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    shares.set_major_formatter(PercentFormatter(1.0))
    shares.set_major_locator(MaxNLocator(5))
    axes.tick_params(labelsize=7)
    axes.set_title(title, fontsize=8, loc="left")
    content = io.BytesIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "lotus"}):
        figure.savefig(content, format="svg", metadata={"Date": None})
    text = base64.b64encode(content.getvalue()).decode()
    return f"![{title}](data:image/svg+xml;base64,{text})"
