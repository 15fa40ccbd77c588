"""Bodies are taken as they are: one that was packed is refused before it is read.

A few kilobytes of gzip unpack to gigabytes; no bound on a body's size would hold.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from lotus_assets.services.problem_answers import problem_response
from lotus_assets.services.problems import ErrorCode, ServiceProblem

STATUS_UNSUPPORTED = 415
DETAIL = "the body has a Content-Encoding: send it as it is, without packing it"


class PlainBodiesMiddleware:
    """Answers 415 to a request whose body has a Content-Encoding other than identity (RFC 9110)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and _is_packed(Headers(scope=scope)):
            refusal = problem_response(
                ServiceProblem(ErrorCode.INVALID_REQUEST, DETAIL), STATUS_UNSUPPORTED
            )
            # Which encodings would be taken (RFC 9110 §15.5.16).
            refusal.headers["Accept-Encoding"] = "identity"
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_packed(headers: Headers) -> bool:
    codings = ",".join(headers.getlist("content-encoding")).split(",")
    return any(coding.strip(" \t").lower() not in ("", "identity") for coding in codings)
