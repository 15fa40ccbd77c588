"""Return of every day: gain over capital at its beginning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.linking import log_growth
from lotus_assets.engine.performance.formulas.received_decimals import (
    LOW,
    SCALE,
    UNIT,
    ExactNumbers,
    exact,
    exact_decimals,
    log_ratios,
    on_their_side,
    quotients,
    signs,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
)
from lotus_assets.engine.performance.formulas.statuses import Mark

SMALL_PART = 0.01
"""Beside amounts a hundred times as large, floats of capital and gain lose digits."""
MONEY = ("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")
SMALLEST_AMOUNT = 10 ** (SCALE - 10)
"""The smallest amount of the contracts, whose numbers have ten digits after the point."""

# numpy widens an enumeration's members to 64 bits.
NO_CAPITAL = np.uint8(Mark.NO_CAPITAL)
SHORT_CAPITAL = np.uint8(Mark.SHORT_CAPITAL)
UNDEFINED = np.uint8(Mark.UNDEFINED)

Marks = NDArray[np.uint8]
DecimalLookup = Callable[[str, Integers], Sequence[Decimal]]
"""Received decimals of a column (one of MONEY) at some rows, numbered from 0 over all rows."""


class Basis(StrEnum):
    """Whether management fees are taken from the return."""

    NET = "NET"
    GROSS = "GROSS"


@dataclass(frozen=True)
class DailyValues:
    """Valued days of many portfolios (or positions), one segment each, by date.

    Money is float64. `decimals` gives the decimals received where floats cancel; without it the
    shortest decimals of the floats stand in, which are those received up to 15 digits.
    `capital_signs` (-1, 0, 1) are those of `begin_mv + bod_cf` in the decimals received, where
    only they were kept: they outweigh the floats.
    Raises ValueError where lengths differ or dates of a segment do not rise.
    """

    dates: Days
    begin_mv: Floats
    bod_cf: Floats
    eod_cf: Floats
    mgmt_fees: Floats
    end_mv: Floats
    offsets: Integers
    decimals: DecimalLookup | None = field(default=None, compare=False)
    capital_signs: NDArray[np.int8] | None = None

    def __post_init__(self) -> None:
        """Check shapes and order once, so that no calculation has to."""
        object.__setattr__(self, "dates", as_days(self.dates))
        object.__setattr__(self, "offsets", as_offsets(self.offsets, len(self.dates)))
        for name in MONEY:
            column = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if column.shape != self.dates.shape:
                raise ValueError(f"{name} has {column.shape} rows, dates have {self.dates.shape}")
            object.__setattr__(self, name, column)
        if self.capital_signs is not None and self.capital_signs.shape != self.dates.shape:
            raise ValueError("capital_signs need one value a row")
        numbers = self.dates.view(np.int64)
        rising = numbers[1:] > numbers[:-1]
        rising[self.offsets[(self.offsets > 0) & (self.offsets < len(self.dates))] - 1] = True
        if not rising.all():
            row = int(np.argmin(rising)) + 1
            raise ValueError(f"dates of a segment must rise: row {row} is {self.dates[row]}")

    @property
    def count(self) -> int:
        """Number of segments."""
        return len(self.offsets) - 1

    def exact(self, name: str, rows: Integers) -> ExactNumbers:
        """A column at some rows, as the decimals received."""
        if self.decimals is None:
            return exact(getattr(self, name)[rows])
        return exact_decimals(self.decimals(name, rows))


@dataclass(frozen=True)
class DailyReturns:
    """Return of every row (NaN: undefined), its marks (bits of `Mark`) and its signed capital.

    Of `exact_rows`, which were taken from the decimals, `exact_growth` is ln(1 + return), and
    `exact_signed_growth` that of the return on signed capital.
    """

    returns: Floats
    marks: Marks
    capital: Floats
    exact_rows: Integers
    exact_growth: Floats
    exact_signed_growth: Floats

    @property
    def is_exact(self) -> Booleans:
        """Rows that were taken from the decimals."""
        is_exact = np.zeros(len(self.returns), bool)
        is_exact[self.exact_rows] = True
        return is_exact

    @property
    def growth(self) -> Floats:
        """`ln(1 + r)`; -inf for r = -1, NaN below it."""
        growth = log_growth(self.returns)
        growth[self.exact_rows] = self.exact_growth
        return growth

    @property
    def signed(self) -> Floats:
        """Gain over signed capital, which contribution and attribution keep."""
        return np.where(self.marks & SHORT_CAPITAL, -self.returns, self.returns)

    @property
    def signed_growth(self) -> Floats:
        """`ln(1 + r)` of the return on signed capital."""
        growth = log_growth(self.signed)
        growth[self.exact_rows] = self.exact_signed_growth
        return growth

    @property
    def per_capital(self) -> Floats:
        """1 ÷ signed capital; 0 without capital, where nothing can be attributed."""
        empty = self.capital == 0
        if empty.any():
            return np.where(empty, 0.0, 1.0 / np.where(empty, 1.0, self.capital))
        return 1.0 / self.capital


def capitals(values: DailyValues, rows: slice) -> Floats:
    """`begin_mv + bod_cf`, signed, in floats."""
    return values.begin_mv[rows] + values.bod_cf[rows]


def gains(values: DailyValues, rows: slice, basis: Basis, capital: Floats) -> Floats:
    """`end_mv - begin_mv - bod_cf - eod_cf + f`: the daily return's numerator."""
    gain: Floats = values.end_mv[rows] - capital
    gain -= values.eod_cf[rows]
    if basis is Basis.NET:
        gain += values.mgmt_fees[rows]
    return gain


