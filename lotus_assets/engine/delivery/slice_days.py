"""Statistics of rows for every slice on every day: counts, totals, shares, means, percentiles.

Percentiles, means and shares of a larger slice come from its rows, never from smaller slices'
figures. Results do not depend on the order of rows.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.counted_days import FAR_AWAY, LONG_AGO, CountedDays, Days
from lotus_assets.engine.delivery.slices import Slices

Figures = NDArray[np.float64]
"""Shape (slices, days); NaN is NULL."""

PAIRS_AT_ONCE = 8_000_000
"""Row-and-day pairs that are sorted in one go: bounds memory at about 200 MB."""


@dataclass(frozen=True)
class SliceDays:
    """The figures' rows and columns: slices, and the days D asked for (sorted, distinct).

    `whole`: for each of the slices' projects the days on which its rows may count, because all of
    it was collected; None: every day.
    """

    slices: Slices
    days: Days
    timezone: str
    whole: CountedDays | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(slices, days)."""
        return len(self.slices), len(self.days)

    def place(
        self, project_ids: pd.Series, counted: CountedDays, values: pd.Series | None = None
    ) -> "PlacedRows":
        """Put each row into its project's slices, on the days on which it counts.

        Rows whose value is NULL, whose days are NaT or whose project is in no slice take no part.
        The index of `project_ids` names the rows (`PlacedRows.origin`); it need not be unique.
        Values are numbers, or booleans as 0 and 1; without values each row is 1.
        """
        if values is None:
            numbers = np.ones(len(project_ids), dtype=np.float64)
        else:
            numbers = np.asarray(values.astype("Float64"), dtype=np.float64)
        counted = self._where_whole(project_ids, counted)
        begin = np.searchsorted(self.days, counted.first, side="left")
        end = np.searchsorted(self.days, counted.last, side="right")
        slices = self.slices.of_projects(project_ids)
        takes_part = ~(np.isnan(numbers) | np.isnat(counted.first) | np.isnat(counted.last))
        takes_part &= (begin < end) & (slices[:, 0] >= 0)
        rows = np.flatnonzero(takes_part)
        levels = slices.shape[1]
        return PlacedRows(
            shape=self.shape,
            slice=slices[rows].ravel(),
            begin=np.repeat(begin[rows], levels),
            end=np.repeat(end[rows], levels),
            value=np.repeat(numbers[rows], levels),
            origin=np.repeat(project_ids.index.to_numpy()[rows], levels),
        )

    def projects(self) -> "PlacedRows":
        """Each project in its slices, on the days on which its rows may count."""
        ids = pd.Series(self.slices.project_ids)
        every_day = CountedDays(*(np.full(len(ids), day) for day in (LONG_AGO, FAR_AWAY)))
        return self.place(ids, every_day)

    def projects_to_come(self) -> "PlacedRows":
        """Each project in its slices, on the days before the first on which its rows may count."""
        ids = pd.Series(self.slices.project_ids)
        long_ago = np.full(len(ids), LONG_AGO)
        first = long_ago if self.whole is None else self.whole.first
        before = CountedDays(long_ago, first - np.timedelta64(1, "D"))
        return replace(self, whole=None).place(ids, before)

    def _where_whole(self, project_ids: pd.Series, counted: CountedDays) -> CountedDays:
        if self.whole is None:
            return counted
        position = self.slices.positions(project_ids)
        first, last = (np.append(days, np.datetime64("NaT", "D"))[position] for days in self.whole)
        return CountedDays(np.maximum(counted.first, first), np.minimum(counted.last, last))


