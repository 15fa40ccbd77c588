"""Groups of a portfolio built from its instruments, and what they leave unexplained."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.daily_returns import (
    CANCELLED,
    Basis,
    DailyValues,
    capitals,
    daily_returns,
    gains,
)
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.identities import is_off_balance
from lotus_assets.engine.performance.formulas.linking import link
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.portfolio_rows import (
    checked_position_offsets,
    portfolio_rows,
)
from lotus_assets.engine.performance.formulas.segments import (
    Floats,
    Integers,
    chunks,
    segment_of_rows,
)
from lotus_assets.engine.performance.formulas.statuses import Status


@dataclass(frozen=True)
class OwnReturns:
    """Per portfolio row: the portfolio's own return, and that without fees on no instrument."""

    returns: Floats
    without_fees: Floats


@dataclass(frozen=True)
class InstrumentGroups:
    """The portfolio's side of an attribution, and its own returns for the reconciliation."""

    side: GroupSide
    own: OwnReturns


@dataclass(frozen=True)
class _GroupRows:
    """Rows of one chunk, one a portfolio day and group."""

    row: Integers
    group: Integers
    weight: Floats
    returns: Floats


def instrument_groups(
    portfolios: DailyValues,
    instruments: DailyValues,
    instrument_offsets: Integers,
    group: Integers,
    unallocated: int,
    basis: Basis = Basis.NET,
) -> InstrumentGroups:
    """Weights `capital_g / capital_P` and returns `gain_g / capital_g`, capital signed.

    `group` is the code of every instrument. Where the weights of a day miss 1 by more than 1e-6
    the remainder is the group `unallocated` with return 0 (a day without capital: all of it). A
    group's gain without capital is in no row: the reconciliation's difference holds it.
    """
    offsets = checked_position_offsets(portfolios, instruments, instrument_offsets)
    parts = []
    own_returns = np.full(len(portfolios.dates), np.nan)
    without_fees = own_returns.copy()
    for first, last in chunks(instruments.offsets[offsets]):
        rows = slice(int(portfolios.offsets[first]), int(portfolios.offsets[last]))
        cells, fees = _cells(
            portfolios, instruments, offsets, group, unallocated, basis, (first, last)
        )
        daily = daily_returns(portfolios, basis, rows)
        own_returns[rows] = daily.returns
        without_fees[rows] = daily.returns - fees * np.abs(daily.per_capital)
        parts.append(_GroupRows(cells.row + rows.start, cells.group, cells.weight, cells.returns))
    row = np.concatenate([np.empty(0, np.int64), *(part.row for part in parts)])
    portfolio_number = segment_of_rows(portfolios.offsets)[row]
    side = GroupSide(
        dates=portfolios.dates[row],
        group=np.concatenate([np.empty(0, np.int64), *(part.group for part in parts)]),
        weight=np.concatenate([np.empty(0), *(part.weight for part in parts)]),
        return_base=np.concatenate([np.empty(0), *(part.returns for part in parts)]),
        offsets=np.searchsorted(portfolio_number, np.arange(portfolios.count + 1)),
    )
    return InstrumentGroups(side, OwnReturns(own_returns, without_fees))


def _cells(
    portfolios: DailyValues,
    instruments: DailyValues,
    offsets: Integers,
    group: Integers,
    unallocated: int,
    basis: Basis,
    portfolios_of_chunk: tuple[int, int],
) -> tuple[_GroupRows, Floats]:
    """Groups of every day of a chunk, and the fees that are on no instrument."""
    first, last = portfolios_of_chunk
    rows = slice(int(portfolios.offsets[first]), int(portfolios.offsets[last]))
    held = slice(int(offsets[first]), int(offsets[last]))
    held_rows = slice(int(instruments.offsets[held.start]), int(instruments.offsets[held.stop]))
    counts = np.diff(instruments.offsets[held.start : held.stop + 1])
    day = portfolio_rows(portfolios, instruments, offsets, first, last)
    day_count = rows.stop - rows.start
    codes, local_code = np.unique(np.asarray(group)[held], return_inverse=True)
    cell = day * len(codes) + np.repeat(local_code, counts)
    size = day_count * len(codes)
    capital_of_rows = capitals(instruments, held_rows)
    gain = np.bincount(cell, gains(instruments, held_rows, basis, capital_of_rows), size)
    capital: Floats = np.bincount(cell, capital_of_rows, size).astype(np.float64)
    _settle_zeros(instruments, held_rows.start, cell, capital_of_rows, capital)
    daily = daily_returns(portfolios, basis, rows)
    at = np.flatnonzero(capital != 0)
    weight = capital[at] * daily.per_capital[at // max(len(codes), 1)]
    held_weight = np.asarray(np.bincount(at // max(len(codes), 1), weight, day_count), np.float64)
    rest, left = 1.0 - held_weight, np.flatnonzero(is_off_balance(held_weight))
    fees = np.zeros(day_count)
    if basis is Basis.NET:
        on_instruments = np.bincount(day, instruments.mgmt_fees[held_rows], day_count)
        fees = portfolios.mgmt_fees[rows] - on_instruments
    row = np.concatenate([at // max(len(codes), 1), left])
    order = np.argsort(row, kind="stable")
    cells = _GroupRows(
        row=row[order],
        group=np.concatenate([codes[at % max(len(codes), 1)], np.full(len(left), unallocated)])[
            order
        ],
        weight=np.concatenate([weight, rest[left]])[order],
        returns=np.concatenate([gain[at] / capital[at], np.zeros(len(left))])[order],
    )
    return cells, fees


def _settle_zeros(
    instruments: DailyValues, first_row: int, cell: Integers, terms: Floats, capital: Floats
) -> None:
    """Decide on decimals whether a group's capital is zero where the floats cancel."""
    sizes = np.bincount(cell, np.abs(terms), len(capital))
    doubtful = (np.abs(capital) <= CANCELLED * sizes) & (sizes > 0)
    if not doubtful.any():
        return
    rows = np.flatnonzero(doubtful[cell])
    exact = {
        name: _decimals(instruments, name, rows + first_row) for name in ("begin_mv", "bod_cf")
    }
    capital[doubtful] = 0.0
    with localcontext(prec=100):
        sums: dict[int, Decimal] = {}
        for at, begin, flow in zip(cell[rows].tolist(), *exact.values(), strict=True):
            sums[at] = sums.get(at, Decimal(0)) + begin + flow
    capital[list(sums)] = [float(value) for value in sums.values()]


def _decimals(instruments: DailyValues, name: str, rows: Integers) -> list[Decimal]:
    if instruments.decimals is not None:
        return list(instruments.decimals(name, rows))
    return [Decimal(repr(value)) for value in getattr(instruments, name)[rows].tolist()]


def reconciliation(group_return: Floats, windows: Windows, own_returns: OwnReturns) -> pd.DataFrame:
    """One row a window: own_return, own_status, group_return, fees, difference.

    own_return = group_return + fees + difference; `fees` is what the portfolio's fees on no
    instrument take from its own return. `group_return` is the linked return of its groups.
    """
    whole = link(own_returns.returns, windows.start, windows.stop)
    without = link(own_returns.without_fees, windows.start, windows.stop)
    fees = whole.returns - without.returns
    return pd.DataFrame(
        {
            "own_return": whole.returns,
            "own_status": np.where(windows.status == Status.OK, whole.status, windows.status),
            "group_return": group_return,
            "fees": fees,
            "difference": whole.returns - group_return - fees,
        }
    )
