"""Portfolios whose few accounts are written out day by day, and the layout's tables of them.

What each account gained, what flowed in and out and what it paid are given; its values follow, and
so do the portfolio's external flows: per currency and day the sum of what flowed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from lotus_assets.standin.sample_book.decimals import SCALE, decimal_array
from lotus_assets.standin.sample_book.frames import (
    dates_of,
    optional_dates,
    repeated,
    table_of,
    unrecorded,
)
from lotus_assets.standin.sample_book.trading import Integers

UNIT = 10**SCALE
"""Amounts are whole ten-billionths: the smallest that the contracts have."""


@dataclass(frozen=True)
class Account:
    """One position's days: T amounts each, in ten-billionths of its instrument's currency.

    `stated` gives the value at a day's beginning where the record states another one than what the
    day before left. `lot_share` is the share of the holding that its lots make up, in tenths.
    """

    instrument_id: str
    currency: str
    bod: Integers
    eod: Integers
    gain: Integers
    fees: Integers
    lot_share: int = 10

    @property
    def value(self) -> Integers:
        """Value at the close, after the day's fee."""
        value: Integers = np.cumsum(self.bod + self.eod + self.gain + self.fees)
        return value

    @property
    def rows(self) -> Integers:
        """Days on which there is anything to record."""
        moved = self.bod | self.eod | self.gain | self.fees | self.value
        rows: Integers = np.flatnonzero(moved)
        return rows


@dataclass(frozen=True)
class WrittenPortfolio:
    """A portfolio and its accounts on `dates`.

    `breaks` are rows whose recorded beginning is `BREAK` more than what the day before left.
    """

    portfolio_id: str
    name: str
    currency: str
    calendar_id: str
    benchmark_id: str
    opened: date
    dates: pd.DatetimeIndex
    accounts: tuple[Account, ...]
    breaks: tuple[int, ...] = ()


BREAK = 5 * UNIT


def account(
    instrument_id: str,
    dates: pd.DatetimeIndex,
    start: int = 0,
    currency: str = "EUR",
    lot_share: int = 10,
) -> Account:
    """An account in which nothing happens after `start` came in at the first day's beginning."""
    bod, eod, gain, fees = (np.zeros(len(dates), dtype=np.int64) for _ in range(4))
    bod[:1] = start
    return Account(instrument_id, currency, bod, eod, gain, fees, lot_share)


def written_tables(portfolio: WrittenPortfolio) -> Mapping[str, pa.Table]:
    """The layout's tables about one portfolio; its last day is that of `dates`."""
    return {
        "portfolios": _portfolio(portfolio),
        "positions": _positions(portfolio),
        "position_valuations": _valuations(portfolio),
        "lots": _lots(portfolio),
        "external_flows": _external_flows(portfolio),
        "benchmark_assignments": _assignment(portfolio),
    }


def _portfolio(portfolio: WrittenPortfolio) -> pa.Table:
    return table_of(
        {
            "portfolio_id": [portfolio.portfolio_id],
            "portfolio_name": [portfolio.name],
            "portfolio_currency": [portfolio.currency],
            "calendar_id": [portfolio.calendar_id],
            "open_date": optional_dates([portfolio.opened]),
            "close_date": optional_dates([None]),
            "recorded_at": unrecorded(1),
        }
    )


def _positions(portfolio: WrittenPortfolio) -> pa.Table:
    ids = [held.instrument_id for held in portfolio.accounts]
    return table_of(
        {
            "portfolio_id": repeated(portfolio.portfolio_id, len(ids)),
            "position_id": ids,
            "instrument_id": ids,
            "recorded_at": unrecorded(len(ids)),
        }
    )


