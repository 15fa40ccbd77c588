"""Filters and orders that the lists of REST share."""

from collections.abc import Collection, Sequence
from typing import Any

from lotus_assets.standin.gitlab.rest.call import Call, instant
from lotus_assets.standin.gitlab.store import Payload

BORDERS = {"after": 1, "before": -1}


def within(call: Call, rows: Collection[Payload], *columns: str) -> Collection[Payload]:
    """Rows within `<column>_after` and `<column>_before`, borders included.

    Parameters are named without `_at`: `updated` reads `updated_after` and column `updated_at`.
    """
    for column in columns:
        for name, sign in BORDERS.items():
            border = call.instant(f"{column}_{name}")
            if border is None:
                continue
            key = f"{column}_at"
            rows = [
                row
                for row in rows
                if row.get(key)
                and (instant(row[key]) >= border if sign > 0 else instant(row[key]) <= border)
            ]
    return rows


def in_order(
    call: Call,
    rows: Collection[Payload],
    *,
    columns: Sequence[str],
    sort: str = "desc",
    name: str = "",
) -> list[Payload]:
    """Rows by `order_by` (the first of `columns` by default) and `sort`; ties by id.

    `name` keys the kept order of large lists; without it nothing is kept.
    """
    column = call.chosen("order_by", columns, columns[0])
    direction = call.chosen("sort", ("asc", "desc"), sort)

    def key(row: Payload) -> tuple[Any, ...]:
        value = row.get(column)
        return value is not None, value if value is not None else 0, row.get("id", 0)

    def make() -> list[Payload]:
        return sorted(rows, key=key, reverse=direction == "desc")

    if not name:
        return make()
    ignored = ("page", "per_page", "private_token")
    asked = tuple(sorted(pair for pair in call.query if pair[0] not in ignored))
    kept: list[Payload] = call.served.kept(
        ("rest", name, call.path["project"], asked), len(rows), make
    )
    return kept


def among_iids(call: Call, rows: dict[int, Payload]) -> Collection[Payload]:
    """The rows of `iids[]`, or all."""
    wanted = call.texts("iids")
    if not wanted:
        return rows.values()
    return [rows[int(iid)] for iid in wanted if iid.isdecimal() and int(iid) in rows]


def equal(call: Call, rows: Collection[Payload], *names: str) -> Collection[Payload]:
    """The rows whose payload has the asked value under the parameter's name."""
    for name in names:
        wanted = call.text(name)
        if wanted is not None and wanted != "all":
            rows = [row for row in rows if str(row.get(name)) == wanted]
    return rows
