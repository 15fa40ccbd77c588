"""Every edge that a collector must survive is somewhere in the default world: what people do."""

import subprocess
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
import semver

from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.unit.standin.edges import is_ancestor, notes, project, pushes_of, requests


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("toman/c-side/empty-idea", {"empty_repo": True, "default_branch": None}),
        ("toman/corporate-services/legacy-intranet", {"archived": True}),
        (
            "toman/corporate-services/old-timesheets",
            {"archived": False, "marked_for_deletion_on": "2026-03-26"},
        ),
        ("toman/c-side/brand-assets", {"jobs_enabled": False, "issues_enabled": False}),
        ("toman/core/runbooks", {"merge_requests_enabled": False}),
        ("toman/core/placeholder", {"empty_repo": False, "default_branch": None}),
    ],
)
def test_unusual_projects(edges: Store, path: str, expected: dict[str, Any]) -> None:
    data = project(edges, path)
    assert {key: data.project[key] for key in expected} == expected


def test_disabled_features_have_no_content(edges: Store) -> None:
    brand = project(edges, "toman/c-side/brand-assets")
    assert brand.merge_requests
    assert not brand.pipelines
    assert not brand.issues
    runbooks = project(edges, "toman/core/runbooks")
    assert runbooks.events
    assert not runbooks.merge_requests


def test_a_project_is_forbidden_and_long_inactive(edges: Store) -> None:
    secret = project(edges, "toman/exchange/secret-desk")
    assert secret.access == "forbidden"
    assert secret.project["last_activity_at"] < "2026-01-01"


def test_repository_without_default_branch_has_another(edges: Store) -> None:
    data = project(edges, "toman/core/placeholder")
    assert [branch["name"] for branch in data.branches] == ["topic"]


def test_fork_merge_requests_are_merged(edges: Store) -> None:
    upstream = project(edges, "toman/core/checkout")
    fork = project(edges, "daan.verhoeven/checkout")
    from_fork = [
        request
        for request in upstream.merge_requests.values()
        if request["source_project_id"] == fork.project["id"]
    ]
    assert any(request["state"] == "merged" for request in from_fork)
    assert fork.project["forked_from_project"]["id"] == upstream.project["id"]


def test_ways_to_merge(edges: Store) -> None:
    ways = Counter(
        (
            bool(request["merge_commit_sha"]),
            bool(request["squash_commit_sha"]),
            data.project["merge_method"],
        )
        for data, request in requests(edges)
        if request["state"] == "merged"
    )
    assert ways[True, False, "merge"]
    assert ways[True, True, "merge"]
    assert ways[True, False, "rebase_merge"]
    assert ways[False, False, "ff"]
    assert ways[False, True, "ff"]


def test_states_of_merge_requests(edges: Store) -> None:
    states = Counter(request["state"] for _, request in requests(edges))
    assert min(states["merged"], states["closed"], states["opened"]) > 20
    opened = [item for _, item in requests(edges) if item["state"] == "opened"]
    assert any(item["draft"] for item in opened)
    assert any(item["created_at"] < "2026-01-01" for item in opened)


def test_system_notes(edges: Store) -> None:
    actions = Counter(note["system_action"] for _, entries in notes(edges) for note in entries)
    for action in ("approved", "unapproved", "approvals_reset", "commit", "title"):
        assert actions[action] >= 5, action
    assert actions[None] > 1_000


def test_approvals_are_mostly_enough(edges: Store) -> None:
    given = [
        len(data.merge_request_approvals[request["iid"]]) - request["approvals_required"]
        for data, request in requests(edges)
        if request["state"] == "merged" and request["approvals_required"]
    ]
    bypassed = sum(difference < 0 for difference in given) / len(given)
    assert 0.02 < bypassed < 0.3


def test_force_pushed_heads_are_no_ancestors(edges: Store) -> None:
    data = project(edges, "toman/core/checkout")
    forced = 0
    for versions in data.merge_request_versions.values():
        heads = [version["head_commit_sha"] for version in reversed(versions)]
        for older, newer in pairwise(heads):
            forced += not is_ancestor(data, older, newer)
    assert forced >= 10


def test_force_pushes_on_protected_branches(edges: Store) -> None:
    charts = project(edges, "toman/core/platform-charts")
    moves = [
        event["push_data"]
        for event in pushes_of(charts)
        if event["push_data"]["ref"] == "main" and event["push_data"]["action"] == "pushed"
    ]
    forced = [
        move for move in moves if not is_ancestor(charts, move["commit_from"], move["commit_to"])
    ]
    assert len(forced) >= 3
    mobile = project(edges, "toman/c-side/mobile-app")
    assert "release/*" in {item["name"] for item in mobile.protected_branches}
    helpdesk = project(edges, "toman/corporate-services/helpdesk")
    assert helpdesk.protected_branches[0]["allow_force_push"]


def test_direct_pushes_to_the_default_branch(edges: Store) -> None:
    charts = project(edges, "toman/core/platform-charts")
    titles = {"Correct the notes", "Raise the limit at once"}
    assert sum(event["push_data"]["commit_title"] in titles for event in pushes_of(charts)) >= 15


def test_three_forms_of_signature_and_none(edges: Store) -> None:
    for path, form in (
        ("toman/core/checkout", "BEGIN PGP SIGNATURE"),
        ("toman/core/checkout", "BEGIN SSH SIGNATURE"),
        ("toman/core/ledger", "BEGIN SIGNED MESSAGE"),
    ):
        data = project(edges, path)
        signed = 0
        for sha, commit in data.commits.items():
            if not commit["is_signed"] or signed:
                continue
            command = ["git", "-C", str(data.repository), "cat-file", "-p", sha]
            raw = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
            signed += form in raw.stdout
        assert signed, form
    assert not all(commit["is_signed"] for commit in data.commits.values())


