"""Cells of a wide table that has few: values one after another, by slot and column.

A table of groups and days is mostly empty where groups come and go: what is kept grows with the
rows that were given, not with the product.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.segments import (
    Floats,
    Integers,
    rows_of_ranges,
    segment_of_rows,
    segment_sums,
)

DENSE = 8
"""A table at most so many times as large as its cells is marked rather than sorted."""


@dataclass(frozen=True)
class Cells:
    """Slot and column of every value, by slot, then column; `shape` is (slots, columns)."""

    slot: Integers
    column: Integers
    shape: tuple[int, int]

    @classmethod
    def of_keys(cls, keys: Integers, shape: tuple[int, int]) -> "Cells":
        """Cells from their places `slot · columns + column`, ascending."""
        columns = max(shape[1], 1)
        return cls(keys // columns, keys % columns, shape)

    def column_sums(self, values: Floats) -> Floats:
        """Sum of every column, added slot by slot."""
        return np.asarray(np.bincount(self.column, values, self.shape[1]), np.float64)

    def within(self, first: Integers, last: Integers) -> "CellRanges":
        """The cells of every slot in each range of columns [first, last); ranges may overlap."""
        keys = self.slot * self.shape[1] + self.column
        shifts = np.arange(self.shape[0])[:, None] * self.shape[1]
        starts = np.searchsorted(keys, (shifts + first).ravel())
        stops = np.searchsorted(keys, (shifts + last).ravel())
        offsets = np.append(0, np.cumsum(stops - starts))
        rows = rows_of_ranges(starts, stops)
        return CellRanges(rows, offsets, (self.shape[0], len(first)))


@dataclass(frozen=True)
class CellRanges:
    """Cells laid out slot by slot, range by range: `offsets` cuts them at each [slot, range]."""

    rows: Integers
    offsets: Integers
    shape: tuple[int, int]

    @cached_property
    def range(self) -> Integers:
        """Number of the range of every cell that is laid out."""
        return segment_of_rows(self.offsets) % max(self.shape[1], 1)

    @cached_property
    def is_every_cell(self) -> bool:
        """Whether the cells are laid out just as they are kept."""
        return np.array_equal(self.rows, np.arange(len(self.rows)))

    def of(self, values: Floats) -> Floats:
        """Values of the cells that are laid out."""
        if self.is_every_cell and len(values) == len(self.rows):
            return values
        return values[self.rows]

    def sums(self, laid_out: Floats) -> NDArray[np.float64]:
        """Sums [slot, range] of values that are laid out."""
        return segment_sums(laid_out, self.offsets).reshape(self.shape)


def distinct(keys: Integers, size: int) -> tuple[Integers, Integers]:
    """The distinct keys of [0, size), ascending, and the place of every key among them."""
    if size <= DENSE * len(keys):
        is_used = np.zeros(size, bool)
        is_used[keys] = True
        return np.flatnonzero(is_used), (np.cumsum(is_used) - 1)[keys]
    used, places = np.unique(keys, return_inverse=True)
    return used, places
