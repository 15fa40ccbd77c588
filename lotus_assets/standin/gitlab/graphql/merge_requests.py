"""Merge requests as GraphQL sees them."""

from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, by_position, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldTable,
    derived_number,
    from_payload,
    global_id,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.listing import among_iids, in_state, page
from lotus_assets.standin.gitlab.graphql.notes import notes_page
from lotus_assets.standin.gitlab.graphql.people import user_of, whole_user
from lotus_assets.standin.gitlab.site import is_enabled
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def merge_requests(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.mergeRequests`; null where the feature is off."""
    if not is_enabled(data.project, "merge_requests"):
        return None
    rows = in_state(among_iids(data.merge_requests, arguments), arguments)
    for name, key in (("targetBranches", "target_branch"), ("sourceBranches", "source_branch")):
        if arguments.get(name) is not None:
            rows = [row for row in rows if row[key] in arguments[name]]
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
    users = _approvers(entity)
    return keyset(
        sorted(users, key=lambda user: -user["id"]),
        arguments,
        lambda user: (user["id"],),
        descending=True,
        wrap=lambda user: whole_user(user, context),
    )


def _approvers(entity: Entity) -> list[Payload]:
    return entity.data.merge_request_approvals.get(entity.payload["iid"], [])


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
    return by_position(titles, arguments, lambda title: Entity(entity.data, {"title": title}))


def reference(sign: str) -> Any:
    """`reference(full)`, with `!` or `#`."""

    def read(entity: Entity, arguments: Arguments, _context: Context) -> str:
        short = f"{sign}{entity.payload['iid']}"
        return entity.data.project["path_with_namespace"] + short if arguments["full"] else short

    return read


def _diff_totals(entity: Entity, _arguments: Arguments, _context: Context) -> Payload | None:
    totals: Payload | None = entity.payload.get("diff_stats")
    return totals


def _pipelines(entity: Entity, arguments: Arguments, context: Context) -> Connection:
    rows = [
        row
        for row in entity.data.pipelines.values()
        if row.get("merge_request_iid") == entity.payload["iid"]
    ]
    subject = f"pipelines of !{entity.payload['iid']}"
    return page(context, entity.data, rows, arguments, subject=subject, sort="id_desc")


def _head_pipeline(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    rows = entity.data.pipelines.values()
    own = [row for row in rows if row.get("merge_request_iid") == entity.payload["iid"]]
    newest = max(own, key=lambda row: int(row["id"]), default=None)
    return None if newest is None else Entity(entity.data, newest)


def _approvals_left(entity: Entity, _arguments: Arguments, _context: Context) -> int | None:
    required = entity.payload.get("approvals_required")
    return None if required is None else max(required - len(_approvers(entity)), 0)


def is_approved(data: ProjectData, payload: Payload) -> bool:
    """Whether enough people approve; with no number required, whether anyone does."""
    given = len(data.merge_request_approvals.get(payload["iid"], []))
    return given >= max(payload.get("approvals_required") or 0, 1)


MERGE_REQUEST: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("MergeRequest", entity.payload["id"]),
    "iid": lambda entity, _arguments, _context: str(entity.payload["iid"]),
    "title": from_payload("title"),
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
    "targetProjectId": from_payload("target_project_id"),
    "projectId": from_payload("project_id"),
    "mergeCommitSha": from_payload("merge_commit_sha"),
    "diffHeadSha": from_payload("sha"),
    "squash": lambda entity, _arguments, _context: bool(entity.payload.get("squash", False)),
    "squashOnMerge": lambda entity, _arguments, _context: bool(
        entity.payload.get("squash_on_merge", entity.payload.get("squash", False))
    ),
    "webUrl": from_payload("web_url"),
    "reference": reference("!"),
    "userNotesCount": from_payload("user_notes_count"),
    "commitCount": lambda entity, _arguments, _context: len(
        entity.data.merge_request_commits.get(entity.payload["iid"], [])
    ),
    "approved": lambda entity, _arguments, _context: is_approved(*entity),
    "diffStatsSummary": _diff_totals,
    "headPipeline": _head_pipeline,
    "project": lambda entity, _arguments, _context: entity.data,
    "approvedBy": _approved_by,
    "commits": _commits,
    "labels": labels,
    "notes": _notes,
    "pipelines": _pipelines,
    "approvalsRequired": from_payload("approvals_required"),
    "approvalsLeft": _approvals_left,
    "mergeRequestDiffs": _versions,
}
MERGE_REQUEST_DIFF: FieldTable = {
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("created_at"),
}
DIFF_STATS_SUMMARY: FieldTable = {
    "additions": lambda totals, _arguments, _context: totals["additions"],
    "deletions": lambda totals, _arguments, _context: totals["deletions"],
    "changes": lambda totals, _arguments, _context: totals["additions"] + totals["deletions"],
    "fileCount": lambda totals, _arguments, _context: totals["file_count"],
}
LABEL: FieldTable = {
    "id": lambda label, _arguments, _context: global_id(
        "ProjectLabel", derived_number(label.payload["title"])
    ),
    "title": from_payload("title"),
    "color": lambda _label, _arguments, _context: "#428BCA",
    "textColor": lambda _label, _arguments, _context: "#FFFFFF",
    "description": from_payload("description"),
    "createdAt": lambda label, _arguments, _context: label.data.project["created_at"],
    "updatedAt": lambda label, _arguments, _context: label.data.project["created_at"],
}
