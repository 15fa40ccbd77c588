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
from lotus_assets.sources.gitlab.repository_mark import watermark
from lotus_assets.sources.gitlab.session import PacedSession, TimedOutError

T = TypeVar("T")


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
                refs = self._paced(clone.remote_refs)
                if watermark(refs, project.default_branch, heads) == known:
                    return None
            self._paced(lambda: clone.update(heads))
            mark = watermark(clone.refs(), project.default_branch, heads)
            if mark == known:
                return None
            if missing := self._paced(lambda: clone.fetch_heads(heads)):
                mark = watermark(clone.refs(), project.default_branch, set(heads) - missing)
            return read(clone, project.project_id, mark, known, self.parser)

    def _paced(self, command: Callable[[], T]) -> T:
        """Run a command that talks to GitLab in a slot; again while its failure may pass."""
        counters = self.session.counters
        patience = self.session.patience
        for attempt in patience.retrying(lambda _: counters.retry(), unless=TimedOutError):
            with attempt, self.session.pacer.slot():
                return command()
        raise AssertionError("tenacity re-raises the last failure")
