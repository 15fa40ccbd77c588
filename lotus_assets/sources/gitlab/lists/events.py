"""Events of a project: pushes, and the closings and reopenings of issues and merge requests.

Since 13.3 a closing or reopening leaves no note; the list of events has it. All events come in one
list, which is the cheapest for what is new. What happened in half a year is mostly comments: a
first collection asks for the three kinds that are stored one by one.

GitLab calls an opening and a reopening `opened` alike (`Event#action_name`, app/models/event.rb);
only the list of `action=reopened` tells them apart.

GitLab takes days only, and both exclusive, so that a list is continued by day.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lotus_assets.sources.gitlab.pages import Payload, ProjectReference, Query, ReadingWindow, Row
from lotus_assets.sources.gitlab.project_lists import RestList

DAY = timedelta(days=1)
TARGET_TYPES = {"Issue": "issue", "WorkItem": "issue", "MergeRequest": "merge_request"}
"""GitLab's class of a target → what it is; others (milestones, notes) have no state here."""


def payload(row: Row, project: ProjectReference) -> Payload | None:
    """What is stored of an event, None of one that is neither push nor change of a state.

    `action` is `opened` of what was opened or reopened.
    """
    push = row.get("push_data")
    kept = {
        "project_id": project.project_id,
        "id": row["id"],
        "author_id": row.get("author_id"),
        "created_at": row["created_at"],
    }
    if push:
        without_title = {key: value for key, value in push.items() if key != "commit_title"}
        return {**kept, "push_data": without_title}
    if row.get("target_type") in TARGET_TYPES and row.get("action_name") in ("closed", "opened"):
        return {
            **kept,
            "action": row["action_name"],
            "target_type": TARGET_TYPES[row["target_type"]],
            "target_id": row["target_id"],
        }
    return None


def reopening(row: Row, project: ProjectReference) -> Payload | None:
    """The same of the list of reopenings."""
    kept = payload(row, project)
    return kept and {**kept, "action": "reopened"}


def query(window: ReadingWindow, action: str | None = None) -> Query:
    """The days from that of the window's begin to that of its end, in UTC."""
    after, before = window.updated_after, window.updated_before
    return {
        "action": action,
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


def _listed(
    name: str,
    action: str | None,
    kept: Callable[[Row, ProjectReference], Payload | None] = payload,
) -> RestList:
    return RestList(
        name=name,
        path="events",
        payload=kept,
        query=lambda window: query(window, action),
        narrowed=narrowed,
        instant="created_at",
    )


EVENTS = _listed("events", action=None)
PUSHES = _listed("push_events", action="pushed")
CLOSINGS = _listed("closing_events", action="closed")
REOPENINGS = _listed("reopening_events", action="reopened", kept=reopening)
