"""Every root of flow series in x = ln(1 + i), for those with more than one candidate.

f(x) = Σ c·e^(-xt). By Laguerre's theorem f has no root above x where the discounted balances, added
from the first flow on, keep their sign there, and none below where those added from the last do;
what is left in between is looked through by `local_polynomials`. No step holds more than a
bounded number of flows, nor a table of flows by changes of sign. Source: Pólya and Szegő, "Problems
and Theorems in Analysis II", part five, chapter 1, problems 77 to 80.
"""

from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.cash_flows import FlowTable, NettedFlows
from lotus_assets.engine.performance.formulas.local_polynomials import Intervals, isolated
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    column_sums,
    expand,
)

LOWEST, HIGHEST = -80.0, 700.0
"""The interval in which roots are sought."""
TOLERANCE = 1e-10
"""A root's |Σ c·e^(-xt)| beside Σ |c|·e^(-xt)."""
SEARCH_CELLS = 262_144
CERTAIN = 1e-9
"""Balances this large beside their terms keep f above the tolerance too."""
GRID = np.array([-80, -20, -5, -2, -1, -0.5, -0.1, 0, 0.1, 0.5, 1, 2, 5, 20, 80, 300, 700.0])
MOST_STEPS = 200
PRECISION = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class FoundRoots:
    """Verified roots, ascending within their series: number of the series, x and residual."""

    series: Integers
    x: Floats
    residual: Floats


def search(flows: NettedFlows, numbers: Integers) -> FoundRoots:
    """All verified roots of some series in [-80, 700]."""
    parts = [_search(table) for table in flows.tables(SEARCH_CELLS, numbers)]
    series = np.concatenate([np.empty(0, np.int64), *(part.series for part in parts)])
    x = np.concatenate([np.empty(0), *(part.x for part in parts)])
    residual = np.concatenate([np.empty(0), *(part.residual for part in parts)])
    order = np.lexsort((x, series))
    return FoundRoots(series[order], x[order], residual[order])


def balances(table: FlowTable, series: Integers, x: Floats) -> Floats:
    """`Σ c·e^(-xt) ÷ Σ |c|·e^(-xt)` of a series at every x, from -1 to 1."""
    values = np.empty(len(x))
    width = max(SEARCH_CELLS // len(table.amounts), 1)
    for first in range(0, len(x), width):
        some = slice(first, first + width)
        terms = _discounted(table, series[some], x[some])
        values[some] = column_sums(terms) / column_sums(np.abs(terms))
    return values


def _discounted(table: FlowTable, series: Integers, x: Floats) -> Floats:
    """Flows of a series at every x, a column each, scaled so that no exponential is above 1."""
    exponents = -table.years[:, series] * x
    exponents -= exponents.max(axis=0)
    terms: Floats = table.amounts[:, series] * np.exp(exponents)
    return terms


def _search(table: FlowTable) -> FoundRoots:
    vanishing = isolated(table, _possible(table), TOLERANCE, SEARCH_CELLS)
    crossings, points = vanishing.crossings, vanishing.points
    x = np.concatenate([_refined(table, crossings), (points.low + points.high) / 2])
    series = np.concatenate([crossings.series, points.series])
    residual = np.abs(balances(table, series, x))
    kept = residual <= TOLERANCE
    order = np.lexsort((x[kept], series[kept]))
    x, series, residual = x[kept][order], series[kept][order], residual[kept][order]
    merged = _merged(table, x, series, residual)
    return FoundRoots(table.number[series[merged]], x[merged], residual[merged])


def _possible(table: FlowTable) -> Intervals:
    """Stretches of the grid outside of which no series has a root."""
    every, last = np.arange(len(table.number)), len(GRID) - 1
    lowest, highest = np.zeros(len(every), np.int64), np.full(len(every), last)
    is_flow = np.arange(len(table.amounts))[:, None] < table.counts
    for place, x in enumerate(GRID):
        terms = _discounted(table, every, np.full(len(every), x))
        clear = CERTAIN * column_sums(np.abs(terms))
        lowest[_keeps_sign(terms[::-1], is_flow[::-1], clear)] = place
        is_above = _keeps_sign(terms, is_flow, clear)
        highest[is_above] = np.minimum(highest[is_above], place)
    series, step = expand(np.maximum(highest - lowest, 0))
    first = lowest[series] + step
    return Intervals(series, GRID[first], GRID[first + 1])


def _keeps_sign(terms: Floats, is_flow: Booleans, clear: Floats) -> Booleans:
    """Whether the sums of the terms from the first on are clearly of one sign."""
    sums = np.add.accumulate(terms, axis=0)
    lowest = np.where(is_flow, sums, np.inf).min(axis=0)
    highest = np.where(is_flow, sums, -np.inf).max(axis=0)
    return np.asarray((lowest > clear) | (highest < -clear))


def _refined(table: FlowTable, crossings: Intervals) -> Floats:
    """The root of each stretch, to the last bit: Newton's steps, and halving where they fail."""
    roots = np.empty(len(crossings.series))
    width = max(SEARCH_CELLS // len(table.amounts), 1)
    for first in range(0, len(roots), width):
        some = np.arange(first, min(first + width, len(roots)))
        roots[some] = _newton(table, crossings.chosen(some))
    return roots


def _newton(table: FlowTable, crossings: Intervals) -> Floats:
    series, left, right = crossings.series, crossings.low, crossings.high
    sign_left = np.sign(balances(table, series, left))
    roots, moved = (left + right) / 2, right - left
    number, x = np.arange(len(roots)), roots.copy()
    for _ in range(MOST_STEPS):
        terms = _discounted(table, series, x)
        value, slope = column_sums(terms), -column_sums(terms * table.years[:, series])
        same = value * sign_left > 0
        left, right = np.where(same, x, left), np.where(same, right, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
        # A step that gains less than halving does is not taken.
        good = (newton >= left) & (newton <= right) & (np.abs(newton - x) < moved / 2)
        following = np.where(good, newton, (left + right) / 2)
        # Who has arrived stays, so that no series' root depends on how long others take.
        arrived = (moved <= PRECISION * np.maximum(1.0, np.abs(x))) | (value == 0)
        roots[number] = np.where(arrived, x, following)
        going = np.flatnonzero(~arrived)
        if len(going) == 0:
            break
        number, series, sign_left = number[going], series[going], sign_left[going]
        left, right = left[going], right[going]
        moved, x = np.abs(following - x)[going], following[going]
    return roots


def _merged(table: FlowTable, x: Floats, series: Integers, residual: Floats) -> Integers:
    """Places of the roots; those between which the balance keeps within the tolerance are one."""
    if len(x) == 0:
        return np.empty(0, np.int64)
    apart = np.abs(balances(table, series[1:], (x[1:] + x[:-1]) / 2)) > TOLERANCE
    cluster = np.append(0, np.cumsum(apart | (series[1:] != series[:-1])))
    order = np.lexsort((x, residual, cluster))
    return np.sort(order[np.append(True, np.diff(cluster[order]) > 0)])
