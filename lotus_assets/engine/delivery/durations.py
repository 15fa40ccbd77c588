"""Durations between instants, and what keeps one from being measured."""

import numpy as np
import pandas as pd

SAME_INSTANT = pd.Timedelta(seconds=1)
"""Instants compare within one second: GraphQL gives whole seconds."""

SECONDS_AN_HOUR = 3600


def hours_between(start: pd.Series, end: pd.Series) -> pd.Series:
    """Hours from `start` to `end`, Float64 on their common index.

    NULL where an instant is missing or the end lies before the start; never clipped to zero.
    Ends within a second before the start are the same instant: 0.
    """
    hours = (end - start).dt.total_seconds() / SECONDS_AN_HOUR
    measured = pd.Series(hours.mask(ends_before_start(start, end)))
    return measured.mask(measured < 0, 0.0).astype("Float64")


def ends_before_start(start: pd.Series, end: pd.Series) -> pd.Series:
    """Whether the duration would be negative by more than a second; False where unknown."""
    return (end - start).lt(-SAME_INSTANT).fillna(False).astype(bool)


def duration_faults(rows: pd.DataFrame, start: str, end: str, duration: str) -> pd.DataFrame:
    """The rows whose `duration` (from column `start` to column `end`) is NULL, with the reason.

    Adds `duration` (its name) and `fault`: `negative`, `missing:<start>` or `missing:<end>`.
    Callers leave out the rows for which no such duration is meant to exist, as an open merge
    request's cycle time. The index of `rows` stays.
    """
    conditions = [rows[start].isna(), rows[end].isna(), ends_before_start(rows[start], rows[end])]
    faults = np.select(
        [condition.to_numpy(bool) for condition in conditions],
        [f"missing:{start}", f"missing:{end}", "negative"],
        default="",
    )
    faulty = rows.assign(duration=duration, fault=faults)
    return faulty[faulty["fault"] != ""]
