"""Projects and groups, their repository, environments and releases, as GraphQL sees them."""

from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldError,
    FieldFunction,
    FieldTable,
    derived_number,
    from_payload,
    global_id,
    number_of,
    time_of,
    whole_seconds,
)
from lotus_assets.standin.gitlab.graphql.issues import issue, issues, work_items
from lotus_assets.standin.gitlab.graphql.merge_requests import merge_request, merge_requests
from lotus_assets.standin.gitlab.graphql.people import user_of
from lotus_assets.standin.gitlab.graphql.pipelines import pipeline, pipelines, upper
from lotus_assets.standin.gitlab.site import is_enabled
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def _key(name: str) -> FieldFunction:
    return lambda data, _arguments, _context: data.project.get(name)


def _time(name: str) -> FieldFunction:
    return lambda data, _arguments, _context: whole_seconds(data.project.get(name))


def _feature(name: str) -> FieldFunction:
    return lambda data, _arguments, _context: is_enabled(data.project, name)


def readable(function: FieldFunction) -> FieldFunction:
    """A field that only a reader of the project's content gets; others get null."""

    def read(data: ProjectData, arguments: Arguments, context: Context) -> Any:
        return function(data, arguments, context) if data.access == "full" else None

    return read


def project_page(
    rows: list[ProjectData], arguments: Arguments, *, descending: bool = True
) -> Connection:
    """Projects by id."""
    return keyset(
        sorted(rows, key=lambda data: int(data.project["id"]), reverse=descending),
        arguments,
        lambda data: (data.project["id"],),
        descending=descending,
    )


def group_projects(group: Payload, arguments: Arguments, context: Context) -> Connection:
    """`Group.projects`; forbidden ones are listed with what the list itself tells."""
    found = context.site.projects_of(
        group["full_path"], has_subgroups=arguments["includeSubgroups"]
    )
    if not arguments.get("includeArchived", True):
        found = [data for data in found if not data.project.get("archived")]
    if arguments.get("notAimedForDeletion"):
        found = [data for data in found if not data.project.get("marked_for_deletion_on")]
    if arguments.get("ids") is not None:
        numbers = {number_of(identifier) for identifier in arguments["ids"]}
        found = [data for data in found if data.project["id"] in numbers]
    return project_page(found, arguments)


