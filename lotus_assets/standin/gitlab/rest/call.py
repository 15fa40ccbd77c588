"""One REST request, as the endpoints see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.rest.refusals import forbidden, invalid, not_found, unauthorized
from lotus_assets.standin.gitlab.served_store import ServedStore, is_enabled
from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store


@dataclass(frozen=True)
class Call:
    """The parameters of a request with the state to answer from."""

    served: ServedStore
    token: Token | None
    base_url: str
    """Of the stand-in itself, for example `http://127.0.0.1:8080`."""
    path: dict[str, str]
    query: Sequence[tuple[str, str]]

    @property
    def store(self) -> Store:
        """The state to answer from."""
        return self.served.store

    def text(self, name: str) -> str | None:
        """A query parameter; the last one counts, and an empty one is none."""
        values = [value for key, value in self.query if key == name]
        return values[-1] if values and values[-1] else None

    def texts(self, name: str) -> list[str]:
        """An array parameter (`iids[]=1&iids[]=2`, or `iids=1,2`)."""
        listed = [value for key, value in self.query if key == f"{name}[]"]
        single = self.text(name)
        return listed + (single.split(",") if single else [])

    def flag(self, name: str) -> bool | None:
        """A boolean parameter."""
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false", "1", "0"):
            raise invalid(name)
        return value.lower() in ("true", "1")

    def number(self, name: str, otherwise: int) -> int:
        """A whole-number parameter."""
        value = self.text(name)
        if value is None:
            return otherwise
        if not value.lstrip("-").isdecimal():
            raise invalid(name)
        return int(value)

    def instant(self, name: str) -> datetime | None:
        """An instant; without an offset UTC is meant."""
        value = self.text(name)
        return None if value is None else instant(value, name)

    def chosen(self, name: str, values: Sequence[str], otherwise: str) -> str:
        """One of a few values."""
        value = self.text(name) or otherwise
        if value not in values:
            raise invalid(name, "does not have a valid value")
        return value

    def project(self, feature: str | None = None) -> ProjectData:
        """The project of the address, readable and with the feature on.

        Raises 404 for an unknown one (and for a private one without a token), 403 for one that
        the caller may not read, or whose feature is off.
        """
        data = self.served.project(self.path["project"])
        if data is None:
            raise not_found("Project") if self.token else unauthorized()
        if self.token is None and data.project.get("visibility") != "public":
            raise not_found("Project")
        if data.access == "forbidden":
            raise forbidden()
        if feature is not None and not is_enabled(data.project, feature):
            raise forbidden()
        return data

    def reader(self) -> Token:
        """The token, where GitLab answers nobody without one."""
        if self.token is None:
            raise unauthorized()
        return self.token


def instant(value: str, name: str = "value") -> datetime:
    """ISO 8601 as an aware instant."""
    try:
        parsed = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError as error:
        raise invalid(name) from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ListedRows:
    """A list to answer a page of."""

    rows: Sequence[Payload]
    kind: str
    """GitLab's name of the class, used in its messages."""
    show: Callable[[Payload], Payload] = lambda row: row
    """What a row looks like in the answer."""
    has_totals: bool = True
    """Repository commits never have `X-Total`."""


Outcome = ListedRows | Payload | list[Any]
Endpoint = Callable[[Call], Outcome]


def without(row: Payload, *keys: str) -> Payload:
    """A payload without keys that GitLab does not send."""
    return {key: value for key, value in row.items() if key not in keys}
