"""Contributions by hierarchy: each parent is the sum of its children (analytics.md §3)."""

from collections.abc import Sequence

import pandas as pd

from lotus_assets.engine.performance.formulas.columns import summed

UNCLASSIFIED = "Unclassified"
SUMMED = ["contribution", "average_weight"]


def contribution_levels(
    positions: pd.DataFrame, dimensions: pd.DataFrame, hierarchy: Sequence[str]
) -> pd.DataFrame:
    """One row a node of the hierarchy, for every portfolio and period.

    `positions` is that of `Contributions`; `dimensions` has one row a position number (its index)
    and the hierarchy's columns; a missing value is `Unclassified`. Columns: portfolio, period,
    level (1 is the top), the hierarchy's columns (None below the level), contribution,
    average_weight. Raises ValueError for a dimension that is not there.
    """
    absent = [name for name in hierarchy if name not in dimensions.columns]
    if absent:
        raise ValueError(f"unknown dimensions {absent}: the positions have {[*dimensions.columns]}")
    named = dimensions[list(hierarchy)].astype(object)
    named = named.where(named.notna(), UNCLASSIFIED)
    rows = positions.join(named, on="position")
    levels = []
    for depth in range(len(hierarchy), 0, -1):
        keys = ["portfolio", "period", *hierarchy[:depth]]
        # Summed from the level below, so that a parent is the sum of the children shown.
        rows = summed(rows, keys, SUMMED)
        shown = rows.assign(**dict.fromkeys(hierarchy[depth:]))
        shown.insert(2, "level", depth)
        levels.append(shown[["portfolio", "period", "level", *hierarchy, *SUMMED]])
    return pd.concat(levels[::-1], ignore_index=True) if levels else pd.DataFrame()
