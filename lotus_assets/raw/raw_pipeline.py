"""raw_pipeline: pipelines."""

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.engine.delivery.pipelines import CHILD_SOURCE
from lotus_assets.raw.payload_columns import (
    Payloads,
    flat,
    identifiers,
    instants,
    lowered,
    not_before,
    nothing,
)
from lotus_assets.sources.gitlab.email_hash import ADDRESS, PLACEHOLDER
from lotus_assets.tables.columns import Instant, Integer, Text
from lotus_assets.tables.gitlab_columns import (
    SHA,
    CreatedAt,
    Iid,
    JobStatus,
    ProjectId,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawPipeline(TableModel):
    """One row a pipeline, child pipelines (source parent_pipeline) included."""

    project_id: ProjectId
    pipeline_id: Integer = Field(description="GitLab's global id of the pipeline.")
    iid: Iid
    sha: Text = Field(nullable=True, str_matches=SHA, description="The commit that it ran for.")
    ref: Text = Field(nullable=True, description="Branch, tag or merge request ref.")
    source: Text = Field(nullable=True, description="What started it: push, schedule, ….")
    name: Text = Field(
        nullable=True, description="Its name from workflow:name, e-mail addresses redacted."
    )
    status: JobStatus
    created_at: CreatedAt
    updated_at: Instant = Field(
        description="When it last moved (created_at where GitLab has none); orders copies."
    )
    started_at: Instant = Field(nullable=True, description="When its first job started.")
    finished_at: Instant = Field(
        nullable=True,
        description="When it ended; before started_at while one runs that ended unstarted before.",
    )
    duration_sec: Integer = Field(
        nullable=True, ge=0, description="Seconds that it ran, as GitLab counts them."
    )
    environment: Text = Field(
        nullable=True, description="Environment of its latest deployment; filled afterwards."
    )
    user_id: Integer = Field(nullable=True, description="Who started it.")
    merge_request_iid: Integer = Field(
        nullable=True, ge=1, description="The merge request that it ran for."
    )
    vanished_at: VanishedAt
    parent_pipeline_id: Integer = Field(
        nullable=True, description="The pipeline of this project that started a child pipeline."
    )

    @dataframe_check(name="updated_before_created")
    def updated_not_before_created(cls, rows: pd.DataFrame) -> pd.Series:
        """An update is not older than the creation."""
        return not_before(rows["updated_at"], rows["created_at"])


TABLE = Table(
    name="raw_pipeline",
    model=RawPipeline,
    key=("project_id", "pipeline_id"),
    kept=("environment",),
    description="Pipelines.",
)

_COLUMNS = {"sha": "sha", "ref": "ref", "duration": "duration_sec"}
_OTHERS = [
    *["project_id", "id", "iid", "source", "name", "status", "createdAt", "updatedAt"],
    *["startedAt", "finishedAt", "user.id", "mergeRequest.iid", "upstream.id"],
]


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.pipelines`."""
    frame = flat(payloads, [*_OTHERS, *_COLUMNS]).rename(columns=_COLUMNS)
    source = lowered(frame["source"])
    frame = frame.assign(
        project_id=frame["project_id"].astype("Int64"),
        pipeline_id=identifiers(frame["id"]),
        iid=identifiers(frame["iid"]),
        source=source,
        name=frame["name"].astype("string").str.replace(ADDRESS, PLACEHOLDER, regex=True),
        status=lowered(frame["status"]),
        created_at=instants(frame["createdAt"]),
        updated_at=instants(frame["updatedAt"].fillna(frame["createdAt"])),
        started_at=instants(frame["startedAt"]),
        finished_at=instants(frame["finishedAt"]),
        environment=pd.Series(pd.NA, index=frame.index, dtype="string"),
        user_id=identifiers(frame["user.id"]),
        merge_request_iid=identifiers(frame["mergeRequest.iid"]),
        vanished_at=nothing(frame),
        parent_pipeline_id=identifiers(frame["upstream.id"]).where(source.eq(CHILD_SOURCE)),
    )
    return frame[TABLE.columns]
