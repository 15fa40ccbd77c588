"""The whole book as the layout's tables: a pure function of a seed and an end day.

A later end day only adds rows: everything that a book says, the book of any later day says too.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from lotus_assets.standin.sample_book.accounts import written_tables
from lotus_assets.standin.sample_book.frames import recorded_days
from lotus_assets.standin.sample_book.market import FIRST_DAY, build_market
from lotus_assets.standin.sample_book.plans import plans
from lotus_assets.standin.sample_book.portfolio_tables import portfolio_tables
from lotus_assets.standin.sample_book.reference_tables import reference_tables
from lotus_assets.standin.sample_book.written_instruments import written_reference_tables
from lotus_assets.standin.sample_book.written_portfolios import written_portfolios

SEED = 63
"""The seed of the embedded default."""

OWN_DATES: Mapping[str, str | None] = {
    "calendars": None,
    "instruments": None,
    "instrument_dimensions": None,
    "portfolios": "open_date",
    "positions": None,
    "position_valuations": "valuation_date",
    "lots": "effective_date",
    "external_flows": "flow_date",
    "fx_rates": "rate_date",
    "benchmarks": None,
    "benchmark_constituents": "effective_date",
    "constituent_returns": "return_date",
    "benchmark_assignments": "effective_from",
    "risk_free_rates": "rate_date",
}
"""Table → the column that dates a row without `recorded_at`; None: known from the beginning."""


def build_book(seed: int, end_day: date, recorded_after: date | None = None) -> dict[str, pa.Table]:
    """The layout's tables of everything that was recorded until the end of `end_day`.

    With `recorded_after`, only what was recorded after that day (and what has no date): what a
    lotus-core that holds the book of that day still lacks.

    Raises:
        ValueError: `end_day` is before the book's first day.
    """
    if end_day < FIRST_DAY:
        raise ValueError(f"The sample book begins on {FIRST_DAY}; {end_day} is before it.")
    market = build_market(seed, end_day)
    made = (portfolio_tables(seed, plan, market) for plan in plans(seed))
    drawn = [portfolio.tables for portfolio in made if portfolio is not None]
    written = [written_tables(portfolio) for portfolio in written_portfolios(end_day)]
    shared = [reference_tables(seed, market), written_reference_tables(end_day)]
    return {
        name: _recorded(_joined(name, [*shared, *drawn, *written]), day_column, recorded_after)
        for name, day_column in OWN_DATES.items()
    }


def _joined(name: str, tables: Sequence[Mapping[str, pa.Table]]) -> pa.Table:
    """One table of all that have it; a column that only some of them have is empty in others."""
    parts = [one[name] for one in tables if name in one]
    return pa.concat_tables(parts, promote_options="default")


def _recorded(table: pa.Table, own_date: str | None, after: date | None) -> pa.Table:
    if after is None or own_date is None:
        return table
    return table.filter(pa.array(recorded_days(table, own_date) > np.datetime64(after)))
