"""Do the tables know each other? Rows whose parent, commit, tag or merge request is missing.

None of these rows makes a number wrong by itself: what cannot be told from them is NULL in the
facts, with its reason. The checks say how many there are, so that nobody takes silence for health.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from sqlalchemy import Exists, Select, and_, case, exists, func, or_, select

from lotus_assets.checks.rule import Rule, asset_checks, offenders
from lotus_assets.facts import dim_project
from lotus_assets.raw import (
    raw_commit,
    raw_deployment,
    raw_issue,
    raw_issue_closing_mr,
    raw_issue_event,
    raw_job,
    raw_mr,
    raw_mr_approval,
    raw_mr_closing_issue,
    raw_mr_commit,
    raw_mr_note,
    raw_mr_version,
    raw_pipeline,
    raw_release,
    raw_tag,
)
from lotus_assets.sources.organisation_file import UNMAPPED
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

MOST_LABELS = 100
"""More labels than a page of GitLab's, on one issue or merge request: somebody's script, surely."""


def orphans(child: Table, parent: Table, reference: Mapping[str, str]) -> Select[Any]:
    """Rows of `child` that are there, and whose parent never was.

    `reference` maps columns of `child` to those of `parent`. A parent that has vanished since is
    known: nobody asks for its children any more.
    """
    rows, parents = database_table(child), database_table(parent)
    is_known = exists().where(*(parents.c[to] == rows.c[name] for name, to in reference.items()))
    shown = dict.fromkeys([*child.key, *reference])
    query = select(*(rows.c[name] for name in shown)).where(~is_known)
    if "vanished_at" in rows.c:
        query = query.where(rows.c.vanished_at.is_(None))
    return query.order_by(*(rows.c[name] for name in child.key))


def deployments_of_unknown_commits() -> Select[Any]:
    """Deployments without a SHA, or of one that is no commit of their project."""
    deployments, commits = database_table(raw_deployment.TABLE), database_table(raw_commit.TABLE)
    is_known = exists().where(
        commits.c.project_id == deployments.c.project_id,
        commits.c.commit_id == deployments.c.sha,
    )
    columns = ("project_id", "deployment_id", "environment", "status", "sha", "created_at")
    return (
        select(*(deployments.c[name] for name in columns))
        .where(~is_known)
        .order_by(deployments.c.project_id, deployments.c.deployment_id)
    )


def _has_commits() -> Exists:
    """Whether any commit of a merge request (`raw_mr`) is known."""
    requests, of_request = database_table(raw_mr.TABLE), database_table(raw_mr_commit.TABLE)
    return exists().where(
        of_request.c.project_id == requests.c.project_id,
        of_request.c.mr_id == requests.c.mr_id,
        of_request.c.vanished_at.is_(None),
    )


def fast_forwards_of_unknown_commits() -> Select[Any]:
    """Merge requests without merge and squash commit of which no commit is known."""
    requests = database_table(raw_mr.TABLE)
    return (
        select(requests.c.project_id, requests.c.mr_id, requests.c.iid, requests.c.merged_at)
        .where(
            requests.c.merged_at.isnot(None),
            requests.c.vanished_at.is_(None),
            requests.c.merge_commit_sha.is_(None),
            requests.c.squash_commit_sha.is_(None),
            ~_has_commits(),
        )
        .order_by(requests.c.project_id, requests.c.mr_id)
    )


def merge_requests_of_unknown_commits() -> Select[Any]:
    """Merged merge requests of which no commit is known, or whose merge result is none.

    The merge result is the merge commit, else the squash commit, else the head.
    """
    requests, commits = database_table(raw_mr.TABLE), database_table(raw_commit.TABLE)
    result = func.coalesce(
        requests.c.merge_commit_sha, requests.c.squash_commit_sha, requests.c.head_sha
    )
    has_commits = _has_commits()
    has_result = exists().where(
        commits.c.project_id == requests.c.project_id, commits.c.commit_id == result
    )
    reason = case(
        (and_(~has_commits, ~has_result), "no_commits; merge_result_unknown"),
        (~has_commits, "no_commits"),
        else_="merge_result_unknown",
    )
    return (
        select(
            requests.c.project_id,
            requests.c.mr_id,
            requests.c.iid,
            reason.label("reason"),
            result.label("merge_result"),
        )
        .where(
            requests.c.merged_at.isnot(None),
            requests.c.vanished_at.is_(None),
            or_(~has_commits, ~has_result),
        )
        .order_by(requests.c.project_id, requests.c.mr_id)
    )


def releases_without_tag() -> Select[Any]:
    """Releases whose tag is not, or no longer, among the repository's tags."""
    releases, tags = database_table(raw_release.TABLE), database_table(raw_tag.TABLE)
    has_tag = exists().where(
        tags.c.project_id == releases.c.project_id,
        tags.c.tag_name == releases.c.tag_name,
        tags.c.vanished_at.is_(None),
    )
    columns = ("project_id", "tag_name", "released_at", "commit_id")
    return (
        select(*(releases.c[name] for name in columns))
        .where(~has_tag, releases.c.vanished_at.is_(None))
        .order_by(releases.c.project_id, releases.c.tag_name)
    )


