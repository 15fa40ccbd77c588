"""Push events: a REST list by day. They never change, so `created_at` is their watermark."""

from collections.abc import Iterator

import pandas as pd

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_project, raw_push_event
from lotus_assets.raw.list_reading import read_window
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.push_events import PUSH_EVENTS
from lotus_assets.tables.table import Table


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds."""
    return {raw_push_event.TABLE: raw_push_event.rows(payloads)}


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The pushes to one project since the watermark's day, or of the days of a backfill."""
    yield from read_window(reading, project_id, PUSH_EVENTS, page_rows)


collect_push_events = collection_asset(
    "collect_push_events",
    (raw_push_event.TABLE,),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
