"""raw_push_event: pushes to branches and tags."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import Payloads, flat, instants
from lotus_assets.tables.columns import Integer, Text
from lotus_assets.tables.gitlab_columns import SHA, EventId, OccurredAt, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawPushEvent(TableModel):
    """One row a push: a ref was created, moved or removed."""

    project_id: ProjectId
    event_id: EventId
    author_user_id: Integer = Field(nullable=True, description="Who pushed.")
    created_at: OccurredAt
    action: Text = Field(
        isin=["created", "pushed", "removed"], description="created, pushed or removed."
    )
    ref_type: Text = Field(isin=["branch", "tag"], description="branch or tag.")
    ref: Text = Field(
        nullable=True, description="Name of the ref; NULL for a push of many refs at once."
    )
    commit_from: Text = Field(
        nullable=True, str_matches=SHA, description="Tip before; NULL for a new ref."
    )
    commit_to: Text = Field(
        nullable=True, str_matches=SHA, description="Tip after; NULL for a removed ref."
    )
    commit_count: Integer = Field(nullable=True, ge=0, description="Commits that it brought.")

    @dataframe_check(name="pushed_without_tips")
    def tips_of_a_push(cls, rows: pd.DataFrame) -> pd.Series:
        """A ref that moved did so from one commit to another; pushes of many refs name none."""
        is_move = rows["action"].eq("pushed").fillna(False) & rows["ref"].notna()
        return ~(is_move & rows["commit_from"].isna() & rows["commit_to"].isna())


TABLE = Table(
    name="raw_push_event",
    model=RawPushEvent,
    key=("project_id", "event_id"),
    version=None,
    description="Push events.",
)

_COLUMNS = {
    "id": "event_id",
    "author_id": "author_user_id",
    "push_data.action": "action",
    "push_data.ref_type": "ref_type",
    "push_data.ref": "ref",
    "push_data.commit_from": "commit_from",
    "push_data.commit_to": "commit_to",
    "push_data.commit_count": "commit_count",
}


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.push_events`."""
    frame = flat(payloads, ["project_id", "created_at", *_COLUMNS]).rename(columns=_COLUMNS)
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        created_at=instants(frame["created_at"]),
    )
    return frame[TABLE.columns]
