"""Every type of the schema with its fields: the table that the plan is compiled from."""

from typing import Any

from lotus_assets.standin.gitlab.graphql import (
    issues,
    merge_requests,
    notes,
    people,
    pipelines,
    projects,
)
from lotus_assets.standin.gitlab.graphql.connections import (
    CONNECTION,
    EDGE,
    PAGE_INFO,
    Connection,
    keyset,
)
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldFunction,
    FieldTable,
    number_of,
)
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def _project(_root: None, arguments: Arguments, context: Context) -> ProjectData | None:
    data = context.site.project(str(arguments["fullPath"]))
    return data if data is not None and _is_visible(data, context) else None


def _is_visible(data: ProjectData, context: Context) -> bool:
    is_public = data.project.get("visibility") == "public"
    return data.access == "full" and (context.is_authenticated or is_public)


def _projects(_root: None, arguments: Arguments, context: Context) -> Connection:
    found = [data for data in context.site.store.projects.values() if _is_visible(data, context)]
    if arguments.get("ids") is not None:
        numbers = {number_of(identifier) for identifier in arguments["ids"]}
        found = [data for data in found if data.project["id"] in numbers]
    if arguments.get("fullPaths") is not None:
        paths = set(arguments["fullPaths"])
        found = [data for data in found if data.project["path_with_namespace"] in paths]
    return projects.project_page(found, arguments)


def _group(_root: None, arguments: Arguments, context: Context) -> Payload | None:
    group = context.site.store.groups.get(str(arguments["fullPath"]))
    is_public = group is not None and group.get("visibility") == "public"
    return group if context.is_authenticated or is_public else None


def _groups(_root: None, arguments: Arguments, context: Context) -> Connection:
    groups = list(context.site.store.groups.values()) if context.is_authenticated else []
    if arguments.get("ids") is not None:
        numbers = {number_of(identifier) for identifier in arguments["ids"]}
        groups = [group for group in groups if group["id"] in numbers]
    if arguments["topLevelOnly"]:
        groups = [group for group in groups if "/" not in group["full_path"]]
    groups.sort(key=lambda group: int(group["id"]))
    return keyset(groups, arguments, lambda group: (group["id"],), descending=False)


def _users(_root: None, arguments: Arguments, context: Context) -> Connection:
    users = list(context.site.store.users.values()) if context.is_authenticated else []
    if arguments.get("ids") is not None:
        numbers = {number_of(identifier) for identifier in arguments["ids"]}
        users = [user for user in users if user["id"] in numbers]
    if arguments.get("usernames") is not None:
        names = set(arguments["usernames"])
        users = [user for user in users if user["username"] in names]
    users.sort(key=lambda user: int(user["id"]), reverse=True)
    return keyset(users, arguments, lambda user: (user["id"],), descending=True)


def _user(_root: None, arguments: Arguments, context: Context) -> Payload | None:
    if not context.is_authenticated:
        return None
    number = number_of(arguments["id"]) if arguments.get("id") else None
    name = arguments.get("username")
    users = context.site.store.users.values()
    return next((user for user in users if user["id"] == number or user["username"] == name), None)


def _current_user(_root: None, _arguments: Arguments, context: Context) -> Payload | None:
    if context.token is None:
        return None
    number = context.token.user_id
    unknown = {"id": number, "username": "reader", "name": "Reader", "web_url": context.base_url}
    return context.site.store.users.get(number, unknown)


def _by_global_id(attribute: str) -> FieldFunction:
    def read(_root: None, arguments: Arguments, context: Context) -> Entity | None:
        number = number_of(arguments["id"])
        for data in context.site.store.projects.values():
            if not _is_visible(data, context):
                continue
            rows: dict[int, Payload] = getattr(data, attribute)
            for payload in rows.values():
                if payload["id"] == number:
                    return Entity(data, payload)
        return None

    return read


def _store(_root: None, _arguments: Arguments, context: Context) -> Any:
    return context.site.store if context.is_authenticated else None


QUERY: FieldTable = {
    "project": _project,
    "projects": _projects,
    "group": _group,
    "groups": _groups,
    "user": _user,
    "users": _users,
    "currentUser": _current_user,
    "metadata": _store,
    "queryComplexity": lambda _root, _arguments, context: context,
    "mergeRequest": _by_global_id("merge_requests"),
    "issue": _by_global_id("issues"),
    "workItem": _by_global_id("issues"),
}
METADATA: FieldTable = {
    "enterprise": lambda store, _arguments, _context: store.edition == "enterprise",
    "revision": lambda _store, _arguments, _context: "0" * 11,
    "version": lambda store, _arguments, _context: store.version,
}
QUERY_COMPLEXITY: FieldTable = {
    "limit": lambda context, _arguments, _context: context.limit,
    "score": lambda context, _arguments, _context: context.score,
}
TYPES: dict[str, FieldTable] = {
    "Query": QUERY,
    "Metadata": METADATA,
    "QueryComplexity": QUERY_COMPLEXITY,
    "Project": projects.PROJECT,
    "Repository": projects.REPOSITORY,
    "Group": projects.GROUP,
    "Environment": projects.ENVIRONMENT,
    "Release": projects.RELEASE,
    "MergeRequest": merge_requests.MERGE_REQUEST,
    "MergeRequestDiff": merge_requests.MERGE_REQUEST_DIFF,
    "DiffStatsSummary": merge_requests.DIFF_STATS_SUMMARY,
    "Label": merge_requests.LABEL,
    "Note": notes.NOTE,
    "SystemNoteMetadata": notes.SYSTEM_NOTE_METADATA,
    "Commit": notes.COMMIT,
    "Pipeline": pipelines.PIPELINE,
    "CiJob": pipelines.JOB,
    "CiStage": pipelines.STAGE,
    "CiBuildNeed": pipelines.NEED,
    "Issue": issues.ISSUE,
    "WorkItem": issues.WORK_ITEM,
    "WorkItemType": issues.WORK_ITEM_TYPE,
    "WorkItemWidgetDevelopment": issues.DEVELOPMENT,
    "WorkItemClosingMergeRequest": issues.CLOSING_MERGE_REQUEST,
    "UserCore": people.USER,
    "CurrentUser": people.USER,
    "MergeRequestAuthor": people.USER,
    "PageInfo": PAGE_INFO,
}
IMPLEMENTATIONS: dict[str, str] = {"WorkItemWidget": "WorkItemWidgetDevelopment"}
"""Interface → its only implementation here."""


def field_function(type_name: str, field_name: str) -> FieldFunction:
    """How a field is resolved; raises KeyError where the schema has more than this table."""
    if type_name.endswith("Connection"):
        return CONNECTION[field_name]
    if type_name.endswith("Edge"):
        return EDGE[field_name]
    return TYPES[type_name][field_name]
