"""Events: REST lists by day. They never change, so `created_at` is their watermark."""

from collections.abc import Iterator

import pandas as pd

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_project, raw_push_event, raw_state_event
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.events import CLOSINGS, EVENTS, PUSHES, REOPENINGS
from lotus_assets.sources.gitlab.pages import ReadingWindow
from lotus_assets.sources.gitlab.project_lists import RestList
from lotus_assets.tables.table import Table

FEW = 10
"""Merge requests and issues; with each come some ten events."""


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds, table by table."""
    return {
        raw_push_event.TABLE: raw_push_event.rows([each for each in payloads if is_push(each)]),
        raw_state_event.TABLE: raw_state_event.rows(
            [each for each in payloads if not is_push(each)]
        ),
    }


def is_push(payload: dict[str, object]) -> bool:
    """Whether an event is a push."""
    return "push_data" in payload


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The events of one project since the watermark's day, or of the days of a backfill."""
    window = reading.window(project_id, EVENTS)
    if window is None:
        return
    yield Batch(frames={}, updated_at=window.updated_after)
    if is_since_a_watermark(window) or _is_small(reading, project_id, window):
        yield from _read_all(reading, project_id, window)
    else:
        yield from _read_list(reading, project_id, window, PUSHES)
        # What happens between two lists comes again: the first one's end is the watermark.
        yield from _read_list(reading, project_id, window, CLOSINGS, moves_watermark=False)
        yield from _read_list(reading, project_id, window, REOPENINGS, moves_watermark=False)


def _is_small(reading: Reading, project_id: int, window: ReadingWindow) -> bool:
    """Whether all events of a first collection are likely to fit on a page: one list, not three."""
    counts = [reading.first_count(project_id, name) for name in ("merge_requests", "issues")]
    return window.updated_before is None and None not in counts and sum(filter(None, counts)) <= FEW


def is_since_a_watermark(window: ReadingWindow) -> bool:
    """Whether little is asked for: neither a first collection nor the days of a backfill."""
    return not window.has_open and window.updated_before is None


def _read_all(reading: Reading, project_id: int, window: ReadingWindow) -> Iterator[Batch]:
    """One list; and where something was opened in it, whether that was a reopening."""
    has_opened = False
    for page in reading.source.pages(EVENTS, reading.references[project_id], window):
        has_opened |= any(payload.get("action") == "opened" for payload in page.payloads)
        yield Batch(page_rows(page.payloads), updated_at=page.updated_at)
    if has_opened:
        yield from _read_list(reading, project_id, window, REOPENINGS, moves_watermark=False)


def _read_list(
    reading: Reading,
    project_id: int,
    window: ReadingWindow,
    listed: RestList,
    *,
    moves_watermark: bool = True,
) -> Iterator[Batch]:
    for page in reading.source.pages(listed, reading.references[project_id], window):
        updated_at = page.updated_at if moves_watermark else None
        yield Batch(page_rows(page.payloads), updated_at=updated_at)


collect_events = collection_asset(
    "collect_events",
    (raw_push_event.TABLE, raw_state_event.TABLE),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
