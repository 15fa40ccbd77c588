"""raw_protected_branch: protected branches and the patterns that protect them."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import Payloads, RawModel, flat, nothing
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Text,
)
from lotus_assets.tables.table import Table


class RawProtectedBranch(RawModel):
    """One row a protected name or pattern."""

    project_id: Integer = Field(description="GitLab's id of the project.")
    name: Text = Field(description="A branch, or a pattern in which * stands for anything.")
    allow_force_push: Boolean = Field(nullable=True, description="Force-pushes are let through.")
    vanished_at: Instant = Field(nullable=True, description="When it was found to be gone.")


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
