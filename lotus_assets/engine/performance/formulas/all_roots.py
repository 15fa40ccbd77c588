"""Every root of flow series in x = ln(1 + i), for those with more than one candidate.

f(x) = Σ c·e^(-xt) with m changes of sign has at most m roots (Descartes, for real exponents).
Laguerre's proof of it is the algorithm: (e^(xτ)·f)' with τ between two flows of opposite sign is
-e^(xτ)·Σ c·(t - τ)·e^(-xt), which has one change fewer; between neighbouring roots of it e^(xτ)·f
is monotone and has at most one root, found by bracketing. After m steps nothing changes sign.
Source: Pólya and Szegő, "Problems and Theorems in Analysis II", part five,
chapter 1, problems 77 to 80.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lotus_assets.engine.performance.formulas.cash_flows import FlowTable, NettedFlows
from lotus_assets.engine.performance.formulas.segments import Floats, Integers

LOWEST, HIGHEST = -80.0, 700.0
"""The interval in which roots are sought."""
TOLERANCE = 1e-10
"""A root's |Σ c·e^(-xt)| beside Σ |c|·e^(-xt)."""
SEARCH_CELLS = 262_144
TURNING_PRECISION = 1e-9
MOST_HALVINGS = 100
PRECISION: Any = {"xatol": 1e-15, "xrtol": 4 * float(np.finfo(np.float64).eps), "fatol": 0.0}


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


def balances(x: Floats, amounts: Floats, years: Floats) -> Floats:
    """`Σ c·e^(-xt) ÷ Σ |c|·e^(-xt)`, from -1 to 1: a row of amounts and years for every x."""
    exponents = -x[:, None] * years
    exponents -= exponents.max(axis=1, keepdims=True)
    terms = amounts * np.exp(exponents)
    return _row_sums(terms) / _row_sums(np.abs(terms))


def _row_sums(terms: Floats) -> Floats:
    """Sums from the first flow on: zeros below the last flow then change no bit."""
    return np.add.accumulate(terms, axis=1)[:, -1]


def _search(table: FlowTable) -> FoundRoots:
    amounts, years = table.amounts.T.copy(), table.years.T.copy()
    # Rows below the last flow repeat its year with amount 0: they take no part.
    series_numbers = np.arange(len(amounts))
    none = np.empty(0)
    critical, critical_owner = none, np.empty(0, np.int64)
    roots, of_series = none, np.empty(0, np.int64)
    levels = _levels(amounts, years, table.changes)
    for remaining, level in reversed(levels):
        active = series_numbers[table.changes > remaining]
        critical, critical_owner = roots, of_series
        roots, of_series = _crossings(active, level, years, roots, of_series, remaining == 0)
    x = np.concatenate([roots, critical])
    series = np.concatenate([of_series, critical_owner])
    residual = np.abs(balances(x, amounts[series], years[series]))
    kept = residual <= TOLERANCE
    order = np.lexsort((x[kept], series[kept]))
    x, series, residual = x[kept][order], series[kept][order], residual[kept][order]
    merged = _merged(x, series, residual, amounts, years)
    return FoundRoots(table.number[series[merged]], x[merged], residual[merged])


def _levels(amounts: Floats, years: Floats, changes: Integers) -> list[tuple[int, Floats]]:
    """Coefficients after 0, 1, … steps; a series takes part in as many as it has changes."""
    levels = [(0, amounts)]
    for step in range(1, int(changes.max(initial=0))):
        before = levels[-1][1]
        sign = np.sign(before)
        is_change = sign[:, 1:] * sign[:, :-1] < 0
        at = is_change.argmax(axis=1)
        rows = np.arange(len(at))
        middle = (years[rows, at] + years[rows, at + 1]) / 2
        scaled = before * (years - middle[:, None])
        levels.append((step, scaled / np.abs(scaled).max(axis=1, keepdims=True)))
    return levels


def _crossings(
    active: Integers,
    amounts: Floats,
    years: Floats,
    turning: Floats,
    of_series: Integers,
    last: bool,
) -> tuple[Floats, Integers]:
    """Roots between neighbouring turning points of each active series, at most one in each."""
    edge_owner = np.concatenate([active, of_series, active])
    edges = np.concatenate([np.full(len(active), LOWEST), turning, np.full(len(active), HIGHEST)])
    order = np.lexsort((edges, edge_owner))
    edges, edge_owner = edges[order], edge_owner[order]
    heights = balances(edges, amounts[edge_owner], years[edge_owner])
    left = np.flatnonzero((edge_owner[1:] == edge_owner[:-1]) & (heights[1:] * heights[:-1] < 0))
    rows = edge_owner[left]
    crossings = np.empty(0)
    if len(left):
        between = _refined if last else _turning
        crossings = between(edges[left], edges[left + 1], heights[left], amounts[rows], years[rows])
    touched = heights == 0
    return np.append(crossings, edges[touched]), np.append(rows, edge_owner[touched])


def _refined(left: Floats, right: Floats, _: Floats, amounts: Floats, years: Floats) -> Floats:
    """Roots to the last bit, by Chandrupatla's method."""

    def height(x: Floats, row: Integers) -> Floats:
        return balances(x, amounts[row], years[row])

    # Half a second to import; only flows with several roots get here.
    from scipy.optimize import elementwise

    arguments: tuple[object, ...] = (np.arange(len(left)),)
    return elementwise.find_root(height, (left, right), args=arguments, tolerances=PRECISION).x


def _turning(left: Floats, right: Floats, height: Floats, amounts: Floats, years: Floats) -> Floats:
    """Turning points, which only have to part the roots: Newton's steps within the bracket.

    scipy's `find_root` takes half a millisecond for each step whatever its size, and there are
    hundreds; a turning point off by 1e-9 moves a height there by its square.
    """
    x = (left + right) / 2
    # Rates are found near their neighbours, not halfway to the interval's far ends.
    x = np.where((left == LOWEST) & (right > LOWEST + 2), np.minimum(right, 1.0) - 1.0, x)
    x = np.where((right == HIGHEST) & (left < HIGHEST - 2), np.maximum(left, -1.0) + 1.0, x)
    moved = right - left
    for _ in range(MOST_HALVINGS):
        exponents = -x[:, None] * years
        terms = amounts * np.exp(exponents - exponents.max(axis=1, keepdims=True))
        value, slope = _row_sums(terms), -_row_sums(terms * years)
        same = value * height > 0
        left, right = np.where(same, x, left), np.where(same, right, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
        halving = (left + right) / 2
        # A step that gains less than halving does is not taken.
        good = (newton > left) & (newton < right) & (np.abs(newton - x) < moved / 2)
        following = np.where(good, newton, halving)
        # Who has arrived stays, so that no series' root depends on how long others take.
        following = np.where(moved <= TURNING_PRECISION, x, following)
        moved, x = np.abs(following - x), following
        if (moved == 0).all():
            break
    return x


def _merged(
    x: Floats, series: Integers, residual: Floats, amounts: Floats, years: Floats
) -> Integers:
    """Places of the roots; those between which the balance keeps within the tolerance are one."""
    if len(x) == 0:
        return np.empty(0, np.int64)
    middle = (x[1:] + x[:-1]) / 2
    rows = series[1:]
    apart = np.abs(balances(middle, amounts[rows], years[rows])) > TOLERANCE
    cluster = np.append(0, np.cumsum(apart | (series[1:] != series[:-1])))
    order = np.lexsort((x, residual, cluster))
    return np.sort(order[np.append(True, np.diff(cluster[order]) > 0)])
