"""The sample organisation: deterministic, growing only at its end, whole on disk."""

import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from lotus_assets.standin.gitlab.store import ProjectData, Store
from lotus_assets.standin.gitlab.world.build import build_store
from lotus_assets.standin.gitlab.world.calendar import at_work, later_at_work, midnight
from lotus_assets.standin.gitlab.world.disk import write
from lotus_assets.standin.gitlab.world.people import PEOPLE
from lotus_assets.standin.gitlab.world.repository import Repository

ANCHOR = date(2026, 4, 1)
ANCHOR_START = datetime(2025, 10, 4, tzinfo=UTC)
NOW = datetime(2026, 4, 1, 10, tzinfo=UTC)
EARLIER = NOW - timedelta(days=9, hours=3)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return build_store(7, ANCHOR, NOW, tmp_path_factory.mktemp("now"))


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return build_store(7, ANCHOR, EARLIER, tmp_path_factory.mktemp("earlier"))


def git(data: ProjectData, *arguments: str) -> str:
    assert data.repository is not None
    return subprocess.run(
        ["git", "-C", str(data.repository), *arguments],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


def refs(data: ProjectData) -> dict[str, str]:
    lines = git(data, "for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    return {name: sha for sha, name in (line.split(" ") for line in lines)}


def without_places(store: Store) -> dict[int, dict[str, object]]:
    return {
        identifier: {key: value for key, value in vars(data).items() if key != "repository"}
        for identifier, data in store.projects.items()
    }


def test_same_seed_gives_the_same_organisation(store: Store, tmp_path: Path) -> None:
    again = build_store(7, ANCHOR, NOW, tmp_path)
    assert without_places(again) == without_places(store)
    for identifier, data in store.projects.items():
        assert refs(data) == refs(again.projects[identifier])


def test_another_seed_gives_another_organisation(store: Store, tmp_path: Path) -> None:
    other = build_store(8, ANCHOR, ANCHOR_START + timedelta(days=20), tmp_path)
    orders = other.projects[506].merge_requests
    assert orders
    assert [request["title"] for request in orders.values()] != [
        request["title"] for request in list(store.projects[506].merge_requests.values())
    ][: len(orders)]


def test_history_begins_180_days_before_the_anchor(store: Store, tmp_path: Path) -> None:
    created = [
        pipeline["created_at"]
        for data in store.projects.values()
        for pipeline in data.pipelines.values()
    ]
    assert min(created) >= "2025-10-02T22:00:00"
    assert min(created) < "2025-10-04"
    assert max(created) <= "2026-04-01T10:00:00.000Z"
    with pytest.raises(ValueError, match="before history begins"):
        build_store(7, ANCHOR, datetime(2025, 10, 1, tzinfo=UTC), tmp_path)
    with pytest.raises(ValueError, match="time zone"):
        build_store(7, ANCHOR, datetime(2026, 4, 1), tmp_path)  # noqa: DTZ001


def test_size(store: Store) -> None:
    projects = store.projects.values()
    assert len(projects) >= 14
    assert 900 <= sum(len(data.merge_requests) for data in projects) <= 1_300
    assert 3_500 <= sum(len(data.pipelines) for data in projects) <= 5_000
    jobs = sum(len(jobs) for data in projects for jobs in data.jobs.values())
    assert 20_000 <= jobs <= 30_000
    assert 380 <= sum(len(data.issues) for data in projects) <= 520


def test_later_days_only_append(store: Store, earlier: Store) -> None:
    instant = "2026-03-23T07:00:00"
    for identifier, old in earlier.projects.items():
        new = store.projects[identifier]
        for kind in ("merge_requests", "pipelines", "issues", "commits"):
            before, after = getattr(old, kind), getattr(new, kind)
            for key, payload in before.items():
                same = ("id", "iid", "created_at", "author", "source_branch", "ref", "parent_ids")
                assert {name: payload.get(name) for name in same} == {
                    name: after[key].get(name) for name in same
                }
            added = [after[key] for key in after.keys() - before.keys()]
            if kind != "commits":
                assert all(payload["created_at"] > instant for payload in added)
        assert new.events[: len(old.events)] == old.events
        for kind in ("merge_request_notes", "issue_notes", "jobs"):
            for key, entries in getattr(old, kind).items():
                later = getattr(new, kind)[key][: len(entries)]
                assert [(entry["id"], entry["created_at"]) for entry in later] == [
                    (entry["id"], entry["created_at"]) for entry in entries
                ]
        for key, versions in old.merge_request_versions.items():
            assert new.merge_request_versions[key][-len(versions) :] == versions
        assert [item["id"] for item in new.deployments[: len(old.deployments)]] == [
            item["id"] for item in old.deployments
        ]


def test_what_was_merged_or_finished_stays_so(store: Store, earlier: Store) -> None:
    for identifier, old in earlier.projects.items():
        new = store.projects[identifier]
        for iid, request in old.merge_requests.items():
            if request["state"] == "merged":
                final = ("merged_at", "merge_commit_sha", "squash_commit_sha", "sha", "diff_stats")
                assert {key: request[key] for key in final} == {
                    key: new.merge_requests[iid][key] for key in final
                }


def test_heads_of_an_earlier_instant_are_never_lost(store: Store, earlier: Store) -> None:
    for identifier, old in earlier.projects.items():
        known = set(git(store.projects[identifier], "rev-list", "--all").split())
        assert {sha for name, sha in refs(old).items() if "/tags/" not in name} <= known


def test_ids_grow_with_time(store: Store) -> None:
    for kind in ("merge_requests", "pipelines", "issues"):
        entries = [
            payload for data in store.projects.values() for payload in getattr(data, kind).values()
        ]
        entries.sort(key=lambda payload: int(payload["id"]))
        instants = [payload["created_at"] for payload in entries]
        assert instants == sorted(instants)
        assert len({payload["id"] for payload in entries}) == len(entries)


def test_an_existing_repository_gets_only_what_is_new(store: Store, tmp_path: Path) -> None:
    first = build_store(7, ANCHOR, EARLIER, tmp_path)
    place = first.projects[501].repository
    assert place is not None
    packs = set((place / "objects" / "pack").glob("*.pack"))
    (place / "incoming-killed.tmp").write_bytes(b"half a pack")
    (place / "objects" / "pack" / "tmp_pack_killed").write_bytes(b"half a pack")
    grown = build_store(7, ANCHOR, NOW, tmp_path)
    assert packs < set((place / "objects" / "pack").glob("*.pack"))
    assert not list(place.glob("incoming-*"))
    assert not list((place / "objects" / "pack").glob("tmp_*"))
    for identifier, data in store.projects.items():
        other = grown.projects[identifier]
        assert refs(other) == refs(data)
        assert set(git(other, "rev-list", "--all").split()) == set(
            git(data, "rev-list", "--all").split()
        )


def test_writing_twice_writes_once(tmp_path: Path) -> None:
    repository = Repository("main")
    revision = repository.commit(
        (), {"a": (1, 2)}, "Start\n", author=PEOPLE[0], authored_at=1_700_000_000_000
    )
    repository.refs["refs/heads/main"] = revision.sha
    # One blob, one tree, one commit.
    assert write(repository, tmp_path / "a.git") == 3
    assert write(repository, tmp_path / "a.git") == 0


def test_a_pack_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    repository = Repository("main")
    revision = repository.commit(
        (), {"a": (1, 2)}, "Start\n", author=PEOPLE[0], authored_at=1_700_000_000_000
    )
    repository.refs["refs/heads/main"] = revision.sha
    place = tmp_path / "a.git"
    write(repository, place)
    # Git puts the pack in its place before the index: a kill leaves the one without the other.
    for index in (place / "objects" / "pack").glob("*.idx"):
        index.unlink()
    (place / "packed-refs").unlink()
    assert write(repository, place) == 3
    subprocess.run(["git", "-C", str(place), "fsck", "--strict"], check=True)


def test_repositories_are_sound(store: Store) -> None:
    for data in store.projects.values():
        git(data, "fsck", "--strict", "--no-dangling")


def test_line_counts_are_those_of_git(store: Store) -> None:
    data = store.projects[501]
    shown = git(data, "log", "--first-parent", "-60", "--format=@%H", "--shortstat", "-m", "main")
    checked = 0
    for part in shown.split("@")[1:]:
        sha, _, summary = part.partition("\n")
        stats = data.commits[sha]["stats"]
        for kind, word in (("additions", "insertion"), ("deletions", "deletion")):
            found = re.search(rf"(\d+) {word}", summary)
            assert stats[kind] == (int(found[1]) if found else 0)
            checked += 1
    assert checked == 120


def test_commit_payloads_say_what_git_says(store: Store) -> None:
    data = store.projects[506]
    fields = "%H%x1f%P%x1f%ae%x1f%aI%x1f%cI%x1f%s"
    for line in git(data, "log", "--all", f"--format={fields}").splitlines():
        sha, parents, email, authored, committed, title = line.split("\x1f")
        payload = data.commits[sha]
        assert payload["parent_ids"] == parents.split()
        assert payload["author_email"] == email
        assert payload["title"] == title
        for key, told in (("authored_date", authored), ("committed_date", committed)):
            assert payload[key] == told.replace("+", ".000+")


def test_payloads_name_commits_that_exist(store: Store) -> None:
    for data in store.projects.values():
        known = set(git(data, "rev-list", "--all").split())
        named = {
            request[key]
            for request in data.merge_requests.values()
            for key in ("sha", "merge_commit_sha", "squash_commit_sha")
            if request[key]
        }
        named |= {pipeline["sha"] for pipeline in data.pipelines.values()}
        named |= {deployment["sha"] for deployment in data.deployments}
        named |= {release["commit"]["id"] for release in data.releases}
        named |= {
            sha
            for event in data.events
            if event["action"] == "pushed"
            for sha in (event["push_data"]["commit_from"], event["push_data"]["commit_to"])
            if sha
        }
        named |= {
            version["head_commit_sha"]
            for versions in data.merge_request_versions.values()
            for version in versions
        }
        assert known <= data.commits.keys()
        assert named <= known, data.project["path_with_namespace"]


def test_push_notes_lead_from_version_to_version(store: Store) -> None:
    link = re.compile(r"diff_id=(\d+)&start_sha=([0-9a-f]{40})\)$")
    followed = 0
    for data in store.projects.values():
        for iid, notes in data.merge_request_notes.items():
            versions = data.merge_request_versions[iid][::-1]
            found = [
                link.search(item["body"]) for item in notes if item["system_action"] == "commit"
            ]
            pairs = [(int(hit[1]), hit[2]) for hit in found if hit]
            assert pairs == [
                (newer["id"], older["head_commit_sha"]) for older, newer in pairwise(versions)
            ]
            followed += len(pairs)
    assert followed > 1_000


def test_all_addresses_are_invalid(store: Store) -> None:
    addresses = {
        address
        for data in store.projects.values()
        for line in git(data, "log", "--all", "--format=%ae %ce").splitlines()
        for address in line.split()
    }
    assert addresses
    assert all(address.endswith("@example.invalid") for address in addresses)


def test_work_is_done_in_working_hours() -> None:
    saturday = int(datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()) * 1000
    monday = midnight(date(2026, 3, 30).toordinal())
    # The clocks change on Sunday 29 March: Monday begins at 22:00 UTC.
    assert monday == int(datetime(2026, 3, 29, 22, tzinfo=UTC).timestamp()) * 1000
    random = Random(1)
    assert monday + 8.5 * 3_600_000 <= at_work(saturday, random) <= monday + 10 * 3_600_000
    noon = monday + 12 * 3_600_000
    assert at_work(noon, random) == noon
    assert later_at_work(noon, 5, random) > noon
