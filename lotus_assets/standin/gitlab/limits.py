"""How often one may ask: GitLab's rate limit, announced in the headers of every answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE_SECONDS = 60
API = "throttle_authenticated_api"
GIT = "throttle_authenticated_git_http"
"""Names of limits, as `lib/gitlab/rack_attack.rb` has them and `RateLimit-Name` tells them."""


@dataclass(frozen=True)
class RateLimits:
    """Requests a minute and token; 0 switches the limit off."""

    requests_per_minute: int = 2000
    """GitLab's `throttle_authenticated_api` (gitlab.com: 2,000)."""
    git_requests_per_minute: int = 0
    """GitLab's `throttle_authenticated_git_http`: off until an administrator sets it."""
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
    _minutes: dict[tuple[str, str], CallerMinute] = field(default_factory=dict)

    def admit(self, caller: str, name: str = API) -> Verdict:
        """Count one request of `caller` under the limit of that name, and judge it."""
        limits = self.limits
        limit = limits.git_requests_per_minute if name == GIT else limits.requests_per_minute
        if limit == 0:
            return Verdict({})
        now = int(self.clock())
        started_at = now // MINUTE_SECONDS * MINUTE_SECONDS
        minute = self._minutes.get((name, caller))
        if minute is None or minute.started_at != started_at:
            minute = self._minutes[name, caller] = CallerMinute(started_at)
        minute.observed += 1
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Name": name,
            "RateLimit-Observed": str(minute.observed),
            "RateLimit-Remaining": str(max(limit - minute.observed, 0)),
            "RateLimit-Reset": str(started_at + MINUTE_SECONDS),
        }
        if minute.observed <= limit:
            return Verdict(headers)
        if self.limits.has_retry_after:
            headers["Retry-After"] = str(started_at + MINUTE_SECONDS - now)
        return Verdict(headers, is_refused=True)
