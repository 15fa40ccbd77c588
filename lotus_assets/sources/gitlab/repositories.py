"""Every project's clone: which to bring up to date, and with how few requests."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lotus_assets.sources.gitlab.clone import Clone
from lotus_assets.sources.gitlab.commit_log import CommitParser
from lotus_assets.sources.gitlab.git import Git
from lotus_assets.sources.gitlab.pages import ProjectReference
from lotus_assets.sources.gitlab.repository import RepositoryReading, read
from lotus_assets.sources.gitlab.session import PacedSession

T = TypeVar("T")

FETCH_REQUESTS = 3
"""A fetch over HTTP: capabilities, refs, packs (git protocol v2)."""


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
        known_refs: Mapping[str, str] | None,
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
            refs = self._paced("ls-remote", 1, lambda: clone.remote_refs(project.default_branch))
            if refs == known_refs and not self._lacks(clone, heads):
                return None
            self._paced("fetch", FETCH_REQUESTS, clone.update)
            attempts = self._paced("fetch-heads", 0, lambda: clone.fetch_heads(heads))
            self.session.counters.request("git:fetch-heads", attempts * FETCH_REQUESTS)
            return read(clone, project.project_id, refs, known_refs, self.parser)

    def _paced(self, operation: str, requests: int, command: Callable[[], T]) -> T:
        """Run a command that talks to GitLab in a slot; again while its failure may pass."""
        for attempt in self.session.patience.retrying(lambda _: self.session.counters.retry()):
            with attempt, self.session.pacer.slot():
                self.session.counters.request(f"git:{operation}", requests)
                return command()
        raise AssertionError("tenacity re-raises the last failure")

    @staticmethod
    def _lacks(clone: Clone, heads: Collection[str]) -> bool:
        """Whether a head that GitLab may still give is not in the clone."""
        if not heads:
            return False
        return not clone.path.exists() or bool(clone.wanted(heads))
