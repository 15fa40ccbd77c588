"""What the portfolios that are written out hold, and the indices that they are held against."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from lotus_assets.standin.sample_book.decimals import SCALE, decimal_array
from lotus_assets.standin.sample_book.frames import (
    dates_of,
    optional_dates,
    repeated,
    table_of,
    unrecorded,
)
from lotus_assets.standin.sample_book.trading import Integers
from lotus_assets.standin.sample_book.written_days import (
    OPENED,
    market_days,
    own_days,
    rows_from,
    saturdays,
)


@dataclass(frozen=True)
class Note:
    """An instrument with a value of 1 a unit, or an index; what it is classified as."""

    instrument_id: str
    name: str
    currency: str = "EUR"
    sector: str = "Diversified"
    asset_class: str = "Fund"
    region: str = "Europe"
    instrument_type: str = "FUND"


@dataclass(frozen=True)
class WrittenIndex:
    """Returns of an index on `dates`, in ten-billionths."""

    note: Note
    dates: pd.DatetimeIndex
    returns: Integers


@dataclass(frozen=True)
class WrittenBenchmark:
    """Indices with their weights in ten-thousandths, anew on every one of `rebalances`."""

    benchmark_id: str
    name: str
    currency: str
    calendar_id: str
    weights: dict[str, int]
    rebalances: tuple[date, ...] = (OPENED,)


WHOLE = 10_000
"""A weight of 1."""
LIRA = "TRY"
"""No exchange rate of it is stored."""
NOTES = (
    Note("NT-STERLING", "Sterling Tracker", "GBP", region="UK"),
    Note("NT-WEEKEND", "Weekend Market Fund"),
    Note("NT-GAPS", "Thinly Quoted Fund"),
    Note("NT-LONG", "Long Sleeve", sector="Technology", asset_class="Equity"),
    Note("NT-SHORT", "Short Sleeve", sector="Technology", asset_class="Equity"),
    Note("NT-TENTH", "One Tenth", sector="Energy", asset_class="Equity"),
    Note("NT-FIFTH", "Two Tenths", sector="Energy", asset_class="Equity"),
    Note("NT-OWED", "Three Tenths Owed", sector="Energy", asset_class="Equity"),
    Note("NT-WHOLE", "Whole Loss Fund"),
    Note("NT-NEARLY", "Nearly Whole Loss Fund"),
    Note("NT-DUST", "Emptied Fund"),
    Note("NT-LOTS-ALL", "Fund with all its lots"),
    Note("NT-LOTS-PART", "Fund with some of its lots"),
    Note("NT-LOTS-NONE", "Fund without lots"),
    Note("NT-LIRA", "Lira Fund", LIRA),
    Note("NT-EQUAL-A", "Equal Days A", sector="Industrials", asset_class="Equity"),
    Note("NT-EQUAL-B", "Equal Days B", sector="Utilities", asset_class="Equity"),
    Note("NT-FORGOTTEN", "Fund that is valued no more"),
)


def _index(instrument_id: str, name: str, currency: str = "EUR", **classified: str) -> Note:
    return Note(instrument_id, name, currency, instrument_type="INDEX", **classified)


def written_indices(end: date) -> tuple[WrittenIndex, ...]:
    """Every index until `end`."""
    return (_sterling(end), _weekend(end), _gaps(end), *_equal(end))


def _sterling(end: date) -> WrittenIndex:
    """Exactly what the tracker makes of its own days in its own currency."""
    dates, returns = _nothing(end)
    own = own_days(end)
    days = own[rows_from(own, 10)]
    returns[dates.get_indexer(days)] = np.where(days.month % 2 == 1, 2_500_000_000, -2_000_000_000)
    return WrittenIndex(_index("IX-STERLING", "Sterling index", "GBP", region="UK"), dates, returns)


def _weekend(end: date) -> WrittenIndex:
    """Gains on a Saturday, and on every weekday on which the euro area is closed."""
    weekend, closed = saturdays(end, 2), market_days(end).difference(own_days(end))
    dates = market_days(end).union(weekend)
    returns = np.zeros(len(dates), dtype=np.int64)
    returns[dates.get_indexer(weekend)] = 500_000_000
    returns[dates.get_indexer(closed)] = 200_000_000
    return WrittenIndex(_index("IX-WEEKEND", "Index of a weekend market"), dates, returns)


def _gaps(end: date) -> WrittenIndex:
    """No return on the days on which the fund loses most."""
    own = own_days(end)
    dates = market_days(end).difference(own[rows_from(own, 18, QUARTERLY)])
    returns = np.where(dates.day_of_week == 0, 10_000_000, 0)
    return WrittenIndex(_index("IX-GAPS", "Thinly quoted index"), dates, returns)


QUARTERLY = (1, 4, 7, 10)
EQUAL_RETURNS = {"A": (-190_000_000, "Industrials"), "B": (-160_000_000, "Utilities")}
"""0.4 · -0.019 + 0.6 · -0.016 is what 0.6 · 0.0282 + 0.4 · -0.0853 is: in decimals, not in floats.
"""


def _equal(end: date) -> list[WrittenIndex]:
    indices = []
    for name, (loss, sector) in EQUAL_RETURNS.items():
        dates, returns = _nothing(end)
        returns[dates.get_indexer(equal_days(end))] = loss
        note = _index(f"IX-EQUAL-{name}", f"Equal days {name}", sector=sector, asset_class="Equity")
        indices.append(WrittenIndex(note, dates, returns))
    return indices


def equal_days(end: date) -> pd.DatetimeIndex:
    """Days on which a portfolio and its benchmark make the same of different parts."""
    dates = own_days(end)
    return dates[rows_from(dates, 6)]


def _nothing(end: date) -> tuple[pd.DatetimeIndex, Integers]:
    dates = market_days(end)
    return dates, np.zeros(len(dates), dtype=np.int64)


def written_benchmarks(end: date) -> tuple[WrittenBenchmark, ...]:
    """Every benchmark until `end`, by id."""
    rebalances = (OPENED, *(day.date() for day in equal_days(end)))
    return (
        WrittenBenchmark(
            "BM-EQUAL-EUR",
            "Equal days",
            "EUR",
            "TARGET",
            {"IX-EQUAL-A": 4_000, "IX-EQUAL-B": 6_000},
            rebalances,
        ),
        WrittenBenchmark("BM-GAPS-EUR", "Thinly quoted", "EUR", "TARGET", {"IX-GAPS": WHOLE}),
        WrittenBenchmark("BM-STERLING-GBP", "Sterling", "GBP", "LSE", {"IX-STERLING": WHOLE}),
        WrittenBenchmark(
            "BM-WEEKEND-EUR", "Weekend market", "EUR", "TARGET", {"IX-WEEKEND": WHOLE}
        ),
    )


def written_reference_tables(end: date) -> dict[str, pa.Table]:
    """The layout's tables of all this; instruments and benchmarks are known from the beginning."""
    indices, benchmarks = written_indices(end), written_benchmarks(end)
    notes = (*NOTES, *(index.note for index in indices))
    tables = {
        "instruments": _instruments(notes),
        "instrument_dimensions": _dimensions(notes),
        "benchmarks": _benchmarks(benchmarks),
    }
    if end >= OPENED:
        tables["benchmark_constituents"] = pa.concat_tables(map(_constituents, benchmarks))
        tables["constituent_returns"] = pa.concat_tables(map(_returns, indices))
    return tables


