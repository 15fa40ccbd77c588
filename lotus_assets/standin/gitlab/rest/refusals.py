"""The ways GitLab says no over REST."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Refusal(Exception):
    """An answer that is an error."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def unauthorized() -> Refusal:
    """401: no token where one is needed, or one that is not known."""
    return Refusal(401, {"message": "401 Unauthorized"})


def insufficient_scope(needed: str) -> Refusal:
    """403: the token lacks a scope."""
    return Refusal(
        403,
        {
            "error": "insufficient_scope",
            "error_description": (
                "The request requires higher privileges than provided by the access token."
            ),
            "scope": needed,
        },
    )


def forbidden() -> Refusal:
    """403: a project or a feature that is closed to the caller."""
    return Refusal(403, {"message": "403 Forbidden"})


def not_found(what: str = "") -> Refusal:
    """404, for example `404 Project Not Found`."""
    return Refusal(404, {"message": f"404 {what} Not Found" if what else "404 Not found"})


def bad_request(reason: str) -> Refusal:
    """400 for a combination of parameters that GitLab does not take."""
    return Refusal(400, {"message": f"400 Bad request - {reason}"})


def invalid(parameter: str, reason: str = "is invalid") -> Refusal:
    """400 for a parameter's value."""
    return Refusal(400, {"error": f"{parameter} {reason}"})
