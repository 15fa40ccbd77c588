"""Contribution of positions to the portfolio's return (analytics.md §3, "position contribution").

Every row is linked alike: positions, fees, and what neither explains; together they are the
portfolio's linked return on signed capital.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.calendar_days import DAY
from lotus_assets.engine.performance.formulas.columns import Columns, frame_of
from lotus_assets.engine.performance.formulas.daily_returns import (
    Basis,
    DailyValues,
    capitals,
    daily_returns,
    gains,
)
from lotus_assets.engine.performance.formulas.linking import Linked, link, log_growth
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking, carino
from lotus_assets.engine.performance.formulas.periods import Windows
from lotus_assets.engine.performance.formulas.portfolio_rows import (
    checked_position_offsets,
    portfolio_rows,
)
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    Integers,
    chunks,
    expand,
    products_before,
    search_in_segments,
    window_sums,
)
from lotus_assets.engine.performance.formulas.statuses import Status

CHUNK_ROWS = 131_072
LINKINGS = (Linking.CARINO, Linking.FRONGELLO, Linking.NONE)


@dataclass(frozen=True)
class Contributions:
    """`positions`: portfolio, position (number), period, contribution, average_weight, return,
    return_status. `totals`: portfolio, period, portfolio_return, fees, unexplained, status,
    status_date. NaN where the status says why."""

    positions: pd.DataFrame
    totals: pd.DataFrame


@dataclass(frozen=True)
class _Chunk:
    """Rows of some portfolios and their positions; all row numbers count from the chunk's first."""

    dates: Days
    returns: Floats
    per_capital: Floats
    fees: Floats
    unexplained: Floats
    position: Integers
    holder: Integers
    position_dates: Days
    position_offsets: Integers
    portfolio_row: Integers
    gain: Floats
    weight: Floats
    position_returns: Floats
    position_growth: Floats


def contributions(
    portfolios: DailyValues,
    positions: DailyValues,
    position_offsets: Integers,
    windows: Windows,
    basis: Basis = Basis.NET,
    linking: Linking = Linking.CARINO,
) -> Contributions:
    """Contributions of all positions for all windows, chunk by chunk.

    `positions` has one segment a position, `position_offsets[k]:position_offsets[k + 1]` those of
    portfolio k. Sources: Cariño (1999); Frongello (2002), for one portfolio without benchmark.
    Raises ValueError for another linking, or a position's day that its portfolio has not.
    """
    if linking not in LINKINGS:
        raise ValueError(f"contribution is linked by CARINO, FRONGELLO or NONE, not {linking}")
    offsets = checked_position_offsets(portfolios, positions, position_offsets)
    held: list[Columns] = []
    totals: list[Columns] = []
    for first, last in chunks(positions.offsets[offsets], CHUNK_ROWS):
        chunk = _chunk(portfolios, positions, offsets, first, last, basis)
        for period in range(len(windows.keys)):
            chosen = np.arange(first, last) * len(windows.keys) + period
            starts = windows.start[chosen] - portfolios.offsets[first]
            stops = windows.stop[chosen] - portfolios.offsets[first]
            of_positions, of_portfolios = _linked(chunk, windows, chosen, starts, stops, linking)
            held.append(of_positions)
            totals.append(of_portfolios)
    return Contributions(frame_of(held), frame_of(totals))


def _chunk(
    portfolios: DailyValues,
    positions: DailyValues,
    offsets: Integers,
    first: int,
    last: int,
    basis: Basis,
) -> _Chunk:
    rows = slice(int(portfolios.offsets[first]), int(portfolios.offsets[last]))
    held = slice(int(offsets[first]), int(offsets[last]))
    held_rows = slice(int(positions.offsets[held.start]), int(positions.offsets[held.stop]))
    daily = daily_returns(portfolios, basis, rows)
    portfolio_row = portfolio_rows(portfolios, positions, offsets, first, last)
    capital = capitals(positions, held_rows)
    gain = gains(positions, held_rows, basis, capital)
    of_positions = daily_returns(positions, basis, held_rows).returns
    per_capital = daily.per_capital
    fees = _fees(portfolios, positions, rows, held_rows, portfolio_row, basis) * per_capital
    explained = np.bincount(portfolio_row, gain, rows.stop - rows.start) * per_capital
    return _Chunk(
        dates=portfolios.dates[rows],
        returns=daily.signed,
        per_capital=per_capital,
        fees=fees,
        unexplained=daily.signed - explained - fees,
        position=np.arange(held.start, held.stop),
        holder=np.repeat(np.arange(last - first), np.diff(offsets[first : last + 1])),
        position_dates=positions.dates[held_rows],
        position_offsets=positions.offsets[held.start : held.stop + 1] - held_rows.start,
        portfolio_row=portfolio_row,
        gain=gain,
        weight=capital * per_capital[portfolio_row],
        position_returns=of_positions,
        position_growth=log_growth(of_positions),
    )


