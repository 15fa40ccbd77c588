"""kill -9 in the middle of trouble, then `run` again: the same tables as without either.

GitLab has one odd row here, asks Git to wait, fails for one project, or gives old heads.
"""

import subprocess
from collections.abc import Callable, Set
from pathlib import Path

import pytest

from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.faults import Change, Fault
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.e2e.killed import (
    AS_OF,
    assert_all_but_lotus_core,
    assert_same_after_another_run,
    sample_world,
    variables,
)
from lotus_assets_tests.e2e.place import Place, kill

PROJECT = 501
PATH = "toman/core/checkout"
OF_GIT = f"/{PATH}.git/git-upload-pack"

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The sample organisation, with a pipeline that took less than no time."""
    store = sample_world(tmp_path_factory.mktemp("world"))
    pipelines = store.projects[PROJECT].pipelines.values()
    next(item for item in pipelines if item["status"] == "success")["duration"] = -60
    return store


@pytest.fixture(scope="module")
def undisturbed(world: Store, reachable_folder_of_module: Path) -> tuple[dict[str, Set[str]], int]:
    """What the tables hold after a run that nothing disturbed; what it asked one repository."""
    place = Place(reachable_folder_of_module, AS_OF)
    with StandinServer(world) as server:
        done = place.run("run", **variables(server))
        asked = sum(request.path == OF_GIT for request in server.requests)
    assert_all_but_lotus_core(done)
    assert place.quarantined("raw_pipeline") == 1
    return place.rows(), asked


def while_old_heads_are_fetched(server: StandinServer, killed: Change, asked: int) -> Fault:
    """The last that Git is asked for: what the merge requests' versions name."""
    return server.faults.add(killed, path=OF_GIT, nth=asked)


def while_git_is_asked_to_wait(server: StandinServer, killed: Change, _: int) -> Fault:
    """Of three times."""
    wait = faults.too_many_requests(retry_after=1)
    server.faults.add(wait, path="*.git/*", nth=5, times=3)
    return server.faults.add(killed, path="*.git/*", nth=7)


def after_a_project_was_left(server: StandinServer, killed: Change, _: int) -> Fault:
    """GitLab fails for it for ever; the repositories of others are being read."""
    server.faults.add(faults.internal_error(), about=[str(PROJECT), PATH], times=None)
    return server.faults.add(killed, path="*/git-upload-pack", nth=12)


@pytest.mark.parametrize(
    "script", [while_old_heads_are_fetched, while_git_is_asked_to_wait, after_a_project_was_left]
)
def test_killed_in_the_middle_of_trouble(
    script: Callable[[StandinServer, Change, int], Fault],
    world: Store,
    undisturbed: tuple[dict[str, Set[str]], int],
    reachable_folder: Path,
) -> None:
    rows, asked = undisturbed
    place, started = Place(reachable_folder, AS_OF), list[subprocess.Popen[str]]()
    with StandinServer(world) as server:
        trigger = script(server, Change(lambda _: kill(started[0])), asked)
        started.append(place.start("run", **variables(server)))
        started[0].communicate()
        assert started[0].returncode == -9
        assert trigger.hits >= trigger.nth
        server.faults.clear()
        assert_same_after_another_run(place, server, rows)
    assert place.quarantined("raw_pipeline") == 1
