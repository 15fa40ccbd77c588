"""fact_deployment: every production deployment, in order, with what it took back."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.commit_graph import CommitGraph
from lotus_assets.engine.delivery.production import production_deployments, production_rules
from lotus_assets.engine.delivery.rollbacks import deleted_releases, rollbacks
from lotus_assets.facts import dim_project
from lotus_assets.facts.ancestry import commit_graph, shas, within_project
from lotus_assets.facts.given import RULES
from lotus_assets.facts.project_rules import of_projects, present, projects_by_rule
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.raw import raw_commit, raw_deployment, raw_pipeline, raw_release, raw_tag
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
    """One row a production deployment."""

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
        description="The rule by which it is production: the first that applies to its project.",
    )
    finished_at: Instant = Field(nullable=True, description="When it ended; durations use it.")
    deployed_at: Instant = Field(
        nullable=True, description="finished_at, else updated_at: its order and its day."
    )
    previous_sha: Text = Field(
        nullable=True, description="What was deployed just before in that environment."
    )
    previous_finished_at: Instant = Field(nullable=True, description="When that one ended.")
    is_rollback: Boolean = Field(
        nullable=True, description="It took a deployment back; NULL where it cannot be told."
    )
    rollback_time_hours: Number = Field(
        nullable=True,
        ge=0,
        description="Finish of the deployment that was rolled back to its own finish, in hours.",
    )
    reason: InputReason


TABLE = Table(
    name="fact_deployment",
    model=FactDeployment,
    key=("project_id", "recorded_as", "record_id"),
    version=None,
    description="Production deployments and rollbacks.",
)


def deployment_rows(
    *,
    raw_pipeline: pd.DataFrame,
    raw_deployment: pd.DataFrame,
    raw_release: pd.DataFrame,
    raw_tag: pd.DataFrame,
    raw_commit: pd.DataFrame,
    dim_project: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """Rows of `fact_deployment`, by project and instant.

    Releases and tags that vanished are looked at too: their pipelines did deploy.
    """
    by_project = production_rules(dim_project, raw_deployment, raw_release, overrides(rules))
    production = production_deployments(
        present(raw_pipeline), raw_deployment, raw_release, by_project
    )
    deleted = deleted_releases(raw_release, raw_tag)
    marked = marked_rollbacks(
        within_project(production, "sha"), commit_graph(raw_commit), deleted, dim_project, rules
    )
    is_recorded = marked["deployment_id"].notna()
    return marked.assign(
        recorded_as=is_recorded.map({True: "deployment", False: "pipeline"}),
        record_id=marked["deployment_id"].where(is_recorded, marked["pipeline_id"]),
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
    """`engine.rollbacks`, for the projects of each rollback pattern."""
    parts = [
        rollbacks(of_projects(production, project_ids), graph, deleted, pattern)
        for pattern, project_ids in projects_by_rule(
            dim_project, rules, lambda chosen: chosen.rollback_pattern
        )
    ]
    return pd.concat(parts).sort_index()


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
        raw_pipeline=asked.read(raw_pipeline.TABLE),
        raw_deployment=asked.read(raw_deployment.TABLE),
        raw_release=asked.read(raw_release.TABLE),
        raw_tag=asked.read(raw_tag.TABLE),
        raw_commit=asked.read(raw_commit.TABLE),
        dim_project=asked.read(dim_project.TABLE),
        rules=asked.given(RULES),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(
        raw_pipeline.TABLE,
        raw_deployment.TABLE,
        raw_release.TABLE,
        raw_tag.TABLE,
        raw_commit.TABLE,
        dim_project.TABLE,
    ),
    given=(RULES,),
)
fact_deployment = project_asset(FACT)
