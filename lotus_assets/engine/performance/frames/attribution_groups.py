"""Groups of attribution: leaves by the values of their dimensions, numbered in order."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.formulas.contribution_levels import UNCLASSIFIED
from lotus_assets.engine.performance.formulas.segments import Integers
from lotus_assets.engine.performance.frames.node_keys import node_key

UNALLOCATED = "Unallocated"
Leaf = tuple[str, ...]


@dataclass(frozen=True)
class Groups:
    """Leaf groups of a call, ascending, so that a portfolio's order never depends on others.

    A code is a leaf's place in `leaves`; the last is `Unallocated` in every dimension, which no
    other may be called.
    """

    group_by: tuple[str, ...]
    leaves: tuple[Leaf, ...]

    @property
    def unallocated(self) -> int:
        """Code of what belongs to no instrument."""
        return len(self.leaves) - 1

    @cached_property
    def _places(self) -> dict[Leaf, int]:
        return {leaf: code for code, leaf in enumerate(self.leaves)}

    def codes(self, leaves: Iterable[Leaf]) -> Integers:
        """Code of every leaf."""
        return np.array([self._places[leaf] for leaf in leaves], np.int64)

    def parents(self, depth: int) -> tuple[Integers, list[str]]:
        """The node of every leaf at a level (1 is the top), and the nodes' keys as JSON."""
        heads = [leaf[:depth] for leaf in self.leaves]
        is_new = [one != other for one, other in zip(heads[1:], heads[:-1], strict=True)]
        numbers = list(accumulate(map(int, is_new), initial=0))
        firsts = [place for place, new in enumerate([True, *is_new]) if new]
        names = self.group_by[:depth]
        return np.array(numbers, np.int64), [node_key(names, heads[at]) for at in firsts]

    @property
    def keys(self) -> NDArray[np.object_]:
        """Keys of the leaves as JSON."""
        return np.array(self.parents(len(self.group_by))[1], dtype=object)


def groups_of(group_by: Sequence[str], leaves: Iterable[Leaf]) -> Groups:
    """The groups that occur. Raises ValueError for no dimension, or one that comes twice."""
    if not group_by or len(set(group_by)) < len(group_by):
        raise ValueError("group_by needs one dimension at least, and each once")
    unallocated = (UNALLOCATED,) * len(group_by)
    return Groups(tuple(group_by), (*sorted({*leaves} - {unallocated}), unallocated))


def leaves_of_parts(dimensions: pd.DataFrame) -> list[Leaf]:
    """Leaf of every part; a missing dimension is `Unclassified`."""
    named = dimensions.where(dimensions.notna(), UNCLASSIFIED)
    return list(named.itertuples(index=False, name=None))


def leaf_of_key(key: str, group_by: Sequence[str]) -> Leaf:
    """Leaf of a benchmark group's key (JSON of its dimensions)."""
    dimensions = json.loads(key)
    return tuple(dimensions.get(name) or UNCLASSIFIED for name in group_by)
