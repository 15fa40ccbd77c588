"""From what a portfolio did to what each of its positions was worth, day by day.

Securities keep their own currency's cents. Cash is kept in ten-billionths, because a purchase in
another currency is entered at the day's rate (8 decimals) of an amount in cents: so the flows of
all positions add up to the portfolio's external flows exactly.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lotus_assets.standin.sample_book.decimals import SCALE, decimal_array, exact_array
from lotus_assets.standin.sample_book.instruments import CURRENCIES, FUTURE
from lotus_assets.standin.sample_book.market import Market
from lotus_assets.standin.sample_book.plans import FeeSchedule, Plan
from lotus_assets.standin.sample_book.trading import (
    PRICE_SCALE,
    RATE_SCALE,
    Integers,
    Trading,
    cents,
    prices_of,
    scaled,
)

Exact = NDArray[np.object_]
"""Python integers: amounts of money in ten-billionths pass 64 bits in yen."""

CENT = 10 ** (SCALE - 2)
FUTURE_MULTIPLIER = 10
INTEREST_YEARLY = 15
"""Thousandths a year that cash earns, credited monthly."""
FEE_PERIODS: dict[FeeSchedule, int] = {"daily": 252, "monthly": 12, "quarterly": 4}
FOREIGN_CASH_ROW, FOREIGN_CASH_SHARE = 30, 0.02


@dataclass(frozen=True)
class LedgerRows:
    """Position valuations of one portfolio: columns of the layout, `market_row` beside them."""

    position_ids: NDArray[np.object_]
    market_rows: Integers
    quantity: pa.Array
    price: pa.Array
    market_value: pa.Array
    bod_cf: pa.Array
    eod_cf: pa.Array
    mgmt_fees: pa.Array
    accrued_income: pa.Array


def cash_id(currency: str) -> str:
    """Instrument and position id of cash in a currency."""
    return f"CASH-{currency}"


@dataclass(frozen=True)
class _Securities:
    """Amounts of the securities in cents: T by N."""

    value: Integers
    bod: Integers
    eod: Integers
    accrued: Integers
    prices: Integers
    to_cash: Exact


def security_rows(plan: Plan, market: Market, trading: Trading) -> tuple[LedgerRows, Exact]:
    """LedgerRows of the securities, and what each day they bring into the cash of the portfolio."""
    held = _securities(plan, market, trading)
    is_held = (trading.held != 0) | (held.bod != 0) | (held.eod != 0)
    row, column = np.nonzero(is_held)
    ids = np.array([security.instrument_id for security in plan.securities], dtype=object)
    rows = LedgerRows(
        position_ids=ids[column],
        market_rows=trading.days[row],
        quantity=decimal_array(trading.held[is_held], 0),
        price=decimal_array(held.prices[is_held], PRICE_SCALE),
        market_value=decimal_array(held.value[is_held], 2),
        bod_cf=decimal_array(held.bod[is_held], 2),
        eod_cf=decimal_array(held.eod[is_held], 2),
        mgmt_fees=decimal_array(np.zeros(len(row), dtype=np.int64), 2),
        accrued_income=decimal_array(held.accrued[is_held], 2),
    )
    return rows, held.to_cash


def _securities(plan: Plan, market: Market, trading: Trading) -> _Securities:
    columns = [market.column[security.instrument_id] for security in plan.securities]
    clean = scaled(market.prices[trading.days][:, columns], PRICE_SCALE)
    dirty = prices_of(plan, market, trading.days)
    is_future = np.array([security.instrument_id == FUTURE for security in plan.securities])
    held_before = np.vstack([np.zeros_like(trading.held[:1]), trading.held[:-1]])
    value = np.where(is_future, 0, cents(trading.held * dirty))
    delivered_in = np.maximum(trading.delivered, 0)
    delivered_out = np.minimum(trading.delivered, 0)
    before = np.vstack([dirty[:1], dirty[:-1]])
    bod = cents(delivered_in * before)
    bought = np.where(is_future, 0, cents(trading.traded * dirty))
    paid = np.cumsum(scaled(market.incomes[:, columns], PRICE_SCALE), axis=0)[trading.days]
    income = cents((held_before + delivered_in) * np.diff(paid, axis=0, prepend=paid[:1]))
    moved = np.diff(clean, axis=0, prepend=clean[:1]) * is_future
    settled = cents(held_before * FUTURE_MULTIPLIER * moved)
    from_cash = bought - income - settled
    return _Securities(
        value=value,
        bod=bod,
        eod=from_cash + cents(delivered_out * dirty),
        accrued=np.where(is_future, 0, cents(trading.held * (dirty - clean))),
        prices=clean,
        to_cash=-_converted(from_cash, _rates(plan, market, trading)),
    )


def _rates(plan: Plan, market: Market, trading: Trading) -> Integers:
    """Hundred-millionths of the portfolio's currency for one unit of each security's: T by N."""
    rates = [market.exchange(security.currency, plan.currency) for security in plan.securities]
    return scaled(np.column_stack(rates)[trading.days], RATE_SCALE)


def _converted(amounts: Integers, rates: Integers) -> Exact:
    """Sum over the securities of cents times rate, a day: exact, in ten-billionths."""
    sums: Exact = np.full(len(amounts), 0, dtype=object)
    row, column = np.nonzero(amounts)
    np.add.at(sums, row, amounts[row, column].astype(object) * rates[row, column].astype(object))
    return sums


def invested_value(plan: Plan, market: Market, trading: Trading) -> NDArray[np.float64]:
    """Value of the securities in the portfolio's currency, a day; what fees are a share of."""
    value = _securities(plan, market, trading).value
    rates = _rates(plan, market, trading)
    converted = np.abs(value) / 100 * (rates / 10**RATE_SCALE)
    total: NDArray[np.float64] = converted.sum(axis=1)
    return total


