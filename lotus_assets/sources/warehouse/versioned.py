"""Rows by data version: what lotus-core said as of a day, unchanged rows stored once.

A table that is written here has in its key a column `data_version`, and beside it `as_of_date`:
the earliest day as of which the row is known to have been the answer. As of a day D, the row of an
identity (the key without `data_version`) is the one with the latest `as_of_date` up to D; of
several, the one with the greatest `data_version`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    MetaData,
    Select,
    Subquery,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    tuple_,
    update,
)
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.sql.selectable import FromClause

from lotus_assets.sources.warehouse.arrow_copy import copy_in
from lotus_assets.sources.warehouse.schema import arrow_schema, database_table
from lotus_assets.tables.table import Table

DATA_VERSION, AS_OF = "data_version", "as_of_date"
PROVENANCE = (DATA_VERSION, AS_OF, "content_hash")
"""Where a row comes from; two rows that differ in nothing else say the same."""


@dataclass(frozen=True)
class Versions:
    """What a chunk did to a table: rows read, new, first known earlier than thought.

    `contradicted` names entities that gave two different rows under one data version; nothing of
    them was written.
    """

    read: int = 0
    new: int = 0
    earlier: int = 0
    contradicted: tuple[str, ...] = ()


def copy_columns(connection: Connection, table: Table, relation: str, rows: pa.Table) -> None:
    """Append `rows` (the table's columns) to `relation`."""
    copy_in(connection, relation, rows.select(table.columns).cast(arrow_schema(table)))


def lock_shards(connection: Connection, table: Table, shards: Iterable[str]) -> None:
    """Take turns with other writers of the same shards of a table, until the transaction ends."""
    for shard in sorted(shards):
        name = func.hashtext(literal(f"{table.name}:{shard}"))
        connection.execute(select(func.pg_advisory_xact_lock(cast(name, BigInteger))))


class VersionedRows:
    """Adds rows of one table as of one day, chunk by chunk, in the caller's transaction."""

    def __init__(self, connection: Connection, table: Table, entity: str, as_of: date) -> None:
        """`entity` is the first key column: whose data a row is."""
        self._connection = connection
        self._table = table
        self._entity = entity
        self._as_of = as_of
        self._target = database_table(table)
        self._identity = [name for name in table.key if name != DATA_VERSION]
        self._content = [
            name for name in table.columns if name not in PROVENANCE and name not in table.key
        ]

    def add_first(self, rows: pa.Table) -> Versions:
        """Add rows of entities of which the table holds nothing yet."""
        copy_columns(self._connection, self._table, f"public.{self._table.name}", rows)
        return Versions(read=len(rows), new=len(rows))

    def add(self, rows: pa.Table) -> Versions:
        """Add the rows that say something else than what is stored as of the day."""
        staged = self._temporary("staged")
        copy_columns(self._connection, self._table, f"pg_temp.{staged.name}", rows)
        changed = self._temporary("changed")
        self._connection.execute(
            insert(changed).from_select(self._table.columns, self._new_or_different(staged))
        )
        contradicted = self._contradicted(changed)
        if contradicted:
            self._connection.execute(
                delete(changed).where(changed.c[self._entity].in_(contradicted))
            )
        earlier = self._lower(changed)
        new = self._connection.scalar(select(func.count()).select_from(changed)) or 0
        self._connection.execute(
            insert(self._target).from_select(
                self._table.columns, select(*(changed.c[name] for name in self._table.columns))
            )
        )
        for relation in (staged, changed):
            relation.drop(self._connection)
        return Versions(len(rows), new, earlier, tuple(contradicted))

    def _temporary(self, kind: str) -> DatabaseTable:
        relation = DatabaseTable(
            f"{kind}_{self._table.name}",
            MetaData(),
            *(DatabaseColumn(column.name, column.type) for column in self._target.columns),
            prefixes=["TEMPORARY"],
        )
        relation.create(self._connection)
        return relation

    def _new_or_different(self, staged: DatabaseTable) -> Select[tuple[object]]:
        """Staged rows whose identity has no row as of the day, or one that says otherwise."""
        known = self._nearest(staged, is_later=False)
        return (
            select(*(staged.c[name] for name in self._table.columns))
            .select_from(staged.outerjoin(known, self._same_identity(staged, known)))
            .where(known.c[self._entity].is_(None) | not_(self._says_the_same(staged, known)))
        )

    def _lower(self, changed: DatabaseTable) -> int:
        """What only a later day knew so far was known on this day: move its first day back."""
        following = self._nearest(changed, is_later=True)
        same = and_(
            self._same_identity(changed, following), self._says_the_same(changed, following)
        )
        earlier = select(*(following.c[name] for name in self._table.key)).select_from(
            changed.join(following, same)
        )
        keys = earlier.subquery()
        moved = self._connection.execute(
            update(self._target)
            .values({AS_OF: bindparam("day", self._as_of, Date)})
            .where(*(self._target.c[name] == keys.c[name] for name in self._table.key))
        ).rowcount
        if moved:
            known = self._nearest(changed, is_later=False)
            stored = exists().where(
                self._same_identity(changed, known), self._says_the_same(changed, known)
            )
            self._connection.execute(delete(changed).where(stored))
        return moved

    def _contradicted(self, changed: DatabaseTable) -> list[str]:
        """Entities that give under one data version what differs from what it gave before.

        A snapshot of the same version and day was read before, and said otherwise.
        """
        same_key = and_(*(self._target.c[name] == changed.c[name] for name in self._table.key))
        entities = self._connection.scalars(
            select(changed.c[self._entity])
            .distinct()
            .select_from(changed.join(self._target, same_key))
            .order_by(changed.c[self._entity])
        )
        return [str(entity) for entity in entities]

    def _nearest(self, relation: DatabaseTable, *, is_later: bool) -> Subquery:
        """The stored row of each identity that is nearest to the day, from before or after it."""
        target = self._target
        since = target.c[AS_OF]
        entities = select(relation.c[self._entity]).distinct()
        identity = [target.c[name] for name in self._identity]
        return (
            select(*target.columns)
            .distinct(*identity)
            .where(target.c[self._entity].in_(entities))
            .where(since > self._as_of if is_later else since <= self._as_of)
            .order_by(
                *identity,
                since.asc() if is_later else since.desc(),
                target.c[DATA_VERSION].desc(),
            )
            .subquery()
        )

    def _same_identity(self, one: FromClause, other: FromClause) -> ColumnElement[bool]:
        return and_(*(one.c[name] == other.c[name] for name in self._identity))

    def _says_the_same(self, one: FromClause, other: FromClause) -> ColumnElement[bool]:
        content = [one.c[name] for name in self._content]
        return tuple_(*content).is_not_distinct_from(
            tuple_(*(other.c[name] for name in self._content))
        )


def replace_rows(connection: Connection, table: Table, rows: pa.Table) -> None:
    """Put `rows` in place of those with the same keys, in the caller's transaction."""
    target = database_table(table)
    staged = DatabaseTable(
        f"replacing_{table.name}",
        MetaData(),
        *(DatabaseColumn(column.name, column.type) for column in target.columns),
        prefixes=["TEMPORARY"],
    )
    staged.create(connection)
    copy_columns(connection, table, f"pg_temp.{staged.name}", rows)
    names = [name for name in table.columns if name not in table.key]
    upsert = postgresql_insert(target).from_select(
        table.columns, select(*(staged.c[name] for name in table.columns))
    )
    connection.execute(
        upsert.on_conflict_do_update(
            index_elements=list(table.key),
            set_={name: upsert.excluded[name] for name in names},
            where=tuple_(*(target.c[name] for name in names)).is_distinct_from(
                tuple_(*(upsert.excluded[name] for name in names))
            ),
        )
    )
    staged.drop(connection)


def rows_as_of(table: Table, as_of: date, *where: ColumnElement[bool]) -> Select[tuple[object]]:
    """A query for the rows that were the answer as of a day, for `copying.read_query`."""
    target = database_table(table)
    identity = [target.c[name] for name in table.key if name != DATA_VERSION]
    return (
        select(*(target.c[name] for name in table.columns))
        .distinct(*identity)
        .where(target.c[AS_OF] <= as_of, *where)
        .order_by(*identity, target.c[AS_OF].desc(), target.c[DATA_VERSION].desc())
    )
