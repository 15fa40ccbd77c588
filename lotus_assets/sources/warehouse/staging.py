"""Staging and committing: rows are collected beside a table and reach it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Exists,
    MetaData,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.dialects.postgresql import insert

from lotus_assets.sources.warehouse.copying import copy_in
from lotus_assets.sources.warehouse.replacement import Replacement
from lotus_assets.sources.warehouse.schema import arrow_schema, database_table
from lotus_assets.tables.table import Table

TEMPORARY = "pg_temp"


@dataclass(frozen=True)
class Written:
    """What a commit did to one table, in rows."""

    read: int = 0
    new: int = 0
    changed: int = 0
    vanished: int = 0


class Staging:
    """Rows on their way into their tables, kept in temporary tables of one connection.

    Nothing is visible to others before `promote`, and nothing is left when the connection dies:
    a killed run changes no table. The caller commits; `promote` and the markers only prepare the
    transaction, so that the watermark that covers the rows can go into the same one.
    """

    def __init__(self, connection: Connection) -> None:
        """Use `connection`, alone, until the staged rows are committed or given up."""
        self._connection = connection
        self._staged: dict[str, DatabaseTable] = {}

    def stage(self, table: Table, frame: pd.DataFrame) -> None:
        """Add gated rows of `table`. Commits the connection, so that no transaction stays open."""
        staged = self._staging_table(table)
        if not frame.empty:
            copy_in(self._connection, f"{TEMPORARY}.{staged.name}", frame, arrow_schema(table))
        self._connection.commit()

    def replacement(self, table: Table, scope: pd.DataFrame | None) -> Replacement:
        """What the staged rows are about to replace, by `promote` and `delete_absent`.

        Nobody else changes the table between.
        """
        self._lock(table)
        staged = self._staging_table(table)
        listed = (
            None if scope is None else self._parents_table(table, scope, list(scope.columns), None)
        )
        return Replacement(self._connection, table, staged, listed)

    def promote(self, table: Table) -> Written:
        """Upsert the staged rows of `table`: an older copy never overwrites a newer one.

        Of several staged copies of a key the newest counts. Rows that say what is known already
        are not written again.
        """
        self._lock(table)
        staged, target = self._staging_table(table), database_table(table)
        keys = [staged.c[name] for name in table.key]
        version = [staged.c[table.version].desc().nulls_last()] if table.version else []
        newest = (
            select(*(staged.c[name] for name in table.columns))
            .distinct(*keys)
            .order_by(*keys, *version, literal_column("ctid").desc())
        )
        upsert = insert(target).from_select(table.columns, newest)
        incoming = {
            name: func.coalesce(upsert.excluded[name], target.c[name])
            if name in table.kept
            else upsert.excluded[name]
            for name in table.columns
            if name not in table.key
        }
        changed = tuple_(*(target.c[name] for name in incoming)).is_distinct_from(
            tuple_(*incoming.values())
        )
        is_older = (
            upsert.excluded[table.version] < target.c[table.version] if table.version else None
        )
        written = (
            (
                upsert.on_conflict_do_update(
                    index_elements=list(table.key),
                    set_=incoming,
                    where=changed if is_older is None else and_(changed, is_older.isnot(true())),
                )
                if incoming
                else upsert.on_conflict_do_nothing(index_elements=list(table.key))
            )
            .returning(literal_column("xmax = 0").label("is_new"))
            .cte("written")
        )
        counts = self._connection.execute(
            select(
                func.count().filter(written.c.is_new),
                func.count().filter(written.c.is_new.isnot(true())),
            )
        ).one()
        read = self._connection.scalar(select(func.count()).select_from(staged)) or 0
        return Written(read=read, new=counts[0], changed=counts[1])

    def mark_vanished(
        self, table: Table, parents: pd.DataFrame, at: pd.Timestamp, *, version: str | None = None
    ) -> int:
        """Mark rows that belong to `parents` but were not staged: GitLab no longer has them.

        `parents` holds the key columns that name a complete list (a project's branches, a merge
        request's notes); with `version`, also that column: rows newer than it are left alone.
        Returns the number of rows marked.
        """
        if parents.empty:
            return 0
        self._lock(table)
        names = [name for name in parents.columns if name != version]
        listed = self._parents_table(table, parents, names, version)
        staged, target = self._staging_table(table), database_table(table)
        present = _same_key(table, staged, target)
        statement = (
            update(target)
            .values(vanished_at=bindparam("at"))
            .where(
                *(target.c[name] == listed.c[name] for name in names),
                target.c.vanished_at.is_(None),
                ~present,
            )
        )
        if version is not None:
            stored_version = target.c[table.version or version]
            statement = statement.where(
                or_(stored_version.is_(None), stored_version <= listed.c[version])
            )
        return self._connection.execute(statement, {"at": at.to_pydatetime()}).rowcount

    def delete_absent(self, table: Table, scope: pd.DataFrame | None = None) -> int:
        """Delete rows that were not staged, in `scope` (rows of key columns) or everywhere.

        For tables that are worked out whole (facts, analytics): a row that no longer follows from
        its inputs goes. Returns the number of rows deleted.
        """
        self._lock(table)
        staged, target = self._staging_table(table), database_table(table)
        present = _same_key(table, staged, target)
        statement = delete(target).where(~present)
        if scope is not None:
            listed = self._parents_table(table, scope, list(scope.columns), None)
            statement = statement.where(
                *(target.c[name] == listed.c[name] for name in scope.columns)
            )
        return self._connection.execute(statement).rowcount

    def discard(self) -> None:
        """Give up what is staged and drop the temporary tables."""
        self._connection.rollback()
        for staged in self._staged.values():
            staged.drop(self._connection, checkfirst=True)
        self._connection.commit()
        self._staged.clear()

    def _staging_table(self, table: Table) -> DatabaseTable:
        if table.name not in self._staged:
            target = database_table(table)
            staged = DatabaseTable(
                f"staging_{table.name}",
                MetaData(),
                *(DatabaseColumn(column.name, column.type) for column in target.columns),
                prefixes=["TEMPORARY"],
            )
            staged.create(self._connection)
            self._staged[table.name] = staged
        return self._staged[table.name]

    def _parents_table(
        self, table: Table, parents: pd.DataFrame, names: Sequence[str], version: str | None
    ) -> DatabaseTable:
        target = database_table(table)
        columns = [DatabaseColumn(name, target.c[name].type) for name in names]
        fields = [arrow_schema(table).field(name) for name in names]
        if version is not None:
            columns.append(DatabaseColumn(version, DateTime(timezone=True)))
            fields.append(pa.field(version, pa.timestamp("us", "UTC")))
        listed = DatabaseTable(
            f"parents_{table.name}", MetaData(), *columns, prefixes=["TEMPORARY"]
        )
        listed.drop(self._connection, checkfirst=True)
        listed.create(self._connection)
        rows = parents.drop_duplicates()
        copy_in(self._connection, f"{TEMPORARY}.{listed.name}", rows, pa.schema(fields))
        return listed

    def _lock(self, table: Table) -> None:
        """Writers of one table take turns: no deadlock between a backfill and the hourly run."""
        self._connection.execute(
            select(func.pg_advisory_xact_lock(cast(func.hashtext(table.name), BigInteger)))
        )


def _same_key(table: Table, staged: DatabaseTable, target: DatabaseTable) -> Exists:
    """Whether a row of `target` is among the staged ones."""
    return exists().where(*(staged.c[name] == target.c[name] for name in table.key))
