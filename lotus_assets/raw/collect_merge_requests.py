"""Merge requests with all that belongs to them: one GraphQL connection, one transaction."""

from collections.abc import Iterator

import pandas as pd

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import (
    raw_mr,
    raw_mr_approval,
    raw_mr_closing_issue,
    raw_mr_commit,
    raw_mr_note,
    raw_mr_version,
    raw_project,
)
from lotus_assets.raw.list_reading import read_window, still_there
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.merge_requests import MERGE_REQUESTS
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
    yield from read_window(reading, project_id, MERGE_REQUESTS, page_rows, CHILDREN)
    yield from still_there(reading, project_id, (MERGE_REQUESTS,), raw_mr.TABLE)


collect_merge_requests = collection_asset(
    "collect_merge_requests",
    (raw_mr.TABLE, *CHILDREN),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
    shared=(MERGE_REQUESTS,),
)
