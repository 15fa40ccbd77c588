"""fact_branch: every life of a branch, from its creation to its merge or deletion."""

import pandas as pd
from pandera.pandas import Field
from sqlalchemy import select

from lotus_assets.engine.delivery.branch_lifetimes import branch_lifetimes
from lotus_assets.engine.delivery.merge_requests import first_commits
from lotus_assets.facts import dim_project
from lotus_assets.facts.marks import neighbours_of
from lotus_assets.facts.project_rules import present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.graph.inputs import Inputs
from lotus_assets.raw import (
    raw_branch,
    raw_mr,
    raw_mr_commit,
    raw_protected_branch,
    raw_push_event,
)
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.gitlab_columns import Branch, CreatedAtIfKnown
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

LONG_LIFE_HOURS = 30 * 24


class FactBranch(TableModel):
    """One row a life; default and protected branches have none."""

    project_id: Integer = Field(description="GitLab's id of the branch's project.")
    branch: Branch
    life_number: Integer = Field(
        ge=1, description="1 for the name's first known life; a name used again lives again."
    )
    created_at: CreatedAtIfKnown
    created_by: Text = Field(
        nullable=True, description="push_event, or merge_request: its first commit."
    )
    ended_at: Instant = Field(nullable=True, description="Merge or deletion; NULL while it lives.")
    ended_by: Text = Field(nullable=True, description="merge or deletion.")
    branch_ttl_hours: Number = Field(nullable=True, ge=0, description="Its life, in hours.")
    is_over_30_days: Boolean = Field(nullable=True, description="It lived longer than 30 days.")
    reason: Text = Field(
        nullable=True,
        description="creation_unknown, end_unknown or created_after_merge: no duration.",
    )


TABLE = Table(
    name="fact_branch",
    model=FactBranch,
    key=("project_id", "branch", "life_number"),
    version=None,
    description="Lives of branches, from creation to merge or deletion.",
)
BIRTH = (
    *columns_of(raw_push_event.TABLE, "created_at", "action", "ref_type"),
    *columns_of(raw_mr_commit.TABLE, "authored_at"),
    *columns_of(raw_mr.TABLE, "created_at", "merged_at"),
)
LIFE = (*BIRTH, *columns_of(raw_branch.TABLE, "vanished_at"))
LINEAGE = {
    "project_id": (
        *columns_of(raw_push_event.TABLE, "project_id"),
        *columns_of(raw_mr.TABLE, "source_project_id"),
        *columns_of(raw_branch.TABLE, "project_id"),
    ),
    "branch": (
        *columns_of(raw_push_event.TABLE, "ref"),
        *columns_of(raw_mr.TABLE, "source_branch"),
        *columns_of(raw_branch.TABLE, "branch"),
    ),
    **dict.fromkeys(("created_at", "created_by"), BIRTH),
    **dict.fromkeys(("life_number", "ended_at", "ended_by"), LIFE),
    **dict.fromkeys(("branch_ttl_hours", "is_over_30_days", "reason"), LIFE),
}


def branch_rows(
    *,
    raw_mr: pd.DataFrame,
    raw_mr_commit: pd.DataFrame,
    raw_push_event: pd.DataFrame,
    raw_branch: pd.DataFrame,
    raw_protected_branch: pd.DataFrame,
    dim_project: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of `fact_branch` of the projects in `dim_project`, sorted.

    `raw_branch` holds vanished branches too: they are deletions that the collector alone saw.
    """
    lives = branch_lifetimes(
        present(raw_mr),
        first_commits(raw_mr_commit).reset_index(),
        raw_push_event,
        raw_branch,
        present(raw_protected_branch),
        dim_project,
    )
    hours = lives["branch_ttl_hours"]
    return lives.assign(
        life_number=lives.groupby(["project_id", "branch"]).cumcount() + 1,
        is_over_30_days=(hours > LONG_LIFE_HOURS).astype("boolean").mask(hours.isna()),
    )[TABLE.columns]


def forks(inputs: Inputs) -> pd.DataFrame:
    """Projects whose branches are merged elsewhere: their facts look at those merge requests."""
    requests = database_table(raw_mr.TABLE)
    query = select(requests.c.source_project_id, requests.c.project_id).distinct()
    is_elsewhere = requests.c.source_project_id != requests.c.project_id
    return neighbours_of(inputs.rows(query.where(is_elsewhere)))


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return branch_rows(
        raw_mr=asked.plausible(asked.read_with_neighbours(raw_mr.TABLE)),
        raw_mr_commit=asked.plausible(asked.read_with_neighbours(raw_mr_commit.TABLE)),
        raw_push_event=asked.plausible(asked.read(raw_push_event.TABLE)),
        raw_branch=asked.read(raw_branch.TABLE),
        raw_protected_branch=asked.read(raw_protected_branch.TABLE),
        dim_project=asked.read(dim_project.TABLE),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(
        raw_mr.TABLE,
        raw_mr_commit.TABLE,
        raw_push_event.TABLE,
        raw_branch.TABLE,
        raw_protected_branch.TABLE,
        dim_project.TABLE,
    ),
    lineage=LINEAGE,
    neighbours=forks,
)
fact_branch = project_asset(FACT)
