"""One first run of the whole command for all tests that go on from it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lotus_assets_tests.conftest import _folder_for_every_account
from lotus_assets_tests.e2e.place import Place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares fixtures that take minutes, when workers share the suite out."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent:
            shared = "first_run" if "first_run" in item.fixturenames else item.path.stem
            item.add_marker(pytest.mark.xdist_group(shared))


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    with _folder_for_every_account() as folder:
        yield Place(folder)


@pytest.fixture(scope="session")
def first_run(place: Place) -> Iterator["subprocess.CompletedProcess[str]"]:
    """`run` from nothing; whatever came after it, nothing may be left running at the end."""
    yield place.run("run")
    assert place.processes() == []
