"""Push events: a REST list by day. They never change, so `created_at` is their watermark."""

from collections.abc import Iterator

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_project, raw_push_event
from lotus_assets.raw.reading import Reading, collection_asset


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The pushes to one project since the watermark's day, or of the days of a backfill."""
    window = reading.window(project_id)
    if window is None:
        return
    yield Batch(frames={}, updated_at=window.updated_after)
    for page in reading.source.push_events(
        reading.references[project_id], window.updated_after, window.updated_before
    ):
        yield Batch(
            frames={raw_push_event.TABLE: raw_push_event.rows(page.payloads)},
            updated_at=page.updated_at,
        )


collect_push_events = collection_asset(
    "collect_push_events",
    (raw_push_event.TABLE,),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
