"""One POST to lotus-core: bounded, timed, retried, and answered by bytes or a typed error."""

import json
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from lotus_assets.sources.lotus_core.answers import Answer, Patience
from lotus_assets.sources.lotus_core.correlation import Correlation
from lotus_assets.sources.lotus_core.errors import LotusCoreError, SourceUnavailable, error_of
from lotus_assets.sources.lotus_core.wire_format import ARROW, JSON

PROBLEM = "application/problem+json"
EITHER_FORM = f"{ARROW}, {JSON};q=0.5"
"""Columns if there are any: a lotus-core that speaks only JSON answers in JSON."""
MAXIMUM_WAIT_SECONDS = 30.0


class Transport:
    """A pool of connections to one lotus-core; safe to use from several threads."""

    def __init__(
        self,
        url: str,
        *,
        parallelism: int = 4,
        patience: Patience | None = None,
        correlation: Correlation | None = None,
    ) -> None:
        """`parallelism` bounds the requests under way at once, whoever sends them."""
        self.patience = patience or Patience()
        self.correlation = correlation or Correlation()
        self._places = threading.BoundedSemaphore(parallelism)
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            limits=httpx.Limits(max_connections=parallelism, max_keepalive_connections=parallelism),
            timeout=httpx.Timeout(
                self.patience.read_seconds, connect=self.patience.connect_seconds, pool=None
            ),
            headers={"Accept": EITHER_FORM},
        )

    def __enter__(self) -> Self:
        """The transport itself; leaving closes its connections."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post(self, what: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask, again after 5xx and broken connections, with jitter between the attempts.

        All requests are reads, so that asking again is safe. A refusal (4xx) and a broken
        contract (502 with that code) are final at once.

        Raises:
            LotusCoreError: the kind that the error code names; SourceUnavailable when the last
                attempt got no answer.
        """
        return self._again(what, "POST", path, json=dict(body))

    def get(self, what: str, path: str, query: Mapping[str, str]) -> Answer:
        """The same for a catalogue, which is JSON.

        Raises:
            LotusCoreError: see `post`.
        """
        headers = {"Accept": JSON}
        return self._again(what, "GET", path, params=dict(query), headers=headers)

    def _again(self, what: str, method: str, path: str, **arguments: Any) -> Answer:
        attempts = Retrying(
            retry=retry_if_exception_type(SourceUnavailable),
            stop=stop_after_attempt(self.patience.attempts),
            wait=wait_exponential_jitter(
                multiplier=self.patience.first_wait_seconds,
                max=MAXIMUM_WAIT_SECONDS,
                jitter=self.patience.first_wait_seconds,
            ),
            reraise=True,
        )
        return attempts(self._once, what, method, path, arguments)

    def _once(self, what: str, method: str, path: str, arguments: Mapping[str, Any]) -> Answer:
        identity = self.correlation.headers()
        named = {**arguments.get("headers", {}), **identity}
        # What somebody sent us is passed on unchanged: any bytes, not ASCII alone.
        headers = [(name.encode(), value.encode("latin-1")) for name, value in named.items()]
        request = {**arguments, "headers": headers}
        try:
            with self._places:
                response = self._client.request(method, path, **request)
        except httpx.RequestError as broken:
            address = self._client.base_url
            reason = str(broken) or type(broken).__name__
            raise SourceUnavailable(what, f"no answer from {address}: {reason}") from broken
        if response.status_code != httpx.codes.OK:
            raise _refusal(what, response, identity["X-Request-Id"])
        return Answer(
            content=response.content,
            media_type=response.headers.get("Content-Type", "").partition(";")[0].strip(),
            request_id=identity["X-Request-Id"],
        )


def _refusal(what: str, response: httpx.Response, request_id: str) -> LotusCoreError:
    problem: Any = None
    if response.headers.get("Content-Type", "").startswith(PROBLEM):
        try:
            problem = json.loads(response.content)
        except ValueError:
            problem = None
    known = problem if isinstance(problem, Mapping) else None
    return error_of(what, response.status_code, known, request_id)