def fees_of(plan: Plan, market: Market, trading: Trading) -> Integers:
    """Fees a day in cents, 0 or less: a share of the invested value of the row before."""
    fees = np.zeros(len(trading.days), dtype=np.int64)
    if plan.fees == "none":
        return fees
    dates = market.days[trading.days]
    periods = FEE_PERIODS[plan.fees]
    months = dates.month.to_numpy()
    is_first = np.diff(months, prepend=months[0]) != 0
    is_due = {
        "daily": np.arange(len(fees)) > 0,
        "monthly": is_first,
        "quarterly": is_first & (months % 3 == 1),
    }[plan.fees]
    before = np.roll(invested_value(plan, market, trading), 1)
    due = -np.rint(before * plan.yearly_fee / periods * 100).astype(np.int64)
    fees[is_due] = due[is_due]
    return fees


def cash_rows(
    plan: Plan, market: Market, trading: Trading, to_cash: Exact
) -> tuple[list[LedgerRows], int]:
    """LedgerRows of the cash position, and of the one in another currency where there is one.

    The second value is what a closing pays out on the last day, in ten-billionths; else 0.
    """
    bod = trading.deposits.astype(object) * CENT
    eod = to_cash + trading.withdrawals.astype(object) * CENT
    fees = fees_of(plan, market, trading).astype(object) * CENT
    others = []
    if "foreign_cash" in plan.cases and len(trading.days) > FOREIGN_CASH_ROW:
        foreign, paid = _foreign_cash(plan, market, trading)
        eod[FOREIGN_CASH_ROW] -= paid
        others.append(foreign)
    interest = _interest(market, trading, np.cumsum(bod + eod + fees))
    payout = int(np.sum(bod + eod + fees + interest)) if trading.is_closed else 0
    eod[-1] -= payout
    balance = np.cumsum(bod + eod + fees + interest)
    return [_cash(plan.currency, trading.days, balance, bod, eod, fees), *others], payout


def _foreign_cash(plan: Plan, market: Market, trading: Trading) -> tuple[LedgerRows, int]:
    """Cash in another currency, bought once; and what it cost in ten-billionths of the own."""
    currency = "USD" if plan.currency != "USD" else "EUR"
    at_start = market.euros[0, CURRENCIES.index(plan.currency)]
    units = int(plan.amount * FOREIGN_CASH_SHARE * at_start) * 100
    rate = int(
        scaled(market.exchange(currency, plan.currency), RATE_SCALE)[trading.days[FOREIGN_CASH_ROW]]
    )
    days = trading.days[FOREIGN_CASH_ROW:]
    nothing: Exact = np.full(len(days), 0, dtype=object)
    eod = nothing.copy()
    eod[0] = units * CENT
    balance: Exact = np.full(len(days), units * CENT, dtype=object)
    return _cash(currency, days, balance, nothing, eod, nothing), units * rate


def _interest(market: Market, trading: Trading, balance: Exact) -> Exact:
    """A month's interest on the balance of the row before, on each month's first row; in cents."""
    months = market.days[trading.days].month.to_numpy()
    firsts = np.flatnonzero(np.diff(months, prepend=months[0]) != 0)
    interest: Exact = np.full(len(trading.days), 0, dtype=object)
    earned = balance[firsts - 1] * INTEREST_YEARLY // (1000 * 12)
    interest[firsts] = np.maximum(earned // CENT, 0) * CENT
    return interest


def _cash(
    currency: str, days: Integers, balance: Exact, bod: Exact, eod: Exact, fees: Exact
) -> LedgerRows:
    is_held = (balance != 0) | (bod != 0) | (eod != 0) | (fees != 0)
    count = int(is_held.sum())
    held = exact_array(balance[is_held])
    return LedgerRows(
        position_ids=np.full(count, cash_id(currency), dtype=object),
        market_rows=days[is_held],
        quantity=held,
        price=decimal_array(np.full(count, 1, dtype=np.int64), 0),
        market_value=held,
        bod_cf=exact_array(bod[is_held]),
        eod_cf=exact_array(eod[is_held]),
        mgmt_fees=exact_array(fees[is_held]),
        accrued_income=decimal_array(np.zeros(count, dtype=np.int64), 2),
    )
