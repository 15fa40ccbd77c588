"""A Git repository that grows in memory: commits, trees, tags and refs, with line counts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag, Tree

from lotus_assets.standin.gitlab.world import calendar
from lotus_assets.standin.gitlab.world.people import Person
from lotus_assets.standin.gitlab.world.signature import signature

Lines = tuple[int, ...]
"""A file: numbered lines, no number twice, so that line counts need no diff algorithm."""
Changes = Mapping[str, Lines | None]
"""Path (`folder/file`) → its new content; None deletes it."""
Folder = dict[str, Lines]
Snapshot = dict[str, Folder]


@dataclass(frozen=True)
class LineCounts:
    """Lines and files that differ between two snapshots."""

    additions: int
    deletions: int
    file_count: int


@dataclass(frozen=True)
class Revision:
    """A commit and what it holds."""

    sha: str
    parents: tuple[str, ...]
    snapshot: Snapshot = field(repr=False)
    author: Person
    committer: Person
    authored_at: int
    committed_at: int
    message: str
    is_signed: bool

    def file(self, path: str) -> Lines:
        """A file's lines, none when it is not there."""
        folder, _, name = path.rpartition("/")
        return self.snapshot.get(folder, {}).get(name, ())


class Repository:
    """Objects in the order of their making, revisions by SHA, refs by full name."""

    def __init__(self, default_branch: str) -> None:
        """An empty repository."""
        self.default_branch = default_branch
        self.objects: dict[bytes, ShaFile] = {}
        self.revisions: dict[str, Revision] = {}
        self.refs: dict[str, str] = {}
        self.peeled: dict[str, str] = {}
        self._blobs: dict[Lines, ObjectID] = {}
        self._trees: dict[int, tuple[Folder, ObjectID]] = {}

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
        """Add a commit on top of its first parent's content; instants in milliseconds.

        It is signed when its committer signs, unless told otherwise.
        """
        committer = committer or author
        committed_at = authored_at if committed_at is None else committed_at
        snapshot = self._changed(self.revisions[parents[0]].snapshot if parents else {}, changes)
        item = Commit()
        item.tree = self._tree(snapshot)
        item.parents = [ObjectID(parent.encode()) for parent in parents]
        item.author, item.committer = _identity(author), _identity(committer)
        item.author_time = authored_at // calendar.SECOND
        item.commit_time = committed_at // calendar.SECOND
        item.author_timezone = calendar.utc_offset_minutes(authored_at) * 60
        item.commit_timezone = calendar.utc_offset_minutes(committed_at) * 60
        item.message = message.encode()
        if committer.signature and is_signed is not False:
            item.gpgsig = signature(committer.signature, item.as_raw_string())
        sha = self._add(item).decode()
        revision = Revision(
            sha,
            parents,
            snapshot,
            author,
            committer,
            authored_at // calendar.SECOND * calendar.SECOND,
            committed_at // calendar.SECOND * calendar.SECOND,
            message,
            item.gpgsig is not None,
        )
        self.revisions[sha] = revision
        return revision

    def tag(
        self, name: str, sha: str, *, tagger: Person | None = None, at: int = 0, message: str = ""
    ) -> str:
        """Add a tag, annotated when it has a tagger; return what `refs/tags/<name>` points to."""
        target = sha
        if tagger is not None:
            item = Tag()
            item.name = name.encode()
            item.object = (Commit, ObjectID(sha.encode()))
            item.tagger = _identity(tagger)
            item.tag_time = at // calendar.SECOND
            item.tag_timezone = calendar.utc_offset_minutes(at) * 60
            item.message = message.encode() + b"\n"
            target = self._add(item).decode()
            self.peeled[f"refs/tags/{name}"] = sha
        self.refs[f"refs/tags/{name}"] = target
        return target

    def fork(self) -> "Repository":
        """A repository with refs of its own on the same objects, as GitLab's object pools."""
        fork = Repository(self.default_branch)
        fork.objects, fork.revisions = self.objects, self.revisions
        fork._blobs, fork._trees = self._blobs, self._trees
        return fork

    def counts(self, older: str | None, newer: str) -> LineCounts:
        """Lines that differ from one revision's content to another's."""
        before = self.revisions[older].snapshot if older else {}
        return line_counts(before, self.revisions[newer].snapshot)

    def reachable(self) -> list[Revision]:
        """Every revision that some ref reaches, oldest first."""
        pending = [self.peeled.get(name, sha) for name, sha in self.refs.items()]
        seen = set[str]()
        while pending:
            sha = pending.pop()
            if sha not in seen:
                seen.add(sha)
                pending.extend(self.revisions[sha].parents)
        return [item for sha, item in self.revisions.items() if sha in seen]

    def _changed(self, snapshot: Snapshot, changes: Changes) -> Snapshot:
        result = dict(snapshot)
        for path, lines in changes.items():
            folder, _, name = path.rpartition("/")
            content = dict(result.get(folder, {}))
            if lines is None:
                content.pop(name, None)
            else:
                content[name] = lines
            result[folder] = content
        return {folder: content for folder, content in result.items() if content}

    def _tree(self, snapshot: Snapshot) -> ObjectID:
        root = Tree()
        for folder, content in snapshot.items():
            if folder:
                root.add(folder.encode(), 0o040000, self._folder(content))
        for name, lines in snapshot.get("", {}).items():
            root.add(name.encode(), 0o100644, self._blob(lines))
        return self._add(root)

    def _folder(self, content: Folder) -> ObjectID:
        known = self._trees.get(id(content))
        if known is not None:
            return known[1]
        tree = Tree()
        for name, lines in content.items():
            tree.add(name.encode(), 0o100644, self._blob(lines))
        # The content is kept beside its id: an id is unique only while its object lives.
        self._trees[id(content)] = (content, self._add(tree))
        return self._trees[id(content)][1]

    def _blob(self, lines: Lines) -> ObjectID:
        if lines not in self._blobs:
            self._blobs[lines] = self._add(Blob.from_string(b"".join(map(_line, lines))))
        return self._blobs[lines]

    def _add(self, item: ShaFile) -> ObjectID:
        self.objects.setdefault(item.id, item)
        return item.id


def line_counts(before: Snapshot, after: Snapshot) -> LineCounts:
    """Lines added and removed, and files touched, between two snapshots."""
    additions = deletions = files = 0
    for folder in before.keys() | after.keys():
        old, new = before.get(folder, {}), after.get(folder, {})
        if old is new:
            continue
        for name in old.keys() | new.keys():
            was, now = old.get(name, ()), new.get(name, ())
            if was is not now and was != now:
                files += 1
                additions += len(set(now) - set(was))
                deletions += len(set(was) - set(now))
    return LineCounts(additions, deletions, files)


def _identity(person: Person) -> bytes:
    return f"{person.name} <{person.email}>".encode()


def _line(number: int) -> bytes:
    return b"step_%06d = %s\n" % (number, hashlib.sha256(b"%d" % number).hexdigest()[:12].encode())
