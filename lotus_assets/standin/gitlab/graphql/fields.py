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
    PAGE_INFO,
    Connection,
    keyset,
)
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    FieldFunction,
    FieldTable,
    number_of,
)
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def _project(_root: None, arguments: Arguments, context: Context) -> ProjectData | None:
    data = context.served.project(str(arguments["fullPath"]))
    if data is None or data.access != "full":
        return None
    is_public = data.project.get("visibility") == "public"
    return data if context.is_authenticated or is_public else None


def _group(_root: None, arguments: Arguments, context: Context) -> Payload | None:
    group = context.served.group(str(arguments["fullPath"]))
    is_public = group is not None and group.get("visibility") == "public"
    return group if context.is_authenticated or is_public else None


def _groups(_root: None, arguments: Arguments, context: Context) -> Connection:
    groups = list(context.served.store.groups.values()) if context.is_authenticated else []
    groups.sort(key=lambda group: int(group["id"]))
    return keyset(groups, arguments, lambda group: (group["id"],), descending=False)


def _users(_root: None, arguments: Arguments, context: Context) -> Connection:
    users = list(context.served.store.users.values()) if context.is_authenticated else []
    if arguments.get("ids") is not None:
        numbers = {number_of(identifier) for identifier in arguments["ids"]}
        users = [user for user in users if user["id"] in numbers]
    users.sort(key=lambda user: int(user["id"]), reverse=True)
    return keyset(users, arguments, lambda user: (user["id"],), descending=True)


def _store(_root: None, _arguments: Arguments, context: Context) -> Any:
    return context.served.store if context.is_authenticated else None


QUERY: FieldTable = {
    "project": _project,
    "group": _group,
    "groups": _groups,
    "users": _users,
    "metadata": _store,
}
METADATA: FieldTable = {
    "enterprise": lambda store, _arguments, _context: store.edition == "enterprise",
    "version": lambda store, _arguments, _context: store.version,
}
TYPES: dict[str, FieldTable] = {
    "Query": QUERY,
    "Metadata": METADATA,
    "Project": projects.PROJECT,
    "Repository": projects.REPOSITORY,
    "Group": projects.GROUP,
    "Deployment": projects.DEPLOYMENT,
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
    "CiStage": pipelines.NAMED,
    "CiBuildNeed": pipelines.NAMED,
    "Issue": issues.ISSUE,
    "WorkItem": issues.WORK_ITEM,
    "WorkItemWidgetDevelopment": issues.DEVELOPMENT,
    "WorkItemClosingMergeRequest": issues.CLOSING_MERGE_REQUEST,
    "UserCore": people.USER,
    "MergeRequestAuthor": people.USER,
    "PageInfo": PAGE_INFO,
}
IMPLEMENTATIONS: dict[str, str] = {"WorkItemWidget": "WorkItemWidgetDevelopment"}
"""Interface → its only implementation here."""


def field_function(type_name: str, field_name: str) -> FieldFunction:
    """How a field is resolved; raises KeyError where the schema has more than this table."""
    if type_name.endswith("Connection"):
        return CONNECTION[field_name]
    return TYPES[type_name][field_name]
