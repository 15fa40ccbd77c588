"""What a step may look at: the tables that it declares, and the run that it is part of.

A step's dependencies in the graph, and the changes that its rows are worked out anew for, follow
from what it declares. So it gets no table that it did not declare: one that is forgotten fails at
once, instead of going stale in silence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

import dagster as dg
import pandas as pd
from sqlalchemy import CompoundSelect, Connection, Engine, Row, Select
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.graph.layers import is_live, last_complete_day
from lotus_assets.graph.resources import Environment
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import tables_in
from lotus_assets.tables.table import Table


class UndeclaredRead(Exception):
    """A step reads what it did not declare; the text names both."""

    def __init__(self, step: str, names: Iterable[str]) -> None:
        """`names` are tables, or what else a step declares."""
        super().__init__(
            f"{step or 'A step'} reads {', '.join(sorted(names))} without declaring it: it would "
            "not be worked out again when that changes."
        )


@dataclass(frozen=True)
class Inputs:
    """What a computation may look at: declared tables, settings, the run, and its days.

    `taken` notes the declared tables that were read so far, for all that are made of this one.
    """

    engine: Engine
    settings: Settings
    now: datetime
    run_id: str
    days: tuple[date, ...] = ()
    step: str = ""
    declared: frozenset[str] = frozenset()
    taken: set[str] = field(default_factory=set, compare=False, repr=False)

    def declaring(self, step: str, tables: Iterable[Table]) -> Self:
        """The same for a step that reads `tables`, and no others."""
        return replace(self, step=step, declared=frozenset(table.name for table in tables))

    def read(self, table: Table, *where: ColumnElement[bool]) -> pd.DataFrame:
        """The rows of a table through its model, sorted by key.

        Raises:
            UndeclaredRead: the step did not declare the table, or one that `where` looks at.
        """
        self._take({table.name}.union(*map(tables_in, where)))
        with self.engine.connect() as connection:
            return read_table(connection, table, *where)

    def rows(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Row[Any]]:
        """What a query over tables of the graph gives.

        Raises:
            UndeclaredRead: the step did not declare one of its tables.
        """
        self._take(tables_in(query))
        with self.engine.connect() as connection:
            return connection.execute(query).all()

    def connect(self) -> Connection:
        """A connection for the bookkeeping, which is no table of the graph."""
        return self.engine.connect()

    def _take(self, names: Iterable[str]) -> None:
        if undeclared := set(names) - self.declared:
            raise UndeclaredRead(self.step, undeclared)
        self.taken.update(names)


Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


def inputs_of(context: Context, environment: Environment) -> Inputs:
    """The inputs of one run: without days, and without any table."""
    settings = environment.settings
    return Inputs(environment.engine, settings, settings.now(), context.run.run_id)


def inputs_by_day(context: dg.AssetExecutionContext, environment: Environment) -> Inputs:
    """The same with the run's days, for an asset with daily partitions."""
    inputs = inputs_of(context, environment)
    return replace(inputs, days=days_of(context, inputs.settings))


def days_of(context: dg.AssetExecutionContext, settings: Settings) -> tuple[date, ...]:
    """The days that a run works out.

    The complete days among its partitions (under TEM_AS_OF there are later ones), ascending; in a
    live run also the last complete day, which is another one when the run began before midnight.
    """
    last = last_complete_day(settings.now(), settings)
    asked = {date.fromisoformat(key) for key in context.partition_keys}
    if is_live(context):
        asked.add(last)
    return tuple(day for day in sorted(asked) if day <= last)
