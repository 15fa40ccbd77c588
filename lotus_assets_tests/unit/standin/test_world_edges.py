"""Every edge that a collector must survive is somewhere in the default world."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
import semver

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world.build import build_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    now = datetime(2026, 4, 1, 10, tzinfo=UTC)
    return build_store(7, date(2026, 4, 1), now, tmp_path_factory.mktemp("edges"))


def project(store: Store, path: str) -> ProjectData:
    return next(
        data for data in store.projects.values() if data.project["path_with_namespace"] == path
    )


def requests(store: Store) -> Iterator[tuple[ProjectData, Payload]]:
    for data in store.projects.values():
        for request in data.merge_requests.values():
            yield data, request


def jobs(store: Store) -> Iterator[Payload]:
    for data in store.projects.values():
        for entries in data.jobs.values():
            yield from entries


def notes(store: Store) -> Iterator[tuple[Payload, list[Payload]]]:
    for data, request in requests(store):
        yield request, data.merge_request_notes[request["iid"]]


def is_ancestor(data: ProjectData, older: str, newer: str) -> bool:
    command = ["git", "-C", str(data.repository), "merge-base", "--is-ancestor", older, newer]
    return subprocess.run(command, check=False).returncode == 0


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
def test_unusual_projects(store: Store, path: str, expected: dict[str, Any]) -> None:
    data = project(store, path)
    assert {key: data.project[key] for key in expected} == expected


def test_disabled_features_have_no_content(store: Store) -> None:
    brand = project(store, "toman/c-side/brand-assets")
    assert brand.merge_requests
    assert not brand.pipelines
    assert not brand.issues
    runbooks = project(store, "toman/core/runbooks")
    assert runbooks.events
    assert not runbooks.merge_requests


def test_a_project_is_forbidden_and_long_inactive(store: Store) -> None:
    secret = project(store, "toman/exchange/secret-desk")
    assert secret.access == "forbidden"
    assert secret.project["last_activity_at"] < "2026-01-01"


def test_repository_without_default_branch_has_another(store: Store) -> None:
    data = project(store, "toman/core/placeholder")
    assert [branch["name"] for branch in data.branches] == ["topic"]


def test_fork_merge_requests_are_merged(store: Store) -> None:
    upstream = project(store, "toman/core/checkout")
    fork = project(store, "daan.verhoeven/checkout")
    from_fork = [
        request
        for request in upstream.merge_requests.values()
        if request["source_project_id"] == fork.project["id"]
    ]
    assert any(request["state"] == "merged" for request in from_fork)
    assert fork.project["forked_from_project"]["id"] == upstream.project["id"]


def test_ways_to_merge(store: Store) -> None:
    ways = Counter(
        (
            bool(request["merge_commit_sha"]),
            bool(request["squash_commit_sha"]),
            data.project["merge_method"],
        )
        for data, request in requests(store)
        if request["state"] == "merged"
    )
    assert ways[True, False, "merge"]
    assert ways[True, True, "merge"]
    assert ways[True, False, "rebase_merge"]
    assert ways[False, False, "ff"]
    assert ways[False, True, "ff"]


def test_states_of_merge_requests(store: Store) -> None:
    states = Counter(request["state"] for _, request in requests(store))
    assert min(states["merged"], states["closed"], states["opened"]) > 20
    opened = [item for _, item in requests(store) if item["state"] == "opened"]
    assert any(item["draft"] for item in opened)
    assert any(item["created_at"] < "2026-01-01" for item in opened)


def test_system_notes(store: Store) -> None:
    actions = Counter(note["system_action"] for _, entries in notes(store) for note in entries)
    for action in ("approved", "unapproved", "approvals_reset", "commit", "merged", "title"):
        assert actions[action] >= 5, action
    assert actions[None] > 1_000


def test_approvals_are_mostly_enough(store: Store) -> None:
    given = [
        len(data.merge_request_approvals[request["iid"]]) - request["approvals_required"]
        for data, request in requests(store)
        if request["state"] == "merged" and request["approvals_required"]
    ]
    bypassed = sum(difference < 0 for difference in given) / len(given)
    assert 0.02 < bypassed < 0.3


def test_force_pushed_heads_are_no_ancestors(store: Store) -> None:
    data = project(store, "toman/core/checkout")
    forced = 0
    for versions in data.merge_request_versions.values():
        heads = [version["head_commit_sha"] for version in reversed(versions)]
        for older, newer in pairwise(heads):
            forced += not is_ancestor(data, older, newer)
    assert forced >= 10


def test_force_pushes_on_protected_branches(store: Store) -> None:
    charts = project(store, "toman/core/platform-charts")
    moves = [
        event["push_data"]
        for event in charts.events
        if event["push_data"]["ref"] == "main" and event["push_data"]["action"] == "pushed"
    ]
    forced = [
        move for move in moves if not is_ancestor(charts, move["commit_from"], move["commit_to"])
    ]
    assert len(forced) >= 3
    mobile = project(store, "toman/c-side/mobile-app")
    assert "release/*" in {item["name"] for item in mobile.protected_branches}
    helpdesk = project(store, "toman/corporate-services/helpdesk")
    assert helpdesk.protected_branches[0]["allow_force_push"]


def test_direct_pushes_to_the_default_branch(store: Store) -> None:
    charts = project(store, "toman/core/platform-charts")
    told = {"Correct the notes", "Raise the limit at once"}
    assert sum(event["push_data"]["commit_title"] in told for event in charts.events) >= 15


def test_three_forms_of_signature_and_none(store: Store) -> None:
    for path, form in (
        ("toman/core/checkout", "BEGIN PGP SIGNATURE"),
        ("toman/core/checkout", "BEGIN SSH SIGNATURE"),
        ("toman/core/ledger", "BEGIN SIGNED MESSAGE"),
    ):
        data = project(store, path)
        signed = 0
        for sha, commit in data.commits.items():
            if not commit["is_signed"] or signed:
                continue
            command = ["git", "-C", str(data.repository), "cat-file", "-p", sha]
            raw = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
            signed += form in raw.stdout
        assert signed, form
    assert not all(commit["is_signed"] for commit in data.commits.values())


def test_people_and_bots(store: Store) -> None:
    by_name = {user["username"]: user for user in store.users.values()}
    assert by_name["project_123_bot_4ffca233d8298ea1"]["bot"]
    assert by_name["service_account_group_42_7f3a"]["bot"]
    assert not by_name["merge-bot"]["bot"]
    assert by_name["wim.dekker"]["public_email"] == ""
    authors = Counter(request["author"]["username"] for _, request in requests(store))
    assert authors["wim.dekker"]
    assert authors["project_123_bot_4ffca233d8298ea1"]
    mergers = Counter(
        (request["merged_by"] or {}).get("username") for _, request in requests(store)
    )
    assert mergers["merge-bot"]


def test_tags_and_releases(store: Store) -> None:
    tags = [(data, tag) for data in store.projects.values() for tag in data.tags]
    names = {tag["name"] for _, tag in tags}
    assert any(semver.Version.is_valid(name) for name in names)
    assert any(name[0] == "v" and semver.Version.is_valid(name[1:]) for name in names)
    assert any(name.startswith("release-2026.") for name in names)
    assert any(tag["target"] == tag["commit"]["id"] for _, tag in tags)
    assert any(tag["target"] != tag["commit"]["id"] for _, tag in tags)
    released = {
        (data.project["id"], item["tag_name"])
        for data in store.projects.values()
        for item in data.releases
    }
    tagged = {(data.project["id"], tag["name"]) for data, tag in tags}
    assert released < tagged
    for data, tag in tags:
        assert (tag["release"] is not None) == ((data.project["id"], tag["name"]) in released)


def test_a_release_lives_for_six_hours(store: Store) -> None:
    mobile = project(store, "toman/c-side/mobile-app")
    pushes = [event for event in mobile.events if event["push_data"]["ref"] in ("v0.9.1", "v0.9.2")]
    assert [event["push_data"]["action"] for event in pushes] == [
        "created",
        "removed",
        "created",
        "removed",
    ]
    assert "v0.9.2" not in {tag["name"] for tag in mobile.tags}
    assert any(pipeline["ref"] == "v0.9.2" for pipeline in mobile.pipelines.values())


def test_environments_with_and_without_tier(store: Store) -> None:
    found = {
        (place["name"], place["tier"])
        for data in store.projects.values()
        for place in data.environments
    }
    assert {
        ("production", "production"),
        ("production", None),
        ("prod/eu", "production"),
        ("prod/eu", None),
        ("staging", "staging"),
        ("staging", None),
    } <= found


def test_rollbacks_deploy_older_commits(store: Store) -> None:
    rollbacks = 0
    for data in store.projects.values():
        last: dict[str, str] = {}
        for item in sorted(data.deployments, key=lambda entry: str(entry["updated_at"])):
            place = item["environment"]["name"]
            if item["status"] != "success" or place == "staging":
                continue
            before = last.get(place)
            if before and before != item["sha"]:
                rollbacks += is_ancestor(data, item["sha"], before)
            last[place] = item["sha"]
    assert rollbacks >= 5


def test_rollback_by_name(store: Store) -> None:
    pipelines = [item for data in store.projects.values() for item in data.pipelines.values()]
    assert any(item["ref"].startswith("rollback/") for item in pipelines)
    assert any((item["name"] or "").startswith("Revert") for item in pipelines)


def test_red_pipelines_turn_green_later(store: Store) -> None:
    turned = 0
    for data in store.projects.values():
        red: set[str] = set()
        for item in data.pipelines.values():
            if item["status"] == "failed":
                red.add(item["ref"])
            elif item["status"] == "success" and item["ref"] in red:
                red.remove(item["ref"])
                turned += 1
    assert turned >= 20
    pipelines = [item for data in store.projects.values() for item in data.pipelines.values()]
    assert sum(item["status"] == "canceled" for item in pipelines) >= 20


def test_child_pipelines_hang_on_bridges(store: Store) -> None:
    data = project(store, "toman/exchange/market-data")
    bridges = [job for job in jobs(store) if job["kind"] == "bridge"]
    assert {job["name"] for job in bridges} == {"feeds"}
    bridges = [job for job in bridges if job["status"] == "success"]
    assert len(bridges) >= 50
    for bridge in bridges:
        child = data.pipelines[bridge["downstream_pipeline"]["id"]]
        assert child["source"] == "parent_pipeline"
        assert child["id"] > bridge["pipeline"]["id"]


def test_flaky_jobs_are_retried_on_the_same_commit(store: Store) -> None:
    flaky = 0
    for data in store.projects.values():
        for entries in data.jobs.values():
            failed = {
                (job["name"], job["pipeline"]["sha"])
                for job in entries
                if job["retried"] and job["status"] == "failed"
            }
            passed = {
                (job["name"], job["pipeline"]["sha"])
                for job in entries
                if not job["retried"] and job["status"] == "success"
            }
            flaky += len(failed & passed)
    assert flaky >= 50


def test_needs_in_all_three_forms(store: Store) -> None:
    forms = Counter(
        "undeclared" if job["needs"] is None else "empty" if job["needs"] == [] else "declared"
        for job in jobs(store)
    )
    assert min(forms["undeclared"], forms["empty"], forms["declared"]) > 100
    for job in jobs(store):
        assert job["scheduling_type"] == ("stage" if job["needs"] is None else "dag")


def test_manual_jobs_are_pressed_on_a_later_day(store: Store) -> None:
    later = [
        job
        for job in jobs(store)
        if job["name"] == "deploy-production"
        and job["started_at"]
        and job["started_at"][:10] > job["created_at"][:10]
    ]
    assert len(later) >= 20
    for job in later:
        assert job["pipeline"]["updated_at"] >= job["started_at"]
    assert any(job["status"] == "manual" for job in jobs(store))


def test_issues(store: Store) -> None:
    issues = [item for data in store.projects.values() for item in data.issues.values()]
    labels = {label for item in issues for label in item["labels"]}
    assert {"bug", "type::bug", "severity::1", "escaped"} <= labels
    assert {item["issue_type"] for item in issues} == {"issue", "incident"}
    lives = [
        [note["system_action"] for note in entries if note["system_action"] in ("closed", "opened")]
        for data in store.projects.values()
        for entries in data.issue_notes.values()
    ]
    assert ["closed", "opened", "closed"] in lives


def test_closing_references_of_every_origin(store: Store) -> None:
    origins: Counter[str] = Counter()
    for data, request in requests(store):
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


def test_branches_are_deleted_or_left_over(store: Store) -> None:
    removed = sum(
        event["push_data"]["action"] == "removed"
        for data in store.projects.values()
        for event in data.events
    )
    left = sum(branch["merged"] for data in store.projects.values() for branch in data.branches)
    assert removed > 500
    assert left > 50


def test_bad_rows_are_few_and_old(store: Store) -> None:
    merged = [item for _, item in requests(store) if item["state"] == "merged"]
    undated = [item for item in merged if item["merged_at"] is None]
    pipelines = [item for data in store.projects.values() for item in data.pipelines.values()]
    strange = [item for item in pipelines if item["source"] == "crystal_ball"]
    negative = [item for item in pipelines if (item["duration"] or 0) < 0]
    deployments = [item for data in store.projects.values() for item in data.deployments]
    levitating = [item for item in deployments if item["status"] == "levitating"]
    backwards = [job for job in jobs(store) if (job["duration"] or 0) < 0]
    counts = list(map(len, (undated, strange, negative, levitating, backwards)))
    assert counts == [3, 2, 2, 2, 2]
    assert len(undated) / len(merged) < 0.005
    assert (len(strange) + len(negative)) / len(pipelines) < 0.005
    assert len(levitating) / len(deployments) < 0.005
    for item in (*undated, *strange, *negative, *levitating):
        assert item["updated_at"] < "2026-01-15"


def test_commits_from_a_clock_that_is_ahead(store: Store) -> None:
    ahead = [
        request
        for data, request in requests(store)
        if request["merged_at"]
        and min(
            datetime.fromisoformat(commit["authored_date"])
            for commit in data.merge_request_commits[request["iid"]]
        )
        > datetime.fromisoformat(request["merged_at"])
    ]
    assert ahead
    assert len(ahead) <= 5
