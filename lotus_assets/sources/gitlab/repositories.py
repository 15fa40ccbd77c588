"""Every project's clone: which to bring up to date, and with how few requests."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lotus_assets.sources.gitlab.clone import Clone
from lotus_assets.sources.gitlab.commit_log import CommitParser
from lotus_assets.sources.gitlab.git import Git
from lotus_assets.sources.gitlab.pages import ProjectReference
from lotus_assets.sources.gitlab.repository import RepositoryReading, read, watermark
from lotus_assets.sources.gitlab.session import PacedSession

T = TypeVar("T")

FETCH_REQUESTS = 2
"""A fetch of commits by SHA over HTTP: capabilities, packs (git protocol v2)."""


@dataclass(frozen=True)
class Repositories:
    """Clones in one folder, one a project, fetched through the shared pacing."""

    git: Git
    session: PacedSession
    folder: Path
    parser: CommitParser

    def read(
        self,
        project: ProjectReference,
        known: Mapping[str, str] | None,
        heads: Collection[str],
    ) -> RepositoryReading | None:
        """See `GitLabSource.repository`.

        Raises:
            GitError: the repository cannot be read.
            TransientError: the last attempt failed too.
        """
        url = f"{self.git.url}/{project.path}.git"
        clone = Clone(self.git, self.folder / f"{project.project_id}.git", url)
        with clone.locked():
            if known is not None and not clone.path.exists():
                # A lost clone is made anew only for what has moved.
                refs = self._paced("ls-remote", clone.remote_refs)
                if watermark(refs, project.default_branch, heads) == known:
                    return None
            before = clone.refs() if clone.path.exists() else {}
            self._paced("fetch", clone.update)
            refs = clone.refs()
            self.session.counters.request("git:fetch", int(refs != before))
            mark = watermark(refs, project.default_branch, heads)
            if mark == known:
                return None
            attempts = self._paced("fetch-heads", lambda: clone.fetch_heads(heads), requests=0)
            self.session.counters.request("git:fetch-heads", attempts * FETCH_REQUESTS)
            return read(clone, project.project_id, mark, known, self.parser)

    def _paced(self, operation: str, command: Callable[[], T], *, requests: int = 1) -> T:
        """Run a command that talks to GitLab in a slot; again while its failure may pass."""
        for attempt in self.session.patience.retrying(lambda _: self.session.counters.retry()):
            with attempt, self.session.pacer.slot():
                self.session.counters.request(f"git:{operation}", requests)
                return command()
        raise AssertionError("tenacity re-raises the last failure")
