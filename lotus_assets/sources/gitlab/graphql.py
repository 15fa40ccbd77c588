"""GraphQL through the paced session: one query at a time, and pages that fit themselves.

GitLab refuses a query beyond complexity 250 and ends one after 30 seconds; both depend on the
page size (docs.gitlab.com/api/graphql, "Limits"). So a page that fails for its size is asked for
again at half the size, from the same cursor; good pages let the size grow back.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lotus_assets.sources.gitlab.documents import document
from lotus_assets.sources.gitlab.errors import GitLabError
from lotus_assets.sources.gitlab.many_projects import of_many
from lotus_assets.sources.gitlab.session import PacedSession, TimedOutError, TransientError

logger = logging.getLogger(__name__)

FIRST_PAGE_SIZE = 50
LARGEST_NESTED = 100
SMALLEST_NESTED = 5
_TOO_COMPLEX = "complexity"
_TOO_LONG = ("timeout", "timed out")
_PASSING = ("internal server error", "try again", "temporarily", "went wrong")
_NO_RIGHT = ("permission", "does not exist", "not authorized")
_LICENSED_FIELDS = ("approvalsRequired", "mergeRequestDiffs")


class TooComplexError(TimedOutError):
    """The query was refused before it was run; a smaller page may pass."""


class QueryError(GitLabError):
    """GitLab answered 200 with errors that no repetition mends."""


@dataclass(frozen=True)
class GraphQLAnswer:
    """The `data` of an answer and the instant at which GitLab gave it (its `Date` header)."""

    data: Mapping[str, Any]
    at: datetime | None = None


@dataclass
class PageSize:
    """The page size of one generator: `first` of the outer list, `nested` of the inner ones."""

    first: int = FIRST_PAGE_SIZE
    nested: int = LARGEST_NESTED
    largest: int = FIRST_PAGE_SIZE

    def shrink(self) -> bool:
        """Halve; the inner lists only once the outer one is down to one. False: no smaller."""
        if self.first > 1:
            self.first //= 2
        elif self.nested > SMALLEST_NESTED:
            self.nested //= 2
        else:
            return False
        return True

    def grow(self) -> None:
        """Half as much again after a good page, up to the size it began with."""
        if self.nested < LARGEST_NESTED:
            self.nested = min(self.nested * 2, LARGEST_NESTED)
        else:
            self.first = min(self.first + max(self.first // 2, 1), self.largest)


@dataclass
class GraphQLClient:
    """Sends the documents of `queries/`; safe for many threads."""

    session: PacedSession
    url: str
    _is_enterprise: bool | None = field(default=None, repr=False)

    def know_edition(self, *, is_enterprise: bool) -> None:
        """What another query has told already is not asked."""
        self._is_enterprise = is_enterprise

    @property
    def is_enterprise(self) -> bool:
        """Whether licensed fields exist; asked once."""
        if self._is_enterprise is None:
            metadata = self.execute("metadata", {}).data.get("metadata") or {}
            self._is_enterprise = bool(metadata.get("enterprise"))
        return self._is_enterprise

    def execute(
        self,
        name: str,
        variables: Mapping[str, Any],
        text: str | None = None,
        *,
        unless: type[TransientError] | tuple[()] = (),
    ) -> GraphQLAnswer:
        """Run one query that has no pages; transient failures are repeated, save `unless`.

        Raises:
            QueryError: GitLab refuses the query for what it says.
            TransientError: the last attempt failed too.
        """
        counters = self.session.counters
        for attempt in self.session.patience.retrying(lambda _: counters.retry(), unless=unless):
            with attempt:
                return self._once(name, variables, text)
        raise AssertionError("tenacity re-raises the last failure")

    def execute_many(
        self, name: str, variables: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Any] | None]:
        """One query of a `project` many times over, in one request: the projects in their order.

        Raises what `execute` does.
        """
        numbered = {
            f"{key}{number}": value
            for number, given in enumerate(variables)
            for key, value in given.items()
        }
        data = self.execute(name, numbered, of_many(name, len(variables))).data
        return [data.get(f"project{number}") for number in range(len(variables))]

    def pages(
        self,
        name: str,
        variables: Mapping[str, Any],
        *path: str,
        size: PageSize | None = None,
        first_page: GraphQLAnswer | None = None,
    ) -> Iterator[tuple[GraphQLAnswer, Mapping[str, Any] | None]]:
        """All pages of the connection at `path` from the cursor `after`: (answer, connection).

        `first_page` is the first of them where it came with others.

        The connection is None when something on the way to it is null (no such project, no
        right to see it, feature disabled); then nothing follows.
        """
        size = size or PageSize()
        after: str | None = variables.get("after")
        while True:
            answer = first_page or self._page(name, {**variables, "after": after}, size)
            first_page = None
            connection = _at(answer.data, path)
            yield answer, connection
            if connection is None or not connection["pageInfo"]["hasNextPage"]:
                return
            after = connection["pageInfo"]["endCursor"]

    def _page(self, name: str, variables: Mapping[str, Any], size: PageSize) -> GraphQLAnswer:
        """One page, at the size that passes. Halving for size costs none of the attempts."""
        while True:
            sizes = {"first": size.first, "nested": size.nested}
            try:
                answer = self.execute(name, {**variables, **sizes}, unless=TimedOutError)
                size.grow()
                return answer
            except TimedOutError as refused:
                self.session.counters.retry()
                logger.info("%s at %d a page: %s", name, size.first, refused)
                if not size.shrink():
                    raise

    def _once(
        self, name: str, variables: Mapping[str, Any], text: str | None = None
    ) -> GraphQLAnswer:
        if text is None:
            licensed = name == "merge_requests" and self.is_enterprise
            text = document(name, is_enterprise=licensed)
        known = {key: value for key, value in variables.items() if f"${key}" in text}
        given = {key: value for key, value in known.items() if value is not None}
        response = self.session.attempt(
            "POST", self.url, json={"query": text, "variables": given}, operation=f"graphql:{name}"
        )
        if response.status_code >= 400:
            raise QueryError(f"GraphQL {name}: GitLab answered {response.status_code}")
        body = response.json()
        data, errors = body.get("data"), body.get("errors") or []
        if errors:
            self._judge(name, data, [str(error.get("message", error)) for error in errors])
        return GraphQLAnswer(data or {}, _date(response.headers.get("Date")))

    def _judge(self, name: str, data: object, messages: list[str]) -> None:
        """Decide what errors in a 200 mean. A field that may not be seen is null, not a failure;
        any other error beside data means that the data are not whole."""
        joined = "; ".join(messages)
        lowered = joined.lower()
        if _TOO_COMPLEX in lowered:
            raise TooComplexError(f"GraphQL {name} is too complex: {joined}")
        if any(word in lowered for word in _TOO_LONG):
            raise TimedOutError(f"GraphQL {name} takes too long: {joined}")
        if self._is_enterprise and any(f"'{field}'" in joined for field in _LICENSED_FIELDS):
            self._is_enterprise = False
            raise TransientError(f"GraphQL {name}: this GitLab has no licensed fields")
        if not isinstance(data, dict):
            if any(sign in lowered for sign in _PASSING):
                raise TransientError(f"GraphQL {name}: {joined}", 500)
            raise QueryError(f"GraphQL {name}: {joined}")
        if not any(sign in lowered for sign in _NO_RIGHT):
            message = f"GraphQL {name} came back in part: {joined}"
            raise TransientError(message, 200, reason="error:graphql")


def _at(data: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any] | None:
    value: Any = data
    for key in path:
        if value is None:
            return None
        value = value.get(key)
    return value if isinstance(value, dict) else None


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None
