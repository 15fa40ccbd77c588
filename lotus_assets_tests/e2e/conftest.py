"""One first run of the whole command for all tests of a worker that go on from it."""

import subprocess
from collections.abc import Iterator

import pytest

from lotus_assets_tests.conftest import _folder_for_every_account
from lotus_assets_tests.e2e.place import Place


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    with _folder_for_every_account() as folder:
        yield Place(folder)


@pytest.fixture(scope="session")
def first_run(place: Place) -> Iterator["subprocess.CompletedProcess[str]"]:
    """`run` from nothing; whatever came after it, nothing may be left running at the end."""
    yield place.run("run")
    assert place.processes() == []
