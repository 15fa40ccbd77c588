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
    from_payload,
    global_id,
    time_of,
    whole_seconds,
)
from lotus_assets.standin.gitlab.graphql.issues import issue, issues
from lotus_assets.standin.gitlab.graphql.merge_requests import merge_request, merge_requests
from lotus_assets.standin.gitlab.graphql.pipelines import pipeline, pipelines, upper
from lotus_assets.standin.gitlab.served_store import is_enabled
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


def group_projects(group: Payload, arguments: Arguments, context: Context) -> Connection:
    """`Group.projects`, newest first; forbidden ones are listed with what the list itself tells."""
    rows = context.served.projects_of(
        group["full_path"], has_subgroups=arguments["includeSubgroups"]
    )
    return keyset(rows[::-1], arguments, lambda data: (int(data.project["id"]),), descending=True)


def _environments(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """GitLab resolves this field for one project in a request (`FieldCallCount`, limit 1)."""
    context.resolved_environments.add(data.project["id"])
    if len(context.resolved_environments) > 1:
        raise FieldError('"environments" field can be requested only for 1 Project(s) at a time.')
    if not is_enabled(data.project, "builds"):
        return None
    return keyset(
        sorted(data.environments, key=lambda row: -int(row["id"])),
        arguments,
        lambda row: (row["id"],),
        descending=True,
        wrap=lambda row: Entity(data, row),
    )


def _deployment(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    """`Project.deployment` by iid (`Resolvers::DeploymentResolver`)."""
    rows = data.deployments if is_enabled(data.project, "builds") else []
    iid = str(arguments["iid"])
    return next((Entity(data, row) for row in rows if str(row["iid"]) == iid), None)


def _finished_at(entity: Entity, _arguments: Arguments, _context: Context) -> str | None:
    """A deployment's own finish; that of its job where the books have no other."""
    job = entity.payload.get("deployable") or {}
    return whole_seconds(entity.payload.get("finished_at") or job.get("finished_at"))


def _releases(data: ProjectData, arguments: Arguments, _context: Context) -> Connection:
    def key(row: Payload) -> tuple[Any, ...]:
        return row.get("released_at") or "", row["tag_name"]

    return keyset(
        sorted(data.releases, key=key, reverse=True),
        arguments,
        key,
        descending=True,
        wrap=lambda row: Entity(data, row),
    )


def _release_commit(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    commit = entity.payload.get("commit")
    return None if commit is None else Entity(entity.data, commit)


PROJECT: FieldTable = {
    "id": lambda data, _arguments, _context: global_id("Project", data.project["id"]),
    "fullPath": _key("path_with_namespace"),
    "archived": lambda data, _arguments, _context: bool(data.project.get("archived", False)),
    "createdAt": _time("created_at"),
    "updatedAt": lambda data, _arguments, _context: whole_seconds(
        data.project.get("updated_at") or data.project.get("last_activity_at")
    ),
    "lastActivityAt": _time("last_activity_at"),
    "visibility": _key("visibility"),
    "issuesEnabled": _feature("issues"),
    "mergeRequestsEnabled": _feature("merge_requests"),
    "jobsEnabled": _feature("builds"),
    "markedForDeletionOn": lambda data, _arguments, _context: _midnight(
        data.project.get("marked_for_deletion_on")
    ),
    "repository": readable(lambda data, _arguments, _context: data),
    "deployment": readable(_deployment),
    "environments": readable(_environments),
    "issue": readable(issue),
    "issues": readable(issues),
    "mergeRequest": readable(merge_request),
    "mergeRequests": readable(merge_requests),
    "pipeline": readable(pipeline),
    "pipelines": readable(pipelines),
    "releases": readable(_releases),
    "workItems": readable(issues),
}
REPOSITORY: FieldTable = {
    "empty": lambda data, _arguments, _context: bool(data.project.get("empty_repo", False)),
    "rootRef": _key("default_branch"),
}
GROUP: FieldTable = {
    "fullPath": lambda group, _arguments, _context: group["full_path"],
    "projects": group_projects,
}
ENVIRONMENT: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("Environment", entity.payload["id"]),
    "name": from_payload("name"),
    "state": from_payload("state"),
    "tier": upper("tier"),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
}
DEPLOYMENT: FieldTable = {
    "finishedAt": _finished_at,
}
RELEASE: FieldTable = {
    "name": from_payload("name"),
    "tagName": from_payload("tag_name"),
    "createdAt": time_of("created_at"),
    "releasedAt": time_of("released_at"),
    "commit": _release_commit,
}


def _midnight(day: str | None) -> str | None:
    return None if day is None else f"{day[:10]}T00:00:00Z"
