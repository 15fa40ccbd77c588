"""From frames of the warehouse to plain values: NULL is None, days are dates."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

Row = dict[str, Any]


def plain_rows(frame: pd.DataFrame) -> Iterator[Row]:
    """Rows as dictionaries of plain values."""
    columns = [_plain(frame[name]) for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def rows_by_portfolio(frame: pd.DataFrame) -> dict[str, list[Row]]:
    """The rows of each portfolio, in their order."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in plain_rows(frame):
        groups[row["portfolio_id"]].append(row)
    return dict(groups)


def rows_by_period(frame: pd.DataFrame) -> dict[tuple[str, str], list[Row]]:
    """The rows of each portfolio and period, in their order."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in plain_rows(frame):
        groups[row["portfolio_id"], row["period"]].append(row)
    return dict(groups)


def _plain(column: "pd.Series[Any]") -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        # datetime64[D] gives dates, and None for NaT.
        days: list[date | None] = column.to_numpy().astype("datetime64[D]").tolist()
        return days
    missing = column.isna().to_numpy(dtype=bool)
    values = column.to_numpy(dtype=object, copy=True)
    values[missing] = None
    if pd.api.types.is_float_dtype(column.dtype):
        return [None if value is None else float(value) for value in values]
    return [value.item() if isinstance(value, np.generic) else value for value in values]
