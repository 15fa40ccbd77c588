"""raw_deployment: deployments to environments."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    instants,
    not_before,
)
from lotus_assets.raw.raw_environment import TIERS
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.gitlab_columns import (
    SHA,
    CreatedAt,
    DeployedRef,
    Iid,
    ProjectId,
    UpdatedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

STATUSES = ["created", "running", "success", "failed", "canceled", "skipped", "blocked"]


class RawDeployment(TableModel):
    """One row a deployment."""

    project_id: ProjectId
    deployment_id: Integer = Field(description="GitLab's global id of the deployment.")
    iid: Iid
    environment_id: Integer = Field(nullable=True, description="GitLab's id of the environment.")
    environment: Text = Field(nullable=True, description="Name of the environment.")
    environment_tier: Text = Field(
        nullable=True,
        isin=TIERS,
        description="Its environment's tier, filled afterwards; NULL if unknown.",
    )
    ref: DeployedRef
    sha: Text = Field(nullable=True, str_matches=SHA, description="Commit that was deployed.")
    status: Text = Field(isin=STATUSES, description="GitLab's status.")
    created_at: CreatedAt
    updated_at: UpdatedAt
    finished_at: Instant = Field(
        nullable=True, description="When its job ended; without a job, when it did itself."
    )
    pipeline_id: Integer = Field(nullable=True, description="The pipeline that ran it.")
    job_id: Integer = Field(nullable=True, description="The job that ran it.")
    user_id: Integer = Field(nullable=True, description="Who deployed.")
    job_name: Text = Field(
        nullable=True, description="That job's name; NULL for a deployment through the API."
    )

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])


TABLE = Table(
    name="raw_deployment",
    model=RawDeployment,
    key=("project_id", "deployment_id"),
    kept=("environment_tier",),
    description="Deployments.",
)

_COLUMNS = {
    "id": "deployment_id",
    "environment.id": "environment_id",
    "environment.name": "environment",
    "deployable.finished_at": "finished_at",
    "deployable.pipeline.id": "pipeline_id",
    "deployable.id": "job_id",
    "deployable.name": "job_name",
    "user.id": "user_id",
}
_OTHERS = ["project_id", "iid", "ref", "sha", "status", "created_at", "updated_at"]


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.deployments`."""
    frame = flat(payloads, [*_OTHERS, *_COLUMNS]).rename(columns=_COLUMNS)
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        environment_tier=pd.Series(pd.NA, index=frame.index, dtype="string"),
        created_at=instants(frame["created_at"]),
        updated_at=instants(frame["updated_at"]),
        finished_at=instants(frame["finished_at"]),
    )
    return frame[TABLE.columns]
