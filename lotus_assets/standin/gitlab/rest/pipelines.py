"""Pipelines, and the jobs that start child pipelines."""

from lotus_assets.standin.gitlab.pipelines_finder import listed
from lotus_assets.standin.gitlab.rest.call import Call, ListedRows, Outcome, without
from lotus_assets.standin.gitlab.rest.listing import equal, in_order, within
from lotus_assets.standin.gitlab.rest.refusals import not_found
from lotus_assets.standin.gitlab.store import Payload

BASIC = (
    *("id", "iid", "project_id", "sha", "ref", "status", "source", "created_at"),
    *("updated_at", "web_url"),
)
ORDERS = ("id", "status", "ref", "updated_at", "user_id")
JOB_OURS = ("retried", "needs", "scheduling_type", "kind", "manual")


def basic(row: Payload) -> Payload:
    """A pipeline as lists show it: without duration and times of running."""
    return {key: row[key] for key in BASIC if key in row}


def pipelines(call: Call) -> Outcome:
    """`GET /projects/:id/pipelines`, newest first, children only when asked for."""
    data = call.project("builds")
    rows = equal(call, listed(data, call.text("source")), "status", "ref", "sha", "name")
    rows = within(call, rows, "updated", "created")
    return ListedRows(in_order(call, rows, columns=ORDERS, name="pipelines"), "Ci::Pipeline", basic)


def bridges(call: Call) -> Outcome:
    """`GET …/pipelines/:pipeline_id/bridges`, newest first."""
    data = call.project("builds")
    identifier = call.path["pipeline"]
    if not identifier.isdecimal() or int(identifier) not in data.pipelines:
        raise not_found()
    rows = [job for job in data.jobs.get(int(identifier), []) if job["kind"] == "bridge"]
    rows.sort(key=lambda job: -int(job["id"]))
    return ListedRows(rows, "Ci::Bridge", lambda row: without(row, *JOB_OURS))
