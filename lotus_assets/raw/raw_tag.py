"""raw_tag: tags as the repository's refs name them."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import Payloads, flat, instants, nothing
from lotus_assets.tables.columns import Instant, Text
from lotus_assets.tables.gitlab_columns import SHA, ProjectId, TagName, VanishedAt
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawTag(TableModel):
    """One row a tag."""

    project_id: ProjectId
    tag_name: TagName
    commit_id: Text = Field(str_matches=SHA, description="The commit that it leads to.")
    tagged_at: Instant = Field(
        nullable=True, description="The tagger's date; NULL for a lightweight tag."
    )
    committed_at: Instant = Field(nullable=True, description="The commit's committer date.")
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_tag",
    model=RawTag,
    key=("project_id", "tag_name"),
    version=None,
    description="Tags of the repositories.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `RepositoryReading.tags`."""
    frame = flat(payloads, ["project_id", "tag_name", "commit_id", "tagged_at", "committed_at"])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        tagged_at=instants(frame["tagged_at"]),
        committed_at=instants(frame["committed_at"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
