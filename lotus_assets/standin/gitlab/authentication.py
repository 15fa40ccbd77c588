"""Who asks: tokens, the three ways to show one, and what their scopes allow."""

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

READING_SCOPES = frozenset({"api", "read_api"})
"""Scopes that may read REST and GraphQL."""
REPOSITORY_SCOPES = frozenset({"read_repository", "write_repository", "api"})
"""Scopes that may fetch over HTTP."""


@dataclass(frozen=True)
class Token:
    """A personal access token; its value stays out of `repr`, and so out of logs."""

    value: str = field(repr=False)
    scopes: frozenset[str] = frozenset({"read_api", "read_repository"})
    user_id: int = 1
    token_id: int = 1
    name: str = "lotus-assets"
    is_revoked: bool = False


class InvalidToken(Exception):
    """A token was shown that is not known, or is revoked."""


def new_token() -> str:
    """A random value in the form of GitLab's personal access tokens."""
    return f"glpat-{secrets.token_urlsafe(24)}"


class Tokens:
    """The tokens that the stand-in knows."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        """Know `tokens`, and no others."""
        self._by_value = {token.value: token for token in tokens}

    def identify(self, headers: Mapping[str, str]) -> Token | None:
        """The token of a request, or None when it shows none.

        GitLab reads `PRIVATE-TOKEN`, `Authorization: Bearer` and, for Git, the password of
        HTTP Basic. Raises `InvalidToken`.
        """
        value = _shown(headers)
        if value is None:
            return None
        token = self._by_value.get(value)
        if token is None or token.is_revoked:
            raise InvalidToken
        return token


def _shown(headers: Mapping[str, str]) -> str | None:
    private = headers.get("private-token")
    if private:
        return private
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        return _password(credentials)
    return None


def _password(credentials: str) -> str:
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidToken from error
    return decoded.partition(":")[2]
