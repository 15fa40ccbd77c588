"""GraphQL's filters and orders, against what the store holds."""

from typing import Any

import httpx
import pytest

from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.integration.standin.conftest import project_named
from lotus_assets_tests.integration.standin.test_standin_graphql import PATH, by_update, post


@pytest.fixture(scope="module")
def checkout(young_world: Store) -> ProjectData:
    return project_named(young_world, PATH)


@pytest.mark.parametrize(
    ("selection", "path"),
    [
        ('projects(ids: ["gid://gitlab/Project/{id}"])', ("projects", "nodes", 0)),
        ('projects(fullPaths: ["toman/core/checkout"])', ("projects", "nodes", 0)),
        (
            'group(fullPath: "toman/core") { projects(ids: ["{id}"])',
            ("group", "projects", "nodes", 0),
        ),
        (
            'groups { nodes { projects(ids: ["{id}"])',
            ("groups", "nodes", None, "projects", "nodes", 0),
        ),
    ],
)
def test_a_project_is_found_in_many_ways(
    selection: str, path: tuple[str | int | None, ...], reader: httpx.Client, checkout: ProjectData
) -> None:
    opened = selection.replace("{id}", str(checkout.project["id"]))
    inner = f"{opened} {{ nodes {{ fullPath }} }}"
    balanced = "{ " + inner + " }" * (inner.count("{") - inner.count("}") + 1)
    found: Any = post(reader, balanced)["data"]
    for step in path:
        if step is None:
            found = next(row for row in found if row["projects"]["nodes"])
        else:
            found = found[step]
    assert found == {"fullPath": PATH}


def test_single_entities_are_found_by_id(reader: httpx.Client, checkout: ProjectData) -> None:
    merge_request = checkout.merge_requests[2]
    issue = checkout.issues[1]
    user = merge_request["author"]
    query = f"""{{
      mergeRequest(id: "gid://gitlab/MergeRequest/{merge_request["id"]}") {{ iid }}
      issue(id: "gid://gitlab/Issue/{issue["id"]}") {{ iid }}
      workItem(id: "gid://gitlab/WorkItem/{issue["id"]}") {{ iid }}
      nothing: issue(id: "gid://gitlab/Issue/1") {{ iid }}
      byId: user(id: "gid://gitlab/User/{user["id"]}") {{ username }}
      byName: user(username: "{user["username"]}") {{ id }}
      users(ids: ["gid://gitlab/User/{user["id"]}"], usernames: ["{user["username"]}"]) {{ count }}
      project(fullPath: "{PATH}") {{
        issue(iid: "1") {{ id }} none: mergeRequest(iid: "x") {{ id }}
      }}
    }}"""
    data = post(reader, query)["data"]
    assert data["mergeRequest"] == {"iid": "2"}
    assert data["issue"] == data["workItem"] == {"iid": "1"}
    assert data["nothing"] is None
    assert data["byId"] == {"username": user["username"]}
    assert data["byName"] == {"id": f"gid://gitlab/User/{user['id']}"}
    assert data["users"] == {"count": 1}
    assert data["project"] == {
        "issue": {"id": f"gid://gitlab/Issue/{issue['id']}"},
        "none": None,
    }


def test_pipelines_are_filtered_as_asked(reader: httpx.Client, checkout: ProjectData) -> None:
    newest = max(checkout.pipelines.values(), key=lambda row: int(row["id"]))
    query = """query ($p: ID!, $ref: String, $sha: String, $name: String, $iid: ID) {
      project(fullPath: $p) {
        byRef: pipelines(ref: $ref, first: 1) { count nodes { iid } }
        byStatus: pipelines(status: FAILED, first: 1) { count }
        bySha: pipelines(sha: $sha, first: 1) { count }
        bySource: pipelines(source: "push", first: 1) { count }
        byUser: pipelines(username: $name, first: 1) { count }
        one: pipeline(iid: $iid) { sha short: sha(format: SHORT) }
        ofSha: pipeline(sha: $sha) { sha }
        ofMain: pipeline { ref }
      }
    }"""
    user = newest["user"]["username"]
    given = {"ref": newest["ref"], "sha": newest["sha"], "name": user, "iid": str(newest["iid"])}
    data = post(reader, query, p=PATH, **given)["data"]["project"]
    rows = checkout.pipelines.values()
    assert data["byRef"]["count"] == sum(row["ref"] == newest["ref"] for row in rows)
    assert data["byRef"]["nodes"] == [{"iid": str(newest["iid"])}]
    assert data["byStatus"]["count"] == sum(row["status"] == "failed" for row in rows)
    assert data["bySha"]["count"] == sum(row["sha"] == newest["sha"] for row in rows)
    assert data["bySource"]["count"] == sum(row["source"] == "push" for row in rows)
    assert data["byUser"]["count"] == sum(row["user"]["username"] == user for row in rows)
    assert data["one"] == {"sha": newest["sha"], "short": newest["sha"][:8]}
    assert data["ofSha"] == {"sha": newest["sha"]}
    assert data["ofMain"] == {"ref": "main"}


