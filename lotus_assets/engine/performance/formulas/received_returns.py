"""Returns of whole sides as quotients of the decimals received, for the few days in doubt."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lotus_assets.engine.performance.formulas.daily_returns import (
    Basis,
    DailyValues,
    exact_capitals,
    exact_closes,
)
from lotus_assets.engine.performance.formulas.identities import is_off_balance
from lotus_assets.engine.performance.formulas.received_decimals import (
    UNIT,
    ExactNumbers,
    exact,
    quotients,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    rows_of_segments,
    search_in_segments,
    segment_of_rows,
)


@dataclass(frozen=True)
class ExactReturns:
    """R = gain ÷ size of some days, exactly; a size of 0 is that of a day that is not known."""

    gain: ExactNumbers
    size: ExactNumbers

    def chosen(self, days: Booleans) -> "ExactReturns":
        """Some of the days."""
        return ExactReturns(self.gain[days], self.size[days])


class ReceivedReturns(Protocol):
    """What the returns of a side are made of."""

    def at(self, portfolio: Integers, dates: Days) -> ExactReturns:
        """The side's returns on some days of portfolios (their numbers), ascending."""


@dataclass(frozen=True)
class ObservedReturns:
    """Observed weights and returns of groups: a segment a portfolio, rows in any order."""

    dates: Days
    offsets: Integers
    weight: Floats
    returns: Floats

    def at(self, portfolio: Integers, dates: Days) -> ExactReturns:
        """Σ weight·return ÷ Σ weight."""
        numbers = np.unique(portfolio)
        rows, offsets = rows_of_segments(self.offsets, numbers)
        owner = numbers[segment_of_rows(offsets)]
        day = _day_of_rows(owner, self.dates[rows], portfolio, dates)
        rows, day = rows[day >= 0], day[day >= 0]
        weight = exact(self.weight[rows])
        product = weight * exact(np.nan_to_num(self.returns[rows]))
        count = len(portfolio)
        return _positive(_sums(product, day, count), _sums(weight, day, count) * UNIT)


@dataclass(frozen=True)
class ValuedReturns:
    """Valued instruments: a segment each, those of a portfolio by `instrument_offsets`."""

    portfolios: DailyValues
    instruments: DailyValues
    instrument_offsets: Integers
    basis: Basis

    def at(self, portfolio: Integers, dates: Days) -> ExactReturns:
        """Σ gain ÷ Σ capital; ÷ the portfolio's capital where that is more than its instruments'.

        Without capital of its own all of a portfolio is unallocated, and returns 0.
        """
        whole, held = self.portfolios, self.instruments
        numbers = np.unique(portfolio)
        segments, by_owner = rows_of_segments(self.instrument_offsets, numbers)
        rows, offsets = rows_of_segments(held.offsets, segments)
        owner = numbers[segment_of_rows(by_owner)][segment_of_rows(offsets)]
        day = _day_of_rows(owner, held.dates[rows], portfolio, dates)
        rows, day = rows[day >= 0], day[day >= 0]
        capital = exact_capitals(held, rows)
        count = len(portfolio)
        gain = _sums(exact_closes(held, self.basis, rows) - capital, day, count)
        size = _sums(capital, day, count)
        firsts, lasts = whole.offsets[portfolio], whole.offsets[portfolio + 1]
        of_portfolio = exact_capitals(whole, search_in_segments(whole.dates, firsts, lasts, dates))
        empty = of_portfolio == 0
        share = quotients(size, np.where(empty, UNIT, of_portfolio))
        size = np.where(is_off_balance(share), of_portfolio, size)
        return _positive(np.where(empty, 0, gain), np.where(empty, UNIT, size))


def _day_of_rows(owner: Integers, dates: Days, portfolio: Integers, days: Days) -> Integers:
    """Number of the wanted day of every row, -1 where its day is none of them."""
    wanted = _keys(portfolio, days)
    keys = _keys(owner, dates)
    number = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
    return np.where(wanted[number] == keys, number, -1)


def _keys(owner: Integers, dates: Days) -> Integers:
    keys: Integers = (owner << DAY_BITS) + dates.astype("datetime64[D]").astype(np.int64)
    return keys + (1 << (DAY_BITS - 1))


DAY_BITS = 22


def _sums(numbers: ExactNumbers, day: Integers, count: int) -> ExactNumbers:
    sums: ExactNumbers = np.zeros(count, dtype=np.int64).astype(object)
    np.add.at(sums, day, numbers)
    return sums


def _positive(gain: ExactNumbers, size: ExactNumbers) -> ExactReturns:
    negative = size < 0
    return ExactReturns(np.where(negative, -gain, gain), np.where(negative, -size, size))
