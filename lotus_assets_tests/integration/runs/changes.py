"""What happens in GitLab between two runs: changes of a store, as GitLab itself would make them."""

import copy
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import milliseconds
from lotus_assets.standin.gitlab.world.people import PEOPLE

PROJECT = 501
"""toman/core/checkout: merge requests, pipelines with manual jobs, deployments, issues."""
TAGGED_PROJECT = 511
"""toman/corporate-services/invoicing: releases and tags."""


def merged_request(data: ProjectData) -> Payload:
    """The merge request that was merged first, long before anything that an overlap reads."""
    merged = [item for item in data.merge_requests.values() if item["state"] == "merged"]
    return min(merged, key=lambda item: str(item["updated_at"]))


def add_note(data: ProjectData, iid: int, at: str, body: str, author: Payload) -> int:
    """A person's note on a merge request, which it moves; the note's id."""
    notes = data.merge_request_notes[iid]
    note_id = 9_000_000 + iid
    note = copy.deepcopy(notes[0]) | {"id": note_id, "body": body, "author": author}
    notes.append(
        note | {"created_at": at, "updated_at": at, "system": False, "system_action": None}
    )
    data.merge_requests[iid]["updated_at"] = at
    return note_id


def press_manual_job(data: ProjectData, at: str) -> tuple[int, int]:
    """Somebody starts the oldest manual job: (pipeline id, job id). Its pipeline moves."""
    pipeline_id, job = min(
        (
            (pipeline_id, job)
            for pipeline_id, jobs in data.jobs.items()
            for job in jobs
            if job["status"] == "manual" and job["kind"] == "build"
        ),
        key=lambda found: found[0],
    )
    job.update(status="success", started_at=at, finished_at=at, duration=0.0)
    data.pipelines[pipeline_id]["updated_at"] = at
    return pipeline_id, int(job["id"])


def delete_merge_request(data: ProjectData, iid: int) -> int:
    """A maintainer deletes a merge request with all that belongs to it; its id."""
    for belongings in (
        data.merge_request_commits,
        data.merge_request_notes,
        data.merge_request_versions,
        data.merge_request_approvals,
        data.closes_issues,
    ):
        cast: dict[int, Any] = belongings
        cast.pop(iid, None)
    return int(data.merge_requests.pop(iid)["id"])


def copy_merge_request(data: ProjectData, iid: int, at: str) -> int:
    """A new, open merge request that resembles another; its id."""
    number, identifier = max(data.merge_requests) + 1, 9_900_001
    new = copy.deepcopy(data.merge_requests[iid])
    new |= {"iid": number, "id": identifier, "created_at": at, "updated_at": at}
    new |= {"state": "opened", "merged_at": None, "merge_user": None, "merged_by": None}
    data.merge_requests[number] = new | {"merge_commit_sha": None, "squash_commit_sha": None}
    for lists in (
        data.merge_request_commits,
        data.merge_request_notes,
        data.merge_request_versions,
        data.merge_request_approvals,
    ):
        lists[number] = []
    data.closes_issues[number] = []
    return identifier


def own_repository(data: ProjectData, folder: Path) -> Path:
    """A copy of the project's repository, so that its refs may change."""
    assert data.repository is not None
    data.repository = Path(shutil.copytree(data.repository, folder / data.repository.name))
    return data.repository


def delete_ref(repository: Path, ref: str) -> str:
    """Delete a branch or tag; what it pointed at."""
    return _git(repository, "rev-parse", ref, and_then=("update-ref", "-d", ref))


def create_ref(repository: Path, ref: str, sha: str) -> None:
    """Create a branch or tag."""
    _git(repository, "update-ref", ref, sha)


def add_push(data: ProjectData, at: str, ref: str, old: str | None, new: str | None) -> None:
    """The event that GitLab writes when a branch or tag appears, moves or goes."""
    kind, _, name = ref.removeprefix("refs/").partition("/")
    event = payloads.push_event(
        9_800_000 + len(data.events),
        int(data.project["id"]),
        PEOPLE[0],
        milliseconds(datetime.fromisoformat(at)),
        ref_type={"heads": "branch", "tags": "tag"}[kind],
        ref=name,
        old=old,
        new=new,
        commit_count=0,
        title=None,
    )
    data.events.append(event)


def _git(repository: Path, *arguments: str, and_then: tuple[str, ...] = ()) -> str:
    command = ["git", "-C", str(repository), "-c", "safe.directory=*"]
    done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
    if and_then:
        subprocess.run([*command, *and_then], check=True)
    return done.stdout.strip()


def person(store: Store, *, but: int) -> Payload:
    """Somebody who is no bot and not the user `but`, as a payload names them."""
    user = next(item for item in store.users.values() if not item["bot"] and item["id"] != but)
    return {key: user[key] for key in ("id", "username", "name", "state", "avatar_url", "web_url")}
