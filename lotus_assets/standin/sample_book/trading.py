"""What a portfolio does: deposits, purchases, sales, transfers in kind; in whole units.

Amounts of securities are whole numbers; money is in hundredths ("cents") of its currency; prices
are in ten-thousandths and exchange rates in hundred-millionths, so that nothing is ever rounded
twice.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.standin.sample_book.calendars import business_days
from lotus_assets.standin.sample_book.instruments import FUTURE
from lotus_assets.standin.sample_book.market import FIRST_DAY, Market, random_of
from lotus_assets.standin.sample_book.plans import Plan

Integers = NDArray[np.int64]

PRICE_SCALE, RATE_SCALE = 4, 8
INVESTED_SHARE = 0.94
HORIZON_MONTHS = 600
"""Months for which events are drawn at once: a later end day draws no other events."""
FUTURE_CONTRACTS = 60

MISSING_DAYS = {
    "PF-012": ("2023-05-17",),
    "PF-025": ("2022-11-08", "2022-11-09"),
    "PF-044": ("2021-06-15", "2022-03-10", "2022-03-11", "2023-09-05", "2025-02-12"),
}
"""Business days on which a portfolio was not valued at all."""
DEPOSIT_ON_MISSING_DAY = ("PF-044", "2022-03-10", 150_000_00)
DEPOSIT_AFTER_TOTAL_LOSS = ("PF-039", "2024-06-03", 50_000_00)
DELIVERIES = {
    "PF-010": (("2023-03-21", 1, 0.2),),
    "PF-038": (
        ("2022-05-10", 0, 0.5),
        ("2023-02-14", 3, 0.4),
        ("2024-11-05", 1, -0.3),
    ),
}
"""Transfers in kind: day, column of the security, share of what is held; negative: out."""


@dataclass(frozen=True)
class Trading:
    """A portfolio's days and what happened on them: T valuation days by N securities.

    `days` are rows of the market. `held` counts units at the close, `traded` those bought at the
    close (negative: sold), `delivered` those transferred in at the beginning (negative: out, at
    the end). `deposits` (beginning) and `withdrawals` (end, negative) are cents of the portfolio's
    currency. `flow_dates` gives the date of a deposit that was made on a missing day. When
    `is_closed`, everything is sold on the last of the days.
    """

    days: Integers
    held: Integers
    traded: Integers
    delivered: Integers
    deposits: Integers
    withdrawals: Integers
    flow_dates: dict[int, np.datetime64]
    is_closed: bool


def prices_of(plan: Plan, market: Market, days: Integers) -> Integers:
    """Prices with accrued income, in ten-thousandths of each security's currency."""
    columns = [market.column[security.instrument_id] for security in plan.securities]
    return scaled(market.prices[days][:, columns] + market.accrued[days][:, columns], PRICE_SCALE)


def scaled(values: NDArray[np.float64], scale: int) -> Integers:
    """Values of `scale` decimals as whole numbers."""
    whole: Integers = np.rint(values * 10**scale).astype(np.int64)
    return whole


def valuation_days(plan: Plan, market: Market) -> Integers:
    """Rows of the market on which the portfolio was open, on business, and valued."""
    last = market.days[-1].date()
    until = min(plan.closed or last, last)
    if plan.opened > until:
        return np.array([], dtype=np.int64)
    open_days = business_days(plan.calendar_id, plan.opened, until)
    missing = pd.DatetimeIndex(MISSING_DAYS.get(plan.portfolio_id, ()))
    rows: Integers = market.days.get_indexer(open_days.difference(missing)).astype(np.int64)
    return rows


def trade(seed: int, plan: Plan, market: Market) -> Trading:
    """Everything that the portfolio did until the market's last day; at least one valuation day."""
    days = valuation_days(plan, market)
    trader = _Trader(seed, plan, market, days)
    trader.open()
    for row, kind, size in trader.events():
        trader.act(row, kind, size)
    return trader.finish()


