"""Assets that are worked out from other tables: read, compute, gate, commit, report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Connection, Engine
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.filling.computing import write_computed
from lotus_assets.graph.gated_assets import (
    gate_spec,
    report_rows,
    table_spec,
)
from lotus_assets.graph.layers import (
    DAYS,
    SINGLE_RUN,
    is_live,
)
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.tables.table import Table


@dataclass(frozen=True)
class Inputs:
    """What a computation may look at: tables, settings, the run, and its days."""

    engine: Engine
    settings: Settings
    now: datetime
    run_id: str
    days: tuple[date, ...]

    def read(self, table: Table, *where: ColumnElement[bool]) -> pd.DataFrame:
        """The rows of a table through its model, sorted by key."""
        with self.engine.connect() as connection:
            return read_table(connection, table, *where)

    def connect(self) -> Connection:
        """A connection for what is not a table of ours."""
        return self.engine.connect()


Compute = Callable[[Inputs], pd.DataFrame]


def computed_asset(
    table: Table,
    group: str,
    compute: Compute,
    *,
    deps: Sequence[str],
    scope: Callable[[Inputs], pd.DataFrame] | None = None,
    is_daily: bool = False,
) -> dg.AssetsDefinition:
    """The asset of `table`: `compute` gives all its rows, or all rows of `scope`."""
    partitions = DAYS if is_daily else None

    @asset_step(
        name=table.name,
        specs=[table_spec(table, group, deps, partitions)],
        check_specs=[gate_spec(table)],
        partitions_def=partitions,
        backfill_policy=SINGLE_RUN if is_daily else None,
    )
    def worked_out(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
        inputs = inputs_of(context, environment, is_daily=is_daily)
        limit = inputs.settings.tem_quarantine_limit
        report = write_computed(
            inputs.engine,
            table,
            compute(inputs),
            run_id=inputs.run_id,
            now=inputs.now,
            quarantine_limit=limit,
            scope=scope(inputs) if scope else None,
        )
        yield from report_rows(inputs.engine, [report], limit)

    return worked_out


def inputs_of(
    context: dg.AssetExecutionContext, environment: Environment, *, is_daily: bool
) -> Inputs:
    """The inputs of one run; `days` is empty for an asset without partitions."""
    settings = environment.settings
    return Inputs(
        engine=environment.engine,
        settings=settings,
        now=settings.now(),
        run_id=context.run.run_id,
        days=days_of(context, settings) if is_daily else (),
    )


def days_of(context: dg.AssetExecutionContext, settings: Settings) -> tuple[date, ...]:
    """The days that a run works out.

    A live run: the last complete day, whichever partitions it covers. Any other run: the
    complete days among its partitions; the running day has no metrics before it is over.
    """
    today = settings.now().astimezone(settings.zone).date()
    if is_live(context):
        return (today - timedelta(days=1),)
    asked = (date.fromisoformat(key) for key in context.partition_keys)
    return tuple(day for day in asked if day < today)
