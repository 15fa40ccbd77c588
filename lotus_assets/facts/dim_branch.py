"""dim_branch: the branches that exist, and which of them are protected."""

import re

import pandas as pd
from pandera.pandas import DataFrameModel, Field

from lotus_assets.columns import Boolean, Integer, Text
from lotus_assets.table import Table


class DimBranch(DataFrameModel):
    """One row a branch."""

    project_id: Integer = Field(description="GitLab's id of the project.")
    branch: Text = Field(description="Name without refs/heads/.")
    protected_flag: Boolean = Field(description="A protected-branch rule matches the name.")

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


TABLE = Table(
    name="dim_branch",
    model=DimBranch,
    key=("project_id", "branch"),
    version=None,
    description="Branches that exist, with their protection.",
)


def branch_rows(raw_branch: pd.DataFrame, raw_protected_branch: pd.DataFrame) -> pd.DataFrame:
    """Rows of `dim_branch`, sorted; vanished branches and rules are left out."""
    branches = raw_branch.loc[raw_branch["vanished_at"].isna(), ["project_id", "branch"]]
    branches = branches.sort_values(["project_id", "branch"], ignore_index=True)
    is_protected = protected_names(branches, raw_protected_branch)
    return branches.assign(protected_flag=is_protected)[TABLE.columns]


def protected_names(branches: pd.DataFrame, raw_protected_branch: pd.DataFrame) -> pd.Series:
    """Whether a rule of its project protects each (`project_id`, `branch`), which need not exist.

    GitLab's patterns: `*` stands for any text, slashes included; case matters
    (docs.gitlab.com, Protected branches, wildcard rules).
    """
    rules = raw_protected_branch[raw_protected_branch["vanished_at"].isna()]
    is_protected = pd.Series(False, index=branches.index)
    for pattern, of_pattern in rules.groupby("name"):
        regex = ".*".join(re.escape(part) for part in str(pattern).split("*"))
        named = branches["branch"].astype("string").str.fullmatch(regex, na=False).astype(bool)
        is_protected |= named & branches["project_id"].isin(of_pattern["project_id"])
    return is_protected
