"""Groups of attribution: a hierarchy's leaves, and what belongs to no instrument."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lotus_assets.engine.performance.frames.hierarchy import UNCLASSIFIED, Hierarchy, Leaf

UNALLOCATED = "Unallocated"


@dataclass(frozen=True)
class Groups(Hierarchy):
    """Leaf groups of a call; the last is `Unallocated` in every dimension, as no other may be."""

    @property
    def unallocated(self) -> int:
        """Code of what belongs to no instrument."""
        return len(self.leaves) - 1


def groups_of(group_by: Sequence[str], leaves: Iterable[Leaf]) -> Groups:
    """The groups that occur. Raises ValueError for no dimension, or one that comes twice."""
    if not group_by or len(set(group_by)) < len(group_by):
        raise ValueError("group_by needs one dimension at least, and each once")
    unallocated = (UNALLOCATED,) * len(group_by)
    return Groups(tuple(group_by), (*sorted({*leaves} - {unallocated}), unallocated))


def leaf_of_key(key: str, group_by: Sequence[str]) -> Leaf:
    """Leaf of a benchmark group's key (JSON of its dimensions)."""
    dimensions = json.loads(key)
    return tuple(dimensions.get(name) or UNCLASSIFIED for name in group_by)
