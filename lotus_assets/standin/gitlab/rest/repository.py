"""Branches, tags and commits."""

from collections.abc import Iterable

from lotus_assets.standin.gitlab.rest.call import Call, Outcome, Rows, instant, without
from lotus_assets.standin.gitlab.rest.refusals import not_found
from lotus_assets.standin.gitlab.store import Payload, ProjectData

DETAIL_ONLY = ("is_signed", "project_id", "last_pipeline", "status")


def branches(call: Call) -> Outcome:
    """`GET …/repository/branches`, by name."""
    data = call.project("repository")
    rows = sorted(data.branches, key=lambda row: str(row["name"]))
    return Rows(rows, "Gitlab::Git::Branch", keyset="page_token")


def branch(call: Call) -> Outcome:
    """`GET …/repository/branches/:branch`."""
    return _named(call.project("repository").branches, call.path["branch"], "Branch")


def tags(call: Call) -> Outcome:
    """`GET …/repository/tags`, newest first."""
    data = call.project("repository")
    rows = sorted(data.tags, key=lambda row: instant(row["commit"]["committed_date"]), reverse=True)
    return Rows(rows, "Gitlab::Git::Tag", keyset="page_token")


def tag(call: Call) -> Outcome:
    """`GET …/repository/tags/:tag_name`."""
    return _named(call.project("repository").tags, call.path["tag"], "Tag")


def _named(rows: Iterable[Payload], name: str, kind: str) -> Payload:
    for row in rows:
        if row["name"] == name:
            return row
    raise not_found(kind)


def commits(call: Call) -> Outcome:
    """`GET …/repository/commits`: of `ref_name`, of the default branch, or of `all` refs.

    Newest first; totals are never given; `since` and `until` bound the committed date.
    """
    data = call.project("repository")
    rows: list[Payload] = call.site.kept(
        ("commits", data.project["id"], call.flag("all"), call.text("ref_name")),
        len(data.commits),
        lambda: _reachable(data, _starts(call, data), is_first_parent=False),
    )
    if call.flag("first_parent"):
        rows = _reachable(data, _starts(call, data), is_first_parent=True)
    since, until = call.instant("since"), call.instant("until")
    if since is not None:
        rows = [row for row in rows if instant(row["committed_date"]) >= since]
    if until is not None:
        rows = [row for row in rows if instant(row["committed_date"]) <= until]
    hidden = DETAIL_ONLY if call.flag("with_stats") else (*DETAIL_ONLY, "stats")
    return Rows(rows, "Commit", lambda row: without(row, *hidden), has_totals=False)


def _starts(call: Call, data: ProjectData) -> list[str]:
    tips = {row["name"]: str(row["commit"]["id"]) for row in (*data.tags, *data.branches)}
    if call.flag("all"):
        return list(tips.values())
    name = call.text("ref_name") or data.project["default_branch"]
    if name in data.commits:
        return [str(name)]
    return [tips[name]] if name in tips else []


def _reachable(data: ProjectData, starts: list[str], *, is_first_parent: bool) -> list[Payload]:
    found: dict[str, Payload] = {}
    waiting = list(starts)
    while waiting:
        sha = waiting.pop()
        if sha in found or sha not in data.commits:
            continue
        found[sha] = data.commits[sha]
        parents = found[sha]["parent_ids"]
        waiting.extend(parents[:1] if is_first_parent else parents)
    return sorted(
        found.values(), key=lambda row: (instant(row["committed_date"]), row["id"]), reverse=True
    )


def commit(call: Call) -> Outcome:
    """`GET …/repository/commits/:sha`, with statistics unless told otherwise."""
    data = call.project("repository")
    found = data.commits.get(call.path["sha"])
    if found is None:
        raise not_found("Commit")
    hidden = ("is_signed", "stats") if call.flag("stats") is False else ("is_signed",)
    return without(found, *hidden)
