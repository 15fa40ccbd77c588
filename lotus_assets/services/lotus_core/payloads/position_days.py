"""Days of positions, or of instruments over their positions, in one currency."""

import datetime as dt
from collections.abc import Iterator
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
from lotus_assets.services.problems import violation
from lotus_assets.sources.lotus_core.canonical import ZERO, Fragment, as_array, rows_as_json
from lotus_assets.sources.lotus_core.wire_format import DECIMAL, POINT_FIELDS

ROWS = {
    "position_id": "text",
    "valuation_date": "date",
    "market_value": "amount",
    "begin_mv": "amount",
    "bod_cf": "amount",
    "eod_cf": "amount",
    "mgmt_fees": "amount",
}
BEFORE = {"position_id": "text", "valuation_date": "date", "market_value": "amount"}
FEES = {"position_id": "text", "fee_date": "date", "currency": "text", "amount": "amount"}
BREAKS = pa.schema([("item", pa.int64()), ("date", pa.date32()), ("amount", DECIMAL)])
BEGINNING = np.datetime64("0001-01-01", "D")
READ_ROWS = 60_000
TEXT_ROWS = 60_000
VALUES = ["begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv"]


@dataclass(frozen=True)
class PositionDays:
    """Valuation points of several items, ascending by item, then date.

    Item i has the rows `bounds[i]` … `bounds[i + 1]` - 1 of `points`. `breaks` has item (its
    place), date and amount.
    """

    points: pa.Table
    bounds: Indices
    breaks: pa.Table


