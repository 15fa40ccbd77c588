"""Groups, projects, and what belongs to a project as a whole."""

from datetime import UTC, datetime, time, timedelta

from lotus_assets.standin.gitlab.rest.call import Call, Outcome, Rows, instant, without
from lotus_assets.standin.gitlab.rest.listing import equal, in_order, within
from lotus_assets.standin.gitlab.rest.refusals import bad_request, invalid, not_found
from lotus_assets.standin.gitlab.store import Payload, ProjectData

ORDERS = ("created_at", "id", "name", "path", "updated_at", "last_activity_at")
GROUP_DETAIL_ONLY = ("shared_with_groups", "projects", "shared_projects", "runners_token")
DEPLOYMENT_ORDERS = ("id", "iid", "created_at", "updated_at", "finished_at", "ref")


def groups(call: Call) -> Outcome:
    """`GET /groups`."""
    call.reader()
    rows = sorted(call.store.groups.values(), key=lambda group: str(group["name"]))
    return Rows(rows, "Group", lambda row: without(row, *GROUP_DETAIL_ONLY), keyset="cursor")


def _group(call: Call) -> Payload:
    identifier = call.path["group"]
    groups = call.store.groups
    found = groups.get(identifier)
    if identifier.isdecimal():
        rows = (group for group in groups.values() if group["id"] == int(identifier))
        found = next(rows, None)
    if found is None:
        raise not_found("Group")
    return found


def group(call: Call) -> Outcome:
    """`GET /groups/:id`."""
    call.reader()
    return _group(call)


def group_projects(call: Call) -> Outcome:
    """`GET /groups/:id/projects`: forbidden projects are listed too."""
    call.reader()
    path = _group(call)["full_path"]
    found = call.site.projects_of(path, has_subgroups=bool(call.flag("include_subgroups")))
    return _listed(call, found, hidden=("permissions",))


def projects(call: Call) -> Outcome:
    """`GET /projects`; without a token the public ones."""
    found = list(call.store.projects.values())
    if call.token is None:
        found = [data for data in found if data.project.get("visibility") == "public"]
    return _listed(call, found)


def _listed(call: Call, found: list[ProjectData], hidden: tuple[str, ...] = ()) -> Rows:
    rows = [data.project for data in found]
    archived = call.flag("archived")
    if archived is not None:
        rows = [row for row in rows if bool(row.get("archived")) is archived]
    after, before = call.number("id_after", 0), call.text("id_before")
    rows = [row for row in rows if row["id"] > after]
    if before is not None:
        rows = [row for row in rows if row["id"] < call.number("id_before", 0)]
    ordered = in_order(call, within(call, rows, "last_activity", "updated"), columns=ORDERS)
    has_keyset = call.text("order_by") == "id"
    direction = "id_after" if call.text("sort") == "asc" else "id_before"
    return Rows(
        ordered,
        "Project",
        show=lambda row: shown(without(row, *hidden), call),
        keyset=direction if has_keyset else None,
    )


def shown(row: Payload, call: Call) -> Payload:
    """A project with the stand-in's own address to clone from."""
    return {**row, "http_url_to_repo": f"{call.base_url}/{row['path_with_namespace']}.git"}


def project(call: Call) -> Outcome:
    """`GET /projects/:id`."""
    return shown(call.project().project, call)


def protected_branches(call: Call) -> Outcome:
    """`GET /projects/:id/protected_branches`."""
    call.reader()
    return Rows(call.project("repository").protected_branches, "ProtectedBranch")


def environments(call: Call) -> Outcome:
    """`GET /projects/:id/environments`."""
    data = call.project("builds")
    rows = equal(call, data.environments, "name")
    return Rows(sorted(rows, key=lambda row: int(row["id"])), "Environment")


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
    return Rows(in_order(call, rows, columns=DEPLOYMENT_ORDERS, sort="asc"), "Deployment")


def events(call: Call) -> Outcome:
    """`GET /projects/:id/events`, newest first; `after` and `before` are days, both excluded.

    Events are those of pushes, so that `action` keeps all (`pushed`) or none.
    """
    data = call.project()
    rows = data.events
    if call.text("action") not in (None, "pushed"):
        rows = []
    after, before = _day(call, "after"), _day(call, "before")
    if after is not None:
        rows = [row for row in rows if instant(row["created_at"]) >= after + timedelta(days=1)]
    if before is not None:
        rows = [row for row in rows if instant(row["created_at"]) < before]
    ordered = in_order(call, rows, columns=("created_at",))
    return Rows(ordered, "Event", has_totals=False)


def _day(call: Call, name: str) -> datetime | None:
    value = call.text(name)
    if value is None:
        return None
    try:
        day = datetime.fromisoformat(value).date()
    except ValueError as error:
        raise invalid(name) from error
    return datetime.combine(day, time(), UTC)


def releases(call: Call) -> Outcome:
    """`GET /projects/:id/releases`, newest first."""
    data = call.project("repository")
    columns = ("released_at", "created_at")
    return Rows(in_order(call, data.releases, columns=columns), "Release")


def release(call: Call) -> Outcome:
    """`GET /projects/:id/releases/:tag_name`."""
    data = call.project("repository")
    for row in data.releases:
        if row["tag_name"] == call.path["tag"]:
            return without(row)
    raise not_found()
