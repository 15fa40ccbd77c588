"""Filters and orders that lists of merge requests, issues and pipelines share."""

from collections.abc import Collection
from typing import Any

from lotus_assets.standin.gitlab.graphql.connections import Connection, keyset
from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    Entity,
    FieldError,
    instant,
)
from lotus_assets.standin.gitlab.store import Payload, ProjectData

TIME_FILTERS = {
    "updatedAfter": ("updated_at", 1),
    "updatedBefore": ("updated_at", -1),
}
SORT_COLUMNS = {
    "created": "created_at",
    "updated": "updated_at",
}


def page(
    context: Context,
    data: ProjectData,
    rows: Collection[Payload],
    arguments: Arguments,
    *,
    subject: str,
    sort: str,
) -> Connection:
    """A page of `rows` after the time filters, in the order `sort` (`updated_asc`)."""
    column, descending = sort_order(sort)
    project_id = data.project["id"]

    def key(row: Payload) -> tuple[Any, ...]:
        return row.get(column) or "", row["id"]

    def by_id(row: Payload) -> tuple[Any, ...]:
        return (row["id"],)

    used = by_id if column == "id" else key
    ordered = context.served.kept(
        (subject, project_id, sort, *_filters(arguments)),
        len(rows),
        lambda: sorted(within(rows, arguments), key=used, reverse=descending),
    )
    return keyset(
        ordered,
        arguments,
        used,
        descending=descending,
        wrap=lambda row: Entity(data, row),
    )


def sort_order(sort: str) -> tuple[str, bool]:
    """(column, whether descending) of a sort value such as `UPDATED_ASC` or `created_desc`."""
    name, _, direction = sort.lower().rpartition("_")
    column = "id" if name == "id" else SORT_COLUMNS.get(name)
    if column is None:
        raise FieldError(f"The stand-in does not sort by {sort}")
    return column, direction == "desc"


def within(rows: Collection[Payload], arguments: Arguments) -> Collection[Payload]:
    """The rows within the times asked for, borders included."""
    for name, (column, sign) in TIME_FILTERS.items():
        limit = arguments.get(name)
        if limit is None:
            continue
        bound = instant(limit)
        rows = [
            row
            for row in rows
            if row.get(column)
            and (instant(row[column]) >= bound if sign > 0 else instant(row[column]) <= bound)
        ]
    return rows


def among_iids(rows: dict[int, Payload], arguments: Arguments) -> Collection[Payload]:
    """The rows with the asked iids, or all."""
    wanted = arguments.get("iids")
    if arguments.get("iid") is not None:
        wanted = [arguments["iid"], *(wanted or [])]
    if wanted is None:
        return rows.values()
    numbers = {int(iid) for iid in wanted if str(iid).isdecimal()}
    return [rows[number] for number in sorted(numbers) if number in rows]


def in_state(rows: Collection[Payload], arguments: Arguments) -> Collection[Payload]:
    """The rows in the asked state, or all."""
    state = arguments.get("state")
    if state is None or state == "all":
        return rows
    return [row for row in rows if row["state"] == state]


def _filters(arguments: Arguments) -> tuple[tuple[str, str], ...]:
    ignored = {"first", "after", "sort"}
    return tuple(
        (name, repr(value)) for name, value in sorted(arguments.items()) if name not in ignored
    )
