"""The service over real HTTP on the loopback address."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pyarrow as pa
import rfc8785
from sqlalchemy import Engine

from lotus_assets.services.lotus_core.application import create_application
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.sources.lotus_core.wire_format import ARROW
from lotus_assets_tests.integration.services.in_thread import served_in_thread


class Core:
    """A served book: asks, and loads more."""

    def __init__(self, client: httpx.Client, engine: Engine) -> None:
        self.client = client
        self.engine = engine

    def post(self, path: str, /, **body: Any) -> httpx.Response:
        return self.client.post(f"/integration/{path}", json=body)

    def payload(self, path: str, /, **body: Any) -> dict[str, Any]:
        """The payload of a request that succeeds, its hash checked as a consumer would."""
        response = self.post(path, **body)
        assert response.status_code == 200, response.text
        payload: dict[str, Any] = response.json()
        lineage = payload["lineage"]
        canonical = rfc8785.dumps({key: one for key, one in payload.items() if key != "lineage"})
        assert lineage["content_hash"] == hashlib.sha256(canonical).hexdigest()
        return payload

    def table(self, path: str, /, **body: Any) -> pa.Table:
        """The Arrow form of a request that succeeds."""
        response = self.client.post(f"/integration/{path}", json=body, headers={"Accept": ARROW})
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == ARROW
        with pa.ipc.open_stream(response.content) as stream:
            return stream.read_all()

    def problem(self, path: str, /, **body: Any) -> tuple[int, str, str]:
        """Status, code and detail of a request that fails."""
        response = self.post(path, **body)
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == response.status_code
        return response.status_code, problem["code"], problem["detail"]


@contextmanager
def served(settings: CoreSettings) -> Iterator[Core]:
    """The application in a thread on a free port, until the context is left.

    Whoever loads finds the tables: they are made before the first answer.
    """
    application = create_application(settings)
    with (
        served_in_thread(application) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        client.get("/healthz").raise_for_status()
        yield Core(client, application.state.engine)
