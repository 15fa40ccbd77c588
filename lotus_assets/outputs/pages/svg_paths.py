"""Figures as SVG path data, in the coordinates of a plot and as few bytes as it takes."""

import numpy as np
import numpy.typing as npt

from lotus_assets.outputs.pages.axes import HEIGHT, WIDTH, Axis, Floats

Integers = npt.NDArray[np.int64]


def across(figures: Floats, axis: Axis, width: int = WIDTH) -> Integers:
    """Where figures lie from the left edge of a plot, 0 … width on the axis."""
    return np.rint(axis.share(figures) * width).astype(np.int64)


def down(figures: Floats, axis: Axis, height: int = HEIGHT) -> Integers:
    """Where figures lie from the top edge of a plot, 0 … height on the axis."""
    return np.rint((1 - axis.share(figures)) * height).astype(np.int64)


def dots(x: Integers, y: Integers) -> str:
    """Lines of no length, of which round caps make dots: a few bytes each."""
    moves = _pairs(np.diff(x, prepend=0), np.diff(y, prepend=0))
    return "".join(f"m{move}z" for move in moves)


def line(x: Integers, y: Integers) -> str:
    """One line through all points; a single point is a dot."""
    first, *others = _pairs(np.diff(x, prepend=0), np.diff(y, prepend=0))
    # A path that begins with a small m counts it from the origin, and so only the first does.
    corners = "".join(pair if pair.startswith("-") else f" {pair}" for pair in others)
    return f"M{first}l{corners.lstrip()}" if others else f"M{first}h0"


def area(x: Integers, upper: Integers, lower: Integers) -> str:
    """The closed area between two lines over the same points."""
    return line(np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])) + "z"


def stretches(known: npt.NDArray[np.bool_]) -> list[slice]:
    """The parts in which figures are known without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [slice(first, last) for first, last in edges.reshape(-1, 2).tolist()]


def _pairs(x: Integers, y: Integers) -> list[str]:
    """Coordinate pairs, the sign of the second parting them where it can."""
    return [f"{a}{b}" if b < 0 else f"{a} {b}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
