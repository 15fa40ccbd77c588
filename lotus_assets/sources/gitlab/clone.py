"""The bare, tree-less clone of one repository: made, brought up to date, and read.

A clone belongs to the data directory and may vanish at any time. It is made beside its place and
moved there when it is whole, so a half clone is never mistaken for one; what an earlier kill
left behind is removed.
"""

import fcntl
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lotus_assets.sources.gitlab.git import REFSPECS, Git, GitError

HEAD = "HEAD"
"""Key of the default branch's name among the refs."""
KEPT = "refs/lotus/heads/"
"""Old heads are kept from being pruned by refs of our own, which are not part of the watermark."""
REFUSED_FILE = "lotus-refused-heads"
READ_REFS = ("refs/heads/", "refs/tags/", "refs/merge-requests/")
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

    def remote_refs(self, default_branch: str | None) -> dict[str, str]:
        """Every ref that is read → SHA, and the default branch's name: one request.

        Protocol version 0 lists the refs in its first answer; version 2 needs a second request.
        """
        listing = self.git.run("-c", "protocol.version=0", "ls-remote", self.url)
        pairs = (line.split("\t", 1) for line in listing.splitlines() if "\t" in line)
        refs = {ref: sha for sha, ref in pairs if _is_read(ref)}
        return refs | ({HEAD: default_branch} if default_branch else {})

    def update(self) -> None:
        """Fetch what is new and prune what is gone; clone when there is nothing to build on."""
        if self.path.exists():
            self._remove_stale_locks()
            try:
                self._fetch(self.path)
            except GitError:
                shutil.rmtree(self.path)
            else:
                return
        partial = self.path.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        self.git.run("init", "--quiet", "--bare", str(partial))
        self._fetch(partial)
        partial.rename(self.path)

    def fetch_heads(self, heads: Collection[str]) -> int:
        """Fetch commits by SHA and keep them; returns how many requests that took.

        A head that the server refuses is remembered as such and never asked for again.
        """
        refused = self._refused()
        missing = self.wanted(heads)
        attempts = 0
        while missing:
            attempts += 1
            try:
                self._fetch(self.path, *[f"+{head}:{KEPT}{head}" for head in missing])
                missing = []
            except GitError as error:
                if not error.refused:
                    raise
                refused |= error.refused
                missing = [head for head in missing if head not in refused]
        if attempts:
            (self.path / REFUSED_FILE).write_text("\n".join(sorted(refused)), encoding="ascii")
        return attempts

    def wanted(self, heads: Collection[str]) -> list[str]:
        """Which of `heads` are neither here nor known to be refused."""
        refused = self._refused()
        return [head for head in self.missing(heads) if head not in refused]

    def _refused(self) -> set[str]:
        file = self.path / REFUSED_FILE
        return set(file.read_text(encoding="ascii").split()) if file.exists() else set()

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

    def _fetch(self, directory: Path, *refspecs: str) -> None:
        """Fetch; the remote is configured for as long as that takes.

        While it is, Git fetches every object that a command asks for and does not find, one
        request each, and nothing older than Git 2.44 can be told not to.
        """
        prune = () if refspecs else ("--prune",)
        self.git.run("config", "remote.origin.url", self.url, directory=directory)
        self.git.run(
            "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", *prune,
            "--filter=tree:0", "origin", *(refspecs or REFSPECS), directory=directory,
        )  # fmt: skip
        self.git.run("config", "--remove-section", "remote.origin", directory=directory)

    def _remove_stale_locks(self) -> None:
        """What a killed git left; our own lock says that no other is at work here."""
        for pattern in _LOCKS:
            for stale in self.path.glob(pattern):
                stale.unlink(missing_ok=True)


def _is_read(ref: str) -> bool:
    if ref.endswith("^{}"):
        return False
    if ref.startswith("refs/merge-requests/"):
        return ref.endswith("/head")
    return ref.startswith(READ_REFS)