def _environments(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """GitLab resolves this field for one project in a request (`FieldCallCount`, limit 1)."""
    context.resolved_environments.add(data.project["id"])
    if len(context.resolved_environments) > 1:
        raise FieldError('"environments" field can be requested only for 1 Project(s) at a time.')
    if not is_enabled(data.project, "builds"):
        return None
    rows = data.environments
    if arguments.get("name") is not None:
        rows = [row for row in rows if row["name"] == arguments["name"]]
    if arguments.get("states") is not None:
        rows = [row for row in rows if row["state"] in arguments["states"]]
    return keyset(
        sorted(rows, key=lambda row: -int(row["id"])),
        arguments,
        lambda row: (row["id"],),
        descending=True,
        wrap=lambda row: Entity(data, row),
    )


def _releases(data: ProjectData, arguments: Arguments, _context: Context) -> Connection:
    column, _, direction = (arguments.get("sort") or "RELEASED_AT_DESC").lower().rpartition("_")
    column = "created_at" if column == "created" else column
    is_descending = direction == "desc"

    def key(row: Payload) -> tuple[Any, ...]:
        return row.get(column) or "", row["tag_name"]

    return keyset(
        sorted(data.releases, key=key, reverse=is_descending),
        arguments,
        key,
        descending=is_descending,
        wrap=lambda row: Entity(data, row),
    )


def _release(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    rows = (row for row in data.releases if row["tag_name"] == arguments["tagName"])
    payload = next(rows, None)
    return None if payload is None else Entity(data, payload)


def _release_commit(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    commit = entity.payload.get("commit")
    return None if commit is None else Entity(entity.data, commit)


def _group_of(data: ProjectData, _arguments: Arguments, context: Context) -> Payload | None:
    path = data.project["path_with_namespace"].rpartition("/")[0]
    return context.site.store.groups.get(path)


def clone_url(data: ProjectData, base_url: str) -> str:
    """The address of the Git door for a project."""
    return f"{base_url}/{data.project['path_with_namespace']}.git"


def _is_fork(data: ProjectData, _arguments: Arguments, _context: Context) -> bool:
    return data.project.get("forked_from_project") is not None


PROJECT: FieldTable = {
    "id": lambda data, _arguments, _context: global_id("Project", data.project["id"]),
    "fullPath": _key("path_with_namespace"),
    "name": _key("name"),
    "nameWithNamespace": _key("name_with_namespace"),
    "path": _key("path"),
    "archived": lambda data, _arguments, _context: bool(data.project.get("archived", False)),
    "createdAt": _time("created_at"),
    "updatedAt": lambda data, _arguments, _context: whole_seconds(
        data.project.get("updated_at") or data.project.get("last_activity_at")
    ),
    "lastActivityAt": _time("last_activity_at"),
    "visibility": _key("visibility"),
    "httpUrlToRepo": lambda data, _arguments, context: clone_url(data, context.base_url),
    "webUrl": _key("web_url"),
    "issuesEnabled": _feature("issues"),
    "mergeRequestsEnabled": _feature("merge_requests"),
    "jobsEnabled": _feature("builds"),
    "isForked": _is_fork,
    "markedForDeletion": lambda data, _arguments, _context: (
        data.project.get("marked_for_deletion_on") is not None
    ),
    "markedForDeletionOn": lambda data, _arguments, _context: _midnight(
        data.project.get("marked_for_deletion_on")
    ),
    "repository": readable(lambda data, _arguments, _context: data),
    "group": _group_of,
    "environments": readable(_environments),
    "issue": readable(issue),
    "issues": readable(issues),
    "mergeRequest": readable(merge_request),
    "mergeRequests": readable(merge_requests),
    "pipeline": readable(pipeline),
    "pipelines": readable(pipelines),
    "release": readable(_release),
    "releases": readable(_releases),
    "workItems": readable(work_items),
}
REPOSITORY: FieldTable = {
    "empty": lambda data, _arguments, _context: bool(data.project.get("empty_repo", False)),
    "exists": lambda data, _arguments, _context: data.repository is not None,
    "rootRef": _key("default_branch"),
}
GROUP: FieldTable = {
    "id": lambda group, _arguments, _context: global_id("Group", group["id"]),
    "fullPath": lambda group, _arguments, _context: group["full_path"],
    "name": lambda group, _arguments, _context: group["name"],
    "path": lambda group, _arguments, _context: group["path"],
    "webUrl": lambda group, _arguments, _context: group["web_url"],
    "visibility": lambda group, _arguments, _context: group.get("visibility"),
    "projects": group_projects,
    "projectsCount": lambda group, _arguments, context: len(
        context.site.projects_of(group["full_path"], has_subgroups=False)
    ),
}
ENVIRONMENT: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("Environment", entity.payload["id"]),
    "name": from_payload("name"),
    "slug": from_payload("slug"),
    "state": from_payload("state"),
    "tier": upper("tier"),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "environmentType": lambda entity, _arguments, _context: (
        entity.payload["name"].rpartition("/")[0] or None
    ),
    "externalUrl": from_payload("external_url"),
    "path": lambda entity, _arguments, _context: (
        f"/{entity.data.project['path_with_namespace']}/-/environments/{entity.payload['id']}"
    ),
}
RELEASE: FieldTable = {
    "name": from_payload("name"),
    "tagName": from_payload("tag_name"),
    "description": from_payload("description"),
    "createdAt": time_of("created_at"),
    "releasedAt": time_of("released_at"),
    "id": lambda entity, _arguments, _context: global_id(
        "Release", derived_number(f"{entity.data.project['id']}/{entity.payload['tag_name']}")
    ),
    "author": user_of("author"),
    "commit": _release_commit,
    "historicalRelease": lambda entity, _arguments, _context: (
        entity.payload["released_at"] < entity.payload["created_at"]
    ),
    "upcomingRelease": lambda entity, _arguments, _context: bool(
        entity.payload.get("upcoming_release", False)
    ),
    "tagPath": from_payload("tag_path"),
}


def _midnight(day: str | None) -> str | None:
    return None if day is None else f"{day[:10]}T00:00:00Z"
