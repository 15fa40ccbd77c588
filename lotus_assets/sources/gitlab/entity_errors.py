"""What a client's error means for one entity of one project: the coverage reason.

A project whose lists fail for good again and again is left for this run: every list of it would
wait as long for the same answer, and all other projects with it.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from threading import Lock

from lotus_assets.sources.gitlab.errors import EntityError
from lotus_assets.sources.gitlab.git import GitError
from lotus_assets.sources.gitlab.graphql import QueryError
from lotus_assets.sources.gitlab.pages import ProjectReference
from lotus_assets.sources.gitlab.rest import RefusedError
from lotus_assets.sources.gitlab.session import TransientError

logger = logging.getLogger(__name__)

REASONS = {403: "forbidden", 404: "not_found"}

ClientError = RefusedError | TransientError | QueryError | GitError
"""What a client raises for one request, when the last attempt failed too."""
CLIENT_ERRORS = (RefusedError, TransientError, QueryError, GitError)
"""The same, to be caught."""


def reason_of(error: ClientError) -> str:
    """The coverage reason."""
    if isinstance(error, RefusedError):
        return REASONS.get(error.status, f"error:http_{error.status}")
    if isinstance(error, QueryError):
        return "error:graphql"
    return error.reason


@dataclass
class ProjectFailures:
    """Lists of each project that failed for good in this run; safe for many threads.

    A project with `limit` of them is left: its other lists fail at once, for the same reason.
    """

    limit: int
    _lock: Lock = field(default_factory=Lock, repr=False)
    _errors: dict[int, list[EntityError]] = field(default_factory=lambda: defaultdict(list))

    def check(self, project: ProjectReference, entity: str) -> None:
        """Raise EntityError when the project is left."""
        with self._lock:
            errors = self._errors[project.project_id]
        if len(errors) >= self.limit:
            last = errors[-1]
            detail = f"left until the next run after {len(errors)} lists failed: {last.detail}"
            raise EntityError(project.path, entity, last.reason, detail)

    def count(self, project: ProjectReference, error: EntityError) -> None:
        """One more list of the project failed."""
        with self._lock:
            errors = self._errors[project.project_id]
            errors.append(error)
        if len(errors) == self.limit:
            logger.warning("project %s is left until the next run: %s", project.path, error.detail)
