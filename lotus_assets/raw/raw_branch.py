"""raw_branch: branches as the repository's refs name them."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import Payloads, flat, nothing
from lotus_assets.tables.columns import Text
from lotus_assets.tables.gitlab_columns import SHA, Branch, ProjectId, VanishedAt
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawBranch(TableModel):
    """One row a branch."""

    project_id: ProjectId
    branch: Branch
    tip_sha: Text = Field(str_matches=SHA, description="The commit that it points at.")
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_branch",
    model=RawBranch,
    key=("project_id", "branch"),
    version=None,
    description="Branches of the repositories.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `RepositoryReading.branches`."""
    frame = flat(payloads, ["project_id", "branch", "tip_sha"])
    frame = frame.assign(project_id=frame["project_id"].astype("Int64"), vanished_at=nothing(frame))
    return frame[TABLE.columns]
