"""Connections: pages of at most 100 rows, read forwards, with opaque cursors.

GitLab pages relations by keyset: the cursor holds the sort key of a row, and the next page is
what follows that key *now*. A row whose key moves while pages are read is therefore met twice or
not at all. Arrays (commits, labels) are paged by position instead.
"""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from lotus_assets.standin.gitlab.graphql.entity import Arguments, FieldError, FieldTable

MAXIMUM_PAGE = 100


class Connection(NamedTuple):
    """One page of rows."""

    nodes: Sequence[Any]
    end_cursor: str | None
    has_next: bool
    total: int


def keyset(
    rows: Sequence[Any],
    arguments: Arguments,
    key: Callable[[Any], tuple[Any, ...]],
    *,
    descending: bool,
    wrap: Callable[[Any], Any] = lambda row: row,
) -> Connection:
    """A page of `rows`, which are in the order of `key` (all descending, or all ascending)."""
    start = 0
    if arguments.get("after"):
        start = _position_after(rows, key, _read(arguments["after"]), descending)
    page = rows[start : start + _size(arguments)]
    return Connection(
        [wrap(row) for row in page],
        _write(key(page[-1])) if page else None,
        has_next=start + len(page) < len(rows),
        total=len(rows),
    )


def by_position(
    rows: Sequence[Any], arguments: Arguments, wrap: Callable[[Any], Any] = lambda row: row
) -> Connection:
    """A page of an array, whose cursors are positions (from 1)."""
    start = int(_read(arguments["after"])[0]) if arguments.get("after") else 0
    page = rows[start : start + _size(arguments)]
    return Connection(
        [wrap(row) for row in page],
        _write((start + len(page),)) if page else None,
        has_next=start + len(page) < len(rows),
        total=len(rows),
    )


def _size(arguments: Arguments) -> int:
    first = arguments.get("first")
    return MAXIMUM_PAGE if first is None else min(int(first), MAXIMUM_PAGE)


def _position_after(
    rows: Sequence[Any],
    key: Callable[[Any], tuple[Any, ...]],
    cursor: tuple[Any, ...],
    descending: bool,
) -> int:
    """How many rows come up to the cursor's key."""
    if descending:
        return len(rows) - bisect_left(rows[::-1], cursor, key=key)
    return bisect_right(rows, cursor, key=key)


def _write(values: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _read(cursor: str) -> tuple[Any, ...]:
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(cursor)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise FieldError("Please provide a valid cursor") from error


CONNECTION: FieldTable = {
    "nodes": lambda page, _arguments, _context: page.nodes,
    "pageInfo": lambda page, _arguments, _context: page,
    "count": lambda page, _arguments, _context: page.total,
}
PAGE_INFO: FieldTable = {
    "hasNextPage": lambda page, _arguments, _context: page.has_next,
    "endCursor": lambda page, _arguments, _context: page.end_cursor,
}
