"""raw_issue: issues."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw import raw_issue_event
from lotus_assets.raw.payload_columns import (
    Payloads,
    RawModel,
    flat,
    identifiers,
    instants,
    json_text,
    looked_up,
    lowered,
    not_before,
    nothing,
)
from lotus_assets.tables.columns import (
    JSON,
    Instant,
    Integer,
    Json,
    Text,
)
from lotus_assets.tables.table import Table

TYPES = [
    *["issue", "incident", "test_case", "requirement", "task", "ticket"],
    *["objective", "key_result", "epic"],
]
"""IssueType of GitLab's GraphQL schema, 18.8."""


class RawIssue(RawModel):
    """One row an issue."""

    project_id: Integer = Field(description="GitLab's id of the project.")
    issue_id: Integer = Field(description="GitLab's global id of the issue.")
    iid: Integer = Field(ge=1, description="The number after the hash: #iid.")
    author_user_id: Integer = Field(nullable=True, description="Who opened it.")
    created_at: Instant = Field(description="When it was opened.")
    updated_at: Instant = Field(description="When it last changed; orders copies of one row.")
    closed_at: Instant = Field(nullable=True, description="When it was last closed.")
    state: Text = Field(isin=["opened", "closed"], description="opened or closed.")
    issue_type: Text = Field(isin=TYPES, description="issue, incident, task, ….")
    reopened_count: Integer = Field(ge=0, description="How often it was reopened.")
    labels: Json = Field(metadata=JSON, description="Names of its labels, a JSON list.")
    vanished_at: Instant = Field(nullable=True, description="When it was found to be gone.")

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
    description="Issues.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.issues`."""
    columns = ["project_id", "id", "iid", "author.id", "createdAt", "updatedAt", "closedAt"]
    frame = flat(payloads, [*columns, "state", "type", "labels"])
    events = raw_issue_event.rows(payloads)
    reopened = events[events["action"].eq("reopened")].groupby("issue_id").size()
    issue_id = identifiers(frame["id"])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        issue_id=issue_id,
        iid=identifiers(frame["iid"]),
        author_user_id=identifiers(frame["author.id"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["updatedAt"]),
        closed_at=instants(frame["closedAt"]),
        state=lowered(frame["state"]),
        issue_type=lowered(frame["type"]),
        reopened_count=looked_up(issue_id, reopened).fillna(0).astype("Int64"),
        labels=json_text(frame["labels"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
