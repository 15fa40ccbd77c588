"""raw_mr_approval: who approves a merge request now."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    identifiers,
    instants,
    nothing,
)
from lotus_assets.tables.columns import Instant, Integer
from lotus_assets.tables.gitlab_columns import (
    MergeRequestId,
    MergeRequestUpdatedAt,
    TargetProjectId,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawMrApproval(TableModel):
    """One row an approval that stands."""

    project_id: TargetProjectId
    mr_id: MergeRequestId
    user_id: Integer = Field(description="Who approves.")
    updated_at: MergeRequestUpdatedAt
    vanished_at: Instant = Field(nullable=True, description="When it was found withdrawn.")


TABLE = Table(
    name="raw_mr_approval",
    model=RawMrApproval,
    key=("project_id", "mr_id", "user_id"),
    description="Approvals that GitLab lists.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `approvedBy` of `GitLabSource.merge_requests`."""
    frame = flat(payloads, ["project_id", "id", "updatedAt", "approvedBy"])
    frame = frame.explode("approvedBy", ignore_index=True).dropna(subset=["approvedBy"])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        mr_id=identifiers(frame["id"]),
        user_id=identifiers(frame["approvedBy"]),
        updated_at=instants(frame["updatedAt"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
