"""What is left of each purchase after every trade, and what it cost: first in, first out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lotus_assets.standin.sample_book.instruments import FUTURE
from lotus_assets.standin.sample_book.market import Market
from lotus_assets.standin.sample_book.plans import Plan
from lotus_assets.standin.sample_book.trading import Integers, Trading, cents, prices_of


@dataclass
class Lot:
    """One purchase: `quantity` units left that cost `cost` cents; short ones are negative."""

    number: int
    market_row: int
    quantity: int
    cost: int


@dataclass(frozen=True)
class LotRow:
    """A lot from a day on."""

    position_id: str
    number: int
    effective_row: int
    trade_row: int
    quantity: int
    cost: int


def lot_rows(plan: Plan, market: Market, trading: Trading) -> Iterator[LotRow]:
    """A row for each lot and trade that changed it, by position and day; a loop over trades."""
    dirty = prices_of(plan, market, trading.days)
    before = np.vstack([dirty[:1], dirty[:-1]])
    moved = trading.traded + trading.delivered
    for column, security in enumerate(plan.securities):
        costs = cents(trading.traded[:, column] * dirty[:, column]) + cents(
            np.maximum(trading.delivered[:, column], 0) * before[:, column]
        )
        if security.instrument_id == FUTURE:
            costs = np.zeros_like(costs)
        yield from _of_position(security.instrument_id, trading.days, moved[:, column], costs)


def _of_position(
    position_id: str, days: Integers, moved: Integers, costs: Integers
) -> Iterator[LotRow]:
    lots: list[Lot] = []
    for row in np.flatnonzero(moved):
        units, market_row = int(moved[row]), int(days[row])
        changed: list[Lot] = []
        for lot in lots:
            if lot.quantity * units >= 0:
                continue
            taken = min(abs(units), abs(lot.quantity)) * (1 if units > 0 else -1)
            lot.cost += lot.cost * taken // lot.quantity
            lot.quantity += taken
            units -= taken
            changed.append(lot)
        if units:
            cost = int(costs[row]) * units // int(moved[row])
            lots.append(Lot(len(lots) + 1, market_row, units, cost))
            changed.append(lots[-1])
        for lot in changed:
            cost = lot.cost if lot.quantity else 0
            yield LotRow(position_id, lot.number, market_row, lot.market_row, lot.quantity, cost)
