"""REST lists, read in slices of time instead of deep offsets.

GitLab leaves out totals beyond 10,000 rows and refuses offsets beyond 50,000 with a 405.
So a list ordered by a time is continued from the time of its last row, and rows that are seen
twice are given once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gitlab
from gitlab.exceptions import GitlabHttpError

from lotus_assets.sources.gitlab.errors import GitLabError
from lotus_assets.sources.gitlab.pages import Query, Row
from lotus_assets.sources.gitlab.session import PacedSession, TimedOutError, TransientError

PAGE_SIZE = 100
PAGES_IN_A_SLICE = 50
"""A slice ends after 5,000 rows, well before GitLab's 10,000."""


class RefusedError(GitLabError):
    """GitLab answered with a client error."""

    def __init__(self, path: str, status: int, message: str) -> None:
        """`status` is the HTTP status."""
        super().__init__(f"{path}: {message} ({status})")
        self.status = status


@dataclass
class RestClient:
    """python-gitlab over the paced session; its own retries and waits are off."""

    client: gitlab.Gitlab
    session: PacedSession

    @classmethod
    def over(cls, session: PacedSession, url: str, token: str) -> "RestClient":
        """A client for the GitLab at `url`."""
        return cls(
            gitlab.Gitlab(
                url,
                private_token=token,
                session=session,
                retry_transient_errors=False,
                keep_base_url=True,
            ),
            session,
        )

    def get(self, path: str, **query: Any) -> Any:
        """One answer as parsed JSON.

        Raises:
            RefusedError: GitLab answered 4xx.
            AccessError: 401.
            TransientError: the last attempt failed too.
        """
        return self._repeated(path, query)

    def _repeated(
        self, path: str, query: Query, *, unless: type[TransientError] | tuple[()] = ()
    ) -> Any:
        counters = self.session.counters
        for attempt in self.session.patience.retrying(lambda _: counters.retry(), unless=unless):
            with attempt:
                return self._once(path, query)
        raise AssertionError("tenacity re-raises the last failure")

    def _once(self, path: str, query: Query) -> Any:
        try:
            return self.client.http_get(path, query_data=dict(query), obey_rate_limit=False)
        except GitlabHttpError as refused:
            raise RefusedError(
                path, refused.response_code or 0, str(refused.error_message)
            ) from None

    def pages(self, path: str, **query: Any) -> Iterator[list[Row]]:
        """The pages of a list by offset, until one is not full. Smaller ones if they take too long.

        Raises:
            TimedOutError: a page of one row takes too long.
            TransientError: the last attempt failed too; its size has nothing to do with it.
        """
        size, row = PAGE_SIZE, 0
        while True:
            page = {**query, "per_page": size, "page": row // size + 1}
            try:
                rows = self._repeated(path, page, unless=TimedOutError)
            except TimedOutError:
                if size == 1:
                    raise
                self.session.counters.retry()
                size = _half_that_divides(size, row)
                continue
            yield rows
            row += size
            if len(rows) < size:
                return

    def slices(
        self, path: str, query: Query, narrowed: Callable[[Query, Row], Query]
    ) -> Iterator[list[Row]]:
        """A list ordered by time, however long: each row once, in pages.

        After `PAGES_IN_A_SLICE` pages the list is asked for anew with `narrowed(query, last row)`,
        which continues at that row's time. If that does not get on (thousands of rows of one
        time), offsets go on.
        """
        seen: set[tuple[object, ...]] = set()
        while True:
            following: Query | None = None
            for number, rows in enumerate(self.pages(path, **query), start=1):
                fresh = [row for row in rows if _version(row) not in seen]
                seen.update(map(_version, fresh))
                if fresh:
                    yield fresh
                if number >= PAGES_IN_A_SLICE and rows:
                    following = narrowed(query, rows[-1])
                    if following != query:
                        break
                    following = None
            if following is None:
                return
            query = following


def _version(row: Row) -> tuple[object, ...]:
    return row["id"], row.get("updated_at")


def _half_that_divides(size: int, row: int) -> int:
    """The next smaller page size at which `row` still begins a page."""
    size //= 2
    while row % size:
        size -= 1
    return size