class _Trader:
    """Goes through a portfolio's events in order; what is held follows from what came before."""

    def __init__(self, seed: int, plan: Plan, market: Market, days: Integers) -> None:
        self.plan, self.market, self.days = plan, market, days
        self.seed = seed
        self.dates = market.days[days]
        self.prices = prices_of(plan, market, days)
        rates = [market.exchange(security.currency, plan.currency) for security in plan.securities]
        self.unit_values = self.prices / 10**PRICE_SCALE * np.column_stack(rates)[days]
        shape = self.prices.shape
        self.now = np.zeros(shape[1], dtype=np.int64)
        self.traded = np.zeros(shape, dtype=np.int64)
        self.delivered = np.zeros(shape, dtype=np.int64)
        self.deposits = np.zeros(shape[0], dtype=np.int64)
        self.withdrawals = np.zeros(shape[0], dtype=np.int64)
        self.is_future = np.array(
            [security.instrument_id == FUTURE for security in plan.securities]
        )
        self.weights = self._weights()

    def _weights(self) -> NDArray[np.float64]:
        count = len(self.plan.securities)
        drawn = random_of(self.seed, "weights", self.plan.portfolio_id).uniform(0.5, 1.5, count)
        drawn = np.where(self.is_future, 0.0, drawn)
        weights: NDArray[np.float64] = drawn / drawn.sum()
        if "short_positions" in self.plan.cases:
            weights[-3:] *= -1
            weights /= weights.sum()
        return weights

    def open(self) -> None:
        """The first deposit, and the first purchases with it."""
        if "total_loss" in self.plan.cases:
            self._buy(0, self.plan.amount / INVESTED_SHARE)
            cost = self.traded[0] * self.prices[0]
            # All of it is in the one security: what it cost is what was paid in.
            self.deposits[0] = int(cents(cost).sum())
            return
        self.deposits[0] = self.plan.amount * 100
        self._buy(0, self.plan.amount)
        self.traded[0] += np.where(self.is_future, FUTURE_CONTRACTS, 0)
        self.now += np.where(self.is_future, FUTURE_CONTRACTS, 0)

    def events(self) -> list[tuple[int, str, float]]:
        """(row, kind, size) in order: at most one drawn event a month, and the planned ones."""
        if "total_loss" in self.plan.cases:
            _, day, amount = DEPOSIT_AFTER_TOTAL_LOSS
            return self._planned(day, "deposit_only", amount)
        draws = random_of(self.seed, "events", self.plan.portfolio_id).random((HORIZON_MONTHS, 3))
        months = (self.dates.year - FIRST_DAY.year) * 12 + self.dates.month - FIRST_DAY.month
        firsts = np.flatnonzero(np.diff(months, prepend=-1))
        events = []
        for first in firsts[1:]:
            kind_draw, row_draw, size = draws[months[first]]
            row = int(first) + 2 + int(row_draw * 14)
            is_closing = self.plan.closed is not None and row == len(self.days) - 1
            if row < len(self.days) and months[row] == months[first] and not is_closing:
                events.append((row, _kind(kind_draw), float(size)))
        for day, column, share in DELIVERIES.get(self.plan.portfolio_id, ()):
            events.extend(self._planned(day, f"deliver:{column}", share))
        if self.plan.portfolio_id == DEPOSIT_ON_MISSING_DAY[0]:
            _, day, amount = DEPOSIT_ON_MISSING_DAY
            events.extend(self._planned(day, "deposit_only", amount))
        return sorted(events, key=lambda event: (event[0], event[1]))

    def _planned(self, day: str, kind: str, size: float) -> list[tuple[int, str, float]]:
        row = int(self.dates.searchsorted(pd.Timestamp(day)))
        return [(row, kind, size)] if row < len(self.days) else []

    def act(self, row: int, kind: str, size: float) -> None:
        """One event at the close of `row` (deposits and deliveries: at its beginning)."""
        if kind == "deposit":
            amount = round(self.plan.amount * (0.005 + 0.03 * size), -2)
            self.deposits[row] += int(amount) * 100
            self._buy(row, amount)
        elif kind == "deposit_only":
            self.deposits[row] += int(size)
        elif kind == "withdrawal":
            amount = round(self.plan.amount * (0.003 + 0.02 * size), -2)
            self.withdrawals[row] -= int(amount) * 100
            self._buy(row, -amount)
        elif kind == "rebalance":
            shift = np.round(self.now * 0.1 * (size - 0.5)).astype(np.int64)
            sign = np.where(np.arange(len(shift)) % 2 == 0, 1, -1)
            self._add(row, np.where(self.is_future, 0, shift * sign))
        elif kind.startswith("deliver:"):
            units = np.zeros_like(self.now)
            column = int(kind.partition(":")[2])
            units[column] = int(self.now[column] * size)
            self.delivered[row] += units
            self.now += units

    def _buy(self, row: int, amount: float) -> None:
        """Buy (sell, if negative) for `amount` in the usual weights; no sale below half."""
        wanted = INVESTED_SHARE * amount * self.weights / np.maximum(self.unit_values[row], 1e-9)
        units = np.trunc(wanted).astype(np.int64)
        if amount < 0:
            most = np.abs(self.now) // 2
            units = np.clip(units, -most, most)
        self._add(row, np.where(self.unit_values[row] > 0, units, 0))

    def _add(self, row: int, units: Integers) -> None:
        self.traded[row] += units
        self.now = self.now + units

    def finish(self) -> Trading:
        """All that was done, and at a closing the sale of everything on the last day."""
        moved = self.traded + self.delivered
        is_closed = self.plan.closed is not None and self.dates[-1].date() >= self._closing_day()
        if is_closed:
            rest = moved.sum(axis=0)
            self.traded[-1] -= rest
            moved[-1] -= rest
        flow_dates = {}
        if self.plan.portfolio_id == DEPOSIT_ON_MISSING_DAY[0]:
            day = DEPOSIT_ON_MISSING_DAY[1]
            row = int(self.dates.searchsorted(pd.Timestamp(day)))
            flow_dates = {row: np.datetime64(day)}
        return Trading(
            days=self.days,
            held=np.cumsum(moved, axis=0),
            traded=self.traded,
            delivered=self.delivered,
            deposits=self.deposits,
            withdrawals=self.withdrawals,
            flow_dates=flow_dates,
            is_closed=is_closed,
        )

    def _closing_day(self) -> date:
        closed = self.plan.closed or date.max
        open_days = business_days(self.plan.calendar_id, self.plan.opened, closed)
        last: date = open_days[-1].date()
        return last


def cents(amounts: Integers) -> Integers:
    """Units times ten-thousandths, in hundredths, half up."""
    return (amounts + 50) // 100


def _kind(draw: float) -> str:
    if draw < 0.25:
        return "deposit"
    if draw < 0.45:
        return "withdrawal"
    return "rebalance" if draw < 0.75 else "nothing"
