"""Charts that move under the reader's hand: what their script needs beside the drawing, packed.

The script (`behaviour/moving_charts.js`, uPlot) places figures and shows them as told here: it has
no unit, no rounding and no rule of its own.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from lotus_assets.outputs.pages.axes import DAY, LEAST_SPAN, Axis, Floats
from lotus_assets.outputs.pages.number_forms import (
    LARGEST,
    MOST_DECIMALS,
    SIGNIFICANT,
    SMALLEST,
    ShownUnit,
)

FOLDER = Path(__file__).parent
UPLOT = FOLDER / "vendored" / "uplot"
LIBRARY = UPLOT / "uPlot.iife.min.js"
SCRIPT = FOLDER / "behaviour" / "moving_charts.js"
FIGURE_CHARTS = FOLDER / "behaviour" / "figure_charts.js"
FILE = "charts.js"
"""What moves the charts of all pages, below their folder: it would be a third of a small one."""
STYLES = (UPLOT / "uPlot.min.css", FOLDER / "moving_charts.css")
LEVELS, MOST_DIGITS = 500, 8
"""A figure is placed as finely as so many parts of its axis, with at most so many digits."""
DIGITS = 5
"""Significant digits of a figure that is placed as it is."""
FEWEST_PACKED = 3
"""Fewer of the same are shorter as they are."""


def packed(items: Sequence[int | str]) -> list[int | str | list[int | str]]:
    """`items` with each that follows itself three times or more as [item, times]."""
    pieces: list[int | str | list[int | str]] = []
    for item, same in groupby(items):
        times = sum(1 for _ in same)
        pieces += [[item, times]] if times >= FEWEST_PACKED else [item] * times
    return pieces


def library_file() -> dict[str, bytes]:
    """`FILE`, which whoever writes pages with moving charts writes too: uPlot, and its use."""
    return {FILE: b"\n".join(path.read_bytes() for path in (LIBRARY, SCRIPT, FIGURE_CHARTS))}


def packed_times(instants: Floats) -> list[int | str | list[int | str]]:
    """Whole seconds or days since 1970 as second differences, 0 for a steady schedule."""
    whole = np.rint(instants).astype(np.int64)
    return packed(np.diff(np.diff(whole, prepend=0), prepend=0).tolist())


def series_of(
    name: str, tone: int, seconds: Floats, days: Floats, figures: Mapping[str, Any]
) -> dict[str, Any]:
    """A series at `seconds`, which are midnights and among `days`: the places of its own, if fewer.

    `figures`: see `figures_of`.
    """
    data = {"name": name, "tone": tone, **figures}
    if len(seconds) < len(days):
        places = np.searchsorted(days, seconds / DAY).tolist()
        data["places"] = packed(np.diff(places, prepend=0).tolist())
    return data


def scale_of(axis: Axis, unit: ShownUnit) -> dict[str, Any]:
    """The axis of figures in the shown unit, beyond reading in powers of ten of it (`shift`)."""
    shift = _shift(axis, unit)
    low, high = _placed(np.array([axis.low, axis.high]), unit, shift).tolist()
    least = LEAST_SPAN * max(abs(low), abs(high))
    return {"range": [low, high], "least": _rounded(least), "shift": shift}


def figures_of(
    values: Floats,
    axis: Axis,
    unit: ShownUnit,
    *,
    decimals: int | None = None,
    form: Callable[[float], str] | None = None,
) -> dict[str, Any]:
    """Figures, given in the base of `unit` (NaN: none), to be placed on `axis` and read.

    Whole numbers times ten to the `power`, each as its difference from the known one before, read
    in the `unit` with so many `decimals` (without: as many as give the least its digits). What
    cannot be read so, as it is with its `texts`: where sizes differ too much, or where nothing but
    the `form` of a figure is known.
    """
    shown = values / unit.size
    sizes = np.abs(shown[np.isfinite(shown) & (shown != 0)])
    largest, least = (float(sizes.max()), float(sizes.min())) if sizes.size else (1.0, 1.0)
    last = SIGNIFICANT - 1 - math.floor(math.log10(least)) if decimals is None else decimals
    power = min(-last, math.floor(math.log10((axis.high - axis.low) / unit.size / LEVELS)))
    shift = _shift(axis, unit)
    is_formed = form is not None and (decimals is None or power < -last)
    if is_formed or shift or power < -MOST_DECIMALS or largest >= 10.0 ** (power + MOST_DIGITS):
        places = _placed(values, unit, shift)
        text = form or unit.text
        return {
            "v": [_rounded(place) if math.isfinite(place) else None for place in places],
            "texts": [text(value) if math.isfinite(value) else "" for value in values.tolist()],
        }
    if decimals is None:
        decimals = 0 if _are_whole(shown) else max(0, last)
    counts = _differences(np.rint(shown / 10.0**power))
    minus = "\N{MINUS SIGN}" if form else "-"
    return {
        **{"v": counts, "power": power, "decimals": decimals},
        **{"unit": unit.name, "minus": minus},
    }


def _are_whole(shown: Floats) -> bool:
    known = shown[np.isfinite(shown)]
    return bool(np.allclose(known, np.rint(known), rtol=1e-12, atol=SMALLEST))


def _differences(counts: Floats) -> list[int | None]:
    is_known = np.isfinite(counts)
    steps = iter(np.diff(counts[is_known], prepend=0).astype(np.int64).tolist())
    return [next(steps) if known else None for known in is_known.tolist()]


def _shift(axis: Axis, unit: ShownUnit) -> int:
    largest = max(abs(axis.low), abs(axis.high)) / unit.size
    is_readable = SMALLEST <= largest < LARGEST
    return 0 if is_readable else math.floor(math.log10(largest))


def _placed(values: Floats, unit: ShownUnit, shift: int) -> Floats:
    return values / unit.size / 10.0**shift


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
