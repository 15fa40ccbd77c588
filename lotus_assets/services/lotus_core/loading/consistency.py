"""Rules over rows: against what is stored, across tables, and what is noted of a load."""

from collections.abc import Collection, Mapping

from psycopg import sql
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from lotus_assets.services.lotus_core.database import AMSTERDAM, query
from lotus_assets.services.lotus_core.loading.database_tables import (
    BY_NAME,
    recordings,
    staged,
    stored,
)
from lotus_assets.services.lotus_core.loading.layout import LayoutTable
from lotus_assets.services.lotus_core.loading.refusal import KEPT, FileProblem
from lotus_assets.sources.warehouse.connection import driver_connection

WHOLE_BOOK = {
    "weights_that_do_not_sum_to_one": ("benchmark_constituents",),
    "beginning_values_of_some_positions": ("position_valuations",),
    "valuations_while_not_open": ("position_valuations",),
    "currencies_that_changed": ("instruments",),
    "instruments_that_changed": ("positions",),
    "fees_of_no_cash_position": ("fees",),
}
"""Queries and the staged tables that they need."""
OF_DAYS = {"fees_on_days_without_their_position": ("fees",)}
"""The same, of queries that need the portfolios' sums with those of the load."""
COMPLETED = {"fees": "cash_positions_of_fees"}
"""Staged tables with the statement that fills in what their rows may leave out."""


def clashes(
    connection: Connection, table: LayoutTable, load_id: int, files: list[str]
) -> list[FileProblem]:
    """Staged rows whose key and `recorded_at` another row with other values has."""
    source, target = staged(table), stored(table)
    values = [name for name in table.columns if name not in (*table.key, "recorded_at")]
    if not values:
        return []
    differs = tuple_(*(source.c[name] for name in values)).is_distinct_from(
        tuple_(*(target.c[name] for name in values))
    )
    rows = select(source.c.file_number, source.c.row_number).join(
        target, and_(_same(table, source, target), source.c.recorded_at == target.c.recorded_at)
    )
    reason = "another row has the same key and recorded_at, with other values; a correction needs "
    return _problems(connection, rows.where(differs), files, reason + "a later recorded_at")


def unknown_references(
    connection: Connection, table: LayoutTable, files: list[str]
) -> list[FileProblem]:
    """Staged rows that name what is neither in the files nor loaded earlier.

    A reference is to the first columns of the other table's key (a calendar has many days).
    """
    problems = []
    source = staged(table)
    for columns, name in table.references.items():
        other = stored(BY_NAME[name])
        pairs = zip(columns, BY_NAME[name].key, strict=False)
        known = exists().where(*(source.c[ours] == other.c[theirs] for ours, theirs in pairs))
        rows = select(source.c.file_number, source.c.row_number).where(~known)
        reason = f"{', '.join(columns)} is not in {name}"
        problems += _problems(connection, rows, files, reason)
    return problems


def rewritten_past(
    connection: Connection, table: LayoutTable, load_id: int, files: list[str]
) -> list[FileProblem]:
    """New rows recorded before the last day that the table had for their entity.

    Answers as of that day may have been given: they must not change.
    """
    source, target = staged(table), stored(table)
    later = target.alias("later")
    closed = (
        select(recordings.c.entity, func.max(recordings.c.last_recorded_at).label("until"))
        .where(recordings.c.table_name == table.name, recordings.c.load_id < load_id)
        .group_by(recordings.c.entity)
        .subquery()
    )
    zone = str(AMSTERDAM)
    day = func.timezone(zone, func.date_trunc("day", func.timezone(zone, closed.c.until)))
    has_later_version = exists().where(
        _same(table, source, later),
        later.c.recorded_at > source.c.recorded_at,
        later.c.load_id < load_id,
    )
    rows = (
        select(source.c.file_number, source.c.row_number)
        .join(closed, closed.c.entity == _entity(table, source))
        .join(target, and_(_same(table, source, target), target.c.load_id == load_id))
        .where(
            target.c.recorded_at == source.c.recorded_at,
            source.c.recorded_at <= closed.c.until,
            or_(source.c.recorded_at < day, has_later_version),
        )
    )
    reason = (
        f"recorded before the last rows of this {' and '.join(table.entity)} in {table.name}: "
        "answers already given would change; give it the recorded_at at which it became known"
    )
    return _problems(connection, rows, files, reason)


def complete(connection: Connection, table: LayoutTable) -> None:
    """Fill in what staged rows may leave out and other tables tell."""
    if table.name in COMPLETED:
        driver_connection(connection).execute(sql.SQL(query(COMPLETED[table.name])))


def of_whole_book(
    connection: Connection, tables: Collection[str], files: list[str]
) -> list[FileProblem]:
    """Rules that `queries/*.sql` state: each gives file_number, row_number, reason."""
    return _of_queries(connection, WHOLE_BOOK, tables, files)


def of_days(connection: Connection, tables: Collection[str], files: list[str]) -> list[FileProblem]:
    """The same of rules over portfolios' days."""
    return _of_queries(connection, OF_DAYS, tables, files)


def _of_queries(
    connection: Connection,
    queries: Mapping[str, tuple[str, ...]],
    tables: Collection[str],
    files: list[str],
) -> list[FileProblem]:
    problems = []
    for name, needed in queries.items():
        if set(needed) <= set(tables):
            with driver_connection(connection).cursor() as cursor:
                cursor.execute(sql.SQL(query(name)))
                rows = cursor.fetchmany(KEPT)
            problems += [FileProblem(files[file], row, reason) for file, row, reason in rows]
    return problems


def record(
    connection: Connection, table: LayoutTable, load_id: int, *, every_row_is_new: bool
) -> None:
    """Note which entities the load added rows for, and when those were recorded."""
    source, target = staged(table), stored(table)
    entity = _entity(table, source)
    rows = select(
        literal(load_id),
        literal(table.name),
        entity,
        func.min(source.c.recorded_at),
        func.max(source.c.recorded_at),
    ).group_by(entity)
    if not every_row_is_new:
        is_new = and_(
            _same(table, source, target),
            source.c.recorded_at == target.c.recorded_at,
            target.c.load_id == load_id,
        )
        rows = rows.where(exists().where(is_new))
    names = ["load_id", "table_name", "entity", "first_recorded_at", "last_recorded_at"]
    connection.execute(insert(recordings).from_select(names, rows))


def _same(table: LayoutTable, one: Table, other: object) -> ColumnElement[bool]:
    return and_(*(one.c[name] == other.c[name] for name in table.key))  # type: ignore[attr-defined]


def _entity(table: LayoutTable, source: Table) -> ColumnElement[str]:
    first, *others = (source.c[name] for name in table.entity)
    return func.concat_ws("/", first, *others) if others else first


def _problems(
    connection: Connection, rows: Select[tuple[int, int]], files: list[str], reason: str
) -> list[FileProblem]:
    broken = connection.execute(rows.limit(KEPT)).all()
    return [FileProblem(files[file], row, reason) for file, row in broken]
