"""Merge requests as GraphQL sees them."""

from lotus_assets.standin.gitlab.graphql.connections import Connection, by_position, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldTable,
    from_payload,
    global_id,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.listing import in_state, page
from lotus_assets.standin.gitlab.graphql.notes import notes_page
from lotus_assets.standin.gitlab.graphql.people import user_of, whole_user
from lotus_assets.standin.gitlab.served_store import is_enabled
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def merge_requests(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.mergeRequests`; null where the feature is off."""
    if not is_enabled(data.project, "merge_requests"):
        return None
    rows = in_state(data.merge_requests.values(), arguments)
    sort = arguments.get("sort") or "created_desc"
    return page(context, data, rows, arguments, subject="merge_requests", sort=sort)


def merge_request(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    """`Project.mergeRequest(iid)`."""
    if not is_enabled(data.project, "merge_requests"):
        return None
    iid = str(arguments["iid"])
    payload = data.merge_requests.get(int(iid)) if iid.isdecimal() else None
    return None if payload is None else Entity(data, payload)


def _commits(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    commits = entity.data.merge_request_commits.get(entity.payload["iid"], [])
    return by_position(commits, arguments, lambda commit: Entity(entity.data, commit))


def _notes(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    notes = entity.data.merge_request_notes.get(entity.payload["iid"], [])
    return notes_page(entity.data, notes, arguments)


def _approved_by(entity: Entity, arguments: Arguments, context: Context) -> Connection:
    users = entity.data.merge_request_approvals.get(entity.payload["iid"], [])
    return keyset(
        sorted(users, key=lambda user: -user["id"]),
        arguments,
        lambda user: (user["id"],),
        descending=True,
        wrap=lambda user: whole_user(user, context),
    )


def _versions(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    versions = entity.data.merge_request_versions.get(entity.payload["iid"], [])
    return keyset(
        versions,
        arguments,
        lambda version: (version["id"],),
        descending=True,
        wrap=lambda version: Entity(entity.data, version),
    )


def labels(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    """Labels of a merge request or an issue: REST keeps their titles only."""
    titles = [
        label["name"] if isinstance(label, dict) else label for label in entity.payload["labels"]
    ]
    return by_position(titles, arguments)


def _diff_totals(entity: Entity, _arguments: Arguments, _context: Context) -> Payload | None:
    totals: Payload | None = entity.payload.get("diff_stats")
    return totals


MERGE_REQUEST: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("MergeRequest", entity.payload["id"]),
    "iid": lambda entity, _arguments, _context: str(entity.payload["iid"]),
    "description": from_payload("description"),
    "state": from_payload("state"),
    "draft": lambda entity, _arguments, _context: bool(entity.payload.get("draft", False)),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "mergedAt": time_of("merged_at"),
    "closedAt": time_of("closed_at"),
    "author": user_of("author"),
    "mergeUser": user_of("merge_user"),
    "sourceBranch": from_payload("source_branch"),
    "targetBranch": from_payload("target_branch"),
    "sourceProjectId": from_payload("source_project_id"),
    "projectId": from_payload("project_id"),
    "mergeCommitSha": from_payload("merge_commit_sha"),
    "diffHeadSha": from_payload("sha"),
    "commitCount": lambda entity, _arguments, _context: len(
        entity.data.merge_request_commits.get(entity.payload["iid"], [])
    ),
    "diffStatsSummary": _diff_totals,
    "approvedBy": _approved_by,
    "commits": _commits,
    "labels": labels,
    "notes": _notes,
    "approvalsRequired": from_payload("approvals_required"),
    "mergeRequestDiffs": _versions,
}
MERGE_REQUEST_DIFF: FieldTable = {"createdAt": time_of("created_at")}
DIFF_STATS_SUMMARY: FieldTable = {
    "additions": lambda totals, _arguments, _context: totals["additions"],
    "deletions": lambda totals, _arguments, _context: totals["deletions"],
    "fileCount": lambda totals, _arguments, _context: totals["file_count"],
}
LABEL: FieldTable = {"title": lambda title, _arguments, _context: title}
