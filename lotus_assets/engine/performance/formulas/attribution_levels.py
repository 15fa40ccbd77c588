"""Levels above the groups: sums of their groups, with allocation between and within them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.cells import Cells, distinct
from lotus_assets.engine.performance.formulas.group_sides import NumberArray
from lotus_assets.engine.performance.formulas.identities import NO_CAPITAL
from lotus_assets.engine.performance.formulas.linked_periods import LinkedPeriods
from lotus_assets.engine.performance.formulas.segments import Floats, Integers


@dataclass(frozen=True)
class Nodes:
    """Nodes of the hierarchy of some portfolios, level by level, and the slots that they sum.

    `level` and `group` [portfolio, node]: the level from 1 (the top) and the node's code in it, -1
    for a node that the portfolio does not use. `slot` [level, portfolio, slot] is the node of each
    slot; unused slots are in a node past the last.
    """

    level: Integers
    group: Integers
    slot: Integers

    @property
    def count(self) -> int:
        """Nodes that a portfolio may use."""
        return int(self.group.shape[1])

    def cells(self, portfolio: Integers) -> Integers:
        """Cell [level, slot, column] that each slot adds to, for the portfolio of every column."""
        columns = len(portfolio)
        return self.slot[:, portfolio].transpose(0, 2, 1) * columns + np.arange(columns)

    def sums(self, matrix: NumberArray, cells: Integers) -> NumberArray:
        """Sums [node, column] of a matrix [slot, column], added slot by slot."""
        shape = (self.count + 1, cells.shape[2])
        terms = np.broadcast_to(matrix, cells.shape).ravel()
        sums = np.asarray(np.bincount(cells.ravel(), terms, shape[0] * shape[1]), np.float64)
        return sums.reshape(shape)[:-1]


def nodes_of(groups: Integers, levels: Integers) -> Nodes:
    """Nodes of portfolios whose slots hold these groups (-1: unused), by the groups' parents."""
    shifts = np.append(0, np.cumsum(levels.max(axis=1, initial=-1) + 1))
    parents = levels + shifts[:-1, None]
    portfolio, slot = np.nonzero(groups >= 0)
    codes = parents[:, groups[portfolio, slot]]
    is_used = np.zeros((len(groups), shifts[-1]), bool)
    is_used[portfolio, codes] = True
    rank = np.cumsum(is_used, axis=1) - 1
    count = int(is_used.sum(axis=1).max(initial=0))
    node = np.full((len(levels), *groups.shape), count, np.int64)
    node[:, portfolio, slot] = rank[portfolio, codes]
    portfolio, code = np.nonzero(is_used)
    level = np.searchsorted(shifts, code, side="right")
    of_nodes = np.full((2, len(groups), count), -1, np.int64)
    of_nodes[:, portfolio, rank[portfolio, code]] = level, code - shifts[level - 1]
    return Nodes(of_nodes[0], of_nodes[1], node)


def between(
    linked: LinkedPeriods, nodes: Nodes, models: Sequence[Model]
) -> tuple[Cells, dict[Model, Floats]]:
    """`(w_P - w_B)(r_B - R_B)` on every node's own weights and returns; BHB: without R_B.

    0 for a node whose groups have no net weight in the benchmark. Cells [node, single period],
    and a value each by model.
    """
    single = linked.single
    cells, places = _cells_of_nodes(single.cells, nodes, linked.portfolio)

    def sums(values: Floats) -> Floats:
        """Values of the groups' cells summed by node, group by group."""
        terms = np.tile(values, len(nodes.slot))
        return np.asarray(np.bincount(places, terms, len(cells.slot)), np.float64)

    weight_p, weight_b = sums(single.portfolio.weight), sums(single.benchmark.weight)
    product = sums(single.benchmark.weight * single.benchmark.base)
    gross = sums(np.abs(single.benchmark.weight))
    total = single.benchmark_return[cells.column]
    is_empty = np.abs(weight_b) <= NO_CAPITAL * gross
    returns = product / np.where(is_empty, 1.0, weight_b)
    tilt = np.where(is_empty, 0.0, weight_p - weight_b)
    return cells, {
        model: tilt * (returns - total if model is Model.BF else returns) for model in models
    }


def _cells_of_nodes(cells: Cells, nodes: Nodes, portfolio: Integers) -> tuple[Cells, Integers]:
    """Cells [node, column] that hold a group's, and of every level's groups' cells the place."""
    shape = (nodes.count, cells.shape[1])
    node = nodes.slot[:, portfolio[cells.column], cells.slot]
    keys, places = distinct((node * shape[1] + cells.column).ravel(), shape[0] * shape[1])
    return Cells.of_keys(keys, shape), places
