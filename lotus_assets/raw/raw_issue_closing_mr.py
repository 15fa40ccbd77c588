"""raw_issue_closing_mr: merge requests in an issue's closing list, as GitLab keeps it."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    RawModel,
    identifiers,
    instants,
    nested,
    nothing,
)
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.table import Table


class RawIssueClosingMr(RawModel):
    """One row a merge request that closes, or closed, an issue."""

    project_id: Integer = Field(description="GitLab's id of the issue's project.")
    issue_id: Integer = Field(description="GitLab's id of the issue.")
    mr_id: Integer = Field(description="GitLab's global id of the merge request.")
    mr_project_id: Integer = Field(description="GitLab's id of the merge request's project.")
    issue_project_path: Text = Field(description="Full path of the issue's project.")
    issue_iid: Integer = Field(ge=1, description="The issue's number in its project.")
    updated_at: Instant = Field(description="The issue's; orders copies of one row.")
    vanished_at: Instant = Field(nullable=True, description="When it was found to be gone.")


TABLE = Table(
    name="raw_issue_closing_mr",
    model=RawIssueClosingMr,
    key=("project_id", "issue_id", "mr_id"),
    description="Closing lists of issues.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `closingMergeRequests` of `GitLabSource.issues`."""
    frame = nested(
        payloads,
        "closingMergeRequests",
        ["id", "projectId"],
        ["project_id", "id", "iid", "updatedAt", "project_path"],
    )
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        issue_id=identifiers(frame["parent.id"]),
        mr_id=identifiers(frame["id"]),
        mr_project_id=identifiers(frame["projectId"]),
        issue_project_path=frame["parent.project_path"],
        issue_iid=identifiers(frame["parent.iid"]),
        updated_at=instants(frame["parent.updatedAt"]),
        vanished_at=nothing(frame),
    )
    return frame[TABLE.columns]
