"""fact_pipeline: every pipeline with its duration, critical path, and way back to green."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.critical_path import critical_paths
from lotus_assets.engine.delivery.flaky_jobs import finished_runs, flaky_candidates
from lotus_assets.engine.delivery.pipelines import pipeline_facts
from lotus_assets.engine.delivery.rollbacks import pipeline_flags
from lotus_assets.facts import fact_deployment
from lotus_assets.facts.project_rules import present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.raw import raw_job, raw_pipeline
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.gitlab_columns import DurationSeconds, InputReason, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactPipeline(TableModel):
    """One row a pipeline, child pipelines included."""

    pipeline_id: Integer = Field(unique=True, description="GitLab's global id of the pipeline.")
    project_id: ProjectId
    created_at: Instant = Field(
        nullable=True,
        description="When it was created: its day for rates and means; NULL where that cannot be.",
    )
    ended_at: Instant = Field(
        nullable=True,
        description="When the last of its jobs ended, optional manual ones aside; NULL where it "
        "contradicts.",
    )
    status: Text = Field(description="GitLab's status, in lower case.")
    is_counted: Boolean = Field(description="It succeeded or failed, and is no child pipeline.")
    is_success: Boolean = Field(description="It is counted and succeeded.")
    opens_red_streak: Boolean = Field(
        description="It failed, and the one before on its ref did not."
    )
    mtg_seconds: Integer = Field(
        nullable=True,
        ge=0,
        description="Mean time to green: end of the failure to that of the next success.",
    )
    is_prod: Boolean = Field(description="It ran a production deployment.")
    is_rollback: Boolean = Field(
        nullable=True, description="A deployment that it ran is a rollback; NULL if not known."
    )
    is_flaky_candidate: Boolean = Field(
        description="It holds a failed job that later succeeded on the same SHA."
    )
    duration_sec: DurationSeconds
    critical_path_sec: Number = Field(
        nullable=True, ge=0, description="Longest path through its jobs, in seconds."
    )
    job_count: Integer = Field(ge=0, description="Jobs, each name's last run, without bridges.")
    unknown_need_count: Integer = Field(ge=0, description="Needs that name no job of it.")
    reason: InputReason
    critical_path_reason: Text = Field(
        nullable=True, description="What is wrong with its jobs: needs_cycle, negative_duration."
    )


TABLE = Table(
    name="fact_pipeline",
    model=FactPipeline,
    key=("pipeline_id",),
    version=None,
    looked_up_by=("project_id",),
    description="Pipelines with durations, critical paths and the way back to green.",
)
COUNTED = columns_of(raw_pipeline.TABLE, "status", "source")
STREAK = (*COUNTED, *columns_of(raw_pipeline.TABLE, "ref", "pipeline_id"))
DEPLOYING = columns_of(fact_deployment.TABLE, "pipeline_id", "topmost_pipeline_id")
JOBS = columns_of(raw_job.TABLE, "name", "kind")
NEEDS = (*JOBS, *columns_of(raw_job.TABLE, "job_id", "needs"))
CRITICAL_PATH = (*NEEDS, *columns_of(raw_job.TABLE, "stage_index", "duration_sec"))
LINEAGE = {
    **copied_from(raw_pipeline.TABLE, "pipeline_id", "project_id", "created_at", "status"),
    "ended_at": fact_deployment.PIPELINE_END,
    **dict.fromkeys(("is_counted", "is_success"), COUNTED),
    "opens_red_streak": STREAK,
    "mtg_seconds": (*STREAK, *fact_deployment.PIPELINE_END),
    "is_prod": DEPLOYING,
    "is_rollback": (*columns_of(fact_deployment.TABLE, "is_rollback"), *DEPLOYING),
    "is_flaky_candidate": (
        *columns_of(raw_job.TABLE, "job_id", "name", "kind", "status"),
        *columns_of(raw_pipeline.TABLE, "sha"),
    ),
    **copied_from(raw_pipeline.TABLE, "duration_sec"),
    "critical_path_sec": CRITICAL_PATH,
    "job_count": JOBS,
    "unknown_need_count": NEEDS,
    "reason": (
        *STREAK,
        *fact_deployment.PIPELINE_END,
        *columns_of(raw_pipeline.TABLE, "duration_sec"),
    ),
    "critical_path_reason": CRITICAL_PATH,
}


def pipeline_rows(
    *, raw_pipeline: pd.DataFrame, raw_job: pd.DataFrame, fact_deployment: pd.DataFrame
) -> pd.DataFrame:
    """Rows of `fact_pipeline`, by pipeline id; what vanished is left out."""
    pipelines = present(raw_pipeline).sort_values("pipeline_id", ignore_index=True)
    jobs = present(raw_job)
    flags = pipeline_flags(pipelines, fact_deployment)
    paths = critical_paths(jobs).rename(columns={"reason": "critical_path_reason"})
    rows = (
        pipeline_facts(pipelines, jobs)
        .assign(
            created_at=pipelines["created_at"],
            status=pipelines["status"],
            is_prod=flags["is_prod"],
            is_rollback=flags["is_rollback"],
            is_flaky_candidate=flaky_candidates(finished_runs(jobs, pipelines), pipelines),
        )
        .merge(paths, on="pipeline_id", how="left")
    )
    counts = rows[["job_count", "unknown_need_count"]].fillna(0)
    return rows.assign(**counts)[TABLE.columns]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return pipeline_rows(
        raw_pipeline=asked.plausible(asked.read(raw_pipeline.TABLE)),
        raw_job=asked.plausible(asked.read(raw_job.TABLE)),
        fact_deployment=asked.read(fact_deployment.TABLE),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(raw_pipeline.TABLE, raw_job.TABLE, fact_deployment.TABLE),
    lineage=LINEAGE,
)
fact_pipeline = project_asset(FACT)
