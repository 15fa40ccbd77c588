"""The recorded public project, served through the stand-in's store."""

import json
import subprocess
from pathlib import Path

import pytest

from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets_tests.gitlab_description import GITLAB
from lotus_assets_tests.recorded_store import PROJECT_ID, recorded_store

RECORDINGS = GITLAB / "recorded"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return recorded_store(tmp_path_factory.mktemp("recorded"), RECORDINGS)


@pytest.fixture(scope="module")
def data(store: Store) -> ProjectData:
    return store.projects[PROJECT_ID]


def git(data: ProjectData, *arguments: str) -> list[str]:
    command = ["git", "-C", str(data.repository), *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, encoding="utf-8"
    ).stdout.splitlines()


def test_everything_recorded_is_there(store: Store, data: ProjectData) -> None:
    assert data.project["path_with_namespace"] == "gitlab-data/snowflake_spend"
    assert len(data.merge_requests) == 18
    assert sum(map(len, data.merge_request_notes.values())) == 26
    assert sum(map(len, data.merge_request_commits.values())) == 37
    assert len(data.issues) == 16
    pipelines = sum(len(item.pipelines) for item in store.projects.values())
    # 29 listed, 16 in detail, 8 of deployments and 58 of jobs.
    assert pipelines == 29 + 16 + 8 + 58
    assert sum(map(len, (item.deployments for item in store.projects.values()))) == 8
    jobs = sum(len(jobs) for item in store.projects.values() for jobs in item.jobs.values())
    assert jobs == 75 + 8


def test_the_graph_is_rebuilt_with_new_shas(data: ProjectData) -> None:
    lines = (RECORDINGS / "commit_graph.jsonl").read_text(encoding="utf-8").splitlines()
    graph = [json.loads(line) for line in lines]
    rows = git(data, "log", "--all", "--format=%H %P")
    assert len(rows) == len(graph) == 88
    parents = sorted(len(row.split()) - 1 for row in rows)
    assert parents == sorted(len(entry["parent_ids"]) for entry in graph)
    assert not {row.split()[0] for row in rows} & {entry["id"] for entry in graph}
    subprocess.run(["git", "-C", str(data.repository), "fsck", "--strict"], check=True)


def test_payloads_name_the_new_commits(data: ProjectData) -> None:
    known = set(git(data, "rev-list", "--all"))
    merged = {iid: item for iid, item in data.merge_requests.items() if item["merged_at"]}
    assert len(merged) == 10
    assert {item["merge_commit_sha"] for item in merged.values()} <= known
    # Of the first merge request the graph has the merge, but not the branch (it was squashed).
    assert merged[1]["sha"] == "ad25fcda15e310a7eb34b3e38ff9b962b54f0e03"
    assert merged[4]["sha"] in known
    assert any(merged[4]["sha"][:8] in note["body"] for note in data.merge_request_notes[4])
    commits = data.merge_request_commits[5]
    assert len(commits) == 18
    assert all(item["id"] in known and item["short_id"] == item["id"][:8] for item in commits)
    assert set(commits[0]["parent_ids"]) <= known


def test_heads_of_merge_requests_can_be_fetched(data: ProjectData) -> None:
    names = git(data, "for-each-ref", "--format=%(refname)", "refs/merge-requests")
    assert "refs/merge-requests/4/head" in names
    assert "refs/merge-requests/1/head" not in names


def test_the_actions_of_system_notes_are_told_by_their_text(data: ProjectData) -> None:
    actions = [note["system_action"] for note in data.merge_request_notes[1]]
    assert actions.count("commit") == 5
    assert actions.count("merged") == 1
    assert actions.count(None) == 1


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"commit_graph\.jsonl: recording is missing"):
        recorded_store(tmp_path / "out", tmp_path)
