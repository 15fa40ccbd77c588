"""fact_mr_open_period: when each merge request was open; one that was reopened, several times."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.state_changes import open_periods, state_changes
from lotus_assets.facts.project_rules import present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.raw import raw_mr, raw_mr_note, raw_state_event
from lotus_assets.tables.columns import Instant
from lotus_assets.tables.gitlab_columns import MergeRequestId, PlausiblyOpenedAt, TargetProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactMrOpenPeriod(TableModel):
    """One row a time that a merge request was open."""

    project_id: TargetProjectId
    mr_id: MergeRequestId
    created_at: PlausiblyOpenedAt
    period_start_at: Instant = Field(description="Its opening, or a reopening.")
    period_end_at: Instant = Field(
        nullable=True, description="The next closing, or its merge; NULL while it is open."
    )


TABLE = Table(
    name="fact_mr_open_period",
    model=FactMrOpenPeriod,
    key=("mr_id", "period_start_at"),
    version=None,
    looked_up_by=("project_id",),
    description="Times that merge requests were open, by their closings and reopenings.",
)
CHANGES = (
    *columns_of(raw_state_event.TABLE, "created_at", "action"),
    *columns_of(raw_mr_note.TABLE, "created_at", "system_action"),
)
LINEAGE = {
    **copied_from(raw_mr.TABLE, "project_id", "mr_id", "created_at"),
    "period_start_at": (*columns_of(raw_mr.TABLE, "created_at"), *CHANGES),
    "period_end_at": (*columns_of(raw_mr.TABLE, "state", "merged_at", "closed_at"), *CHANGES),
}

NOTED_CHANGES = {"closed": "closed", "opened": "reopened", "reopened": "reopened"}
"""What notes of GitLab before 13.3 record → the change: nothing records the first opening."""


def open_period_rows(
    raw_mr: pd.DataFrame, raw_state_event: pd.DataFrame, raw_mr_note: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `fact_mr_open_period`, sorted; what vanished is left out."""
    requests = present(raw_mr)
    events = raw_state_event[raw_state_event["target_type"] == "merge_request"]
    notes = present(raw_mr_note).rename(columns={"mr_id": "target_id"})
    notes = notes.assign(action=notes["system_action"].map(NOTED_CHANGES).astype("string"))
    periods = open_periods(requests, state_changes(events, notes))
    rows = requests[["project_id", "mr_id", "created_at"]].merge(periods, on="mr_id")
    return rows.sort_values(list(TABLE.key), ignore_index=True)[TABLE.columns]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return open_period_rows(
        asked.plausible(asked.read(raw_mr.TABLE)),
        asked.plausible(asked.read(raw_state_event.TABLE)),
        asked.plausible(asked.read(raw_mr_note.TABLE)),
    )


FACT = ProjectFact(
    TABLE, compute, reads=(raw_mr.TABLE, raw_state_event.TABLE, raw_mr_note.TABLE), lineage=LINEAGE
)
fact_mr_open_period = project_asset(FACT)
