"""Effects of single periods by Brinson and others.

One value a cell [slot, period]. Sources: Brinson, Hood and Beebower, "Determinants of Portfolio
Performance", Financial Analysts Journal 42 (1986); Brinson and Fachler, "Measuring Non-US Equity
Portfolio Performance", Journal of Portfolio Management 11 (1985).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
class SinglePeriods:
    """Both sides with weights that sum to 1 and every return filled in, and their totals."""

    cells: Cells
    portfolio: Side
    benchmark: Side
    portfolio_return: Floats
    benchmark_return: Floats


def completed(cells: Cells, portfolio: Side, benchmark: Side) -> SinglePeriods:
    """Divide weights by their sum; give absent groups the return that makes no effect of theirs.

    A return supplied for weight 0 is used; else a group absent from the benchmark has
    r_B := R_B, one absent from the portfolio r_P := r_B; local returns alike.
    """
    weight_p = portfolio.weight / cells.column_sums(portfolio.weight)[cells.column]
    weight_b = benchmark.weight / cells.column_sums(benchmark.weight)[cells.column]
    base_b = _with_total(cells, weight_b, benchmark.base)
    base_p = np.where(np.isnan(portfolio.base), base_b, portfolio.base)
    local_p = local_b = None
    if portfolio.local is not None and benchmark.local is not None:
        local_b = _with_total(cells, weight_b, _local(benchmark.local, benchmark.base))
        given = _local(portfolio.local, portfolio.base)
        local_p = np.where(np.isnan(given), local_b, given)
    return SinglePeriods(
        cells,
        Side(weight_p, base_p, local_p),
        Side(weight_b, base_b, local_b),
        cells.column_sums(weight_p * base_p),
        cells.column_sums(weight_b * base_b),
    )


def _with_total(cells: Cells, weight: Floats, returns: Floats) -> Floats:
    """Returns, the whole side's where none is supplied (its weight is 0)."""
    absent = np.isnan(returns)
    if not absent.any():
        return returns
    known = np.where(absent, 0.0, returns)
    total = cells.column_sums(weight * known)
    return np.where(absent, total[cells.column], known)


def _local(local: Floats, base: Floats) -> Floats:
    """Local returns; a group given without one is taken to be in the base currency."""
    return np.where(np.isnan(local), base, local)


def single_effects(
    cells: Cells,
    weight_p: Floats,
    weight_b: Floats,
    return_p: Floats,
    return_b: Floats,
    models: Sequence[Model],
) -> SingleEffects:
    """`BF`: (w_P - w_B)(r_B - R_B), w_B(r_P - r_B), (w_P - w_B)(r_P - r_B); `BHB`: without R_B."""
    tilt = weight_p - weight_b
    pick = return_p - return_b
    against = {Model.BHB: return_b}
    if Model.BF in models:
        against[Model.BF] = return_b - cells.column_sums(weight_b * return_b)[cells.column]
    allocation = {model: tilt * against[model] for model in models}
    return SingleEffects(allocation, weight_b * pick, tilt * pick)
