"""The API, alone and beside a lotus-core with a book."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.database import create_core_engine, migrate_core
from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets_tests.conftest import _execute, _with_database
from lotus_assets_tests.integration.collected import own_database
from lotus_assets_tests.integration.services.api.serving import NUMBERS, served_api
from lotus_assets_tests.integration.services.lotus_core.book import BOOK, write_book
from lotus_assets_tests.integration.services.lotus_core.served import Core, served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="module")
def api(folder: Path) -> Iterator[httpx.Client]:
    """The API without a lotus-core, one worker, and an operation that can be made to fail."""
    settings = ApiSettings(tem_data_dir=folder, lotus_api_workers=1, lotus_api_body_megabytes=2)
    with served_api(settings, NUMBERS) as client:
        yield client


@pytest.fixture(scope="module")
def core_of_book(server_url: str, folder: Path) -> Iterator[Core]:
    """A lotus-core that serves the hand-made book."""
    _execute(server_url, "CREATE DATABASE {}", "api_book")
    url = _with_database(server_url, "api_book")
    engine = create_core_engine(url)
    migrate_core(engine)
    write_book(folder / "book", BOOK)
    load_folder(engine, folder / "book")
    engine.dispose()
    settings = CoreSettings(lotus_core_db_connection=url, lotus_core_page_key="test-key")
    with served(settings) as core:
        yield core
    _execute(server_url, "DROP DATABASE {}", "api_book")


@pytest.fixture(scope="module")
def warehouse_url(server_url: str, template: str) -> Iterator[str]:
    """A warehouse in which nothing stands yet."""
    with own_database(server_url, template) as url:
        yield url


@pytest.fixture(scope="module")
def stateful_api(core_of_book: Core, warehouse_url: str, folder: Path) -> Iterator[httpx.Client]:
    """The API beside the lotus-core of `core_of_book`, and an empty warehouse."""
    settings = ApiSettings(
        tem_data_dir=folder,
        lotus_api_workers=1,
        lotus_core_url=str(core_of_book.client.base_url),
        tem_db_connection=SecretStr(warehouse_url),
    )
    with served_api(settings) as client:
        yield client
