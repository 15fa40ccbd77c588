"""raw_mr_closing_issue: issues that a merge request says it closes."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    RawModel,
    flat,
    identifiers,
    instants,
    nested,
    nothing,
)
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.table import Table


class RawMrClosingIssue(RawModel):
    """One row an issue that the description or a commit of a merge request closes.

    What GitLab's own closing list says comes with the issue: raw_issue_closing_mr.
    """

    project_id: Integer = Field(description="GitLab's id of the merge request's project.")
    mr_id: Integer = Field(description="GitLab's global id of the merge request.")
    issue_project_path: Text = Field(description="Full path of the issue's project, as written.")
    issue_iid: Integer = Field(ge=1, description="The issue's number in its project.")
    origin: Text = Field(
        isin=["description", "commit"], description="Where the closing words stand."
    )
    updated_at: Instant = Field(description="The merge request's; orders copies of one row.")
    vanished_at: Instant = Field(nullable=True, description="When it was found to be gone.")


TABLE = Table(
    name="raw_mr_closing_issue",
    model=RawMrClosingIssue,
    key=("project_id", "mr_id", "issue_project_path", "issue_iid"),
    description="Closing references of merge requests.",
)

_PARENT = ["project_id", "id", "updatedAt", "project_path"]


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `closing` of `GitLabSource.merge_requests` and of their commits.

    A reference without a path is to the merge request's own project. One that stands in both
    counts as the description's.
    """
    described = flat(payloads, [*_PARENT, "closing"]).assign(origin="description")
    committed = nested(payloads, "commits", ["closing"], _PARENT).assign(origin="commit")
    committed.columns = committed.columns.str.removeprefix("parent.")
    frame = pd.concat([described, committed], ignore_index=True)
    frame = frame.explode("closing", ignore_index=True).dropna(subset=["closing"])
    parts = frame["closing"].astype("string").str.extract(r"^(?P<path>.*)#(?P<iid>\d+)$")
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        mr_id=identifiers(frame["id"]),
        issue_project_path=parts["path"].where(parts["path"].ne(""), frame["project_path"]),
        issue_iid=identifiers(parts["iid"]),
        updated_at=instants(frame["updatedAt"]),
        vanished_at=nothing(frame),
    )
    return frame.drop_duplicates(list(TABLE.key), ignore_index=True)[TABLE.columns]
