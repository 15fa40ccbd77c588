"""Issues with their state events and the merge requests that close them."""

from collections.abc import Iterator

import pandas as pd

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import raw_issue, raw_issue_closing_mr, raw_issue_event, raw_project
from lotus_assets.raw.list_reading import read_window, still_there
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.issues import ISSUES
from lotus_assets.tables.table import Table


def page_rows(payloads: Payloads) -> dict[Table, pd.DataFrame]:
    """What a page holds, table by table."""
    return {
        raw_issue.TABLE: raw_issue.rows(payloads),
        raw_issue_event.TABLE: raw_issue_event.rows(payloads),
        raw_issue_closing_mr.TABLE: raw_issue_closing_mr.rows(payloads),
    }


def read(reading: Reading, project_id: int) -> Iterator[Batch]:
    """The issues of one project that are new or moved."""
    yield from read_window(reading, project_id, ISSUES, page_rows, (raw_issue_closing_mr.TABLE,))
    yield from still_there(reading, project_id, (ISSUES,), raw_issue.TABLE)


collect_issues = collection_asset(
    "collect_issues",
    (raw_issue.TABLE, raw_issue_event.TABLE, raw_issue_closing_mr.TABLE),
    read,
    deps=(raw_project.TABLE.name,),
    is_daily=True,
)
