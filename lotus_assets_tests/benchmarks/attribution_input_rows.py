"""Gated attribution inputs, as the input assets leave them: 20 instruments, 32 groups, 286 days."""

import hashlib
import json
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Engine, text

from lotus_assets.inputs import core_attribution_input, core_payload
from lotus_assets.sources.warehouse.versioned import copy_columns

AS_OF = date(2026, 3, 31)
DAYS = pd.bdate_range(end=str(AS_OF), periods=286)
"""The business days of 400 calendar days."""
INSTRUMENTS = 20
DIMENSIONS = {
    "asset_class": ["Bond", "Equity"],
    "sector": ["Energy", "Health", "Retail", "Technology"],
    "currency": ["CHF", "EUR", "GBP", "USD"],
}
LEAVES = [dict(zip(DIMENSIONS, values, strict=True)) for values in product(*DIMENSIONS.values())]
BATCH = 50


def write_attribution_inputs(engine: Engine, portfolios: int) -> None:
    """Rows and payloads of `portfolios` portfolios that opened with the window."""
    names = [f"PF-{number:05d}" for number in range(portfolios)]
    with engine.begin() as connection:
        for first in range(0, portfolios, BATCH):
            batch = names[first : first + BATCH]
            for table, frame in (
                (core_attribution_input.TABLE, _rows(batch, first)),
                (core_payload.TABLE, _payloads(batch)),
            ):
                rows = pa.Table.from_pandas(frame, preserve_index=False)
                copy_columns(connection, table, f"public.{table.name}", rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _rows(names: list[str], seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    count, days = len(names), len(DAYS)
    ends = 1000 * np.exp(np.cumsum(random.normal(0, 0.01, (count, INSTRUMENTS, days)), axis=2))
    ends = np.round(ends, 2)
    begins = np.concatenate([np.zeros((count, INSTRUMENTS, 1)), ends[:, :, :-1]], axis=2)
    paid_in = np.zeros_like(ends)
    paid_in[:, :, 0] = 1000
    sums = (part.sum(axis=1, keepdims=True) for part in (begins, paid_in, ends))
    whole = _points(names, "portfolio", [""], *sums)
    instruments = [f"I{number:03d}" for number in range(INSTRUMENTS)]
    held = _points(names, "instrument", instruments, begins, paid_in, ends)
    return pd.concat([whole, held, _groups(names, random)], ignore_index=True)


def _points(
    names: list[str],
    part: str,
    ids: list[str],
    begins: np.ndarray,
    paid_in: np.ndarray,
    ends: np.ndarray,
) -> pd.DataFrame:
    frame = _identities(names, part, ids)
    return frame.assign(
        begin_mv=begins.ravel(),
        bod_cf=paid_in.ravel(),
        eod_cf=0.0,
        mgmt_fees=0.0,
        end_mv=ends.ravel(),
        **dict.fromkeys(("weight_bop", "return_base", "return_local", "return_fx"), np.nan),
    )


def _groups(names: list[str], random: np.random.Generator) -> pd.DataFrame:
    frame = _identities(names, "benchmark_group", [json.dumps(leaf) for leaf in LEAVES])
    local = np.round(random.normal(0.0002, 0.008, (len(names), len(LEAVES), len(DAYS))), 8)
    # A currency gains the same in every group of it.
    gains = np.round(random.normal(0, 0.003, (len(DIMENSIONS["currency"]), len(DAYS))), 8)
    fx = gains[np.arange(len(LEAVES)) % len(gains)] + np.zeros_like(local)
    amounts = dict.fromkeys(("begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv"), np.nan)
    return frame.assign(
        **amounts,
        weight_bop=1 / len(LEAVES),
        return_base=((1 + local) * (1 + fx) - 1).ravel(),
        return_local=local.ravel(),
        return_fx=fx.ravel(),
    )


def _identities(names: list[str], part: str, ids: list[str]) -> pd.DataFrame:
    rows = len(ids) * len(DAYS)
    return pd.DataFrame(
        {
            "portfolio_id": np.repeat(names, rows),
            "part": part,
            "id": np.tile(np.repeat(ids, len(DAYS)), len(names)),
            "perf_date": np.tile(DAYS.to_numpy(), len(names) * len(ids)),
            "data_version": f"{AS_OF}.0000000001",
            "as_of_date": pd.Timestamp(AS_OF),
            "currency": "EUR",
            "content_hash": "0" * 64,
        }
    )


def _payloads(names: list[str]) -> pd.DataFrame:
    """Of both contracts that the family reads: the days of performance-input are not."""
    report = {
        "group_by_dimensions": list(DIMENSIONS),
        "currency_context": {"portfolio_currency": "EUR", "reporting_currency": "EUR"},
        "instruments_data": [
            {"instrument_id": f"I{number:03d}", "meta": LEAVES[number]}
            for number in range(INSTRUMENTS)
        ],
        "benchmark_groups_data": [{"key": leaf} for leaf in LEAVES],
    }
    headers = {
        "attribution-input": report,
        "performance-input": {"portfolio_open_date": str(DAYS[0].date())},
    }
    return pd.concat(
        pd.DataFrame(
            {
                "contract": contract,
                "subject": names,
                "variant": "",
                "as_of_date": AS_OF,
                "status": core_payload.OK,
                "reason": None,
                "data_version": "1",
                "content_hash": [hashlib.sha256(name.encode()).hexdigest() for name in names],
                "page_hashes": "[]",
                "request": "{}",
                "request_fingerprint": "0" * 64,
                "generated_by": "benchmark",
                "start_date": DAYS[0].date(),
                "end_date": AS_OF,
                "row_count": (1 + INSTRUMENTS + len(LEAVES)) * len(DAYS),
                "continuity_breaks": "[]",
                "header": json.dumps(header),
            }
        )
        for contract, header in headers.items()
    )
