"""One first run of the whole command for all tests of a worker that go on from it; a browser.

`SCREENSHOTS` names a folder to keep the pictures in.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lotus_assets_tests.conftest import _folder_for_every_account
from lotus_assets_tests.e2e.place import Place
from lotus_assets_tests.e2e.watched_page import chromium


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    with _folder_for_every_account() as folder:
        yield Place(folder)


@pytest.fixture(scope="session")
def first_run(place: Place) -> Iterator["subprocess.CompletedProcess[str]"]:
    """`run` from nothing; whatever came after it, nothing may be left running at the end."""
    yield place.run("run")
    assert place.processes() == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("SCREENSHOTS")
    return Path(kept) if kept else tmp_path_factory.mktemp("pictures")
