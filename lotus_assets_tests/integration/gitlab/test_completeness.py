"""Everything that the stand-in knows arrives, once, and without an address."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from lotus_assets.raw import (
    raw_commit,
    raw_environment,
    raw_issue_closing_mr,
    raw_job,
    raw_mr_version,
    raw_project,
    raw_release,
    raw_tag,
    raw_user,
)
from lotus_assets.raw.collect_merge_requests import page_rows
from lotus_assets.sources.gitlab import lists
from lotus_assets.sources.gitlab.email_hash import ADDRESS, ADDRESS_WITH_DOMAIN
from lotus_assets.sources.gitlab.lists.commit_statistics import COMMIT_STATISTICS
from lotus_assets.sources.gitlab.lists.deployments import DEPLOYMENTS
from lotus_assets.sources.gitlab.lists.events import CLOSINGS, EVENTS, PUSHES, REOPENINGS
from lotus_assets.sources.gitlab.lists.issues import ISSUES
from lotus_assets.sources.gitlab.lists.merge_requests import MERGE_REQUESTS
from lotus_assets.sources.gitlab.lists.pipelines import PIPELINES
from lotus_assets.sources.gitlab.pages import ProjectReference, ReadingWindow, gid_number
from lotus_assets.standin.gitlab.store import Store
from lotus_assets.tables.table import gate
from lotus_assets_tests.integration.gitlab.reading import (
    BUSY,
    EVERYTHING,
    NOW,
    ROOTS,
    Scene,
    StartScene,
    collected_lists,
    payloads_of,
)


def test_projects_with_environments_and_releases(scene: StartScene) -> None:
    begun = scene()
    found = {
        each["fullPath"]: each
        for each in payloads_of(begun.source.projects([*ROOTS, "toman/core/identity"]))
    }
    known = {data.project["path_with_namespace"]: data for data in begun.store.projects.values()}
    assert set(found) == {path for path in known if path.startswith("toman/")}
    for path, payload in found.items():
        releases = {each["tagName"] for each in payload["releases"]}
        assert releases == {each["tag_name"] for each in known[path].releases}
    names = {each["name"] for each in found[BUSY]["environments"]}
    assert names == {each["name"] for each in known[BUSY].environments}


def test_merge_requests_with_all_that_belongs_to_them(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING))
    found = {int(each["iid"]): each for each in payloads}
    assert set(found) == set(data.merge_requests)
    for iid, payload in found.items():
        notes = [gid_number(each["id"]) for each in payload["notes"]]
        assert sorted(notes) == sorted(each["id"] for each in data.merge_request_notes[iid])
        commits = [each["sha"] for each in payload["commits"]]
        assert commits == [each["id"] for each in data.merge_request_commits[iid]]
        assert len(payload["mergeRequestDiffs"]) == len(data.merge_request_versions[iid])
        approvals = {gid_number(each) for each in payload["approvedBy"]}
        assert approvals == {each["id"] for each in data.merge_request_approvals.get(iid, [])}
        assert payload["squashCommitSha"] == data.merge_requests[iid]["squash_commit_sha"]


def test_heads_of_versions_are_those_that_were_pushed(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING))
    rows = page_rows(payloads)[raw_mr_version.TABLE]
    ids = {each["id"]: iid for iid, each in data.merge_requests.items()}
    found = {
        (ids[row.mr_id], row.version_number): row.head_sha for row in rows.itertuples(index=False)
    }
    known = {
        (iid, number): version["head_commit_sha"]
        for iid, versions in data.merge_request_versions.items()
        for number, version in enumerate(reversed(versions), start=1)
    }
    assert found == known


def test_pipelines_with_all_their_jobs(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    payloads = payloads_of(begun.source.pages(PIPELINES, begun.reference(), EVERYTHING))
    found = {
        gid_number(each["id"]): {gid_number(job["id"]) for job in each["jobs"]} for each in payloads
    }
    known = {number: {job["id"] for job in data.jobs.get(number, [])} for number in data.pipelines}
    assert found == known
    rows = raw_job.rows(payloads)
    retried = {job["id"] for jobs in data.jobs.values() for job in jobs if job["retried"]}
    assert retried
    assert set(rows.loc[rows["retried_flag"].astype(bool), "job_id"]) == retried


def test_issues_with_closing_lists(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    payloads = payloads_of(begun.source.pages(ISSUES, begun.reference(), EVERYTHING))
    assert {int(each["iid"]) for each in payloads} == set(data.issues)
    ids = {each["id"]: iid for iid, each in data.merge_requests.items()}
    links = raw_issue_closing_mr.rows(payloads)
    own = links[links["mr_project_id"] == begun.reference().project_id]
    found = {(ids[row.mr_id], row.issue_iid) for row in own.itertuples(index=False)}
    known = {
        (iid, int(reference.rpartition("#")[2]))
        for iid, references in data.closes_issues.items()
        for reference in references
        if reference.startswith(f"{BUSY}#")
    }
    assert found == known


def test_deployments_and_pushes(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    found = payloads_of(begun.source.pages(DEPLOYMENTS, begun.reference(), EVERYTHING))
    assert {each["id"] for each in found} == {each["id"] for each in data.deployments}
    pushes = payloads_of(begun.source.pages(PUSHES, begun.reference()))
    assert ids_of(pushes) == {each["id"] for each in data.events if each["action"] == "pushed"}


def test_all_events_in_one_list_or_by_their_action(scene: StartScene) -> None:
    """`Event#action_name` (app/models/event.rb) calls a reopening `opened`, as an opening.

    Neither comments nor approvals and merges are kept, which are most of the list.
    """
    begun = scene()
    data = next(
        data
        for data in begun.store.projects.values()
        if any(event["action"] == "reopened" for event in data.events)
    )
    reference = begun.reference(data.project["path_with_namespace"])
    known = defaultdict[str, set[int]](set)
    for event in data.events:
        known[event["action"]].add(event["id"])
    every = payloads_of(begun.source.pages(EVENTS, reference))
    opened = {each["id"] for each in every if each.get("action") == "opened"}
    assert opened == known["created"] | known["reopened"]
    assert ids_of(every) == opened | known["pushed"] | known["closed"]
    closings = payloads_of(begun.source.pages(CLOSINGS, reference))
    reopenings = payloads_of(begun.source.pages(REOPENINGS, reference))
    assert ids_of(closings) == known["closed"]
    assert ids_of(reopenings) == known["reopened"]
    assert {each["action"] for each in reopenings} == {"reopened"}


def ids_of(payloads: list[dict[str, Any]]) -> set[int]:
    return {each["id"] for each in payloads}


def test_commits_of_every_ref_with_their_line_counts(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    found = begun.source.repository(begun.reference())
    assert found is not None
    commits = payloads_of(found.commits)
    assert {each["branch"] for each in found.branches.payloads} == {
        each["name"] for each in data.branches
    }
    counts = payloads_of(begun.source.pages(COMMIT_STATISTICS, begun.reference()))
    rows = raw_commit.rows(commits, counts)
    on_default = rows[rows["is_on_default_branch"].astype(bool)]
    assert len(on_default) > 50
    for row in on_default.itertuples(index=False):
        known = data.commits[str(row.commit_id)]
        assert (row.additions, row.deletions) == (
            known["stats"]["additions"],
            known["stats"]["deletions"],
        )
        assert row.is_signed == known["is_signed"]


def test_old_heads_of_force_pushed_merge_requests_are_found(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference("toman/core/platform-charts")
    payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, reference, EVERYTHING))
    heads = sorted(page_rows(payloads)[raw_mr_version.TABLE]["head_sha"].dropna().unique())
    bare = begun.source.repository(reference)
    assert bare is not None
    reached = {each["commit_id"] for each in payloads_of(bare.commits)}
    assert set(heads) - reached
    whole = begun.source.repository(reference, heads=heads)
    assert whole is not None
    assert set(heads) <= {each["commit_id"] for each in payloads_of(whole.commits)}


def test_users_a_hundred_a_request(scene: StartScene) -> None:
    begun = scene()
    ids = sorted(begun.store.users)
    unknown = range(1_000_000, 1_000_150)
    found = payloads_of(begun.source.users([*ids, *unknown]))
    assert {gid_number(each["id"]) for each in found} == set(ids)
    assert begun.source.statistics.by_operation["graphql:users"] == -(-(len(ids) + 150) // 100)


def test_windows(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    now, days = NOW, 20
    since = now - timedelta(days=days)

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(UTC)

    def read(window: ReadingWindow) -> set[int]:
        payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, begun.reference(), window))
        return {int(each["iid"]) for each in payloads}

    recent = {i for i, each in data.merge_requests.items() if at(each["updated_at"]) >= since}
    is_open = {i for i, each in data.merge_requests.items() if each["state"] == "opened"}
    assert read(ReadingWindow.first(now, days)) == recent | is_open
    assert read(ReadingWindow.since(since + timedelta(minutes=10), timedelta(minutes=10))) == recent
    until = since + timedelta(days=15)
    within = {i for i in recent if at(data.merge_requests[i]["updated_at"]) < until}
    assert read(ReadingWindow.between(since, until)) == within
    assert within


def test_the_watermark_is_the_largest_update(scene: StartScene) -> None:
    begun = scene()
    data = begun.data(BUSY)
    *_, last = begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING)
    largest = max(
        datetime.fromisoformat(each["updated_at"]) for each in data.merge_requests.values()
    )
    assert last.updated_at == largest.replace(microsecond=0)


def test_more_than_ten_thousand_rows_come_in_slices(scene: StartScene) -> None:
    begun = scene()
    reference = begun.reference()
    start = datetime(2025, 10, 1, tzinfo=UTC)
    some = begun.data(BUSY).deployments[0]

    def multiply(store: Store) -> None:
        many = []
        for number in range(10_250):
            # Ten share each instant, so that slices end among equals.
            at = (start + timedelta(minutes=number // 10)).isoformat(timespec="milliseconds")
            one = copy.copy(some) | {"id": 5_000_000 + number, "iid": number + 1}
            many.append(one | {"created_at": at, "updated_at": at})
        store.projects[reference.project_id].deployments = many

    begun.server.change(multiply)
    before = len(begun.server.requests)
    payloads = payloads_of(begun.source.pages(DEPLOYMENTS, reference, EVERYTHING))
    assert [payload["id"] for payload in payloads] == [
        5_000_000 + number for number in range(10_250)
    ]
    pages = [
        int(dict(pair.split("=") for pair in each.query.split("&"))["page"])
        for each in begun.server.requests[before:]
    ]
    assert max(pages) <= 50
    assert len(pages) <= 110


def frames_of(begun: Scene) -> Iterator[pd.DataFrame]:
    projects = payloads_of(begun.source.projects(ROOTS))
    for module in (raw_project, raw_environment, raw_release):
        yield module.rows(projects)
    for payload in projects:
        if payload["fullPath"] in {BUSY, "toman/core/platform-charts"}:
            yield from frames_of_project(begun, ProjectReference.of(payload))
    yield raw_user.rows(payloads_of(begun.source.users(begun.store.users)))


def frames_of_project(begun: Scene, project: ProjectReference) -> Iterator[pd.DataFrame]:
    source = begun.source
    for listed, rows_of in collected_lists().items():
        yield from rows_of(payloads_of(source.pages(listed, project, EVERYTHING))).values()
    repository = source.repository(project)
    assert repository is not None
    yield raw_tag.rows(repository.tags.payloads)
    yield raw_commit.rows(payloads_of(repository.commits))


def test_every_list_of_a_project_is_collected() -> None:
    declared = {path.stem for path in Path(str(lists.__file__)).parent.glob("[a-z]*.py")}
    # Line counts complete the commits that are read from the clone.
    read = {listed.name for listed in collected_lists()}
    assert read >= declared - {"commit_statistics"}
    assert read - declared == {"push_events", "closing_events", "reopening_events"}


def test_no_address_is_in_any_frame(scene: StartScene) -> None:
    begun = scene()
    for project in begun.store.projects.values():
        for merge_request in project.merge_requests.values():
            merge_request["description"] = "Ask ann@example.com. Closes #1"
            merge_request["labels"] = ["owner::ann@example.com"]
        for release in project.releases:
            release["name"] = "By ann@example.com"
    begun.server.change(lambda _: None)
    texts = 0
    for frame in frames_of(begun):
        for name in frame.columns:
            column = frame[name].dropna().astype(str)
            texts += len(column)
            # In a label's name an @ may stand.
            pattern = ADDRESS_WITH_DOMAIN if name == "labels" else ADDRESS
            assert not column.str.contains(pattern).any(), (name, column.head())
    assert texts > 10_000


def test_everything_of_the_sample_passes_the_gate(scene: StartScene) -> None:
    begun = scene()
    payloads = payloads_of(begun.source.pages(MERGE_REQUESTS, begun.reference(), EVERYTHING))
    for table, rows in page_rows(payloads).items():
        gated = gate(table, rows)
        assert gated.bad.empty
        assert not gated.good.empty
