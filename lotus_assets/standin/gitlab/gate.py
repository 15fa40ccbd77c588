"""What every request passes first: the log, faults, tokens and limits."""

import asyncio
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lotus_assets.standin.gitlab.authentication import InvalidToken, Tokens
from lotus_assets.standin.gitlab.faults import Change, CutBody, Delay, Faults, Respond
from lotus_assets.standin.gitlab.git_http import unauthorized as git_unauthorized
from lotus_assets.standin.gitlab.graphql.door import read_request
from lotus_assets.standin.gitlab.limits import API, GIT, Limiter
from lotus_assets.standin.gitlab.rest.door import refused
from lotus_assets.standin.gitlab.rest.refusals import Refusal, unauthorized
from lotus_assets.standin.gitlab.store import Store

GRAPHQL = "/api/graphql"


@dataclass
class RequestRecord:
    """One request that came in."""

    method: str
    path: str
    """Decoded, without the query."""
    query: str
    operation: str | None = None
    """The GraphQL operation's name."""
    subjects: frozenset[str] = frozenset()
    """What it is about: values of a query's variables, or segments and project of a path."""
    status: int | None = None
    """None while it is under way, or when the connection was cut."""


@dataclass
class Gate:
    """Logs, delays, spoils, identifies and limits; then hands on to the doors."""

    doors: ASGIApp
    tokens: Tokens
    limiter: Limiter
    faults: Faults
    change: Callable[[Callable[[Store], None]], None]
    latency: float = 0.0
    """Seconds that every request takes at least."""
    requests: list[RequestRecord] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self.doors(scope, receive, send)
            return
        scope = {**scope, "path": decoded(scope["raw_path"])}
        record = RequestRecord(
            scope["method"], unquote(scope["path"]), scope["query_string"].decode()
        )
        self.requests.append(record)
        if scope["path"] == GRAPHQL:
            body = await _body(receive)
            receive = _replayed(body, receive)
            asked = read_request(body)
            scope["lotus.graphql"] = asked
            record.operation = asked.name if asked else None
            record.subjects = _named(asked.variables) if asked else frozenset()
        else:
            record.subjects = _segments(record.path)
        await self._answer(scope, receive, send, record)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, record: RequestRecord
    ) -> None:
        sender = _Sender(send, record, time.perf_counter())
        wait, replacement = self.latency, None
        for effect in self.faults.effects(
            record.method, record.path, record.operation, record.subjects
        ):
            if isinstance(effect, Delay):
                wait += effect.seconds
            elif isinstance(effect, Change):
                self.change(effect.change)
            elif isinstance(effect, CutBody):
                sender.kept_share = effect.share
            elif isinstance(effect, Respond):
                replacement = effect
        if wait:
            await asyncio.sleep(wait)
        response = self._admit(scope, sender)
        if replacement is not None:
            response = Response(
                replacement.body,
                status_code=replacement.status,
                media_type=replacement.content_type,
                headers=dict(replacement.headers),
            )
        await (response or self.doors)(scope, receive, sender)

    def _admit(self, scope: Scope, sender: "_Sender") -> Response | None:
        """None to go on; otherwise the refusal. Leaves the token in the scope."""
        limit = API if scope["path"].startswith("/api/") else GIT
        try:
            scope["lotus.token"] = token = self.tokens.identify(Headers(scope=scope))
        except InvalidToken:
            return _invalid_token(scope["path"])
        caller = token.value if token else str((scope.get("client") or ("",))[0])
        verdict = self.limiter.admit(caller, limit)
        sender.extra = verdict.headers
        if not verdict.is_refused:
            return None
        return Response("Retry later\n", status_code=429, media_type="text/plain")


def decoded(raw_path: bytes) -> str:
    """The path with every segment decoded but its `%2F`, which is no separator."""
    raw = raw_path.decode().partition("?")[0]
    return unquote(re.sub("%2f", "%252F", raw, flags=re.IGNORECASE))


def _named(variables: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(value for value in variables.values() if isinstance(value, str))


def _segments(path: str) -> frozenset[str]:
    """Segments of an address of the API; of a repository, its project."""
    project, is_git, _ = path.strip("/").partition(".git/")
    return frozenset([project] if is_git else path.split("/"))


def _invalid_token(path: str) -> Response:
    if path == GRAPHQL:
        return refused(Refusal(401, {"errors": [{"message": "Invalid token"}]}))
    return refused(unauthorized()) if path.startswith("/api/") else git_unauthorized()


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


@dataclass
class _Sender:
    """Passes an answer on, with the headers that every answer has, or cuts it short."""

    send: Send
    record: RequestRecord
    started_at: float
    extra: dict[str, str] = field(default_factory=dict)
    kept_share: float | None = None
    start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            headers["X-Request-Id"] = uuid.uuid4().hex
            headers["X-Runtime"] = f"{time.perf_counter() - self.started_at:.6f}"
            headers["X-Gitlab-Meta"] = '{"version":"1"}'
            for name, value in self.extra.items():
                headers.setdefault(name, value)
            message = {**message, "headers": headers.raw}
            self.record.status = message["status"]
        if self.kept_share is None:
            await self.send(message)
        else:
            await self._cut(message, self.kept_share)

    async def _cut(self, message: Message, share: float) -> None:
        """Announce the whole body, send a part, and leave: the server closes the connection."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.start is None:
            return
        body = message.get("body", b"")
        await self.send(self.start)
        self.start = None
        part = body[: max(int(len(body) * share), 1)]
        await self.send({"type": "http.response.body", "body": part, "more_body": True})
        self.record.status = None
