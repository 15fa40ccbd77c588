"""Weights and returns of groups, long, laid side by side for attribution."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.cells import Cells, distinct
from lotus_assets.engine.performance.formulas.identities import is_off_currency
from lotus_assets.engine.performance.formulas.received_returns import (
    ObservedReturns,
    ReceivedReturns,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
    segment_of_rows,
)

NumberArray = NDArray[np.float64]


@dataclass(frozen=True)
class GroupSide:
    """Groups of many portfolios, or of their benchmarks: one row a date and group.

    A segment a portfolio, rows in any order. `group` is a code from 0; weights are at the start of
    the day; `return_base` NaN is not supplied. `return_local` is optional, as a column and as a
    value; `return_fx` is only checked: `(1 + l)(1 + fx) = 1 + r_base` to 1e-9.
    `gain` (and `local_gain` of it) is that of a group without net capital, whose weight is 0: a
    share of the side's whole capital, whose other weights sum to 1. `received` says what the
    side's returns are made of, where not of these weights and returns alone.
    Raises ValueError where that fails, or a weight is missing.
    """

    dates: Days
    group: Integers
    weight: Floats
    return_base: Floats
    offsets: Integers
    return_local: Floats | None = None
    return_fx: Floats | None = field(default=None, compare=False)
    gain: Floats | None = None
    local_gain: Floats | None = None
    received: ReceivedReturns | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Check shapes and currency returns once."""
        object.__setattr__(self, "dates", as_days(self.dates))
        object.__setattr__(self, "offsets", as_offsets(self.offsets, len(self.dates)))
        object.__setattr__(self, "group", np.asarray(self.group, np.int64))
        for name in ("weight", "return_base", "return_local", "return_fx"):
            column = getattr(self, name)
            if column is not None:
                object.__setattr__(self, name, np.asarray(column, np.float64))
        if np.isnan(self.weight).any():
            raise ValueError(f"{self._place(int(np.argmax(np.isnan(self.weight))))}: no weight")
        if self.return_local is not None and self.return_fx is not None:
            wrong = is_off_currency(self.return_base, self.return_local, self.return_fx)
            if wrong.any():
                row = int(np.argmax(wrong))
                raise ValueError(
                    f"{self._place(row)}: (1 + return_local)(1 + return_fx) is not 1 + return_base"
                )

    def _place(self, row: int) -> str:
        portfolio_number = int(segment_of_rows(self.offsets)[row])
        return f"portfolio {portfolio_number}, group {self.group[row]}, {self.dates[row]}"

    @property
    def returns_received(self) -> ReceivedReturns:
        """What the side's returns are made of: where nothing else is said, its rows."""
        if self.received is not None:
            return self.received
        return ObservedReturns(self.dates, self.offsets, self.weight, self.return_base)

    def rows(self, first: int, last: int) -> slice:
        """Rows of portfolios [first, last)."""
        return slice(int(self.offsets[first]), int(self.offsets[last]))


@dataclass(frozen=True)
class Side:
    """One side of some portfolios, a value a cell; NaN return: not supplied.

    `gain` is that of groups without net capital, 0 of others; none at all where no group has one.
    """

    weight: Floats
    base: Floats
    local: Floats | None
    gain: Floats | None = None
    local_gain: Floats | None = None


@dataclass(frozen=True)
class SideBySide:
    """Both sides of portfolios [first, last) on the same cells [slot, day].

    Days of a portfolio stand together. A cell is kept where either side has a row: another one
    weighs nothing. `groups[portfolio, slot]` is the group's code, -1 for a slot that the portfolio
    does not use.
    """

    first: int
    dates: Days
    offsets: Integers
    groups: Integers
    cells: Cells
    portfolio: Side
    benchmark: Side


def side_by_side(
    portfolio: GroupSide, benchmark: GroupSide, first: int, last: int, group_count: int
) -> SideBySide:
    """Lay out both sides on the dates and groups that either has.

    Raises ValueError where a date and group comes twice, or the two sides' dates differ.
    """
    sides = (portfolio, benchmark)
    count = last - first
    portfolio_numbers = [
        np.repeat(np.arange(count), np.diff(side.offsets[first : last + 1])) for side in sides
    ]
    days = [side.dates[side.rows(first, last)].view(np.int64) for side in sides]
    codes = [side.group[side.rows(first, last)] for side in sides]
    day_tables, dates, offsets = _numbered_days(portfolio_numbers, days, count, first)
    slots, groups = _slots(portfolio_numbers, codes, count, group_count)
    shape = (groups.shape[1], len(dates))
    keys = [slot * shape[1] + day for slot, day in zip(slots, day_tables, strict=True)]
    for side, key in zip(sides, keys, strict=True):
        _refuse_twice(side, side.rows(first, last), key)
    cells, places = distinct(np.concatenate(keys), shape[0] * shape[1])
    count_of_first = len(keys[0])
    laid = [
        _side(side, side.rows(first, last), place, len(cells))
        for side, place in zip(
            sides, (places[:count_of_first], places[count_of_first:]), strict=True
        )
    ]
    return SideBySide(first, dates, offsets, groups, Cells.of_keys(cells, shape), *laid)


