"""fact_lead_time: from an issue to the first production deployment of what closed it."""

import pandas as pd
from pandera.pandas import Field
from sqlalchemy import Select, case, func, select, true, union

from lotus_assets.engine.delivery.closing_references import referenced_issues
from lotus_assets.engine.delivery.default_branches import DEFAULT_BRANCHES, was_default_branch
from lotus_assets.engine.delivery.json_lists import exploded, parsed_lists
from lotus_assets.engine.delivery.lead_time import last_merged, lead_times
from lotus_assets.engine.delivery.merge_requests import MERGE_RESULTS
from lotus_assets.facts import dim_project, fact_deployment
from lotus_assets.facts.ancestry import commit_graph, shas, within_project
from lotus_assets.facts.marks import neighbours_of
from lotus_assets.facts.project_rules import own_issues, present
from lotus_assets.facts.recomputing import ProjectFact, Recomputation, project_asset
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.inputs import Inputs
from lotus_assets.raw import (
    raw_commit,
    raw_issue,
    raw_issue_closing_mr,
    raw_mr,
    raw_mr_closing_issue,
    raw_mr_commit,
)
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import (
    Instant,
    Integer,
    Number,
    Text,
)
from lotus_assets.tables.gitlab_columns import IssueId, IssueProjectId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class FactLeadTime(TableModel):
    """One row an issue that a merged merge request closes."""

    project_id: IssueProjectId
    issue_id: IssueId
    created_at: Instant = Field(
        nullable=True, description="When the issue was opened; NULL where that cannot be."
    )
    mr_id: Integer = Field(description="The last merged of its merge requests.")
    mr_project_id: Integer = Field(description="GitLab's id of that one's project.")
    merged_at: Instant = Field(description="When that was merged.")
    merge_result: Text = Field(
        nullable=True, description="Its merge commit, else squash commit, else head."
    )
    deployment_id: Integer = Field(
        nullable=True, description="First production deployment that contains it, if recorded."
    )
    pipeline_id: Integer = Field(nullable=True, description="The pipeline that deployed it.")
    deployed_at: Instant = Field(nullable=True, description="When: the row's day.")
    lead_time_hours: Number = Field(
        nullable=True, ge=0, description="Issue's creation to that deployment's finish, in hours."
    )
    reason: Text = Field(
        nullable=True,
        description="before_first_deployment (when it went out is not known), not_deployed, "
        "merge_result_unknown, finished_at_missing, negative_duration; "
        "unknown_sha_before: an earlier deployment may have been the first.",
    )


TABLE = Table(
    name="fact_lead_time",
    model=FactLeadTime,
    key=("project_id", "issue_id"),
    version=None,
    description="Lead time for change: issues to the first deployments of what closed them.",
)
CLOSING = (
    *columns_of(raw_mr_closing_issue.TABLE, "mr_id", "issue_project_path", "issue_iid"),
    *columns_of(raw_issue_closing_mr.TABLE, "mr_id", "issue_iid"),
    *columns_of(raw_commit.TABLE, "commit_id", "closing"),
    *columns_of(raw_mr_commit.TABLE, "mr_id", "commit_id"),
    *columns_of(raw_mr.TABLE, "mr_id", "merged_at", "target_branch", *MERGE_RESULTS),
    *columns_of(raw_issue.TABLE, "iid"),
    *columns_of(dim_project.TABLE, "path_with_namespace", *DEFAULT_BRANCHES),
)
"""What decides which merge request closed an issue last."""
FIRST_DEPLOYMENT = (
    *columns_of(fact_deployment.TABLE, "sha", "deployed_at", "is_counted"),
    *columns_of(raw_mr.TABLE, "merged_at", *MERGE_RESULTS),
    *columns_of(raw_commit.TABLE, "commit_id", "parent_ids"),
    *columns_of(dim_project.TABLE, "created_at", "deployments_collected_from"),
)
"""What decides which deployment brought it to production first."""
DURATION = (
    *columns_of(raw_issue.TABLE, "created_at"),
    *columns_of(fact_deployment.TABLE, "finished_at"),
)
LINEAGE = {
    **copied_from(raw_issue.TABLE, "project_id", "issue_id", "created_at"),
    "mr_id": CLOSING,
    "mr_project_id": columns_of(raw_mr.TABLE, "project_id"),
    **copied_from(raw_mr.TABLE, "merged_at"),
    "merge_result": columns_of(raw_mr.TABLE, *MERGE_RESULTS),
    **{
        name: (*columns_of(fact_deployment.TABLE, name), *FIRST_DEPLOYMENT)
        for name in ("deployment_id", "pipeline_id")
    },
    **copied_from(fact_deployment.TABLE, "deployed_at"),
    "lead_time_hours": DURATION,
    "reason": (*FIRST_DEPLOYMENT, *DURATION),
}

REFERENCE = ["mr_id", "issue_project_path", "issue_iid"]


