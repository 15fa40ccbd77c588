"""Return of every day: gain over capital at its beginning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Days,
    Floats,
    Integers,
    as_days,
    as_offsets,
)
from lotus_assets.engine.performance.formulas.statuses import Mark

SMALL_SHARE = 0.01
"""Capital under this share of `begin_mv` is marked."""
CANCELLED = 1e-9
"""A float sum this small beside its terms is taken again from the decimals."""
MONEY = ("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")
GAIN_SIGNS = {"end_mv": 1, "begin_mv": -1, "bod_cf": -1, "eod_cf": -1}
SMALLEST_AMOUNT = 1e-10
"""The smallest amount of the contracts, whose numbers have ten digits after the point."""

# numpy widens an enumeration's members to 64 bits.
SMALL_CAPITAL = np.uint8(Mark.SMALL_CAPITAL)
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

    def exactly(self, signs: dict[str, int], rows: Integers) -> Floats:
        """Signed sums of columns at some rows, added as the decimals received."""
        return exact_sums(
            [
                self.decimals(name, rows) if self.decimals else getattr(self, name)[rows]
                for name in signs
            ],
            list(signs.values()),
        )


@dataclass(frozen=True)
class DailyReturns:
    """Return of every row (NaN: undefined), its marks (bits of `Mark`) and its signed capital."""

    returns: Floats
    marks: Marks
    capital: Floats

    @property
    def signed(self) -> Floats:
        """Gain over signed capital, which contribution and attribution keep."""
        return np.where(self.marks & SHORT_CAPITAL, -self.returns, self.returns)

    @property
    def per_capital(self) -> Floats:
        """1 ÷ signed capital; 0 without capital, where nothing can be attributed."""
        empty = self.capital == 0
        if empty.any():
            return np.where(empty, 0.0, 1.0 / np.where(empty, 1.0, self.capital))
        return 1.0 / self.capital


def exact_sums(terms: Sequence[Sequence[Decimal] | Floats], signs: Sequence[int]) -> Floats:
    """Σ sign·term of every row in decimals, as floats; for the few rows where floats cancel."""
    with localcontext(prec=100):
        return np.array(
            [
                float(sum(sign * Decimal(str(one)) for sign, one in zip(signs, row, strict=True)))
                for row in zip(*terms, strict=True)
            ],
            dtype=np.float64,
        )


def gain_signs(basis: Basis) -> dict[str, int]:
    """Columns of the gain and their signs: NET takes the (negative) fee in."""
    return GAIN_SIGNS | ({"mgmt_fees": 1} if basis is Basis.NET else {})


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
    and is not gain over initial exposure.
    """
    rows = rows or slice(0, len(values.dates))
    capital = capitals(values, rows)
    gain = gains(values, rows, basis, capital)
    # A share that floats put just above the limit may be under it in decimals.
    ordinary = capital > (SMALL_SHARE + 2 * CANCELLED) * np.abs(values.begin_mv[rows])
    marks = np.zeros(len(gain), np.uint8)
    if not ordinary.all():
        unusual = np.flatnonzero(~ordinary)
        exact, marks[unusual] = _unusual(values, basis, unusual + rows.start)
        # What the decimals add to capital they take from the gain.
        gain[unusual] -= exact - capital[unusual]
        gain[unusual[exact == 0]] = 0.0
        capital[unusual] = exact
        gain[(marks & UNDEFINED) > 0] = np.nan
        gain /= np.where(capital == 0, 1.0, np.abs(capital))
    else:
        gain /= capital
    undefined = np.isnan(gain)
    if undefined.any():
        marks[undefined] |= UNDEFINED
    return DailyReturns(gain, marks, capital)


def exact_capitals(values: DailyValues, rows: Integers) -> Floats:
    """Capital of some rows, from the decimals where the floats cancel."""
    begin, flow = values.begin_mv[rows], values.bod_cf[rows]
    capital = begin + flow
    doubtful = np.abs(capital) <= CANCELLED * np.abs(begin)
    doubtful &= (capital != 0) | ((values.decimals is not None) & (begin != 0))
    at = np.flatnonzero(doubtful)
    if len(at):
        capital[at] = values.exactly({"begin_mv": 1, "bod_cf": 1}, rows[at])
    if values.capital_signs is not None:
        signs = values.capital_signs[rows]
        differing = (np.sign(capital) != signs) & ~np.isnan(capital)
        capital[differing] = signs[differing] * SMALLEST_AMOUNT
    return capital


def has_gain(values: DailyValues, basis: Basis, rows: Integers) -> Booleans:
    """Whether there is a gain at all in some rows, decided on the decimals."""
    signs = gain_signs(basis)
    terms = np.array([sign * getattr(values, name)[rows] for name, sign in signs.items()])
    gain, size = terms.sum(axis=0), np.abs(terms).sum(axis=0)
    at = np.flatnonzero((np.abs(gain) <= CANCELLED * size) & (size > 0))
    if len(at):
        gain[at] = values.exactly(signs, rows[at])
    return np.asarray(gain != 0)


def _unusual(values: DailyValues, basis: Basis, rows: Integers) -> tuple[Floats, Marks]:
    capital = exact_capitals(values, rows)
    marks = np.zeros(len(rows), np.uint8)
    marks[_is_small(values, rows, capital)] |= SMALL_CAPITAL
    marks[capital < 0] |= SHORT_CAPITAL
    marks[np.isnan(capital)] |= UNDEFINED
    empty = np.flatnonzero(capital == 0)
    marks[empty] |= NO_CAPITAL
    marks[empty[has_gain(values, basis, rows[empty])]] |= UNDEFINED
    return capital, marks


def _is_small(values: DailyValues, rows: Integers, capital: Floats) -> Booleans:
    """Whether capital is under 1 % of `begin_mv`, at the limit decided on the decimals."""
    begin = values.begin_mv[rows]
    above = np.abs(capital) - SMALL_SHARE * np.abs(begin)
    is_small = np.asarray(above < 0)
    doubtful = (np.abs(above) <= CANCELLED * np.abs(begin)) & (begin != 0)
    for side in (1, -1):
        at = np.flatnonzero(doubtful & (side * capital * begin > 0))
        if len(at):
            # 100·|begin + bod| - |begin|, times the sign of begin and the side of the capital.
            beyond = values.exactly({"begin_mv": 100 - side, "bod_cf": 100}, rows[at])
            is_small[at] = side * np.sign(begin[at]) * beyond < 0
    return is_small
