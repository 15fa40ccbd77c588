"""Linking of returns over windows of rows: ∏(1 + r) - 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.segments import Floats, Integers, window_sums
from lotus_assets.engine.performance.formulas.statuses import Status

Statuses = NDArray[np.object_]


@dataclass(frozen=True)
class Linked:
    """Linked return of every window, NaN where its status says why.

    `row` is the row that decided the status (r = -1, r < -1 or undefined), -1 where none did.
    """

    returns: Floats
    status: Statuses
    row: Integers


def log_growth(returns: Floats) -> Floats:
    """`log1p r`; -inf for r = -1, NaN for r < -1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log1p(returns)


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
    (`UNDEFINED_RETURN`) decides. A window without rows is NaN, `NO_OBSERVATIONS`. `growth` may
    hold `log_growth(returns)` where the caller has it already.
    """
    growth = log_growth(returns) if growth is None else growth
    sums = window_sums(growth, starts, stops)
    return decide(np.expm1(sums), returns, starts, stops)


def decide(linked: Floats, returns: Floats, starts: Integers, stops: Integers) -> Linked:
    """Windows' linked returns under the rules of -1, below -1, undefined and empty."""
    linked = linked.copy()
    status = np.full(len(starts), Status.OK, dtype=object)
    row = np.full(len(starts), -1, np.int64)
    specials = special_rows(returns)
    if len(specials):
        position = np.searchsorted(specials, starts)
        first = np.append(specials, len(returns))[position]
        hit = np.flatnonzero(first < stops)
        row[hit] = first[hit]
        value = returns[first[hit]]
        linked[hit] = np.where(value == -1.0, -1.0, np.nan)
        status[hit[value < -1.0]] = Status.BROKEN_CHAIN
        status[hit[np.isnan(value)]] = Status.UNDEFINED_RETURN
    empty = stops <= starts
    linked[empty], status[empty], row[empty] = np.nan, Status.NO_OBSERVATIONS, -1
    return Linked(linked, status, row)