def lead_time_rows(
    *,
    raw_issue: pd.DataFrame,
    raw_mr: pd.DataFrame,
    raw_mr_commit: pd.DataFrame,
    raw_commit: pd.DataFrame,
    raw_mr_closing_issue: pd.DataFrame,
    raw_issue_closing_mr: pd.DataFrame,
    fact_deployment: pd.DataFrame,
    dim_project: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of `fact_lead_time` of the issues given, by project and issue.

    All other frames hold the merge requests' projects too. References are the closing lists, the
    descriptions, and the messages of the merge requests' commits and merge results. GitLab closes
    by merge requests into the default branch alone, which may be another today.
    """
    requests = present(raw_mr)
    into_default = was_default_branch(
        requests["project_id"], requests["target_branch"], requests["merged_at"], dim_project
    )
    requests = requests[into_default]
    closing = pd.concat(
        [
            present(raw_mr_closing_issue)[REFERENCE],
            _with_project_path(present(raw_issue_closing_mr), dim_project)[REFERENCE],
            commit_references(raw_commit, present(raw_mr_commit), requests, dim_project),
        ],
        ignore_index=True,
    )
    merged = last_merged(
        own_issues(raw_issue), dim_project, closing, within_project(requests, *MERGE_RESULTS)
    )
    is_counted = fact_deployment["is_counted"].to_numpy(bool)
    deployments = within_project(fact_deployment[is_counted], "sha")
    rows = lead_times(merged, deployments, commit_graph(raw_commit), dim_project)
    return rows.assign(merge_result=shas(rows["merge_result"]))[TABLE.columns]


def commit_references(
    raw_commit: pd.DataFrame,
    mr_commits: pd.DataFrame,
    merge_requests: pd.DataFrame,
    dim_project: pd.DataFrame,
) -> pd.DataFrame:
    """Issues that the messages of merge requests' commits close, columns REFERENCE."""
    key = ["project_id", "commit_id"]
    row, reference = exploded(parsed_lists(raw_commit["closing"]))
    commits = raw_commit[key].iloc[row].reset_index(drop=True)
    own_paths = _with_project_path(commits, dim_project)["issue_project_path"]
    issues = referenced_issues(pd.Series(reference, dtype="string"), own_paths)
    references = pd.concat([commits, issues], axis="columns").dropna()
    results = [
        merge_requests[["project_id", name, "mr_id"]].rename(columns={name: "commit_id"})
        for name in MERGE_RESULTS
    ]
    carried = pd.concat([mr_commits[[*key, "mr_id"]], *results]).dropna().drop_duplicates()
    return carried.merge(references, on=key)[REFERENCE]


def _with_project_path(rows: pd.DataFrame, dim_project: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the path that their project has now: it may have moved since it was read."""
    paths = dim_project.set_index("project_id")["path_with_namespace"]
    return rows.assign(issue_project_path=paths.reindex(rows["project_id"]).array)


def closing_projects(inputs: Inputs) -> pd.DataFrame:
    """Projects whose issues are closed from elsewhere, with where from; vanished links too."""
    pairs = inputs.rows(union(*_links()))
    return neighbours_of([pair for pair in pairs if pair[0] != pair[1]])


def _links() -> list[Select[tuple[int, int]]]:
    projects = database_table(dim_project.TABLE)
    described = database_table(raw_mr_closing_issue.TABLE)
    listed = database_table(raw_issue_closing_mr.TABLE)
    commits = database_table(raw_commit.TABLE)
    path = func.lower(projects.c.path_with_namespace)
    own = projects.alias()
    reference = func.jsonb_array_elements_text(commits.c.closing).table_valued("value")
    written = func.lower(func.split_part(reference.c.value, "#", 1))
    namespace = func.regexp_replace(func.lower(own.c.path_with_namespace), "[^/]*$", "")
    referenced_path = case((written.contains("/"), written), else_=namespace.concat(written))
    return [
        select(projects.c.project_id, described.c.project_id).where(
            path == func.lower(described.c.issue_project_path)
        ),
        select(listed.c.project_id, listed.c.mr_project_id),
        select(projects.c.project_id, commits.c.project_id)
        .select_from(commits)
        .join(own, own.c.project_id == commits.c.project_id)
        .join(reference, true())
        .join(projects, path == referenced_path),
    ]


def compute(asked: Recomputation) -> pd.DataFrame:
    """Rows of the projects asked for, from what is stored."""
    return lead_time_rows(
        raw_issue=asked.plausible(asked.read(raw_issue.TABLE)),
        raw_mr=asked.plausible(asked.read_with_neighbours(raw_mr.TABLE)),
        raw_mr_commit=asked.read_with_neighbours(raw_mr_commit.TABLE),
        raw_commit=asked.read_with_neighbours(raw_commit.TABLE),
        raw_mr_closing_issue=asked.read_with_neighbours(raw_mr_closing_issue.TABLE),
        raw_issue_closing_mr=asked.read(raw_issue_closing_mr.TABLE),
        fact_deployment=asked.read_with_neighbours(fact_deployment.TABLE),
        dim_project=asked.read_with_neighbours(dim_project.TABLE),
    )


FACT = ProjectFact(
    TABLE,
    compute,
    reads=(
        raw_issue.TABLE,
        raw_mr.TABLE,
        raw_mr_commit.TABLE,
        raw_commit.TABLE,
        raw_mr_closing_issue.TABLE,
        raw_issue_closing_mr.TABLE,
        fact_deployment.TABLE,
        dim_project.TABLE,
    ),
    lineage=LINEAGE,
    neighbours=closing_projects,
)
fact_lead_time = project_asset(FACT)
