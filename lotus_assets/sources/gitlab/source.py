"""The one door to GitLab: a generator for each entity of a project."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from lotus_assets.settings import Settings
from lotus_assets.sources.gitlab import access, parity, rest_lists
from lotus_assets.sources.gitlab.access import Access
from lotus_assets.sources.gitlab.commit_log import CommitParser
from lotus_assets.sources.gitlab.connections import PROJECT_LISTS, VanishedError, completed
from lotus_assets.sources.gitlab.email_hash import EmailHash
from lotus_assets.sources.gitlab.entities import Entities
from lotus_assets.sources.gitlab.errors import AccessError, EntityError
from lotus_assets.sources.gitlab.git import Git, GitError
from lotus_assets.sources.gitlab.graphql import GraphQLClient, PageSize, QueryError
from lotus_assets.sources.gitlab.listing import UnreadableError
from lotus_assets.sources.gitlab.marks import Probe, ProbedEntity, Stored
from lotus_assets.sources.gitlab.own_groups import own_groups
from lotus_assets.sources.gitlab.pacing import Pacer
from lotus_assets.sources.gitlab.pages import Page, Payload, ProjectReference, Window, gid_number
from lotus_assets.sources.gitlab.probe import probe
from lotus_assets.sources.gitlab.reduction import Reduction
from lotus_assets.sources.gitlab.repositories import Repositories
from lotus_assets.sources.gitlab.repository import RepositoryReading
from lotus_assets.sources.gitlab.rest import RefusedError, RestClient
from lotus_assets.sources.gitlab.session import PacedSession, Patience, TransientError
from lotus_assets.sources.gitlab.statistics import Statistics

T = TypeVar("T")

IDS_A_PAGE = 100
OVERLAP = timedelta(minutes=10)
REASONS = {403: "forbidden", 404: "not_found"}


_FEATURES = {"deployments": "pipelines"}
"""Entities that go with another's feature: without CI there are no deployments."""


