"""How often one may ask: GitLab's rate limits, with and without announcement."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class RateLimits:
    """Requests a minute and token; 0 switches a limit off."""

    requests_per_minute: int = 2000
    """GitLab's `throttle_authenticated_api` (announced in `RateLimit-*`; gitlab.com: 2,000)."""
    project_jobs_per_minute: int = 600
    """`GET /projects/:id/jobs` only; nothing announces it."""
    has_retry_after: bool = True
    """Whether a 429 of the announced limit carries `Retry-After`."""


@dataclass
class Window:
    """One caller's requests in one minute."""

    started_at: int
    observed: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the limits say about one request."""

    headers: dict[str, str]
    refusal: str | None = None
    """None: go on. Otherwise the limit that was passed."""


@dataclass
class Limiter:
    """Counts in fixed windows of a minute, as Rack::Attack does.

    `clock` gives seconds since the epoch, so that tests can turn it.
    """

    limits: RateLimits
    clock: Callable[[], float] = time.time
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def admit(self, caller: str, *, is_project_jobs: bool) -> Verdict:
        """Count one request of `caller` and judge it."""
        headers = self._count("throttle_authenticated_api", caller, self.limits.requests_per_minute)
        if headers.pop("refused", None):
            if self.limits.has_retry_after:
                headers["Retry-After"] = str(self._seconds_left())
            return Verdict(headers, "throttle_authenticated_api")
        if is_project_jobs:
            hidden = self._count("project_jobs_api", caller, self.limits.project_jobs_per_minute)
            if "refused" in hidden:
                return Verdict(headers, "project_jobs_api")
        return Verdict(headers)

    def _count(self, name: str, caller: str, limit: int) -> dict[str, str]:
        if limit == 0:
            return {}
        started_at = int(self.clock()) // WINDOW_SECONDS * WINDOW_SECONDS
        window = self._windows.get((name, caller))
        if window is None or window.started_at != started_at:
            window = self._windows[name, caller] = Window(started_at)
        window.observed += 1
        headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Name": name,
            "RateLimit-Observed": str(window.observed),
            "RateLimit-Remaining": str(max(limit - window.observed, 0)),
            "RateLimit-Reset": str(started_at + WINDOW_SECONDS),
        }
        if window.observed > limit:
            headers["refused"] = "yes"
        return headers

    def _seconds_left(self) -> int:
        now = int(self.clock())
        return WINDOW_SECONDS - now % WINDOW_SECONDS
