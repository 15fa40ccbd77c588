"""One completed collection a session, copied for every test that goes on from it."""

import shutil
import uuid
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def create_shared_database(server_url: str, template: str) -> Iterator[Callable[[], str]]:
    """Creates migrated databases that several tests share; dropped at the session's end."""
    names: list[str] = []

    def create() -> str:
        names.append(f"shared_{uuid.uuid4().hex}")
        with psycopg.connect(server_url, autocommit=True) as connection:
            identifiers = map(sql.Identifier, (names[-1], template))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*identifiers))
        return make_url(server_url).set(database=names[-1]).render_as_string(hide_password=False)

    yield create
    with psycopg.connect(server_url, autocommit=True) as connection:
        for name in names:
            dropped = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(dropped)


@pytest.fixture(scope="session")
def collected_once(
    create_shared_database: Callable[[], str],
    young_world: Store,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Workplace, Run]:
    """A warehouse into which the young organisation was collected; nobody may change it."""
    url = create_shared_database()
    place = Workplace(url, tmp_path_factory.mktemp("collected"), young_world.now.isoformat())
    with StandinServer(young_world) as server:
        run = place.run(server, "tem_full")
    assert run.execution.succeeded, run.reasons
    with psycopg.connect(url, autocommit=True) as connection:
        # A database can be copied when nobody is connected; a pool closes a moment later.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    return place, run


@pytest.fixture
def create_copy(
    collected_once: tuple[Workplace, Run],
    create_database: Callable[[str], str],
    tmp_path: Path,
) -> Callable[[], Workplace]:
    """Makes copies of the collected warehouse and its folders."""
    place, _ = collected_once

    def create() -> Workplace:
        url = create_database(str(make_url(place.url).database))
        folder = tmp_path / str(make_url(url).database)
        shutil.copytree(place.folder, folder)
        return Workplace(url, folder, place.as_of)

    return create


@pytest.fixture
def collected(create_copy: Callable[[], Workplace]) -> Workplace:
    """A copy of the collected warehouse, of this test's own."""
    return create_copy()


@pytest.fixture
def empty_place(database: str, tmp_path: Path, young_world: Store) -> Workplace:
    """A migrated warehouse with nothing in it."""
    return Workplace(database, tmp_path / "place", young_world.now.isoformat())
