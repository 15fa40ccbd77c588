"""The layout's tables that portfolios share: instruments, calendars, rates, benchmarks."""

import itertools
from datetime import date

import numpy as np
import pyarrow as pa

from lotus_assets.standin.sample_book.benchmarks import (
    Index,
    benchmarks,
    index_returns,
    indices,
    rebalances,
)
from lotus_assets.standin.sample_book.calendars import CALENDARS
from lotus_assets.standin.sample_book.decimals import decimal_array
from lotus_assets.standin.sample_book.frames import (
    dates_of,
    optional_dates,
    recorded,
    repeated,
    table_of,
    unrecorded,
)
from lotus_assets.standin.sample_book.instruments import CURRENCIES, SECURITIES
from lotus_assets.standin.sample_book.ledger import cash_id
from lotus_assets.standin.sample_book.market import Floats, Market, random_of
from lotus_assets.standin.sample_book.trading import scaled

CALENDAR_YEARS = (date(2020, 1, 1), date(2050, 12, 31))
"""Holidays are known for all these years from the beginning."""
RETURN_CURRENCIES = ("EUR", "USD")
"""Currencies whose risk-free series is stored as returns too."""
CORRECTED_RETURNS = 0.0004
"""Share of the constituents' returns that were first recorded wrong."""
MISSTATEMENT, CORRECTION_DAYS = 0.001, 2


def reference_tables(seed: int, market: Market) -> dict[str, pa.Table]:
    """Tables by the layout's names, until the market's last day."""
    chosen = indices()
    return {
        "calendars": _calendars(),
        "instruments": _instruments(chosen),
        "instrument_dimensions": _dimensions(chosen),
        "fx_rates": _exchange_rates(market),
        "benchmarks": _benchmarks(),
        "benchmark_constituents": _constituents(seed, market, chosen),
        "constituent_returns": _constituent_returns(seed, market, chosen),
        "risk_free_rates": _risk_free_rates(market),
    }


