"""A GitLab written down by hand: what a test says happened, and nothing else."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world import ci_payloads, payloads
from lotus_assets.standin.gitlab.world.calendar import milliseconds, text
from lotus_assets.standin.gitlab.world.disk import write
from lotus_assets.standin.gitlab.world.people import EVERYONE, PEOPLE, Person, user
from lotus_assets.standin.gitlab.world.repository import LineCounts, Repository, Revision
from lotus_assets_tests.integration.amsterdam import amsterdam, as_gitlab
from lotus_assets_tests.integration.hand_made_pipelines import ProjectPipelines

AYLIN, BRAM, CHIDI = PEOPLE[:3]
ROOTS = ("toman/core", "toman/corporate-services", "toman/exchange", "toman/c-side")
"""The groups of the sample org file; they are there even without projects."""


@dataclass
class HandMade:
    """Groups and projects of one GitLab as it stands at `now`."""

    folder: Path
    now: datetime
    store: Store = field(init=False)
    projects: dict[str, "Project"] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        people = {person.user_id: user(person) for person in EVERYONE}
        self.store = Store("enterprise", "18.8.0-ee", self.now, users=people)
        for path in ROOTS:
            self.group(path)

    def identifier(self, kind: str) -> int:
        """The next id of a kind of entity."""
        self.counts[kind] += 1
        return 1000 + self.counts[kind]

    def group(self, path: str) -> Payload:
        """A group and those above it."""
        if path not in self.store.groups:
            above = self.group(path.rpartition("/")[0]) if "/" in path else None
            name = path.rpartition("/")[2].capitalize()
            self.store.groups[path] = payloads.group(self.identifier("group"), path, name, above)
        return self.store.groups[path]

    def project(
        self, path: str, *, created: str = "2025-06-02 09:00", default_branch: str = "main"
    ) -> "Project":
        """A project with a first commit on its default branch, which is protected."""
        folder, _, name = path.rpartition("/")
        at = milliseconds(amsterdam(created))
        payload = payloads.project(
            self.identifier("project"),
            name,
            self.group(folder),
            default_branch=default_branch,
            created_at=at,
        )
        project = Project(self, ProjectData(payload), Repository(default_branch))
        self.store.projects[payload["id"]] = project.data
        self.projects[path] = project
        first = project.commit(created, "Start")
        project.repository.refs[f"refs/heads/{default_branch}"] = first.sha
        project.protect(default_branch)
        return project

    def on_disk(self) -> Store:
        """The store, with its repositories written as they stand."""
        for project in self.projects.values():
            project.write(self.folder)
        return self.store


class Project(ProjectPipelines):
    """One project's books and repository; whatever happens is written down as it is told."""

    def protect(self, name: str) -> None:
        """Protect the branches that a name or wildcard matches, for maintainers alone."""
        level = {"access_level": 40, "access_level_description": "Maintainers"}
        protection = {"id": self.world.identifier("protected_branch"), "name": name}
        protection |= {"push_access_levels": [level], "merge_access_levels": [level]}
        self.data.protected_branches.append(protection | {"allow_force_push": False})

    def rename_default_branch(self, at: str, new: str) -> None:
        """Create the new branch at the tip of the old one, and make it the default."""
        self.push(at, self.tip, branch=new)
        self.data.project["default_branch"] = self.repository.default_branch = new

    def commit(
        self,
        authored: str,
        title: str,
        *,
        parents: tuple[str, ...] = (),
        author: Person = AYLIN,
        committed: str | None = None,
    ) -> Revision:
        """A commit that adds a file of one line."""
        at = milliseconds(amsterdam(authored))
        number = self.next_iid("file")
        revision = self.repository.commit(
            parents,
            {f"file_{number}.py": (number,)},
            f"{title}\n",
            author=author,
            authored_at=at,
            committed_at=milliseconds(amsterdam(committed)) if committed else at,
        )
        brief = payloads.commit(revision, self.data.project["web_url"])
        self.data.commits[revision.sha] = payloads.commit_detail(
            brief, LineCounts(1, 0, 1), revision.is_signed
        )
        return revision

    def push(
        self, at: str, new: str | None, *, branch: str | None = None, by: Person = AYLIN
    ) -> None:
        """A push event: a branch (by default the default one) appears, moves or goes."""
        branch = branch or self.default_branch
        ref = f"refs/heads/{branch}"
        old = self.repository.refs.get(ref)
        self.data.events.append(
            payloads.push_event(
                self.world.identifier("event"),
                self.project_id,
                by,
                milliseconds(amsterdam(at)),
                ref_type="branch",
                ref=branch,
                old=old,
                new=new,
                commit_count=1,
                title=None,
            )
        )
        if new is None:
            del self.repository.refs[ref]
        else:
            self.repository.refs[ref] = new
        self.data.project["last_activity_at"] = as_gitlab(amsterdam(at))

    def merge_request(
        self,
        opened: str,
        commits: list[Revision],
        *,
        merged: str | None = None,
        author: Person = AYLIN,
        labels: list[str] | None = None,
    ) -> Payload:
        """A merge request; merged by a merge commit on its target, pushed at that instant."""
        iid = self.next_iid("merge_request")
        request = ci_payloads.merge_request(
            self.world.identifier("merge_request"),
            iid,
            self.data.project,
            author,
            milliseconds(amsterdam(opened)),
            title=f"Change {iid}",
            description="",
            source_branch=f"change-{iid}",
            target_branch=self.data.project["default_branch"],
            source_project_id=self.project_id,
            squash=False,
            approvals_required=0,
        )
        head = commits[-1].sha if commits else None
        request |= {"sha": head, "changes_count": str(len(commits)), "labels": labels or []}
        request["diff_stats"] = {
            "additions": len(commits),
            "deletions": 0,
            "file_count": len(commits),
        }
        self.data.merge_requests[iid] = request
        self.data.merge_request_commits[iid] = [
            self.data.commits[revision.sha] for revision in reversed(commits)
        ]
        self.data.merge_request_notes[iid] = []
        self.happened(request, "created", opened, by=author)
        if head:
            self.repository.refs[f"refs/merge-requests/{iid}/head"] = head
            number, at = self.world.identifier("version"), milliseconds(amsterdam(opened))
            self.data.merge_request_versions[iid] = [ci_payloads.version(number, at, head=head)]
        if merged:
            self._merge(request, head or self.tip, merged)
        return request

    def _merge(self, request: Payload, head: str, at: str) -> None:
        merge = self.commit(at, f"Merge !{request['iid']}", parents=(self.tip, head), author=BRAM)
        self.push(at, merge.sha, by=BRAM)
        instant = as_gitlab(amsterdam(at))
        request |= {"state": "merged", "merged_at": instant, "updated_at": instant}
        request |= {
            "merged_by": BRAM.brief,
            "merge_user": BRAM.brief,
            "merge_commit_sha": merge.sha,
        }
        self.happened(request, "merged", at)

    def change(self, opened: str, merged: str) -> Payload:
        """A merged merge request of one commit, authored at the instant of its opening."""
        return self.merge_request(
            opened, [self.commit(opened, "Work", parents=(self.tip,))], merged=merged
        )

    def note(
        self, target: Payload, at: str, body: str, by: Person = BRAM, *, action: str | None = None
    ) -> Payload:
        """A comment on a merge request or an issue; with `action` a note by GitLab itself."""
        note = payloads.note(
            self.world.identifier("note"),
            by,
            body,
            milliseconds(amsterdam(at)),
            action=action,
        )
        is_request = "source_branch" in target
        notes = self.data.merge_request_notes if is_request else self.data.issue_notes
        notes[target["iid"]].append(note)
        target["updated_at"] = max(target["updated_at"], note["created_at"])
        if action is None:
            target["user_notes_count"] += 1
            self.happened(target, "commented", at, by=by, written=note)
        return note

    def happened(
        self,
        target: Payload,
        action: str,
        at: str,
        *,
        by: Person = BRAM,
        written: Payload | None = None,
    ) -> None:
        """An event of an issue or a merge request: `created`, `closed`, `reopened`, …."""
        identifier = self.world.identifier("event")
        instant = milliseconds(amsterdam(at))
        self.data.events.append(
            payloads.record_event(
                identifier, self.project_id, by, instant, action, target, written=written
            )
        )
        target["updated_at"] = max(target["updated_at"], text(instant))

    def close(self, target: Payload, at: str) -> None:
        """Close an issue, or a merge request without merging it."""
        target |= {"state": "closed", "closed_at": as_gitlab(amsterdam(at))}
        self.happened(target, "closed", at)

    def reopen(self, target: Payload, at: str) -> None:
        """Open it again: GitLab clears `closed_at`."""
        target |= {"state": "opened", "closed_at": None}
        self.happened(target, "reopened", at)

    def issue(
        self, opened: str, *, closed: str | None = None, labels: list[str] | None = None
    ) -> Payload:
        """An issue, open or closed."""
        iid = self.next_iid("issue")
        issue = payloads.issue(
            self.world.identifier("issue"),
            iid,
            CHIDI,
            milliseconds(amsterdam(opened)),
            title=f"Issue {iid}",
            labels=labels or [],
            issue_type="issue",
        )
        self.data.issues[iid] = issue
        self.data.issue_notes[iid] = []
        self.happened(issue, "created", opened, by=CHIDI)
        if closed:
            self.close(issue, closed)
        return issue

    def tag(self, name: str, at: str, *, tagger: Person | None = BRAM) -> None:
        """A tag on the tip of `main`, annotated unless it has no tagger."""
        moment = milliseconds(amsterdam(at))
        target = self.repository.tag(name, self.tip, tagger=tagger, at=moment, message=name)
        commit = self.data.commits[self.tip]
        self.data.tags.append({"name": name, "target": target, "commit": commit})

    def release(self, name: str, at: str) -> None:
        """A release; its tag is another matter."""
        instant = as_gitlab(amsterdam(at))
        release: dict[str, Any] = {
            "name": f"Release {name}",
            "tag_name": name,
            "created_at": instant,
            "released_at": instant,
            "commit": self.data.commits[self.tip],
        }
        self.data.releases.insert(0, release)

    def write(self, folder: Path) -> None:
        """Bring the repository on disk up to date."""
        self.data.repository = folder / f"{self.project_id}.git"
        write(self.repository, self.data.repository)
