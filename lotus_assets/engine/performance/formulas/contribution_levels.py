"""Contributions by hierarchy: each parent is the sum of its children."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.formulas.columns import Columns, frame_of, taken
from lotus_assets.engine.performance.formulas.segments import Floats, Integers

SUMMED = ("contribution", "average_weight")


def contribution_levels(positions: pd.DataFrame, leaf: Integers, levels: Integers) -> pd.DataFrame:
    """One row a node of the hierarchy, for every variant, portfolio and period, in this order.

    `positions` is that of `Contributions`; `leaf` gives the group of every position number, and
    `levels` [level, group] the node of every group, from the top; on the last each is its own.
    Columns: variant, portfolio, period, level (1 is the top), group (the node's code),
    contribution, average_weight.
    """
    parts: list[Columns] = []
    row = np.arange(len(positions))
    code = leaf[positions["position"].to_numpy(np.int64)]
    window = positions["window"].to_numpy(np.int64)
    block = positions["variant"].to_numpy(np.int64) * (window.max(initial=0) + 1) + window
    sums: dict[str, Floats] = {name: positions[name].to_numpy(np.float64) for name in SUMMED}
    for level in range(len(levels), 0, -1):
        # Summed from the level below, so that a parent is the sum of the children shown.
        node = levels[level - 1, code]
        cells = block[row] * (node.max(initial=0) + 1) + node
        _, first, number = np.unique(cells, return_index=True, return_inverse=True)
        sums = {
            name: np.asarray(np.bincount(number, sums[name], len(first)), np.float64)
            for name in SUMMED
        }
        row, code = row[first], code[first]
        parts.append({"row": row, "level": np.full(len(row), level), "group": node[first], **sums})
    nodes = frame_of(parts)
    if nodes.empty:
        return nodes
    rows = nodes.pop("row").to_numpy()
    keys = taken(positions[["variant", "portfolio", "period"]], rows)
    order = np.lexsort((nodes["group"], nodes["level"], block[rows]))
    return taken(pd.concat([keys, nodes], axis=1), order)
