"""Everything that goes wrong on the way, and what the source makes of it."""

import pytest

from lotus_assets.sources.gitlab.errors import AccessError, EntityError, UnreachableError
from lotus_assets.sources.gitlab.lists.commit_statistics import COMMIT_STATISTICS
from lotus_assets.sources.gitlab.lists.deployments import DEPLOYMENTS
from lotus_assets.sources.gitlab.lists.events import EVENTS
from lotus_assets.sources.gitlab.lists.issues import ISSUES
from lotus_assets.sources.gitlab.lists.merge_requests import MERGE_REQUESTS
from lotus_assets.sources.gitlab.lists.pipelines import PIPELINES
from lotus_assets.sources.gitlab.pages import ReadingWindow
from lotus_assets.sources.gitlab.session import GitLabPatience
from lotus_assets.standin.gitlab import faults
from lotus_assets.standin.gitlab.faults import CutBody, Effect
from lotus_assets.standin.gitlab.limits import RateLimits
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.integration.gitlab.reading import (
    BUSY,
    EVERYTHING,
    PATIENCE,
    Scene,
    StartScene,
    payloads_of,
)

GRAPHQL = "MergeRequests"
PASSING: dict[str, Effect] = {
    "429 with Retry-After": faults.too_many_requests(retry_after=0),
    "429 without Retry-After": faults.too_many_requests(retry_after=None),
    "502": faults.bad_gateway(),
    "HTML instead of JSON": faults.html_page(),
    "connection cut inside a body": CutBody(0.5),
    "503 for a slow query": faults.statement_timeout(),
}


def merge_request_iids(begun: Scene) -> list[int]:
    pages = begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING)
    return sorted(int(each["iid"]) for each in payloads_of(pages))


def deployment_ids(begun: Scene) -> list[int]:
    pages = begun.source.pages(DEPLOYMENTS, begun.reference(), EVERYTHING)
    return sorted(each["id"] for each in payloads_of(pages))


@pytest.mark.parametrize("trouble", PASSING)
def test_troubles_that_pass_cost_nothing(scene: StartScene, trouble: str) -> None:
    # No announced limit: otherwise every 429 would carry RateLimit-Reset, up to a minute away.
    begun = scene(limits=RateLimits(requests_per_minute=0))
    expected = sorted(begun.data(BUSY).merge_requests)
    begun.reference()
    hit = begun.server.faults.add(PASSING[trouble], operation=GRAPHQL, times=2)
    assert merge_request_iids(begun) == expected
    assert hit.hits > 2
    rest = begun.server.faults.add(PASSING[trouble], path="*/deployments", times=2)
    assert deployment_ids(begun) == [each["id"] for each in begun.data(BUSY).deployments]
    assert rest.hits > 2
    statistics = begun.source.statistics
    assert statistics.retries >= 4
    assert statistics.throttled == (4 if trouble.startswith("429") else 0)


@pytest.mark.parametrize(
    "effect",
    [
        faults.complexity_refused(300),
        faults.graphql_timeout(),
        faults.graphql_errors("Internal server error"),
    ],
)
def test_a_page_refused_for_its_size_comes_in_smaller_ones(
    scene: StartScene, effect: Effect
) -> None:
    begun = scene()
    begun.reference()
    begun.server.faults.add(effect, operation=GRAPHQL, times=3)
    assert merge_request_iids(begun) == sorted(begun.data(BUSY).merge_requests)


def test_a_cursor_resumes_after_a_failure_in_the_middle(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    begun.server.faults.add(faults.complexity_refused(300), operation=GRAPHQL, times=2)
    begun.server.faults.add(faults.bad_gateway(), operation=GRAPHQL, nth=4, times=1)
    pages = begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING)
    found = [int(each["iid"]) for each in payloads_of(pages)]
    assert sorted(found) == sorted(set(found)) == sorted(begun.data(BUSY).merge_requests)


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        (faults.bad_gateway(), "error:http_502"),
        (CutBody(0.5), "error:connection"),
        (faults.html_page(), "error:page"),
        (faults.complexity_refused(300), "error:timeout"),
        (faults.graphql_timeout(), "error:timeout"),
        (faults.graphql_errors("Something is odd"), "error:graphql"),
    ],
)
def test_what_does_not_pass_costs_one_entity(
    scene: StartScene, effect: Effect, reason: str
) -> None:
    begun = scene()
    begun.reference()
    begun.server.faults.add(effect, operation=GRAPHQL, times=None)
    with pytest.raises(EntityError) as failed:
        merge_request_iids(begun)
    assert failed.value.reason == reason
    assert str(failed.value).startswith(f"project {BUSY}: merge_requests not collected")
    assert deployment_ids(begun)


