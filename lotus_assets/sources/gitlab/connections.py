"""Nested lists that did not fit on their page are read to their end."""

from collections.abc import Iterator, Mapping
from typing import Any

from lotus_assets.sources.gitlab.graphql import GraphQLClient, PageSize


class VanishedError(Exception):
    """An entity was listed, and was gone when its details were asked for."""


def completed(
    client: GraphQLClient,
    node: Mapping[str, Any],
    lists: Mapping[str, str],
    project_path: str,
    *way: str,
) -> dict[str, Any]:
    """`node` with each connection of `lists` as a plain, complete list of its nodes.

    `lists` maps the field to the query that continues it; `way` leads from `project` to the
    entity (`mergeRequest`). A connection that is null (no right to see it) becomes an empty list;
    one that was not asked for stays absent.

    Raises:
        VanishedError: the entity is gone when a list is continued.
    """
    variables = {"project": project_path, "iid": node.get("iid")}
    complete = dict(node)
    for name, query in lists.items():
        if name not in node:
            continue
        connection = node[name] or {"nodes": [], "pageInfo": {"hasNextPage": False}}
        complete[name] = [item for item in connection["nodes"] if item is not None]
        if connection["pageInfo"]["hasNextPage"]:
            after = connection["pageInfo"]["endCursor"]
            rest = _rest(client, query, variables | {"after": after}, "project", *way, name)
            complete[name].extend(rest)
    return complete


def _rest(
    client: GraphQLClient, query: str, variables: Mapping[str, Any], *path: str
) -> Iterator[Mapping[str, Any]]:
    size = PageSize(first=1, largest=1)
    for _, connection in client.pages(query, variables, *path, size=size):
        if connection is None:
            raise VanishedError(query)
        yield from (item for item in connection["nodes"] if item is not None)
