"""fact_issue: every issue with its target, whether it is a bug, and whether the bug escaped."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.durations import ends_before_start
from lotus_assets.engine.delivery.issues import bug_issues, is_closed_without_time, sla_issues
from lotus_assets.engine.delivery.reasons import joined_reasons
from lotus_assets.facts import dim_project
from lotus_assets.facts.given import RULES
from lotus_assets.facts.project_rules import of_projects, own_issues, present, projects_by_rule
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.raw import raw_issue, raw_release
from lotus_assets.sources.rules_file import Rules, SlaTarget
from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.gitlab_columns import (
    IssueId,
    LastClosedAt,
    PlausiblyOpenedAt,
    ProjectId,
    ReopenedCount,
)
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactIssue(TableModel):
    """One row an issue."""

    project_id: ProjectId
    issue_id: IssueId
    iid: Integer = Field(description="The number after the hash: #iid.")
    created_at: PlausiblyOpenedAt
    closed_at: LastClosedAt
    state: Text = Field(description="opened or closed.")
    reopened_count: ReopenedCount
    target_days: Number = Field(
        nullable=True, gt=0, description="Days to close it in, by its labels; NULL: no target."
    )
    due_at: Instant = Field(nullable=True, description="created_at and target_days of 24 hours.")
    breached_at: Instant = Field(
        nullable=True, description="due_at, if it was closed later or is still open."
    )
    is_bug: Boolean = Field(description="An incident, or it bears a bug label.")
    is_escaped: Boolean = Field(
        nullable=True, description="A bug that was found after a release; NULL for others."
    )
    last_release_at: Instant = Field(
        nullable=True, description="The project's latest release before a bug was opened."
    )
    reason: Text = Field(
        nullable=True,
        description="closed_before_created; created_at_missing, closed_at_missing: GitLab gives "
        "none that can be. Without its closing a closed issue has no breach.",
    )


TABLE = Table(
    name="fact_issue",
    model=FactIssue,
    key=("project_id", "issue_id"),
    version=None,
    description="Issues with their targets, and which bugs escaped.",
)
PATH = columns_of(dim_project.TABLE, "path_with_namespace")
"""By it the rules file says what holds for a project."""
TARGET = (*columns_of(raw_issue.TABLE, "labels"), *PATH)
BUG = (*columns_of(raw_issue.TABLE, "issue_type", "labels"), *PATH)
LAST_RELEASE = (
    *BUG,
    *columns_of(raw_issue.TABLE, "created_at"),
    *columns_of(raw_release.TABLE, "released_at", "created_at"),
)
LINEAGE = {
    **copied_from(raw_issue.TABLE, "project_id", "issue_id", "iid", "created_at", "closed_at"),
    **copied_from(raw_issue.TABLE, "state", "reopened_count"),
    "target_days": TARGET,
    "due_at": (*columns_of(raw_issue.TABLE, "created_at"), *TARGET),
    "breached_at": (*columns_of(raw_issue.TABLE, "created_at", "closed_at", "state"), *TARGET),
    "is_bug": BUG,
    **dict.fromkeys(("is_escaped", "last_release_at"), LAST_RELEASE),
    "reason": columns_of(raw_issue.TABLE, "created_at", "closed_at", "state"),
}

KEY = ["project_id", "issue_id"]


def issue_rows(
    raw_issue: pd.DataFrame, raw_release: pd.DataFrame, dim_project: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Rows of `fact_issue`, sorted; what vanished or was moved elsewhere is left out."""
    issues = own_issues(raw_issue)
    releases = present(raw_release)
    targets = [
        sla_issues(of_projects(issues, project_ids), _targets(sla))
        for sla, project_ids in projects_by_rule(dim_project, rules, lambda chosen: chosen.sla)
    ]
    bugs = [
        bug_issues(of_projects(issues, project_ids), of_projects(releases, project_ids), *labels)
        for labels, project_ids in projects_by_rule(
            dim_project,
            rules,
            lambda chosen: (chosen.bug_labels, chosen.escaped_labels, chosen.escape_days),
        )
    ]
    issues = issues.assign(
        reopened_count=issues["reopened_count"].fillna(0),
        reason=joined_reasons(
            issues.index,
            {
                "closed_before_created": ends_before_start(
                    issues["created_at"], issues["closed_at"]
                ),
                "created_at_missing": issues["created_at"].isna(),
                "closed_at_missing": is_closed_without_time(issues),
            },
        ),
    )
    with_targets = _joined(issues, targets, {name: name for name in TARGET_COLUMNS})
    rows = _joined(
        with_targets, bugs, {"released_at": "last_release_at", "is_escaped": "is_escaped"}
    )
    rows["is_bug"] = rows["is_escaped"].notna()
    return rows.sort_values(KEY, ignore_index=True)[TABLE.columns]


TARGET_COLUMNS = ("target_days", "due_at", "breached_at")


def _targets(sla: tuple[SlaTarget, ...]) -> pd.DataFrame:
    rows = [(target.label, target.target_days) for target in sla]
    return pd.DataFrame(rows, columns=["label", "target_days"])


def _joined(issues: pd.DataFrame, parts: list[pd.DataFrame], names: dict[str, str]) -> pd.DataFrame:
    """`issues` with the columns `names` of those that are in one of `parts`, NULL elsewhere."""
    columns = pd.concat(parts)[[*KEY, *names]].rename(columns=names)
    return issues.merge(columns, on=KEY, how="left")


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return issue_rows(
        asked.plausible(asked.read(raw_issue.TABLE)),
        asked.plausible(asked.read(raw_release.TABLE)),
        asked.read(dim_project.TABLE),
        asked.given(RULES),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(raw_issue.TABLE, raw_release.TABLE, dim_project.TABLE),
    lineage=LINEAGE,
    given=(RULES,),
)
fact_issue = project_asset(FACT)
