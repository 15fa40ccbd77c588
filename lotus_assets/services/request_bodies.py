"""Bodies that are not read to their end: too large, or too slow as a whole."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lotus_assets.services.problem_answers import problem_response
from lotus_assets.services.problems import ErrorCode, ServiceProblem


class Unread(ServiceProblem):
    """A body that is not read to its end."""

    def __init__(self, status: int, detail: str) -> None:
        """`status` is 408 Request Timeout or 413 Content Too Large."""
        super().__init__(ErrorCode.INVALID_REQUEST, detail)
        self._status = status

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._status


class SmallBodiesMiddleware:
    """Takes bodies up to a size that are there within so many seconds as a whole.

    For services whose requests are small: the body is there before anything else is held for it.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int, seconds: float, variable: str) -> None:
        """Wrap `app`; `variable` is the environment variable that names the seconds."""
        self.app = app
        self._most, self._seconds, self._variable = most_bytes, seconds, variable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                whole = await self._whole(receive)
        except TimeoutError:
            detail = f"the body was not there within {self._seconds:g} seconds ({self._variable})"
            await problem_response(Unread(408, detail))(scope, receive, send)
        except Unread as unread:
            await problem_response(unread)(scope, receive, send)
        else:
            await self.app(scope, _replayed(whole, receive), send)

    async def _whole(self, receive: Receive) -> Message:
        """The body as one message, or that the client has gone."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if len(body) > self._most:
                raise Unread(413, f"the body is larger than {self._most // 1_000_000} MB")
            if not message.get("more_body", False):
                return {"type": "http.request", "body": bytes(body), "more_body": False}


def _replayed(whole: Message, receive: Receive) -> Receive:
    """`receive` with the body that was read as its first message."""
    first: list[Message] = [whole]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay
