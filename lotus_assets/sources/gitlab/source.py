"""The one door to GitLab: a generator for each entity of a project."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from lotus_assets.settings import Settings
from lotus_assets.sources.gitlab import access
from lotus_assets.sources.gitlab.access import Access
from lotus_assets.sources.gitlab.commit_log import CommitParser
from lotus_assets.sources.gitlab.email_hash import EmailHash
from lotus_assets.sources.gitlab.entity_errors import (
    CLIENT_ERRORS,
    ClientError,
    ProjectFailures,
    reason_of,
)
from lotus_assets.sources.gitlab.errors import EntityError
from lotus_assets.sources.gitlab.git import Git
from lotus_assets.sources.gitlab.graphql import GraphQLClient
from lotus_assets.sources.gitlab.graphql_lists import (
    UnreadableError,
    graphql_pages,
    identifier_pages,
    share,
)
from lotus_assets.sources.gitlab.marks import Probe, Stored
from lotus_assets.sources.gitlab.own_groups import own_groups
from lotus_assets.sources.gitlab.pacing import Pacer
from lotus_assets.sources.gitlab.pages import (
    UNBOUNDED,
    EntityPage,
    Feature,
    Payload,
    ProjectReference,
    ReadingWindow,
)
from lotus_assets.sources.gitlab.parity import merge_request_again
from lotus_assets.sources.gitlab.probe import probe
from lotus_assets.sources.gitlab.project_listing import project_pages
from lotus_assets.sources.gitlab.project_lists import Clients, GraphQLList, ProjectList
from lotus_assets.sources.gitlab.reduction import Reduction
from lotus_assets.sources.gitlab.repositories import Repositories
from lotus_assets.sources.gitlab.repository import RepositoryReading
from lotus_assets.sources.gitlab.rest import RefusedError, RestClient
from lotus_assets.sources.gitlab.rest_lists import rest_pages
from lotus_assets.sources.gitlab.session import (
    TOKEN_HEADER,
    GitLabPatience,
    PacedSession,
    TransientError,
)
from lotus_assets.sources.gitlab.shared_pages import SharedPages
from lotus_assets.sources.gitlab.statistics import Statistics
from lotus_assets.sources.rules_file import read_rules

logger = logging.getLogger(__name__)

IDS_A_PAGE = 100
PROJECT_FAILURES = 2
"""Lists of a project that may fail for good before the project is left."""
OVERLAP = timedelta(minutes=10)


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
        project_failures: int = PROJECT_FAILURES,
        email_hash_key: str | None = None,
        bot_patterns: Sequence[str] = (),
        patience: GitLabPatience | None = None,
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
        email_hash, host = EmailHash(email_hash_key), urlsplit(url).netloc
        self._failures = ProjectFailures(project_failures)
        graphql = GraphQLClient(self.session, f"{url}/api/graphql")
        self._clients = Clients(
            graphql,
            RestClient.over(self.session, url, token),
            Reduction(email_hash, host),
            SharedPages(graphql),
        )
        self._repositories = Repositories(
            Git(url, token, heard=self.session.heed_git),
            self.session,
            clones,
            CommitParser(email_hash, host, tuple(bot_patterns)),
        )

    @classmethod
    def from_settings(cls, settings: Settings, *, url: str, token: str) -> Self:
        """The source with the settings' parallelism, hash key, bot patterns and data directory."""
        key = settings.tem_email_hash_key
        return cls(
            url,
            token,
            clones=settings.tem_data_dir / "clones",
            max_parallelism=settings.tem_max_parallelism,
            email_hash_key=key.get_secret_value() if key else None,
            bot_patterns=read_rules(settings.tem_rules_file).bot_patterns,
            project_failures=settings.tem_project_failures,
            patience=GitLabPatience(
                attempts=settings.tem_gitlab_attempts, start_wait=settings.tem_gitlab_start_wait
            ),
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

    def check_access(
        self, root_groups: Sequence[str], tell: Callable[[str], None] = logger.info
    ) -> Access:
        """Prove git, token, scopes and root groups before anything is read (3 requests or so).

        A GitLab that answers 429 or 5xx is waited for, as long as `GitLabPatience.start_wait`;
        every wait is told to `tell`.

        Raises:
            AccessError: no git, a wrong token, a missing scope or an unknown group; it says which.
            UnreachableError: nothing answers at the address, or it took too long to come back.
        """
        self._repositories.git.check()
        patience, pacer = self.session.patience, self.session.pacer
        token = str(self.session.headers[TOKEN_HEADER])
        with PacedSession(
            token,
            pacer=pacer,
            patience=replace(patience, attempts=1),
            counters=self.session.counters,
        ) as session:
            rest = RestClient.over(session, self.url, token)
            graphql = GraphQLClient(session, f"{self.url}/api/graphql")
            for attempt in patience.outwaiting(pacer, tell):
                with attempt:
                    proven = access.check(rest, graphql, root_groups)
            self._clients.graphql.know_edition(is_enterprise=proven.is_enterprise)
            return proven

    def own_groups(self) -> tuple[str, ...]:
        """The outermost groups that the token's user belongs to; AccessError without any."""
        return own_groups(self._clients.graphql)

    def projects(self, root_groups: Sequence[str]) -> Iterator[EntityPage]:
        """Every project under the root groups, with `environments` and `releases` as lists.

        `ProjectReference.of(payload)` makes what the other methods need. A project of which these
        lists could not be read has `unread` instead, the EntityError that says why.

        Raises:
            AccessError: a root group is unknown.
        """
        for page in project_pages(self._clients.graphql, root_groups):
            for payload in page.payloads:
                if failed := payload.pop("failed", None):
                    project = ProjectReference.of(payload)
                    payload["unread"] = self._failed(project, "environments", failed)
            yield page

    def probe(
        self,
        projects: Sequence[ProjectReference],
        stored: Mapping[int, Stored],
        overlap: timedelta = OVERLAP,
        first_after: datetime | None = None,
    ) -> Iterator[Probe]:
        """What changed since it was stored; several projects a request, known ones first.

        A first collection reads what was updated at or after `first_after`.
        """
        asked = probe(self._clients.graphql, projects, stored, overlap, first_after)
        for project, answer in asked:
            if answer is not None:
                yield answer
            else:
                reason = self._unreadable(project, "project").reason
                yield Probe(project.project_id, frozenset(), frozenset(), {}, reason)

    def pages(
        self,
        listed: ProjectList,
        project: ProjectReference,
        window: ReadingWindow = UNBOUNDED,
    ) -> Iterator[EntityPage]:
        """The pages of one of `lists` of a project, each page whole before it is given."""
        with self._named(project, listed.name, listed.feature):
            if isinstance(listed, GraphQLList):
                yield from graphql_pages(self._clients, listed, project, window)
            else:
                yield from rest_pages(self._clients, listed, project, window)

    def share(
        self, listed: GraphQLList, windows: Sequence[tuple[ProjectReference, ReadingWindow]]
    ) -> None:
        """Let `pages` of these projects come together: each has few entities in its window."""
        share(self._clients, listed, windows)

    def identifiers(self, listed: GraphQLList, project: ProjectReference) -> Iterator[list[int]]:
        """Ids of all entities of a list that still exist, 100 at a time."""
        with self._named(project, listed.name, listed.feature):
            yield from identifier_pages(self._clients, listed, project)

    def merge_request_again(self, project: ProjectReference, iid: int) -> Payload:
        """`parity.FIELDS` of one merge request as GitLab has them now; three requests."""
        with self._named(project, "merge_requests", "merge_requests"):
            return merge_request_again(self._clients, project, iid)

    def users(self, user_ids: Collection[int]) -> Iterator[EntityPage]:
        """Users by id, 100 a request; the address is hashed already."""
        ordered = sorted(set(user_ids))
        for start in range(0, len(ordered), IDS_A_PAGE):
            some = ordered[start : start + IDS_A_PAGE]
            gids = [f"gid://gitlab/User/{user_id}" for user_id in some]
            answer = self._clients.graphql.execute("users", {"ids": gids, "first": IDS_A_PAGE})
            nodes = (answer.data.get("users") or {}).get("nodes") or []
            yield EntityPage(
                "users", None, [self._clients.reduction.user(node) for node in nodes if node]
            )

    def repository(
        self,
        project: ProjectReference,
        *,
        known: Mapping[str, str] | None = None,
        heads: Collection[str] = (),
    ) -> RepositoryReading | None:
        """Branches, tags and commits; None when refs and heads are those of `known` (1 request).

        `known` is `RepositoryReading.watermark` as stored after the last collection: commits that
        were stored then and have not moved are left out. None reads everything. `heads` are SHAs
        (tips that were forced away) to be fetched besides; one that GitLab no longer gives is
        missing from the commits.
        """
        with self._named(project, "repository"):
            return self._repositories.read(project, known, heads)

    @contextmanager
    def _named(
        self, project: ProjectReference, entity: str, feature: Feature | None = None
    ) -> Iterator[None]:
        """Turn what GitLab refused into an `EntityError` with project, entity and reason.

        What goes with a feature that the project has switched off is not asked for, nor is
        anything of a project that is left.
        """
        if feature is not None and not project.has(feature):
            reason = f"feature_disabled:{feature}"
            raise EntityError(project.path, entity, reason, f"{feature} are switched off")
        self._failures.check(project, entity)
        try:
            yield
        except UnreadableError:
            raise self._unreadable(project, entity) from None
        except CLIENT_ERRORS as failed:
            raise self._failed(project, entity, failed) from None

    def _failed(self, project: ProjectReference, entity: str, failed: ClientError) -> EntityError:
        error = EntityError(project.path, entity, reason_of(failed), str(failed))
        if isinstance(failed, TransientError):
            self._failures.count(project, error)
        return error

    def _unreadable(self, project: ProjectReference, entity: str) -> EntityError:
        """Why GraphQL gave null: REST tells a forbidden project from one that is gone."""
        try:
            self._clients.rest.get(f"/projects/{project.project_id}")
        except (RefusedError, TransientError) as refused:
            return self._failed(project, entity, refused)
        reason = "forbidden" if entity == "project" else f"feature_disabled:{entity}"
        return EntityError(project.path, entity, reason, "GitLab gives no such list")
