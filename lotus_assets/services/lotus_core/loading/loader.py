"""Loading a folder of files: everything checked, everything in one transaction, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from psycopg import sql
from sqlalchemy import Connection, Engine, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from lotus_assets.services.lotus_core.loading import consistency, sums
from lotus_assets.services.lotus_core.loading.checking import check_piece
from lotus_assets.services.lotus_core.loading.database_tables import (
    BY_NAME,
    loads,
    staged,
    stored,
)
from lotus_assets.services.lotus_core.loading.flows import unbalanced_days
from lotus_assets.services.lotus_core.loading.layout import TABLES, LayoutTable
from lotus_assets.services.lotus_core.loading.reading import (
    find_files,
    header_problems,
    read_pieces,
)
from lotus_assets.services.lotus_core.loading.refusal import KEPT, FileProblem, LoadRefused
from lotus_assets.sources.warehouse.arrow_copy import copy_in
from lotus_assets.sources.warehouse.connection import driver_connection

LOCK = 6_309_220_065
"""Loads take turns, so that load ids are committed in order: paging is pinned to them."""

MOVING = {"position_valuations", "external_flows"}
"""Files that say what flows."""


@dataclass(frozen=True)
class LoadReport:
    """What a load did, in rows by table. `load_id` is None when nothing was new."""

    load_id: int | None
    read: dict[str, int] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)


def load_folder(engine: Engine, folder: Path) -> LoadReport:
    """Load the files in `folder` (FILE_LAYOUT.md). The same files again are no change.

    Raises:
        LoadRefused: something is wrong with them; nothing was loaded.
    """
    paths, problems = find_files(folder)
    if problems:
        raise LoadRefused(problems)
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        files = [path for table in TABLES for path in paths.get(table.name, [])]
        names = [str(path.relative_to(folder)) for path in files]
        tables = [table for table in TABLES if table.name in paths]
        read = {}
        for table in tables:
            read[table.name] = _stage(connection, table, paths[table.name], files, folder, problems)
        if problems:
            raise LoadRefused(problems[:KEPT])
        # No sequence: what is rolled back would leave a gap in the data versions.
        newest = func.coalesce(func.max(loads.c.load_id), 0)
        load_id = connection.execute(select(newest + 1)).scalar_one()
        connection.execute(insert(loads).values(load_id=load_id, source=str(folder)))
        new = {}
        for table in tables:
            consistency.complete(connection, table)
            new[table.name] = _insert(connection, table, load_id)
            if new[table.name] < read[table.name]:
                problems += consistency.clashes(connection, table, load_id, names)
            problems += consistency.unknown_references(connection, table, names)
            problems += consistency.rewritten_past(connection, table, load_id, names)
        problems += consistency.of_whole_book(connection, [table.name for table in tables], names)
        if problems:
            raise LoadRefused(problems[:KEPT])
        if not any(new.values()):
            connection.rollback()
            return LoadReport(None, read, new)
        for table in tables:
            is_all = new[table.name] == read[table.name]
            if new[table.name] and table.name == "position_valuations":
                sums.add(connection, load_id, every_row_is_new=is_all)
            if new[table.name]:
                consistency.record(connection, table, load_id, every_row_is_new=is_all)
        problems += _of_days(connection, tables, load_id, names)
        if problems:
            raise LoadRefused(problems[:KEPT])
        connection.commit()
    return LoadReport(load_id, read, new)


def _of_days(
    connection: Connection, tables: list[LayoutTable], load_id: int, files: list[str]
) -> list[FileProblem]:
    """Rules over a portfolio's days: what they are is known once its sums are."""
    names = {table.name for table in tables}
    problems = consistency.of_days(connection, names, files)
    if names & MOVING:
        for name in MOVING - names:
            staged(BY_NAME[name]).create(connection)
        problems += unbalanced_days(connection, load_id, files)
    return problems


def _stage(
    connection: Connection,
    table: LayoutTable,
    paths: list[Path],
    files: list[Path],
    folder: Path,
    problems: list[FileProblem],
) -> int:
    """Copy the checked rows of the table's files beside it; returns how many were read."""
    target = staged(table)
    target.create(connection)
    rows_read = 0
    for path in paths:
        for rows, wrong in _checked(table, path, folder):
            problems += wrong[: KEPT - min(len(problems), KEPT)]
            if not problems and rows.num_rows:
                file = pa.repeat(pa.scalar(files.index(path), pa.int64()), rows.num_rows)
                copy_in(connection, target.name, rows.append_column("file_number", file))
            rows_read += rows.num_rows
    analyse = sql.SQL("ANALYZE {}").format(sql.Identifier(target.name))
    driver_connection(connection).execute(analyse)
    return rows_read


def _checked(
    table: LayoutTable, path: Path, folder: Path
) -> Iterator[tuple[pa.Table, list[FileProblem]]]:
    """The pieces of a file with row numbers, and their problems."""
    nothing = pa.table({})
    try:
        for piece in read_pieces(path, folder):
            wrong = header_problems(table, piece)
            if wrong:
                yield nothing, wrong
                return
            rows, problems = check_piece(table, piece)
            numbers = pa.array(np.arange(rows.num_rows) + piece.first_row)
            yield rows.append_column("row_number", numbers), problems
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        reason = f"cannot be read: {str(error).splitlines()[0]}"
        yield nothing, [FileProblem(str(path.relative_to(folder)), None, reason)]


def _insert(connection: Connection, table: LayoutTable, load_id: int) -> int:
    """Move staged rows into the table; those that are there already stay as they are."""
    source = staged(table)
    rows = select(*(source.c[name] for name in table.columns), literal(load_id))
    into = insert(stored(table)).from_select([*table.columns, "load_id"], rows)
    try:
        with connection.begin_nested():  # in half the time where every row is new
            return connection.execute(into.execution_options(preserve_rowcount=True)).rowcount
    except IntegrityError:
        statement = into.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return connection.execute(statement).rowcount