@dataclass(frozen=True)
class PlacedRows:
    """Rows in slices: each counts in `slice` on the days number `begin` to `end` - 1.

    `origin` is the label of the row that was placed: who explains a figure finds it by that.
    """

    shape: tuple[int, int]
    slice: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    value: Figures
    origin: NDArray[Any]

    def count(self) -> Figures:
        """How many rows; 0 where there is none."""
        return self._running_totals(np.ones(len(self.value)))

    def total(self) -> Figures:
        """Sum of whole numbers; 0 where there is no row."""
        return self._running_totals(self.value)

    def share(self) -> Figures:
        """Share of the rows whose value is 1 (the others' is 0), NULL where there is no row."""
        rows = self.count()
        figures: Figures = np.full(self.shape, np.nan)
        np.divide(self.total(), rows, out=figures, where=rows > 0)
        return figures

    def mean(self) -> Figures:
        """Mean of the values, NULL where there is no row."""
        figures = np.full(self.shape, np.nan).ravel()
        for cells, starts, values in self._sorted_by_cell():
            counts = np.diff(np.append(starts, len(values)))
            figures[cells] = np.add.reduceat(values, starts) / counts
        return figures.reshape(self.shape)

    def percentiles(self, *quantiles: float) -> Figures:
        """The quantiles (0 … 1) of the values, interpolated linearly; NULL where there is no row.

        Shape (quantiles, slices, days), all of them from one sorting of the values. numpy's default
        method, equal to it to the last bit.
        """
        figures = np.full((len(quantiles), math.prod(self.shape)), np.nan)
        column = np.asarray(quantiles, dtype=np.float64)[:, None]
        for cells, starts, values in self._sorted_by_cell():
            counts = np.diff(np.append(starts, len(values)))
            figures[:, cells] = _interpolated(values, starts, counts, column)
        return figures.reshape(len(quantiles), *self.shape)

    def on_days(self, positions: NDArray[np.int64]) -> "PlacedRows":
        """The same rows on the days number `positions` (ascending) alone."""
        begin = np.searchsorted(positions, self.begin)
        end = np.searchsorted(positions, self.end)
        counts = begin < end
        return PlacedRows(
            shape=(self.shape[0], len(positions)),
            slice=self.slice[counts],
            begin=begin[counts],
            end=end[counts],
            value=self.value[counts],
            origin=self.origin[counts],
        )

    def _running_totals(self, amounts: Figures) -> Figures:
        slices, days = self.shape
        width = days + 1
        begun = np.bincount(self.slice * width + self.begin, amounts, minlength=slices * width)
        ended = np.bincount(self.slice * width + self.end, amounts, minlength=slices * width)
        return (begun - ended).reshape(slices, width).cumsum(axis=1)[:, :days]

    def _sorted_by_cell(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Figures]]:
        """Cells that hold rows, where the values of each start, and the values, in ascending order.

        A cell is slice * days + day. In blocks of whole slices, so that memory stays bounded.
        """
        order = np.argsort(self.slice, kind="stable")
        pairs = np.cumsum((self.end - self.begin)[order])
        block = pairs // PAIRS_AT_ONCE
        _, first_of_slice = np.unique(self.slice[order], return_index=True)
        cuts = first_of_slice[np.flatnonzero(np.diff(block[first_of_slice], prepend=-1))]
        for rows in np.split(order, cuts[1:] if len(cuts) else []):
            if len(rows):
                yield self._sorted_block(rows)

    def _sorted_block(
        self, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Figures]:
        distinct, rank = np.unique(self.value[rows], return_inverse=True)
        length = self.end[rows] - self.begin[rows]
        first_cell = self.slice[rows] * self.shape[1] + self.begin[rows]
        row = np.repeat(np.arange(len(rows)), length)
        day = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
        # One integer a pair sorts ten times faster than two keys.
        keys = (first_cell[row] + day) * len(distinct) + rank[row]
        keys.sort()
        cells = keys // len(distinct)
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        return cells[starts], starts, distinct[keys % len(distinct)]


def _interpolated(
    values: Figures, starts: NDArray[np.int64], counts: NDArray[np.int64], quantiles: Figures
) -> Figures:
    """Shape (quantiles, cells); `quantiles` is a column."""
    position = (counts - 1) * quantiles
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, counts - 1)
    low, high = values[starts + below], values[starts + above]
    weight = position - below
    difference = high - low
    upper: Figures = high - difference * (1 - weight)
    lower: Figures = low + difference * weight
    return np.asarray(np.where(weight >= 0.5, upper, lower), dtype=np.float64)
