"""Pictures in the metadata of materialisations: drawn when rows changed, else kept as they were."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import dagster as dg
from sqlalchemy import Connection, Engine

Picture = Callable[[Connection, date], str | None]
"""Gives Markdown about a day, or None where there is nothing to see."""
SHOWN = "picture"


@dataclass(frozen=True)
class PictureOfDay:
    """The picture of a table as of the newest day of a run."""

    draw: Picture
    key: str
    as_of: date

    def add(self, context: dg.AssetExecutionContext, engine: Engine, *, is_new: bool) -> None:
        """Add it to the materialisations of the day, of which the UI shows any one.

        Those of a backfill's other days stay without: the event log keeps every copy. Where
        nothing `is_new`, the picture of the last materialisation of the day is shown again.
        """
        of_day = [name for name in context.partition_keys if name.startswith(f"{self.as_of}|")]
        shown = None if is_new else self._last(context.instance, of_day)
        if shown is None:
            with engine.connect() as connection:
                drawn = self.draw(connection, self.as_of)
            shown = None if drawn is None else dg.MetadataValue.md(drawn)
        if shown is not None:
            for name in of_day:
                context.add_asset_metadata({SHOWN: shown}, self.key, partition_key=name)

    def _last(self, instance: dg.DagsterInstance, partitions: list[str]) -> dg.MetadataValue | None:
        records = dg.AssetRecordsFilter(dg.AssetKey(self.key), asset_partitions=partitions)
        last = instance.fetch_materializations(records, limit=1).records
        made = last[0].asset_materialization if last else None
        return None if made is None else made.metadata.get(SHOWN)
