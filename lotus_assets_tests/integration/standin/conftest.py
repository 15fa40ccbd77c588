"""Stand-ins of the young sample organisation."""

from collections.abc import Iterator

import httpx
import pytest

from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.standin_fixtures import (
    client_of,
    standin,
    young_store,
    young_world,
)

__all__ = ["standin", "young_store", "young_world"]


@pytest.fixture(scope="package")
def world_server(young_world: Store) -> Iterator[StandinServer]:
    """One server of the unchanged world for all tests that only read."""
    with StandinServer(young_world) as server:
        yield server


@pytest.fixture(scope="package")
def reader(world_server: StandinServer) -> Iterator[httpx.Client]:
    """A client with the token of `world_server`."""
    with client_of(world_server) as client:
        yield client


def project_named(store: Store, path: str) -> ProjectData:
    """The project at a full path."""
    return next(
        data for data in store.projects.values() if data.project["path_with_namespace"] == path
    )
