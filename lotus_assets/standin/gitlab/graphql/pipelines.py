"""Pipelines, jobs and stages as GraphQL sees them."""

from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, by_position, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldFunction,
    FieldTable,
    derived_number,
    from_payload,
    global_id,
    number_of,
    time_of,
)
from lotus_assets.standin.gitlab.graphql.listing import page
from lotus_assets.standin.gitlab.graphql.notes import sha_of
from lotus_assets.standin.gitlab.graphql.people import user_of
from lotus_assets.standin.gitlab.site import is_enabled
from lotus_assets.standin.gitlab.store import Payload, ProjectData

RUNNING = {"created", "pending", "running", "preparing", "waiting_for_resource", "scheduled"}


def pipelines(data: ProjectData, arguments: Arguments, context: Context) -> Connection | None:
    """`Project.pipelines`, newest first; null where CI is off."""
    if not is_enabled(data.project, "builds"):
        return None
    rows: Any = data.pipelines.values()
    for name in ("ref", "sha", "source"):
        if arguments.get(name) is not None:
            rows = [row for row in rows if row[name] == arguments[name]]
    if arguments.get("status") is not None:
        rows = [row for row in rows if row["status"].upper() == arguments["status"]]
    if arguments.get("username") is not None:
        wanted = arguments["username"]
        rows = [row for row in rows if (row.get("user") or {}).get("username") == wanted]
    return page(context, data, rows, arguments, subject="pipelines", sort="id_desc")


def pipeline(data: ProjectData, arguments: Arguments, _context: Context) -> Entity | None:
    """`Project.pipeline` by id, iid or SHA; without them the newest of the default branch."""
    if not is_enabled(data.project, "builds"):
        return None
    rows = list(data.pipelines.values())
    if arguments.get("id") is not None:
        rows = [row for row in rows if row["id"] == number_of(arguments["id"])]
    elif arguments.get("iid") is not None:
        rows = [row for row in rows if str(row["iid"]) == str(arguments["iid"])]
    elif arguments.get("sha") is not None:
        rows = [row for row in rows if row["sha"] == arguments["sha"]]
    else:
        rows = [row for row in rows if row["ref"] == data.project["default_branch"]]
    newest = max(rows, key=lambda row: int(row["id"]), default=None)
    return None if newest is None else Entity(data, newest)


