"""How few requests it takes: the issue's budgets, counted at the server."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.sources.gitlab.lists.child_pipelines import CHILD_PIPELINES
from lotus_assets.sources.gitlab.lists.deployments import DEPLOYMENTS
from lotus_assets.sources.gitlab.lists.events import EVENTS
from lotus_assets.sources.gitlab.lists.issues import ISSUES
from lotus_assets.sources.gitlab.lists.merge_requests import MERGE_REQUESTS
from lotus_assets.sources.gitlab.lists.pipelines import PIPELINES
from lotus_assets.sources.gitlab.lists.protected_branches import PROTECTED_BRANCHES
from lotus_assets.sources.gitlab.marks import EntityMark, ProbedEntity, Stored
from lotus_assets.sources.gitlab.pages import ProjectReference, ReadingWindow, gid_number
from lotus_assets.sources.gitlab.project_lists import GraphQLList
from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.gitlab.reading import (
    BUSY,
    EVERYTHING,
    NOW,
    ROOTS,
    Scene,
    StartScene,
    payloads_of,
)

OVERLAP = timedelta(minutes=10)
RECENT = ReadingWindow(NOW - timedelta(days=4))
BUDGET = 6
"""Requests a project when nothing changed."""


def mark(ids: list[int], times: list[datetime], total: int) -> EntityMark:
    watermark = max(times, default=None)
    after = watermark - OVERLAP if watermark else None
    recent = {number: at for number, at in zip(ids, times, strict=True) if after and at >= after}
    return EntityMark(len(ids), watermark, recent, total, max(ids, default=0))


def stored(begun: Scene, project: ProjectReference) -> Stored:
    """What is stored after everything of a project was collected."""
    marks: dict[ProbedEntity, EntityMark] = {}
    lists: dict[ProbedEntity, GraphQLList] = {
        "merge_requests": MERGE_REQUESTS,
        "issues": ISSUES,
        "pipelines": PIPELINES,
        "child_pipelines": CHILD_PIPELINES,
    }
    for name, listed in lists.items():
        payloads = payloads_of(begun.source.pages(listed, project, EVERYTHING))
        times = [
            datetime.fromisoformat(payload["updatedAt"] or payload["createdAt"])
            for payload in payloads
        ]
        marks[name] = mark([gid_number(payload["id"]) for payload in payloads], times, len(times))
    # These projects have no children; both lists have the watermark of the table.
    watermark = marks["pipelines"].watermark
    marks["child_pipelines"] = replace(marks["child_pipelines"], watermark=watermark)
    return Stored(marks)


def test_nothing_changed(scene: StartScene) -> None:
    begun = scene()
    paths = ("toman/core/checkout", "toman/exchange/orderbook", "toman/core/ledger")
    projects = [begun.reference(path) for path in paths]
    known = {each.project_id: stored(begun, each) for each in projects}
    refs = {}
    for each in projects:
        reading = begun.source.repository(each)
        assert reading is not None
        refs[each.project_id] = dict(reading.watermark)

    def again() -> None:
        payloads = payloads_of(begun.source.projects(ROOTS))
        assert payloads
        for found in begun.source.probe(projects, known, OVERLAP):
            assert not found.changed
            assert not found.vanished
            assert found.unreadable is None
        for each in projects:
            watermark = begun.store.now
            since = ReadingWindow.since(watermark, OVERLAP)
            assert payloads_of(begun.source.pages(DEPLOYMENTS, each, since)) == []
            list(begun.source.pages(EVENTS, each, ReadingWindow(watermark)))
            list(begun.source.pages(PROTECTED_BRANCHES, each))
            again = begun.source.repository(each, known=refs[each.project_id])
            assert again is None

    requests = begun.requests_of(again)
    # The listing and its environments are of all projects, the rest of these three.
    listed = sum(
        each.project["path_with_namespace"].startswith("toman/")
        for each in begun.store.projects.values()
    )
    listing = begun.requests_of(lambda: list(begun.source.projects(ROOTS)))
    assert (requests - listing) / len(projects) + listing / listed <= BUDGET


def test_the_probe_sees_what_moved_and_what_is_new(scene: StartScene) -> None:
    begun = scene()
    project = begun.reference()
    known = {project.project_id: stored(begun, project)}
    data = begun.data(BUSY)
    moved = min(data.issues)

    def move(store: Store) -> None:
        store.projects[project.project_id].issues[moved]["updated_at"] = "2025-11-20T12:00:00.000Z"

    begun.server.change(move)
    (found,) = begun.source.probe([project], known, OVERLAP)
    assert found.changed == {"issues"}
    assert found.vanished == set()
    assert found.totals["merge_requests"] == len(data.merge_requests)


def test_what_was_never_collected_has_changed(scene: StartScene) -> None:
    begun = scene()
    (found,) = begun.source.probe([begun.reference()], {}, OVERLAP)
    assert found.changed == {"merge_requests", "issues", "pipelines", "child_pipelines"}


def test_what_vanished_is_suspected_and_found_by_its_ids(scene: StartScene) -> None:
    begun = scene()
    project = begun.reference()
    known = {project.project_id: stored(begun, project)}
    data = begun.data(BUSY)
    oldest = min(data.merge_requests)
    gone = data.merge_requests[oldest]["id"]

    def delete(store: Store) -> None:
        store.projects[project.project_id].merge_requests.pop(oldest)

    begun.server.change(delete)
    (found,) = begun.source.probe([project], known, OVERLAP)
    assert found.vanished == {"merge_requests"}
    ids = [each for page in begun.source.identifiers(MERGE_REQUESTS, project) for each in page]
    assert gone not in ids
    assert set(ids) == {each["id"] for each in data.merge_requests.values()}
    others = (
        (ISSUES, {issue["id"] for issue in data.issues.values()}),
        (PIPELINES, set(data.pipelines)),
    )
    for listed, expected in others:
        pages = begun.source.identifiers(listed, project)
        assert {identifier for page in pages for identifier in page} == expected


def test_six_projects_are_probed_with_one_request(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    projects = sorted(begun.references.values(), key=lambda each: each.path)
    readable = [each for each in projects if each.path != "toman/exchange/secret-desk"]
    requests = begun.requests_of(lambda: list(begun.source.probe(readable[:12], {}, OVERLAP)))
    assert requests == 2


SHARING = (MERGE_REQUESTS, ISSUES, PIPELINES)


@pytest.mark.parametrize("listed", SHARING, ids=[listed.name for listed in SHARING])
def test_small_projects_share_requests_within_the_limit_of_complexity(
    scene: StartScene, listed: GraphQLList
) -> None:
    begun = scene()
    begun.reference()
    begun.source.check_access(())
    small = [
        reference
        for reference in begun.references.values()
        if reference.has(listed.feature)
        and begun.store.projects[reference.project_id].access == "full"
    ]
    alone = [payloads_of(begun.source.pages(listed, each, RECENT)) for each in small]

    def together() -> list[list[dict[str, Any]]]:
        begun.source.share(listed, [(each, RECENT) for each in small])
        return [payloads_of(begun.source.pages(listed, each, RECENT)) for each in small]

    # What a project has more than few of is read on from there.
    longer = sum(len(payloads) > listed.few for payloads in alone)
    assert sum(0 < len(payloads) <= listed.few for payloads in alone) >= 3
    operation = f"graphql:{listed.name}"
    before = begun.source.statistics.by_operation[operation]
    assert together() == alone
    asked = begun.source.statistics.by_operation[operation] - before
    groups = -(-len(small) // listed.shared_by)
    assert groups <= asked <= groups + 2 * longer
    assert begun.source.statistics.retries == 0
    # A request that fails costs nothing but itself: then each project asks alone.
    begun.server.faults.add(faults.complexity_refused(300), times=1, path="/api/graphql")
    assert together() == alone


def test_requests_of_a_first_collection(scene: StartScene) -> None:
    """50 merge requests or pipelines a page: what 1,000 of them would cost at this rate."""
    begun = scene()
    project = begun.reference()
    data = begun.data(BUSY)
    of_merge_requests = begun.requests_of(
        lambda: list(begun.source.pages(MERGE_REQUESTS, project, EVERYTHING))
    )
    of_pipelines = begun.requests_of(
        lambda: list(begun.source.pages(PIPELINES, project, EVERYTHING))
    )
    # Page, page of open ones, squash commits, edition; then 50 pipelines a page.
    assert of_merge_requests <= 2 * -(-len(data.merge_requests) // 50) + 3
    assert of_pipelines <= -(-len(data.pipelines) // 50)


def test_statistics_count_what_the_server_saw(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    list(begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING))
    list(begun.source.pages(DEPLOYMENTS, begun.reference(), EVERYTHING))
    statistics = begun.source.statistics
    assert statistics.requests == len(begun.server.requests)
    assert statistics.by_operation["projects/:id/deployments"] >= 1
    assert (statistics.retries, statistics.throttled) == (0, 0)


def test_git_costs_one_request_when_refs_stand_still(scene: StartScene, tmp_path: Path) -> None:
    begun = scene()
    project = begun.reference()
    first = begun.source.repository(project)
    assert first is not None
    known = dict(first.watermark)
    assert begun.requests_of(lambda: begun.source.repository(project, known=known)) == 1
    shutil.rmtree(tmp_path / "clones")
    # A lost clone is not made anew for nothing; else refs and commits are two requests.
    assert begun.requests_of(lambda: begun.source.repository(project, known=known)) == 1
    assert not (tmp_path / "clones" / f"{project.project_id}.git").exists()
    assert begun.requests_of(lambda: begun.source.repository(project)) == 2
    counted = begun.source.statistics.by_operation
    assert (counted["git:ls-remote"], counted["git:fetch"]) == (1, 2 + 1 + 2)
    # A head that the server does not have is asked for once: capabilities and packs.
    unknown = ["1" * 40]
    assert begun.requests_of(lambda: begun.source.repository(project, heads=unknown)) == 1 + 2
    assert begun.requests_of(lambda: begun.source.repository(project, heads=unknown)) == 1
