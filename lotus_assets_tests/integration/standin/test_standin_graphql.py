"""GraphQL through real HTTP: pages, filters, access, editions, refusals."""

import re
from typing import Any

import httpx
import pytest

from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.faults import Change
from lotus_assets.standin.gitlab.server import StandinServer
from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.integration.standin.conftest import project_named
from lotus_assets_tests.standin_fixtures import StandinFactory, client_of

PATH = "toman/core/checkout"
MERGE_REQUESTS = """
query MergeRequests($path: ID!, $size: Int, $cursor: String, $since: Time) {
  project(fullPath: $path) {
    mergeRequests(first: $size, after: $cursor, updatedAfter: $since, sort: UPDATED_ASC) {
      count
      nodes { iid updatedAt }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


@pytest.fixture(scope="module")
def checkout(young_world: Store) -> ProjectData:
    return project_named(young_world, PATH)


def post(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    response = client.post("/api/graphql", json={"query": query, "variables": variables})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def all_pages(client: httpx.Client, size: int, **variables: Any) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        answer = post(client, MERGE_REQUESTS, path=PATH, size=size, cursor=cursor, **variables)
        page = answer["data"]["project"]["mergeRequests"]
        seen += [node["iid"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return seen
        cursor = page["pageInfo"]["endCursor"]


def by_update(data: ProjectData) -> list[str]:
    rows = sorted(data.merge_requests.values(), key=lambda row: (row["updated_at"], row["id"]))
    return [str(row["iid"]) for row in rows]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_meet_every_row_once(size: int, reader: httpx.Client, checkout: ProjectData) -> None:
    assert all_pages(reader, size) == by_update(checkout)


def test_a_time_filter_narrows_rows_and_count(reader: httpx.Client, checkout: ProjectData) -> None:
    since = sorted(row["updated_at"] for row in checkout.merge_requests.values())[-4]
    answer = post(reader, MERGE_REQUESTS, path=PATH, size=2, since=since)
    assert answer["data"]["project"]["mergeRequests"]["count"] == 4
    assert all_pages(reader, 2, since=since) == by_update(checkout)[-4:]


def test_a_row_that_moves_while_pages_are_read_is_met_again(
    standin: StandinFactory, young_store: Store
) -> None:
    data = project_named(young_store, PATH)
    order = by_update(data)

    def touch(store: Store) -> None:
        moved = project_named(store, PATH).merge_requests[int(order[0])]
        moved["updated_at"] = "2025-11-20T12:00:00.000Z"

    server = standin(young_store)
    server.faults.add(Change(touch), operation="MergeRequests", nth=2)
    with client_of(server) as client:
        seen = all_pages(client, 5)
    assert seen == [*order, order[0]]


def test_times_are_whole_seconds(reader: httpx.Client) -> None:
    answer = post(reader, MERGE_REQUESTS, path=PATH, size=5)
    for node in answer["data"]["project"]["mergeRequests"]["nodes"]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", node["updatedAt"])


def test_pipelines_carry_their_jobs_in_full(reader: httpx.Client, checkout: ProjectData) -> None:
    pipeline_id, jobs = max(checkout.jobs.items(), key=lambda item: len(item[1]))
    query = """
    query ($path: ID!, $iid: ID!) { project(fullPath: $path) { pipeline(iid: $iid) {
      status duration stages { nodes { name } } jobs(first: 100) { nodes {
        id name status retried kind schedulingType stage { name } needs { nodes { name } }
      } } } } }
    """
    stored = checkout.pipelines[pipeline_id]
    answer = post(reader, query, path=PATH, iid=str(stored["iid"]))
    pipeline = answer["data"]["project"]["pipeline"]
    assert pipeline["status"] == stored["status"].upper()
    assert pipeline["duration"] == stored["duration"]
    assert [node["name"] for node in pipeline["stages"]["nodes"]] == stored["stages"]
    found = {node["id"].rpartition("/")[2]: node for node in pipeline["jobs"]["nodes"]}
    assert set(found) == {str(job["id"]) for job in jobs}
    for job in jobs:
        node = found[str(job["id"])]
        assert node["retried"] is job["retried"]
        assert node["stage"]["name"] == job["stage"]
        assert [need["name"] for need in node["needs"]["nodes"]] == (job["needs"] or [])


def test_a_work_item_names_the_merge_requests_that_close_it(
    reader: httpx.Client, young_world: Store
) -> None:
    closing: dict[str, set[tuple[int, str]]] = {}
    for data in young_world.projects.values():
        for iid, references in data.closes_issues.items():
            for reference in references:
                closing.setdefault(reference, set()).add((data.project["id"], str(iid)))
    own = {name: pairs for name, pairs in closing.items() if name.startswith(PATH + "#")}
    assert own
    query = """
    query ($path: ID!, $iids: [String!]) { project(fullPath: $path) { workItems(iids: $iids) {
      nodes { iid widgets(onlyTypes: [DEVELOPMENT]) { ... on WorkItemWidgetDevelopment {
        closingMergeRequests { nodes { mergeRequest { iid projectId } } }
      } } } } } }
    """
    iids = [name.rpartition("#")[2] for name in own][:20]
    answer = post(reader, query, path=PATH, iids=iids)
    found = {}
    for node in answer["data"]["project"]["workItems"]["nodes"]:
        (widget,) = node["widgets"]
        found[f"{PATH}#{node['iid']}"] = {
            (row["mergeRequest"]["projectId"], row["mergeRequest"]["iid"])
            for row in widget["closingMergeRequests"]["nodes"]
        }
    assert found == {f"{PATH}#{iid}": own[f"{PATH}#{iid}"] for iid in iids}


def test_environments_are_refused_for_a_second_project(reader: httpx.Client) -> None:
    query = """
    { one: project(fullPath: "toman/core/checkout") { environments { nodes { name tier } } }
      two: project(fullPath: "toman/core/ledger") { environments { nodes { name } } } }
    """
    answer = post(reader, query)
    assert answer["data"]["one"]["environments"]["nodes"]
    assert answer["data"]["two"]["environments"] is None
    (error,) = answer["errors"]
    assert "can be requested only for 1 Project(s) at a time" in error["message"]
    assert error["path"] == ["two", "environments"]


def test_forbidden_and_unknown_projects_are_null(
    standin: StandinFactory, young_store: Store
) -> None:
    project_named(young_store, PATH).access = "forbidden"
    query = """
    { a: project(fullPath: "toman/core/checkout") { id } b: project(fullPath: "toman/x") { id }
      nobody: group(fullPath: "x") { fullPath }
      group(fullPath: "toman/core") { projects { nodes { fullPath issues { count } } } } }
    """
    with client_of(standin(young_store)) as client:
        data = post(client, query)["data"]
    assert (data["a"], data["b"], data["nobody"]) == (None, None, None)
    listed = {node["fullPath"]: node["issues"] for node in data["group"]["projects"]["nodes"]}
    assert listed[PATH] is None
    assert listed["toman/core/ledger"] is not None


def test_without_a_token_nothing_private_is_seen(world_server: StandinServer) -> None:
    query = """{ users { nodes { id } } groups { nodes { fullPath } } metadata { version }
      project(fullPath: "toman/core/checkout") { id } group(fullPath: "toman") { fullPath } }"""
    with client_of(world_server, "") as client:
        data = post(client, query)["data"]
    assert data == {
        "users": {"nodes": []},
        "groups": {"nodes": []},
        "metadata": None,
        "project": None,
        "group": None,
    }


@pytest.mark.parametrize("value", ["glpat-unknown", "glpat-narrow"])
def test_a_token_that_may_not_read_is_invalid(
    value: str, standin: StandinFactory, young_world: Store
) -> None:
    server = standin(young_world, tokens=[Token("glpat-narrow", frozenset({"read_repository"}))])
    with client_of(server, value) as client:
        response = client.post("/api/graphql", json={"query": "{ metadata { version } }"})
    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Invalid token"}]}


@pytest.mark.parametrize("feature", ["merge_requests", "issues", "builds"])
def test_lists_of_a_feature_that_is_off_are_null(
    feature: str, standin: StandinFactory, young_store: Store
) -> None:
    project_named(young_store, PATH).project[f"{feature}_access_level"] = "disabled"
    field = {"builds": "pipelines", "merge_requests": "mergeRequests"}.get(feature, feature)
    query = f'{{ project(fullPath: "{PATH}") {{ id {field} {{ nodes {{ id }} }} }} }}'
    with client_of(standin(young_store)) as client:
        answer = post(client, query)
    assert answer["data"]["project"][field] is None
    assert answer["data"]["project"]["id"]


@pytest.mark.parametrize("name", ["approvalsRequired", "mergeRequestDiffs { nodes { createdAt } }"])
def test_the_free_edition_refuses_licensed_fields(
    name: str, standin: StandinFactory, young_store: Store
) -> None:
    query = f'{{ project(fullPath: "{PATH}") {{ mergeRequest(iid: "1") {{ {name} }} }} }}'
    with client_of(standin(young_store)) as client:
        assert "errors" not in post(client, query)
    young_store.edition = "free"
    with client_of(standin(young_store)) as client:
        answer = post(client, query)
    field = name.partition(" ")[0]
    (error,) = answer["errors"]
    assert error["message"] == f"Field '{field}' doesn't exist on type 'MergeRequest'"
    assert error["extensions"]["code"] == "undefinedField"
    assert error["path"] == ["query", "project", "mergeRequest", field]
    assert "data" not in answer


def test_too_complex_a_query_is_refused(reader: httpx.Client) -> None:
    # notes: (nodes 1 + id 1 + resolver 1) * 2 = 6, thirty times, + nodes 1 + resolver and sort 2
    # = 183, * 2 = 366, + project 1
    notes = " ".join(f"n{number}: notes {{ nodes {{ id }} }}" for number in range(30))
    query = f'{{ project(fullPath: "{PATH}") {{ mergeRequests {{ nodes {{ {notes} }} }} }} }}'
    message = "Query has complexity of 367, which exceeds max complexity of 250"
    assert post(reader, query) == {"errors": [{"message": message}]}


def test_too_long_a_query_is_refused(reader: httpx.Client) -> None:
    query = "{ metadata { version } }" + "#" * 10_000
    response = reader.post("/api/graphql", json={"query": query})
    assert response.json() == {"errors": [{"message": "Query too large"}]}


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("{ project(", "Syntax Error"),
        ("query A { metadata { version } } query B { metadata { version } }", "No operation named"),
        ("query ($p: ID!) { project(fullPath: $p) { id } }", "Variable '$p'"),
        (f'{{ project(fullPath: "{PATH}") {{ issues(after: "?") {{ count }} }} }}', "valid cursor"),
    ],
)
def test_mistakes_are_explained(query: str, part: str, reader: httpx.Client) -> None:
    assert part in post(reader, query)["errors"][0]["message"]


def test_a_body_that_is_no_query_is_refused(reader: httpx.Client) -> None:
    assert reader.post("/api/graphql", content=b"hello").status_code == 422


def test_the_schema_is_not_told(reader: httpx.Client) -> None:
    (error,) = post(reader, '{ __type(name: "MergeRequest") { name } }')["errors"]
    assert "introspection has been disabled" in error["message"]