def _instruments(notes: tuple[Note, ...]) -> pa.Table:
    return table_of(
        {
            "instrument_id": [note.instrument_id for note in notes],
            "instrument_name": [note.name for note in notes],
            "instrument_type": [note.instrument_type for note in notes],
            "instrument_currency": [note.currency for note in notes],
            "recorded_at": unrecorded(len(notes)),
        }
    )


def _dimensions(notes: tuple[Note, ...]) -> pa.Table:
    rows = [
        (note.instrument_id, name, getattr(note, name))
        for note in notes
        for name in ("asset_class", "sector", "region")
    ]
    return table_of(
        {
            "instrument_id": [row[0] for row in rows],
            "dimension": [row[1] for row in rows],
            "dimension_value": [row[2] for row in rows],
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _benchmarks(benchmarks: tuple[WrittenBenchmark, ...]) -> pa.Table:
    return table_of(
        {
            "benchmark_id": [row.benchmark_id for row in benchmarks],
            "benchmark_name": [row.name for row in benchmarks],
            "benchmark_currency": [row.currency for row in benchmarks],
            "calendar_id": [row.calendar_id for row in benchmarks],
            "recorded_at": unrecorded(len(benchmarks)),
        }
    )


def _constituents(benchmark: WrittenBenchmark) -> pa.Table:
    rows = [(day, *one) for day in benchmark.rebalances for one in benchmark.weights.items()]
    return table_of(
        {
            "benchmark_id": repeated(benchmark.benchmark_id, len(rows)),
            "effective_date": optional_dates([day for day, *_ in rows]),
            "constituent_id": [index_id for _, index_id, _ in rows],
            "weight": decimal_array(np.array([weight for *_, weight in rows]), 4),
            "recorded_at": unrecorded(len(rows)),
        }
    )


def _returns(index: WrittenIndex) -> pa.Table:
    count = len(index.dates)
    return table_of(
        {
            "constituent_id": repeated(index.note.instrument_id, count),
            "return_date": dates_of(index.dates, np.arange(count)),
            "return_local": decimal_array(index.returns.astype(np.int64), SCALE),
            "recorded_at": unrecorded(count),
        }
    )
