"""raw_job: jobs of pipelines, retried ones and bridges included."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandera.pandas import Field, dataframe_check

from lotus_assets.raw.payload_columns import (
    Payloads,
    identifiers,
    instants,
    json_text,
    lowered,
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
    CreatedAt,
    DurationSeconds,
    FinishedAt,
    JobStatus,
    ProjectId,
    VanishedAt,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class RawJob(TableModel):
    """One row a job's run."""

    project_id: ProjectId
    job_id: Integer = Field(description="GitLab's global id of the job.")
    pipeline_id: Integer = Field(description="GitLab's global id of its pipeline.")
    name: Text = Field(description="Its name in the CI configuration.")
    stage: Text = Field(nullable=True, description="Name of its stage.")
    stage_index: Integer = Field(
        nullable=True, ge=0, description="Place of the stage in its pipeline, from 0."
    )
    kind: Text = Field(
        isin=["build", "bridge"], description="build, or bridge: it starts another pipeline."
    )
    status: JobStatus
    created_at: CreatedAt
    started_at: Instant = Field(nullable=True, description="When a runner took it.")
    finished_at: FinishedAt
    duration_sec: DurationSeconds
    retried_flag: Boolean = Field(nullable=True, description="A later run replaced it.")
    allow_failure: Boolean = Field(nullable=True, description="Its failure fails no pipeline.")
    needs: Json = Field(
        nullable=True,
        metadata=JSON,
        description="Names of the jobs that it needs; [] needs none; NULL: none were declared.",
    )
    updated_at: Instant = Field(description="The pipeline's; orders copies of one row.")
    vanished_at: VanishedAt
    is_manual: Boolean = Field(
        nullable=True, description="It waits for somebody to play it (or for its delay to pass)."
    )

    @dataframe_check(name="finished_before_started")
    def finished_not_before_started(cls, rows: pd.DataFrame) -> pd.Series:
        """An end is not older than the start."""
        return not_before(rows["finished_at"], rows["started_at"])


TABLE = Table(
    name="raw_job",
    model=RawJob,
    key=("project_id", "job_id"),
    description="Jobs of the pipelines.",
)

_COLUMNS = {
    "name": "name",
    "stage.name": "stage",
    "duration": "duration_sec",
    "retried": "retried_flag",
    "allowFailure": "allow_failure",
    "manualJob": "is_manual",
}
_OTHERS = [
    *["id", "kind", "status", "createdAt", "startedAt", "finishedAt"],
    *["schedulingType", "needs.nodes"],
]


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of the `jobs` of `GitLabSource.pipelines`.

    A job without `needs` of its own waits for its stage: GitLab calls its scheduling `stage`, and
    `dag` where `needs` was declared, be it empty.
    """
    parent = ["project_id", "id", "updatedAt", "createdAt"]
    frame = nested(payloads, "jobs", [*_COLUMNS, *_OTHERS], parent).rename(columns=_COLUMNS)
    is_declared = lowered(frame["schedulingType"]).eq("dag").fillna(False)
    frame = frame.assign(
        project_id=frame["parent.project_id"].astype("Int64"),
        pipeline_id=identifiers(frame["parent.id"]),
        job_id=identifiers(frame["id"]),
        kind=lowered(frame["kind"]),
        status=lowered(frame["status"]),
        created_at=instants(frame["createdAt"]),
        started_at=instants(frame["startedAt"]),
        finished_at=instants(frame["finishedAt"]),
        needs=json_text(frame["needs.nodes"].map(_names, na_action="ignore").where(is_declared)),
        updated_at=instants(frame["parent.updatedAt"].fillna(frame["parent.createdAt"])),
        vanished_at=nothing(frame),
    )
    return frame.merge(_stage_indices(payloads), on=["pipeline_id", "stage"], how="left")[
        TABLE.columns
    ]


def _stage_indices(payloads: Payloads) -> pd.DataFrame:
    """(pipeline_id, stage, stage_index) in the order in which GitLab lists the stages."""
    stages = nested(payloads, "stages", ["name"], ["id"])
    stages = stages.assign(pipeline_id=identifiers(stages["parent.id"]), stage=stages["name"])
    indices = stages.groupby("pipeline_id").cumcount().astype("Int64")
    return (
        stages.assign(stage_index=indices)
        .drop_duplicates(["pipeline_id", "stage"])
        .dropna(subset=["stage"])[["pipeline_id", "stage", "stage_index"]]
    )


def _names(nodes: list[Mapping[str, Any]]) -> list[str]:
    return [str(node["name"]) for node in nodes if node]
