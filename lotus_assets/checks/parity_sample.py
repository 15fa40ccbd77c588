"""Which merge requests are read again in a week, and what is stored of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    cast,
    func,
    literal,
    select,
)

from lotus_assets.facts import dim_project
from lotus_assets.graph.inputs import Inputs
from lotus_assets.raw import raw_mr, raw_mr_commit, raw_mr_note
from lotus_assets.sources.warehouse.bookkeeping import watermark_key
from lotus_assets.sources.warehouse.schema import database_table, ingestion_state
from lotus_assets.tables.table import Table

SAMPLE_SIZE = 20


def iso_week(day: date) -> str:
    """The ISO week of a day: `2026-W14`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def start_of_week(now: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the ISO week of `now` began in `zone`."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return datetime(monday.year, monday.month, monday.day, tzinfo=zone).astimezone(UTC)


def sampled(week: str, merged_before: datetime, size: int = SAMPLE_SIZE) -> Select[Any]:
    """`size` random merge requests that were merged before the week began, with all that is stored.

    Drawn by a hash of week and id, so that a rerun picks the same, and one merge request more or
    less moves one at most. Only of projects that are measured. Columns: project_id, path, mr_id,
    iid, collected_at (when its project's merge requests were last read), and the fields of
    `sources.gitlab.parity`.
    """
    requests, projects = database_table(raw_mr.TABLE), database_table(dim_project.TABLE)
    text = literal(f"{week}:") + cast(requests.c.project_id, String) + ":"
    drawn = func.md5(text + cast(requests.c.mr_id, String))
    scope = literal(watermark_key(raw_mr.TABLE.name, "")) + cast(requests.c.project_id, String)
    is_comment = database_table(raw_mr_note.TABLE).c.is_system.is_(False)
    stored = [
        column
        for column in requests.c
        if column.name not in ("project_id", "mr_id", "iid", "vanished_at", "first_review_at")
    ]
    return (
        select(
            requests.c.project_id,
            projects.c.path_with_namespace.label("path"),
            requests.c.mr_id,
            requests.c.iid,
            ingestion_state.c.last_run_at.label("collected_at"),
            *stored,
            _counted(raw_mr_commit.TABLE).label("commit_count"),
            _counted(raw_mr_note.TABLE, is_comment).label("comment_count"),
        )
        .join(projects, projects.c.project_id == requests.c.project_id)
        .join(ingestion_state, ingestion_state.c.entity == scope, isouter=True)
        .where(
            requests.c.state == "merged",
            requests.c.merged_at < merged_before,
            requests.c.vanished_at.is_(None),
            projects.c.is_measured,
        )
        .order_by(drawn)
        .limit(size)
    )


def _counted(table: Table, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many rows of `table` the merge request has."""
    requests, rows = database_table(raw_mr.TABLE), database_table(table)
    return (
        select(func.count())
        .where(
            rows.c.project_id == requests.c.project_id,
            rows.c.mr_id == requests.c.mr_id,
            rows.c.vanished_at.is_(None),
            *where,
        )
        .scalar_subquery()
    )


def read_sample(inputs: Inputs, week: str, merged_before: datetime) -> pd.DataFrame:
    """The rows of `sampled`, one a merge request; NULL as None."""
    query = sampled(week, merged_before)
    names = query.selected_columns.keys()
    return pd.DataFrame(inputs.rows(query), columns=names, dtype=object)
