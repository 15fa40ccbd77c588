"""The HTTP session that python-gitlab and our GraphQL share: paced, counted, patient.

python-gitlab's own retries stay off: they wait for ever on 429, know 429 only, and take
`RateLimit-Reset` for 5xx too.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError

from lotus_assets.sources.gitlab.errors import AccessError, UnreachableError
from lotus_assets.sources.gitlab.git_traffic import GitTraffic
from lotus_assets.sources.gitlab.pacing import Pacer, announced_pause
from lotus_assets.sources.gitlab.statistics import Counters

TOKEN_HEADER = "PRIVATE-TOKEN"  # noqa: S105 - the header's name
TIMEOUTS = frozenset({504, 522, 524})
_TIMED_OUT = b"timed out"
"""In the 503 of a statement that the database broke off (GraphqlController)."""
SERVER_ERRORS = frozenset({500, 502, 503, 504, 520, 521, 522, 523, 524})


class TransientError(UnreachableError):
    """This attempt failed and another may succeed; `status` is None without a whole answer.

    `reason` is the coverage reason where no other attempt does.
    """

    def __init__(
        self, message: str, status: int | None = None, *, reason: str | None = None
    ) -> None:
        """`message` is a sentence for the reader."""
        super().__init__(message)
        self.status = status
        self.reason = reason or (f"error:http_{status}" if status else "error:connection")


class TimedOutError(TransientError):
    """The answer took too long: asking for the same again takes as long, a smaller page may not."""

    def __init__(self, message: str, status: int | None = None) -> None:
        """`message` is a sentence for the reader."""
        super().__init__(message, status, reason="error:timeout")


class UnansweredError(TransientError):
    """Nothing accepts connections at the address, or nobody knows the host."""


@dataclass(frozen=True)
class GitLabPatience:
    """How long a request is waited for and how often it is sent, all in seconds."""

    attempts: int = 7
    first_wait: float = 1.0
    longest_wait: float = 60.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    start_wait: float = 300.0
    """For a GitLab that answers, and cannot work yet, when a run starts."""

    def retrying(
        self,
        before_sleep: Callable[[RetryCallState], None],
        *,
        unless: type["TransientError"] | tuple[()] = (),
    ) -> Retrying:
        """Repeat transient failures, save those of type `unless`, with jittered, capped,
        doubling waits.
        """

        def may_pass(error: BaseException) -> bool:
            return isinstance(error, TransientError) and not isinstance(error, unless)

        return Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=wait_random_exponential(multiplier=self.first_wait, max=self.longest_wait),
            retry=retry_if_exception(may_pass),
            before_sleep=before_sleep,
            reraise=True,
        )

    def outwaiting(self, pacer: Pacer, tell: Callable[[str], None]) -> Retrying:
        """Repeat for `start_wait` what a GitLab answered that is overloaded or being updated.

        Each wait is told. Where nothing answers at all, waiting is not worth it.
        """

        def may_be_over(error: BaseException) -> bool:
            if isinstance(error, UnansweredError) or not isinstance(error, TransientError):
                return False
            return error.status in {None, 429, *SERVER_ERRORS}

        def is_late(state: RetryCallState) -> bool:
            waited = state.seconds_since_start or 0.0
            return waited + pacer.remaining_pause() >= self.start_wait

        def wait_is_told(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            waited = state.seconds_since_start or 0.0
            tell(f"{error}: waiting, since {waited:.0f} s, for {self.start_wait:.0f} s at most")

        return Retrying(
            stop=is_late,
            wait=wait_random_exponential(multiplier=self.first_wait, max=self.longest_wait),
            retry=retry_if_exception(may_be_over),
            before_sleep=wait_is_told,
            reraise=True,
        )


class JsonResponse(requests.Response):
    """An answer whose JSON is parsed once: to judge it whole, and for whoever asked for it."""

    @cached_property
    def parsed(self) -> Any:
        """The body; ValueError where it is no JSON."""
        return json.loads(self.content)

    def json(self, **_options: Any) -> Any:
        """The same object every time: not to be changed."""
        return self.parsed


class JsonAdapter(requests.adapters.HTTPAdapter):
    """Gives every answer as a `JsonResponse`."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """The answer as requests builds it, in our class."""
        answer = super().build_response(req, resp)
        answer.__class__ = JsonResponse
        return answer


class PacedSession(requests.Session):
    """A session whose every request takes a slot and is counted; whoever asks repeats it.

    Raises:
        AccessError: 401; no other attempt would do better.
        TransientError: another attempt may do better.
    """

    def __init__(
        self,
        token: str,
        *,
        pacer: Pacer | None = None,
        patience: GitLabPatience | None = None,
        counters: Counters | None = None,
    ) -> None:
        """`token` goes into a header and nowhere else."""
        super().__init__()
        self.headers[TOKEN_HEADER] = token
        self.pacer = pacer or Pacer()
        self.patience = patience or GitLabPatience()
        self.counters = counters or Counters()
        adapter = JsonAdapter(pool_connections=4, pool_maxsize=self.pacer.max_parallelism)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def request(
        self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """`attempt`, as python-gitlab calls it."""
        return self.attempt(str(method), str(url), *args, **kwargs)

    def attempt(
        self, method: str, url: str, *args: Any, operation: str | None = None, **kwargs: Any
    ) -> requests.Response:
        """Send once, in a slot. A 429 pauses everybody, with or without `Retry-After`."""
        path = urlsplit(url).path
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = (self.patience.connect_timeout, self.patience.read_timeout)
        with self.pacer.slot():
            self.counters.request(operation or _resource(path))
            try:
                response = super().request(method, url, *args, **kwargs)
            except (requests.ConnectionError, requests.Timeout) as broken:
                raise _broken(broken, url) from None
            except (
                requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ContentDecodingError,
            ):
                raise TransientError(f"The connection broke inside the answer of {path}") from None
            self._heed(response.status_code, response.headers)
        self._judge(response, path)
        return response

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where an answer redirects to; to another host nobody goes, for it would get the token."""
        target = super().get_redirect_target(resp)
        if target and urlsplit(target).netloc not in {"", urlsplit(resp.url).netloc}:
            raise UnreachableError(
                f"GitLab redirects to {urlsplit(target).netloc}: set GITLAB_API_URL to the "
                "address that GitLab itself uses."
            )
        return target

    def heed_git(self, command: str, traffic: GitTraffic) -> None:
        """Count what a Git command asked for; its 429 pauses everybody like any other."""
        self.counters.request(f"git:{command}", traffic.requests)
        if traffic.status is not None:
            self._heed(traffic.status, traffic.headers)

    def _heed(self, status: int, headers: Mapping[str, str]) -> None:
        """Pause everybody as long as the answer asks, before the slot is given back."""
        wait = announced_pause(status, headers)
        if status == 429:
            self.counters.throttled()
            if wait is None:
                wait = self.patience.first_wait
        if wait is not None:
            self.pacer.pause(wait)

    def _judge(self, response: requests.Response, path: str) -> None:
        status = response.status_code
        if status == 401:
            raise AccessError(
                "GitLab refused the token (401): GITLAB_API_TOKEN is wrong, expired or revoked. "
                "Create one with the scopes read_api and read_repository."
            )
        if status == 429:
            raise TransientError(f"GitLab asks to slow down (429) at {path}", status)
        if status in TIMEOUTS or (status in SERVER_ERRORS and _TIMED_OUT in response.content):
            raise TimedOutError(f"GitLab ran out of time ({status}) at {path}", status)
        if status in SERVER_ERRORS:
            raise TransientError(f"GitLab failed with {status} at {path}", status)
        if status == 200 and not _is_json(response):
            message = f"GitLab sent a page instead of data (no JSON) at {path}"
            raise TransientError(message, status, reason="error:page")


def _is_json(response: requests.Response) -> bool:
    """Whether the body is JSON whatever the header says; a proxy's login page is not."""
    if "json" not in response.headers.get("Content-Type", ""):
        return False
    try:
        response.json()
    except ValueError:
        return False
    return True


def _broken(error: requests.RequestException, url: str) -> TransientError:
    """What it means that no whole answer came; requests wraps what urllib3 says of it."""
    parts = urlsplit(url)
    connection = f"The connection to {parts.scheme}://{parts.netloc}{parts.path}"
    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return UnansweredError(f"{connection} could not be made")
    if isinstance(error, requests.Timeout) or isinstance(cause, ReadTimeoutError):
        return TimedOutError(f"{connection} gave no answer in time")
    return TransientError(f"{connection} broke off")


def _resource(path: str) -> str:
    """The REST resource of a path without its numbers: `projects/:id/deployments`."""
    resource = path.partition("/api/v4/")[2] or path
    return "/".join(":id" if part.isdigit() else part for part in resource.split("/"))
