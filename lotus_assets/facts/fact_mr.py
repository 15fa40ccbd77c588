"""fact_mr: every merge request with its durations, rounds and approvals."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.force_pushes import version_steps
from lotus_assets.engine.delivery.merge_requests import (
    SpecialPeople,
    is_reworked,
    measured_merge_requests,
)
from lotus_assets.engine.delivery.state_changes import ended_at
from lotus_assets.facts import dim_project, dim_user
from lotus_assets.facts.ancestry import commit_graph, within_project
from lotus_assets.facts.given import BOTS, GHOSTS, RULES
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.raw import (
    raw_commit,
    raw_mr,
    raw_mr_approval,
    raw_mr_commit,
    raw_mr_note,
    raw_mr_version,
)
from lotus_assets.sources.rules_file import Rules
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.gitlab_columns import (
    ClosedUnmergedAt,
    MergedAt,
    MergeRequestIid,
    OpenedBy,
    PlausiblyOpenedAt,
    TargetProjectId,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactMr(TableModel):
    """One row a merge request."""

    mr_id: Integer = Field(unique=True, description="GitLab's global id of the merge request.")
    project_id: TargetProjectId
    iid: MergeRequestIid
    created_at: PlausiblyOpenedAt
    merged_at: MergedAt
    closed_at: ClosedUnmergedAt
    ended_at: Instant = Field(
        nullable=True, description="Merge or closing, by its state; NULL while it is open."
    )
    state: Text = Field(description="opened, closed, merged or locked.")
    author_user_id: OpenedBy
    first_commit_at: Instant = Field(
        nullable=True, description="Smallest authored date of its commits; NULL if none is known."
    )
    first_review_at: Instant = Field(
        nullable=True,
        description="First comment by another human, or approval or request for changes by "
        "another. A bot is who has GitLab's own bot flag or matches a pattern of the rules file.",
    )
    approved_at: Instant = Field(
        nullable=True, description="When distinct approvals first reached approvals_required."
    )
    review_end_at: Instant = Field(
        nullable=True,
        description="approved_at where approval is required and came by the merge, else merged_at; "
        "NULL until it is merged.",
    )
    cycle_time_hours: Number = Field(
        nullable=True, ge=0, description="First commit to merge, in hours."
    )
    review_wait_hours: Number = Field(
        nullable=True, ge=0, description="Creation to first review, in hours."
    )
    code_review_hours: Number = Field(
        nullable=True, ge=0, description="First review to the end of the review, in hours."
    )
    rework_count: Integer = Field(
        nullable=True, ge=0, description="Review rounds after the first; NULL: not known."
    )
    force_push_count: Integer = Field(
        nullable=True, ge=0, description="Versions whose predecessor is no ancestor."
    )
    unverified_push_count: Integer = Field(
        ge=0, description="Versions whose ancestry the commit graph does not know."
    )
    is_reworked: Boolean = Field(
        nullable=True,
        description="Counts for the rework rate: rework_count >= 1, or too many force-pushes. "
        "NULL where rework_count is.",
    )
    approvals_required: Integer = Field(
        nullable=True, description="NULL where the edition does not have it."
    )
    approvals_given: Integer = Field(
        nullable=True, ge=0, description="Distinct people whose approval stood at the merge."
    )
    is_bypassed: Boolean = Field(
        nullable=True,
        description="Fewer approvals than required; NULL if unmerged or not known.",
    )
    lines_added: Integer = Field(nullable=True, description="Lines that its diff adds.")
    lines_removed: Integer = Field(nullable=True, description="Lines that its diff removes.")
    reason: Text = Field(
        nullable=True,
        description="deleted_user: the Ghost User reviewed or approved, nobody knows who it was; "
        "review_after_merge: no code review time; created_at_missing: GitLab's cannot be.",
    )


TABLE = Table(
    name="fact_mr",
    model=FactMr,
    key=("mr_id",),
    version=None,
    looked_up_by=("project_id",),
    description="Merge requests with durations, review rounds and approvals.",
)
DONE = columns_of(
    raw_mr_note.TABLE,
    *("created_at", "author_user_id", "is_system", "system_action", "is_approval_reset"),
)
GHOST = (
    *columns_of(raw_mr.TABLE, "author_user_id"),
    *columns_of(dim_user.TABLE, "username", "name"),
)
FIRST_COMMIT = columns_of(raw_mr_commit.TABLE, "authored_at")
REVIEWS = (
    *DONE,
    *columns_of(raw_mr_note.TABLE, "is_author_bot"),
    *columns_of(dim_user.TABLE, "is_bot"),
    *GHOST,
)
APPROVALS = (
    *DONE,
    *columns_of(raw_mr_note.TABLE, "approvals_reset_of"),
    *columns_of(raw_mr.TABLE, "approvals_given"),
    *columns_of(raw_mr_approval.TABLE, "user_id"),
    *GHOST,
)
MERGE = columns_of(raw_mr.TABLE, "merged_at")
REQUIRED = columns_of(raw_mr.TABLE, "approvals_required")
REWORK = (*REVIEWS, *MERGE, *columns_of(raw_mr_version.TABLE, "version_number", "created_at"))
FORCED = (
    *columns_of(raw_mr_version.TABLE, "version_number", "head_sha"),
    *columns_of(raw_commit.TABLE, "commit_id", "parent_ids"),
)
LINEAGE = {
    **copied_from(raw_mr.TABLE, "mr_id", "project_id", "iid", "created_at", "merged_at"),
    **copied_from(raw_mr.TABLE, "closed_at", "state", "author_user_id", "approvals_required"),
    **copied_from(raw_mr.TABLE, "lines_added", "lines_removed"),
    "ended_at": columns_of(raw_mr.TABLE, "state", "merged_at", "closed_at"),
    "first_commit_at": FIRST_COMMIT,
    "first_review_at": REVIEWS,
    "approved_at": (*APPROVALS, *REQUIRED),
    "review_end_at": (*MERGE, *APPROVALS, *REQUIRED),
    "cycle_time_hours": (*FIRST_COMMIT, *MERGE),
    "review_wait_hours": (*columns_of(raw_mr.TABLE, "created_at"), *REVIEWS),
    "code_review_hours": (*REVIEWS, *MERGE, *APPROVALS, *REQUIRED),
    "rework_count": REWORK,
    **dict.fromkeys(("force_push_count", "unverified_push_count"), FORCED),
    "is_reworked": (*REWORK, *FORCED, *columns_of(dim_project.TABLE, "path_with_namespace")),
    "approvals_given": (*APPROVALS, *MERGE),
    "is_bypassed": (*APPROVALS, *MERGE, *REQUIRED),
    "reason": (*columns_of(raw_mr.TABLE, "created_at"), *MERGE, *REVIEWS, *APPROVALS),
}


def merge_request_rows(
    *,
    raw_mr: pd.DataFrame,
    raw_mr_commit: pd.DataFrame,
    raw_mr_note: pd.DataFrame,
    raw_mr_version: pd.DataFrame,
    raw_mr_approval: pd.DataFrame,
    version_steps: pd.DataFrame,
    people: SpecialPeople,
    dim_project: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """Rows of `fact_mr`, by `mr_id`; merge requests that vanished are left out.

    `version_steps` is `engine.force_pushes.version_steps(raw_mr_version)` with `is_descendant`
    from the commit graph.
    """
    present = raw_mr[raw_mr["vanished_at"].isna()].sort_values("mr_id", ignore_index=True)
    measured = measured_merge_requests(
        present,
        raw_mr_commit,
        raw_mr_note,
        raw_mr_version,
        raw_mr_approval[raw_mr_approval["vanished_at"].isna()],
        version_steps,
        people,
    )
    return measured.assign(
        ended_at=ended_at(measured),
        is_reworked=is_reworked(measured, _force_push_thresholds(measured, dim_project, rules)),
        is_bypassed=is_bypassed(measured),
    )[TABLE.columns]


def is_bypassed(measured: pd.DataFrame) -> pd.Series:
    """Whether fewer approvals than required stood at the merge; NULL if unmerged or unknown."""
    fewer = measured["approvals_given"].astype("Int64") < measured["approvals_required"].astype(
        "Int64"
    )
    return fewer.astype("boolean").mask(measured["merged_at"].isna())


def _force_push_thresholds(
    measured: pd.DataFrame, dim_project: pd.DataFrame, rules: Rules
) -> pd.Series:
    by_project = {
        project_id: rules.for_project(path).force_push_threshold
        for project_id, path in zip(
            dim_project["project_id"], dim_project["path_with_namespace"], strict=True
        )
    }
    thresholds = measured["project_id"].map(by_project)
    return thresholds.fillna(rules.force_push_threshold)


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    graph = commit_graph(asked.read(raw_commit.TABLE))
    versions = asked.read(raw_mr_version.TABLE)
    steps = version_steps(within_project(versions, "head_sha"))
    return merge_request_rows(
        raw_mr=asked.plausible(asked.read(raw_mr.TABLE)),
        raw_mr_commit=asked.plausible(asked.read(raw_mr_commit.TABLE)),
        raw_mr_note=asked.plausible(asked.read(raw_mr_note.TABLE)),
        raw_mr_version=asked.plausible(versions),
        raw_mr_approval=asked.read(raw_mr_approval.TABLE),
        version_steps=steps.assign(
            is_descendant=graph.is_ancestor(steps["older_head"], steps["newer_head"])
        ),
        people=SpecialPeople(asked.given(BOTS)["user_id"], asked.given(GHOSTS)["user_id"]),
        dim_project=asked.read(dim_project.TABLE),
        rules=asked.given(RULES),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(
        raw_mr.TABLE,
        raw_mr_commit.TABLE,
        raw_mr_note.TABLE,
        raw_mr_version.TABLE,
        raw_mr_approval.TABLE,
        raw_commit.TABLE,
        dim_project.TABLE,
    ),
    lineage=LINEAGE,
    given=(BOTS, GHOSTS, RULES),
)
fact_mr = project_asset(FACT)
