"""fact_git_hygiene: direct pushes, force-pushes and signatures of each project's day."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.default_branches import DEFAULT_BRANCHES
from lotus_assets.engine.delivery.git_hygiene import (
    default_branch_commits,
    direct_pushes,
    git_hygiene_days,
    protected_force_pushes,
)
from lotus_assets.engine.delivery.local_days import local_days
from lotus_assets.engine.delivery.merge_requests import MERGE_RESULTS
from lotus_assets.facts import dim_project, dim_user
from lotus_assets.facts.ancestry import commit_graph, within_project
from lotus_assets.facts.given import PEOPLE, RULES, TIMEZONE
from lotus_assets.facts.project_rules import present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.raw import (
    raw_commit,
    raw_mr,
    raw_mr_commit,
    raw_protected_branch,
    raw_push_event,
)
from lotus_assets.sources.rules_file import Rules
from lotus_assets.tables.columns import Day, Integer
from lotus_assets.tables.gitlab_columns import ProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactGitHygiene(TableModel):
    """One row a project and day on which something happened.

    A day without a row means zeros if that day was collected, else nobody knows.
    """

    project_id: ProjectId
    day: Day = Field(description="Calendar day of TIMEZONE.")
    direct_pushes_default: Integer = Field(
        ge=0,
        description="Commits pushed to the branch that was the default then, past a merge request.",
    )
    force_pushes_protected: Integer = Field(
        ge=0, description="Moves of protected branches to a commit that does not descend."
    )
    unverified_pushes_protected: Integer = Field(
        ge=0, description="Moves of protected branches whose ancestry is not known."
    )
    unsigned_commit_count: Integer = Field(
        ge=0, description="Commits on the default branch without a signature."
    )
    signed_commit_count: Integer = Field(
        ge=0, description="Commits on the default branch with a signature."
    )


TABLE = Table(
    name="fact_git_hygiene",
    model=FactGitHygiene,
    key=("project_id", "day"),
    version=None,
    description="Git hygiene by day: direct pushes, force-pushes, signatures.",
)
GRAPH = columns_of(raw_commit.TABLE, "commit_id", "parent_ids")
MOVES = (
    *columns_of(raw_push_event.TABLE, "ref_type", "ref", "commit_from", "commit_to"),
    *columns_of(raw_protected_branch.TABLE, "name"),
    *GRAPH,
)
LINEAGE = {
    "project_id": (
        *columns_of(raw_commit.TABLE, "project_id"),
        *columns_of(raw_push_event.TABLE, "project_id"),
    ),
    "day": (
        *columns_of(raw_commit.TABLE, "committed_at"),
        *columns_of(raw_push_event.TABLE, "created_at"),
    ),
    "direct_pushes_default": (
        *GRAPH,
        *columns_of(raw_commit.TABLE, "is_first_parent", "committed_at", "author_user_id"),
        *columns_of(raw_commit.TABLE, "author_email_hash", "author_name", "has_bot_address"),
        *columns_of(raw_mr.TABLE, "merged_at", "target_branch", *MERGE_RESULTS),
        *columns_of(raw_mr_commit.TABLE, "commit_id"),
        *columns_of(raw_push_event.TABLE, "created_at", "action", "ref_type", "ref"),
        *columns_of(raw_push_event.TABLE, "commit_from", "commit_to"),
        *columns_of(dim_project.TABLE, "created_at", *DEFAULT_BRANCHES),
        *columns_of(dim_user.TABLE, "user_id", "username", "name", "is_bot", "email_hash"),
    ),
    **dict.fromkeys(("force_pushes_protected", "unverified_pushes_protected"), MOVES),
    **dict.fromkeys(
        ("unsigned_commit_count", "signed_commit_count"),
        columns_of(raw_commit.TABLE, "is_signed", "is_on_default_branch"),
    ),
}


def git_hygiene_rows(
    *,
    raw_commit: pd.DataFrame,
    raw_mr: pd.DataFrame,
    raw_mr_commit: pd.DataFrame,
    raw_push_event: pd.DataFrame,
    raw_protected_branch: pd.DataFrame,
    dim_project: pd.DataFrame,
    dim_user: pd.DataFrame,
    rules: Rules,
    timezone: str,
) -> pd.DataFrame:
    """Rows of `fact_git_hygiene`, by project and day of `timezone`."""
    graph = commit_graph(raw_commit)
    commits = within_project(present(raw_commit), "commit_id")
    pushes = within_project(raw_push_event, "commit_from", "commit_to")
    direct = direct_pushes(
        commits,
        within_project(present(raw_mr), *MERGE_RESULTS),
        within_project(present(raw_mr_commit), "commit_id"),
        pushes,
        dim_project,
        dim_user,
        graph,
        rules.bot_patterns,
    )
    moves = protected_force_pushes(pushes, present(raw_protected_branch), graph)
    counted = git_hygiene_days(direct, moves, default_branch_commits(commits), timezone)
    unverified = moves[moves["is_force_push"].isna()]
    unverified = unverified.assign(day=local_days(unverified["created_at"], timezone))
    days = unverified.groupby(["project_id", "day"]).size().rename("unverified_pushes_protected")
    rows = counted.merge(days.reset_index(), on=["project_id", "day"], how="outer")
    counts = [name for name in TABLE.columns if name not in TABLE.key]
    return rows.assign(**rows[counts].fillna(0))[TABLE.columns]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return git_hygiene_rows(
        raw_commit=asked.plausible(asked.read(raw_commit.TABLE)),
        raw_mr=asked.plausible(asked.read(raw_mr.TABLE)),
        raw_mr_commit=asked.read(raw_mr_commit.TABLE),
        raw_push_event=asked.plausible(asked.read(raw_push_event.TABLE)),
        raw_protected_branch=asked.read(raw_protected_branch.TABLE),
        dim_project=asked.read(dim_project.TABLE),
        dim_user=asked.given(PEOPLE),
        rules=asked.given(RULES),
        timezone=asked.given(TIMEZONE),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(
        raw_commit.TABLE,
        raw_mr.TABLE,
        raw_mr_commit.TABLE,
        raw_push_event.TABLE,
        raw_protected_branch.TABLE,
        dim_project.TABLE,
    ),
    lineage=LINEAGE,
    given=(PEOPLE, RULES, TIMEZONE),
)
fact_git_hygiene = project_asset(FACT)
