"""Merge requests read again, one by one, by another way than they were collected.

Collected is by GraphQL lists; this asks REST for the one merge request and its approvals, and
GraphQL only for the totals that REST lacks. So a mistake in the lists, their windows or their
nested pages shows as a difference.
"""

from collections.abc import Mapping
from typing import Any

from lotus_assets.sources.gitlab.email_hash import redacted
from lotus_assets.sources.gitlab.errors import EntityError
from lotus_assets.sources.gitlab.graphql import GraphQLClient
from lotus_assets.sources.gitlab.pages import Payload
from lotus_assets.sources.gitlab.source import REASONS, GitLabSource

FIELDS = (
    *("state", "is_draft", "author_user_id", "merge_user_id"),
    *("created_at", "updated_at", "merged_at", "closed_at"),
    *("source_branch", "target_branch", "source_project_id"),
    *("head_sha", "merge_commit_sha", "squash_commit_sha"),
    *("labels", "changes_count", "lines_added", "lines_removed"),
    *("approvals_given", "approvals_required", "commit_count", "comment_count"),
)
"""What a reading gives, under the names of `raw_mr`; the two last ones count rows beside it."""


def merge_request_again(
    source: GitLabSource, project_id: int, project_path: str, iid: int
) -> Payload:
    """`FIELDS` of one merge request as GitLab tells them now; three requests.

    A field that this GitLab does not tell (`approvals_required` in the Free edition, a count of
    files that GitLab gave up counting) is not in the answer. Instants are GitLab's own text.

    Raises:
        EntityError: 403, 404, or errors until the last attempt.
        AccessError: 401.
    """
    address = f"{source.url}/api/v4/projects/{project_id}/merge_requests/{iid}"
    told = _get(source, address, project_path, iid)
    approvals = _get(source, f"{address}/approvals", project_path, iid)
    variables = {"project": project_path, "iid": str(iid)}
    answer = GraphQLClient(source.session, f"{source.url}/api/graphql").execute(
        "merge_request_totals", variables
    )
    totals = ((answer.data.get("project") or {}).get("mergeRequest")) or {}
    return _fields(told, approvals, totals)


def _fields(
    told: Mapping[str, Any], approvals: Mapping[str, Any], totals: Mapping[str, Any]
) -> Payload:
    lines = totals.get("diffStatsSummary") or {}
    files = str(told.get("changes_count") or "0")
    found: Payload = {
        "state": told["state"],
        "is_draft": told.get("draft"),
        "author_user_id": (told.get("author") or {}).get("id"),
        "merge_user_id": (told.get("merge_user") or {}).get("id"),
        "created_at": told["created_at"],
        "updated_at": told["updated_at"],
        "merged_at": told.get("merged_at"),
        "closed_at": told.get("closed_at"),
        "source_branch": told["source_branch"],
        "target_branch": told["target_branch"],
        "source_project_id": told.get("source_project_id"),
        "head_sha": told.get("sha"),
        "merge_commit_sha": told.get("merge_commit_sha"),
        "squash_commit_sha": told.get("squash_commit_sha"),
        "labels": [redacted(label) for label in told.get("labels") or []],
        "lines_added": lines.get("additions"),
        "lines_removed": lines.get("deletions"),
        "approvals_given": len(approvals.get("approved_by") or []),
        "commit_count": totals.get("commitCount"),
        "comment_count": told.get("user_notes_count"),
    }
    # GitLab writes `1000+` when it stopped counting.
    if files.isdecimal():
        found["changes_count"] = int(files)
    if "approvals_required" in approvals:
        found["approvals_required"] = approvals["approvals_required"]
    return found


def _get(source: GitLabSource, address: str, project_path: str, iid: int) -> Mapping[str, Any]:
    response = source.session.request("GET", address)
    if response.status_code >= 400:
        reason = REASONS.get(response.status_code, f"error:http_{response.status_code}")
        detail = f"!{iid}: GitLab answered {response.status_code}"
        raise EntityError(project_path, "merge_requests", reason, detail)
    answer: Mapping[str, Any] = response.json()
    return answer
