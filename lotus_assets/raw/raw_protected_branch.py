"""raw_protected_branch: protected branches and the patterns that protect them."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import Payloads, flat, nothing
from lotus_assets.tables.columns import (
    Boolean,
    Text,
)
from lotus_assets.tables.gitlab_columns import ProjectId, VanishedAt
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawProtectedBranch(TableModel):
    """One row a protected name or pattern."""

    project_id: ProjectId
    name: Text = Field(description="A branch, or a pattern in which * stands for anything.")
    allow_force_push: Boolean = Field(nullable=True, description="Force-pushes are let through.")
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_protected_branch",
    model=RawProtectedBranch,
    key=("project_id", "name"),
    version=None,
    description="Protected branches and patterns.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.protected_branches`."""
    frame = flat(payloads, ["project_id", "name", "allow_force_push"])
    frame = frame.assign(project_id=frame["project_id"].astype("Int64"), vanished_at=nothing(frame))
    return frame[TABLE.columns]
