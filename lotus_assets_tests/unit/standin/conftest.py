"""The world in which every edge has happened."""

from datetime import UTC, date, datetime

import pytest

from lotus_assets.standin.gitlab.store import Store
from lotus_assets.standin.gitlab.world.build import build_store


@pytest.fixture(scope="session")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The sample organisation after its whole history; tests only look at it."""
    now = datetime(2026, 4, 1, 10, tzinfo=UTC)
    return build_store(7, date(2026, 4, 1), now, tmp_path_factory.mktemp("edges"))
