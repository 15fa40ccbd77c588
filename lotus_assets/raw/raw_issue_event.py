"""raw_issue_event: closings and reopenings of issues that notes record, as GitLab before 13.3 did.

What happened since is in raw_state_event.
"""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    identifiers,
    instants,
    nested,
)
from lotus_assets.tables.columns import Text
from lotus_assets.tables.gitlab_columns import (
    DoneBy,
    IssueId,
    IssueUpdatedAt,
    OccurredAt,
    ProjectId,
    StateChange,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawIssueEvent(TableModel):
    """One row a change of an issue's state."""

    project_id: ProjectId
    event_id: Text = Field(description="GitLab's id of the note that records it.")
    issue_id: IssueId
    action: StateChange
    created_at: OccurredAt
    user_id: DoneBy
    updated_at: IssueUpdatedAt


TABLE = Table(
    name="raw_issue_event",
    model=RawIssueEvent,
    key=("project_id", "event_id"),
    description="Closings and reopenings of issues in notes, from before GitLab 13.3.",
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
