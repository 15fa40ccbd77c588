"""How fast GitLab may be asked: one pacer, shared by all worker threads.

It bounds how many requests are under way, and lets nobody start while a pause lasts.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from threading import BoundedSemaphore, Condition

LONGEST_PAUSE = 900.0
"""Seconds; no header makes the collection wait longer at a time."""


@dataclass
class Pacer:
    """Slots and pauses; every method may be called from any thread."""

    max_parallelism: int = 8
    _changed: Condition = field(default_factory=Condition, repr=False)
    _resume_at: float = 0.0
    _slots: BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """One slot for each request that may be under way."""
        self._slots = BoundedSemaphore(self.max_parallelism)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot for one request, once no pause lasts."""
        with self._slots:
            with self._changed:
                while (wait := self.remaining_pause()) > 0:
                    self._changed.wait(wait)
            yield

    def pause(self, seconds: float) -> None:
        """Let no request start for `seconds`, in any thread. A longer pause is not shortened."""
        resume_at = time.monotonic() + min(max(seconds, 0.0), LONGEST_PAUSE)
        with self._changed:
            self._resume_at = max(self._resume_at, resume_at)
            self._changed.notify_all()

    def remaining_pause(self) -> float:
        """Seconds until requests may start again."""
        return max(self._resume_at - time.monotonic(), 0.0)


def announced_pause(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds that the answer's headers ask everybody to wait; None if they ask for nothing.

    `Retry-After` counts whatever the status (a 503 of planned maintenance carries it too).
    `RateLimit-Reset` counts for a 429, and for a good answer that used up the last request of
    its period (`RateLimit-Remaining: 0`); never for a 5xx, where it says nothing about when the
    server is well again. The reset is an instant of the server's clock, so it is measured
    against the answer's own `Date`, not against ours.
    """
    if (after := _number(headers.get("Retry-After"))) is not None and status >= 400:
        return after
    used_up = status < 400 and headers.get("RateLimit-Remaining") == "0"
    if not (status == 429 or used_up):
        return None
    reset = _number(headers.get("RateLimit-Reset"))
    if reset is None:
        return None
    return max(reset - _server_time(headers), 0.0) + 1.0


def _server_time(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return time.time()


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
