"""Issues and work items as GraphQL sees them."""

from lotus_assets.standin.gitlab.graphql.connections import Connection, by_position
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldTable,
    from_payload,
    global_id,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.listing import among_iids, in_state, page
from lotus_assets.standin.gitlab.graphql.merge_requests import labels
from lotus_assets.standin.gitlab.graphql.notes import notes_page
from lotus_assets.standin.gitlab.graphql.people import user_of
from lotus_assets.standin.gitlab.served_store import is_enabled
from lotus_assets.standin.gitlab.store import ProjectData


def issues(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.issues` and, by their newer name, `Project.workItems`; null without the feature."""
    if not is_enabled(data.project, "issues"):
        return None
    rows = in_state(among_iids(data.issues, arguments), arguments)
    sort = arguments.get("sort") or "created_desc"
    return page(context, data, rows, arguments, subject="issues", sort=sort)


def issue(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    """`Project.issue(iid)`."""
    if not is_enabled(data.project, "issues"):
        return None
    payload = next(iter(among_iids(data.issues, arguments)), None)
    return None if payload is None else Entity(data, payload)


def _notes(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    notes = entity.data.issue_notes.get(entity.payload["iid"], [])
    return notes_page(entity.data, notes, arguments)


def _widgets(entity: Entity, arguments: Arguments, _context: Context) -> list[Entity]:
    """Only the development widget is known here."""
    only = arguments.get("onlyTypes")
    return [entity] if only is None or "DEVELOPMENT" in only else []


def _closing(entity: Entity, arguments: Arguments, context: Context) -> Connection:
    """The merge requests whose closing list names the work item, of whatever project."""
    full = f"{entity.data.project['path_with_namespace']}#{entity.payload['iid']}"
    return by_position(_closing_index(context).get(full, ()), arguments)


Closing = tuple[ProjectData, int]
"""A merge request that closes an issue: its project and its iid."""


def _closing_index(context: Context) -> dict[str, list[Closing]]:
    projects = context.served.store.projects.values()
    size = sum(len(data.closes_issues) for data in projects)

    def make() -> dict[str, list[Closing]]:
        index: dict[str, list[Closing]] = {}
        for data in projects:
            for iid, references in data.closes_issues.items():
                for name in references:
                    index.setdefault(name, []).append((data, iid))
        return index

    index: dict[str, list[Closing]] = context.served.kept(("closing",), size, make)
    return index


def _closing_merge_request(
    closing: Closing, _arguments: Arguments, _context: Context
) -> Entity | None:
    data, iid = closing
    return Entity(data, data.merge_requests[iid]) if iid in data.merge_requests else None


ISSUE: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("Issue", entity.payload["id"]),
    "iid": lambda entity, _arguments, _context: str(entity.payload["iid"]),
    "state": from_payload("state"),
    "type": lambda entity, _arguments, _context: str(
        entity.payload.get("issue_type") or "issue"
    ).upper(),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "closedAt": time_of("closed_at"),
    "author": user_of("author"),
    "mergeRequestsCount": from_payload("merge_requests_count"),
    "moved": lambda entity, _arguments, _context: bool(entity.payload.get("moved_to_id")),
    "labels": labels,
    "notes": _notes,
}
WORK_ITEM: FieldTable = {"iid": ISSUE["iid"], "widgets": _widgets}
DEVELOPMENT: FieldTable = {
    "type": lambda _entity, _arguments, _context: "DEVELOPMENT",
    "closingMergeRequests": _closing,
}
CLOSING_MERGE_REQUEST: FieldTable = {"mergeRequest": _closing_merge_request}
