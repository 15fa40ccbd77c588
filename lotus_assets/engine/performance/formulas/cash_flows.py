"""Values and external flows of a window, as the investor's dated flows."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cached_property

import numpy as np

from lotus_assets.engine.performance.formulas.calendar_days import days_between
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
    rows_of_segments,
    segment_of_rows,
)

CANCELLED = 1e-9
"""A float sum this small beside its terms is taken again from the decimals."""


@dataclass(frozen=True)
class CashFlows:
    """Windows of many portfolios: values at both ends, and external flows (into it positive).

    One value a portfolio: start_date, end_date, begin_mv, end_mv. One row a flow, a segment a
    portfolio: flow_dates, amounts, offsets. Flows are put in order of date, then amount, so that
    the order of the rows changes nothing. Raises ValueError for an inverted window, a flow
    outside its window, or an amount that is not a finite number.
    """

    start_date: Days
    end_date: Days
    begin_mv: Floats
    end_mv: Floats
    flow_dates: Days
    amounts: Floats
    offsets: Integers

    def __post_init__(self) -> None:
        """Check the dates, and put the flows in order."""
        for name in ("start_date", "end_date", "flow_dates"):
            object.__setattr__(self, name, as_days(getattr(self, name)))
        for name in ("begin_mv", "end_mv", "amounts"):
            column = np.asarray(getattr(self, name), np.float64)
            if not np.isfinite(column).all():
                raise ValueError(f"{name} holds a missing or infinite amount")
            object.__setattr__(self, name, column)
        object.__setattr__(self, "offsets", as_offsets(self.offsets, len(self.flow_dates)))
        if (self.end_date < self.start_date).any():
            number = int(np.argmax(self.end_date < self.start_date))
            raise ValueError(f"portfolio {number}: the window is inverted")
        self._put_in_order()
        self._check_inside()

    def _put_in_order(self) -> None:
        days = self.flow_days
        rising = days[1:] > days[:-1]
        inner = self.offsets[(self.offsets > 0) & (self.offsets < len(days))]
        rising[inner - 1] = True
        if not rising.all():
            order = np.lexsort((self.amounts, days, segment_of_rows(self.offsets)))
            for name in ("flow_dates", "amounts", "flow_days"):
                object.__setattr__(self, name, getattr(self, name)[order])

    def _check_inside(self) -> None:
        """In order, none is outside where neither the first nor the last of a portfolio is."""
        filled = np.flatnonzero(np.diff(self.offsets))
        first, last = self.offsets[filled], self.offsets[filled + 1] - 1
        is_late = self.flow_days[last] > self.days[filled]
        outside = (self.flow_days[first] < 0) | is_late
        if outside.any():
            place = int(np.argmax(outside))
            row = last[place] if is_late[place] else first[place]
            raise ValueError(
                f"portfolio {filled[place]}: the flow of {self.flow_dates[row]} is outside the "
                "window"
            )

    @property
    def count(self) -> int:
        """Number of portfolios."""
        return len(self.start_date)

    @cached_property
    def days(self) -> Floats:
        """T: end_date - start_date."""
        return days_between(self.start_date, self.end_date)

    @cached_property
    def flow_days(self) -> Floats:
        """D of every flow: date - start_date."""
        starts = np.repeat(self.start_date, np.diff(self.offsets))
        return days_between(starts, self.flow_dates)

    def chosen(self, numbers: Integers) -> "CashFlows":
        """Some portfolios."""
        rows, offsets = rows_of_segments(self.offsets, numbers)
        return CashFlows(
            self.start_date[numbers],
            self.end_date[numbers],
            self.begin_mv[numbers],
            self.end_mv[numbers],
            self.flow_dates[rows],
            self.amounts[rows],
            offsets,
        )


@dataclass(frozen=True)
class FlowTable:
    """Flow series side by side: a column each, a row a flow, 0 below the last.

    `number` is the series', `counts` its flows, `changes` its changes of sign. Years below the
    last flow repeat it.
    """

    number: Integers
    amounts: Floats
    years: Floats
    counts: Integers
    changes: Integers


@dataclass(frozen=True)
class NettedFlows:
    """The investor's flows: paid in negative, got back positive; one a day, none of them 0.

    `years` is days since the start ÷ 365.
    """

    amounts: Floats
    years: Floats
    offsets: Integers

    def chosen(self, numbers: Integers) -> "NettedFlows":
        """Some series."""
        rows, offsets = rows_of_segments(self.offsets, numbers)
        return NettedFlows(self.amounts[rows], self.years[rows], offsets)

    def tables(self, cells: int, chosen: Integers | None = None) -> Iterator[FlowTable]:
        """The (chosen) series in tables of about so many cells, similar lengths together."""
        numbers = np.arange(len(self.offsets) - 1) if chosen is None else chosen
        counts = (self.offsets[1:] - self.offsets[:-1])[numbers]
        classes = np.ceil(np.log2(np.maximum(counts, 1))).astype(np.int64)
        for length_class in np.unique(classes[counts > 1]):
            members = np.flatnonzero((classes == length_class) & (counts > 1))
            width = max(cells // int(counts[members].max()), 1)
            for some in np.array_split(members, -(-len(members) // width)):
                yield self._table(numbers[some])

    def _table(self, numbers: Integers) -> FlowTable:
        firsts, lasts = self.offsets[numbers], self.offsets[numbers + 1] - 1
        counts = lasts - firsts + 1
        longest = int(counts.max())
        is_even = bool((counts == longest).all()) and bool((np.diff(numbers) == 1).all())
        if is_even:
            block = slice(int(firsts[0]), int(lasts[-1]) + 1)
            amounts = np.ascontiguousarray(self.amounts[block].reshape(-1, longest).T)
            years = np.ascontiguousarray(self.years[block].reshape(-1, longest).T)
        else:
            steps = np.arange(longest)[:, None]
            rows = np.minimum(firsts + steps, lasts)
            amounts, years = self.amounts[rows], self.years[rows]
        positive = amounts > 0
        # Below its last flow a column repeats it, which changes no sign.
        changes = np.add.reduce(positive[1:] != positive[:-1], axis=0, dtype=np.int32)
        if not is_even:
            amounts[steps >= counts] = 0.0
        return FlowTable(numbers, amounts, years, counts, changes)


def netted(flows: CashFlows, first: int, last: int) -> NettedFlows:
    """`-begin_mv`, `-flow`, `+end_mv` of portfolios [first, last), netted by day, without zeros."""
    amounts, days, offsets = _laid_out(flows, first, last)
    fresh = np.empty(len(days), bool)
    fresh[:1] = True
    np.not_equal(days[1:], days[:-1], out=fresh[1:])
    fresh[offsets[:-1]] = True
    if not fresh.all():
        starts = np.flatnonzero(fresh)
        amounts, days = _net(amounts, starts), days[starts]
        offsets = np.searchsorted(starts, offsets)
    kept = amounts != 0
    if not kept.all():
        amounts, days = amounts[kept], days[kept]
        offsets = np.append(0, np.cumsum(kept))[offsets]
    return NettedFlows(amounts, days / 365.0, offsets)


def _laid_out(flows: CashFlows, first: int, last: int) -> tuple[Floats, Floats, Integers]:
    """Both ends around the flows of every portfolio: amounts, days since the start, offsets."""
    chosen = slice(first, last)
    rows = slice(int(flows.offsets[first]), int(flows.offsets[last]))
    counts = np.diff(flows.offsets[first : last + 1])
    offsets = np.append(0, np.cumsum(counts + 2))
    amounts, days = np.empty(offsets[-1]), np.zeros(offsets[-1])
    starts, stops = offsets[:-1], offsets[1:] - 1
    inner = np.ones(offsets[-1], bool)
    inner[starts] = inner[stops] = False
    amounts[inner] = -flows.amounts[rows]
    days[inner] = flows.flow_days[rows]
    amounts[starts], amounts[stops] = -flows.begin_mv[chosen], flows.end_mv[chosen]
    days[stops] = flows.days[chosen]
    return amounts, days, offsets


def _net(amounts: Floats, starts: Integers) -> Floats:
    sums = np.add.reduceat(amounts, starts)
    sizes = np.add.reduceat(np.abs(amounts), starts)
    doubtful = np.flatnonzero((np.abs(sums) <= CANCELLED * sizes) & (sums != 0))
    stops = np.append(starts[1:], len(amounts))
    for at in doubtful:
        sums[at] = decimal_sum(amounts[starts[at] : stops[at]])
    return sums


def decimal_sum(amounts: Floats, factors: Floats | None = None) -> float:
    """Σ amount·factor over the shortest decimals of the floats, exactly; factors are integers."""
    whole = np.ones(len(amounts)) if factors is None else factors
    with localcontext(prec=100):
        return float(
            sum(Decimal(repr(float(a))) * int(f) for a, f in zip(amounts, whole, strict=True))
        )
