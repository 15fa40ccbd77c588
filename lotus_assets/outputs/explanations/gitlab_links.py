"""Where in GitLab a row of a fact can be looked at: by project path and number, never by person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd

from lotus_assets.facts import (
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

Row = Mapping[Any, Any]
"""A row of a fact, with `iid` where GitLab numbers it so and `default_branch` of its project."""


@dataclass(frozen=True)
class Place:
    """How a row is called in GitLab, and where it is below its project's address."""

    reference: Callable[[Row], str]
    path: Callable[[Row], str]


def _deployment(row: Row) -> str:
    pipeline_id, sha = row["pipeline_id"], row["sha"]
    if pipeline_id is not pd.NA:
        return f"pipelines/{pipeline_id}"
    return "environments" if sha is pd.NA else f"commit/{sha}"


def _commits_of_day(row: Row) -> str:
    day = pd.Timestamp(row["day"])
    span = {"since": f"{day:%Y-%m-%d}", "until": f"{day + pd.Timedelta(days=1):%Y-%m-%d}"}
    return f"commits/{quote(str(row['default_branch']))}?{urlencode(span)}"


_MERGE_REQUEST = Place(lambda row: f"!{row['iid']}", lambda row: f"merge_requests/{row['iid']}")
_ISSUE = Place(lambda row: f"#{row['iid']}", lambda row: f"issues/{row['iid']}")

PLACES: dict[str, Place] = {
    fact_mr.TABLE.name: _MERGE_REQUEST,
    fact_mr_open_period.TABLE.name: _MERGE_REQUEST,
    fact_issue.TABLE.name: _ISSUE,
    fact_issue_closing.TABLE.name: _ISSUE,
    fact_lead_time.TABLE.name: _ISSUE,
    fact_pipeline.TABLE.name: Place(
        lambda row: f"pipeline {row['pipeline_id']}", lambda row: f"pipelines/{row['pipeline_id']}"
    ),
    fact_flaky_job.TABLE.name: Place(
        lambda row: f"job {row['name']}", lambda row: f"jobs/{row['first_job_id']}"
    ),
    fact_deployment.TABLE.name: Place(
        lambda row: f"{row['recorded_as']} {row['record_id']}", _deployment
    ),
    fact_release.TABLE.name: Place(
        lambda row: str(row["tag_name"]),
        lambda row: f"tags/{quote(str(row['tag_name']), safe='')}",
    ),
    fact_branch.TABLE.name: Place(
        lambda row: f"branch {row['branch']}",
        lambda row: f"branches/all?{urlencode({'search': row['branch']})}",
    ),
    fact_git_hygiene.TABLE.name: Place(
        lambda row: f"commits of {row['day']:%Y-%m-%d}", _commits_of_day
    ),
}
"""By the name of the fact; every fact that a metric is over has one."""

NUMBERED_BY: dict[str, tuple[Table, str]] = {
    fact_mr_open_period.TABLE.name: (fact_mr.TABLE, "mr_id"),
    fact_issue_closing.TABLE.name: (fact_issue.TABLE, "issue_id"),
    fact_lead_time.TABLE.name: (fact_issue.TABLE, "issue_id"),
}
"""Facts without `iid`: the table that holds it, and the column that both have."""


def gitlab_link(gitlab_url: str | None, path_with_namespace: str, path: str) -> str | None:
    """The address below a project's; None where it is not known which GitLab was read."""
    if gitlab_url is None:
        return None
    base = gitlab_url.rstrip("/").removesuffix("/api/v4").rstrip("/")
    return f"{base}/{quote(path_with_namespace)}/-/{path}"
