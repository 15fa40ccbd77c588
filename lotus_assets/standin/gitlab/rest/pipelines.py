"""Pipelines and jobs."""

from lotus_assets.standin.gitlab.rest.call import Call, Outcome, Rows, without
from lotus_assets.standin.gitlab.rest.listing import equal, in_order, within
from lotus_assets.standin.gitlab.rest.refusals import not_found
from lotus_assets.standin.gitlab.store import Payload, ProjectData

BASIC = (
    *("id", "iid", "project_id", "sha", "ref", "status", "source", "created_at"),
    *("updated_at", "web_url"),
)
ORDERS = ("id", "status", "ref", "updated_at", "user_id")
JOB_OURS = ("retried", "needs", "scheduling_type", "kind")


def basic(row: Payload) -> Payload:
    """A pipeline as lists show it: without duration and times of running."""
    return {key: row[key] for key in BASIC if key in row}


def pipelines(call: Call) -> Outcome:
    """`GET /projects/:id/pipelines`, newest first."""
    data = call.project("builds")
    rows = equal(call, data.pipelines.values(), "status", "ref", "sha", "source", "name")
    rows = within(call, rows, "updated", "created")
    return Rows(in_order(call, rows, columns=ORDERS, name="pipelines"), "Ci::Pipeline", basic)


def _one(call: Call) -> tuple[ProjectData, Payload]:
    data = call.project("builds")
    identifier = call.path["pipeline"]
    found = data.pipelines.get(int(identifier)) if identifier.isdecimal() else None
    if found is None:
        raise not_found()
    return data, found


def pipeline(call: Call) -> Outcome:
    """`GET /projects/:id/pipelines/:pipeline_id`."""
    _data, found = _one(call)
    return without(found, "merge_request_iid", "stages")


def pipeline_jobs(call: Call) -> Outcome:
    """`GET …/pipelines/:pipeline_id/jobs`, newest first; retried ones only on request."""
    data, found = _one(call)
    rows = _of_kind(data.jobs.get(found["id"], []), "build")
    if not call.flag("include_retried"):
        rows = [row for row in rows if not row["retried"]]
    return _jobs(call, rows)


def bridges(call: Call) -> Outcome:
    """`GET …/pipelines/:pipeline_id/bridges`."""
    data, found = _one(call)
    return _jobs(call, _of_kind(data.jobs.get(found["id"], []), "bridge"))


def jobs(call: Call) -> Outcome:
    """`GET /projects/:id/jobs`, newest first, retried ones included."""
    data = call.project("builds")
    size = sum(map(len, data.jobs.values()))
    rows: list[Payload] = call.site.kept(
        ("jobs", data.project["id"]),
        size,
        lambda: _newest_first([job for found in data.jobs.values() for job in found]),
    )
    return _jobs(call, _of_kind(rows, "build"))


def job(call: Call) -> Outcome:
    """`GET /projects/:id/jobs/:job_id`."""
    data = call.project("builds")
    for found in data.jobs.values():
        for row in found:
            if str(row["id"]) == call.path["job"] and row["kind"] == "build":
                return without(row, *JOB_OURS)
    raise not_found()


def _jobs(call: Call, rows: list[Payload]) -> Rows:
    scopes = call.texts("scope")
    if scopes:
        rows = [row for row in rows if row["status"] in scopes]
    return Rows(
        _newest_first(rows), "Ci::Build", lambda row: without(row, *JOB_OURS), keyset="cursor"
    )


def _of_kind(rows: list[Payload], kind: str) -> list[Payload]:
    return [row for row in rows if row["kind"] == kind]


def _newest_first(rows: list[Payload]) -> list[Payload]:
    return sorted(rows, key=lambda row: -int(row["id"]))
