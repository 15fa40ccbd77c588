"""raw_state_event: closings and reopenings of issues and merge requests."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import Payloads, flat, instants
from lotus_assets.tables.columns import Integer, Text
from lotus_assets.tables.gitlab_columns import DoneBy, EventId, OccurredAt, ProjectId, StateChange
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawStateEvent(TableModel):
    """One row a closing or reopening."""

    project_id: ProjectId
    event_id: EventId
    target_type: Text = Field(
        isin=["issue", "merge_request"], description="issue (any work item) or merge_request."
    )
    target_id: Integer = Field(description="GitLab's global id of the issue or merge request.")
    action: StateChange
    created_at: OccurredAt
    user_id: DoneBy


TABLE = Table(
    name="raw_state_event",
    model=RawStateEvent,
    key=("project_id", "event_id"),
    version=None,
    description="Closings and reopenings of issues and merge requests, as the event list has them.",
)

_COLUMNS = {"id": "event_id", "author_id": "user_id"}
_OTHERS = ["project_id", "created_at", "target_type", "target_id", "action"]


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the events of issues and merge requests.

    What the list calls `opened` is left out: an opening is known from what was opened, and the
    list of reopenings names those.
    """
    frame = flat(payloads, [*_OTHERS, *_COLUMNS]).rename(columns=_COLUMNS)
    frame = frame[frame["action"].ne("opened")]
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        created_at=instants(frame["created_at"]),
    )
    return frame[TABLE.columns]