def test_jobs_are_filtered_as_asked(reader: httpx.Client, checkout: ProjectData) -> None:
    number, jobs = next(
        item for item in checkout.jobs.items() if any(job["retried"] for job in item[1])
    )
    query = f"""{{ project(fullPath: "{PATH}") {{
      pipeline(id: "gid://gitlab/Ci::Pipeline/{number}") {{
        all: jobs {{ count }} retried: jobs(retried: true) {{ count }}
        current: jobs(retried: false) {{ count }} bridges: jobs(jobKind: BRIDGE) {{ count }}
        failed: jobs(statuses: [FAILED]) {{ count }}
      }} }} }}"""
    counts = post(reader, query)["data"]["project"]["pipeline"]
    assert {name: found["count"] for name, found in counts.items()} == {
        "all": len(jobs),
        "retried": sum(job["retried"] for job in jobs),
        "current": sum(not job["retried"] for job in jobs),
        "bridges": sum(job["kind"] == "bridge" for job in jobs),
        "failed": sum(job["status"] == "failed" for job in jobs),
    }


def test_lists_are_read_backwards_too(reader: httpx.Client, checkout: ProjectData) -> None:
    order = by_update(checkout)
    query = """query ($before: String, $last: Int) { project(fullPath: "toman/core/checkout") {
      mergeRequests(sort: UPDATED_ASC, last: $last, before: $before) {
        nodes { iid } pageInfo { hasPreviousPage startCursor } edges { cursor }
      } } }"""
    last = post(reader, query, last=2)["data"]["project"]["mergeRequests"]
    before = last["pageInfo"]["startCursor"]
    assert last["edges"][0]["cursor"] == before
    page = post(reader, query, last=3, before=before)["data"]["project"]["mergeRequests"]
    assert [node["iid"] for node in last["nodes"]] == order[-2:]
    assert [node["iid"] for node in page["nodes"]] == order[-5:-2]
    assert page["pageInfo"]["hasPreviousPage"] is True


def test_notes_are_told_apart(reader: httpx.Client, checkout: ProjectData) -> None:
    iid, notes = max(checkout.merge_request_notes.items(), key=lambda item: len(item[1]))
    query = f"""{{ project(fullPath: "{PATH}") {{ mergeRequest(iid: "{iid}") {{
      people: notes(filter: ONLY_COMMENTS) {{ count nodes {{ systemNoteMetadata {{ action }} }} }}
      activity: notes(filter: ONLY_ACTIVITY) {{ nodes {{ systemNoteMetadata {{ action }} }} }}
    }} }} }}"""
    found = post(reader, query)["data"]["project"]["mergeRequest"]
    assert found["people"]["count"] == sum(not note["system"] for note in notes)
    assert {node["systemNoteMetadata"] for node in found["people"]["nodes"]} <= {None}
    actions = [node["systemNoteMetadata"]["action"] for node in found["activity"]["nodes"]]
    assert actions == [note["system_action"] for note in notes if note["system"]]


def test_releases_follow_the_asked_order(reader: httpx.Client, young_world: Store) -> None:
    data = max(young_world.projects.values(), key=lambda item: len(item.releases))
    path = data.project["path_with_namespace"]
    query = """query ($p: ID!, $tag: String!) { project(fullPath: $p) {
      releases(sort: RELEASED_AT_ASC) { nodes { tagName } } release(tagName: $tag) { tagName }
    } }"""
    ordered = sorted(data.releases, key=lambda row: (row["released_at"], row["tag_name"]))
    tags = [row["tag_name"] for row in ordered]
    found = post(reader, query, p=path, tag=tags[0])["data"]["project"]
    assert len(tags) > 1
    assert [node["tagName"] for node in found["releases"]["nodes"]] == tags
    assert found["release"] == {"tagName": tags[0]}


def test_fragments_and_directives_are_understood(reader: httpx.Client) -> None:
    query = """
    query Q($with: Boolean!) { project(fullPath: "toman/core/checkout") { ...Paths
      ... on Project @include(if: $with) { name } ... @skip(if: $with) { path } } }
    fragment Paths on Project { fullPath again: fullPath }
    """
    body = {"query": query, "variables": {"with": True}, "operationName": "Q"}
    found = reader.post("/api/graphql", json=body).json()["data"]["project"]
    assert found == {"fullPath": PATH, "again": PATH, "name": "Checkout"}


def test_an_undefined_field_in_a_fragment_is_located(reader: httpx.Client) -> None:
    query = """
    query Q { project(fullPath: "x") { ...Odd ... on Project { strange } } }
    fragment Odd on Project { odd }
    """
    paths = [error["path"] for error in post(reader, query)["errors"]]
    assert sorted(paths) == [
        ["fragment Odd", "odd"],
        ["query Q", "project", "... on Project", "strange"],
    ]


def test_environments_are_filtered_by_name_and_state(
    reader: httpx.Client, checkout: ProjectData
) -> None:
    name = checkout.environments[0]["name"]
    for arguments, expected in (
        (f'name: "{name}"', [name]),
        ('states: ["available"], first: 100', None),
        ('states: ["nothing"]', []),
    ):
        selection = f"environments({arguments}) {{ nodes {{ name }} }}"
        answer = post(reader, f'{{ project(fullPath: "{PATH}") {{ {selection} }} }}')
        found = sorted(node["name"] for node in answer["data"]["project"]["environments"]["nodes"])
        if expected is None:
            rows = checkout.environments
            expected = sorted(row["name"] for row in rows if row["state"] == "available")
        assert found == expected
