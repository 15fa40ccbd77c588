"""The bare, tree-less clone of one repository: made, brought up to date, and read.

A clone belongs to the data directory and may vanish at any time. It is made beside its place and
moved there when it is whole, so a half clone is never mistaken for one; what an earlier kill
left behind is removed. Nothing is changed for the time that a command takes: what has to be undone
is not undone by a kill.
"""

import fcntl
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lotus_assets.sources.gitlab.git import Git, GitError

KEPT = "refs/lotus/heads/"
"""Old heads are kept from being pruned by refs of our own, which are not part of the watermark."""
FEW_HEADS = 200
"""So many come with a fetch of refs; one that the server refuses has it fetch the refs again."""
REFUSED_FILE = "lotus-refused-heads"
REFUSALS_A_READING = 20
"""Commits that GitLab has pruned: two requests each, once."""
REFSPECS = (
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
    "+refs/merge-requests/*/head:refs/merge-requests/*/head",
)
READ_REFS = ("refs/heads/", "refs/tags/", "refs/merge-requests/")
_FIRST_ANSWER = {"protocol.version": "0"}
"""Version 0 lists the refs in its first answer; version 2 needs a second request."""
_REMOTE = "[remote"
"""Begins the section of the configuration that makes a clone ask for what it lacks."""
_LOCKS = ("*.lock", "refs/**/*.lock", "objects/info/*.lock", "objects/pack/tmp_*")


