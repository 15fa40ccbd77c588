"""Every project under some groups, with its environments and releases."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lotus_assets.engine.delivery.group_paths import lies_under
from lotus_assets.sources.gitlab.connections import VanishedError, completed
from lotus_assets.sources.gitlab.errors import AccessError
from lotus_assets.sources.gitlab.graphql import GraphQLClient, PageSize, QueryError
from lotus_assets.sources.gitlab.pages import EntityPage, Payload, gid_number
from lotus_assets.sources.gitlab.session import TransientError

NESTED = {"releases": "releases"}


def project_pages(graphql: GraphQLClient, root_groups: Sequence[str]) -> Iterator[EntityPage]:
    """Every project under the root groups; one that is under two of them comes once.

    Raises:
        AccessError: a root group is unknown.
    """
    seen: set[str] = set()
    parallelism = graphql.session.pacer.max_parallelism
    for group in root_groups:
        for _, connection in graphql.pages("projects", {"group": group}, "group", "projects"):
            if connection is None:
                raise AccessError(f"GitLab knows no group {group!r}; check the root groups.")
            nodes = [
                node
                for node in connection["nodes"]
                if node["id"] not in seen and lies_under(node["fullPath"], group)
            ]
            seen.update(node["id"] for node in nodes)
            with ThreadPoolExecutor(parallelism) as pool:
                payloads = list(pool.map(lambda node: project_payload(graphql, node), nodes))
            yield EntityPage("projects", None, payloads)


def project_payload(graphql: GraphQLClient, node: Mapping[str, Any]) -> Payload:
    """A project with its releases and environments; with `failed` instead if these do not come."""
    project = {**node, "project_id": gid_number(node["id"])}
    try:
        return project | {
            "releases": _releases(graphql, node),
            "environments": _environments(graphql, node),
        }
    except (TransientError, QueryError) as failed:
        return project | {"failed": failed}


def _releases(graphql: GraphQLClient, node: Mapping[str, Any]) -> list[Any]:
    """All of them; none of a project that is gone meanwhile."""
    try:
        releases: list[Any] = completed(graphql, node, NESTED, node["fullPath"])["releases"]
    except VanishedError:
        return []
    return releases


def _environments(graphql: GraphQLClient, node: Mapping[str, Any]) -> list[Any]:
    """All of them: GitLab gives those of one project a request."""
    environments: list[Any] = []
    if node.get("jobsEnabled"):
        variables = {"project": node["fullPath"]}
        size = PageSize(first=1, largest=1)
        pages = graphql.pages("environments", variables, "project", "environments", size=size)
        for _, connection in pages:
            environments += (connection or {}).get("nodes") or []
    return environments
