"""Issues and their notes."""

from lotus_assets.standin.gitlab.rest.call import Call, Outcome, Rows
from lotus_assets.standin.gitlab.rest.listing import among_iids, equal, in_order, within
from lotus_assets.standin.gitlab.rest.merge_requests import notes_page
from lotus_assets.standin.gitlab.rest.refusals import not_found
from lotus_assets.standin.gitlab.store import ProjectData

ORDERS = ("created_at", "updated_at", "due_date", "title", "weight")


def issues(call: Call) -> Outcome:
    """`GET /projects/:id/issues`."""
    data = call.project("issues")
    rows = equal(call, among_iids(call, data.issues), "state", "issue_type")
    rows = within(call, rows, "updated", "created")
    ordered = in_order(call, rows, columns=ORDERS, name="issues")
    return Rows(ordered, "Issue", keyset="cursor")


def _one(call: Call) -> tuple[ProjectData, int]:
    data = call.project("issues")
    iid = call.path["iid"]
    if not iid.isdecimal() or int(iid) not in data.issues:
        raise not_found()
    return data, int(iid)


def issue(call: Call) -> Outcome:
    """`GET /projects/:id/issues/:iid`."""
    data, iid = _one(call)
    return data.issues[iid]


def notes(call: Call) -> Outcome:
    """`GET …/issues/:iid/notes`, newest first."""
    data, iid = _one(call)
    return notes_page(call, data.issue_notes.get(iid, []))
