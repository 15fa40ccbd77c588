"""What a field is asked of: an entity, and the request it is asked in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.served_store import ServedStore
from lotus_assets.standin.gitlab.store import Payload, ProjectData


class FieldError(Exception):
    """A field that GitLab answers with an error; the field itself becomes null."""


@dataclass
class Context:
    """One GraphQL request."""

    served: ServedStore
    token: Token | None
    base_url: str
    resolved_environments: set[int] = field(default_factory=set)

    @property
    def is_authenticated(self) -> bool:
        """Whether a known token was shown."""
        return self.token is not None


class Entity(NamedTuple):
    """A payload of a project."""

    data: ProjectData
    payload: Payload


Arguments = dict[str, Any]
FieldFunction = Callable[[Any, Arguments, Context], Any]
"""(value of the parent, coerced arguments, request) → value of the field."""
FieldTable = dict[str, FieldFunction]


def from_payload(key: str) -> FieldFunction:
    """A field that is a key of an `Entity`'s payload."""

    def read(entity: Entity, _arguments: Arguments, _context: Context) -> Any:
        return entity.payload.get(key)

    return read


def time_of(key: str) -> FieldFunction:
    """A field of type Time: GraphQL gives whole seconds in UTC."""

    def read(entity: Entity, _arguments: Arguments, _context: Context) -> str | None:
        return whole_seconds(entity.payload.get(key))

    return read


def whole_seconds(text: str | None) -> str | None:
    """An instant of REST as GraphQL writes it (`2019-06-28T05:21:43Z`)."""
    if not text:
        return None
    if text[-1] == "Z" and len(text) >= 20:
        return text[:19] + "Z"
    return instant(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """ISO 8601 as an aware instant; without an offset UTC is meant, as in GitLab."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldError(f'"{text}" could not be parsed to a valid time') from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def global_id(kind: str, number: int | str) -> str:
    """GitLab's global id, for example `gid://gitlab/User/1`."""
    return f"gid://gitlab/{kind}/{number}"


def number_of(identifier: str) -> int | None:
    """The number at the end of a global id, or of a plain id."""
    tail = str(identifier).rpartition("/")[2]
    return int(tail) if tail.isdecimal() else None
