"""What a run does to one table of a family: whose rows it replaces, and whose it leaves alone."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, func, select

from lotus_assets.analytics.portfolios.portfolio_family import keeps_every_day
from lotus_assets.inputs.core_payload import OK
from lotus_assets.sources.warehouse.computations import (
    WORKED_OUT_FROM,
    last_payload_change,
    read_computations,
    write_computations,
)
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

NAMED = 20
"""Portfolios without a result that a report names; the counts are of all."""
PAIR = ["as_of_date", "portfolio_id"]


@dataclass(frozen=True)
class Account:
    """Portfolios (one a day) of a run by what the table holds of them now.

    With rows; without, by the status of their input, the first of them named with their reasons.
    `changed`: worked out by this run, or without their rows since; `unchanged`: left alone.
    `results` are the rows by their status.
    """

    with_rows: int = 0
    changed: int = 0
    unchanged: int = 0
    without: Counter[str] = field(default_factory=Counter)
    named: dict[str, str] = field(default_factory=dict)
    results: Counter[str] = field(default_factory=Counter)


class TablePlan:
    """One table in one run, day after day, the newest first."""

    def __init__(self, table: Table, made_by: dict[str, str], *, only_changed: bool) -> None:
        """`made_by`: options and engine of this run."""
        self.table = table
        self._made_by, self._only_changed = made_by, only_changed
        self._stored = pd.DataFrame()
        self._days: list[pd.DataFrame] = []
        self._newer: set[str] = set()
        self._seen_change = 0

    def look(self, connection: Connection, days: Collection[date]) -> None:
        """See what is stored, once, before the first day."""
        self._seen_change = last_payload_change(connection)
        self._stored = stored_rows(connection, self.table, days)

    def add_day(
        self,
        connection: Connection,
        as_of: date,
        inputs: pd.DataFrame,
        is_wanted: Callable[[str], bool],
    ) -> set[str]:
        """Settle what becomes of a day's portfolios; those whose rows have to be worked out.

        `inputs`, by portfolio: status and reason of the main input, and the mark of all (`inputs`).
        A portfolio that has rows and no input is settled too: it loses them.
        """
        stored = self._stored[self._stored["as_of_date"] == as_of]
        counts = stored.groupby("portfolio_id")["rows"].sum()
        names = [name for name in sorted({*inputs.index, *counts.index}) if is_wanted(name)]
        if not keeps_every_day(self.table):
            later = self._stored.loc[self._stored["as_of_date"] > as_of, "portfolio_id"]
            newer = self._newer | set(later)
            names = [name for name in names if name not in newer]
            self._newer |= set(names)
        day = inputs.reindex(names).assign(**self._made_by, as_of_date=as_of)
        day["row_count"] = counts.reindex(names, fill_value=0)
        day["is_changed"] = True
        if self._only_changed:
            noted = read_computations(connection, self.table.name, as_of).reindex(names)
            compared = [*WORKED_OUT_FROM, "row_count"]
            day["is_changed"] = (day[compared] != noted[compared]).any(axis=1)
        self._days.append(day.rename_axis("portfolio_id").reset_index())
        return set(day.index[day["is_changed"]])

    @property
    def portfolios(self) -> pd.DataFrame:
        """All that was settled: a row a day and portfolio."""
        return pd.concat(self._days, ignore_index=True)

    @property
    def scope(self) -> pd.DataFrame:
        """Whose stored rows the run's rows take the place of."""
        portfolios = self.portfolios
        names = PAIR if keeps_every_day(self.table) else ["portfolio_id"]
        return portfolios.loc[portfolios["is_changed"], names]

    def note(
        self, connection: Connection, days: Collection[date], *, run_id: str, at: datetime
    ) -> Account:
        """Note from what the rows were worked out, and count what the table holds now."""
        portfolios, scope = self.portfolios, self.scope
        stored = self._stored
        if not scope.empty:
            stored = stored_rows(connection, self.table, days)
            counts = stored.groupby(PAIR, as_index=False)["rows"].sum()
            computed = portfolios[portfolios["is_changed"] & portfolios["inputs"].notna()]
            computed = computed.drop(columns="row_count").merge(counts, on=PAIR, how="left")
            computed["row_count"] = computed["rows"].fillna(0).astype(int)
            write_computations(
                connection,
                self.table.name,
                scope,
                computed,
                run_id=run_id,
                at=at,
                seen_change=self._seen_change,
            )
        return account(portfolios, stored)


def stored_rows(connection: Connection, table: Table, days: Collection[date]) -> pd.DataFrame:
    """How many rows a table holds: by as_of_date, portfolio_id and (where it has one) status.

    Of a table that keeps every day, those of `days`.
    """
    stored = database_table(table).c
    names = [*PAIR, *(["status"] if "status" in table.columns else [])]
    columns = [stored[name] for name in names]
    query = select(*columns, func.count()).group_by(*columns)
    if keeps_every_day(table):
        query = query.where(stored.as_of_date.in_(list(days)))
    return pd.DataFrame(connection.execute(query).all(), columns=[*names, "rows"])


def account(portfolios: pd.DataFrame, stored: pd.DataFrame) -> Account:
    """The account of what was settled, by what is stored."""
    known = stored.merge(portfolios[PAIR], on=PAIR)
    without = portfolios[portfolios["status"].notna() & (portfolios["status"] != OK)]
    first = without.head(NAMED)
    results = known.groupby("status")["rows"].sum() if "status" in known else pd.Series(dtype=int)
    return Account(
        with_rows=len(known[PAIR].drop_duplicates()),
        changed=int(portfolios["is_changed"].sum()),
        unchanged=int((~portfolios["is_changed"]).sum()),
        without=Counter(map(str, without["status"])),
        named={
            f"{portfolio} as of {as_of}": str(reason)
            for as_of, portfolio, reason in first[[*PAIR, "reason"]].itertuples(index=False)
        },
        results=Counter({str(status): int(rows) for status, rows in results.items()}),
    )
