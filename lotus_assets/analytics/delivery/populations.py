"""Rows of a fact table that count by the day of one of their instants."""

from dataclasses import dataclass

import pandas as pd

from lotus_assets.engine.delivery.counted_days import days_of, in_window
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays


@dataclass(frozen=True)
class ByDayOf:
    """The rows whose `instant` lies in the window, with the value of the column.

    `where` names a boolean column that must hold; NULL does not.
    """

    instant: str
    where: str | None = None

    def __call__(
        self, rows: pd.DataFrame, slice_days: SliceDays, window: int, column: str | None
    ) -> PlacedRows:
        """The rows in their slices, on the days on which they count."""
        if self.where is not None:
            rows = rows[rows[self.where].fillna(False).to_numpy(bool)]
        days = days_of(rows[self.instant], slice_days.timezone)
        values = None if column is None else rows[column]
        return slice_days.place(rows["project_id"], in_window(days, window), values)
