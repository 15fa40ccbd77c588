"""Columns of the layout's tables: dates, instants and texts as Arrow arrays."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

INSTANT = pa.timestamp("us", "UTC")
RECORDED_HOUR = np.timedelta64(8, "h") + np.timedelta64(15, "m")
"""Time of day, UTC, at which corrections are recorded: in the morning in Amsterdam."""


def dates_of(days: pd.DatetimeIndex, rows: NDArray[np.int64]) -> pa.Array:
    """Days by row, as Arrow's dates."""
    return pa.array(days.to_numpy().astype("datetime64[D]")[rows])


def repeated(text: str, count: int) -> pa.Array:
    """One text `count` times."""
    return pa.repeat(pa.scalar(text), count)


def unrecorded(count: int) -> pa.Array:
    """No instant of recording: the layout's default, the row's own date."""
    return pa.nulls(count, INSTANT)


def recorded(days: NDArray[np.datetime64]) -> pa.Array:
    """Instants of recording on the given days."""
    instants = days.astype("datetime64[us]") + RECORDED_HOUR.astype("timedelta64[us]")
    return pa.array(instants, pa.timestamp("us")).cast(INSTANT)


def recorded_days(table: pa.Table, own_date: str | None) -> NDArray[np.datetime64]:
    """The day on which each row was known: its recording, else its own date, else the beginning."""
    instants = table["recorded_at"].cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    days = instants.astype("datetime64[D]")
    if own_date is None:
        dates = np.full(len(table), np.datetime64("1970-01-01"))
    else:
        dates = table[own_date].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return np.where(np.isnat(days), dates, days)


def table_of(columns: Mapping[str, object]) -> pa.Table:
    """A table of Arrow arrays and plain sequences."""
    return pa.table(dict(columns))


def optional_dates(values: Sequence[date | None]) -> pa.Array:
    """Dates that may be missing."""
    return pa.array(values, pa.date32())
