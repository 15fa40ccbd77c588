"""What a request may see: the snapshot, the portfolio as it was known, rates and calendars."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine

from lotus_assets.services.lotus_core.database import Snapshot, end_of_day, read_row
from lotus_assets.services.lotus_core.payloads.calendars import Calendar, Days, read_calendar
from lotus_assets.services.lotus_core.payloads.rates import Rates, no_rate
from lotus_assets.services.problems import insufficient, invalid, not_found
from lotus_assets.sources.lotus_core.canonical import as_array

NEWEST = 2**62
"""A version that no load reaches: everything that is committed."""
PORTFOLIO_TABLES = [
    "portfolios",
    "positions",
    "position_valuations",
    "lots",
    "external_flows",
    "fees",
    "benchmark_assignments",
]
REFERENCE_TABLES = [
    "instruments",
    "instrument_dimensions",
    "calendars",
    "fx_rates",
    "benchmarks",
    "benchmark_constituents",
    "constituent_returns",
    "risk_free_rates",
]
KEPT_SNAPSHOTS = 32


@dataclass(frozen=True)
class ReferenceContext:
    """Reference data as of a day. Rates and calendars are shared by all requests of a snapshot."""

    snapshot: Snapshot
    rates: Rates
    calendars: dict[str, Calendar]

    def calendar(self, connection: Connection, calendar_id: str) -> Calendar:
        """The calendar as it was known; read once a snapshot."""
        calendar = self.calendars.get(calendar_id)
        if calendar is None:
            calendar = read_calendar(connection, self.snapshot, calendar_id)
            self.calendars[calendar_id] = calendar
        return calendar


@dataclass(frozen=True)
class PortfolioContext:
    """One portfolio as of a day."""

    portfolio_id: str
    currency: str
    calendar_id: str
    open_date: dt.date
    close_date: dt.date | None
    snapshot: Snapshot
    reference: ReferenceContext

    @property
    def data_version(self) -> str:
        """Changes when anything changed that answers as of the day are made of."""
        return str(self.snapshot.version)

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of queries on the portfolio's rows."""
        return {**self.snapshot.parameters, "portfolio_id": self.portfolio_id}

    def convert(
        self,
        connection: Connection,
        amounts: pa.Array,
        currencies: pa.Array,
        dates: Days,
        target: str,
    ) -> pa.Array:
        """Amounts in `target`, each at its own date's rate, by way of the portfolio's currency.

        So the flows of the positions sum to the portfolio's external flows in every currency.
        """
        rates = self.reference.rates
        return rates.convert(connection, amounts, currencies, dates, target, self.currency)

    def convert_rows(
        self, connection: Connection, rows: pa.Table, name: str, dates: Days, target: str
    ) -> pa.Array:
        """The column `name` of `rows`, whose currencies are in the column `currency`."""
        amounts, currencies = as_array(rows[name]), as_array(rows["currency"])
        return self.convert(connection, amounts, currencies, dates, target)

    def reporting_currency(
        self, connection: Connection, requested: str | None, day: dt.date
    ) -> str:
        """The requested currency, by default the portfolio's.

        Raises:
            ServiceProblem: INSUFFICIENT_DATA, by the last day that is asked for, where no rate
                names it.
        """
        currency = requested or self.currency
        if currency != self.currency and not self.reference.rates.knows(connection, currency):
            raise no_rate(self.currency, currency, day)
        return currency

    def clamp(self, start: dt.date, end: dt.date, as_of: dt.date) -> tuple[dt.date, dt.date]:
        """The window without days after the as-of day and before the open date.

        Raises:
            ServiceProblem: INVALID_REQUEST where nothing is left of it up to the as-of day,
                INSUFFICIENT_DATA where the portfolio was not open in it.
        """
        last = min(end, as_of)
        if last < start:
            raise invalid(f"the window is inverted: it begins on {start}, after {last}")
        if last < self.open_date:
            raise insufficient(f"{self.portfolio_id} opened on {self.open_date}, after {last}")
        if self.close_date is not None and start > self.close_date:
            raise insufficient(f"{self.portfolio_id} closed on {self.close_date}, before {start}")
        return max(start, self.open_date), last

    def business_days(self, connection: Connection, start: dt.date, end: dt.date) -> Days:
        """Business days of the portfolio's calendar."""
        calendar = self.reference.calendar(connection, self.calendar_id)
        return calendar.business_days(start, end)


@lru_cache(maxsize=KEPT_SNAPSHOTS)
def _kept(_engine: Engine, snapshot: Snapshot) -> tuple[Rates, dict[str, Calendar]]:
    """What is read once a snapshot; another database's snapshot is another one."""
    return Rates(snapshot), {}


def reference_context(
    connection: Connection, as_of: dt.date, version: int = NEWEST
) -> ReferenceContext:
    """Reference data as of a day, in loads up to `version`."""
    until = end_of_day(as_of)
    row = read_row(
        connection,
        "reference_version",
        {"reference_tables": REFERENCE_TABLES, "recorded_until": until, "version": version},
    )
    snapshot = Snapshot(until, row["version"] if row else 0)
    return ReferenceContext(snapshot, *_kept(connection.engine, snapshot))


def portfolio_context(
    connection: Connection, portfolio_id: str, as_of: dt.date, version: int = NEWEST
) -> PortfolioContext:
    """The portfolio as of a day, in loads up to `version`.

    Raises:
        ServiceProblem: RESOURCE_NOT_FOUND, or INSUFFICIENT_DATA where it was not known yet.
    """
    until = end_of_day(as_of)
    parameters = {
        "portfolio_id": portfolio_id,
        "portfolio_tables": PORTFOLIO_TABLES,
        "recorded_until": until,
        "version": version,
    }
    row = read_row(connection, "portfolio", parameters)
    if row is None:
        raise not_found(f"portfolio {portfolio_id} is unknown")
    if not row["is_seen"]:
        raise insufficient(f"portfolio {portfolio_id} was not known by {as_of}")
    reference = reference_context(connection, as_of, version)
    return PortfolioContext(
        portfolio_id=portfolio_id,
        currency=row["portfolio_currency"],
        calendar_id=row["calendar_id"],
        open_date=row["open_date"],
        close_date=row["close_date"],
        snapshot=Snapshot(until, max(row["own_version"], reference.snapshot.version)),
        reference=reference,
    )
