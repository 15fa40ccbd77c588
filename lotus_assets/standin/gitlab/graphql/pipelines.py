"""Pipelines, jobs and stages as GraphQL sees them."""

from lotus_assets.standin.gitlab.graphql.connections import Connection, by_position, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldFunction,
    FieldTable,
    from_payload,
    global_id,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.listing import page
from lotus_assets.standin.gitlab.graphql.people import user_of
from lotus_assets.standin.gitlab.pipelines_finder import listed
from lotus_assets.standin.gitlab.served_store import is_enabled
from lotus_assets.standin.gitlab.store import ProjectData


def pipelines(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.pipelines`, newest first, children only when asked for; null where CI is off."""
    if not is_enabled(data.project, "builds"):
        return None
    rows = listed(data, arguments.get("source"))
    return page(context, data, rows, arguments, subject="pipelines", sort="id_desc")


def pipeline(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    """`Project.pipeline` by iid; without it the newest of the default branch."""
    if not is_enabled(data.project, "builds"):
        return None
    rows = list(data.pipelines.values())
    if arguments.get("iid") is not None:
        rows = [row for row in rows if str(row["iid"]) == str(arguments["iid"])]
    else:
        rows = [row for row in rows if row["ref"] == data.project["default_branch"]]
    newest = max(rows, key=lambda row: int(row["id"]), default=None)
    return None if newest is None else Entity(data, newest)


def _jobs(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    jobs = entity.data.jobs.get(entity.payload["id"], [])
    return keyset(
        sorted(jobs, key=lambda job: -int(job["id"])),
        arguments,
        lambda job: (job["id"],),
        descending=True,
        wrap=lambda job: Entity(entity.data, job),
    )


def _stages(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    return by_position(entity.payload["stages"], arguments)


def _needs(job: Entity, arguments: Arguments, _context: Context) -> Connection:
    return by_position(job.payload.get("needs") or [], arguments)


def upper(key: str) -> FieldFunction:
    """An enum value: REST's, in capitals."""

    def read(entity: Entity, _arguments: Arguments, _context: Context) -> str | None:
        value = entity.payload.get(key)
        return None if value is None else str(value).upper()

    return read


def _whole(key: str) -> FieldFunction:
    def read(entity: Entity, _arguments: Arguments, _context: Context) -> int | None:
        value = entity.payload.get(key)
        return None if value is None else int(value)

    return read


def _merge_request(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    payload = entity.data.merge_requests.get(entity.payload.get("merge_request_iid") or 0)
    return None if payload is None else Entity(entity.data, payload)


def _upstream(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    payload = entity.data.pipelines.get(entity.payload.get("upstream_id") or 0)
    return None if payload is None else Entity(entity.data, payload)


def _job_id(job: Entity, _arguments: Arguments, _context: Context) -> str:
    kind = "Ci::Bridge" if job.payload["kind"] == "bridge" else "Ci::Build"
    return global_id(kind, job.payload["id"])


PIPELINE: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("Ci::Pipeline", entity.payload["id"]),
    "iid": lambda entity, _arguments, _context: str(entity.payload["iid"]),
    "name": from_payload("name"),
    "sha": from_payload("sha"),
    "ref": from_payload("ref"),
    "status": upper("status"),
    "source": from_payload("source"),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "startedAt": time_of("started_at"),
    "finishedAt": time_of("finished_at"),
    "duration": _whole("duration"),
    "user": user_of("user"),
    "mergeRequest": _merge_request,
    "upstream": _upstream,
    "jobs": _jobs,
    "stages": _stages,
}
JOB: FieldTable = {
    "id": _job_id,
    "name": from_payload("name"),
    "kind": upper("kind"),
    "status": upper("status"),
    "stage": lambda job, _arguments, _context: job.payload["stage"],
    "allowFailure": from_payload("allow_failure"),
    "manualJob": lambda job, _arguments, _context: bool(job.payload.get("manual")),
    "retried": from_payload("retried"),
    "schedulingType": from_payload("scheduling_type"),
    "createdAt": time_of("created_at"),
    "startedAt": time_of("started_at"),
    "finishedAt": time_of("finished_at"),
    "duration": _whole("duration"),
    "needs": _needs,
}
NAMED: FieldTable = {"name": lambda name, _arguments, _context: name}
"""Stages and needed jobs, which a pipeline and its jobs hold by name."""
