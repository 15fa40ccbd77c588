"""The sample book behind real HTTP: one for tests that only ask, one for each that also loads."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets_tests.integration.services.lotus_core.book import BOOK, write_book
from lotus_assets_tests.integration.services.lotus_core.served import Core, served


@contextmanager
def _database(server_url: str) -> Iterator[str]:
    name = sql.Identifier(f"core_{uuid.uuid4().hex}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        url = make_url(server_url).set(database=name.as_string().strip('"'))
        yield url.render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def _served_book(server_url: str, folder: Path) -> Iterator[Core]:
    with _database(server_url) as url:
        settings = CoreSettings(lotus_core_db_connection=url, lotus_core_page_key="test-key")
        with served(settings) as core:
            load_folder(core.engine, write_book(folder, BOOK))
            yield core


@pytest.fixture(scope="session")
def core(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """The book, for tests that change nothing."""
    with _served_book(server_url, tmp_path_factory.mktemp("book")) as served_core:
        yield served_core


@pytest.fixture
def own_core(server_url: str, tmp_path: Path) -> Iterator[Core]:
    """The book, for one test that loads more or breaks something."""
    with _served_book(server_url, tmp_path / "book") as served_core:
        yield served_core


@pytest.fixture
def load(own_core: Core, tmp_path: Path) -> Callable[[dict[str, list[dict[str, str]]]], None]:
    """Loads more rows into the test's own book."""

    def more(book: dict[str, list[dict[str, str]]]) -> None:
        load_folder(own_core.engine, write_book(tmp_path / uuid.uuid4().hex, book))

    return more
