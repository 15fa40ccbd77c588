"""Rows of some portfolios and of what they hold, as their contributions are made of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.daily_returns import (
    Basis,
    DailyValues,
    capitals,
    daily_returns,
    gains,
)
from lotus_assets.engine.performance.formulas.portfolio_rows import portfolio_rows
from lotus_assets.engine.performance.formulas.segments import (
    Days,
    Floats,
    Integers,
    expand,
    search_in_segments,
)
from lotus_assets.engine.performance.formulas.spans import Spans


@dataclass(frozen=True)
class BasisRows:
    """What fees make a difference to: of portfolio rows the return (on signed capital), its
    growth, the fees and what is unexplained, per capital; of position rows return and growth."""

    returns: Floats
    growth: Floats
    fees: Floats
    unexplained: Floats
    position_returns: Floats
    position_growth: Floats


@dataclass(frozen=True)
class HeldRows:
    """Portfolios and their positions; rows and portfolios count from the chunk's first.

    `position_offsets` cuts position rows by position, `portfolio_offsets` positions by portfolio;
    `portfolio_row` is the portfolio's row of every position row, `gain` the position's before
    fees, whatever the basis: what fees cost is the portfolio's, once. `gross` is the size of all
    gains of a portfolio's row, per capital.
    """

    first_position: int
    dates: Days
    per_capital: Floats
    position_offsets: Integers
    portfolio_offsets: Integers
    portfolio_row: Integers
    weight: Floats
    gain: Floats
    gross: Floats
    bases: Mapping[Basis, BasisRows]


def held_rows(
    portfolios: DailyValues,
    positions: DailyValues,
    offsets: Integers,
    first: int,
    last: int,
    bases: Iterable[Basis],
) -> HeldRows:
    """Rows of portfolios [first, last). Raises ValueError for a position's day that is not its
    portfolio's."""
    rows = slice(int(portfolios.offsets[first]), int(portfolios.offsets[last]))
    held = slice(int(offsets[first]), int(offsets[last]))
    of_held = slice(int(positions.offsets[held.start]), int(positions.offsets[held.stop]))
    portfolio_row = portfolio_rows(portfolios, positions, offsets, first, last)
    # Capital, and what it is divided by, is the same on either basis.
    per_capital = daily_returns(portfolios, Basis.GROSS, rows).per_capital
    capital = capitals(positions, of_held)
    gain = gains(positions, of_held, Basis.GROSS, capital)
    explained = np.bincount(portfolio_row, gain, len(per_capital)) * per_capital
    sizes = np.asarray(np.bincount(portfolio_row, np.abs(gain), len(per_capital)), np.float64)
    return HeldRows(
        first_position=held.start,
        dates=portfolios.dates[rows],
        per_capital=per_capital,
        position_offsets=positions.offsets[held.start : held.stop + 1] - of_held.start,
        portfolio_offsets=offsets[first : last + 1] - held.start,
        portfolio_row=portfolio_row,
        weight=capital * per_capital[portfolio_row],
        gain=gain,
        gross=sizes * np.abs(per_capital),
        bases={
            basis: _basis_rows(portfolios, positions, rows, of_held, explained, basis)
            for basis in bases
        },
    )


def _basis_rows(
    portfolios: DailyValues,
    positions: DailyValues,
    rows: slice,
    of_held: slice,
    explained: Floats,
    basis: Basis,
) -> BasisRows:
    daily = daily_returns(portfolios, basis, rows)
    fees = np.zeros(len(explained))
    if basis is Basis.NET:
        fees = portfolios.mgmt_fees[rows] * daily.per_capital
    of_positions = daily_returns(positions, basis, of_held)
    return BasisRows(
        returns=daily.signed,
        growth=daily.signed_growth,
        fees=fees,
        unexplained=daily.signed - explained - fees,
        position_returns=of_positions.returns,
        position_growth=of_positions.growth,
    )


@dataclass(frozen=True)
class HeldSpans:
    """Every position in every span of its portfolio, span by span: position rows [start, stop).

    `offsets` cuts them by span.
    """

    span: Integers
    position: Integers
    offsets: Integers
    start: Integers
    stop: Integers


def held_spans(held: HeldRows, spans: Spans) -> HeldSpans:
    """Rows of the positions in every span; a position may have none."""
    counts = np.diff(held.portfolio_offsets)[spans.portfolio]
    span, step = expand(counts)
    position = held.portfolio_offsets[spans.portfolio][span] + step
    firsts, lasts = held.position_offsets[position], held.position_offsets[position + 1]
    start = search_in_segments(held.portfolio_row, firsts, lasts, spans.start[span])
    stop = search_in_segments(held.portfolio_row, start, lasts, spans.stop[span])
    return HeldSpans(span, position, np.append(0, np.cumsum(counts)), start, stop)
