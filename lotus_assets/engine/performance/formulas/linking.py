"""Linking of returns over windows of rows: ∏(1 + r) - 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.received_decimals import LOW
from lotus_assets.engine.performance.formulas.segments import Floats, Integers, window_sums
from lotus_assets.engine.performance.formulas.statuses import Status

Statuses = NDArray[np.object_]
PARTS = 1e10
"""Returns that are received have ten digits after the point."""


@dataclass(frozen=True)
class Linked:
    """Linked return R of every window, NaN where its status says why.

    `row` is the row that decided the status (r = -1, r < -1 or undefined), -1 where none did.
    `growth` is ln(1 + R) as Σ ln(1 + r): near a total loss R itself has no digits left to take a
    logarithm of. It is -inf where R is -1, NaN where R is.
    """

    returns: Floats
    status: Statuses
    row: Integers
    growth: Floats


def log_growth(returns: Floats) -> Floats:
    """`log1p r`; -inf for r = -1, NaN for r < -1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        growth: Floats = np.log1p(returns)
        return growth


def received_growth(returns: Floats) -> Floats:
    """`ln(1 + r)` of returns that were received: near a total loss from their decimals."""
    growth = log_growth(returns)
    low = np.flatnonzero((returns < LOW) & (returns > -1.0))
    if len(low):
        kept = PARTS + np.rint(returns[low] * PARTS)
        is_decimal = (kept > 0) & ((kept - PARTS) / PARTS == returns[low])
        growth[low[is_decimal]] = np.log(kept[is_decimal] / PARTS)
    return growth


def special_rows(returns: Floats) -> Integers:
    """Rows whose return ends a chain: -1 or less, or undefined."""
    ordinary = returns > -1.0
    if ordinary.all():
        return np.empty(0, np.int64)
    return np.flatnonzero(~ordinary)


def link(
    returns: Floats, starts: Integers, stops: Integers, growth: Floats | None = None
) -> Linked:
    """`expm1(Σ log1p r)` of `returns[start:stop]` of every window; windows may overlap.

    The first return that is -1 (absorbing: -1 to the end), below -1 (`BROKEN_CHAIN`) or undefined
    (`UNDEFINED_RETURN`) decides. A window without rows is NaN, `NO_OBSERVATIONS`; one whose return
    is past float64 is `OVERFLOW`. `growth` is the rows' ln(1 + r) where the caller knows it better
    than `received_growth` does.
    """
    growth = received_growth(returns) if growth is None else growth
    return decide(window_sums(growth, starts, stops), returns, starts, stops)


def decide(sums: Floats, returns: Floats, starts: Integers, stops: Integers) -> Linked:
    """Windows' linked returns from Σ ln(1 + r), under the rules of what ends a chain."""
    growth = sums.copy()
    with np.errstate(over="ignore"):
        linked = np.expm1(sums)
    status = np.full(len(starts), Status.OK, dtype=object)
    row = np.full(len(starts), -1, np.int64)
    status[np.isposinf(linked)] = Status.OVERFLOW
    specials = special_rows(returns)
    if len(specials):
        position = np.searchsorted(specials, starts)
        first = np.append(specials, len(returns))[position]
        hit = np.flatnonzero(first < stops)
        row[hit] = first[hit]
        value = returns[first[hit]]
        linked[hit] = np.where(value == -1.0, -1.0, np.nan)
        growth[hit] = -np.inf
        status[hit] = Status.OK
        status[hit[value < -1.0]] = Status.BROKEN_CHAIN
        status[hit[np.isnan(value)]] = Status.UNDEFINED_RETURN
    empty = stops <= starts
    status[empty], row[empty] = Status.NO_OBSERVATIONS, -1
    unknown = status != Status.OK
    linked[unknown] = growth[unknown] = np.nan
    return Linked(linked, status, row, growth)
