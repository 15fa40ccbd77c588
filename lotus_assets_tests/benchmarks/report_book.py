"""Files for lotus-core's loader from which every analytic follows, benchmarks included."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from lotus_assets_tests.benchmarks.core_files import write_files

POSITIONS, DAYS = 20, 400
BENCHMARKS = 3
CONSTITUENTS = 10
"""Instruments of the benchmarks, each a group of its own."""
DIMENSIONS = {"asset_class": 2, "sector": 4}
"""How many values each dimension has."""
FRACTION = pa.decimal128(18, 10)


def write_report_book(folder: Path, portfolios: int, last_day: date) -> Path:
    """Write the files of a funded book that is held against benchmarks; its folder."""
    write_files(
        folder,
        portfolios=portfolios,
        positions=POSITIONS,
        days=DAYS,
        last_day=last_day,
    )
    dates = pd.bdate_range(end=last_day, periods=DAYS).to_numpy().astype("datetime64[D]")
    _write_dimensions(folder)
    # From the second day on: returns in another currency need the rate of the day before.
    _write_benchmarks(folder, dates[1:])
    _write(
        folder,
        "benchmark_assignments",
        portfolio_id=[f"PF{number:05d}" for number in range(portfolios)],
        assignment_id=["A"] * portfolios,
        benchmark_id=[f"BM{number % BENCHMARKS}" for number in range(portfolios)],
        effective_from=np.repeat(dates[:1], portfolios),
        version=[1] * portfolios,
    )
    _write(
        folder,
        "risk_free_rates",
        risk_free_currency=["EUR"] * DAYS,
        series_mode=["annualized_rate_series"] * DAYS,
        rate_date=dates,
        value=pa.array(np.full(DAYS, 0.02)).cast(FRACTION),
        day_count=["ACT/360"] * DAYS,
        compounding=["SIMPLE"] * DAYS,
    )
    return folder


def _write_dimensions(folder: Path) -> None:
    rows = [
        (f"I{number:03d}", name, f"{name} {number % count}")
        for number in range(POSITIONS)
        for name, count in DIMENSIONS.items()
    ]
    instruments, dimensions, values = zip(*rows, strict=True)
    _write(
        folder,
        "instrument_dimensions",
        instrument_id=instruments,
        dimension=dimensions,
        dimension_value=values,
    )


def _write_benchmarks(folder: Path, dates: "np.ndarray[tuple[int], np.dtype[Any]]") -> None:
    names = [f"BM{number}" for number in range(BENCHMARKS)]
    constituents = [f"I{number:03d}" for number in range(CONSTITUENTS)]
    _write(
        folder,
        "benchmarks",
        benchmark_id=names,
        benchmark_name=names,
        benchmark_currency=["EUR"] * BENCHMARKS,
        calendar_id=["CAL"] * BENCHMARKS,
    )
    count = BENCHMARKS * CONSTITUENTS
    _write(
        folder,
        "benchmark_constituents",
        benchmark_id=np.repeat(names, CONSTITUENTS),
        effective_date=np.repeat(dates[:1], count),
        constituent_id=constituents * BENCHMARKS,
        weight=pa.array(np.full(count, 1 / CONSTITUENTS)).cast(FRACTION),
    )
    returns = np.random.default_rng(2).normal(0.0002, 0.008, CONSTITUENTS * len(dates))
    _write(
        folder,
        "constituent_returns",
        constituent_id=np.repeat(constituents, len(dates)),
        return_date=np.tile(dates, CONSTITUENTS),
        return_local=pa.array(np.round(returns, 8)).cast(FRACTION),
    )


def _write(folder: Path, name: str, **columns: Any) -> None:
    pa_parquet.write_table(pa.table(columns), folder / f"{name}.parquet")
