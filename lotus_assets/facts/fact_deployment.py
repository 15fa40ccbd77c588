"""fact_deployment: what went to production, in order, what of it is one, and what it took back."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.default_branches import DEFAULT_BRANCHES
from lotus_assets.engine.delivery.production import production_deployments, production_rules
from lotus_assets.engine.delivery.production_visits import production_visits
from lotus_assets.engine.delivery.rollbacks import deleted_releases, rollbacks
from lotus_assets.facts import dim_project
from lotus_assets.facts.ancestry import commit_graph, shas, within_project
from lotus_assets.facts.given import RULES, TIMEZONE
from lotus_assets.facts.project_rules import of_projects, present, projects_by_rule
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_job,
    raw_pipeline,
    raw_release,
    raw_tag,
)
from lotus_assets.sources.rules_file import Rules
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.gitlab_columns import DeployedRef, InputReason, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactDeployment(TableModel):
    """One row a deployment to production, or a pipeline that stands for one.

    Those of one pipeline to several regions, or by several jobs, are one production deployment:
    `is_counted` marks the one that stands for it.
    """

    project_id: ProjectId
    recorded_as: Text = Field(
        isin=["deployment", "pipeline"],
        description="deployment: GitLab recorded one; pipeline: a pipeline stands for it.",
    )
    record_id: Integer = Field(description="GitLab's id of that deployment or pipeline.")
    deployment_id: Integer = Field(nullable=True, description="GitLab's id; NULL for a pipeline.")
    pipeline_id: Integer = Field(nullable=True, description="The pipeline that deployed.")
    environment: Text = Field(nullable=True, description="Environment; NULL for a pipeline.")
    sha: Text = Field(nullable=True, description="The commit that was deployed.")
    ref: DeployedRef
    pipeline_name: Text = Field(nullable=True, description="The pipeline's name, if it has one.")
    rule: Text = Field(
        isin=["environments", "releases", "default_branch"],
        description="The rule by which it is production: the first that applied on its day.",
    )
    finished_at: Instant = Field(
        nullable=True,
        description="When its job, else it itself, ended, or the pipeline; durations use it.",
    )
    deployed_at: Instant = Field(
        nullable=True, description="finished_at, else updated_at: its order and its day."
    )
    previous_sha: Text = Field(
        nullable=True,
        description="What was deployed just before in that environment by a job of that name.",
    )
    previous_finished_at: Instant = Field(
        nullable=True,
        description="When the production deployment just before in that environment ended.",
    )
    is_rollback: Boolean = Field(
        nullable=True,
        description="Its production deployment took one back; NULL where it cannot be told.",
    )
    rollback_time_hours: Number = Field(
        nullable=True,
        ge=0,
        description="Finish of the deployment that was rolled back to its own finish, in hours.",
    )
    reason: InputReason
    topmost_pipeline_id: Integer = Field(
        nullable=True, description="The pipeline that led to pipeline_id: that one or a parent."
    )
    job_name: Text = Field(
        nullable=True, description="The job that deployed; NULL through the API or for a pipeline."
    )
    is_counted: Boolean = Field(
        description="It stands for its production deployment: the first of it that finished."
    )
    counted_as: Integer = Field(
        description="record_id of the row that stands for its production deployment."
    )


TABLE = Table(
    name="fact_deployment",
    model=FactDeployment,
    key=("project_id", "recorded_as", "record_id"),
    version=None,
    description="What went to production, what of it is one, and rollbacks.",
)
DEPLOYMENT_ID = columns_of(raw_deployment.TABLE, "deployment_id")
PIPELINE_ID = (
    *columns_of(raw_deployment.TABLE, "pipeline_id"),
    *columns_of(raw_pipeline.TABLE, "pipeline_id"),
)
SHA = (*columns_of(raw_deployment.TABLE, "sha"), *columns_of(raw_pipeline.TABLE, "sha"))
REF = (*columns_of(raw_deployment.TABLE, "ref"), *columns_of(raw_pipeline.TABLE, "ref"))
PATH = columns_of(dim_project.TABLE, "path_with_namespace")
RELEASED_AT = columns_of(raw_release.TABLE, "released_at", "created_at")
PIPELINE_END = (
    *columns_of(raw_pipeline.TABLE, "finished_at", "updated_at", "created_at"),
    *columns_of(raw_job.TABLE, "finished_at", "kind", "is_manual", "allow_failure"),
)
FINISHED_AT = (*columns_of(raw_deployment.TABLE, "finished_at", "created_at"), *PIPELINE_END)
DEPLOYED_AT = (*FINISHED_AT, *columns_of(raw_deployment.TABLE, "updated_at"))
VISIT = (
    *DEPLOYMENT_ID,
    *PIPELINE_ID,
    *columns_of(raw_pipeline.TABLE, "parent_pipeline_id"),
    *columns_of(raw_deployment.TABLE, "sha", "environment", "job_name"),
    *PATH,
    *PIPELINE_END,
)
"""What decides which rows are one production deployment, and which came before it."""
COUNTED = (*VISIT, *DEPLOYED_AT)
WENT_BACK = (
    *COUNTED,
    *SHA,
    *columns_of(raw_commit.TABLE, "commit_id", "parent_ids"),
    *REF,
    *columns_of(raw_pipeline.TABLE, "name"),
)
IS_ROLLBACK = (
    *WENT_BACK,
    *RELEASED_AT,
    *columns_of(raw_release.TABLE, "tag_name", "vanished_at"),
    *columns_of(raw_tag.TABLE, "vanished_at"),
)
LINEAGE = {
    "project_id": (
        *columns_of(raw_deployment.TABLE, "project_id"),
        *columns_of(raw_pipeline.TABLE, "project_id"),
    ),
    "recorded_as": DEPLOYMENT_ID,
    "record_id": (*DEPLOYMENT_ID, *columns_of(raw_pipeline.TABLE, "pipeline_id")),
    "deployment_id": DEPLOYMENT_ID,
    "pipeline_id": PIPELINE_ID,
    "environment": columns_of(raw_deployment.TABLE, "environment"),
    "sha": SHA,
    "ref": REF,
    "pipeline_name": columns_of(raw_pipeline.TABLE, "name"),
    "rule": (
        *columns_of(raw_deployment.TABLE, "status", "environment", "environment_tier"),
        *columns_of(raw_pipeline.TABLE, "status", "source", "ref"),
        *columns_of(raw_release.TABLE, "tag_name"),
        *RELEASED_AT,
        *PATH,
        *columns_of(dim_project.TABLE, *DEFAULT_BRANCHES),
        *DEPLOYED_AT,
    ),
    "finished_at": FINISHED_AT,
    "deployed_at": DEPLOYED_AT,
    "previous_sha": (*SHA, *VISIT),
    "previous_finished_at": (*FINISHED_AT, *VISIT),
    "is_rollback": IS_ROLLBACK,
    "rollback_time_hours": WENT_BACK,
    "reason": IS_ROLLBACK,
    "topmost_pipeline_id": (*PIPELINE_ID, *columns_of(raw_pipeline.TABLE, "parent_pipeline_id")),
    "job_name": columns_of(raw_deployment.TABLE, "job_name"),
    **dict.fromkeys(("is_counted", "counted_as"), COUNTED),
}


def deployment_rows(
    *,
    raw_pipeline: pd.DataFrame,
    raw_job: pd.DataFrame,
    raw_deployment: pd.DataFrame,
    raw_release: pd.DataFrame,
    raw_tag: pd.DataFrame,
    raw_commit: pd.DataFrame,
    dim_project: pd.DataFrame,
    rules: Rules,
    timezone: str,
) -> pd.DataFrame:
    """Rows of `fact_deployment`, by project and instant.

    Releases and tags that vanished are looked at too: their pipelines did deploy.
    """
    production = production_deployments(
        present(raw_pipeline),
        present(raw_job),
        raw_deployment,
        raw_release,
        production_rules(dim_project, overrides(rules)),
        timezone,
    )
    deleted = deleted_releases(raw_release, raw_tag)
    marked = marked_rollbacks(
        within_project(production, "sha"), commit_graph(raw_commit), deleted, dim_project, rules
    )
    is_recorded = marked["deployment_id"].notna()
    return marked.assign(
        recorded_as=is_recorded.map({True: "deployment", False: "pipeline"}),
        record_id=_record_ids(marked),
        sha=shas(marked["sha"]),
        previous_sha=shas(marked["previous_sha"]),
    )[TABLE.columns]


def marked_rollbacks(
    production: pd.DataFrame,
    graph: CommitGraph,
    deleted: pd.DataFrame,
    dim_project: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """What is one production deployment, and a rollback, by each project's rollback pattern."""
    parts = []
    for pattern, project_ids in projects_by_rule(
        dim_project, rules, lambda chosen: chosen.rollback_pattern
    ):
        visits = production_visits(of_projects(production, project_ids), pattern)
        counted = visits[visits["is_counted"]].set_index("production_deployment")
        counted_as = _record_ids(counted).reindex(visits["production_deployment"])
        marked = rollbacks(visits, graph, deleted, pattern)
        parts.append(marked.assign(counted_as=counted_as.array))
    return pd.concat(parts).sort_index()


