"""Files of lotus-core's layout at any scale: portfolios, positions in three currencies, days."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet

CURRENCIES = ("EUR", "USD", "GBP")
LAST_DAY = date(2025, 3, 31)
MONEY = pa.decimal128(18, 2)
PART_ROWS = 1_000_000


def write_files(
    folder: Path,
    *,
    portfolios: int,
    positions: int,
    days: int,
    last_day: date = LAST_DAY,
) -> Path:
    """Write Parquet files of a book whose values walk at random, and return their folder.

    Positions are paid for on their first day, currency by currency: their flows are external ones.
    """
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    dates = pd.bdate_range(end=last_day, periods=days).to_numpy().astype("datetime64[D]")
    instruments = [f"I{number:03d}" for number in range(positions)]
    names = np.array([f"PF{number:05d}" for number in range(portfolios)])
    held = [f"P{number:03d}" for number in range(positions)]
    first_day = np.repeat(dates[:1], portfolios)

    def write(name: str, **columns: Any) -> None:
        pa_parquet.write_table(pa.table(columns), folder / f"{name}.parquet")

    write(
        "calendars",
        calendar_id=["CAL"],
        calendar_date=np.array(["2024-12-25"], "datetime64[D]"),
        is_business_day=[False],
    )
    write(
        "instruments",
        instrument_id=instruments,
        instrument_name=instruments,
        instrument_type=["EQUITY"] * positions,
        instrument_currency=[CURRENCIES[place % 3] for place in range(positions)],
    )
    write(
        "portfolios",
        portfolio_id=names,
        portfolio_name=names,
        portfolio_currency=["EUR"] * portfolios,
        calendar_id=["CAL"] * portfolios,
        open_date=first_day,
    )
    write(
        "positions",
        portfolio_id=np.repeat(names, positions),
        position_id=np.tile(held, portfolios),
        instrument_id=np.tile(instruments, portfolios),
    )
    rates = 1.1 + random.normal(0, 0.02, 2 * days)
    write(
        "fx_rates",
        base_currency=["EUR"] * 2 * days,
        quote_currency=np.repeat(CURRENCIES[1:], days),
        rate_date=np.tile(dates, 2),
        rate=pa.array(np.round(rates, 6)).cast(pa.decimal128(18, 6)),
    )
    paid = {name: len(range(at, positions, 3)) for at, name in enumerate(CURRENCIES)}
    amounts = 1000.0 * np.array(list(paid.values()))
    write(
        "external_flows",
        portfolio_id=np.repeat(names, len(paid)),
        flow_id=[f"F{number}" for number in range(1, len(paid) + 1)] * portfolios,
        flow_date=np.repeat(first_day, len(paid)),
        amount=pa.array(np.tile(amounts, portfolios)).cast(MONEY),
        flow_currency=list(paid) * portfolios,
        timing=["BOD"] * len(paid) * portfolios,
        flow_type=["subscription"] * len(paid) * portfolios,
    )
    (folder / "position_valuations").mkdir()
    some = max(1, PART_ROWS // (positions * days))
    for first in range(0, portfolios, some):
        rows = _valuations(random, names[first : first + some], held, dates)
        paid_in = np.where(np.arange(len(rows)) % days == 0, 1000.0, 0.0)
        rows = rows.append_column("bod_cf", pa.array(paid_in).cast(MONEY))
        pa_parquet.write_table(rows, folder / "position_valuations" / f"{first:06d}.parquet")
    return folder


def _valuations(
    random: np.random.Generator, names: np.ndarray, held: list[str], dates: np.ndarray
) -> pa.Table:
    lines = len(names) * len(held)
    walk = np.exp(np.cumsum(random.normal(0, 0.01, (lines, len(dates))), axis=1))
    value = pa.array(np.round(1000 * walk, 2).ravel()).cast(MONEY)
    return pa.table(
        {
            "portfolio_id": np.repeat(names, len(held) * len(dates)),
            "position_id": np.tile(np.repeat(held, len(dates)), len(names)),
            "valuation_date": np.tile(dates, lines),
            "quantity": pa.array(np.full(len(value), 10.0)).cast(MONEY),
            "price": value,
            "market_value": value,
        }
    )
