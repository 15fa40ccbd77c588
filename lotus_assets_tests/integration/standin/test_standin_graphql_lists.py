"""GraphQL's filters and orders, against what the store holds."""

import httpx
import pytest

from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.integration.standin.conftest import project_named
from lotus_assets_tests.integration.standin.test_standin_graphql import PATH, post


@pytest.fixture(scope="module")
def checkout(young_world: Store) -> ProjectData:
    return project_named(young_world, PATH)


def test_single_entities_are_found_by_number(reader: httpx.Client, checkout: ProjectData) -> None:
    newest = max(checkout.pipelines.values(), key=lambda row: int(row["id"]))
    query = f"""{{ project(fullPath: "{PATH}") {{
      issue(iid: "1") {{ id }} mergeRequest(iid: "2") {{ id }} none: mergeRequest(iid: "x") {{ id }}
      pipeline(iid: "{newest["iid"]}") {{ sha }} ofMain: pipeline {{ ref }}
    }} }}"""
    assert post(reader, query)["data"]["project"] == {
        "issue": {"id": f"gid://gitlab/Issue/{checkout.issues[1]['id']}"},
        "mergeRequest": {"id": f"gid://gitlab/MergeRequest/{checkout.merge_requests[2]['id']}"},
        "none": None,
        "pipeline": {"sha": newest["sha"]},
        "ofMain": {"ref": "main"},
    }


def test_users_are_found_by_id(reader: httpx.Client, checkout: ProjectData) -> None:
    user = checkout.merge_requests[2]["author"]
    query = f"""{{ users(ids: ["gid://gitlab/User/{user["id"]}", "gid://gitlab/User/1"]) {{
      nodes {{ username }} }} }}"""
    assert post(reader, query)["data"]["users"]["nodes"] == [{"username": user["username"]}]


def test_child_pipelines_are_listed_only_where_their_source_is_asked_for(
    reader: httpx.Client, young_world: Store
) -> None:
    """GitLab's app/finders/ci/pipelines_finder.rb: `prefiltered_pipelines` takes children out
    unless the source is `parent_pipeline` or pipelines are asked for by iid.
    """
    data = project_named(young_world, "toman/exchange/market-data")
    query = """{ project(fullPath: "toman/exchange/market-data") {
      all: pipelines(first: 1) { count }
      children: pipelines(source: "parent_pipeline", first: 1) { count nodes { source } } } }"""
    counts = post(reader, query)["data"]["project"]
    sources = [row["source"] for row in data.pipelines.values()]
    children = sources.count("parent_pipeline")
    assert counts["all"]["count"] == len(sources) - children
    assert counts["children"]["count"] == children > 0
    assert counts["children"]["nodes"] == [{"source": "parent_pipeline"}]
    child = next(row for row in data.pipelines.values() if row["source"] == "parent_pipeline")
    query = f"""{{ project(fullPath: "toman/exchange/market-data") {{
      pipeline(iid: "{child["iid"]}") {{ source upstream {{ id source }} }} }} }}"""
    found = post(reader, query)["data"]["project"]["pipeline"]
    assert found["source"] == "parent_pipeline"
    assert found["upstream"]["id"] == f"gid://gitlab/Ci::Pipeline/{child['upstream_id']}"
    assert found["upstream"]["source"] != "parent_pipeline"


def test_activity_is_told_from_what_people_write(
    reader: httpx.Client, checkout: ProjectData
) -> None:
    iid, notes = max(checkout.issue_notes.items(), key=lambda item: len(item[1]))
    query = f"""{{ project(fullPath: "{PATH}") {{ issue(iid: "{iid}") {{
      all: notes {{ nodes {{ system systemNoteMetadata {{ action }} }} }}
      people: notes(filter: ONLY_COMMENTS) {{ nodes {{ systemNoteMetadata {{ action }} }} }}
      activity: notes(filter: ONLY_ACTIVITY) {{ nodes {{ systemNoteMetadata {{ action }} }} }}
    }} }} }}"""
    lists = post(reader, query)["data"]["project"]["issue"]
    assert [node["system"] for node in lists["all"]["nodes"]] == [note["system"] for note in notes]
    people = [node["systemNoteMetadata"] for node in lists["people"]["nodes"]]
    assert people == [None] * sum(not note["system"] for note in notes)
    actions = [node["systemNoteMetadata"]["action"] for node in lists["activity"]["nodes"]]
    assert actions == [note["system_action"] for note in notes if note["system"]]


def test_releases_come_newest_first(reader: httpx.Client, young_world: Store) -> None:
    data = max(young_world.projects.values(), key=lambda item: len(item.releases))
    query = "query ($p: ID!) { project(fullPath: $p) { releases { nodes { tagName } } } }"
    nodes = post(reader, query, p=data.project["path_with_namespace"])["data"]["project"]
    ordered = sorted(data.releases, key=lambda row: (row["released_at"], row["tag_name"]))
    assert len(ordered) > 1
    tags = [row["tag_name"] for row in reversed(ordered)]
    assert [node["tagName"] for node in nodes["releases"]["nodes"]] == tags


def test_fragments_and_directives_are_understood(reader: httpx.Client) -> None:
    query = """
    query Q($with: Boolean!) { project(fullPath: "toman/core/checkout") { ...Paths
      ... on Project @include(if: $with) { archived } ... @skip(if: $with) { visibility } } }
    fragment Paths on Project { fullPath again: fullPath }
    """
    body = {"query": query, "variables": {"with": True}, "operationName": "Q"}
    answer = reader.post("/api/graphql", json=body).json()["data"]["project"]
    assert answer == {"fullPath": PATH, "again": PATH, "archived": False}


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
