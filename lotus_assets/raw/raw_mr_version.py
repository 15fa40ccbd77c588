"""raw_mr_version: the diff versions of merge requests, with their heads."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import (
    Payloads,
    identifiers,
    instants,
    looked_up,
    nested,
    nothing,
    sortable,
)
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.gitlab_columns import (
    SHA,
    MergeRequestId,
    MergeRequestUpdatedAt,
    TargetProjectId,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawMrVersion(TableModel):
    """One row a version of a merge request's diff."""

    project_id: TargetProjectId
    mr_id: MergeRequestId
    version_number: Integer = Field(ge=1, description="1 for the first, in order of creation.")
    created_at: Instant = Field(description="When the version was made.")
    head_sha: Text = Field(
        nullable=True, str_matches=SHA, description="Head of the source branch in this version."
    )
    updated_at: MergeRequestUpdatedAt
    vanished_at: VanishedAt


TABLE = Table(
    name="raw_mr_version",
    model=RawMrVersion,
    key=("project_id", "mr_id", "version_number"),
    description="Diff versions of merge requests.",
)

PUSH = "commit"
"""Action of the system note that records a push."""


def rows(payloads: Payloads, merge_requests: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """Rows of the `mergeRequestDiffs` of `GitLabSource.merge_requests`.

    `merge_requests` and `notes` are the rows of `raw_mr` and `raw_mr_note` in `payloads`.

    GraphQL's versions have times only. The note of the push that ended a version names its head:
    the first push note written at or after the creation of the next version. Where no push
    followed, the head is the merge request's.
    """
    frame = nested(payloads, "mergeRequestDiffs", ["createdAt"], ["project_id", "id", "updatedAt"])
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        mr_id=identifiers(frame["parent.id"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["parent.updatedAt"]),
        vanished_at=nothing(frame),
    )
    frame = frame.assign(at=sortable(frame["created_at"]))
    frame = frame.sort_values(["mr_id", "at"], kind="stable", ignore_index=True)
    of_one = frame.groupby("mr_id", sort=False)
    frame = frame.assign(
        version_number=(of_one.cumcount() + 1).astype("Int64"), next_at=of_one["at"].shift(-1)
    )
    return frame.assign(head_sha=_heads(frame, merge_requests, notes))[TABLE.columns]


def _heads(versions: pd.DataFrame, merge_requests: pd.DataFrame, notes: pd.DataFrame) -> pd.Series:
    """Head of each version, in the order of `versions`."""
    pushes = notes[notes["system_action"].eq(PUSH).fillna(False)]
    pushes = pushes.assign(is_ended=True, at=sortable(pushes["created_at"]))
    pushes = pushes.dropna(subset=["at"]).sort_values("at")
    ended = versions[versions["next_at"].notna()].assign(row=lambda rows: rows.index)
    ending = pd.merge_asof(
        ended.sort_values("next_at"),
        pushes[["mr_id", "at", "pushed_from_sha", "is_ended"]],
        left_on="next_at",
        right_on="at",
        by="mr_id",
        direction="forward",
    ).set_index("row")
    by_push = ending["pushed_from_sha"].reindex(versions.index)
    is_ended = ending["is_ended"].reindex(versions.index).notna()
    current = looked_up(versions["mr_id"], merge_requests.set_index("mr_id")["head_sha"])
    return by_push.where(is_ended, current)
