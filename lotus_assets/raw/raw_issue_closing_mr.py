"""raw_issue_closing_mr: merge requests in an issue's closing list, as GitLab keeps it."""

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
    IssueIid,
    IssueProjectId,
    IssueUpdatedAt,
    MergeRequestId,
    MergeRequestProjectId,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawIssueClosingMr(TableModel):
    """One row a merge request that closes, or closed, an issue."""

    project_id: IssueProjectId
    issue_id: Integer = Field(description="GitLab's id of the issue.")
    mr_id: MergeRequestId
    mr_project_id: MergeRequestProjectId
    issue_project_path: Text = Field(description="Full path of the issue's project.")
    issue_iid: IssueIid
    updated_at: IssueUpdatedAt
    vanished_at: VanishedAt


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
