"""Rows of frames as JSON takes them."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as objects: days as text, None for what is missing or past a float."""
    return [plain_row(row) for row in frame.to_dict("records")]


def plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """One row as an object."""
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return value
