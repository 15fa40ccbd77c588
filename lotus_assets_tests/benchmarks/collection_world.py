"""An organisation of any size for the stand-in: every merge request alike, and sharing what it can.

Each has four commits in a real repository, two versions, notes, approvals, and six pipelines of
ten jobs. Payloads are those of one merge request of the sample organisation, renumbered. Jobs are
made when they are asked for: 600,000 of them would not fit into memory beside the collector.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world import ci_payloads, payloads
from lotus_assets.standin.gitlab.world.build import build_store
from lotus_assets.standin.gitlab.world.calendar import milliseconds
from lotus_assets.standin.gitlab.world.people import PEOPLE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COMMITS, PIPELINES, JOBS = 4, 6, 10
"""Of each merge request; jobs of each pipeline."""
GROUP = "big"
FIRST_PROJECT = 9_001
STARTED = datetime(2025, 10, 1, 8, tzinfo=UTC)
"""Within the 180 days that a first collection reaches back."""
SAMPLED = STARTED + timedelta(days=20)


@dataclass(frozen=True)
class Template:
    """A merged merge request of the sample with what belongs to it."""

    request: Payload
    notes: list[Payload]
    versions: list[Payload]
    approvals: list[Payload]
    commit: Payload
    pipeline: Payload
    job: Payload
    users: dict[int, Payload]


class GeneratedJobs(dict[int, list[Payload]]):
    """Ten jobs for every pipeline, alike but for their numbers, names and stages."""

    def __init__(self, template: Payload, pipelines: dict[int, Payload]) -> None:
        super().__init__()
        self._template, self._pipelines = template, pipelines

    def get(self, key: int, default: Any = None) -> Any:
        pipeline = self._pipelines.get(key)
        if pipeline is None:
            return default
        return [
            self._template
            | {
                "id": key * JOBS + number,
                "name": f"job-{number}",
                "stage": pipeline["stages"][number * len(pipeline["stages"]) // JOBS],
                "created_at": pipeline["created_at"],
                "started_at": pipeline["started_at"],
                "finished_at": pipeline["finished_at"],
                "duration": 60.0,
                "ref": pipeline["ref"],
            }
            for number in range(JOBS)
        ]


def build_collection_world(merge_requests: int, projects: int, directory: Path) -> Store:
    """A store with so many merge requests, evenly in so many projects."""
    sample = build_store(7, date(2026, 3, 31), SAMPLED, directory / "sample")
    template = _template(sample)
    store = Store(edition="enterprise", version=sample.version, now=NOW, users=template.users)
    store.groups[GROUP] = payloads.group(900, GROUP, "Big", None)
    for number in range(projects):
        size = merge_requests // projects
        _add_project(store, template, FIRST_PROJECT + number, size, directory)
    return store


def build_small_projects_world(projects: int, directory: Path) -> Store:
    """A store of mostly small projects: of twenty, sixteen have 5 merge requests, three have 40
    and one has 400; a push event of each merge request and an issue of every second.

    Every fourth project deploys, once of ten merge requests.
    """
    store = build_collection_world(0, 0, directory)
    template = _template(build_store(7, date(2026, 3, 31), SAMPLED, directory / "sample"))
    for number in range(projects):
        size = 400 if number % 20 == 0 else 40 if number % 20 < 4 else 5
        _add_project(store, template, FIRST_PROJECT + number, size, directory)
        data = store.projects[FIRST_PROJECT + number]
        _add_pushes(data)
        _add_issues(data)
        if number % 4 == 0:
            _add_deployments(data)
    return store


def _add_pushes(data: ProjectData) -> None:
    project_id, old = int(data.project["id"]), None
    for iid, request in data.merge_requests.items():
        at = milliseconds(datetime.fromisoformat(request["merged_at"]))
        event = payloads.push_event(
            project_id * 100_000 + iid, project_id, PEOPLE[0], at,
            ref_type="branch", ref="main", old=old, new=request["merge_commit_sha"],
            commit_count=1, title=None,
        )  # fmt: skip
        data.events.append(event)
        old = request["merge_commit_sha"]
    data.events.sort(key=lambda event: str(event["created_at"]))


def _add_issues(data: ProjectData) -> None:
    project_id = int(data.project["id"])
    for iid in range(1, len(data.merge_requests) // 2 + 1):
        opened = _opened(iid)
        issue = payloads.issue(
            project_id * 100_000 + iid, iid, PEOPLE[0], milliseconds(opened),
            title=f"Issue {iid}", labels=[], issue_type="issue",
        )  # fmt: skip
        closed = _text(opened + timedelta(days=2))
        data.issues[iid] = issue | {"state": "closed", "closed_at": closed, "updated_at": closed}
        data.issue_notes[iid] = []


def _add_deployments(data: ProjectData) -> None:
    project_id = int(data.project["id"])
    at = milliseconds(STARTED)
    environment = ci_payloads.environment(project_id, "production", None, data.project, at)
    data.environments.append(environment)
    for number, (pipeline_id, pipeline) in enumerate(list(data.pipelines.items())[::60], start=1):
        job, *_ = data.jobs.get(pipeline_id, [])
        deployment = ci_payloads.deployment(
            project_id * 100_000 + number, number, job | {"pipeline": pipeline}, environment, at
        )
        end = {"status": "success", "updated_at": pipeline["finished_at"]}
        data.deployments.append(deployment | end)


def _template(sample: Store) -> Template:
    data = sample.projects[501]
    request = next(
        item
        for item in data.merge_requests.values()
        if item["state"] == "merged" and len(data.merge_request_versions[item["iid"]]) == 2
    )
    iid = request["iid"]
    pipeline = next(item for item in data.pipelines.values() if item["status"] == "success")
    return Template(
        request,
        data.merge_request_notes[iid],
        data.merge_request_versions[iid],
        data.merge_request_approvals[iid],
        next(iter(data.commits.values())),
        pipeline,
        next(job for job in data.jobs[pipeline["id"]] if job["status"] == "success"),
        sample.users,
    )


def _add_project(
    store: Store, template: Template, project_id: int, size: int, directory: Path
) -> None:
    name = f"project-{project_id}"
    project = payloads.project(
        project_id,
        name,
        store.groups[GROUP],
        default_branch="main",
        created_at=milliseconds(STARTED),
    )
    data = ProjectData(project, repository=directory / f"{project_id}.git")
    project["last_activity_at"] = project["updated_at"] = _text(NOW)
    shas = _write_repository(directory / f"{project_id}.git", size)
    data.branches = [{"name": "main", "commit": {"id": shas[-1]}, "default": True}]
    store.projects[project_id] = data
    data.commits[shas[0]] = template.commit | {"id": shas[0], "parent_ids": []}
    tip = shas[0]
    for index in range(size):
        own = shas[1 + index * (COMMITS + 1) : 1 + (index + 1) * (COMMITS + 1)]
        _add_merge_request(data, template, index, own, shas[0], tip)
        tip = own[-1]
    data.jobs = GeneratedJobs(template.job, data.pipelines)


def _add_merge_request(
    data: ProjectData, template: Template, index: int, shas: list[str], base: str, tip: str
) -> None:
    """The merge request `index` of a project: its commits are all of `shas` but the last."""
    project_id = int(data.project["id"])
    iid, identifier = index + 1, project_id * 100_000 + index
    opened = _opened(index)
    merged_at = _text(opened + timedelta(days=1))
    *commits, merge = shas
    head = commits[-1]
    data.merge_requests[iid] = template.request | {
        "id": identifier,
        "iid": iid,
        "project_id": project_id,
        "source_project_id": project_id,
        "target_project_id": project_id,
        "created_at": _text(opened),
        "updated_at": merged_at,
        "merged_at": merged_at,
        "sha": head,
        "merge_commit_sha": merge,
        "source_branch": f"{iid}-topic",
    }
    when = _text(opened - timedelta(hours=1))
    for sha, parents in [*_lineage(commits, base), (merge, [tip, head])]:
        data.commits[sha] = template.commit | {
            "id": sha,
            "parent_ids": parents,
            "authored_date": when,
            "committed_date": when,
            "created_at": when,
        }
    data.merge_request_commits[iid] = [data.commits[sha] for sha in reversed(commits)]
    data.merge_request_notes[iid] = [
        note
        | {"id": identifier * 100 + number, "created_at": merged_at, "updated_at": merged_at}
        | {"body": _push_body(commits[0]) if note["system_action"] == "commit" else note["body"]}
        for number, note in enumerate(template.notes)
    ]
    data.merge_request_versions[iid] = [
        version
        | {"id": identifier * 10 + number, "merge_request_id": identifier, "head_commit_sha": sha}
        | {"created_at": _text(opened + timedelta(hours=1 - number))}
        for number, (version, sha) in enumerate(
            zip(template.versions, (head, commits[0]), strict=True)
        )
    ]
    data.merge_request_approvals[iid] = template.approvals
    data.closes_issues[iid] = []
    for number in range(PIPELINES):
        _add_pipeline(data, template, index * PIPELINES + number, iid, head)


def _add_pipeline(data: ProjectData, template: Template, index: int, iid: int, head: str) -> None:
    identifier = int(data.project["id"]) * 100_000 + index
    started = _opened(iid - 1) + timedelta(minutes=10 * (index % PIPELINES))
    finished = _text(started + timedelta(minutes=9))
    data.pipelines[identifier] = template.pipeline | {
        "id": identifier,
        "iid": index + 1,
        "project_id": data.project["id"],
        "sha": head,
        "ref": f"refs/merge-requests/{iid}/head",
        "created_at": _text(started),
        "started_at": _text(started),
        "finished_at": finished,
        "updated_at": finished,
        "merge_request_iid": iid,
    }


def _lineage(commits: list[str], base: str) -> list[tuple[str, list[str]]]:
    return [(sha, [parent]) for sha, parent in zip(commits, [base, *commits], strict=False)]


def _push_body(old_head: str) -> str:
    link = f"/merge_requests/1/diffs?diff_id=1&start_sha={old_head}"
    return f"added 3 commits\n\n[Compare with previous version]({link})"


def _opened(index: int) -> datetime:
    return STARTED + timedelta(hours=2 * index % 3_400, minutes=index % 60)


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _write_repository(directory: Path, merge_requests: int) -> list[str]:
    """Root, then for each merge request its commits and its merge into main; their SHAs."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(directory)], check=True)
    marks = directory / "marks"
    subprocess.run(
        ["git", "-C", str(directory), "fast-import", "--quiet", f"--export-marks={marks}"],
        input="".join(_stream(merge_requests)).encode(),
        check=True,
    )
    for name, value in (("uploadpack.allowFilter", "true"), ("http.receivepack", "false")):
        subprocess.run(["git", "-C", str(directory), "config", name, value], check=True)
    head = ["symbolic-ref", "HEAD", "refs/heads/main"]
    subprocess.run(["git", "-C", str(directory), *head], check=True)
    lines = (line.split() for line in marks.read_text(encoding="ascii").splitlines())
    by_mark = {int(mark.removeprefix(":")): sha for mark, sha in lines}
    return [by_mark[mark] for mark in sorted(by_mark)]


def _stream(merge_requests: int) -> Iterator[str]:
    person = "Somebody <somebody@example.invalid>"

    def commit(ref: str, mark: int, parents: list[int], text: str, at: datetime) -> str:
        stamp = f"{int(at.timestamp())} +0000"
        lines = [f"commit {ref}", f"mark :{mark}"]
        lines += [f"author {person} {stamp}", f"committer {person} {stamp}"]
        lines += [f"data {len(text)}", text]
        lines += [f"{'merge' if place else 'from'} :{mark}" for place, mark in enumerate(parents)]
        return "\n".join(lines) + "\n\n"

    root = tip = 1
    yield commit("refs/heads/main", root, [], "Start", STARTED - timedelta(days=1))
    mark = root
    for index in range(merge_requests):
        when = _opened(index) - timedelta(hours=1)
        parent, ref = root, f"refs/merge-requests/{index + 1}/head"
        yield f"reset {ref}\n\n"
        for number in range(COMMITS):
            mark += 1
            yield commit(ref, mark, [parent], f"Change {index}.{number}", when)
            parent = mark
        mark += 1
        yield commit("refs/heads/main", mark, [tip, parent], f"Merge {index}", when)
        tip = mark
