"""Commits."""

from lotus_assets.standin.gitlab.rest.call import Call, ListedRows, Outcome, instant, without
from lotus_assets.standin.gitlab.store import Payload, ProjectData


def commits(call: Call) -> Outcome:
    """`GET …/repository/commits`: of the default branch, or of `all` refs.

    Newest first; totals are never given; `since` and `until` bound the committed date.
    """
    data = call.project("repository")
    rows: list[Payload] = call.served.kept(
        ("commits", data.project["id"], call.flag("all")),
        len(data.commits),
        lambda: _reachable(data, of_all=bool(call.flag("all"))),
    )
    since, until = call.instant("since"), call.instant("until")
    if since is not None:
        rows = [row for row in rows if instant(row["committed_date"]) >= since]
    if until is not None:
        rows = [row for row in rows if instant(row["committed_date"]) <= until]
    hidden = ("is_signed",) if call.flag("with_stats") else ("is_signed", "stats")
    return ListedRows(rows, "Commit", lambda row: without(row, *hidden), has_totals=False)


def _reachable(data: ProjectData, *, of_all: bool) -> list[Payload]:
    default = data.project["default_branch"]
    waiting = [
        str(row["commit"]["id"])
        for row in (*data.tags, *data.branches)
        if of_all or row["name"] == default
    ]
    reached: dict[str, Payload] = {}
    while waiting:
        sha = waiting.pop()
        if sha not in reached and sha in data.commits:
            reached[sha] = data.commits[sha]
            waiting.extend(reached[sha]["parent_ids"])
    return sorted(
        reached.values(), key=lambda row: (instant(row["committed_date"]), row["id"]), reverse=True
    )