def _numbered_days(
    portfolio_numbers: list[Integers], days: list[Integers], count: int, first: int
) -> tuple[list[Integers], Days, Integers]:
    """Number of the day of every row, both sides' dates, and their offsets by portfolio."""
    low = np.full(count, np.iinfo(np.int64).max)
    high = np.full(count, np.iinfo(np.int64).min)
    for portfolio_number, day in zip(portfolio_numbers, days, strict=True):
        firsts = np.flatnonzero(
            np.append(True, portfolio_number[1:] != portfolio_number[:-1])[: len(portfolio_number)]
        )
        if len(firsts):
            held = portfolio_number[firsts]
            low[held] = np.minimum(low[held], np.minimum.reduceat(day, firsts))
            high[held] = np.maximum(high[held], np.maximum.reduceat(day, firsts))
    spans = np.where(high >= low, high - low + 1, 0)
    starts = np.append(0, np.cumsum(spans))
    shift = starts[:-1] - np.where(spans > 0, low, 0)
    at = [
        day + shift[portfolio_number]
        for portfolio_number, day in zip(portfolio_numbers, days, strict=True)
    ]
    present: list[Booleans] = []
    for cells in at:
        seen = np.zeros(starts[-1], bool)
        seen[cells] = True
        present.append(seen)
    cell_portfolio = np.repeat(np.arange(count), spans)
    if (present[0] != present[1]).any():
        cell = int(np.argmax(present[0] != present[1]))
        one = cell_portfolio[cell]
        missing = "benchmark" if present[0][cell] else "portfolio"
        date = np.datetime64(int(cell - shift[one]), "D")
        raise ValueError(f"portfolio {one + first}: the {missing} has no groups on {date}")
    numbers = np.cumsum(present[0]) - 1
    cells = np.flatnonzero(present[0])
    dates = (cells - shift[cell_portfolio[cells]]).astype("datetime64[D]")
    offsets = np.append(0, np.cumsum(np.bincount(cell_portfolio[cells], minlength=count)))
    return [numbers[one] for one in at], dates, offsets


def _slots(
    portfolio_numbers: Sequence[Integers], codes: Sequence[Integers], count: int, group_count: int
) -> tuple[list[Integers], Integers]:
    """Slot of every row: its group's rank among those of its portfolio on either side."""
    keys = [
        portfolio_number * group_count + code
        for portfolio_number, code in zip(portfolio_numbers, codes, strict=True)
    ]
    used, places = distinct(np.concatenate(keys), count * group_count)
    portfolio_number, code = used // max(group_count, 1), used % max(group_count, 1)
    counts = np.bincount(portfolio_number, minlength=count)
    rank = np.arange(len(used)) - (np.cumsum(counts) - counts)[portfolio_number]
    groups = np.full((count, int(counts.max(initial=0))), -1, np.int64)
    groups[portfolio_number, rank] = code
    slots = rank[places]
    return [slots[: len(keys[0])], slots[len(keys[0]) :]], groups


def _refuse_twice(side: GroupSide, rows: slice, keys: Integers) -> None:
    order = np.argsort(keys, kind="stable")
    is_again = np.diff(keys[order]) == 0
    if is_again.any():
        row = int(order[1:][is_again][0]) + rows.start
        portfolio_number = int(np.searchsorted(side.offsets, row, side="right")) - 1
        raise ValueError(
            f"portfolio {portfolio_number}, group {side.group[row]}: {side.dates[row]} comes twice"
        )


def _side(side: GroupSide, rows: slice, places: Integers, count: int) -> Side:
    def values(column: Floats, absent: float) -> Floats:
        laid = np.full(count, absent)
        laid[places] = column[rows]
        return laid

    def known(column: Floats | None, absent: float) -> Floats | None:
        return None if column is None else values(column, absent)

    is_gained = side.gain is not None and bool(side.gain[rows].any())
    return Side(
        values(side.weight, 0.0),
        values(side.return_base, np.nan),
        known(side.return_local, np.nan),
        known(side.gain, 0.0) if is_gained else None,
        known(side.local_gain, 0.0) if is_gained else None,
    )