class GitLabSource:
    """GitLab, read with one paced session that all threads share.

    Every method may be called from several threads at once. Generators read a page when it is
    asked for; a broken connection or a page refused for its size is retried where it broke.

    Raises (all methods): `AccessError` (401, no git: stop the run), `EntityError` (403, 404,
    disabled feature, or errors until the last attempt: a coverage reason).
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        clones: Path,
        max_parallelism: int = 8,
        email_hash_key: str | None = None,
        patience: Patience | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        """`url` is GitLab's address (`https://gitlab.example.com`, with or without `/api/v4`);
        `clones` the folder of the bare Git clones, which may vanish at any time.
        """
        url = url.rstrip("/").removesuffix("/api/v4").rstrip("/")
        self.url = url
        self.session = PacedSession(
            token, pacer=pacer or Pacer(max_parallelism=max_parallelism), patience=patience
        )
        self._rest = RestClient.over(self.session, url, token)
        self._graphql = GraphQLClient(self.session, f"{url}/api/graphql")
        email_hash, host = EmailHash(email_hash_key), urlsplit(url).netloc
        self._reduction = Reduction(email_hash, host)
        self._entities = Entities(self._graphql, self._rest, self._reduction)
        self._repositories = Repositories(
            Git(url, token), self.session, clones, CommitParser(email_hash, host)
        )

    @classmethod
    def from_settings(cls, settings: Settings, *, url: str, token: str) -> Self:
        """The source with the settings' parallelism, hash key and data directory."""
        key = settings.tem_email_hash_key
        return cls(
            url,
            token,
            clones=settings.tem_data_dir / "clones",
            max_parallelism=settings.tem_max_parallelism,
            email_hash_key=key.get_secret_value() if key else None,
        )

    def __enter__(self) -> Self:  # noqa: D105
        return self

    def __exit__(  # noqa: D105
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    @property
    def statistics(self) -> Statistics:
        """Requests, retries and 429s so far."""
        return self.session.counters.snapshot()

    def check_access(self, root_groups: Sequence[str]) -> Access:
        """Prove git, token, scopes and root groups before anything is read (3 requests or so).

        Raises:
            AccessError: no git, a wrong token, a missing scope or an unknown group; it says which.
            UnreachableError: nothing answers at the address.
        """
        self._repositories.git.check()
        return access.check(self._rest, self._graphql, root_groups)

    def own_groups(self) -> tuple[str, ...]:
        """The outermost groups that the token's user belongs to; AccessError without any."""
        return own_groups(self._graphql)

    def projects(self, root_groups: Sequence[str]) -> Iterator[Page]:
        """Every project under the root groups, with `environments` and `releases` as lists.

        Feeds raw_project, raw_environment, raw_release. `ProjectReference.of(payload)` makes what
        the other methods need. A project under two of the groups comes once.

        Raises:
            AccessError: a root group is unknown.
        """
        seen: set[str] = set()
        for group in root_groups:
            pages = self._graphql.pages("projects", {"group": group}, "group", "projects")
            for _, connection in pages:
                if connection is None:
                    raise AccessError(f"GitLab knows no group {group!r}; check the root groups.")
                nodes = [
                    node
                    for node in connection["nodes"]
                    if node["id"] not in seen and node["fullPath"].startswith(f"{group}/")
                ]
                seen.update(node["id"] for node in nodes)
                with ThreadPoolExecutor(self.session.pacer.max_parallelism) as pool:
                    yield Page("projects", None, list(pool.map(self._project, nodes)))

    def probe(
        self,
        projects: Sequence[ProjectReference],
        stored: Mapping[int, Stored],
        overlap: timedelta = OVERLAP,
    ) -> Iterator[Probe]:
        """What changed since it was stored; one request for 8 projects, in their order."""
        for project, found in probe(self._graphql, projects, stored, overlap):
            if found is not None:
                yield found
            else:
                reason = self._unreadable(project, "project").reason
                yield Probe(project.project_id, frozenset(), frozenset(), {}, reason)

    def merge_requests(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Merge requests with `notes`, `commits`, `mergeRequestDiffs`, `approvedBy`, `labels`,
        `closing`, and `squashCommitSha` where one was squashed on merge (REST, one request a page).

        Feeds raw_mr, raw_mr_commit, raw_mr_note, raw_mr_version, raw_mr_approval,
        raw_mr_closing_issue.
        """
        return self._guarded(
            project, "merge_requests", self._entities.merge_requests(project, window)
        )

    def merge_request_again(self, project: ProjectReference, iid: int) -> Payload:
        """`parity.FIELDS` of one merge request as GitLab has them now; three requests."""
        with self._named(project, "merge_requests"):
            path = f"/projects/{project.project_id}/merge_requests/{iid}"
            merge_request, approvals = self._rest.get(path), self._rest.get(f"{path}/approvals")
            variables = {"project": project.path, "iid": str(iid)}
            answer = self._graphql.execute("merge_request_totals", variables)
            totals = (answer.data.get("project") or {}).get("mergeRequest") or {}
            return parity.fields_of(merge_request, approvals, totals)

    def pipelines(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Pipelines with `jobs` (retried ones and bridges too) and `stages`.

        Feeds raw_pipeline, raw_job.
        """
        return self._guarded(project, "pipelines", self._entities.pipelines(project, window))

    def issues(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Issues with `labels`, `events` (closed, reopened) and `closingMergeRequests`.

        Feeds raw_issue, raw_issue_event, raw_mr_closing_issue.
        """
        return self._guarded(project, "issues", self._entities.issues(project, window))

    def identifiers(self, project: ProjectReference, entity: ProbedEntity) -> Iterator[list[int]]:
        """Ids of all merge requests, issues or pipelines that still exist, 100 at a time."""
        return self._guarded(project, entity, self._entities.identifiers(project, entity))

    def deployments(self, project: ProjectReference, window: Window) -> Iterator[Page]:
        """Deployments of the window, oldest update first. Feeds raw_deployment."""
        return self._guarded(
            project, "deployments", rest_lists.deployments(self._rest, project, window)
        )

    def push_events(
        self, project: ProjectReference, after: datetime | None, before: datetime | None = None
    ) -> Iterator[Page]:
        """Push events of the days from that of `after` to that of `before`, in UTC.

        Feeds raw_push_event.
        """
        return self._guarded(
            project, "push_events", rest_lists.push_events(self._rest, project, after, before)
        )

    def protected_branches(self, project: ProjectReference) -> Iterator[Page]:
        """All protected branches and patterns. Feeds raw_protected_branch."""
        return self._guarded(
            project, "protected_branches", rest_lists.protected_branches(self._rest, project)
        )

    def commit_statistics(
        self, project: ProjectReference, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """`{project_id, commit_id, additions, deletions}` of all commits of the time.

        Joined to the repository's commits by `raw_commit.rows(commits, statistics)`.
        """
        return self._guarded(
            project, "commits", rest_lists.commit_statistics(self._rest, project, since, until)
        )

    def users(self, user_ids: Collection[int]) -> Iterator[Page]:
        """Users by id, 100 a request. Feeds raw_user (the address is hashed already)."""
        ordered = sorted(set(user_ids))
        for start in range(0, len(ordered), IDS_A_PAGE):
            some = ordered[start : start + IDS_A_PAGE]
            gids = [f"gid://gitlab/User/{user_id}" for user_id in some]
            answer = self._graphql.execute("users", {"ids": gids, "first": IDS_A_PAGE})
            nodes = (answer.data.get("users") or {}).get("nodes") or []
            yield Page("users", None, [self._reduction.user(node) for node in nodes if node])

    def repository(
        self,
        project: ProjectReference,
        *,
        known_refs: Mapping[str, str] | None = None,
        heads: Collection[str] = (),
    ) -> RepositoryReading | None:
        """Branches, tags and commits; None when the refs are those of `known_refs` (1 request).

        `known_refs` is `RepositoryReading.refs` as stored after the last collection (Git's
        watermark): commits that were stored then and have not moved are left out. None reads
        everything. `heads` are SHAs (old merge request heads) to be fetched besides; one that
        GitLab no longer gives is missing from the commits.
        """
        with self._named(project, "repository"):
            return self._repositories.read(project, known_refs, heads)

    def _project(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """A project with its releases read to their end, and its environments: GitLab gives the
        latter for one project a request only.
        """
        try:
            whole = completed(self._graphql, node, PROJECT_LISTS, node["fullPath"])
        except VanishedError:
            whole = {**node, "releases": []}
        environments: list[Any] = []
        if node.get("jobsEnabled"):
            variables = {"project": node["fullPath"]}
            size = PageSize(first=1, largest=1)
            pages = self._graphql.pages(
                "environments", variables, "project", "environments", size=size
            )
            for _, connection in pages:
                environments += (connection or {}).get("nodes") or []
        return whole | {"project_id": gid_number(node["id"]), "environments": environments}

    def _guarded(self, project: ProjectReference, entity: str, pages: Iterator[T]) -> Iterator[T]:
        """All of `pages`; what goes wrong on the way gets the project's name."""
        with self._named(project, entity):
            yield from pages

    @contextmanager
    def _named(self, project: ProjectReference, entity: str) -> Iterator[None]:
        """Turn what GitLab refused into an `EntityError` with project, entity and reason."""
        disabled = _disabled_feature(project, entity)
        if disabled:
            reason = f"feature_disabled:{disabled}"
            raise EntityError(project.path, entity, reason, f"{disabled} are switched off")
        try:
            yield
        except (AccessError, EntityError):
            raise
        except UnreadableError:
            raise self._unreadable(project, entity) from None
        except RefusedError as refused:
            reason = REASONS.get(refused.status, f"error:http_{refused.status}")
            raise EntityError(project.path, entity, reason, str(refused)) from None
        except TransientError as failed:
            reason = f"error:http_{failed.status}" if failed.status else "error:connection"
            raise EntityError(project.path, entity, reason, str(failed)) from None
        except QueryError as refused:
            raise EntityError(project.path, entity, "error:graphql", str(refused)) from None
        except GitError as failed:
            raise EntityError(project.path, entity, failed.reason, str(failed)) from None

    def _unreadable(self, project: ProjectReference, entity: str) -> EntityError:
        """Why GraphQL gave null: REST tells a forbidden project from one that is gone."""
        try:
            self._rest.get(f"/projects/{project.project_id}")
        except RefusedError as refused:
            reason = REASONS.get(refused.status, f"error:http_{refused.status}")
            return EntityError(project.path, entity, reason, str(refused))
        reason = "forbidden" if entity == "project" else f"feature_disabled:{entity}"
        return EntityError(project.path, entity, reason, "GitLab gives no such list")


def _disabled_feature(project: ProjectReference, entity: str) -> str | None:
    enabled = {
        "merge_requests": project.merge_requests_enabled,
        "issues": project.issues_enabled,
        "pipelines": project.jobs_enabled,
    }
    if enabled.get(_FEATURES.get(entity, entity), True):
        return None
    return _FEATURES.get(entity, entity)
