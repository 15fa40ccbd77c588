"""What can go wrong with GitLab, as sentences for the reader.

An `AccessError` stops the run and nothing retries it; an `EntityError` costs one entity of one
project, becomes a coverage reason, and all else goes on.
"""

from lotus_assets.sources.permanence import PassingError, PermanentError


class GitLabError(Exception):
    """Anything that GitLab refused or could not do."""


class AccessError(GitLabError, PermanentError):
    """Wrong token, missing scope, unknown root group."""


class UnreachableError(GitLabError, PassingError):
    """GitLab did not answer, or answered with server errors until the last attempt."""


class EntityError(GitLabError):
    """One entity of one project cannot be read.

    `reason` is the coverage reason: `forbidden`, `not_found`, `feature_disabled:<which>` or
    `error:<which>`.
    """

    def __init__(self, project: str, entity: str, reason: str, detail: str) -> None:
        """`detail` says in plain words what GitLab answered."""
        super().__init__(f"project {project}: {entity} not collected ({reason}): {detail}")
        self.project = project
        self.entity = entity
        self.reason = reason
        self.detail = detail
