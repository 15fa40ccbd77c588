"""What only REST lists: deployments, push events, protected branches, line counts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lotus_assets.sources.gitlab.pages import Page, Payload, ProjectReference, Window
from lotus_assets.sources.gitlab.rest import Query, RestClient, Row

_DAY = timedelta(days=1)
_DEPLOYMENT = ("id", "iid", "ref", "sha", "status", "created_at", "updated_at")


def deployments(rest: RestClient, project: ProjectReference, window: Window) -> Iterator[Page]:
    """Deployments, oldest update first, continued by `updated_after`."""
    query = _without_none(
        order_by="updated_at",
        sort="asc",
        updated_after=_instant(window.updated_after),
        updated_before=_instant(window.updated_before),
    )

    def narrowed(current: Query, last: Row) -> Query:
        return {**current, "updated_after": last["updated_at"]}

    largest = None
    for rows in rest.slices(_path(project, "deployments"), query, narrowed):
        largest = _largest(rows, "updated_at", largest)
        payloads = [_deployment(row, project.project_id) for row in rows]
        yield Page("deployments", project.project_id, payloads, largest)


def push_events(
    rest: RestClient,
    project: ProjectReference,
    after: datetime | None,
    before: datetime | None = None,
) -> Iterator[Page]:
    """Push events, oldest first, continued by day: GitLab takes days only, and both exclusive."""
    query = _without_none(
        action="pushed",
        sort="asc",
        after=_day(after - _DAY) if after else None,
        before=_day(before + _DAY) if before else None,
    )

    def narrowed(current: Query, last: Row) -> Query:
        return {**current, "after": _day(datetime.fromisoformat(last["created_at"]) - _DAY)}

    largest = None
    for rows in rest.slices(_path(project, "events"), query, narrowed):
        largest = _largest(rows, "created_at", largest)
        payloads = [
            {
                "project_id": project.project_id,
                "id": row["id"],
                "author_id": row.get("author_id"),
                "created_at": row["created_at"],
                "push_data": {
                    key: value for key, value in row["push_data"].items() if key != "commit_title"
                },
            }
            for row in rows
            if row.get("push_data")
        ]
        yield Page("push_events", project.project_id, payloads, largest)


def protected_branches(rest: RestClient, project: ProjectReference) -> Iterator[Page]:
    """Protected branches and patterns."""
    for rows in rest.pages(_path(project, "protected_branches")):
        payloads = [
            {
                "project_id": project.project_id,
                "name": row["name"],
                "allow_force_push": row.get("allow_force_push"),
            }
            for row in rows
        ]
        yield Page("protected_branches", project.project_id, payloads)


def commit_statistics(
    rest: RestClient,
    project: ProjectReference,
    since: datetime | None,
    until: datetime | None = None,
) -> Iterator[Page]:
    """Line counts of all commits, newest first, continued by `until`."""
    if project.is_empty:
        return
    query = _without_none(
        all="true", with_stats="true", since=_instant(since), until=_instant(until)
    )

    def narrowed(current: Query, last: Row) -> Query:
        return {**current, "until": last["committed_date"]}

    for rows in rest.slices(_path(project, "repository/commits"), query, narrowed):
        payloads = [
            {
                "project_id": project.project_id,
                "commit_id": row["id"],
                "additions": (row.get("stats") or {}).get("additions"),
                "deletions": (row.get("stats") or {}).get("deletions"),
            }
            for row in rows
        ]
        yield Page("commit_statistics", project.project_id, payloads)


def _deployment(row: Row, project_id: int) -> Payload:
    """What is stored of a deployment; its commit with names and addresses is left out."""
    deployable = row.get("deployable") or {}
    return {
        **{key: row.get(key) for key in _DEPLOYMENT},
        "project_id": project_id,
        "environment": {
            key: (row.get("environment") or {}).get(key) for key in ("id", "name", "tier")
        },
        "user": {"id": (row.get("user") or {}).get("id")},
        "deployable": {
            "id": deployable.get("id"),
            "finished_at": deployable.get("finished_at"),
            "pipeline": {"id": (deployable.get("pipeline") or {}).get("id")},
        },
    }


def _largest(rows: list[Row], column: str, before: datetime | None) -> datetime | None:
    """The largest instant of the rows and those before them."""
    instants = [datetime.fromisoformat(row[column]).astimezone(UTC) for row in rows]
    return max([*instants, *([before] if before else [])], default=None)


def _path(project: ProjectReference, resource: str) -> str:
    return f"/projects/{project.project_id}/{resource}"


def _instant(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None


def _day(instant: datetime) -> str:
    return instant.astimezone(UTC).date().isoformat()


def _without_none(**query: Any) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}
