"""Connections: pages of at most 100 rows, with opaque cursors.

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

from lotus_assets.standin.gitlab.graphql.entity import Arguments, Context, FieldError, FieldTable

MAXIMUM_PAGE = 100


class Connection(NamedTuple):
    """One page of rows."""

    nodes: Sequence[Any]
    cursor: Callable[[Any, int], str]
    """(row, position in the page) → its cursor."""
    has_next: bool
    has_previous: bool
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
    start, stop = 0, len(rows)
    if arguments.get("after"):
        start = _position(rows, key, _read(arguments["after"]), descending, after=True)
    if arguments.get("before"):
        stop = max(_position(rows, key, _read(arguments["before"]), descending, after=False), start)
    first, last = _window(start, stop, arguments)
    chosen = rows[first:last]
    cursors = [_write(key(row)) for row in chosen]
    return Connection(
        [wrap(row) for row in chosen],
        lambda _row, position: cursors[position],
        has_next=last < len(rows),
        has_previous=first > 0,
        total=len(rows),
    )


def by_position(
    rows: Sequence[Any], arguments: Arguments, wrap: Callable[[Any], Any] = lambda row: row
) -> Connection:
    """A page of an array, whose cursors are positions (from 1)."""
    start, stop = 0, len(rows)
    if arguments.get("after"):
        start = int(_read(arguments["after"])[0])
    if arguments.get("before"):
        stop = max(int(_read(arguments["before"])[0]) - 1, start)
    first, last = _window(start, stop, arguments)
    return Connection(
        [wrap(row) for row in rows[first:last]],
        lambda _row, position: _write((first + position + 1,)),
        has_next=last < len(rows),
        has_previous=first > 0,
        total=len(rows),
    )


def empty() -> Connection:
    """A connection without rows."""
    return by_position((), {})


def _window(start: int, stop: int, arguments: Arguments) -> tuple[int, int]:
    if arguments.get("last") is not None and arguments.get("first") is None:
        return max(start, stop - min(arguments["last"], MAXIMUM_PAGE)), stop
    size = arguments.get("first")
    size = MAXIMUM_PAGE if size is None else min(size, MAXIMUM_PAGE)
    return start, min(start + size, stop)


def _position(
    rows: Sequence[Any],
    key: Callable[[Any], tuple[Any, ...]],
    cursor: tuple[Any, ...],
    descending: bool,
    *,
    after: bool,
) -> int:
    """How many rows come before (`after`: up to) the cursor's key."""
    if descending:
        ascending = rows[::-1]
        find = bisect_left if after else bisect_right
        return len(rows) - find(ascending, cursor, key=key)
    find = bisect_right if after else bisect_left
    return find(rows, cursor, key=key)


def _write(values: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _read(cursor: str) -> tuple[Any, ...]:
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(cursor)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise FieldError("Please provide a valid cursor") from error


def _count(page: Connection, arguments: Arguments, _context: Context) -> int:
    limit = arguments.get("limit")
    return page.total if limit is None else min(page.total, limit + 1)


def _edges(page: Connection, _arguments: Arguments, _context: Context) -> list[tuple[str, Any]]:
    return [(page.cursor(node, position), node) for position, node in enumerate(page.nodes)]


CONNECTION: FieldTable = {
    "nodes": lambda page, _arguments, _context: page.nodes,
    "edges": _edges,
    "pageInfo": lambda page, _arguments, _context: page,
    "count": _count,
}
EDGE: FieldTable = {
    "cursor": lambda edge, _arguments, _context: edge[0],
    "node": lambda edge, _arguments, _context: edge[1],
}
PAGE_INFO: FieldTable = {
    "hasNextPage": lambda page, _arguments, _context: page.has_next,
    "hasPreviousPage": lambda page, _arguments, _context: page.has_previous,
    "startCursor": lambda page, _arguments, _context: (
        page.cursor(page.nodes[0], 0) if page.nodes else None
    ),
    "endCursor": lambda page, _arguments, _context: (
        page.cursor(page.nodes[-1], len(page.nodes) - 1) if page.nodes else None
    ),
}
