"""A portfolio's own days: sums of its positions, external flows and fees, in one currency."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import read_columns, read_packed
from lotus_assets.services.lotus_core.payloads.calendars import Days, as_days
from lotus_assets.services.lotus_core.payloads.context import PortfolioContext
from lotus_assets.services.lotus_core.payloads.decimals import (
    Indices,
    add,
    is_zero,
    subtract,
    sum_by_row,
)
from lotus_assets.services.problems import insufficient, violation
from lotus_assets.sources.lotus_core.canonical import ZERO, as_array
from lotus_assets.sources.lotus_core.wire_format import PERFORMANCE_INPUT

SUMS = {
    "valuation_date": "date",
    "currency": "text",
    "market_value": "amount",
    "mgmt_fees": "amount",
    "begin_mv": "amount",
    "begin_mv_count": "count",
}
MOVEMENTS = {"movement_date": "date", "kind": "text", "currency": "text", "amount": "amount"}


@dataclass(frozen=True)
class Movements:
    """Flows and fees that belong to the window, with the row that each belongs to."""

    dates: Days
    kinds: pa.Array
    currencies: pa.Array
    amounts: pa.Array
    rows: Indices


@dataclass(frozen=True)
class ValuedDays:
    """Rows of the window. `breaks` are begin_mv less what the previous row left, where not 0."""

    dates: Days
    points: pa.Table
    breaks: pa.Table
    movements: Movements


def valued_days(
    connection: Connection,
    context: PortfolioContext,
    start: dt.date,
    end: dt.date,
    currency: str,
) -> ValuedDays:
    """The valuation points of [start, end] in `currency`.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA where no row or no rate is there.
    """
    parameters = {**context.parameters, "start_date": start, "end_date": end}
    sums = read_packed(connection, "portfolio_sums", parameters, SUMS)
    every_date = np.unique(as_days(sums["valuation_date"]))
    first = int(np.searchsorted(every_date, np.datetime64(start, "D")))
    if first == len(every_date):
        raise insufficient(f"{context.portfolio_id} has no valuation from {start} to {end}")
    rows = np.searchsorted(every_date, as_days(sums["valuation_date"]))
    close = context.convert_rows(connection, sums, "market_value", every_date[rows], currency)
    fees = context.convert_rows(connection, sums, "mgmt_fees", every_date[rows], currency)
    values = sum_by_row(close, rows, len(every_date))
    position_fees = sum_by_row(fees, rows, len(every_date))
    movements = _movements(connection, context, parameters, every_date, first)
    moved = context.convert(
        connection, movements.amounts, movements.currencies, every_date[movements.rows], currency
    )
    parts = {
        kind: _of_kind(movements, moved, kind, len(every_date)) for kind in ("BOD", "EOD", "FEE")
    }
    all_fees = add(position_fees, parts["FEE"])
    if pc.any(pc.greater(all_fees, ZERO)).as_py():
        day = every_date[pc.greater(all_fees, ZERO).index(True).as_py()]
        raise violation(f"{context.portfolio_id} has a positive fee on {day}")
    left = pa.concat_arrays([pa.array([ZERO.as_py()], ZERO.type), values[:-1]])
    begin, gaps = _beginnings(connection, context, sums, rows, every_date, left, currency)
    points = pa.table(
        {
            "day": pa.array(np.arange(1 - first, len(every_date) - first + 1), pa.int32()),
            "perf_date": pa.array(every_date),
            "begin_mv": begin,
            "bod_cf": parts["BOD"],
            "eod_cf": parts["EOD"],
            "mgmt_fees": all_fees,
            "end_mv": subtract(values, all_fees),
        },
        schema=PERFORMANCE_INPUT,
    )
    return ValuedDays(
        every_date[first:],
        points.slice(first).combine_chunks(),
        _breaks(every_date, gaps, first),
        movements,
    )


def _beginnings(
    connection: Connection,
    context: PortfolioContext,
    sums: pa.Table,
    rows: Indices,
    dates: Days,
    left: pa.Array,
    currency: str,
) -> tuple[pa.Array, pa.Array]:
    """begin_mv of each row, and how much it is off what the previous row left."""
    given = sum_by_row(sums["begin_mv_count"].combine_chunks(), rows, len(dates))
    if is_zero(given).all():
        return left, subtract(left, left)
    before = np.concatenate([dates[:1], dates[:-1]])
    converted = context.convert_rows(connection, sums, "begin_mv", before[rows], currency)
    stated = sum_by_row(converted, rows, len(dates))
    begin = pc.if_else(pa.array(~is_zero(given)), stated, left)
    gaps = subtract(begin, left)
    return begin, pc.if_else(pa.array(np.arange(len(dates)) > 0), gaps, ZERO)


def _breaks(dates: Days, gaps: pa.Array, first: int) -> pa.Table:
    broken = np.flatnonzero(~is_zero(gaps))
    broken = broken[broken >= first]
    return pa.table(
        {
            "id": pa.nulls(len(broken), pa.string()),
            "date": pa.array(dates[broken]),
            "amount": gaps.take(pa.array(broken)),
        }
    )


def _movements(
    connection: Connection,
    context: PortfolioContext,
    parameters: dict[str, object],
    dates: Days,
    first: int,
) -> Movements:
    """Flows and fees of the rows from `first` on; what fell on a day without a row moves on.

    "A flow dated on a day without a row belongs to the next row, at its beginning."
    """
    movements = read_columns(connection, "portfolio_movements", parameters, MOVEMENTS)
    days = as_days(movements["movement_date"])
    rows = np.searchsorted(dates, days)
    kept = (rows >= first) & (rows < len(dates))
    if first > 0:
        kept &= days > dates[first - 1]
    kept_rows = np.flatnonzero(kept)
    movements, days, rows = (
        movements.take(pa.array(kept_rows)).combine_chunks(),
        days[kept_rows],
        rows[kept_rows],
    )
    kinds = as_array(movements["kind"])
    moved = pc.and_(pa.array(dates[rows] != days), pc.equal(kinds, "EOD"))
    return Movements(
        days,
        pc.if_else(moved, "BOD", kinds),
        as_array(movements["currency"]),
        as_array(movements["amount"]),
        rows,
    )


def _of_kind(movements: Movements, amounts: pa.Array, kind: str, count: int) -> pa.Array:
    of_kind = np.flatnonzero(pc.equal(movements.kinds, kind).to_numpy(zero_copy_only=False))
    return sum_by_row(amounts.take(pa.array(of_kind)), movements.rows[of_kind], count)
