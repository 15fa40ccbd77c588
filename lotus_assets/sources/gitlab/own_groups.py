"""The groups to discover when nobody named any: those that the token's user belongs to."""

from collections.abc import Iterable

from lotus_assets.sources.gitlab.errors import AccessError
from lotus_assets.sources.gitlab.graphql import GraphQLClient


def own_groups(graphql: GraphQLClient) -> tuple[str, ...]:
    """Full paths of the outermost groups that the token's user is a member of, sorted.

    Raises:
        AccessError: there are none.
    """
    pages = graphql.pages("own_groups", {}, "groups")
    paths = [
        node["fullPath"] for _, connection in pages if connection for node in connection["nodes"]
    ]
    if not paths:
        raise AccessError(
            "The user of GITLAB_API_TOKEN is a member of no group. Name the groups to read in "
            "TEM_ROOT_GROUPS, or under `roots` in the file of TEM_ORG_FILE."
        )
    return outermost(paths)


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Those group paths that lie under no other of them, sorted."""
    known = set(paths)
    return tuple(
        sorted(path for path in known if not any(above in known for above in ancestors(path)))
    )


def ancestors(path: str) -> tuple[str, ...]:
    """`a/b/c` lies under `a` and `a/b`."""
    parts = path.split("/")
    return tuple("/".join(parts[:depth]) for depth in range(1, len(parts)))
