"""One completed collection a session, copied for every test that goes on from it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.runs.workplace import Run, Workplace
from lotus_assets_tests.standin_fixtures import standin, young_store, young_world

__all__ = ["standin", "young_store", "young_world"]

COLLECTED = "lotus_collected"


@pytest.fixture(scope="session")
def collected_once(
    server_url: str,
    template: str,
    young_world: Store,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Workplace, Run]:
    """A warehouse into which the young organisation was collected; nobody may change it."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        names = map(sql.Identifier, (COLLECTED, template))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    url = make_url(server_url).set(database=COLLECTED).render_as_string(hide_password=False)
    place = Workplace(url, tmp_path_factory.mktemp("collected"), young_world.now.isoformat())
    with StandinServer(young_world) as server:
        run = place.run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    with psycopg.connect(server_url, autocommit=True) as connection:
        # A database can be copied when nobody is connected; a pool closes a moment later.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [COLLECTED],
        )
    return place, run


@pytest.fixture
def collected(
    collected_once: tuple[Workplace, Run],
    create_database: Callable[[str], str],
    tmp_path: Path,
) -> Workplace:
    """A copy of the collected warehouse, of this test's own."""
    place, _ = collected_once
    folder = tmp_path / "place"
    shutil.copytree(place.folder, folder)
    return Workplace(create_database(COLLECTED), folder, place.as_of)


@pytest.fixture
def empty_place(database: str, tmp_path: Path, young_world: Store) -> Workplace:
    """A migrated warehouse with nothing in it."""
    return Workplace(database, tmp_path / "place", young_world.now.isoformat())
