"""What a list of a project is: what is asked for, and what is kept of each entity.

Declarations alone, so that naming a list imports no client. How they are read stands in
`graphql_lists` and `rest_lists`; the lists themselves stand in `lists`, one a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lotus_assets.sources.gitlab.pages import (
    Feature,
    Payload,
    ProjectReference,
    Query,
    ReadingWindow,
    Row,
)
from lotus_assets.sources.gitlab.reduction import Node, Reduction

if TYPE_CHECKING:
    from lotus_assets.sources.gitlab.graphql import GraphQLClient
    from lotus_assets.sources.gitlab.rest import RestClient
    from lotus_assets.sources.gitlab.shared_pages import SharedPages


@dataclass(frozen=True)
class Clients:
    """What lists are read with."""

    graphql: "GraphQLClient"
    rest: "RestClient"
    reduction: Reduction
    shared: "SharedPages"


def nothing_more(_clients: Clients, _project: ProjectReference, _page: Sequence[Payload]) -> None:
    """The list says all there is."""


@dataclass(frozen=True)
class GraphQLList:
    """A connection of a project, read by the document `queries/<name>.graphql`.

    `connection` is its field in `project`, `node` the one that gives one entity by its iid.
    `nested` maps connections in a node to the documents that continue them beyond the page.
    `payload` makes of a node, its nested lists whole, what leaves; `complete` adds to a page what
    other requests say. `has_open`: entities are open until they are closed, and a window
    may ask for all that are. `shared_by` projects whose first pages are of at most `few` rows
    share a request: so many fit, by their complexity.
    """

    name: str
    connection: str
    node: str
    feature: Feature
    payload: Callable[[Reduction, Node, ProjectReference], Payload]
    nested: Mapping[str, str] = field(default_factory=dict, hash=False)
    complete: Callable[[Clients, ProjectReference, Sequence[Payload]], None] = nothing_more
    has_open: bool = True
    shared_by: int = 1
    few: int = 0


def as_it_is(_window: ReadingWindow) -> Query:
    """The list is read whole, whatever the window."""
    return {}


@dataclass(frozen=True)
class RestList:
    """A list at `path` below a project.

    `payload` makes of a row what leaves, None of one that is left out. `query` says how a window
    is asked for; None values are left out. A list that may be longer than offsets reach is ordered
    by time: `narrowed` continues its query at the time of the last row. `instant` names the time
    that is the watermark. `complete` adds to a page what other requests say. `is_of_commits`: of a
    project without commits the list is empty.
    """

    name: str
    path: str
    payload: Callable[[Row, ProjectReference], Payload | None]
    feature: Feature | None = None
    query: Callable[[ReadingWindow], Query] = as_it_is
    narrowed: Callable[[Query, Row], Query] | None = None
    instant: str | None = None
    complete: Callable[[Clients, ProjectReference, Sequence[Payload]], None] = nothing_more
    is_of_commits: bool = False


ProjectList = GraphQLList | RestList
