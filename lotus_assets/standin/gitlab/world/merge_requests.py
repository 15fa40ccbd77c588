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
        """A branch at the tip of the default branch, for work on one file."""
        self.site, self.author, self.branch, self.random = site, author, branch, random
        self.source = site
        """Where the branch lives: another site when the merge request comes from a fork."""
        self.path = path
        self.lines: Lines = site.repository.revisions[site.tip].file(path)
        self.base = self.head = site.tip
        self.edits: list[Edit] = []
        self.revisions: list[Revision] = []
        self.approvals: dict[int, Person] = {}
        self.payload: Payload = {}
        self.closes: list[int] = []

    def work(self, count: int, titles: list[str], hours: float, skew: int = 0) -> list[Revision]:
        """Commit to the branch: some commits, authored within the last so many hours."""
        now, start = self.site.world.now, self.site.world.now - int(hours * HOUR)
        moments = sorted(self.random.randrange(start, now - MINUTE) for _ in range(count))
        made = []
        for moment, title in zip(moments, titles, strict=True):
            removed = self.random.randrange(0, 1 + len(self.lines) // 4)
            added = self.site.new_lines(self.random.randrange(2, 28))
            self.lines = self.lines[removed:][-160:] + added
            edit = Edit(self.path, self.lines, f"{title}\n", moment + skew)
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
        return self.site.plan.merge_method != "merge" and self.base != self.site.tip

    def rebase(self, *, by_button: bool = False) -> None:
        """Repeat the branch's commits on the target's tip and push them by force.

        GitLab's own button, unlike a person's push, resets no approvals.
        """
        old, old_base = self.head, self.base
        behind = self._commits_between(old_base, self.site.tip)
        self.base = self.head = self.site.tip
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
            source_project_id=self.source.project_id,
            squash=squash,
            approvals_required=approvals,
        )
        data = site.data
        data.merge_requests[iid] = self.payload
        data.merge_request_versions[iid] = []
        data.merge_request_notes[iid] = []
        data.merge_request_approvals[iid] = []
        data.closes_issues[iid] = [f"{site.path}#{number}" for number in self.closes]
        for number in self.closes:
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
        method = site.plan.merge_method
        if self.needs_rebase:
            self.rebase(by_button=True)
        before, result = site.tip, self.head
        if payload["squash"] and len(self.revisions) > 1:
            result = payload["squash_commit_sha"] = self._squash(person, method == "ff")
        if method != "ff":
            result = payload["merge_commit_sha"] = self._merge_commit(person, result)
        count = self._commits_between(before, result)
        site.push(site.default_branch, result, person, count)
        now = text(site.world.now)
        payload["state"] = "merged"
        payload["merged_at"] = now
        payload["merged_by"] = payload["merge_user"] = person.brief
        site.happened(payload, person, "merged")
        site.free_files.append(self.path)
        for number in self.closes:
            close_issue(site, number, person)
        start_pipeline(site, "main", person, sha=result, ref=site.default_branch, source="push")

    def delete_branch(self, person: Person) -> None:
        """Delete the source branch."""
        self._keep(self.head)
        self.source.push(self.branch, None, person, 0)

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
        parent = self.site.tip if is_fast_forward else self.base
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
            f"Merge branch '{self.branch}' into '{site.default_branch}'",
            self.payload["title"],
            self.payload["description"],
            f"See merge request {site.path}!{self.payload['iid']}",
        )
        return site.commit(
            (site.tip, result),
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
        count, items = len(new), [f"<li>{item.sha[:8]} - {_title(item)}</li>" for item in new]
        if existing and existing[1]:
            older, behind = existing
            count += behind
            commits = f"{behind} commit{'s' if behind > 1 else ''}"
            span = f"{older[:8]}...{self.base[:8]}" if behind > 1 else self.base[:8]
            branch = f"<code>{site.default_branch}</code>"
            items.insert(0, f"<li>{span} - {commits} from branch {branch}</li>")
        address = f"/{site.path}/-/merge_requests/{self.payload['iid']}/diffs"
        body = (
            f"added {count} commit{'s' if count > 1 else ''}\n\n<ul>{''.join(items)}</ul>\n\n"
            f"[Compare with previous version]({address}?diff_id={identifier}&start_sha={old})"
        )
        self.note(self.author, body, action="commit")
        if resets and site.plan.resets_approvals and self.approvals:
            names = _sentence([f"@{person.username}" for person in self.approvals.values()])
            self.approvals.clear()
            self._list_approvals()
            body = f"reset approvals from {names} by pushing to the branch"
            self.note(self.author, body, action="approvals_reset")
        self._pipeline()

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


def _title(revision: Revision) -> str:
    return revision.message.partition("\n")[0]


def _sentence(names: list[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"
