"""Position valuations as they were first recorded, and the corrections that came days later."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lotus_assets.standin.sample_book.decimals import SCALE
from lotus_assets.standin.sample_book.frames import (
    dates_of,
    recorded,
    repeated,
    table_of,
    unrecorded,
)
from lotus_assets.standin.sample_book.ledger import LedgerRows
from lotus_assets.standin.sample_book.market import Market, random_of
from lotus_assets.standin.sample_book.plans import Plan

CORRECTED = {"PF-003": 0.02, "PF-017": 0.02, "PF-043": 0.6}
"""Portfolios whose prices are corrected, with the chance of a correction in a month."""
MISPRICING = Decimal("1.01")
"""What was recorded first, as a multiple of what is right."""
CENT = Decimal("0.01")
LATEST_DAYS = 4
"""A correction comes one to four weekdays later."""
MONTHS = 600
WIDE = pa.decimal128(38, SCALE)
AMOUNTS = [
    column.name
    for column in fields(LedgerRows)
    if column.name not in {"position_ids", "market_rows"}
]


def corrected(seed: int, plan: Plan, market: Market, parts: Sequence[LedgerRows]) -> pa.Table:
    """All valuations of a portfolio: mispriced rows as first recorded, then their corrections."""
    valuations = pa.concat_tables([_table(plan, market, rows) for rows in parts])
    if plan.portfolio_id not in CORRECTED:
        return valuations
    rows, known = _mispriced(seed, plan, market, parts[0])
    is_wrong = np.zeros(len(valuations), dtype=bool)
    is_wrong[rows] = True
    first = valuations
    for name in ("price", "market_value"):
        right = valuations[name].take(pa.array(rows)).to_pylist()
        wrong = [(amount * MISPRICING).quantize(CENT) for amount in right]
        column = pc.replace_with_mask(
            valuations[name].combine_chunks(), pa.array(is_wrong), pa.array(wrong, WIDE)
        )
        first = first.set_column(first.schema.get_field_index(name), name, column)
    is_known = known < len(market.days)
    later = valuations.take(pa.array(rows[is_known]))
    instants = recorded(market.days.to_numpy()[known[is_known]])
    later = later.set_column(later.schema.get_field_index("recorded_at"), "recorded_at", instants)
    return pa.concat_tables([first, later])


def _table(plan: Plan, market: Market, rows: LedgerRows) -> pa.Table:
    count = len(rows.market_rows)
    return table_of(
        {
            "portfolio_id": repeated(plan.portfolio_id, count),
            "position_id": pa.array(rows.position_ids, pa.string()),
            "valuation_date": dates_of(market.days, rows.market_rows),
            **{name: getattr(rows, name).cast(WIDE) for name in AMOUNTS},
            "recorded_at": unrecorded(count),
        }
    )


def _mispriced(
    seed: int, plan: Plan, market: Market, rows: LedgerRows
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that were mispriced, at most one a month, and the market row of their correction."""
    draws = random_of(seed, "corrections", plan.portfolio_id).random((MONTHS, 4))
    days = market.days[rows.market_rows]
    months = ((days.year - market.days[0].year) * 12 + days.month - 1).to_numpy()
    mispriced, known = [], []
    for month in np.unique(months):
        happens, which, delay, position = draws[month]
        if happens >= CORRECTED[plan.portfolio_id]:
            continue
        security = plan.securities[int(position * len(plan.securities))].instrument_id
        chosen = np.flatnonzero((months == month) & (days.day == 3 + int(which * 24)))
        chosen = chosen[rows.position_ids[chosen] == security]
        for row in chosen:
            mispriced.append(row)
            known.append(rows.market_rows[row] + 1 + int(delay * LATEST_DAYS))
    order = np.argsort(mispriced, kind="stable")
    return np.array(mispriced, dtype=np.int64)[order], np.array(known, dtype=np.int64)[order]
