"""Merge requests with all that belongs to them."""

from lotus_assets.standin.gitlab.rest.call import Call, ListedRows, Outcome, without
from lotus_assets.standin.gitlab.rest.listing import among_iids, equal, in_order, within
from lotus_assets.standin.gitlab.rest.refusals import not_found
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
    return ListedRows(in_order(call, rows, columns=ORDERS, name=name), "MergeRequest", listed)


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