def _valuations(portfolio: WrittenPortfolio) -> pa.Table:
    """Each account's units are worth 1, so that quantity and value are one number."""
    parts = []
    for held in portfolio.accounts:
        rows = held.rows
        count = len(rows)
        value = _amounts(held.value[rows])
        parts.append(
            table_of(
                {
                    "portfolio_id": repeated(portfolio.portfolio_id, count),
                    "position_id": repeated(held.instrument_id, count),
                    "valuation_date": dates_of(portfolio.dates, rows),
                    "quantity": value,
                    "price": _amounts(np.full(count, UNIT)),
                    "market_value": value,
                    "begin_mv": _beginnings(held, rows, portfolio.breaks),
                    "bod_cf": _amounts(held.bod[rows]),
                    "eod_cf": _amounts(held.eod[rows]),
                    "mgmt_fees": _amounts(held.fees[rows]),
                    "accrued_income": _amounts(np.zeros(count, dtype=np.int64)),
                    "recorded_at": unrecorded(count),
                }
            )
        )
    return pa.concat_tables(parts)


def _beginnings(held: Account, rows: Integers, breaks: tuple[int, ...]) -> pa.Array:
    """Stated for all accounts of a day with a break, and for no other day."""
    begin = np.concatenate([[0], held.value[:-1]])[rows] + BREAK
    stated = _amounts(begin).to_pylist()
    return pa.array(
        [amount if row in breaks else None for row, amount in zip(rows, stated, strict=True)],
        pa.decimal128(38, SCALE),
    )


def _lots(portfolio: WrittenPortfolio) -> pa.Table:
    """A lot for each account, which costs what was paid in; of some there is a part, or none."""
    parts = []
    for held in portfolio.accounts:
        value = held.value * held.lot_share // 10
        changed = np.flatnonzero(np.diff(value, prepend=0)) if held.lot_share else np.array([], int)
        paid = np.cumsum(held.bod + held.eod)[changed] * held.lot_share // 10
        parts.append(
            table_of(
                {
                    "portfolio_id": repeated(portfolio.portfolio_id, len(changed)),
                    "position_id": repeated(held.instrument_id, len(changed)),
                    "lot_id": repeated("L0001", len(changed)),
                    "effective_date": dates_of(portfolio.dates, changed),
                    "trade_date": dates_of(portfolio.dates, np.zeros_like(changed)),
                    "quantity": _amounts(value[changed]),
                    "cost": _amounts(paid),
                    "recorded_at": unrecorded(len(changed)),
                }
            )
        )
    return pa.concat_tables(parts)


Flow = tuple[pd.Timestamp, str, int, str]
"""Day, timing, amount in ten-billionths, currency."""


def _external_flows(portfolio: WrittenPortfolio) -> pa.Table:
    flows = sorted(_flows(portfolio))
    return table_of(
        {
            "portfolio_id": repeated(portfolio.portfolio_id, len(flows)),
            "flow_id": [f"{day:%Y%m%d}-{timing}-{code}" for day, timing, _, code in flows],
            "flow_date": pa.array([day.date() for day, *_ in flows], pa.date32()),
            "amount": _amounts(np.array([amount for *_, amount, _ in flows], dtype=np.int64)),
            "flow_currency": pa.array([code for *_, code in flows], pa.string()),
            "timing": pa.array([timing for _, timing, *_ in flows], pa.string()),
            "flow_type": [
                "subscription" if amount > 0 else "withdrawal" for *_, amount, _ in flows
            ],
            "recorded_at": unrecorded(len(flows)),
        }
    )


def _flows(portfolio: WrittenPortfolio) -> Iterator[Flow]:
    for code in sorted({held.currency for held in portfolio.accounts}):
        held = [one for one in portfolio.accounts if one.currency == code]
        sums = {
            "BOD": np.sum([one.bod for one in held], axis=0),
            "EOD": np.sum([one.eod for one in held], axis=0),
        }
        for timing, amounts in sums.items():
            for row in np.flatnonzero(amounts).tolist():
                yield portfolio.dates[row], timing, int(amounts[row]), code


def _assignment(portfolio: WrittenPortfolio) -> pa.Table:
    return table_of(
        {
            "portfolio_id": [portfolio.portfolio_id],
            "assignment_id": ["AS-1"],
            "benchmark_id": [portfolio.benchmark_id],
            "effective_from": optional_dates([portfolio.opened]),
            "effective_to": optional_dates([None]),
            "version": [1],
            "recorded_at": unrecorded(1),
        }
    )


def _amounts(whole: Integers) -> pa.Array:
    return decimal_array(np.asarray(whole, dtype=np.int64), SCALE)
