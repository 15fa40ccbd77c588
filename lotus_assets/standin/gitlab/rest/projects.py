"""Projects, and what belongs to a project as a whole."""

from datetime import UTC, datetime, time, timedelta

from lotus_assets.standin.gitlab.rest.call import Call, ListedRows, Outcome, instant, without
from lotus_assets.standin.gitlab.rest.listing import equal, in_order, within
from lotus_assets.standin.gitlab.rest.refusals import bad_request, invalid

TARGET_TYPES = {"issue": "Issue", "merge_request": "MergeRequest", "note": "Note"}
DEPLOYMENT_ORDERS = ("id", "iid", "created_at", "updated_at", "finished_at", "ref")


def project(call: Call) -> Outcome:
    """`GET /projects/:id`."""
    row = call.project().project
    return {**row, "http_url_to_repo": f"{call.base_url}/{row['path_with_namespace']}.git"}


def protected_branches(call: Call) -> Outcome:
    """`GET /projects/:id/protected_branches`."""
    call.reader()
    return ListedRows(call.project("repository").protected_branches, "ProtectedBranch")


def environments(call: Call) -> Outcome:
    """`GET /projects/:id/environments`."""
    data = call.project("builds")
    rows = equal(call, data.environments, "name")
    return ListedRows(sorted(rows, key=lambda row: int(row["id"])), "Environment")


def deployments(call: Call) -> Outcome:
    """`GET /projects/:id/deployments`, by id unless asked otherwise.

    GitLab pairs filter and order: `updated_after` goes with `order_by=updated_at` only.
    """
    data = call.project("builds")
    for column in ("updated", "finished"):
        is_filtered = call.text(f"{column}_after") or call.text(f"{column}_before")
        if is_filtered and call.text("order_by") != f"{column}_at":
            raise bad_request(f"`{column}_at` filter and `{column}_at` sorting must be paired")
    rows = equal(call, within(call, data.deployments, "updated", "finished"), "status")
    wanted = call.text("environment")
    if wanted is not None:
        rows = [row for row in rows if row["environment"]["name"] == wanted]
    ordered = in_order(call, rows, columns=DEPLOYMENT_ORDERS, sort="asc")
    return ListedRows(ordered, "Deployment", lambda row: without(row, "finished_at"))


def events(call: Call) -> Outcome:
    """`GET /projects/:id/events`, newest first; `after` and `before` are days, both excluded.

    `action` and `target_type` keep some (`EventsFinder`); the answers call an opening and a
    reopening `opened` alike (`Event#action_name`).
    """
    data = call.project()
    rows = list(equal(call, data.events, "action"))
    wanted = call.text("target_type")
    if wanted is not None:
        rows = [row for row in rows if row["target_type"] == TARGET_TYPES.get(wanted, wanted)]
    after, before = _day(call, "after"), _day(call, "before")
    if after is not None:
        rows = [row for row in rows if instant(row["created_at"]) >= after + timedelta(days=1)]
    if before is not None:
        rows = [row for row in rows if instant(row["created_at"]) < before]
    ordered = in_order(call, rows, columns=("created_at",))
    return ListedRows(ordered, "Event", lambda row: without(row, "action"), has_totals=False)


def _day(call: Call, name: str) -> datetime | None:
    value = call.text(name)
    if value is None:
        return None
    try:
        day = datetime.fromisoformat(value).date()
    except ValueError as error:
        raise invalid(name) from error
    return datetime.combine(day, time(), UTC)
