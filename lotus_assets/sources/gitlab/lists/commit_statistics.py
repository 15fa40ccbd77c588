"""Line counts of all commits of a time, newest first, continued by `until`."""

from lotus_assets.sources.gitlab.pages import (
    Payload,
    ProjectReference,
    Query,
    ReadingWindow,
    Row,
    instant_text,
)
from lotus_assets.sources.gitlab.project_lists import RestList


def payload(row: Row, project: ProjectReference) -> Payload:
    """Added and removed lines; all else of a commit is read from the clone."""
    statistics = row.get("stats") or {}
    return {
        "project_id": project.project_id,
        "commit_id": row["id"],
        "additions": statistics.get("additions"),
        "deletions": statistics.get("deletions"),
    }


def query(window: ReadingWindow) -> Query:
    """Commits of the window, by their committer's date."""
    return {
        "all": "true",
        "with_stats": "true",
        "since": instant_text(window.updated_after),
        "until": instant_text(window.updated_before),
    }


def narrowed(current: Query, last: Row) -> Query:
    """Back from the last row's date."""
    return {**current, "until": last["committed_date"]}


COMMIT_STATISTICS = RestList(
    name="commits",
    path="repository/commits",
    payload=payload,
    query=query,
    narrowed=narrowed,
    is_of_commits=True,
)
