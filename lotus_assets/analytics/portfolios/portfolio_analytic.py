"""Analytics of portfolios: rows of any as-of days, worked out from gated inputs in chunks.

What is worked out replaces what the table held of the same portfolios and days, in one
transaction: the same inputs give the same rows, and a portfolio whose input is in quarantine, or
gone, keeps none.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.filling.computing import write_in_chunks
from lotus_assets.filling.reports import TableReport
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.partitions import shard_of
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.reading import read_input
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.sources.warehouse.versioned import lock_shards
from lotus_assets.tables.table import Table

CHUNK = 256
"""Portfolios that are read, computed and gated together."""
NAMED = 20
"""Portfolios without a result that a report names; the counts are of all."""


@dataclass(frozen=True)
class PortfolioInputs:
    """What a computation may look at: some portfolios as of one day, whose main input is OK.

    `payloads` are their rows of `read_payloads`, of the first input that the analytic reads.
    """

    connection: Connection
    as_of: date
    payloads: pd.DataFrame

    @property
    def portfolio_ids(self) -> list[str]:
        """The portfolios, ascending."""
        return [str(name) for name in self.payloads["subject"].unique()]

    def read(self, kind: InputTable, *where: ColumnElement[bool]) -> pd.DataFrame:
        """Rows of an input of these portfolios, through its model, by key."""
        return read_input(self.connection, kind, self.as_of, self.portfolio_ids, *where)

    def payloads_of(self, kind: InputTable, *header_fields: str) -> pd.DataFrame:
        """Payloads of an input of these portfolios, OK or not, with fields of their headers."""
        return read_payloads(
            self.connection, kind, self.as_of, self.portfolio_ids, header_fields=header_fields
        )

    def named(self, rows: pd.DataFrame, variant: str | None = None) -> pd.DataFrame:
        """`rows` (with portfolio_id) and the columns by which each names its main input.

        Adds as_of_date, data_version and content_hash. `variant` is the column that tells the
        payloads of one portfolio apart (of mwr: the period).
        """
        place = _index(self.payloads, "subject", variant and "variant").get_indexer(
            _index(rows, "portfolio_id", variant)
        )
        found = self.payloads.iloc[place]
        return rows.assign(
            as_of_date=pd.Timestamp(self.as_of),
            data_version=found["data_version"].to_numpy(),
            content_hash=found["content_hash"].to_numpy(),
        )


def _index(frame: pd.DataFrame, identifier: str, variant: str | None) -> pd.Index:
    if variant is None:
        alone: pd.Index = pd.Index(frame[identifier].to_numpy(dtype=object))
        return alone
    both: pd.Index = pd.MultiIndex.from_frame(frame[[identifier, variant]].astype(object))
    return both


@dataclass(frozen=True)
class PortfolioAnalytic:
    """An analytic's table: what it reads, and how the rows of some portfolios are worked out.

    `table` has portfolio_id, as_of_date, data_version and content_hash. With as_of_date in its
    key it keeps the rows of every as-of day; without, and with as_of_date as the table's version,
    those of each portfolio's newest as-of day: for long series, nearly the same every day.
    `reads`: inputs sharded by portfolio, of which the first decides which portfolios there are.
    `reads_whole`: inputs of other subjects, of which a portfolio may need any shard.
    """

    table: Table
    reads: tuple[InputTable, ...]
    compute: Callable[[PortfolioInputs], pd.DataFrame]
    reads_whole: tuple[InputTable, ...] = ()
    chunk: int = CHUNK

    @property
    def keeps_every_day(self) -> bool:
        """Whether rows of several as-of days stand side by side."""
        return "as_of_date" in self.table.key


@dataclass(frozen=True)
class Wanted:
    """What a run works out: the shards of each as-of day, and perhaps some portfolios alone."""

    shards: Mapping[date, Iterable[str]]
    shard_count: int
    portfolio_ids: frozenset[str] | None = None

    def holds(self, as_of: date, portfolio_id: str) -> bool:
        """Whether the run works out the portfolio as of the day."""
        if self.portfolio_ids is not None and portfolio_id not in self.portfolio_ids:
            return False
        return shard_of(portfolio_id, self.shard_count) in self.shards[as_of]


@dataclass
class Coverage:
    """Portfolios (one a day) with rows, those without by the status of their input, and results.

    `named` are the first portfolios without, with their reasons.
    """

    with_rows: int = 0
    without: Counter[str] = field(default_factory=Counter)
    named: dict[str, str] = field(default_factory=dict)
    results: Counter[str] = field(default_factory=Counter)

    def miss(self, as_of: date, payload: Mapping[Hashable, object]) -> None:
        """Count a portfolio without a usable input."""
        self.without[str(payload["status"])] += 1
        if len(self.named) < NAMED:
            self.named[f"{payload['subject']} as of {as_of}"] = str(payload["reason"])

    def take(self, rows: pd.DataFrame) -> None:
        """Count results by their status."""
        self.with_rows += rows["portfolio_id"].nunique()
        if "status" in rows:
            self.results.update(map(str, rows["status"]))


def work_out(
    analytic: PortfolioAnalytic,
    engine: Engine,
    wanted: Wanted,
    *,
    run_id: str,
    now: datetime,
    quarantine_limit: float,
    progress: Callable[[str], None] = lambda _message: None,
) -> tuple[TableReport, Coverage]:
    """Make the table hold what follows from the inputs of the wanted portfolios and days.

    Raises:
        GateClosed: too many rows break the table's contract; nothing was changed but `quarantine`.
    """
    run = _Run(analytic, wanted, progress)
    shards = {shard for of_day in wanted.shards.values() for shard in of_day}
    with engine.connect() as guard, engine.connect() as reading:
        lock_shards(guard, analytic.table, shards)
        report = write_in_chunks(
            engine,
            analytic.table,
            run.rows(reading),
            run_id=run_id,
            now=now,
            quarantine_limit=quarantine_limit,
            scope=run.scope,
        )
    return report, run.coverage


class _Run:
    """One run's way through its days and chunks."""

    def __init__(
        self, analytic: PortfolioAnalytic, wanted: Wanted, progress: Callable[[str], None]
    ) -> None:
        self._analytic, self._wanted, self._progress = analytic, wanted, progress
        self._replaced: list[tuple[date, str]] = []
        self.coverage = Coverage()

    def rows(self, connection: Connection) -> Iterator[pd.DataFrame]:
        """Rows of every day and chunk, the newest day first."""
        name, size = self._analytic.table.name, self._analytic.chunk
        for as_of in sorted(self._wanted.shards, reverse=True):
            good = self._usable(connection, as_of)
            portfolios = good["subject"].unique()
            for first in range(0, len(portfolios), size):
                chosen = good[good["subject"].isin(portfolios[first : first + size])]
                rows = self._analytic.compute(PortfolioInputs(connection, as_of, chosen))
                self.coverage.take(rows)
                yield rows
                done = min(first + size, len(portfolios))
                self._progress(f"{name} as of {as_of}: {done} of {len(portfolios)} portfolios")

    def scope(self, _connection: Connection) -> pd.DataFrame:
        """Whose stored rows the run's rows take the place of."""
        days, portfolios = zip(*self._replaced, strict=True) if self._replaced else ((), ())
        scope = pd.DataFrame({"portfolio_id": list(portfolios)}, dtype=object)
        return scope.assign(as_of_date=list(days)) if self._analytic.keeps_every_day else scope

    def _usable(self, connection: Connection, as_of: date) -> pd.DataFrame:
        """Good payloads of the day's portfolios; portfolios without are counted, and replaced."""
        main = self._analytic.reads[0]
        payloads = read_payloads(connection, main, as_of)
        stored = self._stored(connection)
        done = {portfolio for _, portfolio in self._replaced}
        chosen = {
            name
            for name in (*payloads["subject"].unique(), *stored[stored == as_of].index)
            if self._wanted.holds(as_of, name)
            and (self._analytic.keeps_every_day or not _is_newer(stored, name, as_of, done))
        }
        self._replaced += [(as_of, name) for name in sorted(chosen)]
        payloads = payloads[payloads["subject"].isin(chosen)]
        if payloads.empty:
            self._progress(f"{main.table.name} has no payload as of {as_of} that is wanted here")
        good = payloads[payloads["status"] == OK]
        others = payloads[~payloads["subject"].isin(good["subject"])]
        for payload in others.drop_duplicates("subject").to_dict("records"):
            self.coverage.miss(as_of, payload)
        return good

    def _stored(self, connection: Connection) -> "pd.Series[date]":
        """As-of days by portfolio: of every day whose rows are stored, or of the newest."""
        held = database_table(self._analytic.table).c
        found = connection.execute(
            select(held.portfolio_id, held.as_of_date)
            .where(held.as_of_date.in_(list(self._wanted.shards)))
            .distinct()
            if self._analytic.keeps_every_day
            else select(held.portfolio_id, func.max(held.as_of_date)).group_by(held.portfolio_id)
        ).all()
        days = [day for _, day in found]
        return pd.Series(days, index=[name for name, _ in found], dtype=object)


def _is_newer(stored: "pd.Series[date]", name: str, as_of: date, done: set[str]) -> bool:
    return name in done or (name in stored.index and stored[name] > as_of)
