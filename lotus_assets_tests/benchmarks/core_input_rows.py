"""Gated inputs at full scale, as the input assets leave them: 1,300 days a portfolio."""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Engine, text

from lotus_assets.inputs import core_payload, core_performance_input, input_tables
from lotus_assets.inputs.partitions import shard_keys
from lotus_assets.sources.warehouse.schema import BOOKKEEPING, database_table
from lotus_assets.sources.warehouse.versioned import copy_columns
from lotus_assets.tables.table import Table

AS_OF = date(2026, 3, 31)
DAYS = pd.bdate_range(end=str(AS_OF), periods=1_300)
BATCH = 500
VERSION = "2026-03-31.0000000001"


def create_tables(engine: Engine, *more: Table) -> None:
    """The tables of the inputs, the warehouse's bookkeeping, and `more`."""
    with engine.begin() as connection:
        BOOKKEEPING.create_all(connection)
        for table in (*input_tables.TABLES, *more):
            database_table(table).create(connection)


def write_performance_inputs(engine: Engine, portfolios: int) -> None:
    """Days of `portfolios` portfolios that opened with the window, and their payloads."""
    names = [f"PF-{number:05d}" for number in range(portfolios)]
    with engine.begin() as connection:
        for first in range(0, portfolios, BATCH):
            batch = names[first : first + BATCH]
            for table, rows in _tables(batch, first):
                target = f"public.{table.name}"
                copy_columns(connection, table, target, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _tables(names: list[str], seed: int) -> Iterator[tuple[Table, pa.Table]]:
    hashes = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    yield core_performance_input.TABLE, _days(names, hashes, seed)
    header = (
        f'{{"portfolio_open_date": "{DAYS[0].date()}", "performance_start_date": '
        f'"{DAYS[0].date()}", "currency": "EUR", "diagnostics": '
        '{"missing_business_days": []}}'
    )
    same: dict[str, Any] = {
        "contract": "performance-input",
        "variant": "",
        "as_of_date": AS_OF,
        "status": core_payload.OK,
        "reason": None,
        "data_version": "1",
        "page_hashes": "[]",
        "request": "{}",
        "request_fingerprint": "0" * 64,
        "generated_by": "benchmark",
        "start_date": DAYS[0].date(),
        "end_date": AS_OF,
        "row_count": len(DAYS),
        "continuity_breaks": "[]",
        "header": header,
    }
    payloads = pd.DataFrame({"subject": names, "content_hash": hashes}).assign(**same)
    yield core_payload.TABLE, pa.Table.from_pandas(payloads, preserve_index=False)


def _days(names: list[str], hashes: list[str], seed: int) -> pa.Table:
    count, length = len(names), len(DAYS)
    random = np.random.default_rng(seed)
    ends = np.round(1e6 * np.exp(np.cumsum(random.normal(2e-4, 8e-3, (count, length)), axis=1)), 2)
    fees = np.where(np.arange(length) % 21 == 20, -500.25, 0.0)
    begins = np.hstack([np.zeros((count, 1)), (ends + fees)[:, :-1]])
    flows = np.zeros((count, length))
    flows[:, 0] = 1e6
    flows[:, 1:] = np.where(random.random((count, length - 1)) < 0.02, 10_000.0, 0.0)
    ends[:, 1:] += np.cumsum(flows[:, 1:], axis=1)
    begins[:, 1:] = (ends + fees)[:, :-1]
    return pa.table(
        {
            "portfolio_id": np.repeat(np.array(names, dtype=object), length),
            "perf_date": np.tile(DAYS.to_numpy().astype("datetime64[D]"), count),
            "data_version": pa.repeat(VERSION, count * length),
            "as_of_date": pa.repeat(AS_OF, count * length),
            "currency": pa.repeat("EUR", count * length),
            "begin_mv": np.round(begins, 2).ravel(),
            "bod_cf": flows.ravel(),
            "eod_cf": np.zeros(count * length),
            "mgmt_fees": np.tile(fees, count),
            "end_mv": np.round(ends, 2).ravel(),
            "capital_sign": np.ones(count * length, np.int64),
            "is_business_day": pa.repeat(True, count * length),
            "content_hash": np.repeat(np.array(hashes, dtype=object), length),
        }
    )


def shards() -> set[str]:
    """All shards of the default count."""
    return set(shard_keys(16))
