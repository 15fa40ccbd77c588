"""fact_flaky_job: what was tried on one SHA under one job name, and whether it was flaky."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.flaky_jobs import finished_runs, flaky_groups
from lotus_assets.facts.project_rules import present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.raw import raw_job, raw_pipeline
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Text,
)
from lotus_assets.tables.gitlab_columns import ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactFlakyJob(TableModel):
    """One row a (project, SHA, job name) with at least one finished run."""

    project_id: ProjectId
    sha: Text = Field(description="The commit that the pipelines ran for.")
    name: Text = Field(description="Name of the job.")
    first_job_id: Integer = Field(description="The first run that succeeded or failed.")
    first_started_at: Instant = Field(
        nullable=True,
        description="The group's day: when that run started, or was created if it failed before.",
    )
    is_flaky: Boolean = Field(description="A failed run was followed by a successful one.")
    reason: Text = Field(nullable=True, description="started_at_missing: it has no day.")


TABLE = Table(
    name="fact_flaky_job",
    model=FactFlakyJob,
    key=("project_id", "sha", "name"),
    version=None,
    description="Jobs by SHA, with which were flaky: failed, then succeeded on it.",
)
STARTED_AT = columns_of(raw_job.TABLE, "started_at", "created_at", "status")
LINEAGE = {
    **copied_from(raw_job.TABLE, "project_id", "name"),
    **copied_from(raw_pipeline.TABLE, "sha"),
    "first_job_id": columns_of(raw_job.TABLE, "job_id", "status", "kind"),
    "first_started_at": STARTED_AT,
    "is_flaky": columns_of(raw_job.TABLE, "job_id", "status", "kind"),
    "reason": STARTED_AT,
}


def flaky_job_rows(raw_job: pd.DataFrame, raw_pipeline: pd.DataFrame) -> pd.DataFrame:
    """Rows of `fact_flaky_job`; child pipelines' jobs count, what vanished does not."""
    return flaky_groups(finished_runs(present(raw_job), present(raw_pipeline)))[TABLE.columns]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return flaky_job_rows(
        asked.plausible(asked.read(raw_job.TABLE)), asked.plausible(asked.read(raw_pipeline.TABLE))
    )


FACT = ProjectFact(TABLE, compute, reads=(raw_job.TABLE, raw_pipeline.TABLE), lineage=LINEAGE)
fact_flaky_job = project_asset(FACT)
