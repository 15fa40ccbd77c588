"""What rows of a table are about to be replaced by: asked before it happens, in its transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, not_, or_, select, tuple_
from sqlalchemy import Table as DatabaseTable

from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class Replacement:
    """The staged rows of `table`, beside those that stand there now.

    `scope` holds the rows of columns (days, projects, portfolios) whose stored rows are replaced;
    None: all are.
    """

    connection: Connection
    table: Table
    staged: DatabaseTable
    scope: DatabaseTable | None

    def differing(self, figures: Sequence[str], beside: Sequence[str] = ()) -> pd.DataFrame:
        """Stored rows that say something else in `figures` from now on, or vanish.

        Columns: the key; `old_` and `new_` of each of `figures` and `beside`; `is_vanished`. A row
        that comes is none of them.
        """
        stored, staged = database_table(self.table).c, self.staged.c
        both = [*figures, *beside]
        is_vanished = staged[self.table.key[0]].is_(None)
        query = (
            select(
                *(stored[name] for name in self.table.key),
                *(stored[name].label(f"old_{name}") for name in both),
                *(staged[name].label(f"new_{name}") for name in both),
                is_vanished.label("is_vanished"),
            )
            .select_from(self._stored_and_staged())
            .where(self._is_in_scope(), or_(is_vanished, self._is_distinct(figures)))
        )
        rows = self.connection.execute(query)
        return pd.DataFrame(rows.all(), columns=list(rows.keys()), dtype=object)

    def changed(self) -> Select[Any]:
        """Every column of the stored rows that change or vanish."""
        stored, staged = database_table(self.table), self.staged.c
        is_vanished = staged[self.table.key[0]].is_(None)
        return (
            select(*stored.c)
            .select_from(self._stored_and_staged())
            .where(self._is_in_scope(), or_(is_vanished, self._is_distinct(self.table.columns)))
        )

    def coming(self) -> Select[Any]:
        """The key of the staged rows of which none is stored."""
        stored = database_table(self.table)
        names = dict.fromkeys(("project_id", *self.table.key))
        return select(*(self.staged.c[name] for name in names)).where(
            not_(exists().where(self._same_key(stored)))
        )

    def _stored_and_staged(self) -> Any:
        stored = database_table(self.table)
        return stored.outerjoin(self.staged, self._same_key(stored))

    def _same_key(self, stored: DatabaseTable) -> ColumnElement[bool]:
        return and_(*(stored.c[name] == self.staged.c[name] for name in self.table.key))

    def _is_distinct(self, names: Sequence[str]) -> ColumnElement[bool]:
        stored = database_table(self.table).c
        return tuple_(*(stored[name] for name in names)).is_distinct_from(
            tuple_(*(self.staged.c[name] for name in names))
        )

    def _is_in_scope(self) -> ColumnElement[bool]:
        if self.scope is None:
            return and_(True)
        stored = database_table(self.table).c
        return exists().where(*(stored[one.name] == one for one in self.scope.c))


Witness = Callable[[Replacement], None]
"""Looks at what is about to be replaced, and notes of it what matters, in the same transaction."""


def looks_away(_replacement: Replacement) -> None:
    """Notes nothing."""
