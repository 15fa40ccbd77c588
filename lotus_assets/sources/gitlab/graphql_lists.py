"""GraphQL lists of a project, read as they are declared: windows, watermarks, ids."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lotus_assets.sources.gitlab.connections import VanishedError, completed
from lotus_assets.sources.gitlab.graphql import GraphQLAnswer, PageSize
from lotus_assets.sources.gitlab.pages import (
    EntityPage,
    Payload,
    ProjectReference,
    ReadingWindow,
    gid_number,
    iso_text,
)
from lotus_assets.sources.gitlab.project_lists import Clients, GraphQLList
from lotus_assets.sources.gitlab.reduction import Node

logger = logging.getLogger(__name__)

IDENTIFIERS_A_PAGE = 100


class UnreadableError(Exception):
    """The project, or this list of it, came back null."""


@dataclass
class Watermark:
    """The largest `updatedAt` so far, never beyond GitLab's clock at the first page."""

    limit: datetime | None = None
    largest: datetime | None = None
    _has_started: bool = field(default=False, repr=False)

    def saw(self, answer: GraphQLAnswer, nodes: list[Payload]) -> datetime | None:
        """Take one page into account; gives the watermark as it stands."""
        if not self._has_started:
            self.limit, self._has_started = answer.at, True
        texts = [node["updatedAt"] for node in nodes if node.get("updatedAt")]
        instants = [datetime.fromisoformat(text).astimezone(UTC) for text in texts]
        known = [self.largest] if self.largest else []
        self.largest = max([*instants, *known], default=None)
        if self.largest is None or self.limit is None:
            return self.largest
        return min(self.largest, self.limit)


def graphql_pages(
    clients: Clients, listed: GraphQLList, project: ProjectReference, window: ReadingWindow
) -> Iterator[EntityPage]:
    """The window's pages; with `has_open`, then the open ones updated before it.

    Raises:
        UnreadableError: the project or the list is null.
    """
    watermark = Watermark()
    for variables in _passes(listed, project, window):
        first_page = clients.shared.page(listed, variables)
        for answer, connection in clients.graphql.pages(
            listed.name, variables, "project", listed.connection, first_page=first_page
        ):
            if connection is None:
                raise UnreadableError
            payloads = [
                payload
                for node in connection["nodes"]
                if node is not None
                and (payload := _payload(clients, listed, project, node)) is not None
            ]
            listed.complete(clients, project, payloads)
            at = watermark.saw(answer, payloads)
            yield EntityPage(listed.name, project.project_id, payloads, at)


def identifier_pages(
    clients: Clients, listed: GraphQLList, project: ProjectReference
) -> Iterator[list[int]]:
    """Ids of all that exist, by the document `queries/<name>_identifiers.graphql`.

    Raises:
        UnreadableError: the project or the list is null.
    """
    size = PageSize(first=IDENTIFIERS_A_PAGE, largest=IDENTIFIERS_A_PAGE)
    pages = clients.graphql.pages(
        f"{listed.name}_identifiers",
        {"project": project.path},
        "project",
        listed.connection,
        size=size,
    )
    for _, connection in pages:
        if connection is None:
            raise UnreadableError
        yield [gid_number(node["id"]) for node in connection["nodes"]]


def share(
    clients: Clients,
    listed: GraphQLList,
    windows: Sequence[tuple[ProjectReference, ReadingWindow]],
) -> None:
    """Let projects that have few entities of a list in their windows ask for them together."""
    passes = (next(_passes(listed, project, window), None) for project, window in windows)
    clients.shared.plan(listed, [variables for variables in passes if variables is not None])


def _passes(
    listed: GraphQLList, project: ProjectReference, window: ReadingWindow
) -> Iterator[dict[str, Any]]:
    after, before = iso_text(window.updated_after), iso_text(window.updated_before)
    variables = {"project": project.path, "updatedAfter": after, "updatedBefore": before}
    if not window.is_empty:
        yield variables
    if listed.has_open and window.has_open and after is not None:
        yield variables | {"updatedAfter": None, "updatedBefore": after, "state": "opened"}


def _payload(
    clients: Clients, listed: GraphQLList, project: ProjectReference, node: Node
) -> Payload | None:
    """The payload of a node; None when it was deleted while its details were read."""
    try:
        whole = completed(clients.graphql, node, listed.nested, project.path, listed.node)
    except VanishedError:
        logger.info(
            "project %s: %s %s vanished while it was read",
            project.path, listed.name, node.get("iid"),
        )  # fmt: skip
        return None
    return listed.payload(clients.reduction, whole, project)
