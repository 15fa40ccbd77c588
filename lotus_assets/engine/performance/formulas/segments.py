"""Long arrays cut into segments: one segment holds one portfolio's (or position's) rows.

Offsets are `int64[n + 1]`, from 0, never falling: segment k is rows `offsets[k]:offsets[k + 1]`.
Sums go through `np.add.reduceat`, whose order of additions depends on a segment's length only.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Days = NDArray[np.datetime64]

CHUNK_ROWS = 32_768
"""Rows of a chunk: five columns of it and their intermediates fit a core's second-level cache."""


def as_days(values: ArrayLike) -> Days:
    """`datetime64[D]` of dates, without a copy where they are that already."""
    return np.asarray(values, dtype="datetime64[D]")


def as_offsets(offsets: ArrayLike, row_count: int) -> Integers:
    """Checked offsets. Raises ValueError unless they run from 0 to the number of rows."""
    checked = np.asarray(offsets, dtype=np.int64)
    if checked.ndim != 1 or len(checked) == 0 or checked[0] != 0 or checked[-1] != row_count:
        raise ValueError(f"segment offsets must run from 0 to the number of rows ({row_count})")
    if (np.diff(checked) < 0).any():
        raise ValueError("segment offsets must never fall")
    return checked


def offsets_of(codes: ArrayLike, count: int) -> Integers:
    """Offsets of `count` segments from a sorted code (0 … count - 1) of each row."""
    return np.searchsorted(np.asarray(codes), np.arange(count + 1)).astype(np.int64)


def segment_of_rows(offsets: Integers) -> Integers:
    """Number of the segment of every row."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def chunks(offsets: Integers, rows: int = CHUNK_ROWS) -> Iterator[tuple[int, int]]:
    """Ranges [first, last) of whole segments, of about `rows` rows each (one segment at least)."""
    first = 0
    while first < len(offsets) - 1:
        last = int(np.searchsorted(offsets, offsets[first] + rows, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def window_sums(values: Floats, starts: Integers, stops: Integers) -> Floats:
    """Sum of `values[start:stop]` of every window; 0 for an empty one. Windows may overlap."""
    sums = np.zeros(len(starts))
    filled = stops > starts
    if filled.any():
        bounds = np.empty(2 * np.count_nonzero(filled), np.int64)
        bounds[0::2] = starts[filled]
        bounds[1::2] = stops[filled]
        # reduceat takes no bound at the array's end: one 0 more moves the end.
        sums[filled] = np.add.reduceat(np.append(values, 0.0), bounds)[0::2]
    return sums


def window_maxima(values: Floats, starts: Integers, stops: Integers) -> Floats:
    """Greatest of `values[start:stop]` of every window; 0 for an empty one, or below 0."""
    maxima = np.zeros(len(starts))
    filled = stops > starts
    if filled.any():
        bounds = np.empty(2 * np.count_nonzero(filled), np.int64)
        bounds[0::2] = starts[filled]
        bounds[1::2] = stops[filled]
        maxima[filled] = np.maximum.reduceat(np.append(values, 0.0), bounds)[0::2]
    return maxima


def segment_sums(values: Floats, offsets: Integers) -> Floats:
    """Sum of every segment; 0 for an empty one."""
    return window_sums(values, offsets[:-1], offsets[1:])


def running_sums(values: Floats, offsets: Integers) -> Floats:
    """Sums within each segment up to and with every row, added from its first row on."""
    return _running(np.add, values, offsets)


def running_products(values: Floats, offsets: Integers) -> Floats:
    """Products within each segment up to and with every row."""
    return _running(np.multiply, values, offsets)


def running_maxima(values: Floats, offsets: Integers) -> Floats:
    """Greatest value within each segment up to and with every row."""
    return _running(np.maximum, values, offsets)


def products_before(values: Floats, offsets: Integers) -> Floats:
    """Products within each segment of the rows before every row; 1 on its first."""
    before = np.ones(len(values))
    before[1:] = _running(np.multiply, values, offsets)[:-1]
    before[offsets[:-1][np.diff(offsets) > 0]] = 1.0
    return before


def products_after(values: Floats, offsets: Integers) -> Floats:
    """Products within each segment of the rows after every row; 1 on its last."""
    return products_before(values[::-1], len(values) - offsets[::-1])[::-1]


def _running(operation: np.ufunc, values: Floats, offsets: Integers) -> Floats:
    """Segments padded to a power of two and accumulated side by side.

    A difference of running sums over all rows would let one segment's figures round another's,
    and spread an infinity.
    """
    running = np.empty(len(values))
    lengths = np.diff(offsets)
    classes = np.ceil(np.log2(np.maximum(lengths, 1))).astype(np.int64)
    for length_class in np.unique(classes[lengths > 0]):
        chosen = np.flatnonzero((classes == length_class) & (lengths > 0))
        columns = np.arange(lengths[chosen].max())
        inside = columns < lengths[chosen, None]
        rows = (offsets[chosen, None] + columns)[inside]
        padded = np.zeros(inside.shape)
        padded[inside] = values[rows]
        running[rows] = operation.accumulate(padded, axis=1)[inside]
    return running


def column_sums(matrix: NDArray[np.float64]) -> Floats:
    """Sum of every column, added from the first row on, however the matrix lies in memory.

    A reduction of one column alone, or of columns that lie one after the other (as chosen columns
    of a matrix do), would be taken as long rows and added in pairs.
    """
    matrix = np.ascontiguousarray(matrix)
    if matrix.shape[1] == 1:
        return np.add.accumulate(matrix, axis=0)[-1:].ravel() if len(matrix) else np.zeros(1)
    total: Floats = np.add.reduce(matrix, axis=0)
    return total


def column_products(*factors: NDArray[np.float64]) -> Floats:
    """Sum of the factors' product of every column, from the first row on, no product kept.

    A column alone would be taken as one long row, and added in another order: it is taken twice.
    """
    if len(factors) == 1:
        return column_sums(factors[0])
    if factors[0].shape[1] == 1:
        return column_products(*(np.repeat(factor, 2, axis=1) for factor in factors))[:1]
    total: Floats = np.einsum(",".join(["ij"] * len(factors)) + "->j", *factors)
    return total


def running_column_sums(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of every column up to and with every row, in place of the matrix.

    numpy goes column by column: where rows are the longer side, row by row is six times as quick.
    """
    if len(matrix) > matrix.shape[1]:
        return np.add.accumulate(matrix, axis=0, out=matrix)
    for row in range(1, len(matrix)):
        matrix[row] += matrix[row - 1]
    return matrix


