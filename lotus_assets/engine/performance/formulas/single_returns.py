"""Returns of single periods of both sides, and what they differ by: exact where floats cancel."""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import SinglePeriods
from lotus_assets.engine.performance.formulas.attribution_periods import Pieces
from lotus_assets.engine.performance.formulas.group_sides import GroupSide, SideBySide
from lotus_assets.engine.performance.formulas.linking import log_growth
from lotus_assets.engine.performance.formulas.linking_coefficients import Active, active_returns
from lotus_assets.engine.performance.formulas.received_decimals import (
    LOW,
    log_ratios,
    on_their_side,
    quotients,
)
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    segment_of_rows,
)

NEAR = 1e-6
"""Returns this near each other, beside the larger of them, are compared as received."""
LEAST = 1e-2
"""What returns are at least taken to be in that: they are sums of larger terms."""
ROUNDING = 1e-15
"""What sums of floats, none of them received, may differ by that are equal."""


@dataclass(frozen=True)
class SingleReturns:
    """One value a single period: either side's return and growth, and the active return."""

    portfolio: Floats
    benchmark: Floats
    portfolio_growth: Floats
    benchmark_growth: Floats
    active: Floats
    active_growth: Floats

    def active_of(self, period: Integers) -> Active:
        """Active returns of some single periods."""
        return Active(self.benchmark[period], self.active[period], self.active_growth[period])


def single_returns(
    laid: SideBySide, pieces: Pieces, single: SinglePeriods, sides: tuple[GroupSide, GroupSide]
) -> SingleReturns:
    """Returns of single periods; those of a day from the decimals where floats do not decide."""
    portfolio, benchmark = single.portfolio_return.copy(), single.benchmark_return.copy()
    active = active_returns(portfolio, benchmark)
    growths = log_growth(portfolio), log_growth(benchmark)
    returns = SingleReturns(portfolio, benchmark, *growths, active.returns, active.growth)
    size = np.maximum(np.maximum(np.abs(portfolio), np.abs(benchmark)), LEAST)
    is_near = np.abs(active.returns) <= NEAR * size
    is_low = ~(np.minimum(portfolio, benchmark) > LOW)
    doubtful = np.flatnonzero(is_near | is_low)
    if len(doubtful):
        same = is_near[doubtful] & _is_same(single, doubtful)
        _set_equal(returns, doubtful[same])
        _settle(returns, laid, pieces, doubtful[~same], sides)
    return returns


def _is_same(single: SinglePeriods, periods: Integers) -> Booleans:
    """Single periods in which both sides hold the same."""
    one, other = single.portfolio, single.benchmark
    if one.gain is not None or other.gain is not None:
        return np.zeros(len(periods), bool)
    differs = (one.weight != other.weight) | (one.base != other.base)
    is_same = np.ones(single.cells.shape[1], bool)
    is_same[single.cells.column[differs]] = False
    return is_same[periods]


def _set_equal(returns: SingleReturns, periods: Integers) -> None:
    returns.active[periods] = 0.0
    returns.active_growth[periods] = 0.0


def _set_nearly_equal(returns: SingleReturns, periods: Integers) -> None:
    _set_equal(returns, periods[np.abs(returns.active[periods]) <= ROUNDING])


def _settle(
    returns: SingleReturns,
    laid: SideBySide,
    pieces: Pieces,
    periods: Integers,
    sides: tuple[GroupSide, GroupSide],
) -> None:
    """Take single periods from the decimals; longer ones than a day are of computed returns."""
    is_day = pieces.stop[periods] - pieces.start[periods] == 1
    _set_nearly_equal(returns, periods[~is_day])
    periods = periods[is_day]
    if not len(periods):
        return
    rows = pieces.start[periods]
    owner = laid.first + segment_of_rows(laid.offsets)[rows]
    one, other = (side.returns_received.at(owner, laid.dates[rows]) for side in sides)
    known = np.asarray((one.size > 0) & (other.size > 0))
    _set_nearly_equal(returns, periods[~known])
    periods, one, other = periods[known], one.chosen(known), other.chosen(known)
    for exact, values, growth in (
        (one, returns.portfolio, returns.portfolio_growth),
        (other, returns.benchmark, returns.benchmark_growth),
    ):
        values[periods] = on_their_side(values[periods], exact.gain + exact.size)
        growth[periods] = log_ratios(exact.gain + exact.size, exact.size)
    kept = (one.gain + one.size) * other.size
    whole = (other.gain + other.size) * one.size
    returns.active[periods] = quotients(kept - whole, one.size * other.size)
    positive = whole > 0
    at = periods[positive]
    returns.active_growth[at] = log_ratios(kept[positive], whole[positive])
