"""REST lists of a project, read as they are declared."""

from collections.abc import Iterator
from datetime import UTC, datetime

from lotus_assets.sources.gitlab.pages import EntityPage, ProjectReference, ReadingWindow, Row
from lotus_assets.sources.gitlab.project_lists import Clients, RestList


def rest_pages(
    clients: Clients, listed: RestList, project: ProjectReference, window: ReadingWindow
) -> Iterator[EntityPage]:
    """The window's pages."""
    if window.is_empty or (listed.is_of_commits and project.is_empty):
        return
    largest = None
    for rows in _rows(clients, listed, project, window):
        if listed.instant is not None:
            largest = _largest(rows, listed.instant, largest)
        payloads = [
            payload for row in rows if (payload := listed.payload(row, project)) is not None
        ]
        listed.complete(clients, project, payloads)
        yield EntityPage(listed.name, project.project_id, payloads, largest)


def _rows(
    clients: Clients, listed: RestList, project: ProjectReference, window: ReadingWindow
) -> Iterator[list[Row]]:
    path = f"/projects/{project.project_id}/{listed.path}"
    query = {key: value for key, value in listed.query(window).items() if value is not None}
    if listed.narrowed is None:
        return clients.rest.pages(path, **query)
    return clients.rest.slices(path, query, listed.narrowed)


def _largest(rows: list[Row], column: str, before: datetime | None) -> datetime | None:
    """The largest instant of the rows and those before them."""
    instants = [datetime.fromisoformat(row[column]).astimezone(UTC) for row in rows]
    return max([*instants, *([before] if before else [])], default=None)
