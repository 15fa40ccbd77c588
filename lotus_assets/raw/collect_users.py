"""Users: read whole, by the ids that the other tables name, a hundred a request.

They have no `updated_at`; a person whom GitLab no longer shows keeps the last known row.
"""

from collections.abc import Iterator

from sqlalchemy import select, union

from lotus_assets.filling.side_by_side import Batch
from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_issue,
    raw_issue_event,
    raw_mr,
    raw_mr_approval,
    raw_mr_commit,
    raw_mr_note,
    raw_pipeline,
    raw_push_event,
    raw_state_event,
    raw_user,
)
from lotus_assets.raw.reading import Reading, collection_asset
from lotus_assets.sources.warehouse.schema import database_table

PEOPLE = (
    (raw_mr.TABLE, "author_user_id"),
    (raw_mr.TABLE, "merge_user_id"),
    (raw_mr_commit.TABLE, "author_user_id"),
    (raw_mr_note.TABLE, "author_user_id"),
    (raw_mr_approval.TABLE, "user_id"),
    (raw_commit.TABLE, "author_user_id"),
    (raw_pipeline.TABLE, "user_id"),
    (raw_deployment.TABLE, "user_id"),
    (raw_push_event.TABLE, "author_user_id"),
    (raw_issue.TABLE, "author_user_id"),
    (raw_issue_event.TABLE, "user_id"),
    (raw_state_event.TABLE, "user_id"),
)
"""Columns that hold a GitLab user id."""


def read(reading: Reading, _all: int) -> Iterator[Batch]:
    """Everyone whom a table names."""
    named = union(
        *(
            select(database_table(table).c[column].label("user_id")).where(
                database_table(table).c[column].isnot(None)
            )
            for table, column in PEOPLE
        )
    )
    with reading.engine.connect() as connection:
        user_ids = sorted(connection.scalars(named).all())
    for page in reading.source.users(user_ids):
        yield Batch(frames={raw_user.TABLE: raw_user.rows(page.payloads)})


collect_users = collection_asset(
    "collect_users",
    (raw_user.TABLE,),
    read,
    deps=sorted({table.name for table, _ in PEOPLE}),
    is_daily=False,
    is_by_project=False,
)