def _fees(
    portfolios: DailyValues,
    positions: DailyValues,
    rows: slice,
    held_rows: slice,
    portfolio_row: Integers,
    basis: Basis,
) -> Floats:
    """The portfolio's fees that are on none of its positions."""
    if basis is Basis.GROSS:
        return np.zeros(rows.stop - rows.start)
    on_positions = np.bincount(
        portfolio_row, positions.mgmt_fees[held_rows], rows.stop - rows.start
    )
    return portfolios.mgmt_fees[rows] - on_positions


def _linked(
    chunk: _Chunk,
    windows: Windows,
    chosen: Integers,
    starts: Integers,
    stops: Integers,
    linking: Linking,
) -> tuple[Columns, Columns]:
    linked = link(chunk.returns, starts, stops)
    status = np.where(windows.status[chosen] == Status.OK, linked.status, windows.status[chosen])
    if linking is Linking.CARINO:
        status[(linked.row >= 0) & (status != Status.UNDEFINED_RETURN)] = Status.NOT_LINKABLE
    is_linkable = status == Status.OK
    # After a return of -1 nothing counts any more.
    counted = np.where(is_linkable & (linked.row >= 0), linked.row + 1, stops)
    counted = np.where(is_linkable, counted, starts)
    coefficients = _coefficients(chunk.returns, linked, starts, counted, linking)
    fees = window_sums(chunk.fees * coefficients, starts, counted)
    unexplained = window_sums(chunk.unexplained * coefficients, starts, counted)
    if linking is Linking.NONE:
        unexplained += linked.returns - window_sums(chunk.returns, starts, counted)
    keys = np.array(windows.keys, dtype=object)[windows.period[chosen]]
    totals: Columns = {
        "portfolio": windows.portfolio[chosen],
        "period": keys,
        "portfolio_return": linked.returns,
        "fees": np.where(is_linkable, fees, np.nan),
        "unexplained": np.where(is_linkable, unexplained, np.nan),
        "status": status,
        "status_date": _status_dates(chunk.dates, linked),
    }
    coefficients *= chunk.per_capital
    held = _positions(chunk, coefficients, starts, counted, stops)
    contribution = np.where(is_linkable[chunk.holder], held["contribution"], np.nan)
    key_columns: Columns = {
        "portfolio": windows.portfolio[chosen][chunk.holder],
        "position": chunk.position,
        "period": keys[chunk.holder],
    }
    return {**key_columns, **held, "contribution": contribution}, totals


def _coefficients(
    returns: Floats, linked: Linked, starts: Integers, stops: Integers, linking: Linking
) -> Floats:
    """One for every row of the chunk, 0 outside the windows (of one period: none overlap)."""
    coefficients = np.zeros(len(returns))
    owner, place = expand(stops - starts)
    rows = starts[owner] + place
    offsets = np.append(0, np.cumsum(stops - starts))
    if linking is Linking.CARINO:
        coefficients[rows] = carino(returns[rows], 0.0, linked.returns, 0.0, offsets)
    elif linking is Linking.FRONGELLO:
        coefficients[rows] = products_before(1.0 + returns[rows], offsets)
    else:
        coefficients[rows] = 1.0
    return coefficients


def _positions(
    chunk: _Chunk, coefficients: Floats, starts: Integers, counted: Integers, stops: Integers
) -> Columns:
    """Contribution, average weight and own return of every position, for one window a portfolio."""
    begin = _held_rows(chunk, starts, starts, stops)
    end = _held_rows(chunk, stops, starts, stops)
    counted_end = end if counted is stops else _held_rows(chunk, counted, starts, stops)
    daily = chunk.gain * coefficients[chunk.portfolio_row]
    days = (stops - starts)[chunk.holder]
    with np.errstate(invalid="ignore", divide="ignore"):
        average = window_sums(chunk.weight, begin, end) / days
    own = link(chunk.position_returns, begin, end, chunk.position_growth)
    return {
        "contribution": window_sums(daily, begin, counted_end),
        "average_weight": average,
        "return": own.returns,
        "return_status": own.status,
    }


def _held_rows(chunk: _Chunk, edges: Integers, starts: Integers, stops: Integers) -> Integers:
    """First row of every position not before its portfolio's row `edge` of the window."""
    firsts, lasts = chunk.position_offsets[:-1], chunk.position_offsets[1:]
    # An edge after the portfolio's last row has no date of its own: the day after the row before.
    targets = np.full(len(edges), np.datetime64(0, "D"))
    at_start = (edges == starts) & (stops > starts)
    targets[at_start] = chunk.dates[edges[at_start]]
    later = edges > starts
    targets[later] = chunk.dates[edges[later] - 1] + DAY
    return search_in_segments(chunk.position_dates, firsts, lasts, targets[chunk.holder])


def _status_dates(dates: Days, linked: Linked) -> Days:
    found = np.full(len(linked.row), np.datetime64("NaT"), "datetime64[D]")
    found[linked.row >= 0] = dates[linked.row[linked.row >= 0]]
    return found