def daily_returns(
    values: DailyValues, basis: Basis = Basis.NET, rows: slice | None = None
) -> DailyReturns:
    """`(end_mv - begin_mv - bod_cf - eod_cf + f) / (begin_mv + bod_cf)` of every row.

    Without capital a day without gain returned 0. NaN is undefined: a gain without capital, or a
    missing figure. Short capital is divided by its size: linking such returns depends on the path,
    and is not gain over initial exposure. Zero and -1 are decided on the decimals.
    """
    rows = rows or slice(0, len(values.dates))
    capital = capitals(values, rows)
    returns = gains(values, rows, basis, capital)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        returns /= capital
    size = np.abs(values.begin_mv[rows])
    size += np.abs(values.eod_cf[rows])
    size *= SMALL_PART
    # NaN is not ordinary either.
    ordinary = np.abs(capital) > size
    ordinary &= returns > LOW
    short = capital < 0
    marks = np.zeros(len(returns), np.uint8)
    if short.any():
        np.negative(returns, out=returns, where=short)
        ordinary &= ~short | (returns > LOW)
        marks[short] = SHORT_CAPITAL
    if ordinary.all():
        return DailyReturns(returns, marks, capital, *_NONE)
    at = np.flatnonzero(~ordinary)
    known, taken = _taken_exactly(values, basis, at + rows.start)
    returns[at], marks[at], capital[at] = np.nan, UNDEFINED, capital[at]
    exact_rows = at[known]
    returns[exact_rows], marks[exact_rows], capital[exact_rows] = taken[:3]
    return DailyReturns(returns, marks, capital, exact_rows, *taken[3:])


_NONE = (np.empty(0, np.int64), np.empty(0), np.empty(0))


def _taken_exactly(
    values: DailyValues, basis: Basis, rows: Integers
) -> tuple[Booleans, tuple[Floats, Marks, Floats, Floats, Floats]]:
    """Which rows miss no figure; of those return, marks, capital and growth on both capitals."""
    amounts = np.array([getattr(values, name)[rows] for name in MONEY])
    known = np.asarray(np.isfinite(amounts).all(axis=0))
    rows = rows[known]
    capital = exact_capitals(values, rows)
    close = exact_closes(values, basis, rows)
    empty = capital == 0
    size = np.abs(np.where(empty, UNIT, capital))
    # 1 + r on the size of capital, and on signed capital: r = -1 where they are 0.
    kept = close - capital + np.abs(capital)
    signed_kept = np.where(capital < 0, -close, close)
    returns = on_their_side(quotients(kept - size, size), kept)
    short = capital < 0
    returns[short] = -on_their_side(-returns[short], signed_kept[short])
    growth = log_ratios(kept, size)
    signed_growth = log_ratios(signed_kept, size)
    marks = np.where(short, SHORT_CAPITAL, np.uint8(0))
    marks[empty] = NO_CAPITAL
    returns[empty] = growth[empty] = signed_growth[empty] = 0.0
    gained = empty & (close != 0)
    marks[gained] |= UNDEFINED
    returns[gained] = growth[gained] = signed_growth[gained] = np.nan
    return known, (returns, marks, quotients(capital, UNIT), growth, signed_growth)


def exact_closes(values: DailyValues, basis: Basis, rows: Integers) -> ExactNumbers:
    """`end_mv - eod_cf + f` of some rows: capital and what it gained."""
    close: ExactNumbers = values.exact("end_mv", rows) - values.exact("eod_cf", rows)
    if basis is Basis.NET:
        close += values.exact("mgmt_fees", rows)
    return close


def exact_capitals(values: DailyValues, rows: Integers) -> ExactNumbers:
    """Capital of some rows in the decimals received, or at least on its side of 0."""
    capital: ExactNumbers = values.exact("begin_mv", rows) + values.exact("bod_cf", rows)
    if values.capital_signs is not None:
        received = values.capital_signs[rows]
        differing = np.flatnonzero(signs(capital) != received)
        capital[differing] = received[differing].astype(object) * SMALLEST_AMOUNT
    return capital
