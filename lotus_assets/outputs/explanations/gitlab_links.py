"""Where in GitLab a row of a fact can be looked at: by project path and number, never by person."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

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

Row = Mapping[Any, Any]
"""A row of a fact, with `iid` where GitLab numbers it so and `default_branch` of its project."""


def _deployment(row: Row) -> str:
    pipeline_id, sha = row["pipeline_id"], row["sha"]
    if pipeline_id is not pd.NA:
        return f"pipelines/{pipeline_id}"
    return "environments" if sha is pd.NA else f"commit/{sha}"


def _commits_of_day(row: Row) -> str:
    day = pd.Timestamp(row["day"])
    span = {"since": f"{day:%Y-%m-%d}", "until": f"{day + pd.Timedelta(days=1):%Y-%m-%d}"}
    return f"commits/{quote(str(row['default_branch']))}?{urlencode(span)}"


def _merge_request(row: Row) -> str:
    return "merge_requests" if row["iid"] is pd.NA else f"merge_requests/{row['iid']}"


def _issue(row: Row) -> str:
    return "issues" if row["iid"] is pd.NA else f"issues/{row['iid']}"


PATHS: dict[str, Callable[[Row], str]] = {
    fact_mr.TABLE.name: _merge_request,
    fact_mr_open_period.TABLE.name: _merge_request,
    fact_issue.TABLE.name: _issue,
    fact_issue_closing.TABLE.name: _issue,
    fact_lead_time.TABLE.name: _issue,
    fact_pipeline.TABLE.name: lambda row: f"pipelines/{row['pipeline_id']}",
    fact_flaky_job.TABLE.name: lambda row: f"jobs/{row['first_job_id']}",
    fact_deployment.TABLE.name: _deployment,
    fact_release.TABLE.name: lambda row: f"tags/{quote(str(row['tag_name']), safe='')}",
    fact_branch.TABLE.name: lambda row: f"branches/all?{urlencode({'search': row['branch']})}",
    fact_git_hygiene.TABLE.name: _commits_of_day,
}
"""Where a row is below its project's address, by the name of the fact that metrics are over."""


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def lasting_url(gitlab_url: str | None) -> str | None:
    """The address for who reads later or elsewhere; None for one of this machine alone.

    The stand-in's is one of a run's time.
    """
    is_lasting = gitlab_url is not None and urlsplit(gitlab_url).hostname not in LOOPBACK
    return gitlab_url if is_lasting else None


def gitlab_link(gitlab_url: str | None, path_with_namespace: str, path: str) -> str | None:
    """The address below a project's; None where it is not known which GitLab was read."""
    if gitlab_url is None:
        return None
    base = gitlab_url.rstrip("/").removesuffix("/api/v4").rstrip("/")
    return f"{base}/{quote(path_with_namespace)}/-/{path}"
