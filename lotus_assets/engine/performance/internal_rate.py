"""Internal rates of return of many portfolios at once (analytics.md §3, "XIRR")."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.all_roots import TOLERANCE, FoundRoots, search
from lotus_assets.engine.performance.cash_flows import CashFlows, NettedFlows, netted
from lotus_assets.engine.performance.linking import Statuses
from lotus_assets.engine.performance.modified_dietz import modified_dietz
from lotus_assets.engine.performance.newton import solve
from lotus_assets.engine.performance.segments import Booleans, Floats, Integers, chunks
from lotus_assets.engine.performance.statuses import Reason, Status

CHUNK_FLOWS = 1_048_576
SHORT_PERIOD_DAYS = 365


@dataclass(frozen=True)
class InternalRates:
    """One value a portfolio. Rates are NaN where the status is `NO_SOLUTION`, which `reason` says.

    `residual` is `|Σ cf·e^(-xd/365)| ÷ Σ |cf|·e^(-xd/365)` at the rate. All annual rates of
    portfolio k are `roots[root_offsets[k]:root_offsets[k + 1]]`, ascending, and `log_roots` are
    their ln(1 + i), which tells rates near -1 apart. A period rate past float64 is infinite.
    """

    annual_rate: Floats
    period_rate: Floats
    status: Statuses
    reason: NDArray[np.object_]
    residual: Floats
    iterations: Integers
    is_short_period: Booleans
    roots: Floats
    log_roots: Floats
    root_offsets: Integers


def internal_rates(flows: CashFlows) -> InternalRates:
    """XIRR of every portfolio, each root verified by its residual.

    A safeguarded Newton solves all at once; one root is certified by a single change of sign or by
    Soper's condition, and only the rest are searched for all their roots. Source: Soper, "The
    Marginal Efficiency of Capital", Economic Journal 69 (1959).
    """
    offsets = flows.offsets + 2 * np.arange(flows.count + 1)
    parts = [_rates_of_chunk(flows, *chunk) for chunk in chunks(offsets, CHUNK_FLOWS)]
    return _joined(parts or [_rates_of_chunk(flows, 0, 0)])


def _rates_of_chunk(flows: CashFlows, first: int, last: int) -> InternalRates:
    series = netted(flows, first, last)
    days, end_mv = flows.days[first:last], flows.end_mv[first:last]
    solved = solve(series)
    reason = _reasons(series, end_mv)
    has_solution = reason == Reason.NONE
    searched = np.flatnonzero(has_solution & ~solved.is_unique)
    found = search(series, searched)
    x = np.where(has_solution, solved.x, np.nan)
    residual = np.where(has_solution, solved.residual, np.nan)
    x[searched], residual[searched] = np.nan, np.nan
    if len(found.series):
        chosen = _nearest(flows, first, found)
        x[found.series[chosen]] = found.x[chosen]
        residual[found.series[chosen]] = found.residual[chosen]
    unverified = has_solution & ~(residual <= TOLERANCE)
    reason[unverified], x[unverified], residual[unverified] = Reason.NO_ROOT, np.nan, np.nan
    status = np.full(len(x), Status.OK, dtype=object)
    status[reason != Reason.NONE] = Status.NO_SOLUTION
    counts = np.isfinite(x).astype(np.int64)
    counts[searched] = np.bincount(found.series, minlength=len(x))[searched]
    status[counts > 1] = Status.MULTIPLE_ROOTS
    every = np.repeat(x, counts)
    every[np.repeat(np.isin(np.arange(len(x)), searched), counts)] = found.x
    with np.errstate(over="ignore"):
        period_rate = np.expm1(x * days / 365.0)
    return InternalRates(
        annual_rate=np.expm1(x),
        period_rate=period_rate,
        status=status,
        reason=reason,
        residual=residual,
        iterations=solved.iterations,
        is_short_period=np.asarray(days < SHORT_PERIOD_DAYS),
        roots=np.expm1(every),
        log_roots=every,
        root_offsets=np.append(0, np.cumsum(counts)),
    )


def _reasons(series: NettedFlows, end_mv: Floats) -> NDArray[np.object_]:
    """The first reason that rules a solution out before any search."""
    received = np.append(0, np.cumsum(series.amounts > 0))[series.offsets]
    got = np.diff(received) > 0
    paid = np.diff(series.offsets) > np.diff(received)
    reason = np.full(len(end_mv), Reason.NONE, dtype=object)
    reason[~(paid & got)] = Reason.NO_SIGN_CHANGE
    reason[~(paid | got)] = Reason.DEGENERATE
    reason[paid & ~got & (end_mv == 0)] = Reason.TOTAL_LOSS
    return reason


def _nearest(flows: CashFlows, first: int, found: FoundRoots) -> Integers:
    """Of the roots of each series the one nearest to its Modified Dietz return, else to 0."""
    numbers = found.series
    dietz = modified_dietz(flows.chosen(np.unique(numbers) + first))
    usable = (dietz.average_capital > 0) & (dietz.period_return > -1.0)
    target = np.zeros(len(usable))
    days = flows.days[np.unique(numbers) + first]
    target[usable] = np.log1p(dietz.period_return[usable]) * 365.0 / days[usable]
    owner = np.unique(numbers, return_inverse=True)[1]
    order = np.lexsort((np.abs(found.x - target[owner]), numbers))
    is_first = np.append(True, numbers[order][1:] != numbers[order][:-1])
    chosen: Integers = order[is_first]
    return chosen


def _joined(parts: list[InternalRates]) -> InternalRates:
    counts = np.concatenate([np.diff(part.root_offsets) for part in parts])
    names = [name for name in InternalRates.__dataclass_fields__ if name != "root_offsets"]
    return InternalRates(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names},
        root_offsets=np.append(0, np.cumsum(counts)),
    )