def test_people_and_bots(edges: Store) -> None:
    by_name = {user["username"]: user for user in edges.users.values()}
    assert by_name["project_123_bot_4ffca233d8298ea1"]["bot"]
    assert by_name["service_account_group_42_7f3a"]["bot"]
    assert not by_name["merge-bot"]["bot"]
    assert by_name["wim.dekker"]["public_email"] == ""
    authors = Counter(request["author"]["username"] for _, request in requests(edges))
    assert authors["wim.dekker"]
    assert authors["project_123_bot_4ffca233d8298ea1"]
    mergers = Counter(
        (request["merged_by"] or {}).get("username") for _, request in requests(edges)
    )
    assert mergers["merge-bot"]


def test_tags_and_releases(edges: Store) -> None:
    tags = [(data, tag) for data in edges.projects.values() for tag in data.tags]
    names = {tag["name"] for _, tag in tags}
    assert any(semver.Version.is_valid(name) for name in names)
    assert any(name[0] == "v" and semver.Version.is_valid(name[1:]) for name in names)
    assert any(name.startswith("release-2026.") for name in names)
    assert any(tag["target"] == tag["commit"]["id"] for _, tag in tags)
    assert any(tag["target"] != tag["commit"]["id"] for _, tag in tags)
    released = {
        (data.project["id"], item["tag_name"])
        for data in edges.projects.values()
        for item in data.releases
    }
    tagged = {(data.project["id"], tag["name"]) for data, tag in tags}
    assert released < tagged


def test_a_release_lives_for_six_hours(edges: Store) -> None:
    mobile = project(edges, "toman/c-side/mobile-app")
    pushes = [
        event for event in pushes_of(mobile) if event["push_data"]["ref"] in ("v0.9.1", "v0.9.2")
    ]
    assert [event["push_data"]["action"] for event in pushes] == [
        "created",
        "removed",
        "created",
        "removed",
    ]
    assert "v0.9.2" not in {tag["name"] for tag in mobile.tags}
    assert any(pipeline["ref"] == "v0.9.2" for pipeline in mobile.pipelines.values())


def test_issues(edges: Store) -> None:
    issues = [item for data in edges.projects.values() for item in data.issues.values()]
    labels = {label for item in issues for label in item["labels"]}
    assert {"bug", "type::bug", "severity::1", "escaped"} <= labels
    assert {item["issue_type"] for item in issues} == {"issue", "incident"}
    lives = defaultdict[int, list[str]](list)
    for data in edges.projects.values():
        for event in data.events:
            if event["target_type"] == "Issue":
                lives[event["target_id"]].append(event["action"])
    assert ["created", "closed", "reopened", "closed"] in lives.values()


def test_state_changes_leave_no_note(edges: Store) -> None:
    """`SystemNotes::IssuablesService#change_status` makes resource state events since 13.3."""
    written = {
        note["system_action"]
        for data in edges.projects.values()
        for entries in (*data.issue_notes.values(), *data.merge_request_notes.values())
        for note in entries
    }
    assert written.isdisjoint({"closed", "opened", "merged"})


def test_closing_references_of_every_origin(edges: Store) -> None:
    origins: Counter[str] = Counter()
    for data, request in requests(edges):
        for reference in data.closes_issues[request["iid"]]:
            number = reference.partition("#")[2]
            messages = [commit["message"] for commit in data.merge_request_commits[request["iid"]]]
            if request["description"] == f"Closes #{number}":
                origins["description"] += 1
            elif any(f"Fixes #{number}" in message for message in messages):
                origins["commit"] += 1
            else:
                origins["list"] += 1
    assert min(origins["description"], origins["commit"], origins["list"]) >= 10


def test_branches_are_deleted_or_left_over(edges: Store) -> None:
    removed = sum(
        event["push_data"]["action"] == "removed"
        for data in edges.projects.values()
        for event in pushes_of(data)
    )
    merged = {
        (data.project["id"], request["source_branch"])
        for data, request in requests(edges)
        if request["state"] == "merged"
    }
    left = sum(
        (data.project["id"], branch["name"]) in merged
        for data in edges.projects.values()
        for branch in data.branches
    )
    assert removed > 500
    assert left > 50


def test_commits_from_a_clock_that_is_ahead(edges: Store) -> None:
    ahead = [
        request
        for data, request in requests(edges)
        if request["merged_at"]
        and min(
            datetime.fromisoformat(commit["authored_date"])
            for commit in data.merge_request_commits[request["iid"]]
        )
        > datetime.fromisoformat(request["merged_at"])
    ]
    assert ahead
    assert len(ahead) <= 5


def test_backports_repeat_what_was_merged_and_close_nothing(edges: Store) -> None:
    data = project(edges, "toman/c-side/mobile-app")
    release = [item for item in data.merge_requests.values() if item["target_branch"] != "main"]
    assert len(release) >= 3
    for request in release:
        assert request["description"].startswith("Closes #")
        assert data.closes_issues[request["iid"]] == []


def test_some_resets_keep_the_approvals_of_others(edges: Store) -> None:
    kept = 0
    data = project(edges, "toman/exchange/orderbook")
    for entries in data.merge_request_notes.values():
        approved: set[str] = set()
        for note in entries:
            username = f"@{note['author']['username']}"
            if note["system_action"] == "approved":
                approved.add(username)
            elif note["system_action"] == "unapproved":
                approved.discard(username)
            elif note["system_action"] == "approvals_reset":
                approved = {name for name in approved if name not in note["body"]}
                kept += bool(approved)
    assert kept
