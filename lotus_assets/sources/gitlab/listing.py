"""GraphQL lists of one project: windows, watermarks, and nested lists read to their end."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lotus_assets.sources.gitlab.connections import VanishedError
from lotus_assets.sources.gitlab.graphql import Answer, GraphQLClient
from lotus_assets.sources.gitlab.pages import Page, Payload, ProjectReference, Window

logger = logging.getLogger(__name__)

Node = Mapping[str, Any]


class UnreadableError(Exception):
    """The project, or this list of it, came back null."""


@dataclass
class Watermark:
    """The largest `updatedAt` so far, never beyond GitLab's clock at the first page."""

    limit: datetime | None = None
    largest: datetime | None = None
    _started: bool = field(default=False, repr=False)

    def saw(self, answer: Answer, nodes: list[Payload]) -> datetime | None:
        """Take one page into account; gives the watermark as it stands."""
        if not self._started:
            self.limit, self._started = answer.at, True
        texts = [node["updatedAt"] for node in nodes if node.get("updatedAt")]
        instants = [datetime.fromisoformat(text).astimezone(UTC) for text in texts]
        known = [self.largest] if self.largest else []
        self.largest = max([*instants, *known], default=None)
        if self.largest is None or self.limit is None:
            return self.largest
        return min(self.largest, self.limit)


@dataclass(frozen=True)
class Listing:
    """One list of a project: the query, the field, and what becomes of each node."""

    client: GraphQLClient
    query: str
    connection: str
    entity: str
    payload: Callable[[Node], Payload]

    def pages(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """The window's pages; with `with_open`, then the open ones updated before it.

        Raises:
            UnreadableError: the project or the list is null.
        """
        watermark = Watermark()
        for variables in self._passes(project, window):
            pages = self.client.pages(self.query, variables, "project", self.connection)
            for answer, connection in pages:
                if connection is None:
                    raise UnreadableError
                payloads = [
                    payload
                    for node in connection["nodes"]
                    if node is not None and (payload := self._payload(project, node)) is not None
                ]
                at = watermark.saw(answer, payloads)
                yield Page(self.entity, project.project_id, payloads, at)

    def _passes(self, project: ProjectReference, window: Window) -> Iterator[dict[str, Any]]:
        variables = {
            "project": project.path,
            "updatedAfter": _text(window.updated_after),
            "updatedBefore": _text(window.updated_before),
        }
        yield variables
        if window.with_open and window.updated_after is not None:
            before = _text(window.updated_after)
            yield variables | {"updatedAfter": None, "updatedBefore": before, "state": "opened"}

    def _payload(self, project: ProjectReference, node: Node) -> Payload | None:
        """The payload of a node; None when it was deleted while its details were read."""
        try:
            return self.payload(node)
        except VanishedError:
            logger.info(
                "project %s: %s %s vanished while it was read",
                project.path, self.entity, node.get("iid"),
            )  # fmt: skip
            return None


def _text(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
