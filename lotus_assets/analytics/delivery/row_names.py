"""What people call a row of a fact: the merge request by its number, the pipeline by its id."""

from collections.abc import Callable, Mapping

import pandas as pd

from lotus_assets.facts import (
    dim_project,
    fact_branch,
    fact_deployment,
    fact_flaky_job,
    fact_git_hygiene,
    fact_issue,
    fact_issue_closing,
    fact_lead_time,
    fact_mr,
    fact_mr_open_period,
    fact_pipeline,
    fact_release,
)

Facts = Mapping[str, pd.DataFrame]


def row_names(table_name: str, rows: pd.DataFrame, facts: Facts) -> pd.Series:
    """A name for each row of a fact, with the path of its project.

    `facts` are today's tables: what a row names by its id alone is looked up in them.
    """
    projects = facts[dim_project.TABLE.name].set_index("project_id")["path_with_namespace"]
    ids = rows["project_id"].astype("Int64")
    paths = ids.map(projects).fillna("project " + ids.astype(str))
    return NAMES[table_name](rows, facts).astype(str) + " of " + paths.astype(str)


def _number(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name].astype("Int64").astype(str)


def _by_column(words: str, column: str) -> Callable[[pd.DataFrame, Facts], pd.Series]:
    return lambda rows, _facts: words + rows[column].astype(str)


def _numbered(
    words: str, fact_name: str, identifier: str, sign: str
) -> Callable[[pd.DataFrame, Facts], pd.Series]:
    def names(rows: pd.DataFrame, facts: Facts) -> pd.Series:
        known = facts[fact_name].drop_duplicates(identifier).set_index(identifier)["iid"]
        numbers = rows[identifier].astype("Int64").map(known)
        by_number = sign + numbers.astype("Int64").astype(str)
        by_id = "with the id " + _number(rows, identifier)
        return words + by_number.where(numbers.notna(), by_id)

    return names


def _of_own_number(words: str, sign: str) -> Callable[[pd.DataFrame, Facts], pd.Series]:
    return lambda rows, _facts: words + sign + _number(rows, "iid")


def _deployments(rows: pd.DataFrame, _facts: Facts) -> pd.Series:
    return rows["recorded_as"].astype(str) + " " + _number(rows, "record_id")


def _jobs(rows: pd.DataFrame, _facts: Facts) -> pd.Series:
    return "job " + rows["name"].astype(str) + " at " + rows["sha"].astype(str).str[:8]


def _days(rows: pd.DataFrame, _facts: Facts) -> pd.Series:
    return "pushes and commits on " + rows["day"].astype(str).str[:10]


_MERGE_REQUEST = _numbered("merge request ", fact_mr.TABLE.name, "mr_id", "!")
_ISSUE = _numbered("issue ", fact_issue.TABLE.name, "issue_id", "#")
NAMES: dict[str, Callable[[pd.DataFrame, Facts], pd.Series]] = {
    fact_mr.TABLE.name: _of_own_number("merge request ", "!"),
    fact_mr_open_period.TABLE.name: _MERGE_REQUEST,
    fact_issue.TABLE.name: _of_own_number("issue ", "#"),
    fact_issue_closing.TABLE.name: _ISSUE,
    fact_lead_time.TABLE.name: _ISSUE,
    fact_pipeline.TABLE.name: _by_column("pipeline ", "pipeline_id"),
    fact_deployment.TABLE.name: _deployments,
    fact_flaky_job.TABLE.name: _jobs,
    fact_git_hygiene.TABLE.name: _days,
    fact_branch.TABLE.name: _by_column("branch ", "branch"),
    fact_release.TABLE.name: _by_column("release ", "tag_name"),
}
"""Every fact that metrics are over."""