def test_401_in_the_middle_stops_the_run(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    revoked = faults.Respond(401, b'{"message":"401 Unauthorized"}')
    begun.server.faults.add(revoked, times=None)
    requests = begun.source.statistics.requests
    with pytest.raises(AccessError):
        deployment_ids(begun)
    with pytest.raises(AccessError):
        merge_request_iids(begun)
    assert begun.source.statistics.requests == requests + 2


@pytest.mark.parametrize(("status", "reason"), [(403, "forbidden"), (404, "not_found")])
def test_403_and_404_are_coverage_reasons(scene: StartScene, status: int, reason: str) -> None:
    begun = scene()
    begun.reference()
    refused = faults.Respond(status, b'{"message":"no"}')
    begun.server.faults.add(refused, path="*/events", times=None)
    with pytest.raises(EntityError) as failed:
        list(begun.source.pages(EVENTS, begun.reference()))
    assert failed.value.reason == reason


def test_a_forbidden_project_is_told_from_one_that_is_gone(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference()

    def forbid(store: Store) -> None:
        store.projects[reference.project_id].access = "forbidden"

    begun.server.change(forbid)
    for listed in (MERGE_REQUESTS, PIPELINES, ISSUES, DEPLOYMENTS):
        with pytest.raises(EntityError) as failed:
            list(begun.source.pages(listed, reference, EVERYTHING))
        assert failed.value.reason == "forbidden"
    (found,) = begun.source.probe([reference], {})
    assert found.unreadable == "forbidden"

    def remove(store: Store) -> None:
        store.projects.pop(reference.project_id)

    begun.server.change(remove)
    with pytest.raises(EntityError) as failed:
        list(begun.source.pages(MERGE_REQUESTS, reference, EVERYTHING))
    assert failed.value.reason == "not_found"
    with pytest.raises(EntityError) as failed:
        begun.source.repository(reference)
    assert failed.value.reason == "not_found"


def test_disabled_features_are_named_without_a_request(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference("toman/c-side/brand-assets")
    runbooks = begun.reference("toman/core/runbooks")
    requests = len(begun.server.requests)
    for listed, project, which in (
        (ISSUES, reference, "issues"),
        (PIPELINES, reference, "pipelines"),
        (DEPLOYMENTS, reference, "pipelines"),
        (MERGE_REQUESTS, runbooks, "merge_requests"),
    ):
        with pytest.raises(EntityError) as disabled:
            list(begun.source.pages(listed, project, EVERYTHING))
        assert disabled.value.reason == f"feature_disabled:{which}"
    assert len(begun.server.requests) == requests
    assert payloads_of(begun.source.pages(MERGE_REQUESTS, reference, EVERYTHING))


def test_empty_repository_and_no_default_branch(scene: StartScene) -> None:
    begun = scene()
    empty = begun.reference("toman/c-side/empty-idea")
    assert empty.is_empty
    found = begun.source.repository(empty)
    assert found is not None
    assert payloads_of(found.commits) == payloads_of([found.branches]) == []
    assert payloads_of(begun.source.pages(COMMIT_STATISTICS, empty)) == []
    headless = begun.reference("toman/core/placeholder")
    assert headless.default_branch is None
    found = begun.source.repository(headless)
    assert found is not None
    commits = payloads_of(found.commits)
    assert commits
    assert not any(each["is_on_default_branch"] for each in commits)


def test_an_entity_deleted_between_list_and_detail(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference()
    data = begun.data(BUSY)
    busiest = max(data.merge_request_notes, key=lambda iid: len(data.merge_request_notes[iid]))
    original = data.merge_request_notes[busiest]
    many = [dict(original[0]) | {"id": 900_000_000 + number} for number in range(150)]

    def crowd(store: Store) -> None:
        store.projects[reference.project_id].merge_request_notes[busiest] = many

    def delete(store: Store) -> None:
        store.projects[reference.project_id].merge_requests.pop(busiest)

    begun.server.change(crowd)
    pages = begun.source.pages(MERGE_REQUESTS, reference, EVERYTHING)
    whole = {int(each["iid"]): each for each in payloads_of(pages)}
    assert len(whole[busiest]["notes"]) == 150
    begun.server.faults.add(faults.Change(delete), operation="MergeRequestNotes")
    pages = begun.source.pages(MERGE_REQUESTS, reference, EVERYTHING)
    rest = {int(each["iid"]) for each in payloads_of(pages)}
    assert rest == set(whole) - {busiest}


def test_a_page_that_moves_while_it_is_read_loses_nothing(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference()
    data = begun.data(BUSY)
    first = min(data.merge_requests, key=lambda iid: data.merge_requests[iid]["updated_at"])

    def touch(store: Store) -> None:
        moved = store.projects[reference.project_id].merge_requests[first]
        moved["updated_at"] = "2025-11-20T11:59:59.000Z"

    begun.server.faults.add(faults.complexity_refused(300), operation=GRAPHQL, times=2)
    begun.server.faults.add(faults.Change(touch), operation=GRAPHQL, nth=4)
    pages = begun.source.pages(MERGE_REQUESTS, reference, EVERYTHING)
    found = [(int(each["iid"]), each["updatedAt"]) for each in payloads_of(pages)]
    assert {iid for iid, _ in found} == set(data.merge_requests)
    copies = [at for iid, at in found if iid == first]
    assert copies[-1].startswith("2025-11-20T11:59:59")


def test_free_edition_is_found_out_when_it_hides(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    refused = "Field 'approvalsRequired' doesn't exist on type 'MergeRequest'"
    begun.server.faults.add(faults.graphql_errors(refused), operation=GRAPHQL, times=1)
    payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING))
    assert payloads
    assert all("approvalsRequired" not in each for each in payloads)


def test_free_edition(scene: StartScene, young_store: Store) -> None:
    young_store.edition = "free"
    young_store.version = "18.8.0"
    begun = scene()
    payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING))
    assert len(payloads) == len(begun.data(BUSY).merge_requests)
    assert all("approvalsRequired" not in each for each in payloads)
    assert begun.source.statistics.by_operation["graphql:metadata"] == 1


def test_a_rest_page_that_fails_comes_in_smaller_ones(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    begun.server.faults.add(faults.gateway_timeout(), path="*/deployments", times=2)
    assert deployment_ids(begun) == [each["id"] for each in begun.data(BUSY).deployments]
    asked = [each.query for each in begun.server.requests if each.path.endswith("/deployments")]
    for query, size in zip(asked, (100, 50, 25), strict=False):
        assert f"per_page={size}" in query


def test_a_page_that_fails_whatever_its_size_is_asked_for_as_often_as_anything(
    scene: StartScene,
) -> None:
    """Halved after every 500, a page was asked for 49 times before the project was given up."""
    begun = scene()
    begun.reference()
    for effect in (faults.internal_error(), faults.html_page(), faults.bad_gateway()):
        fault = begun.server.faults.add(effect, path="*/deployments", times=None)
        with pytest.raises(EntityError):
            deployment_ids(begun)
        assert fault.hits <= PATIENCE.attempts
        begun.server.faults.clear()


def test_a_project_that_fails_again_and_again_is_left(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference()
    names = (str(reference.project_id), reference.path)
    fault = begun.server.faults.add(faults.internal_error(), about=names, times=None)
    failed = []
    for listed in (MERGE_REQUESTS, DEPLOYMENTS, ISSUES, EVENTS, PIPELINES):
        with pytest.raises(EntityError) as error:
            list(begun.source.pages(listed, reference, EVERYTHING))
        failed.append(error.value)
    with pytest.raises(EntityError) as error:
        begun.source.repository(reference)
    failed.append(error.value)
    assert {error.reason for error in failed} == {"error:http_500"}
    assert fault.hits == 2 * PATIENCE.attempts
    assert "left until the next run after 2 lists failed" in failed[-1].detail
    # No other project is.
    assert payloads_of(begun.source.pages(ISSUES, begun.reference("toman/core/ledger"), EVERYTHING))


def test_offset_paging_refused_is_said(scene: StartScene) -> None:
    begun = scene()
    begun.reference()
    refused = faults.Respond(405, b'{"error":"Offset pagination has a maximum allowed offset"}')
    begun.server.faults.add(refused, path="*/deployments", times=None)
    with pytest.raises(EntityError, match="maximum allowed offset") as failed:
        deployment_ids(begun)
    assert failed.value.reason == "error:http_405"


def test_a_redirect_to_another_host_does_not_get_the_token(scene: StartScene) -> None:
    begun = scene(GitLabPatience(attempts=1))
    begun.reference()
    elsewhere = faults.Respond(302, b"", headers=(("Location", "http://localhost:1/away"),))
    begun.server.faults.add(elsewhere, path="*/deployments", times=None)
    with pytest.raises(UnreachableError, match="GitLab redirects to localhost:1"):
        list(begun.source.pages(DEPLOYMENTS, begun.reference(), ReadingWindow()))
