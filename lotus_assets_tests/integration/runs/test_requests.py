"""How many requests a collection costs: counts, at a fifth of the size that the issue names."""

from pathlib import Path

import pytest

from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.benchmarks.collection_world import (
    GROUP,
    JOBS,
    NOW,
    PIPELINES,
    build_collection_world,
    build_small_projects_world,
)
from lotus_assets_tests.integration.runs.contents import one
from lotus_assets_tests.integration.runs.workplace import Workplace
from lotus_assets_tests.standin_fixtures import StandinFactory

MERGE_REQUESTS = 200
SMALL_PROJECTS = 20


@pytest.mark.timeout(600)
def test_a_merge_request_with_all_that_belongs_to_it_costs_half_a_request(
    database: str, tmp_path: Path, standin: StandinFactory
) -> None:
    store = build_collection_world(MERGE_REQUESTS, 1, tmp_path)
    place = Workplace(database, tmp_path / "place", NOW.isoformat())
    server = standin(store)
    first = place.run(server, "tem_incremental", TEM_ROOT_GROUPS=GROUP)
    assert first.execution.succeeded, first.reasons
    assert one(database, "SELECT count(*) FROM raw_mr") == MERGE_REQUESTS
    assert one(database, "SELECT count(*) FROM raw_job") == MERGE_REQUESTS * PIPELINES * JOBS
    assert first.requests <= MERGE_REQUESTS / 2


@pytest.mark.timeout(900)
def test_mostly_small_projects_cost_no_more_and_little_when_nothing_is_new(
    database: str, tmp_path: Path, standin: StandinFactory
) -> None:
    store = build_small_projects_world(SMALL_PROJECTS, tmp_path)
    place = Workplace(database, tmp_path / "place", NOW.isoformat())
    server = standin(store)
    first = place.run(server, "tem_incremental", TEM_ROOT_GROUPS=GROUP)
    assert first.execution.succeeded, first.reasons
    expected = {
        "raw_mr": sum(len(data.merge_requests) for data in store.projects.values()),
        "raw_issue": sum(len(data.issues) for data in store.projects.values()),
        "raw_pipeline": sum(len(data.pipelines) for data in store.projects.values()),
        "raw_deployment": sum(len(data.deployments) for data in store.projects.values()),
        "raw_push_event": sum(len(data.events) for data in store.projects.values()),
        "raw_commit": sum(len(data.commits) for data in store.projects.values()),
    }
    assert {table: count(database, table) for table in expected} == expected
    assert first.requests <= expected["raw_mr"] / 2

    asked = len(server.requests)
    again = place.run(server, "tem_incremental", TEM_ROOT_GROUPS=GROUP)
    assert again.execution.succeeded, again.reasons
    assert again.requests <= 5 * SMALL_PROJECTS
    assert [request.path for request in server.requests[asked:] if ".git/" in request.path] == []

    # Where something was pushed Git is asked, and nowhere else.
    pushed = min(store.projects)

    def push(changed: Store) -> None:
        events = changed.projects[pushed].events
        events.append({**events[-1], "id": events[-1]["id"] + 50_000})

    server.change(push)
    asked = len(server.requests)
    place.run(server, "tem_incremental", TEM_ROOT_GROUPS=GROUP)
    fetched = [request.path for request in server.requests[asked:] if ".git/" in request.path]
    assert fetched == [f"/{store.projects[pushed].project['path_with_namespace']}.git/info/refs"]
    # The nightly run asks all of them: not everything that moves a ref leaves an event.
    asked = len(server.requests)
    place.run(server, "tem_full", TEM_ROOT_GROUPS=GROUP)
    fetched = [request.path for request in server.requests[asked:] if ".git/" in request.path]
    assert len(fetched) == SMALL_PROJECTS


def count(url: str, table: str) -> int:
    rows: int = one(url, f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of this test's
    return rows