@dataclass(frozen=True)
class Clone:
    """One repository's clone at `path`, of the repository at `url`."""

    git: Git
    path: Path
    url: str

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the clone against other threads and processes (a backfill and the hourly run)."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def remote_refs(self) -> dict[str, str]:
        """Every ref that is read → SHA, as GitLab has them: one request."""
        listing = self.git.ask(*_configured(_FIRST_ANSWER), "ls-remote", self.url)
        return _read_refs(line.split("\t", 1) for line in listing.splitlines() if "\t" in line)

    def refs(self) -> dict[str, str]:
        """Every ref that is read → SHA, as the clone has them."""
        listing = self.local("for-each-ref", "--format=%(objectname)%09%(refname)", *READ_REFS)
        return _read_refs(line.split("\t", 1) for line in listing.splitlines())

    def update(self, heads: Collection[str] = ()) -> None:
        """Fetch what is new and prune what is gone; clone when there is nothing to build on.

        Few `heads` that are missing come with it; `fetch_heads` asks for those that did not.

        Raises:
            GitError: GitLab gives no repository; a clone that is there stays as it is.
            TransientError: another attempt may do better.
        """
        partial = self.path.with_suffix(".partial")
        if self.path.exists():
            self._repair()
            try:
                self._mirror(self.path, self.wanted(heads))
            except GitError as error:
                if error.is_answer:
                    raise
                self._make_way(partial)
            else:
                return
        shutil.rmtree(partial, ignore_errors=True)
        self.git.run("init", "--quiet", "--bare", str(partial))
        self._mirror(partial, sorted(set(heads)))
        partial.rename(self.path)

    def fetch_heads(self, heads: Collection[str]) -> frozenset[str]:
        """Keep commits, and fetch those that are missing by SHA; those still missing are returned.

        A head that the server refuses is remembered as such and never asked for again. It names
        one in an answer: after REFUSALS_A_READING of them the others are left for the next time.
        One that is there and that nothing keeps is kept: who fetched it may have been killed.
        """
        missing = self.wanted(heads)
        self._keep(set(heads).difference(self.missing(heads)))
        refusals = 0
        while missing and refusals < REFUSALS_A_READING:
            try:
                self._fetch(self.path, [_kept(head) for head in missing])
                missing = []
            except GitError as error:
                if not error.refused:
                    raise
                _refuse(self.path, error.refused)
                refusals += len(error.refused)
                missing = [head for head in missing if head not in error.refused]
        return frozenset(missing)

    def wanted(self, heads: Collection[str]) -> list[str]:
        """Which of `heads` are neither here nor known to be refused."""
        refused = _refused(self.path)
        return [head for head in self.missing(heads) if head not in refused]

    def missing(self, shas: Collection[str]) -> list[str]:
        """Which of `shas` the clone does not hold, without fetching any."""
        if not shas:
            return []
        listing = self.local("cat-file", "--batch-check", given=shas)
        lines = zip(sorted(set(shas)), listing.splitlines(), strict=True)
        return [sha for sha, line in lines if line.endswith(" missing")]

    def local(self, *arguments: str, given: Collection[str] = ()) -> str:
        """A command that needs no network; `given` are lines of its input, sorted, each once."""
        return "".join(
            piece.decode("utf-8", "replace")
            for piece in self.git.stream(
                *arguments, directory=self.path, given="".join(f"{x}\n" for x in sorted(set(given)))
            )
        )

    def revisions(self, *options: str, of: Collection[str]) -> list[str]:
        """SHAs of `git rev-list` for the revisions `of` (each may begin with ^)."""
        return self.local("rev-list", *options, "--stdin", given=of).split()

    def stream_revisions(self, *options: str, of: Collection[str] = ()) -> Iterator[bytes]:
        """Whole commits as `git rev-list --header` prints them."""
        return self.git.stream(
            "rev-list", "--header", *options, "--stdin",
            directory=self.path, given="".join(f"{sha}\n" for sha in sorted(of)),
        )  # fmt: skip

    def _mirror(self, directory: Path, heads: Sequence[str]) -> None:
        """Fetch all refs that are read, and prune the others: two requests, one if none moved."""
        few = [_kept(head) for head in heads] if len(heads) <= FEW_HEADS else []
        try:
            self._fetch(directory, [*REFSPECS, *few], "--prune", configuration=_FIRST_ANSWER)
        except GitError as error:
            if not error.refused:
                raise
            _refuse(directory, error.refused)
            self._fetch(directory, REFSPECS, "--prune", configuration=_FIRST_ANSWER)

    def _fetch(
        self,
        directory: Path,
        refspecs: Collection[str],
        *options: str,
        configuration: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Fetch from a remote that is configured for this command alone.

        Where one is, Git fetches every object that a command asks for and does not find, one
        request each, and nothing older than Git 2.44 can be told not to: no commit is missing then.
        """
        remote = {
            "remote.origin.url": self.url,
            "remote.origin.promisor": "true",
            "remote.origin.partialCloneFilter": "tree:0",
        }
        self.git.ask(
            *_configured({**remote, **configuration}),
            "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", *options,
            "--filter=tree:0", "--stdin", "origin",
            directory=directory, given="\n".join(refspecs),
        )  # fmt: skip

    def _keep(self, heads: Collection[str]) -> None:
        """Give each head that no ref reaches one of our own."""
        reached_by_none = self.revisions("--not", "--all", "--not", of=heads) if heads else []
        lost = sorted(set(heads).intersection(reached_by_none))
        if lost:
            commands = [f"update {KEPT}{head} {head}" for head in lost]
            self.local("update-ref", "--stdin", given=commands)

    def _repair(self) -> None:
        """Undo what a killed Git left; our own lock says that no other is at work here."""
        self._remove_stale_locks()
        configuration = self.path / "config"
        if configuration.exists() and _REMOTE in configuration.read_text(encoding="utf-8"):
            self.local("config", "--remove-section", "remote.origin")

    def _make_way(self, partial: Path) -> None:
        """Put a broken clone where what is not whole is removed: half of it is no clone either."""
        shutil.rmtree(partial, ignore_errors=True)
        self.path.rename(partial)

    def _remove_stale_locks(self) -> None:
        for pattern in _LOCKS:
            for stale in self.path.glob(pattern):
                stale.unlink(missing_ok=True)


def _refused(directory: Path) -> set[str]:
    """Heads that the server refused to this clone."""
    file = directory / REFUSED_FILE
    return set(file.read_text(encoding="ascii").split()) if file.exists() else set()


def _refuse(directory: Path, heads: Collection[str]) -> None:
    refused = _refused(directory).union(heads)
    (directory / REFUSED_FILE).write_text("\n".join(sorted(refused)), encoding="ascii")


def _kept(head: str) -> str:
    """The refspec that fetches a commit and keeps it."""
    return f"+{head}:{KEPT}{head}"


def _read_refs(pairs: Iterable[Sequence[str]]) -> dict[str, str]:
    return {ref: sha for sha, ref in pairs if _is_read(ref)}


def _configured(settings: Mapping[str, str]) -> list[str]:
    """Options of `git` that set configuration for one command and what it starts."""
    return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]


def _is_read(ref: str) -> bool:
    if ref.endswith("^{}"):
        return False
    if ref.startswith("refs/merge-requests/"):
        return ref.endswith("/head")
    return ref.startswith(READ_REFS)
