"""Frames with the raw tables' column types, from rows written by hand."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

INSTANT = "datetime64[us, UTC]"
WHOLE = {"iid", "issue_iid", "stage_index", "reopened_count", "version_number"}


def at(text: str) -> pd.Timestamp:
    """A UTC instant of March 2026: `2 10:30` is the second at 10:30."""
    day, _, time = text.partition(" ")
    return pd.Timestamp(f"2026-03-{int(day):02d}T{time or '00:00'}Z")


def dtype_of(column: str) -> str:
    if column.endswith(("_at", "_since")):
        return INSTANT
    if (column.endswith("_id") and column != "commit_id") or column in WHOLE:
        return "Int64"
    if column.startswith(("is_", "has_")) or column == "allow_failure":
        return "boolean"
    return "Float64" if column == "duration_sec" else "string"


def raw(columns: str, rows: Iterable[Iterable[Any]] = ()) -> pd.DataFrame:
    """Rows under space-separated column names, typed as the raw tables are."""
    names = columns.split()
    data = [list(row) for row in rows]
    untyped = pd.DataFrame(data, columns=names, dtype=object)
    return untyped.astype({name: dtype_of(name) for name in names})


def same_rows(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether both hold the same rows, in whatever order."""
    listed = [sorted(frame.astype(str).to_numpy().tolist()) for frame in (one, other)]
    return listed[0] == listed[1]
