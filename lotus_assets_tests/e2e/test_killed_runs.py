"""kill -9 while GitLab is read, then `run` again: the same tables as without the kill."""

import subprocess
from collections.abc import Set
from pathlib import Path

import pytest

from lotus_assets.standin.gitlab.faults import Change
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.e2e.killed import (
    ANCHOR,
    AS_OF,
    NO_LOTUS_CORE,
    assert_all_but_lotus_core,
    assert_same_after_another_run,
    sample_world,
    variables,
)
from lotus_assets_tests.e2e.place import Place, kill, leftovers, read_until
from lotus_assets_tests.integration.runs.contents import differences

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The sample organisation as the embedded stand-in builds it."""
    return sample_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def undisturbed(world: Store, reachable_folder_of_module: Path) -> dict[str, Set[str]]:
    """What the tables hold after a run that nothing disturbed."""
    place = Place(reachable_folder_of_module, AS_OF)
    with StandinServer(world) as server:
        done = place.run("run", **variables(server))
    assert_all_but_lotus_core(done)
    return place.rows()


@pytest.mark.parametrize(
    ("operation", "path", "nth"),
    [
        pytest.param("MergeRequests", None, 6, id="merge requests"),
        pytest.param("Pipelines", None, 9, id="pipelines"),
        pytest.param(None, "*/git-upload-pack", 12, id="repository"),
    ],
)
def test_killed_while_it_collects(
    operation: str | None,
    path: str | None,
    nth: int,
    world: Store,
    undisturbed: dict[str, Set[str]],
    reachable_folder: Path,
) -> None:
    place, started = Place(reachable_folder, AS_OF), list[subprocess.Popen[str]]()
    with StandinServer(world) as server:
        # The very request is the trigger: nothing depends on the machine's speed.
        now = Change(lambda _: kill(started[0]))
        trigger = server.faults.add(now, operation=operation, path=path, nth=nth)
        started.append(place.start("run", **variables(server)))
        started[0].communicate()
        assert started[0].returncode == -9
        assert trigger.hits >= nth
        server.faults.clear()
        assert_same_after_another_run(place, server, undisturbed)


def test_killed_while_it_computes_facts(
    world: Store, undisturbed: dict[str, Set[str]], reachable_folder: Path
) -> None:
    place = Place(reachable_folder, AS_OF)
    with StandinServer(world) as server:
        process = place.start("run", **variables(server))
        read_until(process, "dim_user: done")
        kill(process)
        process.communicate()
        assert process.returncode == -9
        assert_same_after_another_run(place, server, undisturbed)


def test_killed_while_the_stand_in_writes_its_repositories(
    undisturbed: dict[str, Set[str]], reachable_folder: Path
) -> None:
    place = Place(reachable_folder, AS_OF)
    # The sample's history ends months before its anchor day, which is kept from the first start.
    anchor = place.data / "gitlab" / "anchor"
    anchor.parent.mkdir(parents=True)
    anchor.write_text(f"{ANCHOR}\n", encoding="utf-8")
    process = place.start("run", **NO_LOTUS_CORE)
    read_until(process, "Starting the GitLab stand-in")
    repositories = place.data / "gitlab" / "repositories"
    while not list(repositories.glob("*/objects/pack/*")):
        assert process.poll() is None, "the run ended before the stand-in wrote anything"
    kill(process)
    process.communicate()
    assert process.returncode == -9
    assert leftovers(place) == []
    done = place.run("run", **NO_LOTUS_CORE)
    assert_all_but_lotus_core(done)
    assert leftovers(place) == []
    assert differences(undisturbed, place.rows()) == {}
