"""Which rows of a fact table a metric is over, and the days on which they count."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.delivery.counted_days import days_of, in_window
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays

Placing = Callable[[pd.DataFrame, SliceDays, int, str | None], PlacedRows]
"""Puts rows into slices: (rows, slices and days, window in days, column)."""


@dataclass(frozen=True)
class Condition:
    """What must hold of a row that counts: `words` for readers, decided by `column`."""

    column: str
    words: str
    holds: Callable[[pd.DataFrame], NDArray[np.bool_]]


@dataclass(frozen=True)
class Population:
    """The rows for which all conditions hold, as `place` puts them into slices.

    It gets the rows of the metric's one table, and so can be over no other. `decided_by` names
    the columns that decide on which days a row counts, and `why` says in words why it does;
    `made_of` those that a row's value is made of where the metric names no column.
    """

    place: Placing
    decided_by: tuple[str, ...]
    why: str
    conditions: tuple[Condition, ...] = ()
    made_of: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it looks at."""
        deciding = (condition.column for condition in self.conditions)
        return (*self.decided_by, *deciding, *self.made_of)

    def __call__(
        self, rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
    ) -> PlacedRows:
        """The rows in their slices, on the days on which they count."""
        for condition in self.conditions:
            rows = rows[condition.holds(rows)]
        return self.place(rows, slice_days, window, column)


@dataclass(frozen=True)
class _IsTrue:
    """Whether a boolean column holds; NULL does not."""

    column: str

    def __call__(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        return rows[self.column].fillna(False).to_numpy(bool)


@dataclass(frozen=True)
class _InWindow:
    """The rows whose `instant` lies in the window, with the value of the column."""

    instant: str

    def __call__(
        self, rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
    ) -> PlacedRows:
        days = days_of(rows[self.instant], slice_days.timezone)
        values = None if column is None else rows[column]
        return slice_days.place(rows["project_id"], in_window(days, window), values)


def by_day_of(instant: str, where: str | None = None) -> Population:
    """The rows whose `instant` lies in the window; `where` names a boolean column that must hold.

    NULL does not hold.
    """
    conditions = () if where is None else (Condition(where, where, _IsTrue(where)),)
    return Population(_InWindow(instant), (instant,), f"{instant} lies in the window", conditions)
