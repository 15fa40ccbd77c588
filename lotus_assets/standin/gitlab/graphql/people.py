"""Users as GraphQL sees them."""

from typing import Any

from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldFunction,
    FieldTable,
    global_id,
)
from lotus_assets.standin.gitlab.store import Payload


def user_of(key: str) -> FieldFunction:
    """A field that holds a user of an entity's payload."""

    def read(entity: Entity, _arguments: Arguments, context: Context) -> Payload | None:
        return whole_user(entity.payload.get(key), context)

    return read


def whole_user(basic: Payload | None, context: Context) -> Payload | None:
    """The full user of a basic one inside a payload, as far as it is known."""
    if basic is None:
        return None
    return context.served.store.users.get(basic["id"], basic)


def _get(key: str, otherwise: Any = None) -> FieldFunction:
    return lambda user, _arguments, _context: user.get(key, otherwise)


USER: FieldTable = {
    "id": lambda user, _arguments, _context: global_id("User", user["id"]),
    "username": _get("username"),
    "name": _get("name"),
    "state": _get("state", "active"),
    "bot": lambda user, _arguments, _context: bool(user.get("bot", False)),
    "publicEmail": _get("public_email"),
}
