"""raw_issue_event: closings and reopenings of issues."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    RawModel,
    identifiers,
    instants,
    nested,
)
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.table import Table


class RawIssueEvent(RawModel):
    """One row a change of an issue's state."""

    project_id: Integer = Field(description="GitLab's id of the project.")
    event_id: Text = Field(description="GitLab's id of the note that records it.")
    issue_id: Integer = Field(description="GitLab's global id of the issue.")
    action: Text = Field(isin=["closed", "reopened"], description="closed or reopened.")
    created_at: Instant = Field(description="When.")
    user_id: Integer = Field(nullable=True, description="Who did it.")
    updated_at: Instant = Field(description="The issue's; orders copies of one row.")


TABLE = Table(
    name="raw_issue_event",
    model=RawIssueEvent,
    key=("project_id", "event_id"),
    description="State events of issues.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the `events` of `GitLabSource.issues`."""
    frame = nested(
        payloads,
        "events",
        ["id", "action", "createdAt", "author.id"],
        ["project_id", "id", "updatedAt"],
    )
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        event_id=frame["id"].astype("string").str.extract(r"([^/]+)$", expand=False),
        issue_id=identifiers(frame["parent.id"]),
        created_at=instants(frame["createdAt"]),
        user_id=identifiers(frame["author.id"]),
        updated_at=instants(frame["parent.updatedAt"]),
    )
    return frame[TABLE.columns]
