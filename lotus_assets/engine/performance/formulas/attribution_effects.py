"""Effects of single periods by Brinson and others.

One value a cell [slot, period]. Sources: Brinson, Hood and Beebower, "Determinants of Portfolio
Performance", Financial Analysts Journal 42 (1986); Brinson and Fachler, "Measuring Non-US Equity
Portfolio Performance", Journal of Portfolio Management 11 (1985).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from lotus_assets.engine.performance.formulas.cells import Cells
from lotus_assets.engine.performance.formulas.group_sides import Side
from lotus_assets.engine.performance.formulas.segments import Floats


class Model(StrEnum):
    """Whether allocation counts against the benchmark's return (BF) or against 0 (BHB)."""

    BF = "BF"
    BHB = "BHB"


@dataclass(frozen=True)
class SingleEffects:
    """Allocation by each model, selection and interaction of every slot and period."""

    allocation: Mapping[Model, Floats]
    selection: Floats
    interaction: Floats


@dataclass(frozen=True)
class Measured:
    """Returns of either side's groups, the benchmark's as a whole, and by how much more the
    portfolio's groups without net capital gained than the benchmark's."""

    portfolio: Floats
    benchmark: Floats
    total: Floats
    gained: Floats | None

    def less(self, other: "Measured") -> "Measured":
        """What is left of these returns without the others."""
        return Measured(
            self.portfolio - other.portfolio,
            self.benchmark - other.benchmark,
            self.total - other.total,
            None
            if self.gained is None
            else self.gained - (0.0 if other.gained is None else other.gained),
        )


@dataclass(frozen=True)
class SinglePeriods:
    """Both sides with weights that sum to 1 and every return filled in, and their totals."""

    cells: Cells
    portfolio: Side
    benchmark: Side
    portfolio_return: Floats
    benchmark_return: Floats

    @property
    def size(self) -> Floats:
        """What no effect of any group of a single period exceeds, summed over the groups."""
        one, other = self.portfolio, self.benchmark
        weight = np.abs(one.weight) + np.abs(other.weight)
        total = np.abs(self.benchmark_return)[self.cells.column]
        terms = weight * (np.abs(one.base) + np.abs(other.base) + total)
        for gain in (one.gain, other.gain):
            if gain is not None:
                terms += np.abs(gain)
        return self.cells.column_sums(terms)

    @property
    def returns(self) -> Measured:
        """What the effects are of: the base returns."""
        gained = _difference(self.portfolio.gain, self.benchmark.gain)
        return Measured(self.portfolio.base, self.benchmark.base, self.benchmark_return, gained)

    @property
    def local_returns(self) -> Measured | None:
        """The returns in local currencies, where both sides have them."""
        portfolio, benchmark = self.portfolio, self.benchmark
        if portfolio.local is None or benchmark.local is None:
            return None
        total = _total(self.cells, benchmark.weight, benchmark.local, benchmark.local_gain)
        gained = _difference(portfolio.local_gain, benchmark.local_gain)
        return Measured(portfolio.local, benchmark.local, total, gained)


def _difference(one: Floats | None, other: Floats | None) -> Floats | None:
    if other is None:
        return one
    return -other if one is None else one - other


def completed(cells: Cells, portfolio: Side, benchmark: Side) -> SinglePeriods:
    """Divide weights by their sum; give absent groups the return that makes no effect of theirs.

    A return supplied for weight 0 is used; else a group absent from the benchmark has
    r_B := R_B, one absent from the portfolio r_P := r_B; local returns alike. A group without net
    capital is absent, but what it gained is in its side's return.
    """
    weight_p = portfolio.weight / cells.column_sums(portfolio.weight)[cells.column]
    weight_b = benchmark.weight / cells.column_sums(benchmark.weight)[cells.column]
    base_b = _with_total(cells, weight_b, benchmark.base, benchmark.gain)
    base_p = np.where(np.isnan(portfolio.base), base_b, portfolio.base)
    local_p = local_b = None
    if portfolio.local is not None and benchmark.local is not None:
        local = _local(benchmark.local, benchmark.base)
        local_b = _with_total(cells, weight_b, local, benchmark.local_gain)
        given = _local(portfolio.local, portfolio.base)
        local_p = np.where(np.isnan(given), local_b, given)
    return SinglePeriods(
        cells,
        replace(portfolio, weight=weight_p, base=base_p, local=local_p),
        replace(benchmark, weight=weight_b, base=base_b, local=local_b),
        _total(cells, weight_p, base_p, portfolio.gain),
        _total(cells, weight_b, base_b, benchmark.gain),
    )


def _total(cells: Cells, weight: Floats, returns: Floats, gain: Floats | None) -> Floats:
    total = cells.column_sums(weight * returns)
    return total if gain is None else total + cells.column_sums(gain)


def _with_total(cells: Cells, weight: Floats, returns: Floats, gain: Floats | None) -> Floats:
    """Returns, the whole side's where none is supplied (its weight is 0)."""
    absent = np.isnan(returns)
    if not absent.any():
        return returns
    known = np.where(absent, 0.0, returns)
    total = _total(cells, weight, known, gain)
    return np.where(absent, total[cells.column], known)


def _local(local: Floats, base: Floats) -> Floats:
    """Local returns; a group given without one is taken to be in the base currency."""
    return np.where(np.isnan(local), base, local)


def single_effects(
    cells: Cells,
    weight_p: Floats,
    weight_b: Floats,
    returns: Measured,
    models: Sequence[Model],
) -> SingleEffects:
    """`BF`: (w_P - w_B)(r_B - R_B), w_B(r_P - r_B), (w_P - w_B)(r_P - r_B); `BHB`: without R_B.

    What groups without net capital gained is in selection.
    """
    tilt = weight_p - weight_b
    pick = returns.portfolio - returns.benchmark
    against = {Model.BHB: returns.benchmark}
    if Model.BF in models:
        against[Model.BF] = returns.benchmark - returns.total[cells.column]
    allocation = {model: tilt * against[model] for model in models}
    selection = weight_b * pick
    if returns.gained is not None:
        selection += returns.gained
    return SingleEffects(allocation, selection, tilt * pick)
