"""Levels above the groups: sums of their groups, allocation split (analytics.md §3)."""

from collections.abc import Mapping

import numpy as np

from lotus_assets.engine.performance.formulas.columns import Columns
from lotus_assets.engine.performance.formulas.group_sides import NumberArray
from lotus_assets.engine.performance.formulas.linked_periods import LinkedPeriods
from lotus_assets.engine.performance.formulas.segments import Integers

NO_WEIGHT = 1e-15


def level_rows(
    linked: LinkedPeriods,
    parent: Integers,
    name: str,
    sums: Mapping[str, NumberArray],
    against_total: bool,
) -> Columns:
    """Rows of one level: effects of its groups summed; allocation between and within.

    `parent[g]` is the code of group g's parent. `between` is (w_P - w_B)(r_B - R_B) on the level's
    own weights and returns, linked alike (BHB: without R_B); `within` is the rest.
    """
    groups, slot = _parent_slots(linked.laid.groups, parent)
    columns = {effect: _gathered(matrix, slot, groups.shape[1]) for effect, matrix in sums.items()}
    between = linked.sums(_between(linked, slot, groups.shape[1], against_total))
    ordered = {
        "allocation": columns["allocation"],
        "between": between,
        "within": columns["allocation"] - between,
        "selection": columns["selection"],
        "interaction": columns["interaction"],
        "total": columns["total"],
    }
    rows = linked.rows(groups, ordered)
    return {"level": np.full(len(rows["group"]), name, dtype=object), **rows}


def _parent_slots(groups: Integers, parent: Integers) -> tuple[Integers, Integers]:
    """Codes of each portfolio's parents by parent slot, and the parent slot of its slots."""
    codes = np.where(groups >= 0, np.asarray(parent)[groups], -1)
    used = np.zeros((len(groups), int(np.max(parent, initial=-1)) + 1), bool)
    owner, place = np.nonzero(groups >= 0)
    used[owner, codes[owner, place]] = True
    rank = np.cumsum(used, axis=1) - 1
    parents = np.full((len(groups), int(used.sum(axis=1).max(initial=0))), -1, np.int64)
    holder, code = np.nonzero(used)
    parents[holder, rank[holder, code]] = code
    slot = np.full(groups.shape, -1, np.int64)
    slot[owner, place] = rank[owner, codes[owner, place]]
    return parents, slot


def _gathered(matrix: NumberArray, slot: Integers, count: int) -> NumberArray:
    """Sums by parent slot of a matrix [slot, column]; `slot[column, slot]`, -1 for unused."""
    gathered = np.zeros((count, matrix.shape[1]))
    columns = np.arange(matrix.shape[1])
    for place in range(len(matrix)):
        used = slot[:, place] >= 0
        gathered[slot[used, place], columns[used]] += matrix[place, used]
    return gathered


def _between(linked: LinkedPeriods, slot: Integers, count: int, against_total: bool) -> NumberArray:
    single = linked.single
    lengths = np.diff(linked.pieces.offsets)
    of_period = np.repeat(slot, lengths, axis=0)
    weight_p = _gathered(single.portfolio.weight, of_period, count)
    weight_b = _gathered(single.benchmark.weight, of_period, count)
    product = _gathered(single.benchmark.weight * single.benchmark.base, of_period, count)
    total = single.benchmark_return
    empty = np.abs(weight_b) <= NO_WEIGHT
    returns = np.where(empty, total, product / np.where(empty, 1.0, weight_b))
    return (weight_p - weight_b) * (returns - total if against_total else returns)
