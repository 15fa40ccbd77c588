"""Ancestry among commits: which commit contains which, for many questions at once.

Walks go commit by commit over plain integers: a linear history of 100,000 commits has 100,000
frontier levels, and array operations level by level took 2.9 s where this walk takes 0.17 s.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.json_lists import exploded, parsed_lists

TARGETS_A_SWEEP = 2048
UNKNOWN = -1


class CommitGraph:
    """The graph of `raw_commit`'s `commit_id` and `parent_ids` (JSON text or lists).

    One graph serves all projects: a SHA names its content, so forks agree on a commit's parents.
    A commit that rows mention only as a parent, or whose `parent_ids` is NULL, is known to exist
    but its ancestry is not; so is a commit on a cycle, which git cannot make. Nodes are numbered
    so that parents come before children and one project's commits lie together.
    """

    def __init__(self, commit_ids: Iterable[str], parent_ids: Iterable[Any]) -> None:
        """Number the commits; raises ValueError where the columns differ in length."""
        lists = parsed_lists(parent_ids)
        rows = np.asarray(list(commit_ids), dtype=object)
        if len(rows) != len(lists):
            raise ValueError(f"{len(rows)} commits but {len(lists)} lists of parents")
        _, parents = exploded(lists)
        codes, ids = pd.factorize(np.concatenate([rows, parents]))
        listed = _parents_by_code(codes, lists, len(ids))
        order, generation, is_complete = _topological_walk(listed)
        node = np.empty(len(ids), dtype=np.int64)
        node[order] = np.arange(len(ids))
        placed = node.tolist()
        self._ids: NDArray[np.object_] = np.asarray(ids, dtype=object)[order]
        self._index = pd.Index(self._ids, dtype=object)
        self._parents = [[placed[parent] for parent in listed[code] or ()] for code in order]
        for cyclic in np.flatnonzero(generation[order] == 0):
            self._parents[cyclic] = []
        self._generation = generation[order]
        self._is_complete = is_complete[order]
        self._rows = node[codes[: len(rows)]]
        is_known = np.zeros(len(ids), dtype=bool)
        is_known[self._rows] = True
        self._is_known = is_known

    def is_known(self, commit_ids: Iterable[str | None]) -> NDArray[np.bool_]:
        """Whether each commit is a row of the graph, not a mere parent or a stranger."""
        nodes = self._nodes(commit_ids)
        return np.append(self._is_known, False)[nodes]

    def has_whole_ancestry(self, commit_ids: Iterable[str | None]) -> NDArray[np.bool_]:
        """Whether each commit and all that it descends from are known."""
        return np.append(self._is_complete, False)[self._nodes(commit_ids)]

    def generations(self, commit_ids: Iterable[str | None]) -> NDArray[np.int64]:
        """Length of the longest known path to each commit from a root, roots 1; unknown 0."""
        return np.append(self._generation, 0)[self._nodes(commit_ids)]

    def is_ancestor(
        self,
        older: Iterable[str | None],
        newer: Iterable[str | None],
        *,
        is_strict: bool = False,
    ) -> pd.arrays.BooleanArray:
        """Whether each `newer` is (unless `is_strict`) or descends from its `older`.

        NULL where it cannot be told: a NULL id, or `older` was not found and the ancestry of
        `newer` is not wholly known. An `older` that nobody knows is no ancestor of a commit whose
        whole ancestry is known.
        """
        old_ids, new_ids = _objects(older), _objects(newer)
        if len(old_ids) != len(new_ids):
            raise ValueError(f"{len(old_ids)} older commits but {len(new_ids)} newer ones")
        old, new = self._nodes(old_ids), self._nodes(new_ids)
        is_present = ~(pd.isna(old_ids) | pd.isna(new_ids))
        is_same = is_present & (old_ids == new_ids)
        is_found = self._reaches(old, new)
        is_decided = is_same | is_found | self.has_whole_ancestry(new_ids)
        values = is_found | (is_same & (not is_strict))
        return pd.arrays.BooleanArray(values, ~(is_present & is_decided))

    def reachable(self, from_ids: Iterable[str | None]) -> NDArray[np.bool_]:
        """For each row given to the constructor: do `from_ids` contain it (are, or descend)."""
        marks: dict[int, int] = {}
        for node in self._nodes(from_ids).tolist():
            self._mark(node, 0, marks)
        is_reached = np.zeros(len(self._ids), dtype=bool)
        is_reached[[node for node in marks if node >= 0]] = True
        return is_reached[self._rows]

    def first_parent_chain(self, tip: str) -> list[str]:
        """The commits from `tip` along first parents, newest first, as far as they are known."""
        node = int(self._nodes([tip])[0])
        chain: list[int] = []
        while node != UNKNOWN and self._is_known[node]:
            chain.append(node)
            node = self._parents[node][0] if self._parents[node] else UNKNOWN
        return [str(commit_id) for commit_id in self._ids[chain]]

    def first_tip_containing(self, tips: pd.DataFrame, commits: pd.DataFrame) -> NDArray[np.int64]:
        """For each of `commits`, the position in `tips` of the first that contains it, else -1.

        Both have `line` (say, the project) and `commit_id`; `tips` stand in time order, and only
        tips of the commit's own line are asked. Each line walks each commit once. A tip that is
        not in the graph contains itself alone.
        """
        tip_ids, commit_ids = _objects(tips["commit_id"]), _objects(commits["commit_id"])
        strangers = np.append(tip_ids, commit_ids)
        nodes = self._nodes(strangers)
        is_stranger = (nodes == UNKNOWN) & ~pd.isna(strangers)
        nodes[is_stranger] = -2 - pd.factorize(strangers[is_stranger])[0]
        tip_nodes, commit_nodes = nodes[: len(tip_ids)].tolist(), nodes[len(tip_ids) :]
        first_tips = np.full(len(commit_ids), -1, dtype=np.int64)
        tips_of_line = tips.groupby("line", sort=False).indices
        for line, asking in commits.groupby("line", sort=False).indices.items():
            marks: dict[int, int] = {}
            for position in np.asarray(tips_of_line.get(line, ())).tolist():
                self._mark(tip_nodes[position], position, marks)
            first_tips[asking] = [marks.get(node, -1) for node in commit_nodes[asking].tolist()]
        return first_tips

    def _nodes(self, commit_ids: Iterable[str | None]) -> NDArray[np.int64]:
        return self._index.get_indexer(pd.Index(_objects(commit_ids), dtype=object)).astype(
            np.int64
        )

    def _mark(self, start: int, mark: int, marks: dict[int, int]) -> None:
        """Mark `start` and its ancestors, stopping where an earlier mark stands."""
        if start == UNKNOWN or start in marks:
            return
        marks[start] = mark
        stack = [start] if start >= 0 else []
        while stack:
            for parent in self._parents[stack.pop()]:
                if parent not in marks:
                    marks[parent] = mark
                    stack.append(parent)

    def _reaches(self, old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Strict descent, by sweeps that carry a bit for each of some thousand older commits.

        Commits are numbered parents first, so a sweep runs only from its lowest older commit to
        its highest newer one: neighbours in history share a sweep, and the cost is the commits
        times (older commits / `TARGETS_A_SWEEP`) at the very worst.
        """
        generation = np.append(self._generation, 0)
        # Commits on a cycle are numbered last, with generation 0: only the numbers rule them out.
        may_descend = (old < new) & (generation[old] < generation[new])
        asked = np.flatnonzero((old >= 0) & may_descend)
        targets, target_of_pair = np.unique(old[asked], return_inverse=True)
        is_found = np.zeros(len(old), dtype=bool)
        order = np.argsort(target_of_pair, kind="stable")
        bounds = np.arange(0, len(targets) + TARGETS_A_SWEEP, TARGETS_A_SWEEP)
        edges = np.searchsorted(target_of_pair[order], bounds)
        for first, start, stop in zip(bounds, edges, edges[1:], strict=False):
            pairs = order[start:stop]
            if len(pairs):
                chosen = targets[first : first + TARGETS_A_SWEEP]
                bit = target_of_pair[pairs] - first
                is_found[asked[pairs]] = self._swept(chosen, bit, new[asked[pairs]])
        return is_found

    def _swept(
        self, targets: NDArray[np.int64], bit: NDArray[np.int64], new: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        low, high = int(targets[0]), int(new.max())
        reached = [0] * (max(high, int(targets[-1])) - low + 1)
        for position, target in enumerate((targets - low).tolist()):
            reached[target] = 1 << position
        for offset, parents in enumerate(self._parents[low : high + 1]):
            for parent in parents:
                if parent >= low:
                    reached[offset] |= reached[parent - low]
        width = (len(targets) + 7) // 8
        asked, row = np.unique(new, return_inverse=True)
        packed = b"".join(
            reached[node].to_bytes(width, "little") for node in (asked - low).tolist()
        )
        table = np.frombuffer(packed, dtype=np.uint8).reshape(len(asked), width)
        return np.asarray((table[row, bit >> 3] >> (bit & 7)) & 1, dtype=bool)


def _objects(values: Iterable[Any]) -> NDArray[np.object_]:
    objects = pd.Series(list(values), dtype=object)
    return objects.where(objects.notna(), None).to_numpy()


def _parents_by_code(
    codes: NDArray[np.intp], lists: Sequence[list[str] | None], count: int
) -> list[list[int] | None]:
    """The parents of each code, None where nobody lists them; of forks' rows the fullest."""
    lengths = np.fromiter((-1 if items is None else len(items) for items in lists), np.int64)
    stops = np.cumsum(np.maximum(lengths, 0)) + len(lists)
    starts = stops - np.maximum(lengths, 0)
    listed: list[list[int] | None] = [None] * count
    flat = codes.tolist()
    by_length = np.argsort(lengths, kind="stable")
    is_listed = lengths[by_length] >= 0
    for row in by_length[is_listed].tolist():
        listed[flat[row]] = flat[starts[row] : stops[row]]
    return listed


def _topological_walk(
    listed: Sequence[Sequence[int] | None],
) -> tuple[list[int], NDArray[np.int64], NDArray[np.bool_]]:
    """(codes with parents first, generation, whole ancestry known), Kahn's way, depth first.

    Commits on a cycle, and all that descend from them, come last with generation 0.
    """
    missing = [len(parents) if parents else 0 for parents in listed]
    is_complete = [parents is not None for parents in listed]
    generation = [0] * len(listed)
    children: list[list[int]] = [[] for _ in listed]
    for code, parents in enumerate(listed):
        for parent in parents or ():
            children[parent].append(code)
    ready = [code for code, count in enumerate(missing) if count == 0]
    height = [1] * len(listed)
    order: list[int] = []
    while ready:
        code = ready.pop()
        order.append(code)
        generation[code] = height[code]
        for child in children[code]:
            height[child] = max(height[child], height[code] + 1)
            is_complete[child] = is_complete[child] and is_complete[code]
            missing[child] -= 1
            if missing[child] == 0:
                ready.append(child)
    cyclic = [code for code, count in enumerate(missing) if count > 0]
    complete = np.asarray(is_complete, dtype=bool)
    complete[cyclic] = False
    return order + cyclic, np.asarray(generation, dtype=np.int64), complete
