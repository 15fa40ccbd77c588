"""Counters of the traffic with GitLab."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True)
class Statistics:
    """A snapshot: all requests (Git's included), those repeated, those answered with 429.

    `by_operation` counts requests by GraphQL operation, REST resource or Git command.
    """

    requests: int = 0
    retries: int = 0
    throttled: int = 0
    by_operation: Mapping[str, int] = field(default_factory=dict)


class Counters:
    """The counters themselves, safe for many threads."""

    def __init__(self) -> None:
        """All at zero."""
        self._lock = Lock()
        self._operations: Counter[str] = Counter()
        self._retries = 0
        self._throttled = 0

    def request(self, operation: str, count: int = 1) -> None:
        """One more request (or `count`) was sent."""
        with self._lock:
            self._operations[operation] += count

    def retry(self) -> None:
        """A request is about to be repeated."""
        with self._lock:
            self._retries += 1

    def throttled(self) -> None:
        """GitLab answered 429."""
        with self._lock:
            self._throttled += 1

    def snapshot(self) -> Statistics:
        """The counts as they stand now."""
        with self._lock:
            return Statistics(
                requests=self._operations.total(),
                retries=self._retries,
                throttled=self._throttled,
                by_operation=dict(sorted(self._operations.items())),
            )
