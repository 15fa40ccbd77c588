"""The simulated GitLab: the clock, the identifiers, and each project's books."""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date
from random import Random

import simpy

from lotus_assets.standin.gitlab.store import Payload, ProjectData, Store
from lotus_assets.standin.gitlab.world import payloads
from lotus_assets.standin.gitlab.world.calendar import midnight, ordinal_of, text
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.plans import ProjectPlan
from lotus_assets.standin.gitlab.world.repository import Changes, Lines, Repository, Revision

Process = Generator[simpy.Event, object, None]
"""Something that happens over time: yields what it waits for."""

HISTORY_DAYS = 180
_FIRST_IDENTIFIER = {
    "merge_request": 300_000,
    "version": 500_000,
    "note": 2_000_000,
    "pipeline": 700_000,
    "job": 4_000_000,
    "deployment": 90_000,
    "event": 6_000_000,
    "issue": 150_000,
    "environment": 4_000,
    "protected_branch": 800,
}


class World:
    """Simulated time (milliseconds since the epoch) and what is common to all projects."""

    def __init__(self, seed: int, anchor: date, store: Store) -> None:
        """A world at the start of its history."""
        self.seed = seed
        self.store = store
        self.start = midnight(anchor.toordinal() - HISTORY_DAYS)
        self.anchor = midnight(anchor.toordinal())
        self.environment = simpy.Environment(initial_time=self.start)
        self.sites: dict[str, Site] = {}
        self._identifiers = Counter(_FIRST_IDENTIFIER)

    @property
    def now(self) -> int:
        """The simulated instant."""
        return int(self.environment.now)

    @property
    def day(self) -> int:
        """Days since the start of history; 180 is the anchor day."""
        return ordinal_of(self.now) - ordinal_of(self.start)

    def identifier(self, kind: str) -> int:
        """The next id of a kind of entity: they grow with time, over all projects."""
        self._identifiers[kind] += 1
        return self._identifiers[kind]

    def random(self, *names: object) -> Random:
        """A generator of one's own for whatever the names say."""
        return Random("/".join(map(str, (self.seed, *names))))

    def until(self, instant: int) -> simpy.Event:
        """What to yield to wait for an instant; one that has passed is now."""
        return self.environment.timeout(max(0, instant - self.now))

    def start_process(self, process: Process) -> None:
        """Let something happen from now on."""
        self.environment.process(process)


@dataclass
class Site:
    """A project at work: its books as payloads, its repository, and what its people know."""

    world: World
    plan: ProjectPlan
    data: ProjectData
    repository: Repository
    briefs: dict[str, Payload] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    free_files: list[str] = field(default_factory=list)
    open_issues: list[int] = field(default_factory=list)
    production: dict[str, list[Payload]] = field(default_factory=dict)
    """Environment → its successful deployments, oldest first."""

    @property
    def project_id(self) -> int:
        """The project's id."""
        return int(self.data.project["id"])

    @property
    def path(self) -> str:
        """The project's full path."""
        return str(self.data.project["path_with_namespace"])

    @property
    def default_branch(self) -> str:
        """The name of the default branch."""
        return self.repository.default_branch

    @property
    def tip(self) -> str:
        """The SHA at the tip of the default branch."""
        return self.repository.refs[f"refs/heads/{self.default_branch}"]

    def next_iid(self, kind: str) -> int:
        """The next number within the project."""
        self.counts[kind] += 1
        return self.counts[kind]

    def new_lines(self, number: int) -> Lines:
        """Lines that no file of the project holds yet."""
        first = self.counts["line"] + 1
        self.counts["line"] += number
        return tuple(range(first, first + number))

    def commit(
        self,
        parents: tuple[str, ...],
        changes: Changes,
        message: str,
        *,
        author: Person,
        authored_at: int,
        committer: Person | None = None,
        committed_at: int | None = None,
        is_signed: bool | None = None,
    ) -> Revision:
        """Commit and enter it in the books."""
        revision = self.repository.commit(
            parents,
            changes,
            message,
            author=author,
            authored_at=authored_at,
            committer=committer,
            committed_at=committed_at,
            is_signed=is_signed,
        )
        self.record(revision)
        return revision

    def record(self, revision: Revision) -> None:
        """Enter a revision of the repository as payloads."""
        brief = payloads.commit(revision, self.data.project["web_url"])
        counts = self.repository.counts(
            revision.parents[0] if revision.parents else None, revision.sha
        )
        self.briefs[revision.sha] = brief
        self.data.commits[revision.sha] = payloads.commit_detail(brief, counts, revision.is_signed)

    def push(self, branch: str, sha: str | None, author: Person, commit_count: int) -> None:
        """Move, create or (without a SHA) delete a branch, with its push event."""
        name = f"refs/heads/{branch}"
        old = self.repository.refs.get(name)
        if sha is None:
            del self.repository.refs[name]
        else:
            self.repository.refs[name] = sha
        self.event(author, "branch", branch, old, sha, commit_count)

    def event(
        self,
        author: Person,
        ref_type: str,
        ref: str,
        old: str | None,
        new: str | None,
        commit_count: int,
    ) -> None:
        """Enter a push event; the project was active now."""
        now = self.world.now
        self.data.events.append(
            payloads.push_event(
                self.world.identifier("event"),
                self.project_id,
                author,
                now,
                ref_type=ref_type,
                ref=ref,
                old=old,
                new=new,
                commit_count=commit_count,
                title=self.briefs[new]["title"] if new else None,
            )
        )
        self.touch()

    def keep(self, sha: str) -> None:
        """Keep a commit that no branch reaches any more, as GitLab does."""
        self.repository.refs[f"refs/keep-around/{sha}"] = sha

    def touch(self) -> None:
        """The project was active now."""
        now = text(self.world.now)
        self.data.project["last_activity_at"] = self.data.project["updated_at"] = now

    def note(
        self,
        noteable: Payload,
        author: Person,
        body: str,
        *,
        action: str | None = None,
        kind: str | None = None,
    ) -> None:
        """A note on a merge request or an issue, by a person or (with an action) the system."""
        is_request = "source_branch" in noteable
        notes = self.data.merge_request_notes if is_request else self.data.issue_notes
        entry = payloads.note(
            self.world.identifier("note"),
            author,
            body,
            self.world.now,
            action=action,
            kind=kind,
        )
        notes.setdefault(noteable["iid"], []).append(entry)
        noteable["updated_at"] = text(self.world.now)
        if action is None:
            noteable["user_notes_count"] += 1
            self.happened(noteable, author, "commented", written=entry)

    def happened(
        self, target: Payload, author: Person, action: str, *, written: Payload | None = None
    ) -> None:
        """Enter the event of what somebody did to an issue or a merge request.

        A closing, a reopening and a merge leave no note: since 13.3 they are resource state
        events (`SystemNotes::IssuablesService#change_status`), which no list of notes shows.
        """
        target["updated_at"] = text(self.world.now)
        identifier = self.world.identifier("event")
        self.data.events.append(
            payloads.record_event(
                identifier,
                self.project_id,
                author,
                self.world.now,
                action,
                target,
                written=written,
            )
        )
