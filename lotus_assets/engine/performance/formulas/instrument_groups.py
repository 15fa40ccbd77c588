"""Groups of a portfolio built from its instruments, and what they leave unexplained."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.daily_returns import (
    Basis,
    DailyValues,
    capitals,
    daily_returns,
    exact_capitals,
    exact_closes,
    gains,
)
from lotus_assets.engine.performance.formulas.group_sides import GroupSide
from lotus_assets.engine.performance.formulas.identities import NO_CAPITAL, is_off_balance
from lotus_assets.engine.performance.formulas.linking import link, log_growth
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.portfolio_rows import (
    checked_position_offsets,
    portfolio_rows,
)
from lotus_assets.engine.performance.formulas.received_decimals import (
    UNIT,
    quotients,
    sums_by_segment,
)
from lotus_assets.engine.performance.formulas.received_returns import ValuedReturns
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    chunks,
    segment_of_rows,
)
from lotus_assets.engine.performance.formulas.statuses import Status

NO_FEE = 1e-12
NEARLY_NONE = 1e-3
"""Net capital under this share of the gross is summed from the decimals."""


@dataclass(frozen=True)
class OwnReturns:
    """Per portfolio row: the portfolio's own return, that without fees on no instrument, and the
    ln(1 + r) of both."""

    returns: Floats
    growth: Floats
    without_fees: Floats
    growth_without_fees: Floats


@dataclass(frozen=True)
class InstrumentGroups:
    """The portfolio's side of an attribution, and its own returns for the reconciliation."""

    side: GroupSide
    own: OwnReturns


@dataclass(frozen=True)
class _GroupRows:
    """Rows of one chunk, one a portfolio day and group; `gain` without net capital ÷ capital_P."""

    row: Integers
    group: Integers
    weight: Floats
    returns: Floats
    gain: Floats


