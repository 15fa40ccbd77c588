"""raw_commit: every commit that a ref reaches, or an old head that GitLab still gives."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    instants,
    json_text,
    nothing,
)
from lotus_assets.tables.columns import (
    JSON,
    Boolean,
    Instant,
    Integer,
    Json,
    Text,
)
from lotus_assets.tables.gitlab_columns import HASH, SHA, AuthoredAt, AuthorEmailHash, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawCommit(TableModel):
    """One row a commit of a project's repository."""

    project_id: ProjectId
    commit_id: Text = Field(str_matches=SHA, description="Its SHA.")
    author_user_id: Integer = Field(
        nullable=True,
        description="The user whom GitLab takes for the author of a merge request's commit with "
        "the same address; NULL where it named none.",
    )
    author_name: Text = Field(nullable=True, description="Author's name, addresses redacted.")
    author_email_hash: AuthorEmailHash
    committer_email_hash: Text = Field(
        nullable=True, str_matches=HASH, description="Hash of the committer's address."
    )
    authored_at: AuthoredAt
    committed_at: Instant = Field(nullable=True, description="Committer's date.")
    parent_ids: Json = Field(metadata=JSON, description="SHAs of its parents, first one first.")
    title: Text = Field(nullable=True, description="First line, e-mail addresses redacted.")
    closing: Json = Field(
        metadata=JSON, description='Issues that its message closes: ["#1", "group/project#2"].'
    )
    additions: Integer = Field(nullable=True, ge=0, description="Lines added; NULL if unread.")
    deletions: Integer = Field(nullable=True, ge=0, description="Lines removed; NULL if unread.")
    is_signed: Boolean = Field(description="Carries a GPG, SSH or X.509 signature.")
    is_on_default_branch: Boolean = Field(description="The default branch reaches it.")
    is_first_parent: Boolean = Field(description="On the first-parent chain of the default branch.")
    vanished_at: Instant = Field(nullable=True, description="When nothing reached it any more.")
    has_bot_address: Boolean = Field(
        nullable=True,
        description="A bot pattern matched the local part of the author's address as it was read.",
    )


TABLE = Table(
    name="raw_commit",
    model=RawCommit,
    key=("project_id", "commit_id"),
    version=None,
    kept=("author_user_id", "additions", "deletions"),
    description="Commits of the repositories.",
)

_AS_THEY_ARE = [
    *["project_id", "commit_id", "author_name", "author_email_hash", "committer_email_hash"],
    *["title", "is_signed", "is_on_default_branch", "is_first_parent", "has_bot_address"],
]
_JSON = ["parent_ids", "closing"]
_COUNTS = ["project_id", "commit_id", "additions", "deletions"]


def rows(payloads: Payloads, statistics: Payloads = ()) -> pd.DataFrame:
    """Rows of `RepositoryReading.commits`, with `GitLabSource.commit_statistics` where read."""
    frame = flat(payloads, [*_AS_THEY_ARE, "authored_at", "committed_at", *_JSON])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        author_user_id=pd.Series(pd.NA, index=frame.index, dtype="Int64"),
        authored_at=instants(frame["authored_at"]),
        committed_at=instants(frame["committed_at"]),
        parent_ids=json_text(frame["parent_ids"]),
        closing=json_text(frame["closing"]),
        vanished_at=nothing(frame),
    )
    return with_statistics(frame, flat(statistics, _COUNTS))


def with_statistics(commits: pd.DataFrame, statistics: pd.DataFrame) -> pd.DataFrame:
    """`commits` with `additions` and `deletions` of `statistics`, NULL where there are none."""
    counts = statistics[_COUNTS].drop_duplicates(["project_id", "commit_id"], keep="last")
    counts = counts.astype({"project_id": "Int64", "commit_id": object})
    counts = counts.astype({"additions": "Int64", "deletions": "Int64"})
    bare = commits.drop(columns=["additions", "deletions"], errors="ignore")
    return bare.merge(counts, on=["project_id", "commit_id"], how="left")[TABLE.columns]
