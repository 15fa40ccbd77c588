"""raw_mr_commit: the commits of merge requests."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    identifiers,
    instants,
    nested,
    nothing,
)
from lotus_assets.tables.columns import Integer, Text
from lotus_assets.tables.gitlab_columns import (
    SHA,
    AuthoredAt,
    AuthorEmailHash,
    MergeRequestId,
    MergeRequestUpdatedAt,
    TargetProjectId,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawMrCommit(TableModel):
    """One row a commit of a merge request; the same commit may be in several."""

    project_id: TargetProjectId
    mr_id: MergeRequestId
    commit_id: Text = Field(str_matches=SHA, description="The commit.")
    authored_at: AuthoredAt
    author_user_id: Integer = Field(
        nullable=True, description="The user whom GitLab takes for the author."
    )
    author_email_hash: AuthorEmailHash
    updated_at: MergeRequestUpdatedAt
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_mr_commit",
    model=RawMrCommit,
    key=("project_id", "mr_id", "commit_id"),
    description="Commits of merge requests.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the `commits` of `GitLabSource.merge_requests`."""
    columns = ["sha", "authoredDate", "author.id", "authorEmailHash"]
    frame = nested(payloads, "commits", columns, ["project_id", "id", "updatedAt"])
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        mr_id=identifiers(frame["parent.id"]),
        commit_id=frame["sha"],
        authored_at=instants(frame["authoredDate"]),
        author_user_id=identifiers(frame["author.id"]),
        author_email_hash=frame["authorEmailHash"],
        updated_at=instants(frame["parent.updatedAt"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
