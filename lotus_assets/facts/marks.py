"""Marks: all that a project's rows depend on, in short; equal only if nothing changed."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from lotus_assets.filling.fingerprints import digest
from lotus_assets.sources.warehouse.changes import Changes

ENGINE = Path(__file__).parents[1] / "engine" / "delivery"
CODE = (ENGINE, Path(__file__).parent)


def project_marks(changes: Changes, neighbours: pd.DataFrame, shared: str) -> dict[int, str]:
    """The mark of each project.

    `changes` of the tables that are read; `neighbours` as by `neighbours_of`; `shared` is what
    holds for all projects alike.
    """
    beside: dict[int, list[int]] = {}
    for project_id, neighbour_id in neighbours.to_numpy(dtype=object).tolist():
        beside.setdefault(int(project_id), []).append(int(neighbour_id))
    return {
        key: digest([shared, [_own(changes, near) for near in [key, *sorted(beside.get(key, ()))]]])
        for key in changes.keys() | beside.keys()
    }


def _own(changes: Changes, project_id: int) -> list[Any]:
    return [project_id, sorted(changes.get(project_id, {}).items())]


def neighbours_of(pairs: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """(project_id, neighbour_id): the second's rows decide the first's."""
    rows = [tuple(pair) for pair in pairs]
    return pd.DataFrame(rows, columns=["project_id", "neighbour_id"], dtype="Int64").dropna()


def content_of(frame: pd.DataFrame) -> str:
    """A frame's content in short; the order of rows counts."""
    return digest(pd.util.hash_pandas_object(frame, index=False).astype(str).tolist())
