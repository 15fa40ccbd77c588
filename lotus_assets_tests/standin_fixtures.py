"""A pytest plugin: stand-ins of GitLab on loopback, as many as a test asks for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store

StandinFactory = Callable[..., StandinServer]
"""(store or provider, **options of `StandinServer`) → a running server."""


@pytest.fixture
def standin() -> Iterator[StandinFactory]:
    """A factory of running stand-ins; all are stopped after the test."""
    with ExitStack() as running:

        def start(store: Store | Callable[[], Store], **options: Any) -> StandinServer:
            return running.enter_context(StandinServer(store, **options))

        yield start
