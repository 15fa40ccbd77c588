"""Discounted balances as polynomials on short intervals of x, and where these may vanish.

Around a middle m, with τ the mean year of the discounted flows, e^((x-m)τ)·f(x) is a power series
in x - m whose coefficients are moments of the flows: as many sums as it has terms, however many
flows there are. Intervals are halved until the remainder is below what is rounded anyway. Between
-1 and 1 a polynomial in Bernstein's form lies within its coefficients and has at most as many
roots as they have changes of sign: halves of it are looked at until each is monotone, without a
root, or flat. Sources: Lane and Riesenfeld, "Bounds on a Polynomial", BIT 21 (1981); Collins and
Akritas, "Polynomial Real Root Isolation Using Descartes' Rule of Signs", SYMSAC (1976).
"""

from dataclasses import dataclass
from math import comb, factorial

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.cash_flows import FlowTable
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    column_sums,
)

Matrix = NDArray[np.float64]

TERMS = 24
REMAINDER = 1e-13
"""What the terms left out may add up to, beside Σ |c|·e^(-xt)."""
FLAT = 1e-13
"""A piece that varies by less than this is one point."""
MOST_HALVINGS = 60
MOST_REFINEMENTS = 24
"""The interval [-80, 700] in halves as long as a second is."""


@dataclass(frozen=True)
class Intervals:
    """Stretches of x, each of one series (its column in a table)."""

    series: Integers
    low: Floats
    high: Floats

    def chosen(self, numbers: Integers | Booleans) -> "Intervals":
        """Some of them."""
        return Intervals(self.series[numbers], self.low[numbers], self.high[numbers])

    def halves(self) -> "Intervals":
        """Both halves of each, one beside the other."""
        middle = (self.low + self.high) / 2
        edges = np.stack([self.low, middle, self.high])
        return Intervals(np.repeat(self.series, 2), edges[:2].T.ravel(), edges[1:].T.ravel())


@dataclass(frozen=True)
class Isolated:
    """Stretches with one crossing each, and points at which a balance is near zero at least."""

    crossings: Intervals
    points: Intervals


def isolated(table: FlowTable, intervals: Intervals, tolerance: float, cells: int) -> Isolated:
    """Where the balances of the table's series are within `tolerance` of 0 in some intervals.

    `cells` bounds the flows (counted once an interval) that are held at once.
    """
    width = max(cells // max(len(table.amounts), 1), 1)
    crossings, points = [], []
    waiting = intervals
    for _ in range(MOST_REFINEMENTS):
        if len(waiting.series) == 0:
            break
        unresolved = []
        for first in range(0, len(waiting.series), width):
            chunk = waiting.chosen(np.arange(first, min(first + width, len(waiting.series))))
            resolved, coefficients, near = _expanded(table, chunk, tolerance)
            unresolved.append(chunk.chosen(~resolved))
            parts = _isolate(chunk.chosen(resolved), coefficients, near)
            crossings.append(parts.crossings)
            points.append(parts.points)
        waiting = _together(unresolved).halves()
    return Isolated(_together(crossings), _together(points))


def _together(parts: list[Intervals]) -> Intervals:
    none = Intervals(np.empty(0, np.int64), np.empty(0), np.empty(0))
    listed = [none, *parts]
    return Intervals(
        np.concatenate([part.series for part in listed]),
        np.concatenate([part.low for part in listed]),
        np.concatenate([part.high for part in listed]),
    )


def _expanded(
    table: FlowTable, intervals: Intervals, tolerance: float
) -> tuple[Booleans, Matrix, Floats]:
    """Which intervals a polynomial is good enough for, its Bernstein coefficients there, and what
    of it counts as near 0."""
    years = table.years[:, intervals.series]
    amounts = table.amounts[:, intervals.series]
    exponents = -years * ((intervals.low + intervals.high) / 2)
    exponents -= exponents.max(axis=0)
    terms = amounts * np.exp(exponents)
    sizes = np.abs(terms)
    whole = column_sums(sizes)
    centre = column_sums(sizes * years) / whole
    steps = (centre - years) * ((intervals.high - intervals.low) / 2)
    lengths = np.abs(steps)
    with np.errstate(over="ignore", invalid="ignore"):
        growth = np.exp(lengths)
        left_out = sizes * growth * (lengths**TERMS / factorial(TERMS))
        resolved = column_sums(left_out) <= REMAINDER * whole
    kept = np.flatnonzero(resolved)
    terms, steps, whole = terms[:, kept], steps[:, kept], whole[kept]
    near = tolerance * column_sums(sizes[:, kept] * growth[:, kept]) / whole
    coefficients = np.zeros((len(kept), TERMS))
    for power in range(TERMS):
        coefficients += (column_sums(terms) / whole)[:, None] * BERNSTEIN[power]
        terms = terms * steps / (power + 1)
    return resolved, coefficients, near


def _bernstein() -> Matrix:
    """Row k: u^k on [-1, 1] in Bernstein's form, of the degree of all terms."""
    degree = TERMS - 1
    rows = np.empty((TERMS, TERMS))
    for place in range(TERMS):
        product = np.ones(1, dtype=object)
        for factor in [1] * place + [-1] * (degree - place):
            product = np.convolve(product, np.array([1, factor], dtype=object))
        rows[:, place] = [int(product[power]) / comb(degree, power) for power in range(TERMS)]
    return rows


BERNSTEIN = _bernstein()


def _isolate(intervals: Intervals, coefficients: Matrix, near: Floats) -> Isolated:
    """Halve polynomials until every piece is without a root, monotone or flat."""
    crossings, points = [], []
    for _ in range(MOST_HALVINGS):
        lowest, highest = coefficients.min(axis=1), coefficients.max(axis=1)
        may_vanish = (lowest <= near) & (highest >= -near)
        intervals, near = intervals.chosen(may_vanish), near[may_vanish]
        coefficients = coefficients[may_vanish]
        if len(near) == 0:
            break
        rises = np.diff(coefficients, axis=1)
        is_monotone = (rises >= 0).all(axis=1) | (rises <= 0).all(axis=1)
        is_flat = (highest - lowest)[may_vanish] <= FLAT
        crosses = coefficients[:, 0] * coefficients[:, -1] < 0
        is_crossing = is_monotone & crosses & ~is_flat
        crossings.append(intervals.chosen(is_crossing))
        is_open = ~(is_monotone | is_flat)
        points.append(_nearest_ends(intervals, coefficients, ~is_open & ~is_crossing))
        intervals, near = intervals.chosen(is_open).halves(), np.repeat(near[is_open], 2)
        coefficients = _halved(coefficients[is_open])
    points.append(intervals)
    return Isolated(_together(crossings), _together(points))


def _nearest_ends(intervals: Intervals, coefficients: Matrix, chosen: Booleans) -> Intervals:
    """The end of each chosen piece at which it is nearer to 0, as a point."""
    is_low = np.abs(coefficients[chosen, 0]) <= np.abs(coefficients[chosen, -1])
    at = intervals.chosen(chosen)
    x = np.where(is_low, at.low, at.high)
    return Intervals(at.series, x, x)


def _halved(coefficients: Matrix) -> Matrix:
    """Bernstein coefficients of both halves, by de Casteljau: exact averages, no matrix product."""
    halves = np.empty((len(coefficients), 2, TERMS))
    for step in range(TERMS):
        halves[:, 0, step] = coefficients[:, 0]
        halves[:, 1, TERMS - 1 - step] = coefficients[:, -1]
        coefficients = (coefficients[:, 1:] + coefficients[:, :-1]) / 2
    return halves.reshape(-1, TERMS)
