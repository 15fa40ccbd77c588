"""The one door to GitLab: a generator for each entity of a project."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from lotus_assets.settings import Settings
from lotus_assets.sources.gitlab.access import Access
from lotus_assets.sources.gitlab.pages import Page, ProjectReference, Window
from lotus_assets.sources.gitlab.probe import Probe, ProbedEntity, Stored
from lotus_assets.sources.gitlab.repository import RepositoryReading
from lotus_assets.sources.gitlab.statistics import Statistics


class GitLabSource:
    """GitLab, read with one paced session that all threads share.

    Every method may be called from several threads at once. Generators read a page when it is
    asked for; a broken connection or a page refused for its size is retried where it broke.

    Raises (all methods): `AccessError` (401: stop the run), `EntityError` (403, 404, disabled
    feature, or errors until the last attempt: a coverage reason).
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        clones: Path,
        max_parallelism: int = 8,
        email_hash_key: str | None = None,
    ) -> None:
        """`clones` is the folder of the bare Git clones; it may vanish at any time."""
        raise NotImplementedError

    @classmethod
    def from_settings(cls, settings: Settings, *, url: str, token: str) -> Self:
        """The source with the settings' parallelism, hash key and data directory."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""

    @property
    def statistics(self) -> Statistics:
        """Requests, retries and 429s so far."""
        raise NotImplementedError

    def check_access(self, root_groups: Sequence[str]) -> Access:
        """Prove token, scopes and root groups before anything is read (about 3 requests).

        Raises:
            AccessError: the token is wrong, a scope or a root group is missing; it says which.
            UnreachableError: nothing answers at the address.
        """
        raise NotImplementedError

    def projects(self, root_groups: Sequence[str]) -> Iterator[Page]:
        """Every project under the root groups, with `environments` and `releases` as lists.

        Feeds raw_project, raw_environment, raw_release. `ProjectReference.of(payload)` makes what
        the other methods need.
        """
        raise NotImplementedError

    def probe(
        self, projects: Sequence[ProjectReference], stored: Mapping[int, Stored]
    ) -> Iterator[Probe]:
        """What changed since it was stored; one request for about ten projects, in their order."""
        raise NotImplementedError

    def merge_requests(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Merge requests with `notes`, `commits`, `mergeRequestDiffs`, `approvedBy`, `labels`.

        Feeds raw_mr, raw_mr_commit, raw_mr_note, raw_mr_version, raw_mr_approval,
        raw_mr_closing_issue.
        """
        raise NotImplementedError

    def pipelines(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Pipelines with `jobs` (retried ones and bridges too) and `stages`.

        Feeds raw_pipeline, raw_job.
        """
        raise NotImplementedError

    def issues(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Issues with `labels`, `events` (closed, reopened) and `closingMergeRequests`.

        Feeds raw_issue, raw_issue_event, raw_mr_closing_issue.
        """
        raise NotImplementedError

    def identifiers(self, project: ProjectReference, entity: ProbedEntity) -> Iterator[list[int]]:
        """Ids of all merge requests, issues or pipelines that still exist, 100 at a time."""
        raise NotImplementedError

    def deployments(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Deployments of the window, oldest update first. Feeds raw_deployment."""
        raise NotImplementedError

    def push_events(
        self, project: ProjectReference, after: datetime | None, before: datetime | None = None
    ) -> Iterator[Page]:
        """Push events created on or after the day of `after`. Feeds raw_push_event."""
        raise NotImplementedError

    def protected_branches(self, project: ProjectReference) -> Iterator[Page]:
        """All protected branches and patterns. Feeds raw_protected_branch."""
        raise NotImplementedError

    def commit_statistics(
        self, project: ProjectReference, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """`{project_id, commit_id, additions, deletions}` of all commits of the time.

        Joined to the repository's commits by `raw_commit.rows(commits, statistics)`.
        """
        raise NotImplementedError

    def squash_commits(
        self, project: ProjectReference, merge_requests: Sequence[Mapping[str, object]]
    ) -> dict[int, str]:
        """iid → squash commit SHA of those payloads that were squashed on merge.

        `merge_requests` calls it itself: its payloads carry `squashCommitSha`.
        """
        raise NotImplementedError

    def users(self, user_ids: Collection[int]) -> Iterator[Page]:
        """Users by id, 100 a request. Feeds raw_user (the address is hashed already)."""
        raise NotImplementedError

    def repository(
        self,
        project: ProjectReference,
        *,
        known_refs: Mapping[str, str] | None = None,
        heads: Collection[str] = (),
    ) -> RepositoryReading | None:
        """Branches, tags and commits; None when the refs are those of `known_refs` (1 request).

        `known_refs` is `RepositoryReading.refs` as stored after the last collection (Git's
        watermark); None reads everything. `heads` are SHAs (old merge request heads) to be
        fetched besides; one that GitLab no longer gives is missing from the commits.
        """
        raise NotImplementedError
