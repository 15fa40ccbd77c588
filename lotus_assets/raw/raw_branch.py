"""raw_branch: branches as the repository's refs name them."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import SHA, Payloads, RawModel, flat, nothing
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.table import Table


class RawBranch(RawModel):
    """One row a branch."""

    project_id: Integer = Field(description="GitLab's id of the project.")
    branch: Text = Field(description="Its name, without refs/heads/.")
    tip_sha: Text = Field(str_matches=SHA, description="The commit that it points at.")
    vanished_at: Instant = Field(nullable=True, description="When it was found to be gone.")


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