def expand(counts: Integers) -> tuple[Integers, Integers]:
    """For segments of these lengths: the segment of every row, and its position in the segment."""
    segment = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return segment, np.arange(len(segment)) - first[segment]


def rows_of_ranges(starts: Integers, stops: Integers) -> Integers:
    """Rows [start, stop) of every range, one range after another."""
    counts = stops - starts
    first = np.cumsum(counts) - counts
    rows: Integers = np.arange(int(counts.sum())) + np.repeat(starts - first, counts)
    return rows


def rows_of_segments(offsets: Integers, numbers: Integers) -> tuple[Integers, Integers]:
    """Rows of some segments one after the other, and the offsets of the segments among them."""
    starts, stops = offsets[numbers], offsets[numbers + 1]
    return rows_of_ranges(starts, stops), np.append(0, np.cumsum(stops - starts))


def search_in_segments(
    values: Days | Integers, firsts: Integers, lasts: Integers, targets: Days | Integers
) -> Integers:
    """First row of [first, last) whose value is not below the target, else `last`; for each query.

    All queries are bisected at once, in as many steps as the longest segment has binary digits.
    """
    numbers, wanted = values.view(np.int64), targets.view(np.int64)
    low, high = firsts.copy(), lasts.copy()
    longest = int((lasts - firsts).max(initial=0))
    for _ in range(longest.bit_length()):
        middle = (low + high) >> 1
        open_ = low < high
        before = open_ & (numbers[np.where(open_, middle, 0)] < wanted)
        low = np.where(before, middle + 1, low)
        high = np.where(before | ~open_, high, middle)
    return low
