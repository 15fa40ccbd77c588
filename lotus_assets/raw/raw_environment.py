"""raw_environment: where projects deploy to."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    identifiers,
    instants,
    lowered,
    nested,
    not_before,
    nothing,
)
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.gitlab_columns import CreatedAtIfKnown, ProjectId, VanishedAt
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

TIERS = ["production", "staging", "testing", "development", "other"]


class RawEnvironment(TableModel):
    """One row an environment."""

    project_id: ProjectId
    environment_id: Integer = Field(description="GitLab's id of the environment.")
    name: Text = Field(description="Its name, folders with slashes: `review/login`.")
    tier: Text = Field(nullable=True, isin=TIERS, description="GitLab's tier; NULL if unknown.")
    state: Text = Field(
        isin=["available", "stopping", "stopped"], description="available, stopping or stopped."
    )
    created_at: CreatedAtIfKnown
    updated_at: Instant = Field(nullable=True, description="When it last changed.")
    vanished_at: VanishedAt

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])


TABLE = Table(
    name="raw_environment",
    model=RawEnvironment,
    key=("project_id", "environment_id"),
    version=None,
    description="Environments of the projects.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the projects of `GitLabSource.projects`."""
    frame = nested(
        payloads,
        "environments",
        ["id", "name", "tier", "state", "createdAt", "updatedAt"],
        ["project_id"],
    )
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        environment_id=identifiers(frame["id"]),
        tier=lowered(frame["tier"]),
        state=lowered(frame["state"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["updatedAt"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
