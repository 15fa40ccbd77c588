"""The four headers: accepted, generated where absent, echoed, passed on, logged."""

import json
import logging
import re
import secrets
import time
import uuid
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER = logging.getLogger("lotus.requests")
TRACE_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
NAMES = ("X-Correlation-Id", "X-Request-Id", "X-Trace-Id", "traceparent")
BLANKS = " \t"
"""Around a value they are no part of it (RFC 9110 §5.5), and no client may pass them on."""
TRACING: ContextVar[dict[str, str]] = ContextVar("TRACING")
"""The headers of the request under way: a client of an upstream passes them on."""


def tracing_headers(given: Headers) -> dict[str, str]:
    """The four headers: given ones unchanged, the others made (X-Trace-Id from traceparent)."""
    values = {name: given.get(name, "").strip(BLANKS) for name in NAMES}
    parent = values["traceparent"]
    matched = TRACE_PARENT.fullmatch(parent)
    trace = values["X-Trace-Id"] or (matched.group(1) if matched else secrets.token_hex(16))
    if not parent:
        usable = trace if re.fullmatch(r"(?!0{32})[0-9a-f]{32}", trace) else secrets.token_hex(16)
        parent = f"00-{usable}-{secrets.token_hex(8)}-01"
    return {
        "X-Correlation-Id": values["X-Correlation-Id"] or str(uuid.uuid4()),
        "X-Request-Id": values["X-Request-Id"] or str(uuid.uuid4()),
        "X-Trace-Id": trace,
        "traceparent": parent,
    }


class TracingMiddleware:
    """Sets `TRACING`, echoes the headers on every answer, and logs one line a request."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = tracing_headers(Headers(scope=scope))
        TRACING.set(headers)
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                for name, value in headers.items():
                    answered[name] = value
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            line = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                **headers,
            }
            LOGGER.info(json.dumps(line))
