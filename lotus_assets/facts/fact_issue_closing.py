"""fact_issue_closing: every time that an issue was closed."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.issues import issue_closings
from lotus_assets.engine.delivery.state_changes import state_changes
from lotus_assets.facts.project_rules import own_issues
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.raw import raw_issue, raw_issue_event, raw_state_event
from lotus_assets.tables.columns import Boolean, Instant
from lotus_assets.tables.gitlab_columns import IssueId, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactIssueClosing(TableModel):
    """One row a closing; an issue that was opened again has several."""

    project_id: ProjectId
    issue_id: IssueId
    closed_at: Instant = Field(description="When it was closed.")
    is_reopened: Boolean = Field(description="The issue was opened again at least once.")


TABLE = Table(
    name="fact_issue_closing",
    model=FactIssueClosing,
    key=("project_id", "issue_id", "closed_at"),
    version=None,
    description="Closings of issues, with whether they were opened again.",
)
LINEAGE = {
    **copied_from(raw_issue.TABLE, "project_id", "issue_id"),
    "closed_at": (
        *columns_of(raw_issue.TABLE, "closed_at"),
        *columns_of(raw_state_event.TABLE, "created_at", "action"),
        *columns_of(raw_issue_event.TABLE, "created_at", "action"),
    ),
    "is_reopened": columns_of(raw_issue.TABLE, "reopened_count"),
}


def issue_closing_rows(
    raw_issue: pd.DataFrame, raw_state_event: pd.DataFrame, raw_issue_event: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `fact_issue_closing`, sorted; what vanished or was moved is left out."""
    events = raw_state_event[raw_state_event["target_type"] == "issue"]
    notes = raw_issue_event.rename(columns={"issue_id": "target_id"})
    changes = state_changes(events, notes)
    return issue_closings(own_issues(raw_issue), changes)[TABLE.columns]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return issue_closing_rows(
        asked.plausible(asked.read(raw_issue.TABLE)),
        asked.plausible(asked.read(raw_state_event.TABLE)),
        asked.plausible(asked.read(raw_issue_event.TABLE)),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(raw_issue.TABLE, raw_state_event.TABLE, raw_issue_event.TABLE),
    lineage=LINEAGE,
)
fact_issue_closing = project_asset(FACT)
