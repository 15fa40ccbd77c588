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
from lotus_assets.tables.table import Table

Facts = Mapping[str, pd.DataFrame]
Reference = Callable[[pd.DataFrame], pd.Series]

NUMBERED_BY: dict[str, tuple[Table, str]] = {
    fact_mr_open_period.TABLE.name: (fact_mr.TABLE, "mr_id"),
    fact_issue_closing.TABLE.name: (fact_issue.TABLE, "issue_id"),
    fact_lead_time.TABLE.name: (fact_issue.TABLE, "issue_id"),
}
"""Facts without `iid`: the table that holds it, and the column that both have."""


def numbered(table: Table, rows: pd.DataFrame, numbering: pd.DataFrame) -> pd.DataFrame:
    """The rows of a fact of NUMBERED_BY with their `iid`, NULL where nothing is known of it.

    `numbering` are rows of the table that holds it. The index of the rows is kept.
    """
    _, identifier = NUMBERED_BY[table.name]
    known = numbering.drop_duplicates(identifier).set_index(identifier)["iid"]
    return rows.assign(iid=rows[identifier].astype("Int64").map(known).astype("Int64"))


def references(table: Table, rows: pd.DataFrame) -> pd.Series:
    """What each row is called within its project, as GitLab does; rows with `iid` (`numbered`)."""
    return REFERENCES[table.name](rows).astype(str)


def row_names(table: Table, rows: pd.DataFrame, facts: Facts) -> pd.Series:
    """A name for each row of a fact, with what it is and the path of its project.

    `facts` are today's tables: what a row names by its id alone is looked up in them.
    """
    projects = facts[dim_project.TABLE.name].set_index("project_id")["path_with_namespace"]
    ids = rows["project_id"].astype("Int64")
    paths = ids.map(projects).fillna("project " + ids.astype(str))
    if table.name in NUMBERED_BY:
        rows = numbered(table, rows, facts[NUMBERED_BY[table.name][0].name])
    return KINDS.get(table.name, "") + references(table, rows) + " of " + paths.astype(str)


def _whole(numbers: pd.Series) -> pd.Series:
    return numbers.astype("Int64").astype(str)


def _numbers(sign: str, identifier: str) -> Reference:
    def by_number(rows: pd.DataFrame) -> pd.Series:
        is_known = rows["iid"].notna()
        return (sign + _whole(rows["iid"])).where(
            is_known, "with the id " + _whole(rows[identifier])
        )

    return by_number


_MERGE_REQUEST, _ISSUE = _numbers("!", "mr_id"), _numbers("#", "issue_id")
REFERENCES: dict[str, Reference] = {
    fact_mr.TABLE.name: _MERGE_REQUEST,
    fact_mr_open_period.TABLE.name: _MERGE_REQUEST,
    fact_issue.TABLE.name: _ISSUE,
    fact_issue_closing.TABLE.name: _ISSUE,
    fact_lead_time.TABLE.name: _ISSUE,
    fact_pipeline.TABLE.name: lambda rows: "pipeline " + _whole(rows["pipeline_id"]),
    fact_deployment.TABLE.name: lambda rows: (
        rows["recorded_as"].astype(str) + " " + _whole(rows["record_id"])
    ),
    fact_flaky_job.TABLE.name: lambda rows: (
        "job " + rows["name"].astype(str) + " at " + rows["sha"].astype(str).str[:8]
    ),
    fact_git_hygiene.TABLE.name: lambda rows: "commits of " + rows["day"].astype(str).str[:10],
    fact_branch.TABLE.name: lambda rows: "branch " + rows["branch"].astype(str),
    fact_release.TABLE.name: lambda rows: rows["tag_name"].astype(str),
}
"""Every fact that metrics are over."""
KINDS = {
    **dict.fromkeys([fact_mr.TABLE.name, fact_mr_open_period.TABLE.name], "merge request "),
    **dict.fromkeys(
        [fact_issue.TABLE.name, fact_issue_closing.TABLE.name, fact_lead_time.TABLE.name], "issue "
    ),
    fact_release.TABLE.name: "release ",
}
"""What a row is, where its reference does not say it."""
