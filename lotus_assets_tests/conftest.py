"""One PostgreSQL for the session, one migrated database for each test that asks for it.

`LOTUS_TEST_POSTGRES` names a folder with other binaries (`/usr/lib/postgresql/15/bin`), to prove
the oldest version that is supported.
"""

import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from lotus_assets.sources.embedded_postgres import EmbeddedPostgres
from lotus_assets.sources.server_account import server_account
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.migrating import migrate

TEMPLATE = "lotus_template"
TESTS_OWN = ("LOTUS_TEST_", "LOTUS_BENCH_")
OUR_VARIABLES = ("GITLAB_", "TEM_", "LOTUS_", "DAGSTER_", "TIMEZONE", "OIDC_")


# What the developer's shell exports decides no test. Here, because modules read it when imported.
for _name in list(os.environ):
    if _name.startswith(OUR_VARIABLES) and not _name.startswith(TESTS_OWN):
        del os.environ[_name]

# A busy machine is no failure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@contextmanager
def _folder_for_every_account() -> Iterator[Path]:
    # pytest's own temporary folders are closed (0700), and PostgreSQL's account is not ours.
    folder = Path(tempfile.mkdtemp(prefix="lotus-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """A temporary folder that every account of this machine can enter."""
    with _folder_for_every_account() as folder:
        yield folder


@pytest.fixture(scope="module")
def reachable_folder_of_module() -> Iterator[Path]:
    """The same for all tests of a module."""
    with _folder_for_every_account() as folder:
        yield folder


@contextmanager
def _other_postgres(binaries: Path, folder: Path) -> Iterator[str]:
    """A server of other binaries than ours, for tests only: no password, no durability."""
    data = folder / "data"
    account = server_account(data)
    os.chown(folder, account.user, account.group)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "lotus",
        "-A",
        "trust",
        "-EUTF8",
        "--locale=C",
    ]
    made = account.run(initdb)
    assert made.returncode == 0, made.stderr
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    pg_ctl: list[str | Path] = [binaries / "pg_ctl", "-D", data]
    started = account.run([*pg_ctl, "start", "-w", "-l", folder / "log", "-o", options])
    assert started.returncode == 0, started.stderr
    try:
        yield f"postgresql://lotus@127.0.0.1:{port}/postgres"
    finally:
        account.run([*pg_ctl, "stop", "-m", "immediate"])


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of the session's PostgreSQL, with the right to create databases."""
    binaries = os.environ.get("LOTUS_TEST_POSTGRES")
    with _folder_for_every_account() as folder:
        if binaries is not None:
            with _other_postgres(Path(binaries), folder) as url:
                yield url
            return
        with EmbeddedPostgres(folder / "postgres") as server:
            with psycopg.connect(server.url, autocommit=True) as connection:
                # A test's database need not outlive a power failure.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server.url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of the migrated database that every test's own is copied from."""
    _execute(server_url, "CREATE DATABASE {}", TEMPLATE)
    engine = create_warehouse_engine(_with_database(server_url, TEMPLATE))
    migrate(engine)
    engine.dispose()
    return TEMPLATE


@pytest.fixture
def create_database(server_url: str) -> Iterator[Callable[[str], str]]:
    """Creates a database from the named template and gives its URL; dropped after the test."""
    names: list[str] = []

    def create(template: str) -> str:
        name = f"test_{uuid.uuid4().hex}"
        _execute(server_url, "CREATE DATABASE {} TEMPLATE {}", name, template)
        names.append(name)
        return _with_database(server_url, name)

    yield create
    for name in names:
        _execute(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def database(create_database: Callable[[str], str], template: str) -> str:
    """postgresql:// URL of a migrated, empty database of this test's own."""
    return create_database(template)


@pytest.fixture
def empty_database(create_database: Callable[[str], str]) -> str:
    """postgresql:// URL of a database without any of our tables, of this test's own."""
    return create_database("template1")


@pytest.fixture
def warehouse_engine(database: str) -> Iterator[Engine]:
    """An engine on this test's own migrated database."""
    engine = create_warehouse_engine(database)
    yield engine
    engine.dispose()


def _with_database(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def _execute(url: str, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        query = sql.SQL(statement)
        connection.execute(query.format(*map(sql.Identifier, names)))
