"""The service over real HTTP on the loopback address."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pyarrow as pa
import rfc8785
import uvicorn
from sqlalchemy import Engine

from lotus_assets.services.lotus_core.application import create_application
from lotus_assets.services.lotus_core.contracts.shared import ARROW_MEDIA_TYPE
from lotus_assets.services.lotus_core.settings import CoreSettings


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
        response = self.client.post(
            f"/integration/{path}", json=body, headers={"Accept": ARROW_MEDIA_TYPE}
        )
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == ARROW_MEDIA_TYPE
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
    """The application in a thread on a free port, until the context is left."""
    application = create_application(settings)
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield Core(client, application.state.engine)
    finally:
        server.should_exit = True
        thread.join()
