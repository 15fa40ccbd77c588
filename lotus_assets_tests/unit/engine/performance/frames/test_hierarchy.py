"""Hierarchies: leaves in order, their nodes level by level, and how both are named."""

import numpy as np
import pandas as pd

from lotus_assets.engine.performance.frames.hierarchy import (
    Leaf,
    hierarchy_of,
    leaves_of_parts,
)

DIMENSIONS = ("asset_class", "land")
LEAVES: list[Leaf] = [("Equity", "Österreich"), ("Bond", "Österreich"), ("Equity", "NL")]


def test_leaves_ascend_and_share_the_nodes_above_them() -> None:
    hierarchy = hierarchy_of(DIMENSIONS, [*LEAVES, *LEAVES])
    assert hierarchy.leaves == (LEAVES[1], LEAVES[2], LEAVES[0])
    assert hierarchy.codes(LEAVES).tolist() == [2, 0, 1]
    assert hierarchy.levels.tolist() == [[0, 1, 1], [0, 1, 2]]


def test_a_key_ends_at_the_level_of_its_node() -> None:
    hierarchy = hierarchy_of(DIMENSIONS, LEAVES)
    levels, nodes = np.array([2, 1, 2, 1]), np.array([2, 1, 0, 1])
    assert list(hierarchy.node_keys(levels, nodes)) == [
        '{"asset_class": "Equity", "land": "Österreich"}',
        '{"asset_class": "Equity"}',
        '{"asset_class": "Bond", "land": "Österreich"}',
        '{"asset_class": "Equity"}',
    ]
    assert list(hierarchy.keys) == list(hierarchy.node_keys(np.full(3, 2), np.arange(3)))


def test_a_missing_dimension_is_unclassified() -> None:
    parts = pd.DataFrame({"0": ["Equity", None], "1": [None, "NL"]}, dtype=object)
    assert leaves_of_parts(parts) == [("Equity", "Unclassified"), ("Unclassified", "NL")]


def test_no_leaves_have_no_nodes() -> None:
    hierarchy = hierarchy_of(DIMENSIONS, [])
    assert hierarchy.levels.shape == (2, 0)
    assert len(hierarchy.node_keys(np.empty(0, np.int64), np.empty(0, np.int64))) == 0
