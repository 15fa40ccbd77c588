"""Internal rates of return of many portfolios at once: XIRR."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.all_roots import TOLERANCE, FoundRoots, search
from lotus_assets.engine.performance.formulas.cash_flows import CashFlows, NettedFlows, netted
from lotus_assets.engine.performance.formulas.linking import Statuses
from lotus_assets.engine.performance.formulas.modified_dietz import modified_dietz
from lotus_assets.engine.performance.formulas.newton import solve
from lotus_assets.engine.performance.formulas.segments import (
    Booleans,
    Floats,
    Integers,
    chunks,
    segment_sums,
)
from lotus_assets.engine.performance.formulas.statuses import Reason, Status

CHUNK_FLOWS = 262_144
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
    first_pass = _FirstPass.empty(flows.count)
    searched: list[FoundRoots] = []
    waiting: list[tuple[Integers, NettedFlows]] = []
    offsets = flows.offsets + 2 * np.arange(flows.count + 1)
    for first, last in chunks(offsets, CHUNK_FLOWS):
        series = netted(flows, first, last)
        doubtful = first_pass.take(series, flows.end_mv[first:last], first)
        waiting.append((doubtful + first, series.chosen(doubtful)))
        # One search for many series costs little more than for one.
        if sum(len(some.amounts) for _, some in waiting) > CHUNK_FLOWS or last == flows.count:
            searched.append(_search(waiting))
            waiting = []
    return _rates(flows, first_pass, searched)


@dataclass(frozen=True)
class _FirstPass:
    """What Newton and the reasons say of every portfolio, before any search for all roots."""

    x: Floats
    residual: Floats
    reason: NDArray[np.object_]
    iterations: Integers

    @classmethod
    def empty(cls, count: int) -> "_FirstPass":
        reason = np.full(count, Reason.NONE, dtype=object)
        return cls(np.full(count, np.nan), np.full(count, np.nan), reason, np.zeros(count, int))

    def take(self, series: NettedFlows, end_mv: Floats, first: int) -> Integers:
        """Solve a chunk from portfolio `first` on; gives its series whose root may not be alone."""
        chunk = slice(first, first + len(end_mv))
        solved = solve(series)
        certain = solved.is_sought & solved.is_unique
        self.x[chunk] = np.where(certain, solved.x, np.nan)
        self.residual[chunk] = np.where(certain, solved.residual, np.nan)
        self.iterations[chunk] = solved.iterations
        hopeless = np.flatnonzero(~solved.is_sought)
        self.reason[first + hopeless] = _reasons(series.chosen(hopeless), end_mv[hopeless])
        return np.flatnonzero(solved.is_sought & ~solved.is_unique)


def _search(waiting: list[tuple[Integers, NettedFlows]]) -> FoundRoots:
    """All roots of the series that wait, under their portfolios' numbers."""
    numbers = np.concatenate([some for some, _ in waiting])
    counts = np.concatenate([np.diff(series.offsets) for _, series in waiting])
    together = NettedFlows(
        np.concatenate([series.amounts for _, series in waiting]),
        np.concatenate([series.years for _, series in waiting]),
        np.append(0, np.cumsum(counts)),
    )
    searched = search(together, np.arange(len(numbers)))
    return FoundRoots(numbers[searched.series], searched.x, searched.residual)


def _rates(flows: CashFlows, first_pass: _FirstPass, parts: list[FoundRoots]) -> InternalRates:
    x, residual, reason = first_pass.x, first_pass.residual, first_pass.reason
    series = np.concatenate([np.empty(0, np.int64), *(part.series for part in parts)])
    found_x = np.concatenate([np.empty(0), *(part.x for part in parts)])
    chosen = _nearest(flows, series, found_x)
    x[series[chosen]] = found_x[chosen]
    found_residual = np.concatenate([np.empty(0), *(part.residual for part in parts)])
    residual[series[chosen]] = found_residual[chosen]
    unverified = np.flatnonzero(~(residual <= TOLERANCE))
    x[unverified], residual[unverified] = np.nan, np.nan
    reason[unverified[reason[unverified] == Reason.NONE]] = Reason.NO_ROOT
    status = np.full(flows.count, Status.OK, dtype=object)
    status[unverified] = Status.NO_SOLUTION
    several = np.bincount(series, minlength=flows.count)
    status[several > 1] = Status.MULTIPLE_ROOTS
    counts = np.where(several > 0, several, np.isfinite(x))
    every = np.repeat(x, counts)
    every[np.repeat(several > 0, counts)] = found_x
    with np.errstate(over="ignore"):
        period_rate = np.expm1(x * flows.days / 365.0)
    return InternalRates(
        annual_rate=np.expm1(x),
        period_rate=period_rate,
        status=status,
        reason=reason,
        residual=residual,
        iterations=first_pass.iterations,
        is_short_period=np.asarray(flows.days < SHORT_PERIOD_DAYS),
        roots=np.expm1(every),
        log_roots=every,
        root_offsets=np.append(0, np.cumsum(counts)),
    )


def _reasons(series: NettedFlows, end_mv: Floats) -> NDArray[np.object_]:
    """What rules a solution out before any search, of series without flows of both signs."""
    got = segment_sums((series.amounts > 0).astype(np.float64), series.offsets) > 0
    paid = ~got & (np.diff(series.offsets) > 0)
    reason = np.full(len(end_mv), Reason.NO_SIGN_CHANGE, dtype=object)
    reason[~(paid | got)] = Reason.DEGENERATE
    reason[paid & (end_mv == 0)] = Reason.TOTAL_LOSS
    return reason


def _nearest(flows: CashFlows, series: Integers, x: Floats) -> Integers:
    """Of the roots of each series the one nearest to its Modified Dietz return, else to 0."""
    numbers, of_series = np.unique(series, return_inverse=True)
    dietz = modified_dietz(flows.chosen(numbers))
    usable = (dietz.average_capital > 0) & (dietz.period_return > -1.0)
    target = np.zeros(len(usable))
    target[usable] = dietz.growth[usable] * 365.0 / flows.days[numbers[usable]]
    order = np.lexsort((np.abs(x - target[of_series]), series))
    ordered = series[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    chosen: Integers = order[is_first]
    return chosen
