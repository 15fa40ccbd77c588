"""Issues with their state events and the merge requests that close them."""

from collections.abc import Iterator

import pandas as pd
from sqlalchemy import Connection, Subquery, exists, func, select, union_all, update

from lotus_assets.engine.delivery.durations import SAME_INSTANT
from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import (
    raw_issue,
    raw_issue_closing_mr,
    raw_issue_event,
    raw_project,
    raw_state_event,
)
from lotus_assets.raw.list_reading import read_window, still_there
from lotus_assets.raw.payload_columns import Payloads
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.gitlab.lists.issues import ISSUES
from lotus_assets.sources.warehouse.schema import database_table
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


def count_reopenings(connection: Connection) -> None:
    """`raw_issue.reopened_count`: by the event list, which is read apart, and by older notes."""
    issues, reopenings = database_table(raw_issue.TABLE), _reopenings()
    known = issues.alias()
    counted = (
        select(known.c.project_id, known.c.issue_id, func.count(reopenings.c.issue_id))
        .outerjoin(reopenings, reopenings.c.issue_id == known.c.issue_id)
        .group_by(known.c.project_id, known.c.issue_id)
        .subquery()
    )
    connection.execute(
        update(issues)
        .values(reopened_count=counted.c.count)
        .where(
            issues.c.project_id == counted.c.project_id,
            issues.c.issue_id == counted.c.issue_id,
            issues.c.reopened_count.is_distinct_from(counted.c.count),
        )
    )


def _reopenings() -> Subquery:
    """`issue_id`, a row a reopening: what both a note and an event tell of counts once."""
    events, notes = database_table(raw_state_event.TABLE), database_table(raw_issue_event.TABLE)
    same_second = SAME_INSTANT.to_pytimedelta()
    is_told = exists().where(
        events.c.target_type == "issue",
        events.c.target_id == notes.c.issue_id,
        events.c.action == notes.c.action,
        events.c.created_at.between(
            notes.c.created_at - same_second, notes.c.created_at + same_second
        ),
    )
    return union_all(
        select(events.c.target_id.label("issue_id")).where(
            events.c.target_type == "issue", events.c.action == "reopened"
        ),
        select(notes.c.issue_id).where(notes.c.action == "reopened", ~is_told),
    ).subquery()


collect_issues = collection_asset(
    "collect_issues",
    (raw_issue.TABLE, raw_issue_event.TABLE, raw_issue_closing_mr.TABLE),
    read,
    deps=(raw_project.TABLE.name, raw_state_event.TABLE.name),
    is_daily=True,
    shared=(ISSUES,),
    after_promote=count_reopenings,
)
