"""Push events, oldest first, continued by day: GitLab takes days only, and both exclusive."""

from datetime import UTC, datetime, timedelta

from lotus_assets.sources.gitlab.pages import Payload, ProjectReference, Query, ReadingWindow, Row
from lotus_assets.sources.gitlab.project_lists import RestList

DAY = timedelta(days=1)


def payload(row: Row, project: ProjectReference) -> Payload | None:
    """What is stored of a push; events that are none, and titles of commits, are left out."""
    push = row.get("push_data")
    if not push:
        return None
    return {
        "project_id": project.project_id,
        "id": row["id"],
        "author_id": row.get("author_id"),
        "created_at": row["created_at"],
        "push_data": {key: value for key, value in push.items() if key != "commit_title"},
    }


def query(window: ReadingWindow) -> Query:
    """The days from that of the window's begin to that of its end, in UTC."""
    after, before = window.updated_after, window.updated_before
    return {
        "action": "pushed",
        "sort": "asc",
        "after": day_text(after - DAY) if after else None,
        "before": day_text(before + DAY) if before else None,
    }


def narrowed(current: Query, last: Row) -> Query:
    """From the last row's day on."""
    return {**current, "after": day_text(datetime.fromisoformat(last["created_at"]) - DAY)}


def day_text(instant: datetime) -> str:
    """The day in UTC."""
    return instant.astimezone(UTC).date().isoformat()


PUSH_EVENTS = RestList(
    name="push_events",
    path="events",
    payload=payload,
    query=query,
    narrowed=narrowed,
    instant="created_at",
)
