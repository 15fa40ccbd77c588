"""The recordings of public projects, as a store: the same door, real data.

`gitlab-data/snowflake_spend` has its merge requests, their commits and notes, its issues, and a
Git repository rebuilt from the recorded commit graph. Contents were not recorded, so every commit
is a new object with a new SHA, and payloads name the new one; commits that the graph lacks keep
the SHA they had. What was not recorded stays empty. Pipelines, jobs and deployments come from
three other projects (see `recorded_ci`).
"""

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import SECOND, milliseconds
from lotus_assets.standin.gitlab.world.disk import write
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.repository import Repository
from lotus_assets_tests.recorded_ci import add_ci_projects

PROJECT_ID = 12345678
GROUP = "gitlab-data"
_SHA = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{8})\b")
"""A SHA, whole or as GitLab shortens it."""
_ACTIONS = (
    ("approved", "approved"),
    ("unapproved", "unapproved"),
    ("added ", "commit"),
    ("merged", "merged"),
    ("assigned", "assignee"),
    ("unmarked as", "title"),
    ("mentioned in", "cross_reference"),
    ("restored source branch", "branch"),
)
"""How a system note begins, and the action that GitLab keeps beside it."""


def recorded_store(directory: Path, recordings: Path) -> Store:
    """Serve `*.jsonl` below `recordings`; repositories are written below `directory`.

    Raises FileNotFoundError when a recording is missing.
    """
    lines_of = {
        path.stem: path.read_text(encoding="utf-8").splitlines()
        for path in sorted(recordings.glob("*.jsonl"))
    }
    for name in ("commit_graph", "refs", "merge_requests", "issues"):
        if name not in lines_of:
            raise FileNotFoundError(f"{recordings / name}.jsonl: recording is missing")
    messages = {
        entry["data"]["id"]: entry["data"]
        for entry in map(json.loads, lines_of["merge_request_commits"])
    }
    repository, renamed = _rebuild(list(map(json.loads, lines_of["commit_graph"])), messages)
    pages = {
        name: [
            json.loads(_SHA.sub(lambda sha: renamed.get(sha[0], sha[0]), line)) for line in lines
        ]
        for name, lines in lines_of.items()
        if name != "commit_graph"
    }
    store = Store(edition="free", version="18.8.0", now=_latest(repository, pages))
    store.groups[GROUP] = payloads.group(4347861, GROUP, "GitLab Data", None)
    data = _project(store, repository, pages)
    data.repository = directory / f"{PROJECT_ID}.git"
    write(repository, data.repository)
    add_ci_projects(store, pages, directory)
    store.users = _users(pages)
    return store


def _rebuild(
    graph: list[Payload], messages: dict[str, Payload]
) -> tuple[Repository, dict[str, str]]:
    """The commit graph with new objects, and old SHA → new SHA, shortened ones too."""
    repository, renamed = Repository("master"), dict[str, str]()
    pending = {entry["id"]: entry for entry in graph}
    stack = list(reversed(pending))
    while stack:
        entry = pending[stack[-1]]
        missing = [sha for sha in entry["parent_ids"] if sha in pending and sha not in renamed]
        if missing:
            stack.extend(missing)
            continue
        old = stack.pop()
        if old in renamed:
            continue
        recorded = messages.get(old, {})
        revision = repository.commit(
            tuple(renamed[sha] for sha in entry["parent_ids"] if sha in renamed),
            {f"recorded/{old}": (len(renamed) + 1,)},
            recorded.get("message", f"Recorded commit {old[:8]}\n"),
            author=_person(entry["author_email"], recorded.get("author_name")),
            authored_at=_instant(entry["authored_date"]),
            committer=_person(entry["committer_email"], recorded.get("committer_name")),
            committed_at=_instant(entry["committed_date"]),
        )
        renamed[old] = revision.sha
    shortened = {old[:8]: new[:8] for old, new in renamed.items()}
    return repository, renamed | shortened


def _person(email: str, name: str | None) -> Person:
    local = email.partition("@")[0]
    return Person(0, local, name or local.replace("-", " ").capitalize(), email)


