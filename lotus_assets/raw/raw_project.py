"""raw_project: every project under the root groups."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    instants,
    not_before,
    nothing,
)
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Text,
)
from lotus_assets.tables.gitlab_columns import CreatedAtIfKnown, ProjectId, VanishedAt
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawProject(TableModel):
    """One row a project, as the group's listing gave it."""

    project_id: ProjectId
    path_with_namespace: Text = Field(description="Full path; it changes when a project moves.")
    default_branch: Text = Field(nullable=True, description="NULL while the repository is empty.")
    visibility: Text = Field(
        isin=["private", "internal", "public"], description="private, internal or public."
    )
    archived: Boolean = Field(description="It, or a group above it, is archived.")
    pending_deletion: Boolean = Field(description="Marked for deletion.")
    is_empty_repository: Boolean = Field(
        nullable=True,
        description="Nothing was ever pushed; NULL where the repository may not be seen.",
    )
    issues_enabled: Boolean = Field(nullable=True, description="Issues can be read.")
    merge_requests_enabled: Boolean = Field(
        nullable=True, description="Merge requests can be read."
    )
    jobs_enabled: Boolean = Field(nullable=True, description="Pipelines and jobs can be read.")
    created_at: CreatedAtIfKnown
    updated_at: Instant = Field(nullable=True, description="When its settings last changed.")
    last_activity_at: Instant = Field(nullable=True, description="When anything last happened.")
    vanished_at: VanishedAt

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])


TABLE = Table(
    name="raw_project",
    model=RawProject,
    key=("project_id",),
    version=None,
    description="Projects under the root groups.",
)

_COLUMNS = {
    "fullPath": "path_with_namespace",
    "repository.rootRef": "default_branch",
    "visibility": "visibility",
    "archived": "archived",
    "issuesEnabled": "issues_enabled",
    "mergeRequestsEnabled": "merge_requests_enabled",
    "jobsEnabled": "jobs_enabled",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "lastActivityAt": "last_activity_at",
}


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.projects`."""
    sources = ["project_id", *_COLUMNS, "markedForDeletionOn", "repository.empty"]
    frame = flat(payloads, sources).rename(columns=_COLUMNS)
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        archived=frame["archived"].astype("boolean").fillna(False),
        pending_deletion=frame["markedForDeletionOn"].notna(),
        is_empty_repository=frame["repository.empty"].astype("boolean"),
        created_at=instants(frame["created_at"]),
        updated_at=instants(frame["updated_at"]),
        last_activity_at=instants(frame["last_activity_at"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
