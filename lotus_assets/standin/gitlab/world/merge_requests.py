"""A merge request as its people and GitLab change it, one act at a time."""

from dataclasses import dataclass
from random import Random

from lotus_assets.standin.gitlab.store import Payload
from lotus_assets.standin.gitlab.world import ci_payloads
from lotus_assets.standin.gitlab.world.calendar import HOUR, MINUTE, text
from lotus_assets.standin.gitlab.world.issues import close_issue
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.pipelines import start_pipeline
from lotus_assets.standin.gitlab.world.repository import Lines, Revision
from lotus_assets.standin.gitlab.world.simulation import Site
from lotus_assets.standin.gitlab.world.system_notes import Behind, added_commits, reset_approvals


@dataclass(frozen=True)
class Edit:
    """A commit's worth of work, before and apart from the commit: a rebase repeats it."""

    path: str
    lines: Lines
    message: str
    authored_at: int


class MergeRequest:
    """A branch, and from `open` on its merge request."""

    def __init__(self, site: Site, author: Person, branch: str, path: str, random: Random) -> None:
        """A branch at the tip of the target branch, for work on one file."""
        self.site, self.author, self.branch, self.random = site, author, branch, random
        self.source = site
        """Where the branch lives: another site when the merge request comes from a fork."""
        self.path = path
        self.base = self.head = self.target_tip
        self.lines: Lines = site.repository.revisions[self.base].file(path)
        self.edits: list[Edit] = []
        self.revisions: list[Revision] = []
        self.approvals: dict[int, Person] = {}
        self.payload: Payload = {}
        self.closes: list[int] = []
        self.clock_skew = 0

    @property
    def target_branch(self) -> str:
        """The branch that it is merged into."""
        return self.site.default_branch

    @property
    def target_tip(self) -> str:
        """The SHA at the tip of the target branch."""
        return self.site.repository.refs[f"refs/heads/{self.target_branch}"]

    def work(self, count: int, titles: list[str], hours: float) -> list[Revision]:
        """Commit to the branch: some commits, authored within the last so many hours."""
        now, start = self.site.world.now, self.site.world.now - int(hours * HOUR)
        moments = sorted(self.random.randrange(start, now - MINUTE) for _ in range(count))
        made = []
        for moment, title in zip(moments, titles, strict=True):
            removed = self.random.randrange(0, 1 + len(self.lines) // 4)
            added = self.site.new_lines(self.random.randrange(2, 28))
            self.lines = self.lines[removed:][-160:] + added
            edit = Edit(self.path, self.lines, f"{title}\n", moment + self.clock_skew)
            self.edits.append(edit)
            made.append(self._commit(edit, edit.authored_at))
        return made

    def push(self, count: int, new: list[Revision]) -> None:
        """Push the branch; with a merge request open, that is a new version of it."""
        old = self.source.repository.refs.get(f"refs/heads/{self.branch}")
        self.source.push(self.branch, self.head, self.author, count)
        if self.payload:
            self._pushed(old or self.base, new)

    @property
    def needs_rebase(self) -> bool:
        """Whether the project merges only what is on top of its tip, and this is not."""
        return self.site.plan.merge_method != "merge" and self.base != self.target_tip

    def rebase(self, *, by_button: bool = False) -> None:
        """Repeat the branch's commits on the target's tip and push them by force.

        GitLab's own button, unlike a person's push, resets no approvals.
        """
        old, old_base = self.head, self.base
        self.base = self.head = self.target_tip
        behind = self._commits_between(old_base, self.base)
        self.revisions = []
        for edit in self.edits:
            self._commit(edit, self.site.world.now)
        self._keep(old)
        self.source.push(self.branch, self.head, self.author, len(self.revisions) + behind)
        if self.payload:
            self._pushed(old, self.revisions, (old_base, behind), resets=not by_button)

    def amend(self) -> None:
        """Rewrite the last commit and push by force."""
        old = self.head
        last = self.edits.pop()
        self.revisions.pop()
        self.head = self.revisions[-1].sha if self.revisions else self.base
        self.lines = last.lines + self.site.new_lines(self.random.randrange(1, 6))
        edit = Edit(last.path, self.lines, last.message, last.authored_at)
        self.edits.append(edit)
        new = [self._commit(edit, self.site.world.now)]
        self._keep(old)
        self.source.push(self.branch, self.head, self.author, 1)
        self._pushed(old, new)

    def open(self, title: str, description: str, *, squash: bool, approvals: int) -> None:
        """Open the merge request."""
        site = self.site
        iid = site.next_iid("merge_request")
        self.payload = ci_payloads.merge_request(
            site.world.identifier("merge_request"),
            iid,
            site.data.project,
            self.author,
            site.world.now,
            title=title,
            description=description,
            source_branch=self.branch,
            target_branch=self.target_branch,
            source_project_id=self.source.project_id,
            squash=squash,
            approvals_required=approvals,
        )
        data = site.data
        data.merge_requests[iid] = self.payload
        data.merge_request_versions[iid] = []
        data.merge_request_notes[iid] = []
        data.merge_request_approvals[iid] = []
        data.closes_issues[iid] = [f"{site.path}#{number}" for number in self._closing()]
        for number in self._closing():
            data.issues[number]["merge_requests_count"] += 1
        site.happened(self.payload, self.author, "created")
        self._version()
        self._pipeline()

    def note(
        self, person: Person, body: str, *, action: str | None = None, kind: str | None = None
    ) -> None:
        """A note by a person, or by the system in a person's name."""
        self.site.note(self.payload, person, body, action=action, kind=kind)

    def request_review(self, person: Person) -> None:
        """Ask a person for a review."""
        self.payload["reviewers"] = [*self.payload["reviewers"], person.brief]
        self.note(self.author, f"requested review from @{person.username}", action="reviewer")

    def approve(self, person: Person) -> None:
        """A person approves."""
        self.approvals[person.user_id] = person
        self._list_approvals()
        self.note(person, "approved this merge request", action="approved")
        self.site.happened(self.payload, person, "approved")

    def unapprove(self, person: Person) -> None:
        """A person takes their approval back."""
        self.approvals.pop(person.user_id)
        self._list_approvals()
        self.note(person, "unapproved this merge request", action="unapproved")

    def ready(self) -> None:
        """A draft no longer."""
        self.payload["title"] = self.payload["title"].removeprefix("Draft: ")
        self.payload["draft"] = self.payload["work_in_progress"] = False
        self.note(self.author, "marked this merge request as **ready**", action="title")

    def close(self, person: Person) -> None:
        """Close without merging."""
        self.payload["state"] = "closed"
        self.payload["closed_at"] = text(self.site.world.now)
        self.payload["closed_by"] = person.brief
        self.site.happened(self.payload, person, "closed")

    def reopen(self, person: Person) -> None:
        """Open again what was closed."""
        self.payload["state"] = "opened"
        self.payload["closed_at"] = self.payload["closed_by"] = None
        self.site.happened(self.payload, person, "reopened")

    def merge(self, person: Person) -> None:
        """Merge in the project's way, and do what follows from it."""
        site, payload = self.site, self.payload
        if self.needs_rebase:
            self.rebase(by_button=True)
        before, result = self.target_tip, self.head
        if payload["squash"] and len(self.revisions) > 1:
            result = payload["squash_commit_sha"] = self._squash(
                person, site.plan.merge_method == "ff"
            )
        if site.plan.merge_method != "ff":
            result = payload["merge_commit_sha"] = self._merge_commit(person, result)
        site.push(self.target_branch, result, person, self._commits_between(before, result))
        now = text(site.world.now)
        payload["state"] = "merged"
        payload["merged_at"] = now
        payload["merged_by"] = payload["merge_user"] = person.brief
        site.happened(payload, person, "merged")
        site.free_files.append(self.path)
        for number in self._closing():
            close_issue(site, number, person)
        start_pipeline(site, "main", person, sha=result, ref=self.target_branch, source="push")

    def delete_branch(self, person: Person) -> None:
        """Delete the source branch."""
        self._keep(self.head)
        self.source.push(self.branch, None, person, 0)

    def _closing(self) -> list[int]:
        """What the merge closes: GitLab closes by merge requests into the default branch only."""
        return self.closes if self.target_branch == self.site.default_branch else []

    def _keep(self, sha: str) -> None:
        for site in {self.site.path: self.site, self.source.path: self.source}.values():
            site.keep(sha)

    def _commit(self, edit: Edit, committed_at: int) -> Revision:
        revision = self.site.commit(
            (self.head,),
            {edit.path: edit.lines},
            edit.message,
            author=self.author,
            authored_at=edit.authored_at,
            committed_at=committed_at,
        )
        if self.source is not self.site:
            self.source.record(revision)
        self.head = revision.sha
        self.revisions.append(revision)
        return revision

    def _squash(self, person: Person, is_fast_forward: bool) -> str:
        parent = self.target_tip if is_fast_forward else self.base
        message = f"{self.payload['title']}\n\n{self.payload['description']}".strip() + "\n"
        return self.site.commit(
            (parent,),
            {self.path: self.lines},
            message,
            author=self.author,
            authored_at=self.site.world.now,
            committer=person,
            is_signed=False,
        ).sha

    def _merge_commit(self, person: Person, result: str) -> str:
        site = self.site
        paragraphs = (
            f"Merge branch '{self.branch}' into '{self.target_branch}'",
            self.payload["title"],
            self.payload["description"],
            f"See merge request {site.path}!{self.payload['iid']}",
        )
        return site.commit(
            (self.target_tip, result),
            {self.path: self.lines},
            "\n\n".join(part for part in paragraphs if part) + "\n",
            author=person,
            authored_at=site.world.now,
            is_signed=False,
        ).sha

    def _commits_between(self, older: str, newer: str) -> int:
        revisions, count, pending, seen = self.site.repository.revisions, 0, [newer], {older}
        while pending:
            sha = pending.pop()
            if sha not in seen and count < 50:
                seen.add(sha)
                count += 1
                pending.extend(revisions[sha].parents)
        return count

    def _pushed(
        self,
        old: str,
        new: list[Revision],
        existing: tuple[str, int] | None = None,
        *,
        resets: bool = True,
    ) -> None:
        site = self.site
        identifier = self._version()
        behind = None
        if existing and existing[1]:
            older, count = existing
            behind = Behind(self.target_branch, older, self.base, count)
        address = f"/{site.path}/-/merge_requests/{self.payload['iid']}/diffs"
        link = f"{address}?diff_id={identifier}&start_sha={old}"
        self.note(self.author, added_commits(new, behind, link), action="commit")
        if resets:
            self._reset_approvals()
        self._pipeline()

    def _reset_approvals(self) -> None:
        """A push takes back all approvals, those of code owners only, or none."""
        owners, resets = self.site.plan.team[:1], self.site.plan.resets_approvals
        gone = [
            person
            for person in self.approvals.values()
            if resets == "all" or (resets == "code_owners" and person.user_id in owners)
        ]
        if gone:
            for person in gone:
                del self.approvals[person.user_id]
            self._list_approvals()
            self.note(self.author, reset_approvals(gone), action="approvals_reset")

    def _version(self) -> int:
        site, payload = self.site, self.payload
        counts = site.repository.counts(self.base, self.head)
        payload["sha"] = self.head
        payload["changes_count"] = str(counts.file_count)
        payload["diff_stats"] = {
            "additions": counts.additions,
            "deletions": counts.deletions,
            "file_count": counts.file_count,
        }
        payload["diff_refs"] = {
            "base_sha": self.base,
            "head_sha": self.head,
            "start_sha": self.base,
        }
        payload["updated_at"] = text(site.world.now)
        identifier = site.world.identifier("version")
        entry = ci_payloads.version(identifier, site.world.now, head=self.head)
        site.data.merge_request_versions[payload["iid"]].insert(0, entry)
        commits = [site.briefs[item.sha] for item in reversed(self.revisions)]
        site.data.merge_request_commits[payload["iid"]] = commits
        site.repository.refs[f"refs/merge-requests/{payload['iid']}/head"] = self.head
        return identifier

    def _pipeline(self) -> None:
        iid = self.payload["iid"]
        by_branch = self.site.plan.uses_branch_pipelines
        pipeline = start_pipeline(
            self.site,
            "review",
            self.author,
            sha=self.head,
            ref=self.branch if by_branch else f"refs/merge-requests/{iid}/head",
            source="push" if by_branch else "merge_request_event",
            request_iid=None if by_branch else iid,
        )
        if pipeline:
            self.payload["pipeline"] = self.payload["head_pipeline"] = pipeline.brief

    def _list_approvals(self) -> None:
        listed = [person.brief for person in self.approvals.values()]
        self.site.data.merge_request_approvals[self.payload["iid"]] = listed
