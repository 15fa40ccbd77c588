"""dim_project: every project that was listed, where it belongs, and whether it is active."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import dagster as dg
import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.default_branches import renamed_default_branches
from lotus_assets.facts.fact_witness import FactWitness
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import FACTS
from lotus_assets.raw import (
    raw_branch,
    raw_mr,
    raw_project,
    raw_push_event,
)
from lotus_assets.raw.collect_deployments import collect_deployments
from lotus_assets.raw.collect_pipelines import collect_pipelines
from lotus_assets.raw.reading import first_tables
from lotus_assets.sources.organisation import organisation_of
from lotus_assets.sources.organisation_file import Organisation
from lotus_assets.sources.warehouse.bookkeeping import (
    NOTHING_TO_READ,
    read_collected_periods,
    read_outcomes,
)
from lotus_assets.tables.columns import Boolean, Instant, Text
from lotus_assets.tables.gitlab_columns import CreatedAtIfKnown, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

ACTIVE_DAYS = 90
AS_LISTED = ["project_id", "path_with_namespace", "default_branch", "visibility", "created_at"]


class DimProject(TableModel):
    """One row a project."""

    project_id: ProjectId
    path_with_namespace: Text = Field(description="Full path; `repo` in metrics and exports.")
    default_branch: Text = Field(nullable=True, description="NULL for an empty repository.")
    visibility: Text = Field(nullable=True, description="private, internal or public.")
    active_flag: Boolean = Field(
        description="A merge request was created, updated or merged in the last 90 days."
    )
    is_measured: Boolean = Field(
        description="In the metrics: neither archived, pending deletion, nor vanished."
    )
    org: Text = Field(description="Organisation, from the org file.")
    business_line: Text = Field(description="Business line by longest prefix, or Unmapped.")
    team: Text = Field(description="Team by longest prefix, or Unmapped.")
    created_at: CreatedAtIfKnown
    earlier_default_branch: Text = Field(
        nullable=True,
        description="The branch that today's default branch was created from, by push events.",
    )
    default_branch_since: Instant = Field(
        nullable=True, description="When today's default branch was created from that."
    )
    deployments_collected_from: Instant = Field(
        nullable=True, description="From when on its deployments and pipelines were read whole."
    )


TABLE = Table(
    name="dim_project",
    model=DimProject,
    key=("project_id",),
    version=None,
    description="Projects with their place in the organisation.",
)
MEASURED = columns_of(raw_project.TABLE, "archived", "pending_deletion", "vanished_at")
BECAME_DEFAULT = (
    *columns_of(raw_project.TABLE, "default_branch"),
    *columns_of(raw_push_event.TABLE, "created_at", "action", "ref_type", "ref"),
    *columns_of(raw_push_event.TABLE, "commit_from", "commit_to"),
    *columns_of(raw_branch.TABLE, "branch", "tip_sha"),
)
LINEAGE = {
    **copied_from(raw_project.TABLE, *AS_LISTED),
    "active_flag": (
        *MEASURED,
        *columns_of(raw_project.TABLE, "last_activity_at"),
        *columns_of(raw_mr.TABLE, "created_at", "updated_at", "merged_at"),
    ),
    "is_measured": MEASURED,
    **dict.fromkeys(
        ("business_line", "team"), columns_of(raw_project.TABLE, "path_with_namespace")
    ),
    "earlier_default_branch": (*BECAME_DEFAULT, *columns_of(raw_mr.TABLE, "target_branch")),
    "default_branch_since": BECAME_DEFAULT,
}


def project_rows(
    raw_project: pd.DataFrame,
    raw_mr: pd.DataFrame,
    renamed: pd.DataFrame,
    collected_from: pd.Series,
    organisation: Organisation,
    now: pd.Timestamp,
    unreadable_project_ids: Collection[int] = (),
) -> pd.DataFrame:
    """Rows of `dim_project`, by project id; `now` is an instant in UTC.

    `renamed`: rows of `renamed_default_branches`; `collected_from`: since when deployments and
    pipelines were read whole, by project id.

    Active is a measured project of which a merge request moved in the last 90 days, or that could
    not be read and in which anything happened since.
    """
    projects = raw_project.sort_values("project_id", ignore_index=True)
    is_measured = ~(
        projects["archived"].fillna(False).astype(bool)
        | projects["pending_deletion"].fillna(False).astype(bool)
        | projects["vanished_at"].notna()
    )
    has_moved = projects["project_id"].isin(recently_moved(raw_mr, now))
    is_unreadable = projects["project_id"].isin(list(unreadable_project_ids))
    since = now - pd.Timedelta(days=ACTIVE_DAYS)
    has_activity = (projects["last_activity_at"] >= since).fillna(False).astype(bool)
    levels = organisation.assigned(projects["path_with_namespace"])
    rows = projects[AS_LISTED].assign(
        active_flag=is_measured & (has_moved | (is_unreadable & has_activity)),
        is_measured=is_measured,
    )
    rows = pd.concat([rows, levels], axis=1).merge(renamed, on="project_id", how="left")
    since_then = collected_from.reindex(rows["project_id"]).array
    return rows.assign(deployments_collected_from=since_then)[TABLE.columns]


def recently_moved(raw_mr: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """Ids of the projects with an MR created, updated or merged in the last 90 days."""
    since = now - pd.Timedelta(days=ACTIVE_DAYS)
    instants = raw_mr[["created_at", "updated_at", "merged_at"]]
    is_recent = ((instants >= since) & (instants <= now)).any(axis=1)
    return raw_mr.loc[is_recent & raw_mr["vanished_at"].isna(), "project_id"].drop_duplicates()


def deployments_collected_from(periods: pd.DataFrame) -> pd.Series:
    """From when on both deployments and pipelines were read whole, by project id.

    `periods` as by `read_collected_periods`; a project of which one was never read is left out.
    """
    names = {assets.op.name for assets in (collect_deployments, collect_pipelines)}
    of_both = periods[periods["collection"].isin(names)].groupby("project_id")["collected_from"]
    return of_both.max()[of_both.size() == len(names)]


def compute(inputs: Inputs) -> pd.DataFrame:
    """Rows of `dim_project` from what is stored; unreadable is what the last collection found."""
    with inputs.connect() as connection:
        outcomes = read_outcomes(connection, inputs.run_id)
        periods = read_collected_periods(connection)
    is_harmless = outcomes["reason"].isna() | outcomes["reason"].astype(str).str.startswith(
        NOTHING_TO_READ
    )
    projects, requests = inputs.read(raw_project.TABLE), inputs.read(raw_mr.TABLE)
    renamed = renamed_default_branches(
        projects, inputs.read(raw_push_event.TABLE), inputs.read(raw_branch.TABLE), requests
    )
    return project_rows(
        projects,
        requests,
        renamed,
        deployments_collected_from(periods),
        organisation_of(inputs.settings),
        pd.Timestamp(inputs.now),
        outcomes.loc[~is_harmless, "project_id"].unique().tolist(),
    )


COMPUTED = ComputedTable(
    TABLE,
    compute,
    reads=(raw_project.TABLE, raw_mr.TABLE, raw_push_event.TABLE, raw_branch.TABLE),
    lineage=LINEAGE,
    witness=lambda inputs: FactWitness(inputs.run_id, inputs.now, {}),
)


def dim_project_after(collections: Sequence[dg.AssetsDefinition]) -> dg.AssetsDefinition:
    """The asset, worked out after the collections that read every project.

    What one of them could not read makes a project unreadable.
    """
    return computed_asset(replace(COMPUTED, after=first_tables(collections)), FACTS)
