"""How often one may ask: GitLab's rate limit, announced in the headers of every answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE_SECONDS = 60
LIMIT_NAME = "throttle_authenticated_api"


@dataclass(frozen=True)
class RateLimits:
    """Requests a minute and token; 0 switches the limit off."""

    requests_per_minute: int = 2000
    """GitLab's `throttle_authenticated_api` (gitlab.com: 2,000)."""
    has_retry_after: bool = True
    """Whether a 429 carries `Retry-After`."""


@dataclass
class CallerMinute:
    """One caller's requests in one minute."""

    started_at: int
    observed: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the limit says about one request."""

    headers: dict[str, str]
    is_refused: bool = False


@dataclass
class Limiter:
    """Counts in fixed windows of a minute, as Rack::Attack does.

    `clock` gives seconds since the epoch, so that tests can turn it.
    """

    limits: RateLimits
    clock: Callable[[], float] = time.time
    _minutes: dict[str, CallerMinute] = field(default_factory=dict)

    def admit(self, caller: str) -> Verdict:
        """Count one request of `caller` and judge it."""
        limit = self.limits.requests_per_minute
        if limit == 0:
            return Verdict({})
        now = int(self.clock())
        started_at = now // MINUTE_SECONDS * MINUTE_SECONDS
        minute = self._minutes.get(caller)
        if minute is None or minute.started_at != started_at:
            minute = self._minutes[caller] = CallerMinute(started_at)
        minute.observed += 1
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Name": LIMIT_NAME,
            "RateLimit-Observed": str(minute.observed),
            "RateLimit-Remaining": str(max(limit - minute.observed, 0)),
            "RateLimit-Reset": str(started_at + MINUTE_SECONDS),
        }
        if minute.observed <= limit:
            return Verdict(headers)
        if self.limits.has_retry_after:
            headers["Retry-After"] = str(started_at + MINUTE_SECONDS - now)
        return Verdict(headers, is_refused=True)
