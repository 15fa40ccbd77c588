"""What a warehouse holds, in a form that two warehouses can be compared by."""

from collections.abc import Mapping, Set
from typing import Any

import psycopg
from psycopg import sql

from lotus_assets.commands.execution import tables_of
from lotus_assets.definitions import defs
from lotus_assets.filling.restatement import TABLE as RESTATEMENT

Row = dict[str, Any]

PER_RUN = ("run_id",)
"""Columns that name the run: our own bookkeeping, not what GitLab said."""
PER_SERVER = ("http_url_to_repo",)
"""Holds the stand-in's port, which is another one each time it starts."""


def table_names() -> list[str]:
    """Every table of the graph, in the order in which they are filled."""
    return list(tables_of(defs.get_repository_def()))


def rows(url: str, table: str) -> list[Row]:
    """All rows of a table as JSON objects."""
    statement = sql.SQL("SELECT to_jsonb(stored) FROM {} AS stored").format(sql.Identifier(table))
    with psycopg.connect(url, options="-ctimezone=UTC") as connection:
        return [row for (row,) in connection.execute(statement)]


def business_rows(url: str) -> dict[str, Set[str]]:
    """table → its rows as text, without the names of runs and servers.

    Instants of ours (`vanished_at`) are TEM_AS_OF where that is set, so they stay. What was
    restated tells what readers saw before, not how things are: it is left out.
    """
    dropped = [*PER_RUN, *PER_SERVER]
    found: dict[str, Set[str]] = {}
    with psycopg.connect(url, options="-ctimezone=UTC") as connection:
        for table in [name for name in table_names() if name != RESTATEMENT.name]:
            statement = sql.SQL("SELECT (to_jsonb(stored) - %s::text[])::text FROM {} AS stored")
            named = statement.format(sql.Identifier(table))
            found[table] = {text for (text,) in connection.execute(named, [dropped])}
    return found


def watermarks(url: str) -> dict[str, str]:
    """`ingestion_state.entity` → watermark as text, without what a probe noted of its own run."""
    with psycopg.connect(url, options="-ctimezone=UTC") as connection:
        return dict(
            connection.execute(
                "SELECT entity, coalesce(last_seen_updated_at::text, '') FROM ingestion_state "
                "WHERE entity NOT LIKE 'probe:%'"
            ).fetchall()
        )


def differences(
    expected: Mapping[str, Set[str]], found: Mapping[str, Set[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """table → (rows that are missing, rows that are too many), the first three of each."""
    return {
        table: (
            sorted(expected[table] - found[table])[:3],
            sorted(found[table] - expected[table])[:3],
        )
        for table in expected
        if expected[table] != found[table]
    }


def one(url: str, statement: str, *values: Any) -> Any:
    """The one value that a query gives."""
    with psycopg.connect(url, options="-ctimezone=UTC") as connection:
        row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None, f"no row: {statement} {values}"
    return row[0]