def _record_ids(deployments: pd.DataFrame) -> pd.Series:
    return deployments["deployment_id"].fillna(deployments["pipeline_id"])


def overrides(rules: Rules) -> pd.DataFrame:
    """The rules file's `production` entries as the engine takes them."""
    return pd.DataFrame(
        [
            {
                "path": entry.path,
                "rule": entry.rule,
                "environments": list(entry.environments) or None,
                "ref_pattern": entry.ref_pattern,
            }
            for entry in rules.production
        ],
        columns=["path", "rule", "environments", "ref_pattern"],
    )


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return deployment_rows(
        raw_pipeline=asked.plausible(asked.read(raw_pipeline.TABLE)),
        raw_job=asked.plausible(asked.read(raw_job.TABLE)),
        raw_deployment=asked.plausible(asked.read(raw_deployment.TABLE)),
        raw_release=asked.plausible(asked.read(raw_release.TABLE)),
        raw_tag=asked.plausible(asked.read(raw_tag.TABLE)),
        raw_commit=asked.read(raw_commit.TABLE),
        dim_project=asked.read(dim_project.TABLE),
        rules=asked.given(RULES),
        timezone=asked.given(TIMEZONE),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(
        raw_pipeline.TABLE,
        raw_job.TABLE,
        raw_deployment.TABLE,
        raw_release.TABLE,
        raw_tag.TABLE,
        raw_commit.TABLE,
        dim_project.TABLE,
    ),
    lineage=LINEAGE,
    given=(RULES, TIMEZONE),
)
fact_deployment = project_asset(FACT)
