"""Issues and work items as GraphQL sees them."""

import re
from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, by_position
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldTable,
    from_payload,
    global_id,
    number_of,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.listing import among_iids, in_state, page
from lotus_assets.standin.gitlab.graphql.merge_requests import labels, reference
from lotus_assets.standin.gitlab.graphql.notes import notes_page
from lotus_assets.standin.gitlab.graphql.people import user_of
from lotus_assets.standin.gitlab.site import is_enabled
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def issues(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.issues`; null where the feature is off."""
    return _listed(data, arguments, context, sort=arguments.get("sort") or "created_desc")


def work_items(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.workItems`: here, the issues by their newer name."""
    return _listed(data, arguments, context, sort=arguments.get("sort") or "CREATED_DESC")


def _listed(
    data: ProjectData, arguments: Arguments, context: Context, *, sort: str
) -> Connection | None:
    if not is_enabled(data.project, "issues"):
        return None
    rows = in_state(among_iids(data.issues, arguments), arguments)
    if arguments.get("types") is not None:
        rows = [row for row in rows if issue_type(row) in arguments["types"]]
    if arguments.get("ids") is not None:
        numbers = {number_of(identifier) for identifier in arguments["ids"]}
        rows = [row for row in rows if row["id"] in numbers]
    return page(context, data, rows, arguments, subject="issues", sort=sort)


def issue(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    """`Project.issue(iid)`."""
    if not is_enabled(data.project, "issues"):
        return None
    payload = next(iter(among_iids(data.issues, arguments)), None)
    return None if payload is None else Entity(data, payload)


def issue_type(payload: Payload) -> str:
    """`ISSUE`, `INCIDENT`, …"""
    return str(payload.get("issue_type") or "issue").upper()


def _notes(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    notes = entity.data.issue_notes.get(entity.payload["iid"], [])
    return notes_page(entity.data, notes, arguments)


def _widgets(entity: Entity, arguments: Arguments, _context: Context) -> list[Entity]:
    """Only the development widget is known here."""
    only, excluded = arguments.get("onlyTypes"), arguments.get("exceptTypes") or []
    is_wanted = (only is None or "DEVELOPMENT" in only) and "DEVELOPMENT" not in excluded
    return [entity] if is_wanted else []


def _closing(entity: Entity, arguments: Arguments, context: Context) -> Connection:
    """The merge requests whose closing list names the work item, of whatever project."""
    full = f"{entity.data.project['path_with_namespace']}#{entity.payload['iid']}"
    return by_position(_closing_index(context).get(full, ()), arguments)


def _closing_index(context: Context) -> dict[str, list[tuple[ProjectData, int, str]]]:
    projects = context.site.store.projects.values()
    size = sum(len(data.closes_issues) for data in projects)

    def make() -> dict[str, list[tuple[ProjectData, int, str]]]:
        index: dict[str, list[tuple[ProjectData, int, str]]] = {}
        for data in projects:
            for iid, references in data.closes_issues.items():
                for name in references:
                    index.setdefault(name, []).append((data, iid, name))
        return index

    index: dict[str, list[tuple[ProjectData, int, str]]] = context.site.kept(
        ("closing",), size, make
    )
    return index


def _is_from_description(closing: Any, _arguments: Arguments, _context: Context) -> bool:
    data, iid, name = closing
    number = re.escape(name.rpartition("#")[2])
    text = data.merge_requests[iid].get("description") or ""
    return re.search(rf"#{number}(?!\d)", text) is not None


def _closing_merge_request(closing: Any, _arguments: Arguments, _context: Context) -> Entity | None:
    data, iid, _name = closing
    return Entity(data, data.merge_requests[iid]) if iid in data.merge_requests else None


ISSUE: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("Issue", entity.payload["id"]),
    "iid": lambda entity, _arguments, _context: str(entity.payload["iid"]),
    "title": from_payload("title"),
    "description": from_payload("description"),
    "state": from_payload("state"),
    "type": lambda entity, _arguments, _context: issue_type(entity.payload),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "closedAt": time_of("closed_at"),
    "author": user_of("author"),
    "confidential": from_payload("confidential"),
    "webUrl": from_payload("web_url"),
    "reference": reference("#"),
    "userNotesCount": from_payload("user_notes_count"),
    "mergeRequestsCount": from_payload("merge_requests_count"),
    "projectId": from_payload("project_id"),
    "labels": labels,
    "notes": _notes,
}
WORK_ITEM: FieldTable = {
    **{
        name: ISSUE[name]
        for name in (
            *("iid", "title", "createdAt", "updatedAt", "closedAt", "author"),
            *("confidential", "webUrl", "reference"),
        )
    },
    "id": lambda entity, _arguments, _context: global_id("WorkItem", entity.payload["id"]),
    "state": lambda entity, _arguments, _context: (
        "CLOSED" if entity.payload["state"] == "closed" else "OPEN"
    ),
    "workItemType": lambda entity, _arguments, _context: issue_type(entity.payload),
    "widgets": _widgets,
}
TYPE_NUMBERS = {"ISSUE": 1, "INCIDENT": 2, "TEST_CASE": 3, "REQUIREMENT": 4, "TASK": 5}
WORK_ITEM_TYPE: FieldTable = {
    "id": lambda name, _arguments, _context: global_id(
        "WorkItems::Type", TYPE_NUMBERS.get(name, 6)
    ),
    "name": lambda name, _arguments, _context: name.replace("_", " ").title(),
    "iconName": lambda name, _arguments, _context: f"work-item-{name.lower().replace('_', '-')}",
}
DEVELOPMENT: FieldTable = {
    "type": lambda _entity, _arguments, _context: "DEVELOPMENT",
    "closingMergeRequests": _closing,
    "willAutoCloseByMergeRequest": lambda _entity, _arguments, _context: True,
}
CLOSING_MERGE_REQUEST: FieldTable = {
    "id": lambda closing, _arguments, _context: global_id(
        "MergeRequestsClosingIssues",
        f"{closing[0].project['id']}{closing[1]:06}{closing[2].rpartition('#')[2]}",
    ),
    "fromMrDescription": _is_from_description,
    "mergeRequest": _closing_merge_request,
}
