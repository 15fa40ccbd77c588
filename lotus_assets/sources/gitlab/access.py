"""Is this token good for what is asked of it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lotus_assets.sources.gitlab.errors import AccessError
from lotus_assets.sources.gitlab.graphql import GraphQLClient
from lotus_assets.sources.gitlab.rest import RefusedError, RestClient

NEEDED = {
    "read_api": frozenset({"read_api", "api"}),
    "read_repository": frozenset({"read_repository", "write_repository", "api"}),
}
"""Scope → the scopes that include it (docs.gitlab.com, "Personal access token scopes")."""


@dataclass(frozen=True)
class Access:
    """What the access check found."""

    version: str
    is_enterprise: bool
    scopes: tuple[str, ...]


def check(rest: RestClient, graphql: GraphQLClient, root_groups: Sequence[str]) -> Access:
    """Prove token, scopes and root groups; one request each, and one for the version.

    Raises:
        AccessError: says which scope or which group is missing.
    """
    token = _token(rest)
    scopes = tuple(str(scope) for scope in token.get("scopes", ()))
    missing = [scope for scope, enough in NEEDED.items() if not enough.intersection(scopes)]
    if missing:
        raise AccessError(
            f"The token of GITLAB_API_TOKEN lacks the scope {' and '.join(missing)} (it has "
            f"{', '.join(scopes) or 'none'}). Create one with read_api and read_repository."
        )
    metadata = graphql.execute("metadata", {}).data.get("metadata") or {}
    unknown = [group for group in root_groups if not _exists(graphql, group)]
    if unknown:
        raise AccessError(
            f"GitLab knows no group {', '.join(map(repr, unknown))}, or the token may not see "
            "it. Check TEM_ROOT_GROUPS, or `roots` in the file of TEM_ORG_FILE."
        )
    return Access(
        version=str(metadata.get("version", "unknown")),
        is_enterprise=bool(metadata.get("enterprise")),
        scopes=scopes,
    )


def _token(rest: RestClient) -> dict[str, Any]:
    try:
        answer = rest.get("/personal_access_tokens/self")
    except RefusedError as refused:
        if refused.status == 403:
            raise AccessError(
                "The token of GITLAB_API_TOKEN lacks the scope read_api (403). Create one with "
                "read_api and read_repository."
            ) from None
        raise AccessError(
            f"GitLab does not say what the token of GITLAB_API_TOKEN may do: {refused}. "
            "Use a personal, group or project access token, and the address of the GitLab itself."
        ) from None
    return dict(answer)


def _exists(graphql: GraphQLClient, group: str) -> bool:
    return graphql.execute("group", {"group": group}).data.get("group") is not None
