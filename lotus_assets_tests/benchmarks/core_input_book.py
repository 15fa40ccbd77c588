"""Files for lotus-core's loader at full scale: portfolios of one position, 1,300 days."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

DAYS = 1_300
BATCH = 1_000


def business_days() -> pd.DatetimeIndex:
    """1,300 Mondays to Fridays up to 2026-03-31."""
    return pd.bdate_range(end="2026-03-31", periods=DAYS)


def write_core_book(folder: Path, portfolios: int) -> None:
    """Write `portfolios` portfolios of one cash position with a deposit and monthly fees."""
    folder.mkdir(parents=True)
    days = business_days()
    first = days[0].date()
    names = [f"PF-{number:05d}" for number in range(portfolios)]
    _csv(
        folder,
        "calendars",
        {
            "calendar_id": ["TARGET"],
            "calendar_date": [pd.Timestamp("2021-12-27").date()],
            "is_business_day": [True],
        },
    )
    _csv(
        folder,
        "instruments",
        {
            "instrument_id": ["FUND"],
            "instrument_name": ["Fund"],
            "instrument_type": ["FUND"],
            "instrument_currency": ["EUR"],
        },
    )
    _csv(
        folder,
        "portfolios",
        {
            "portfolio_id": names,
            "portfolio_name": names,
            "portfolio_currency": ["EUR"] * portfolios,
            "calendar_id": ["TARGET"] * portfolios,
            "open_date": [first] * portfolios,
        },
    )
    _csv(
        folder,
        "positions",
        {
            "portfolio_id": names,
            "position_id": ["P"] * portfolios,
            "instrument_id": ["FUND"] * portfolios,
        },
    )
    _csv(
        folder,
        "external_flows",
        {
            "portfolio_id": names,
            "flow_id": ["F"] * portfolios,
            "flow_date": [first] * portfolios,
            "amount": [1_000_000] * portfolios,
            "flow_currency": ["EUR"] * portfolios,
            "timing": ["BOD"] * portfolios,
            "flow_type": ["subscription"] * portfolios,
        },
    )
    (folder / "position_valuations").mkdir()
    for start in range(0, portfolios, BATCH):
        table = _valuations(names[start : start + BATCH], days, seed=start)
        pa_parquet.write_table(table, folder / "position_valuations" / f"{start:05d}.parquet")


def _valuations(names: list[str], days: pd.DatetimeIndex, seed: int) -> pa.Table:
    count = len(names)
    random = np.random.default_rng(seed)
    steps = random.normal(0.0002, 0.008, (count, DAYS))
    steps[:, 0] = 0
    values = np.round(1_000_000 * np.exp(np.cumsum(steps, axis=1)), 2)
    fees = np.where(np.arange(DAYS) % 21 == 20, -500.25, 0.0)
    deposits = np.where(np.arange(DAYS) == 0, 1_000_000.0, 0.0)
    return pa.table(
        {
            "portfolio_id": np.repeat(np.array(names, dtype=object), DAYS),
            "position_id": pa.repeat("P", count * DAYS),
            "valuation_date": np.tile(days.to_numpy().astype("datetime64[D]"), count),
            "quantity": pa.repeat(1.0, count * DAYS),
            "price": values.ravel(),
            "market_value": values.ravel(),
            "bod_cf": np.tile(deposits, count),
            "mgmt_fees": np.tile(fees, count),
        }
    )


def _csv(folder: Path, name: str, columns: Mapping[str, Sequence[object]]) -> None:
    pa_csv.write_csv(pa.table(dict(columns)), folder / f"{name}.csv")
