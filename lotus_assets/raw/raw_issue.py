"""raw_issue: issues."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    identifiers,
    instants,
    json_text,
    lowered,
    not_before,
    nothing,
)
from lotus_assets.tables.columns import (
    Boolean,
    Integer,
    Text,
)
from lotus_assets.tables.gitlab_columns import (
    IssueId,
    Labels,
    LastClosedAt,
    OpenedAt,
    OpenedBy,
    ProjectId,
    ReopenedCount,
    UpdatedAt,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

TYPES = [
    *["issue", "incident", "test_case", "requirement", "task", "ticket"],
    *["objective", "key_result", "epic"],
]
"""IssueType of GitLab's GraphQL schema, 18.8."""


class RawIssue(TableModel):
    """One row an issue."""

    project_id: ProjectId
    issue_id: IssueId
    iid: Integer = Field(ge=1, description="The number after the hash: #iid.")
    author_user_id: OpenedBy
    created_at: OpenedAt
    updated_at: UpdatedAt
    closed_at: LastClosedAt
    state: Text = Field(isin=["opened", "closed"], description="opened or closed.")
    issue_type: Text = Field(isin=TYPES, description="issue, incident, task, ….")
    reopened_count: ReopenedCount
    labels: Labels
    vanished_at: VanishedAt
    is_moved: Boolean = Field(
        nullable=True, description="It went to another project, where it is another issue."
    )

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])

    @dataframe_check(name="open_with_closed_at")
    def open_without_closing_time(cls, rows: pd.DataFrame) -> pd.Series:
        """What is open has no closing time: GitLab clears it on reopening."""
        return ~(rows["state"].eq("opened").fillna(False) & rows["closed_at"].notna())


TABLE = Table(
    name="raw_issue",
    model=RawIssue,
    key=("project_id", "issue_id"),
    kept=("reopened_count",),
    description="Issues.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.issues`; `reopened_count` is counted once they are stored."""
    columns = ["project_id", "id", "iid", "author.id", "createdAt", "updatedAt", "closedAt"]
    frame = flat(payloads, [*columns, "state", "type", "labels", "moved"])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        issue_id=identifiers(frame["id"]),
        iid=identifiers(frame["iid"]),
        author_user_id=identifiers(frame["author.id"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["updatedAt"]),
        closed_at=instants(frame["closedAt"]),
        state=lowered(frame["state"]),
        issue_type=lowered(frame["type"]),
        reopened_count=pd.Series(pd.NA, index=frame.index, dtype="Int64"),
        labels=json_text(frame["labels"]),
        is_moved=frame["moved"].astype("boolean"),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
