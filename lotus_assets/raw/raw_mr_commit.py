"""raw_mr_commit: the commits of merge requests."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    HASH,
    SHA,
    Payloads,
    RawModel,
    identifiers,
    instants,
    nested,
    nothing,
)
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.table import Table


class RawMrCommit(RawModel):
    """One row a commit of a merge request; the same commit may be in several."""

    project_id: Integer = Field(description="GitLab's id of the target project.")
    mr_id: Integer = Field(description="GitLab's global id of the merge request.")
    commit_id: Text = Field(str_matches=SHA, description="The commit.")
    authored_at: Instant = Field(nullable=True, description="Author's date; a rebase keeps it.")
    author_user_id: Integer = Field(
        nullable=True, description="The user whom GitLab takes for the author."
    )
    author_email_hash: Text = Field(
        nullable=True, str_matches=HASH, description="Hash of the author's address."
    )
    updated_at: Instant = Field(description="The merge request's; orders copies of one row.")
    vanished_at: Instant = Field(nullable=True, description="When it was found to be gone.")


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