def _project(store: Store, repository: Repository, pages: dict[str, list[Payload]]) -> ProjectData:
    requests = [page["data"] for page in pages["merge_requests"]]
    first = min(item.committed_at for item in repository.revisions.values())
    project = payloads.project(
        PROJECT_ID,
        "snowflake_spend",
        store.groups[GROUP],
        default_branch="master",
        created_at=first,
    )
    project["visibility"] = "public"
    latest = max(item["updated_at"] for item in requests)
    project["last_activity_at"] = project["updated_at"] = latest
    data = ProjectData(project)
    store.projects[PROJECT_ID] = data
    for revision in repository.revisions.values():
        parent = revision.parents[0] if revision.parents else None
        brief = payloads.commit(revision, project["web_url"])
        counts = repository.counts(parent, revision.sha)
        data.commits[revision.sha] = payloads.commit_detail(brief, counts, False)
    _refs(repository, pages["refs"], data)
    for item in requests:
        _merge_request(repository, item, data)
    _belongings(pages, data)
    for page in pages["issues"]:
        data.issues[page["data"]["iid"]] = page["data"]
        data.issue_notes[page["data"]["iid"]] = []
    return data


def _merge_request(repository: Repository, item: Payload, data: ProjectData) -> None:
    iid = item["iid"]
    item.update(diff_stats=None, approvals_required=None)
    item.setdefault("squash_commit_sha", None)
    data.merge_requests[iid] = item
    data.merge_request_commits[iid] = []
    data.merge_request_notes[iid] = []
    data.merge_request_versions[iid] = []
    data.merge_request_approvals[iid] = []
    data.closes_issues[iid] = []
    if item["sha"] in repository.revisions:
        repository.refs[f"refs/merge-requests/{iid}/head"] = item["sha"]


def _belongings(pages: dict[str, list[Payload]], data: ProjectData) -> None:
    """Commits and notes by the number of their merge request, recorded or not."""
    commits, notes = defaultdict[int, list[Payload]](list), defaultdict[int, list[Payload]](list)
    for page in pages["merge_request_commits"]:
        commits[page["input"]["Iid"]].append(page["data"])
    for page in pages["merge_request_notes"]:
        note = page["data"]
        notes[page["input"]["Iid"]].append({**note, "system_action": _action(note)})
    data.merge_request_commits.update(commits)
    for iid, entries in notes.items():
        data.merge_request_notes[iid] = sorted(entries, key=lambda entry: entry["created_at"])


def _action(note: Payload) -> str | None:
    if not note["system"]:
        return None
    body: str = note["body"]
    return next((action for start, action in _ACTIONS if body.startswith(start)), "description")


def _refs(repository: Repository, refs: list[Payload], data: ProjectData) -> None:
    """Branches and tags as recorded; what a mirror keeps under `refs/pull` is kept around.

    Annotated tags are left out: the recording has the tag object's SHA, not its commit.
    """
    for entry in refs:
        name, sha = entry["ref"], entry["sha"]
        if sha not in repository.revisions:
            continue
        commit = data.commits[sha]
        if name.startswith("refs/heads/"):
            repository.refs[name] = sha
            data.branches.append({"name": name.removeprefix("refs/heads/"), "commit": commit})
        elif name.startswith("refs/tags/"):
            tag = name.removeprefix("refs/tags/")
            data.tags.append({"name": tag, "target": repository.tag(tag, sha), "commit": commit})
        else:
            repository.refs[f"refs/keep-around/{sha}"] = sha


def _users(pages: dict[str, list[Payload]]) -> dict[int, Payload]:
    """Everyone whom a payload shows, by id."""
    users: dict[int, Payload] = {}
    pending: list[Any] = [
        page["data"] for name, rows in pages.items() if name != "refs" for page in rows
    ]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
            if "username" in value:
                known = users.get(value["id"], {"bot": False, "public_email": ""})
                users[value["id"]] = {**value, **known}
    return dict(sorted(users.items()))


def _latest(repository: Repository, pages: dict[str, list[Payload]]) -> datetime:
    """The end of the recording: its latest commit or change."""
    instants = [item.committed_at for item in repository.revisions.values()]
    for name in ("merge_requests", "issues", "pipeline_details"):
        instants.extend(_instant(page["data"]["updated_at"]) for page in pages.get(name, []))
    return datetime.fromtimestamp(max(instants) // SECOND + 1, UTC)


def _instant(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))
