"""From an HTTP request to an endpoint of REST v4, and back."""

from collections.abc import Callable
from urllib.parse import unquote

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lotus_assets.standin.gitlab.authentication import READING_SCOPES, Token
from lotus_assets.standin.gitlab.rest.call import Call, Endpoint, ListedRows
from lotus_assets.standin.gitlab.rest.endpoints import ENDPOINTS
from lotus_assets.standin.gitlab.rest.instance import current_token
from lotus_assets.standin.gitlab.rest.paging import page_of
from lotus_assets.standin.gitlab.rest.refusals import Refusal, insufficient_scope, not_found
from lotus_assets.standin.gitlab.served_store import ServedStore

PREFIX = "/api/v4"


def routes(served: ServedStore) -> list[Route]:
    """The routes of REST v4."""
    known = [
        Route(PREFIX + address, _route(served, endpoint), methods=["GET"])
        for address, endpoint in ENDPOINTS.items()
    ]
    return [*known, Route(PREFIX + "/{rest:path}", _unknown)]


def _route(served: ServedStore, endpoint: Endpoint) -> Callable[[Request], Response]:
    async def respond(request: Request) -> Response:
        return answered(served, endpoint, request)

    return respond  # type: ignore[return-value]


async def _unknown(_request: Request) -> Response:
    return refused(not_found())


def answered(served: ServedStore, endpoint: Endpoint, request: Request) -> Response:
    """The endpoint's answer as JSON; `Refusal`s become error answers."""
    token: Token | None = request.scope["lotus.token"]
    base_url = str(request.base_url).rstrip("/")
    path = {name: unquote(value) for name, value in request.path_params.items()}
    call = Call(served, token, base_url, path, list(request.query_params.multi_items()))
    try:
        if token and not token.scopes & READING_SCOPES and endpoint is not current_token:
            raise insufficient_scope("api read_api")
        outcome = endpoint(call)
        headers: dict[str, str] = {}
        if isinstance(outcome, ListedRows):
            url = base_url + request.scope["raw_path"].decode().partition("?")[0]
            outcome, headers = page_of(outcome, call, url)
    except Refusal as refusal:
        return refused(refusal)
    return Response(to_json(outcome), media_type="application/json", headers=headers)


def refused(refusal: Refusal) -> Response:
    """An error answer."""
    return Response(
        to_json(refusal.body),
        status_code=refusal.status,
        media_type="application/json",
        headers=refusal.headers,
    )
