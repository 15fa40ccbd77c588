"""raw_mr_closing_issue: issues that a merge request says it closes."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.closing_references import referenced_issues
from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    identifiers,
    instants,
    nested,
    nothing,
)
from lotus_assets.tables.columns import Text
from lotus_assets.tables.gitlab_columns import (
    IssueIid,
    MergeRequestId,
    MergeRequestProjectId,
    MergeRequestUpdatedAt,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawMrClosingIssue(TableModel):
    """One row an issue that the description or a commit of a merge request closes.

    What GitLab's own closing list says comes with the issue: raw_issue_closing_mr.
    """

    project_id: MergeRequestProjectId
    mr_id: MergeRequestId
    issue_project_path: Text = Field(description="Full path of the issue's project, as written.")
    issue_iid: IssueIid
    origin: Text = Field(
        isin=["description", "commit"], description="Where the closing words stand."
    )
    updated_at: MergeRequestUpdatedAt
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_mr_closing_issue",
    model=RawMrClosingIssue,
    key=("project_id", "mr_id", "issue_project_path", "issue_iid"),
    description="Closing references of merge requests.",
)

_PARENT = ["project_id", "id", "updatedAt", "project_path"]


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `closing` of `GitLabSource.merge_requests` and of their commits.

    One that stands in both counts as the description's.
    """
    described = flat(payloads, [*_PARENT, "closing"]).assign(origin="description")
    committed = nested(payloads, "commits", ["closing"], _PARENT).assign(origin="commit")
    committed.columns = committed.columns.str.removeprefix("parent.")
    frame = pd.concat([described, committed], ignore_index=True)
    frame = frame.explode("closing", ignore_index=True).dropna(subset=["closing"])
    issues = referenced_issues(frame["closing"], frame["project_path"])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        mr_id=identifiers(frame["id"]),
        issue_project_path=issues["issue_project_path"],
        issue_iid=issues["issue_iid"],
        updated_at=instants(frame["updatedAt"]),
        vanished_at=nothing(frame),
    )
    return frame.drop_duplicates(list(TABLE.key), ignore_index=True)[TABLE.columns]