def _jobs(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    return _jobs_page(entity, entity.data.jobs.get(entity.payload["id"], []), arguments)


def _jobs_page(entity: Entity, jobs: list[Payload], arguments: Arguments) -> Connection:
    retried = arguments.get("retried")
    if retried is not None:
        jobs = [job for job in jobs if bool(job["retried"]) is retried]
    if arguments.get("jobKind") is not None:
        jobs = [job for job in jobs if job["kind"].upper() == arguments["jobKind"]]
    if arguments.get("statuses") is not None:
        jobs = [job for job in jobs if job["status"].upper() in arguments["statuses"]]
    return keyset(
        sorted(jobs, key=_descending_id),
        arguments,
        lambda job: (job["id"],),
        descending=True,
        wrap=lambda job: Entity(entity.data, job),
    )


def _descending_id(job: Payload) -> int:
    return -int(job["id"])


def _stages(entity: Entity, arguments: Arguments, _context: Context) -> Connection:
    stages = [
        {"name": name, "pipeline_id": entity.payload["id"], "position": position}
        for position, name in enumerate(entity.payload["stages"])
    ]
    return by_position(stages, arguments, lambda stage: Entity(entity.data, stage))


def _stage_jobs(stage: Entity, arguments: Arguments, _context: Context) -> Connection:
    jobs = stage.data.jobs.get(stage.payload["pipeline_id"], [])
    own = [job for job in jobs if job["stage"] == stage.payload["name"] and not job["retried"]]
    return _jobs_page(stage, own, arguments)


def _stage_of(job: Entity, _arguments: Arguments, _context: Context) -> Entity:
    pipeline_id = (job.payload.get("pipeline") or {}).get("id")
    return Entity(job.data, {"name": job.payload["stage"], "pipeline_id": pipeline_id})


def _needs(job: Entity, arguments: Arguments, _context: Context) -> Connection:
    needs = job.payload.get("needs") or []
    prefix = str(job.payload["id"])
    return by_position(
        needs,
        arguments,
        lambda name: {"id": derived_number(f"{prefix}/{name}"), "name": name},
    )


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


def _sha(entity: Entity, arguments: Arguments, _context: Context) -> str:
    sha = str(entity.payload["sha"])
    return sha[:8] if arguments.get("format") == "SHORT" else sha


def _merge_request(entity: Entity, _arguments: Arguments, _context: Context) -> Entity | None:
    payload = entity.data.merge_requests.get(entity.payload.get("merge_request_iid") or 0)
    return None if payload is None else Entity(entity.data, payload)


def _job_count(entity: Entity, *, status: str | None = None) -> int:
    jobs = entity.data.jobs.get(entity.payload["id"], [])
    return sum(not job["retried"] and status in (None, job["status"]) for job in jobs)


def _is_latest(entity: Entity, _arguments: Arguments, _context: Context) -> bool:
    rows = entity.data.pipelines.values()
    same = [row["id"] for row in rows if row["ref"] == entity.payload["ref"]]
    return bool(entity.payload["id"] == max(same))


def _job_id(job: Entity, _arguments: Arguments, _context: Context) -> str:
    kind = "Ci::Bridge" if job.payload["kind"] == "bridge" else "Ci::Build"
    return global_id(kind, job.payload["id"])


PIPELINE: FieldTable = {
    "id": lambda entity, _arguments, _context: global_id("Ci::Pipeline", entity.payload["id"]),
    "iid": lambda entity, _arguments, _context: str(entity.payload["iid"]),
    "name": from_payload("name"),
    "sha": _sha,
    "beforeSha": from_payload("before_sha"),
    "ref": from_payload("ref"),
    "status": upper("status"),
    "source": from_payload("source"),
    "createdAt": time_of("created_at"),
    "updatedAt": time_of("updated_at"),
    "startedAt": time_of("started_at"),
    "finishedAt": time_of("finished_at"),
    "committedAt": time_of("committed_at"),
    "duration": _whole("duration"),
    "queuedDuration": from_payload("queued_duration"),
    "child": lambda entity, _arguments, _context: entity.payload["source"] == "parent_pipeline",
    "complete": lambda entity, _arguments, _context: entity.payload["status"] not in RUNNING,
    "active": lambda entity, _arguments, _context: entity.payload["status"] in RUNNING,
    "latest": _is_latest,
    "totalJobs": lambda entity, _arguments, _context: _job_count(entity),
    "failedJobsCount": lambda entity, _arguments, _context: _job_count(entity, status="failed"),
    "user": user_of("user"),
    "mergeRequest": _merge_request,
    "path": lambda entity, _arguments, _context: (
        f"/{entity.data.project['path_with_namespace']}/-/pipelines/{entity.payload['id']}"
    ),
    "jobs": _jobs,
    "stages": _stages,
    "commit": sha_of("sha"),
    "project": lambda entity, _arguments, _context: entity.data,
}
JOB: FieldTable = {
    "id": _job_id,
    "name": from_payload("name"),
    "kind": upper("kind"),
    "status": upper("status"),
    "stage": _stage_of,
    "allowFailure": from_payload("allow_failure"),
    "retried": from_payload("retried"),
    "schedulingType": from_payload("scheduling_type"),
    "createdAt": time_of("created_at"),
    "queuedAt": time_of("queued_at"),
    "startedAt": time_of("started_at"),
    "finishedAt": time_of("finished_at"),
    "duration": _whole("duration"),
    "queuedDuration": from_payload("queued_duration"),
    "refName": from_payload("ref"),
    "shortSha": lambda job, _arguments, _context: str(
        (job.payload.get("pipeline") or {}).get("sha") or ""
    )[:8],
    "manualJob": lambda job, _arguments, _context: job.payload["status"] == "manual",
    "triggered": lambda job, _arguments, _context: job.payload["kind"] == "bridge",
    "active": lambda job, _arguments, _context: job.payload["status"] in RUNNING,
    "tags": from_payload("tag_list"),
    "coverage": from_payload("coverage"),
    "webPath": lambda job, _arguments, _context: (
        f"/{job.data.project['path_with_namespace']}/-/jobs/{job.payload['id']}"
    ),
    "needs": _needs,
}
STAGE: FieldTable = {
    "id": lambda stage, _arguments, _context: global_id(
        "Ci::Stage", derived_number(f"{stage.payload['pipeline_id']}/{stage.payload['name']}")
    ),
    "name": from_payload("name"),
    "status": from_payload("status"),
    "jobs": _stage_jobs,
}
NEED: FieldTable = {
    "id": lambda need, _arguments, _context: global_id("Ci::BuildNeed", need["id"]),
    "name": lambda need, _arguments, _context: need["name"],
}
