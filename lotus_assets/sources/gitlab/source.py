"""The one door to GitLab: a generator for each entity of a project."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from lotus_assets.settings import Settings
from lotus_assets.sources.gitlab import access
from lotus_assets.sources.gitlab.access import Access
from lotus_assets.sources.gitlab.commit_log import CommitParser
from lotus_assets.sources.gitlab.email_hash import EmailHash
from lotus_assets.sources.gitlab.errors import AccessError, EntityError
from lotus_assets.sources.gitlab.git import Git, GitError
from lotus_assets.sources.gitlab.graphql import GraphQLClient, QueryError
from lotus_assets.sources.gitlab.graphql_lists import (
    UnreadableError,
    graphql_pages,
    identifier_pages,
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
from lotus_assets.sources.gitlab.session import GitLabPatience, PacedSession, TransientError
from lotus_assets.sources.gitlab.statistics import Statistics

IDS_A_PAGE = 100
OVERLAP = timedelta(minutes=10)
REASONS = {403: "forbidden", 404: "not_found"}


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
        self._clients = Clients(
            GraphQLClient(self.session, f"{url}/api/graphql"),
            RestClient.over(self.session, url, token),
            Reduction(email_hash, host),
        )
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
            patience=GitLabPatience(attempts=settings.tem_gitlab_attempts),
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
        return access.check(self._clients.rest, self._clients.graphql, root_groups)

    def own_groups(self) -> tuple[str, ...]:
        """The outermost groups that the token's user belongs to; AccessError without any."""
        return own_groups(self._clients.graphql)

    def projects(self, root_groups: Sequence[str]) -> Iterator[EntityPage]:
        """Every project under the root groups, with `environments` and `releases` as lists.

        `ProjectReference.of(payload)` makes what the other methods need.

        Raises:
            AccessError: a root group is unknown.
        """
        return project_pages(self._clients.graphql, root_groups)

    def probe(
        self,
        projects: Sequence[ProjectReference],
        stored: Mapping[int, Stored],
        overlap: timedelta = OVERLAP,
    ) -> Iterator[Probe]:
        """What changed since it was stored; one request for 6 projects, in their order."""
        for project, answer in probe(self._clients.graphql, projects, stored, overlap):
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
        (old merge request heads) to be fetched besides; one that GitLab no longer gives is missing
        from the commits.
        """
        with self._named(project, "repository"):
            return self._repositories.read(project, known, heads)

    @contextmanager
    def _named(
        self, project: ProjectReference, entity: str, feature: Feature | None = None
    ) -> Iterator[None]:
        """Turn what GitLab refused into an `EntityError` with project, entity and reason.

        What goes with a feature that the project has switched off is not asked for.
        """
        if feature is not None and not project.has(feature):
            reason = f"feature_disabled:{feature}"
            raise EntityError(project.path, entity, reason, f"{feature} are switched off")
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
            self._clients.rest.get(f"/projects/{project.project_id}")
        except RefusedError as refused:
            reason = REASONS.get(refused.status, f"error:http_{refused.status}")
            return EntityError(project.path, entity, reason, str(refused))
        reason = "forbidden" if entity == "project" else f"feature_disabled:{entity}"
        return EntityError(project.path, entity, reason, "GitLab gives no such list")
