"""Over which time all was collected that the rows of a fact table follow from."""

from collections.abc import Collection as Sized

import pandas as pd

from lotus_assets.facts.recomputing import PROJECT_FACTS
from lotus_assets.raw.of_every_project import COLLECTED_BY
from lotus_assets.raw.reading import Collection
from lotus_assets.tables.table import Table


def collections_of(table: Table) -> frozenset[Collection]:
    """The collections by project whose rows those of a fact table follow from."""
    tables, waiting = {table.name}, [table.name]
    while waiting:
        fact = PROJECT_FACTS.get(waiting.pop())
        further = {source.name for source in fact.sources} - tables if fact else set()
        tables |= further
        waiting += further
    return frozenset(COLLECTED_BY[name] for name in tables if name in COLLECTED_BY)


def whole_periods(periods: pd.DataFrame, collections: Sized[Collection]) -> pd.DataFrame:
    """collected_from and collected_until by project_id; NULL where one of them was never read.

    `periods` as by `read_collected_periods`. A collection that is not daily reads all that there
    is, and reaches back as far as anything that was collected of the project.
    """
    daily = {entry.name for entry in collections if entry.is_daily}
    needed = periods[periods["collection"].isin({entry.name for entry in collections})]
    until = needed.groupby("project_id")["collected_until"].agg(["min", "size"])
    from_day = needed[needed["collection"].isin(daily)].groupby("project_id")["collected_from"]
    start = from_day.max()
    if not daily:
        every_day = {entry.name for entry in COLLECTED_BY.values() if entry.is_daily}
        by_day = periods[periods["collection"].isin(every_day)]
        start = by_day.groupby("project_id")["collected_from"].min()
    whole = until.loc[until["size"] == len(collections), ["min"]]
    return whole.set_axis(["collected_until"], axis="columns").join(start)
