"""Portfolios that are written out, each for a case that prices drawn by chance do not show.

Two series meet on days of only one of them; capital is nothing, dust or all but lost; what is
recorded is not all that there is. What happens once happens again, so that every period of a
later day meets it.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from lotus_assets.standin.sample_book.accounts import UNIT, Account, WrittenPortfolio, account
from lotus_assets.standin.sample_book.written_days import (
    OPENED,
    later,
    own_days,
    rows_from,
    saturdays,
)
from lotus_assets.standin.sample_book.written_instruments import (
    LIRA,
    QUARTERLY,
    equal_days,
)

CENT = UNIT // 100
MILLION = 1_000_000 * UNIT
CASH = "CASH-EUR"
VALUED_UNTIL = date(2025, 6, 30)
"""Last valuation of the portfolio that is open and valued no more."""


def written_portfolios(end: date) -> tuple[WrittenPortfolio, ...]:
    """All of them until `end`, by id; none before they open."""
    dates = own_days(end) if end >= OPENED else pd.DatetimeIndex([])
    return tuple(case(dates, end) for case in CASES) if len(dates) else ()


def _tracker(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """Holds exactly its benchmark, whose currency is another than its own."""
    held = account("NT-STERLING", dates, MILLION, "GBP")
    rows = rows_from(dates, 10)
    held.gain[rows] = np.where(dates.month[rows] % 2 == 1, MILLION // 4, -MILLION // 4)
    return _portfolio("PF-047", "Sterling Tracker in Euros", dates, held, "BM-STERLING-GBP")


def _weekend(dates: pd.DatetimeIndex, end: date) -> WrittenPortfolio:
    """Loses half on a Saturday and has it back on the next day; its index has days of its own."""
    every = dates.union(saturdays(end, 1))
    held = account("NT-WEEKEND", every, MILLION)
    rows = np.flatnonzero(every.day_of_week == 5)
    held.gain[rows] = -MILLION // 2
    held.gain[later(rows, 1, every)] = MILLION // 2
    return _portfolio("PF-048", "Weekend Market", every, held, "BM-WEEKEND-EUR")


def _gaps(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """Loses 30 % on days that its benchmark lacks, and has it back on the next."""
    held = account("NT-GAPS", dates, MILLION)
    rows = rows_from(dates, 18, QUARTERLY)
    held.gain[rows] = -3 * MILLION // 10
    held.gain[later(rows, 1, dates)] = 3 * MILLION // 10
    return _portfolio("PF-049", "Thinly Quoted", dates, held, "BM-GAPS-EUR")


def _sleeves(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """Long and short of one size in one group: gains without net capital."""
    long = account("NT-LONG", dates, MILLION // 2)
    short = account("NT-SHORT", dates, -MILLION // 2)
    cash = account(CASH, dates, MILLION)
    rows = rows_from(dates, 5)
    for sleeve, gain in ((long, 5_000 * UNIT), (short, -2_000 * UNIT)):
        sleeve.gain[rows] = gain
        _pay(sleeve, cash, rows, gain)
    return _portfolio("PF-050", "Two Sleeves", dates, (cash, long, short))


def _tenths(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """0.1 + 0.2 - 0.3 is no capital in decimals, and some in floats."""
    amounts = {"NT-TENTH": UNIT // 10, "NT-FIFTH": UNIT // 5, "NT-OWED": -3 * UNIT // 10}
    parts = [account(name, dates, amount) for name, amount in amounts.items()]
    cash = account(CASH, dates, 100 * UNIT)
    rows = rows_from(dates, 5)
    parts[0].gain[rows] = 5 * CENT
    _pay(parts[0], cash, rows, 5 * CENT)
    return _portfolio("PF-051", "Three Tenths", dates, (cash, *parts))


def _whole_loss(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """A return of exactly -1, which floats miss: 0.01 and 0.01 more, then -0.1 after 0.1 left."""
    held = account("NT-WHOLE", dates, CENT)
    rows = rows_from(dates, 10, (4, 10))
    held.bod[rows], held.eod[rows], held.gain[rows] = CENT, -10 * CENT, -2 * CENT
    held.bod[later(rows, 1, dates)] = 11 * CENT
    return _portfolio("PF-052", "Whole Loss", dates, held)


def _near_loss(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """A million becomes the smallest amount that there is, and is paid in again."""
    held = account("NT-NEARLY", dates, MILLION)
    rows = rows_from(dates, 10, (3, 9))
    held.gain[rows] = 1 - MILLION
    held.bod[later(rows, 1, dates)] = MILLION - 1
    return _portfolio("PF-053", "Nearly Whole Loss", dates, held)


def _dust(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """A hundredth stays behind, and doubles: withdrawn at the end of a day, or at its beginning."""
    held = account("NT-DUST", dates, MILLION)
    held.eod[rows_from(dates, 10, (2, 8))] = CENT - MILLION
    held.bod[rows_from(dates, 10, (5, 11))] = CENT - MILLION
    emptied = rows_from(dates, 10, (2, 5, 8, 11))
    held.gain[later(emptied, 3, dates)] = CENT
    held.bod[later(emptied, 6, dates)] = MILLION - 2 * CENT
    return _portfolio("PF-054", "Dust", dates, held)


def _lots(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """Lots of all that is held, of some of it, of none."""
    parts = (
        account("NT-LOTS-ALL", dates, MILLION),
        account("NT-LOTS-NONE", dates, MILLION, lot_share=0),
        account("NT-LOTS-PART", dates, MILLION, lot_share=4),
    )
    for part in parts:
        part.gain[rows_from(dates, 20)] = 1_000 * UNIT
    return _portfolio("PF-055", "Lost Lots", dates, parts)


def _lira(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """In a currency without any rate: what cannot be converted is refused."""
    return _portfolio("PF-056", "Lira", dates, account("NT-LIRA", dates, MILLION, LIRA))


def _equal(dates: pd.DatetimeIndex, end: date) -> WrittenPortfolio:
    """Makes what its benchmark makes, of other weights and returns; 60 to 40 again every time."""
    first = account("NT-EQUAL-A", dates, 600_000 * UNIT)
    second = account("NT-EQUAL-B", dates, 400_000 * UNIT)
    rows = dates.get_indexer(equal_days(end))
    for part, gain in ((first, 16_920 * UNIT), (second, -34_120 * UNIT)):
        part.gain[rows], part.eod[rows] = gain, -gain
    return _portfolio("PF-057", "Equal Days", dates, (first, second), "BM-EQUAL-EUR")


def _forgotten(dates: pd.DatetimeIndex, _end: date) -> WrittenPortfolio:
    """Never closed and valued no more; one beginning is not what the day before left."""
    valued = dates[dates <= pd.Timestamp(VALUED_UNTIL)]
    held = account("NT-FORGOTTEN", valued, MILLION)
    held.gain[rows_from(valued, 15)] = MILLION // 100
    return _portfolio("PF-058", "Valued No More", valued, held, breaks=(20,))


def _pay(source: Account, target: Account, rows: np.ndarray, amount: int) -> None:
    source.eod[rows] -= amount
    target.eod[rows] += amount


def _portfolio(
    portfolio_id: str,
    name: str,
    dates: pd.DatetimeIndex,
    held: Account | tuple[Account, ...],
    benchmark_id: str = "BM-EQUITY-EUR",
    breaks: tuple[int, ...] = (),
) -> WrittenPortfolio:
    accounts = held if isinstance(held, tuple) else (held,)
    return WrittenPortfolio(
        portfolio_id, name, "EUR", "TARGET", benchmark_id, OPENED, dates, accounts, breaks
    )


CASES: tuple[Callable[[pd.DatetimeIndex, date], WrittenPortfolio], ...] = (
    _tracker,
    _weekend,
    _gaps,
    _sleeves,
    _tenths,
    _whole_loss,
    _near_loss,
    _dust,
    _lots,
    _lira,
    _equal,
    _forgotten,
)
