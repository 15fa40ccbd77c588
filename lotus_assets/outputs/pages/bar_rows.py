"""Rankings, waterfalls and heat maps: tables that are their own drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from lotus_assets.outputs.pages.axes import Floats

STEPS = 4
"""Shades of a heat map on either side of zero."""


@dataclass(frozen=True)
class BarRow:
    """One row: its name, its figure as text, and its bar in per cent of the width."""

    name: str
    text: str
    left: float
    width: float
    tone: str
    """better, worse, plain or total."""
    address: str | None = None
    note: str = ""


@dataclass(frozen=True)
class BarRows:
    """Rows that share one axis; `zero` is where 0 lies, in per cent."""

    label: str
    columns: tuple[str, str]
    """Over the names, and over the figures."""
    zero: float
    rows: list[BarRow]


@dataclass(frozen=True)
class NamedFigure:
    """A figure to be drawn: what it is of, and how it reads; None where there is none."""

    name: str
    value: float | None
    text: str
    tone: str = ""
    """Without one, gains are better and losses worse."""
    address: str | None = None
    note: str = ""
    """Beside the figure: a sample size, a reason."""


@dataclass(frozen=True)
class HeatCell:
    """A cell: its figure as text, and its shade: n4 … n1, z, p1 … p4, or empty without a figure."""

    text: str
    shade: str


@dataclass(frozen=True)
class HeatMap:
    """Rows and columns of shaded figures."""

    label: str
    corner: str
    columns: tuple[str, ...]
    rows: list[tuple[str, list[HeatCell]]]


def bar_rows(figures: Sequence[NamedFigure], *, label: str, columns: tuple[str, str]) -> BarRows:
    """Bars from 0, in the order given."""
    spans = [(0.0, figure.value or 0.0) for figure in figures]
    return _drawn(figures, spans, label, columns)


def waterfall(
    figures: Sequence[NamedFigure], total: NamedFigure, *, label: str, columns: tuple[str, str]
) -> BarRows:
    """Bars each of which begins where the one before it ends, and the total from 0."""
    ends = [0.0, *accumulate(figure.value or 0.0 for figure in figures)]
    spans = [*pairwise(ends), (0.0, total.value or 0.0)]
    return _drawn([*figures, total], spans, label, columns)


def heat_map(
    values: Floats,
    texts: Sequence[Sequence[str]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    label: str,
    corner: str,
) -> HeatMap:
    """`values` (rows x columns, NaN where there is none) shaded by size, each sign for itself.

    The deepest shade is that of the largest size in the map.
    """
    sizes = np.abs(values)
    largest = float(np.nanmax(sizes)) if np.isfinite(sizes).any() else 0.0
    depth = np.ceil(np.nan_to_num(sizes) / (largest or 1.0) * STEPS).astype(int)
    cells = [
        [
            HeatCell(text, _shade(float(value), int(step)))
            for text, value, step in zip(*row, strict=True)
        ]
        for row in zip(texts, values, depth, strict=True)
    ]
    return HeatMap(label, corner, tuple(columns), list(zip(rows, cells, strict=True)))


def _shade(value: float, depth: int) -> str:
    if np.isnan(value):
        return ""
    return "z" if not depth else f"{'p' if value > 0 else 'n'}{depth}"


def _drawn(
    figures: Sequence[NamedFigure],
    spans: Sequence[tuple[float, float]],
    label: str,
    columns: tuple[str, str],
) -> BarRows:
    ends = [0.0, *(end for span in spans for end in span)]
    low, high = min(ends), max(ends)
    room = (high - low) or 1.0
    return BarRows(
        label,
        columns,
        round(100 * -low / room, 2),
        [
            BarRow(
                figure.name,
                figure.text,
                round(100 * (min(span) - low) / room, 2),
                round(100 * abs(span[1] - span[0]) / room, 2),
                figure.tone or ("worse" if (figure.value or 0.0) < 0 else "better"),
                figure.address,
                figure.note,
            )
            for figure, span in zip(figures, spans, strict=True)
        ],
    )
