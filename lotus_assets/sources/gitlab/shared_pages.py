"""First pages of the lists of small projects: several projects a request.

Who asks for one of them asks for all of its group; the others take theirs when they come. Whatever
goes wrong with a shared request, each project then asks for itself: nothing depends on it.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol

from lotus_assets.sources.gitlab.graphql import (
    LARGEST_NESTED,
    GraphQLAnswer,
    GraphQLClient,
    QueryError,
)
from lotus_assets.sources.gitlab.many_projects import of_many
from lotus_assets.sources.gitlab.session import TransientError

logger = logging.getLogger(__name__)

Variables = Mapping[str, Any]


class SharedList(Protocol):
    """What of a list's declaration says how projects share its first pages."""

    @property
    def name(self) -> str:
        """The list's name, and its document's."""

    @property
    def shared_by(self) -> int:
        """How many projects share a request."""

    @property
    def few(self) -> int:
        """Rows of a first page that is shared, at most."""


@dataclass
class _Group:
    """Projects whose first pages of a list are one request."""

    listed: SharedList
    projects: Sequence[Variables]
    _lock: Lock = field(default_factory=Lock, repr=False)
    _answer: GraphQLAnswer | None = None
    _is_asked: bool = False

    def page(self, client: GraphQLClient, asked: Variables) -> GraphQLAnswer | None:
        """The answer as if the project had asked alone; None when it has to."""
        with self._lock:
            if not self._is_asked:
                self._answer, self._is_asked = self._ask(client), True
        if self._answer is None or asked not in self.projects:
            return None
        number = self.projects.index(asked)
        return GraphQLAnswer(
            {"project": self._answer.data.get(f"project{number}")}, self._answer.at
        )

    def _ask(self, client: GraphQLClient) -> GraphQLAnswer | None:
        variables: dict[str, Any] = {"first": self.listed.few, "nested": LARGEST_NESTED}
        for number, of_project in enumerate(self.projects):
            variables |= {f"{name}{number}": value for name, value in of_project.items()}
        name = self.listed.name
        try:
            text = of_many(name, len(self.projects), client.is_enterprise)
            return client.execute(name, variables, text, unless=TransientError)
        except (TransientError, QueryError) as failed:
            logger.info("%d projects ask for %s alone: %s", len(self.projects), name, failed)
            return None


@dataclass
class SharedPages:
    """What was planned to be asked for together; safe for many threads."""

    client: GraphQLClient
    _groups: dict[tuple[str, str], _Group] = field(default_factory=dict)

    def plan(self, listed: SharedList, projects: Sequence[Variables]) -> None:
        """These projects' first pages of a list, by the variables of each, are few rows each."""
        for start in range(0, len(projects), listed.shared_by):
            group = _Group(listed, projects[start : start + listed.shared_by])
            for of_project in group.projects:
                self._groups[listed.name, of_project["project"]] = group

    def page(self, listed: SharedList, asked: Variables) -> GraphQLAnswer | None:
        """The first page of a project's list where it was planned, once; else None."""
        group = self._groups.pop((listed.name, asked["project"]), None)
        return None if group is None else group.page(self.client, asked)
