"""dim_branch: the branches that exist, and which of them are protected."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.patterns import matches_wildcards
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import FACTS
from lotus_assets.raw import raw_branch, raw_protected_branch
from lotus_assets.tables.columns import Boolean
from lotus_assets.tables.gitlab_columns import Branch, ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class DimBranch(TableModel):
    """One row a branch."""

    project_id: ProjectId
    branch: Branch
    protected_flag: Boolean = Field(description="A protected-branch rule matches the name.")


TABLE = Table(
    name="dim_branch",
    model=DimBranch,
    key=("project_id", "branch"),
    version=None,
    description="Branches that exist, with their protection.",
)
LINEAGE = {
    **copied_from(raw_branch.TABLE, "project_id", "branch"),
    "protected_flag": (
        *columns_of(raw_branch.TABLE, "branch"),
        *columns_of(raw_protected_branch.TABLE, "name"),
    ),
}


def branch_rows(raw_branch: pd.DataFrame, raw_protected_branch: pd.DataFrame) -> pd.DataFrame:
    """Rows of `dim_branch`, sorted; vanished branches and rules are left out.

    A rule's `*` stands for any text, slashes included; case matters (docs.gitlab.com, Protected
    branches, wildcard rules).
    """
    branches = raw_branch.loc[raw_branch["vanished_at"].isna(), ["project_id", "branch"]]
    branches = branches.sort_values(["project_id", "branch"], ignore_index=True)
    rules = raw_protected_branch[raw_protected_branch["vanished_at"].isna()]
    is_protected = matches_wildcards(branches["project_id"], branches["branch"], rules)
    return branches.assign(protected_flag=is_protected)[TABLE.columns]


def compute(inputs: Inputs) -> pd.DataFrame:
    """Rows of `dim_branch` from what is stored."""
    return branch_rows(inputs.read(raw_branch.TABLE), inputs.read(raw_protected_branch.TABLE))


COMPUTED = ComputedTable(
    TABLE, compute, reads=(raw_branch.TABLE, raw_protected_branch.TABLE), lineage=LINEAGE
)
dim_branch = computed_asset(COMPUTED, FACTS)
