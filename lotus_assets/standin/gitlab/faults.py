"""What can go wrong on purpose: scripted by tests, matched by request, counted by hit."""

import fnmatch
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from lotus_assets.standin.gitlab.store import Store

HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class Respond:
    """Answer with this instead of the real answer."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CutBody:
    """Answer as usual, and cut the connection after this share of the body."""

    share: float = 0.5


@dataclass(frozen=True)
class Delay:
    """Answer as usual, this many seconds late."""

    seconds: float


@dataclass(frozen=True)
class Change:
    """Change the store just before answering: pages move, entities vanish."""

    change: Callable[[Store], None]


Effect = Respond | CutBody | Delay | Change


@dataclass
class Fault:
    """An effect and the requests that meet it.

    `path` is a shell pattern over the decoded path without query (`*/merge_requests`);
    `operation` is the GraphQL operation name; `about` are names of which one is a segment of the
    path or a variable of the query (a project's id and path). None matches all. Of the matching
    requests the `nth` (from 1) and those after it, `times` in all (None: for ever), meet the
    effect.
    """

    effect: Effect
    method: str | None = None
    path: str | None = None
    operation: str | None = None
    nth: int = 1
    times: int | None = 1
    about: frozenset[str] | None = None
    hits: int = 0

    def meets(
        self, method: str, path: str, operation: str | None, subjects: Collection[str] = ()
    ) -> bool:
        """Whether this request, about these subjects, matches; counts it when it does."""
        if self.method is not None and self.method != method:
            return False
        if self.path is not None and not fnmatch.fnmatchcase(path, self.path):
            return False
        if self.operation is not None and self.operation != operation:
            return False
        if self.about is not None and self.about.isdisjoint(subjects):
            return False
        self.hits += 1
        return self.hits >= self.nth and (self.times is None or self.hits < self.nth + self.times)


@dataclass
class Faults:
    """The script: all faults that a request meets take effect, in the order they were added."""

    faults: list[Fault] = field(default_factory=list)

    def add(
        self,
        effect: Effect,
        *,
        method: str | None = None,
        path: str | None = None,
        operation: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        about: Collection[str] | None = None,
    ) -> Fault:
        """Add one fault; the returned object counts its `hits`."""
        names = None if about is None else frozenset(about)
        fault = Fault(effect, method, path, operation, nth, times, names)
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        self.faults.clear()

    def effects(
        self, method: str, path: str, operation: str | None, subjects: Collection[str] = ()
    ) -> list[Effect]:
        """What happens to this request."""
        request = (method, path, operation, subjects)
        return [fault.effect for fault in self.faults if fault.meets(*request)]


def too_many_requests(*, retry_after: int | None) -> Respond:
    """429 as GitLab's throttle words it, with or without `Retry-After`."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return Respond(429, b"Retry later\n", "text/plain", headers)


def bad_gateway() -> Respond:
    """502 with the HTML page of the proxy in front of GitLab."""
    return Respond(502, b"<!DOCTYPE html><html><body>GitLab is not responding</body></html>", HTML)


def gateway_timeout() -> Respond:
    """504 of the proxy in front of a GitLab that thinks for too long."""
    return Respond(504, b"<!DOCTYPE html><html><body>Gateway timeout</body></html>", HTML)


def html_page() -> Respond:
    """A sign-in page with status 200 where JSON was expected."""
    return Respond(200, b"<!DOCTYPE html><html><body>Sign in</body></html>", HTML)


def internal_error() -> Respond:
    """500 of REST and GraphQL for an entity that GitLab itself stumbles over."""
    return Respond(500, b'{"message":"500 Internal Server Error"}')


def unavailable(*, retry_after: int | None = None) -> Respond:
    """503 with the page that GitLab's Workhorse shows while Puma starts."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return Respond(503, b"<!DOCTYPE html><title>GitLab is not responding</title>", HTML, headers)


def not_found() -> Respond:
    """404 of a REST entity that was deleted after it was listed."""
    return Respond(404, b'{"message":"404 Not found"}')


def graphql_errors(*messages: str) -> Respond:
    """GraphQL answering 200 with errors and no data."""
    return Respond(200, json.dumps({"errors": [{"message": text} for text in messages]}).encode())


def complexity_refused(score: int, *, limit: int = 250) -> Respond:
    """GraphQL refusing a query for its complexity."""
    return graphql_errors(
        f"Query has complexity of {score}, which exceeds max complexity of {limit}"
    )


def graphql_timeout(field_name: str = "Project.mergeRequests") -> Respond:
    """GraphQL giving up after its 30 seconds, as graphql-ruby's time-out words it."""
    return graphql_errors(f"Timeout on {field_name}")


def statement_timeout() -> Respond:
    """GraphQL giving up because the database did: 503, as GitLab's controller words it."""
    message = "Request timed out. Please try a less complex query or a smaller set of records."
    return replace(graphql_errors(message), status=503)
