"""Working a family out: rows of any as-of days, from gated inputs, in chunks.

What is worked out replaces what the tables held of the same portfolios and days, in one
transaction: the same inputs give the same rows, and a portfolio whose input is in quarantine, or
gone, keeps none. A portfolio of which nothing changed is left alone where the run asks for that.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine

from lotus_assets.analytics.portfolios.portfolio_family import (
    PortfolioFamily,
    Wanted,
    engine_fingerprint,
    options_text,
)
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.analytics.portfolios.restated_portfolios import PortfolioWitness
from lotus_assets.analytics.portfolios.table_plan import Account, TablePlan
from lotus_assets.filling.computing import Frames, write_in_chunks
from lotus_assets.filling.reports import TableReport
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_marks import input_marks
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.warehouse.versioned import lock_shards
from lotus_assets.tables.table import Table


class Outcome(NamedTuple):
    """What a run did to one table of a family, and what it holds of the run's portfolios now."""

    report: TableReport
    account: Account


def work_out(
    family: PortfolioFamily,
    engine: Engine,
    wanted: Wanted,
    *,
    run_id: str,
    now: datetime,
    quarantine_limit: QuarantineLimit,
    tables: Collection[Table] | None = None,
    progress: Callable[[str], None] = lambda _message: None,
) -> tuple[Outcome, ...]:
    """Make the family's tables hold what follows from the inputs of what is wanted.

    `tables` are those of the family that are written: all by default. Either all of them are
    committed, or none.

    Raises:
        GateClosed: too many rows break a table's contract; nothing was changed but `quarantine`.
    """
    chosen = [table for table in family.tables if tables is None or table in tables]
    run = _Run(family, chosen, wanted, progress)
    accounts: list[Account] = []

    def note(connection: Connection) -> None:
        days = wanted.shards.keys()
        accounts.extend(plan.note(connection, days, run_id=run_id, at=now) for plan in run.plans)

    with engine.connect() as guard, engine.connect() as reading:
        _lock(guard, chosen, wanted)
        reports = write_in_chunks(
            engine,
            chosen,
            run.chunks(reading),
            run_id=run_id,
            now=now,
            quarantine_limit=quarantine_limit,
            scope=run.scope,
            witness=PortfolioWitness(family, run.planned, run_id, now),
            before_commit=note,
        )
    return tuple(map(Outcome, reports, accounts))


def _lock(connection: Connection, tables: Collection[Table], wanted: Wanted) -> None:
    """Take turns with other runs of the same tables and shards, always in the same order."""
    shards = {shard for of_day in wanted.shards.values() for shard in of_day}
    for table in sorted(tables, key=lambda table: table.name):
        lock_shards(connection, table, shards)


class _Run:
    """One run's way through its days and chunks."""

    def __init__(
        self,
        family: PortfolioFamily,
        tables: Collection[Table],
        wanted: Wanted,
        progress: Callable[[str], None],
    ) -> None:
        self._family, self._wanted, self._progress = family, wanted, progress
        self._options = family.option_values()
        noted = {"options": options_text(self._options), "engine": engine_fingerprint()}
        self.plans = [TablePlan(table, noted, only_changed=wanted.only_changed) for table in tables]

    def scope(self, table: Table) -> pd.DataFrame:
        """Whose stored rows of a table the run's rows take the place of."""
        [scope] = [plan.scope for plan in self.plans if plan.table is table]
        return scope

    def planned(self, table: Table) -> pd.DataFrame:
        """What the run settles of a table, and from what."""
        [portfolios] = [plan.portfolios for plan in self.plans if plan.table is table]
        return portfolios

    def chunks(self, connection: Connection) -> Iterator[Frames]:
        """Rows of every day and chunk by table, the newest day first."""
        days = sorted(self._wanted.shards, reverse=True)
        for plan in self.plans:
            plan.look(connection, days)
        for as_of in days:
            payloads, changed = self._settle(connection, as_of)
            everyone = set().union(*changed.values())
            good = payloads[(payloads["status"] == OK) & payloads["subject"].isin(everyone)]
            yield from self._of_day(connection, as_of, good, changed)

    def _settle(
        self, connection: Connection, as_of: date
    ) -> tuple[pd.DataFrame, dict[Table, set[str]]]:
        """Payloads of the day, and for each table the portfolios to work out."""
        family = self._family
        # Marks before rows: what changes in between is worked out again by the next run.
        marks = input_marks(connection, as_of, family.own_inputs, family.shared)
        payloads = read_payloads(connection, family.reads[0], as_of)
        inputs = _best_payloads(payloads).assign(inputs=marks)
        changed = {
            plan.table: plan.add_day(
                connection, as_of, inputs, lambda name: self._wanted.holds(as_of, name)
            )
            for plan in self.plans
        }
        return payloads, changed

    def _of_day(
        self,
        connection: Connection,
        as_of: date,
        payloads: pd.DataFrame,
        changed: dict[Table, set[str]],
    ) -> Iterator[Frames]:
        family, portfolios = self._family, payloads["subject"].unique()
        if not len(portfolios):
            self._progress(f"{family.name} as of {as_of}: nothing to work out")
        for first in range(0, len(portfolios), family.chunk):
            some = payloads[payloads["subject"].isin(portfolios[first : first + family.chunk])]
            inputs = PortfolioInputs(
                connection, as_of, some, family.own_inputs, family.shared, self._options
            )
            rows = family.compute(inputs)
            yield {
                table: _of_portfolios(rows[table](), names)
                for table, names in changed.items()
                if not names.isdisjoint(inputs.portfolio_ids)
            }
            done = min(first + family.chunk, len(portfolios))
            self._progress(f"{family.name} as of {as_of}: {done} of {len(portfolios)} portfolios")


def _of_portfolios(rows: pd.DataFrame, portfolio_ids: set[str]) -> pd.DataFrame:
    return rows[rows["portfolio_id"].isin(portfolio_ids)]


def _best_payloads(payloads: pd.DataFrame) -> pd.DataFrame:
    """Status and reason by portfolio: of a payload that is OK where it has one, else its first."""
    ordered = payloads.assign(is_bad=payloads["status"] != OK)
    ordered = ordered.sort_values(["subject", "is_bad"], kind="stable").drop_duplicates("subject")
    return ordered.set_index("subject")[["status", "reason"]]
