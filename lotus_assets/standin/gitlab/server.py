"""The stand-in as an ASGI application, and as a server for tests and the embedded default."""

import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

import uvicorn
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from lotus_assets.standin.gitlab.authentication import (
    READING_SCOPES,
    Token,
    Tokens,
    new_token,
)
from lotus_assets.standin.gitlab.faults import Fault, Faults
from lotus_assets.standin.gitlab.gate import GRAPHQL, Gate, RequestRecord
from lotus_assets.standin.gitlab.git_http import GitDoor, check_git
from lotus_assets.standin.gitlab.graphql.door import respond
from lotus_assets.standin.gitlab.graphql.entity import Context
from lotus_assets.standin.gitlab.limits import Limiter, RateLimits
from lotus_assets.standin.gitlab.rest import door as rest
from lotus_assets.standin.gitlab.served_store import ServedStore
from lotus_assets.standin.gitlab.store import Store

DEFAULT_LIMITS = RateLimits(requests_per_minute=6_000)


def create_application(
    provider: Callable[[], Store],
    *,
    tokens: Iterable[Token],
    faults: Faults | None = None,
    limits: RateLimits = DEFAULT_LIMITS,
    latency: float = 0.0,
) -> Gate:
    """The whole stand-in over the stores that `provider` gives, as an ASGI application."""
    served = ServedStore(provider)

    async def graphql(request: Request) -> Response:
        token: Token | None = request.scope["lotus.token"]
        if token is not None and not token.scopes & READING_SCOPES:
            return _json(401, {"errors": [{"message": "Invalid token"}]})
        context = Context(served, token, str(request.base_url).rstrip("/"))
        status, body = respond(request.scope["lotus.graphql"], context)
        return _json(status, body)

    doors = Starlette(
        routes=[
            Route(GRAPHQL, graphql, methods=["POST"]),
            *rest.routes(served),
            Mount("/", GitDoor(served)),
        ]
    )

    def change(mutate: Callable[[Store], None]) -> None:
        mutate(served.store)
        served.changed()

    return Gate(doors, Tokens(tokens), Limiter(limits), faults or Faults(), change, latency)


def _json(status: int, body: object) -> Response:
    return Response(to_json(body), status_code=status, media_type="application/json")


def listen(port: int = 0) -> socket.socket:
    """A listening socket on the loopback interface; raises OSError when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def uvicorn_server(application: Gate) -> uvicorn.Server:
    """uvicorn without logs of its own: an access log would hold what a query string holds."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            server_header=False,
        )
    )


class StandinServer:
    """A stand-in in a thread, on a free port of the loopback interface.

    `with StandinServer(store) as server:` then `server.url`, `server.token`, `server.requests`
    (all that came in), `server.faults`, `server.change(...)`.
    """

    def __init__(
        self,
        store: Store | Callable[[], Store],
        *,
        tokens: Iterable[Token] = (),
        faults: Iterable[Fault] = (),
        limits: RateLimits = DEFAULT_LIMITS,
        latency: float = 0.0,
        token: str | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        """`token` has both scopes (a random one by default); `tokens` are known besides.

        `listener` is a socket from `listen`; by default one on a free port.
        """
        check_git()
        self.token = token or new_token()
        self._application = create_application(
            store if callable(store) else lambda: store,
            tokens=[Token(self.token), *tokens],
            faults=Faults(list(faults)),
            limits=limits,
            latency=latency,
        )
        self._server = uvicorn_server(self._application)
        self._listener = listener
        self._thread: threading.Thread | None = None
        self.url = ""

    @property
    def requests(self) -> list[RequestRecord]:
        """Every request so far, in order of arrival."""
        return self._application.requests

    @property
    def faults(self) -> Faults:
        """The script of what goes wrong."""
        return self._application.faults

    @property
    def limiter(self) -> Limiter:
        """The rate limits; its clock can be turned."""
        return self._application.limiter

    def change(self, mutate: Callable[[Store], None]) -> None:
        """Change the store, and forget what was derived from it."""
        self._application.change(mutate)

    def __enter__(self) -> Self:
        """Start; requests are answered from now on."""
        listener = self._listener or listen()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="gitlab-standin", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop, and wait until it has."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