def labelled_beyond(table: Table, most: int) -> Select[Any]:
    """Rows of `table` with more than `most` labels."""
    rows = database_table(table)
    labels = func.jsonb_array_length(rows.c.labels)
    return (
        select(*(rows.c[name] for name in (*table.key, "iid")), labels.label("label_count"))
        .where(labels > most, rows.c.vanished_at.is_(None))
        .order_by(labels.desc(), *(rows.c[name] for name in table.key))
    )


def unmapped_projects() -> Select[Any]:
    """Measured projects that the org file gives to nobody."""
    projects = database_table(dim_project.TABLE)
    return (
        select(projects.c.project_id, projects.c.path_with_namespace)
        .where(projects.c.is_measured, projects.c.business_line == UNMAPPED)
        .order_by(projects.c.path_with_namespace)
    )


def _orphan_rule(name: str, child: Table, parent: Table, reference: Mapping[str, str]) -> Rule:
    return Rule(
        name=name,
        table=child,
        reads=[parent],
        description=(
            f"Every row of {child.name} belongs to a row of {parent.name} "
            f"({', '.join(reference)}). What does not is in no figure of its parent."
        ),
        find=offenders(orphans, child, parent, reference),
    )


_PROJECT = {"project_id": "project_id"}
_OF_PIPELINE = _PROJECT | {"pipeline_id": "pipeline_id"}
_OF_ISSUE = _PROJECT | {"issue_id": "issue_id"}
_OF_MERGE_REQUEST = _PROJECT | {"mr_id": "mr_id"}
_TO_MERGE_REQUEST = {"mr_project_id": "project_id", "mr_id": "mr_id"}

RULES = [
    _orphan_rule("has_pipeline", raw_job.TABLE, raw_pipeline.TABLE, _OF_PIPELINE),
    *(
        _orphan_rule("has_merge_request", child.TABLE, raw_mr.TABLE, _OF_MERGE_REQUEST)
        for child in (
            raw_mr_note,
            raw_mr_version,
            raw_mr_approval,
            raw_mr_commit,
            raw_mr_closing_issue,
        )
    ),
    _orphan_rule("has_merge_request", raw_issue_closing_mr.TABLE, raw_mr.TABLE, _TO_MERGE_REQUEST),
    _orphan_rule("has_issue", raw_issue_event.TABLE, raw_issue.TABLE, _OF_ISSUE),
    Rule(
        name="has_known_commit",
        table=raw_deployment.TABLE,
        reads=[raw_commit.TABLE],
        description=(
            "Every deployment is of a commit that is known. Of others it cannot be told what they "
            "contain: rollback and lead time are NULL, with the reason sha_unknown."
        ),
        find=offenders(deployments_of_unknown_commits),
    ),
    Rule(
        name="has_known_commits",
        table=raw_mr.TABLE,
        reads=[raw_mr_commit.TABLE, raw_commit.TABLE],
        description=(
            "Commits and merge result of every merged merge request are known. Without them cycle "
            "time or lead time is NULL."
        ),
        find=offenders(merge_requests_of_unknown_commits),
    ),
    Rule(
        name="brings_known_commits",
        table=raw_mr.TABLE,
        reads=[raw_mr_commit.TABLE],
        description=(
            "The commits of every merge request that was merged by fast-forward are known. "
            "Those of others would count as direct pushes."
        ),
        find=offenders(fast_forwards_of_unknown_commits),
        severity=dg.AssetCheckSeverity.ERROR,
    ),
    Rule(
        name="has_tag",
        table=raw_release.TABLE,
        reads=[raw_tag.TABLE],
        description=(
            "Every release has its tag. One without is still a release (reason tag_missing)."
        ),
        find=offenders(releases_without_tag),
    ),
    *(
        Rule(
            name="has_few_labels",
            table=table,
            description=(
                f"No row has more than {MOST_LABELS} labels. All of them are kept and count; so "
                "many mean that a script went wrong, and reading them costs a request a hundred."
            ),
            find=offenders(labelled_beyond, table, MOST_LABELS),
        )
        for table in (raw_issue.TABLE, raw_mr.TABLE)
    ),
    Rule(
        name="is_mapped",
        table=dim_project.TABLE,
        description=(
            "Every measured project belongs to a team of the org file. Others are Unmapped and "
            "stay in the org slice."
        ),
        find=offenders(unmapped_projects),
    ),
]

reconciliation = asset_checks("check_reconciliation", RULES)
