"""Rows of one fact table that count by the day of one of their instants."""

from lotus_assets.analytics.delivery.metric import Facts, Population
from lotus_assets.engine.delivery.counted_days import days_of, in_window
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays


def by_day_of(table: str, instant: str, *, where: str | None = None) -> Population:
    """The rows of `table` whose `instant` lies in the window, with the value of the column.

    `where` names a boolean column that must hold; NULL does not.
    """

    def population(facts: Facts, places: SliceDays, window: int, column: str | None) -> PlacedRows:
        rows = facts[table]
        if where is not None:
            rows = rows[rows[where].fillna(False).to_numpy(bool)]
        days = days_of(rows[instant], places.timezone)
        values = None if column is None else rows[column]
        return places.place(rows["project_id"], in_window(days, window), values)

    return population
