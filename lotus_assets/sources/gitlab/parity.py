"""Merge requests read again, one by one, by another way than they were collected.

Collected is by GraphQL lists; here REST is asked for the one merge request and its approvals, and
GraphQL only for the totals that REST lacks. So a mistake in the lists, their windows or their
nested pages shows as a difference.
"""

from collections.abc import Mapping
from typing import Any

from lotus_assets.sources.gitlab.email_hash import redacted_name
from lotus_assets.sources.gitlab.pages import Payload, ProjectReference
from lotus_assets.sources.gitlab.project_lists import Clients

FIELDS = (
    *("state", "is_draft", "author_user_id", "merge_user_id"),
    *("created_at", "updated_at", "merged_at", "closed_at"),
    *("source_branch", "target_branch", "source_project_id"),
    *("head_sha", "merge_commit_sha", "squash_commit_sha"),
    *("labels", "changes_count", "lines_added", "lines_removed"),
    *("approvals_given", "approvals_required", "commit_count", "comment_count"),
)
"""What a reading gives, under the names of `raw_mr`; the two last ones count rows beside it."""


def merge_request_again(clients: Clients, project: ProjectReference, iid: int) -> Payload:
    """`FIELDS` of one merge request as GitLab has them now; three requests."""
    path = f"/projects/{project.project_id}/merge_requests/{iid}"
    merge_request, approvals = clients.rest.get(path), clients.rest.get(f"{path}/approvals")
    variables = {"project": project.path, "iid": str(iid)}
    answer = clients.graphql.execute("merge_request_totals", variables)
    totals = (answer.data.get("project") or {}).get("mergeRequest") or {}
    return fields_of(merge_request, approvals, totals)


def fields_of(
    merge_request: Mapping[str, Any], approvals: Mapping[str, Any], totals: Mapping[str, Any]
) -> Payload:
    """`FIELDS` out of the answers of REST (the merge request, its approvals) and of GraphQL.

    A field that this GitLab does not give (`approvals_required` in the Free edition, a count of
    files that GitLab gave up counting) is left out. Instants are GitLab's own text.
    """
    lines = totals.get("diffStatsSummary") or {}
    files = str(merge_request.get("changes_count") or "0")
    fields: Payload = {
        "state": merge_request["state"],
        "is_draft": merge_request.get("draft"),
        "author_user_id": (merge_request.get("author") or {}).get("id"),
        "merge_user_id": (merge_request.get("merge_user") or {}).get("id"),
        "created_at": merge_request["created_at"],
        "updated_at": merge_request["updated_at"],
        "merged_at": merge_request.get("merged_at"),
        "closed_at": merge_request.get("closed_at"),
        "source_branch": merge_request["source_branch"],
        "target_branch": merge_request["target_branch"],
        "source_project_id": merge_request.get("source_project_id"),
        "head_sha": merge_request.get("sha"),
        "merge_commit_sha": merge_request.get("merge_commit_sha"),
        "squash_commit_sha": merge_request.get("squash_commit_sha"),
        "labels": [redacted_name(label) for label in merge_request.get("labels") or []],
        "lines_added": lines.get("additions"),
        "lines_removed": lines.get("deletions"),
        "approvals_given": len(approvals.get("approved_by") or []),
        "commit_count": totals.get("commitCount"),
        "comment_count": merge_request.get("user_notes_count"),
    }
    # GitLab writes `1000+` when it stopped counting.
    if files.isdecimal():
        fields["changes_count"] = int(files)
    if "approvals_required" in approvals:
        fields["approvals_required"] = approvals["approvals_required"]
    return fields
