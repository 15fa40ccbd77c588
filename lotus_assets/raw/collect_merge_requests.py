"""Merge requests with all that belongs to them: one GraphQL connection, one transaction."""

from collections.abc import Iterator

import pandas as pd

from lotus_assets.filling.side_by_side import Batch, CompleteList
from lotus_assets.raw import (
    raw_mr,
    raw_mr_approval,
    raw_mr_closing_issue,
    raw_mr_commit,
    raw_mr_note,
    raw_mr_version,
    raw_project,
)
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.raw.vanishing import still_there
from lotus_assets.tables.table import Table

CHILDREN = tuple(
    module.TABLE
    for module in (
        raw_mr_commit,
        raw_mr_note,
        raw_mr_version,
        raw_mr_approval,
        raw_mr_closing_issue,
    )
)
"""Tables whose rows of one merge request always come complete."""


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds, table by table; rows that others are made from are made once."""
    notes = raw_mr_note.rows(payloads)
    merge_requests = raw_mr.rows(payloads, notes)
    return {
        raw_mr.TABLE: merge_requests,
        raw_mr_commit.TABLE: raw_mr_commit.rows(payloads),
        raw_mr_note.TABLE: notes,
        raw_mr_version.TABLE: raw_mr_version.rows(payloads, merge_requests, notes),
        raw_mr_approval.TABLE: raw_mr_approval.rows(payloads),
        raw_mr_closing_issue.TABLE: raw_mr_closing_issue.rows(payloads),
    }


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The merge requests of one project that are new or moved, with everything below them."""
    window = reading.window(project_id, "merge_requests")
    if window is not None:
        yield Batch(frames={}, updated_at=window.updated_after)
        for page in reading.source.merge_requests(reading.references[project_id], window):
            frames = page_rows(page.payloads)
            parents = frames[raw_mr.TABLE][["project_id", "mr_id", "updated_at"]]
            yield Batch(
                frames=frames,
                complete=tuple(
                    CompleteList(child, parents, version="updated_at") for child in CHILDREN
                ),
                updated_at=page.updated_at,
            )
    yield from still_there(reading, project_id, "merge_requests", raw_mr.TABLE)


collect_merge_requests = collection_asset(
    "collect_merge_requests",
    (raw_mr.TABLE, *CHILDREN),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