@dataclass(frozen=True)
class _Sums:
    """Capital and gain of every cell (day·groups + group); capital is 0 where there is no net."""

    capital: Floats
    gain: Floats


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
    group without net capital has weight 0, no return, and its gain ÷ capital_P; on a day without
    capital of the portfolio a gain is in no row: the reconciliation's difference holds it.
    """
    offsets = checked_position_offsets(portfolios, instruments, instrument_offsets)
    parts = []
    own_returns = np.full(len(portfolios.dates), np.nan)
    own_growth, without_fees, growth_without_fees = (own_returns.copy() for _ in range(3))
    for first, last in chunks(instruments.offsets[offsets]):
        rows = slice(int(portfolios.offsets[first]), int(portfolios.offsets[last]))
        cells, fees = _cells(
            portfolios, instruments, offsets, group, unallocated, basis, (first, last)
        )
        daily = daily_returns(portfolios, basis, rows)
        own_returns[rows], own_growth[rows] = daily.returns, daily.growth
        without_fees[rows] = daily.returns - fees * np.abs(daily.per_capital)
        growth_without_fees[rows] = np.where(
            fees == 0, own_growth[rows], log_growth(without_fees[rows])
        )
        parts.append(replace(cells, row=cells.row + rows.start))
    row, code, weight, returns, gain = (
        np.concatenate([empty, *(getattr(part, field.name) for part in parts)])
        for field, empty in zip(fields(_GroupRows), _EMPTY, strict=True)
    )
    portfolio_number = segment_of_rows(portfolios.offsets)[row]
    side = GroupSide(
        dates=portfolios.dates[row],
        group=code,
        weight=weight,
        return_base=returns,
        offsets=np.searchsorted(portfolio_number, np.arange(portfolios.count + 1)),
        gain=gain if gain.any() else None,
        received=ValuedReturns(portfolios, instruments, offsets, basis),
    )
    own = OwnReturns(own_returns, own_growth, without_fees, growth_without_fees)
    return InstrumentGroups(side, own)


_EMPTY = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))


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
    width = max(len(codes), 1)
    cell = day * width + np.repeat(local_code, counts)
    daily = daily_returns(portfolios, basis, rows)
    sums = _sums(instruments, held_rows, basis, cell, np.repeat(daily.is_exact, width))
    at = np.flatnonzero((sums.capital != 0) | (sums.gain != 0))
    is_net = sums.capital[at] != 0
    per_capital = daily.per_capital[at // width]
    weight = sums.capital[at] * per_capital
    gain = np.where(is_net, 0.0, sums.gain[at]) * per_capital
    returns = np.where(is_net, sums.gain[at], np.nan) / np.where(is_net, sums.capital[at], 1.0)
    held_weight = np.asarray(np.bincount(at // width, weight, day_count), np.float64)
    is_off = is_off_balance(held_weight)
    gain /= np.where(is_off, 1.0, held_weight)[at // width]
    rest, left = 1.0 - held_weight, np.flatnonzero(is_off)
    fees = np.zeros(day_count)
    if basis is Basis.NET:
        on_instruments = np.bincount(day, instruments.mgmt_fees[held_rows], day_count)
        fees = portfolios.mgmt_fees[rows] - on_instruments
        # Rounding makes no fee.
        fees[np.abs(fees) <= NO_FEE * np.abs(on_instruments)] = 0.0
    row = np.concatenate([at // width, left])
    order = np.argsort(row, kind="stable")
    none = np.zeros(len(left))
    columns = (
        row,
        np.concatenate([codes[at % width], np.full(len(left), unallocated)]),
        np.concatenate([weight, rest[left]]),
        np.concatenate([returns, none]),
        np.concatenate([gain, none]),
    )
    return _GroupRows(*(column[order] for column in columns)), fees


def _sums(
    instruments: DailyValues, rows: slice, basis: Basis, cell: Integers, is_exact: Booleans
) -> _Sums:
    """Capital and gain of the cells that rows of instruments are in; of some from the decimals."""
    size = len(is_exact)
    capital_of_rows = capitals(instruments, rows)
    gain_of_rows = gains(instruments, rows, basis, capital_of_rows)
    gain = np.asarray(np.bincount(cell, gain_of_rows, size), np.float64)
    capital = np.asarray(np.bincount(cell, capital_of_rows, size), np.float64)
    gross = np.bincount(cell, np.abs(capital_of_rows), size)
    doubtful = is_exact | (np.abs(capital) <= NEARLY_NONE * gross)
    doubtful &= (gross > 0) | (gain != 0)
    if doubtful.any():
        _take_exactly(instruments, rows.start, basis, cell, doubtful, _Sums(capital, gain))
        capital[doubtful & (np.abs(capital) < NO_CAPITAL * gross)] = 0.0
    return _Sums(capital, gain)


def _take_exactly(
    instruments: DailyValues,
    first_row: int,
    basis: Basis,
    cell: Integers,
    doubtful: Booleans,
    sums: _Sums,
) -> None:
    """Sums of the doubtful cells from the decimals received."""
    chosen = np.flatnonzero(doubtful[cell])
    chosen = chosen[np.argsort(cell[chosen], kind="stable")]
    cells, starts = np.unique(cell[chosen], return_index=True)
    rows = chosen + first_row
    capital = exact_capitals(instruments, rows)
    gain = exact_closes(instruments, basis, rows) - capital
    sums.capital[cells] = quotients(sums_by_segment(capital, starts), UNIT)
    sums.gain[cells] = quotients(sums_by_segment(gain, starts), UNIT)


def reconciliation(group_return: Floats, windows: Windows, own_returns: OwnReturns) -> pd.DataFrame:
    """One row a window: own_return, own_status, group_return, fees, difference.

    own_return = group_return + fees + difference; `fees` is what the portfolio's fees on no
    instrument take from its own return. `group_return` is the linked return of its groups.
    """
    rows = windows.start, windows.stop
    whole = link(own_returns.returns, *rows, own_returns.growth)
    without = link(own_returns.without_fees, *rows, own_returns.growth_without_fees)
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
