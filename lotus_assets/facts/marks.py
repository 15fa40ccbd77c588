"""Marks: all that a project's rows depend on, in short; equal only if nothing changed."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from lotus_assets.filling.fingerprints import digest
from lotus_assets.sources.warehouse.changes import Changes

PACKAGE = Path(__file__).parents[1]
ENGINE = PACKAGE / "engine" / "delivery"
CONTRACTS = tuple(
    PACKAGE / "tables" / name
    for name in ("columns.py", "gitlab_columns.py", "table.py", "table_model.py")
)
CODE = (ENGINE, PACKAGE / "facts", PACKAGE / "sources" / "rules_file.py", *CONTRACTS)
"""Files and folders that decide a fact's rows: formulas, facts, rules by project, types and gate.

By folder and not by import: a change of one fact works out all of them anew, once, as the next
night does anyway. By import it would be more, not less: the step that runs a fact imports the
client that reads GitLab.
"""


def project_marks(changes: Changes, neighbours: pd.DataFrame, shared: str) -> dict[int, str]:
    """The mark of each project.

    `changes` of the tables that are read; `neighbours` as by `neighbours_of`; `shared` is what
    holds for all projects alike.
    """
    beside: dict[int, list[int]] = {}
    for project_id, neighbour_id in neighbours.to_numpy(dtype=object).tolist():
        beside.setdefault(int(project_id), []).append(int(neighbour_id))
    return {
        key: digest([shared, [_changes_of(changes, near) for near in (key, *sorted(others))]])
        for key in changes.keys() | beside.keys()
        for others in [beside.get(key, [])]
    }


def _changes_of(changes: Changes, project_id: int) -> list[Any]:
    return [project_id, sorted(changes.get(project_id, {}).items())]


def neighbours_of(pairs: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """(project_id, neighbour_id): the second's rows decide the first's."""
    rows = [tuple(pair) for pair in pairs]
    return pd.DataFrame(rows, columns=["project_id", "neighbour_id"], dtype="Int64").dropna()


def content_of(frame: pd.DataFrame) -> str:
    """A frame's content in short; the order of rows counts."""
    return digest(pd.util.hash_pandas_object(frame, index=False).astype(str).tolist())