def _calendars() -> pa.Table:
    """Holidays that fall on a weekday; all other weekdays are business days."""
    rows = [
        (calendar_id, day.date())
        for calendar_id, rules in CALENDARS.items()
        for day in rules().holidays(*CALENDAR_YEARS)
        if day.weekday() < 5
    ]
    return table_of(
        {
            "calendar_id": [calendar_id for calendar_id, _ in rows],
            "calendar_date": optional_dates([day for _, day in rows]),
            "is_business_day": pa.repeat(pa.scalar(False), len(rows)),
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _instruments(chosen: tuple[Index, ...]) -> pa.Table:
    rows = [
        (security.instrument_id, security.name, security.asset_class.upper(), security.currency)
        for security in SECURITIES
    ]
    rows += [(cash_id(code), f"Cash in {code}", "CASH", code) for code in CURRENCIES]
    rows += [(index.index_id, index.name, "INDEX", index.currency) for index in chosen]
    return table_of(
        {
            "instrument_id": [row[0] for row in rows],
            "instrument_name": [row[1] for row in rows],
            "instrument_type": [row[2] for row in rows],
            "instrument_currency": [row[3] for row in rows],
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _dimensions(chosen: tuple[Index, ...]) -> pa.Table:
    rows: list[tuple[str, str, str]] = []
    for security in SECURITIES:
        known = {
            "asset_class": security.asset_class,
            "sector": security.sector,
            "region": security.region,
        }
        known.pop(security.missing_dimension or "", None)
        rows += [(security.instrument_id, name, value) for name, value in known.items()]
    for currency in CURRENCIES:
        known = {"asset_class": "Cash", "sector": "Cash", "region": "Cash"}
        rows += [(cash_id(currency), name, value) for name, value in known.items()]
    for index in chosen:
        known = {"asset_class": index.asset_class, "sector": index.sector, "region": index.region}
        rows += [(index.index_id, name, value) for name, value in known.items()]
    return table_of(
        {
            "instrument_id": [row[0] for row in rows],
            "dimension": [row[1] for row in rows],
            "dimension_value": [row[2] for row in rows],
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _exchange_rates(market: Market) -> pa.Table:
    """Every pair both ways: so that amounts in portfolios convert without a crossing's rounding."""
    quoted = np.flatnonzero(market.is_quoted)
    parts = [
        table_of(
            {
                "base_currency": repeated(base, len(quoted)),
                "quote_currency": repeated(quote, len(quoted)),
                "rate_date": dates_of(market.days, quoted),
                "rate": decimal_array(scaled(market.exchange(base, quote)[quoted], 8), 8),
                "recorded_at": unrecorded(len(quoted)),
            }
        )
        for base, quote in itertools.permutations(CURRENCIES, 2)
    ]
    return pa.concat_tables(parts)


def _benchmarks() -> pa.Table:
    rows = benchmarks()
    return table_of(
        {
            "benchmark_id": [row.benchmark_id for row in rows],
            "benchmark_name": [row.name for row in rows],
            "benchmark_currency": [row.currency for row in rows],
            "calendar_id": [row.calendar_id for row in rows],
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _constituents(seed: int, market: Market, chosen: tuple[Index, ...]) -> pa.Table:
    parts = []
    for benchmark in benchmarks():
        days, weights = rebalances(seed, benchmark, chosen, market.days[-1])
        row, column = np.nonzero(weights)
        parts.append(
            table_of(
                {
                    "benchmark_id": repeated(benchmark.benchmark_id, len(row)),
                    "effective_date": dates_of(days, row),
                    "constituent_id": [chosen[at].index_id for at in column.tolist()],
                    "weight": decimal_array(weights[row, column], 4),
                    "recorded_at": unrecorded(len(row)),
                }
            )
        )
    return pa.concat_tables(parts)


def _constituent_returns(seed: int, market: Market, chosen: tuple[Index, ...]) -> pa.Table:
    """Returns from the second day on, a few of them first recorded wrong."""
    right = index_returns(market, chosen)[1:]
    draws = [
        random_of(seed, "misstated", index.index_id).random(len(market.days) - 1)
        for index in chosen
    ]
    is_wrong = np.column_stack(draws) < CORRECTED_RETURNS
    first = np.where(is_wrong, right + MISSTATEMENT, right)
    rows, columns = np.nonzero(is_wrong & (_row_numbers(right) + CORRECTION_DAYS < len(right)))
    table = _return_table(market, chosen, first, *np.nonzero(np.ones_like(is_wrong)))
    later = _return_table(market, chosen, right, rows, columns)
    instants = recorded(market.days.to_numpy()[rows + 1 + CORRECTION_DAYS])
    at = later.schema.get_field_index("recorded_at")
    return pa.concat_tables([table, later.set_column(at, "recorded_at", instants)])


def _row_numbers(values: Floats) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    return np.broadcast_to(np.arange(len(values))[:, None], values.shape)


def _return_table(
    market: Market,
    chosen: tuple[Index, ...],
    returns: Floats,
    rows: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    columns: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> pa.Table:
    ids = np.array([index.index_id for index in chosen], dtype=object)
    return table_of(
        {
            "constituent_id": pa.array(ids[columns], pa.string()),
            "return_date": dates_of(market.days, rows + 1),
            "return_local": decimal_array(scaled(returns[rows, columns], 10), 10),
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _risk_free_rates(market: Market) -> pa.Table:
    """Money-market rates of every currency, and for some the returns of a day that they make."""
    every = np.arange(len(market.days))
    parts = []
    for at, currency in enumerate(CURRENCIES):
        rates = market.rates[:, at]
        parts.append(_rate_table(market, currency, "annualized_rate_series", every, rates))
        if currency in RETURN_CURRENCIES:
            days = np.diff(market.days.to_numpy()).astype("timedelta64[D]").astype(np.int64)
            returns = np.round(rates[:-1] * days / 360, 10)
            parts.append(_rate_table(market, currency, "return_series", every[1:], returns))
    return pa.concat_tables(parts)


def _rate_table(
    market: Market,
    currency: str,
    series_mode: str,
    rows: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    values: Floats,
) -> pa.Table:
    count = len(rows)
    is_rate = series_mode == "annualized_rate_series"
    return table_of(
        {
            "risk_free_currency": repeated(currency, count),
            "series_mode": repeated(series_mode, count),
            "rate_date": dates_of(market.days, rows),
            "value": decimal_array(scaled(values, 10), 10),
            "day_count": repeated("ACT/360", count) if is_rate else pa.nulls(count, pa.string()),
            "compounding": repeated("SIMPLE", count) if is_rate else pa.nulls(count, pa.string()),
            "recorded_at": unrecorded(count),
        }
    )
