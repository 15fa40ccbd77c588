"""A pytest plugin: stand-ins of GitLab on loopback, as many as a test asks for."""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets.standin.gitlab.world.build import build_store

StandinFactory = Callable[..., StandinServer]
"""(store or provider, **options of `StandinServer`) → a running server."""


@pytest.fixture
def standin() -> Iterator[StandinFactory]:
    """A factory of running stand-ins; all are stopped after the test."""
    with ExitStack() as running:

        def start(store: Store | Callable[[], Store], **options: Any) -> StandinServer:
            return running.enter_context(StandinServer(store, **options))

        yield start


@pytest.fixture(scope="session")
def young_world(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The sample organisation in its seventh week: every kind of entity, built in a second.

    Shared by the session: who changes it asks for `young_store`.
    """
    as_of = datetime(2025, 11, 20, 12, tzinfo=UTC)
    return build_store(7, date(2026, 3, 31), as_of, tmp_path_factory.mktemp("young_world"))


@pytest.fixture
def young_store(young_world: Store) -> Store:
    """A copy of `young_world` of this test's own; its repositories are the shared ones."""
    return copy.deepcopy(young_world)


def client_of(server: StandinServer, token: str | None = None) -> httpx.Client:
    """A client with the server's token (or another, or none with an empty one)."""
    token = server.token if token is None else token
    headers = {"PRIVATE-TOKEN": token} if token else {}
    return httpx.Client(base_url=server.url, headers=headers, timeout=30)
