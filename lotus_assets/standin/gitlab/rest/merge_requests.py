"""Merge requests with all that belongs to them."""

from lotus_assets.standin.gitlab.rest.call import Call, Outcome, Rows, without
from lotus_assets.standin.gitlab.rest.listing import among_iids, equal, in_order, within
from lotus_assets.standin.gitlab.rest.pipelines import basic as basic_pipeline
from lotus_assets.standin.gitlab.rest.refusals import not_found
from lotus_assets.standin.gitlab.rest.repository import DETAIL_ONLY as COMMIT_DETAIL_ONLY
from lotus_assets.standin.gitlab.store import Payload, ProjectData

OURS = ("diff_stats", "approvals_required")
DETAIL_ONLY = (
    *("changes_count", "diff_refs", "head_pipeline", "pipeline", "latest_build_started_at"),
    *("latest_build_finished_at", "first_deployed_to_production_at", "merge_error", "user"),
    *("first_contribution", "subscribed", "diverged_commits_count", "rebase_in_progress"),
)
ORDERS = ("created_at", "updated_at", "merged_at", "title")
FILTERS = ("state", "source_branch", "target_branch", "source_project_id")


def listed(row: Payload) -> Payload:
    """A merge request as lists show it."""
    return without(row, *OURS, *DETAIL_ONLY)


def merge_requests(call: Call) -> Outcome:
    """`GET /projects/:id/merge_requests`."""
    data = call.project("merge_requests")
    rows = equal(call, among_iids(call, data.merge_requests), *FILTERS)
    rows = within(call, rows, "updated", "created")
    name = "merge_requests"
    return Rows(in_order(call, rows, columns=ORDERS, name=name), "MergeRequest", listed)


def _one(call: Call) -> tuple[ProjectData, int]:
    data = call.project("merge_requests")
    iid = call.path["iid"]
    if not iid.isdecimal() or int(iid) not in data.merge_requests:
        raise not_found()
    return data, int(iid)


def merge_request(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid`."""
    data, iid = _one(call)
    return without(data.merge_requests[iid], *OURS)


def notes(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid/notes`, newest first."""
    data, iid = _one(call)
    return notes_page(call, data.merge_request_notes.get(iid, []))


def notes_page(call: Call, rows: list[Payload]) -> Rows:
    """Notes by `order_by`, after `activity_filter`."""
    wanted = call.chosen(
        "activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes"
    )
    if wanted != "all_notes":
        rows = [row for row in rows if row["system"] is (wanted == "only_activity")]
    ordered = in_order(call, rows, columns=("created_at", "updated_at"))
    return Rows(ordered, "Note", lambda row: without(row, "system_action"))


def commits(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid/commits`, newest first."""
    data, iid = _one(call)
    rows = data.merge_request_commits.get(iid, [])
    return Rows(rows, "Commit", lambda row: without(row, "stats", *COMMIT_DETAIL_ONLY))


def versions(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid/versions`, newest first."""
    data, iid = _one(call)
    return Rows(data.merge_request_versions.get(iid, []), "MergeRequestDiff")


def pipelines(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid/pipelines`, newest first."""
    data, iid = _one(call)
    rows = [row for row in data.pipelines.values() if row.get("merge_request_iid") == iid]
    rows.sort(key=lambda row: -int(row["id"]))
    return Rows(rows, "Ci::Pipeline", basic_pipeline)


def approvals(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid/approvals`; the numbers belong to licensed editions."""
    data, iid = _one(call)
    users = data.merge_request_approvals.get(iid, [])
    required = data.merge_requests[iid].get("approvals_required")
    answer: Payload = {
        "user_has_approved": False,
        "user_can_approve": True,
        "approved": len(users) >= max(required or 0, 1),
        "approved_by": [{"user": user} for user in users],
    }
    if call.store.edition == "enterprise":
        answer["approvals_required"] = required
        answer["approvals_left"] = max((required or 0) - len(users), 0)
    return answer


def closes_issues(call: Call) -> Outcome:
    """`GET …/merge_requests/:iid/closes_issues`, of whatever project."""
    data, iid = _one(call)
    found = []
    for name in data.closes_issues.get(iid, []):
        path, _, number = name.rpartition("#")
        other = call.site.project(path)
        if other is not None and int(number) in other.issues:
            found.append(other.issues[int(number)])
    return Rows(found, "Issue")
