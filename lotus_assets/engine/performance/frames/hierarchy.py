"""Hierarchies of groups: leaves by the values of their dimensions, numbered in order, and nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.columns import labels
from lotus_assets.engine.performance.formulas.segments import Integers
from lotus_assets.engine.performance.frames.node_keys import node_key

UNCLASSIFIED = "Unclassified"
Leaf = tuple[str, ...]


@dataclass(frozen=True)
class Hierarchy:
    """Groups of a call by their dimensions, the outermost first.

    A code is a leaf's number in `leaves`, which ascend: a portfolio's order depends on no other.
    """

    dimensions: tuple[str, ...]
    leaves: tuple[Leaf, ...]

    @cached_property
    def _codes(self) -> dict[Leaf, int]:
        return {leaf: code for code, leaf in enumerate(self.leaves)}

    def codes(self, leaves: Iterable[Leaf]) -> Integers:
        """Code of every leaf."""
        return np.array([self._codes[leaf] for leaf in leaves], np.int64)

    @cached_property
    def _nodes(self) -> list[tuple[list[int], list[str]]]:
        return [self._level(depth) for depth in range(1, len(self.dimensions) + 1)]

    def _level(self, depth: int) -> tuple[list[int], list[str]]:
        """The node of every leaf at a level (1 is the top), and the nodes' keys as JSON."""
        nodes: dict[Leaf, int] = {}
        numbers = [nodes.setdefault(leaf[:depth], len(nodes)) for leaf in self.leaves]
        return numbers, [node_key(self.dimensions[:depth], node) for node in nodes]

    @property
    def levels(self) -> Integers:
        """Node [level, leaf] of every leaf at every level, from the top."""
        numbers = [numbers for numbers, _ in self._nodes]
        return np.array(numbers, np.int64).reshape(len(self.dimensions), len(self.leaves))

    @property
    def keys(self) -> NDArray[np.object_]:
        """Keys of the leaves as JSON."""
        return np.array(self._nodes[-1][1], dtype=object)

    def node_keys(self, level: Integers, node: Integers) -> Any:
        """Key of every node, by its level and its number there, as a column of text."""
        keys = [keys for _, keys in self._nodes]
        firsts = np.append(0, np.cumsum([len(of_level) for of_level in keys]))
        return labels(list(chain.from_iterable(keys)), firsts[level - 1] + node)


def leaves_of_parts(dimensions: pd.DataFrame) -> list[Leaf]:
    """Leaf of every part; a missing dimension is `Unclassified`."""
    named = dimensions.where(dimensions.notna(), UNCLASSIFIED)
    return list(named.itertuples(index=False, name=None))


def hierarchy_of(dimensions: Sequence[str], leaves: Iterable[Leaf]) -> Hierarchy:
    """The hierarchy of the leaves that occur."""
    return Hierarchy(tuple(dimensions), tuple(sorted({*leaves})))
