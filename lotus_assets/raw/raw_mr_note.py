"""raw_mr_note: notes of merge requests, without their bodies."""

from collections.abc import Sequence

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    identifiers,
    instants,
    json_text,
    nested,
    not_before,
    nothing,
)
from lotus_assets.tables.columns import (
    JSON,
    Boolean,
    Instant,
    Integer,
    Json,
    Text,
)
from lotus_assets.tables.gitlab_columns import (
    SHA,
    MergeRequestId,
    TargetProjectId,
    UpdatedAt,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawMrNote(TableModel):
    """One row a note: a comment, or what GitLab recorded somebody did."""

    project_id: TargetProjectId
    note_id: Integer = Field(description="GitLab's id of the note.")
    mr_id: MergeRequestId
    author_user_id: Integer = Field(nullable=True, description="Who wrote or did it.")
    created_at: Instant = Field(description="When it was written or done.")
    updated_at: UpdatedAt
    is_system: Boolean = Field(description="Written by GitLab, not by a person.")
    is_author_bot: Boolean = Field(nullable=True, description="Its author is a bot, says GitLab.")
    system_action: Text = Field(
        nullable=True,
        description="What a system note records: approved, commit, merge, ….",
    )
    pushed_from_sha: Text = Field(
        nullable=True, str_matches=SHA, description="Head before the push that a note records."
    )
    is_approval_reset: Boolean = Field(description="GitLab took approvals back because of a push.")
    vanished_at: VanishedAt
    approvals_reset_of: Json = Field(
        nullable=True,
        metadata=JSON,
        description="User ids whose approvals a reset took, a JSON list; NULL: those of all.",
    )

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])

    @dataframe_check(name="action_of_a_persons_note")
    def action_only_of_system(cls, rows: pd.DataFrame) -> pd.Series:
        """Only system notes record actions."""
        return ~(rows["system_action"].notna() & ~rows["is_system"].fillna(False))


TABLE = Table(
    name="raw_mr_note",
    model=RawMrNote,
    key=("project_id", "note_id"),
    description="Notes of merge requests: reviews, approvals, pushes.",
)

_COLUMNS = {
    "system": "is_system",
    "author.bot": "is_author_bot",
    "action": "system_action",
    "pushedFromSha": "pushed_from_sha",
    "isApprovalReset": "is_approval_reset",
}


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the `notes` of `GitLabSource.merge_requests`."""
    others = ["id", "createdAt", "updatedAt", "author.id"]
    columns = [*others, *_COLUMNS, "approvalsResetOf"]
    frame = nested(payloads, "notes", columns, ["project_id", "id"])
    frame = frame.rename(columns=_COLUMNS)
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        mr_id=identifiers(frame["parent.id"]),
        note_id=identifiers(frame["id"]),
        author_user_id=identifiers(frame["author.id"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["updatedAt"]),
        is_system=frame["is_system"].astype("boolean"),
        is_author_bot=frame["is_author_bot"].astype("boolean"),
        vanished_at=nothing(frame),
        approvals_reset_of=json_text(frame["approvalsResetOf"].map(_numbers, na_action="ignore")),
    )
    return frame[TABLE.columns]


def _numbers(gids: Sequence[str]) -> list[int]:
    return [int(gid.rpartition("/")[2]) for gid in gids]