def position_days(
    connection: Connection,
    context: PortfolioContext,
    held: pa.Table,
    start: dt.date,
    end: dt.date,
    currency: str,
) -> PositionDays:
    """The points of the positions `held` (see `holdings.HELD`) in [start, end].

    Some positions are worked out at a time, which bounds the memory that it takes.

    Raises:
        ServiceProblem: INSUFFICIENT_DATA where a rate is missing, CONTRACT_VIOLATION_UPSTREAM for a
            positive fee.
    """
    size = max(1, READ_ROWS // ((end - start).days + 1))
    starts = range(0, max(len(held), 1), size)
    some = [
        _some_position_days(connection, context, held.slice(first, size), start, end, currency)
        for first in starts
    ]
    rows_before = np.cumsum([0, *(one.bounds[-1] for one in some)])
    bounds = [one.bounds[:-1] + before for one, before in zip(some, rows_before, strict=False)]
    breaks = [
        one.breaks.set_column(0, "item", pc.add(one.breaks["item"], first))
        for one, first in zip(some, starts, strict=True)
    ]
    return PositionDays(
        pa.concat_tables(one.points for one in some),
        np.concatenate([*bounds, rows_before[-1:]]),
        pa.concat_tables(breaks),
    )


def _some_position_days(
    connection: Connection,
    context: PortfolioContext,
    held: pa.Table,
    start: dt.date,
    end: dt.date,
    currency: str,
) -> PositionDays:
    names = held["position_id"].to_pylist()
    parameters = {
        **context.parameters,
        "positions": names,
        "start_date": start,
        "end_date": end,
    }
    rows = _last_versions(read_packed(connection, "position_rows", parameters, ROWS))
    # In the order of `held`, which need not be that of the identifiers.
    rows = rows.take(pa.array(np.argsort(_places(rows["position_id"], names), kind="stable")))
    if pc.any(pc.greater(rows["mgmt_fees"], ZERO)).as_py():
        raise violation(f"{context.portfolio_id} has a position with a positive fee")
    before = read_columns(connection, "rows_before", parameters, BEFORE)
    items = _places(rows["position_id"], names)
    dates = as_days(rows["valuation_date"])
    currencies = as_array(held["currency"]).dictionary_encode()

    def converted(name: str, days: Days) -> pa.Array:
        return context.convert(
            connection, as_array(rows[name]), currencies.take(pa.array(items)), days, currency
        )

    value = converted("market_value", dates)
    places_before = _places(before["position_id"], names)
    since = np.full(len(names), BEGINNING)
    since[places_before] = as_days(before["valuation_date"])
    paid = read_columns(connection, "position_fees", parameters, FEES)
    owners = _places(paid["position_id"], names)
    belongs_to = _rows_of_fees(items, dates, owners, as_days(paid["fee_date"]), since)
    is_here = belongs_to >= 0
    own_fees = context.convert_rows(
        connection,
        paid.filter(pa.array(is_here)),
        "amount",
        dates[belongs_to[is_here]],
        currency,
    )
    fees = add(converted("mgmt_fees", dates), sum_by_row(own_fees, belongs_to[is_here], len(dates)))
    value_before = context.convert(
        connection,
        as_array(before["market_value"]),
        currencies.take(pa.array(places_before)),
        as_days(before["valuation_date"]),
        currency,
    )
    bounds = np.searchsorted(items, np.arange(len(names) + 1))
    left = _left_by_previous_row(value, bounds, sum_by_row(value_before, places_before, len(names)))
    begin = left
    breaks = BREAKS.empty_table()
    if rows["begin_mv"].null_count < len(rows):
        days_before = _dates_before(dates, bounds, before, places_before)
        stated = converted("begin_mv", days_before)
        begin = pc.coalesce(stated, left)
        breaks = _breaks(items, dates, subtract(begin, left), days_before)
    points = pa.table(
        {
            "day": _numbered(bounds),
            "perf_date": pa.array(dates),
            "begin_mv": begin,
            "bod_cf": converted("bod_cf", dates),
            "eod_cf": converted("eod_cf", dates),
            "mgmt_fees": fees,
            "end_mv": subtract(value, fees),
        },
        schema=pa.schema(POINT_FIELDS),
    )
    return PositionDays(points, bounds, breaks)


def _rows_of_fees(items: Indices, dates: Days, owners: Indices, days: Days, since: Days) -> Indices:
    """The row of each fee: its position's first one on or after its day; -1: not in the window.

    `since` is the last day before the window on which each position has a row.
    """
    rows = np.searchsorted(_position_day(items, dates), _position_day(owners, days))
    is_here = (rows < len(items)) & (days > since[owners])
    is_here[is_here] = items[rows[is_here]] == owners[is_here]
    return np.where(is_here, rows, -1)


def _position_day(items: Indices, days: Days) -> Indices:
    """One number that ascends by position, then day."""
    numbers: Indices = items * np.int64(10**6) + days.astype(np.int64)
    return numbers


def summed_by(days: PositionDays, targets: Indices, count: int) -> PositionDays:
    """Points of positions added up by their owner (an instrument), by date."""
    items = targets[np.repeat(np.arange(len(days.bounds) - 1), np.diff(days.bounds))]
    dates = as_days(days.points["perf_date"])
    key = _position_day(items, dates)
    unique, groups = np.unique(key, return_inverse=True)
    sums = {name: sum_by_row(as_array(days.points[name]), groups, len(unique)) for name in VALUES}
    bounds = np.searchsorted(unique // 10**6, np.arange(count + 1))
    points = pa.table(
        {
            "day": _numbered(bounds),
            "perf_date": pa.array((unique % 10**6).astype("datetime64[D]")),
            **sums,
        },
        schema=pa.schema(POINT_FIELDS),
    )
    of_target = pa.array(targets).take(days.breaks["item"])
    return PositionDays(points, bounds, days.breaks.set_column(0, "item", of_target))


def item_points(days: PositionDays) -> Iterator[Fragment]:
    """The list of points of each item; texts are made for some items at a time."""
    count = len(days.bounds) - 1
    first = 0
    while first < count:
        reach = int(np.searchsorted(days.bounds, days.bounds[first] + TEXT_ROWS, side="right")) - 1
        last = min(max(reach, first + 1), count)
        begin = int(days.bounds[first])
        texts = rows_as_json(days.points.slice(begin, int(days.bounds[last]) - begin))
        for item in range(first, last):
            bounds = days.bounds[item : item + 2] - begin
            yield texts.between(int(bounds[0]), int(bounds[1]))
        first = last


def _last_versions(rows: pa.Table) -> pa.Table:
    """Of several versions of a position's day the last; rows come ascending."""
    names = as_array(rows["position_id"])
    dates = as_days(rows["valuation_date"])
    if len(rows) < 2:
        return rows
    same = (dates[1:] == dates[:-1]) & pc.equal(names[1:], names[:-1]).to_numpy(
        zero_copy_only=False
    )
    return rows.filter(pa.array(np.append(~same, True))) if same.any() else rows


def _left_by_previous_row(value: pa.Array, bounds: Indices, before: pa.Array) -> pa.Array:
    """The previous row's value; a position's first row has what came before the window."""
    pool = pa.concat_arrays([value, before])
    previous = np.arange(len(value)) - 1
    firsts = bounds[:-1][np.diff(bounds) > 0]
    previous[firsts] = len(value) + np.flatnonzero(np.diff(bounds) > 0)
    return pool.take(pa.array(previous))


def _dates_before(dates: Days, bounds: Indices, before: pa.Table, items: Indices) -> Days:
    """Each row's previous row's date; its own where there is none."""
    shifted = np.concatenate([dates[:1], dates[:-1]])
    held = np.diff(bounds) > 0
    shifted[bounds[:-1][held]] = dates[bounds[:-1][held]]
    known = held[items]
    shifted[bounds[items][known]] = as_days(before["valuation_date"])[known]
    return shifted


def _breaks(items: Indices, dates: Days, gaps: pa.Array, dates_before: Days) -> pa.Table:
    broken = np.flatnonzero(~is_zero(gaps) & (dates_before < dates))
    return pa.table(
        {
            "item": pa.array(items[broken]),
            "date": pa.array(dates[broken]),
            "amount": gaps.take(pa.array(broken)),
        }
    )


def _numbered(bounds: Indices) -> pa.Array:
    sizes = np.diff(bounds)
    return pa.array(np.arange(bounds[-1]) - np.repeat(bounds[:-1], sizes) + 1, pa.int32())


def _places(names: pa.ChunkedArray, among: list[str]) -> Indices:
    indices: Indices = (
        pc.index_in(as_array(names), pa.array(among, pa.string()))
        .to_numpy(zero_copy_only=False)
        .astype(np.int64)
    )
    return indices
