"""`positions-analytics-input`: what a portfolio holds, in sections."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rfc8785
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.contracts.positions import (
    LOTS_INCOMPLETE,
    PositionsInputRequest,
    Section,
)
from lotus_assets.services.lotus_core.database import read_columns, read_row
from lotus_assets.services.lotus_core.payloads.answer import PreparedAnswer
from lotus_assets.services.lotus_core.payloads.calendars import as_days
from lotus_assets.services.lotus_core.payloads.canonical import canonical_list, canonical_object
from lotus_assets.services.lotus_core.payloads.context import (
    NEWEST,
    PortfolioContext,
    portfolio_context,
)
from lotus_assets.services.lotus_core.payloads.decimals import from_floats, subtract, sum_by_row
from lotus_assets.services.lotus_core.payloads.diagnostics import (
    diagnostics,
    missing_business_days,
)
from lotus_assets.services.lotus_core.payloads.holdings import dimensions_of, supported_dimensions
from lotus_assets.services.lotus_core.payloads.paging import RequestedPage, page_of
from lotus_assets.services.lotus_core.payloads.periods import period_start
from lotus_assets.services.lotus_core.payloads.position_days import (
    PositionDays,
    item_points,
    position_days,
)
from lotus_assets.services.problems import insufficient
from lotus_assets.sources.lotus_core.canonical import (
    ZERO,
    Fragment,
    Pieces,
    RawJson,
    as_array,
    canonical_text,
    nested,
    objects_as_json,
)
from lotus_assets.sources.lotus_core.wire_format import POSITIONS_INPUT, RFC_063

VALUED = {
    "position_id": "text",
    "instrument_id": "text",
    "instrument_name": "text",
    "instrument_type": "text",
    "currency": "text",
    "valuation_date": "date",
    "quantity": "amount",
    "price": "amount",
    "market_value": "amount",
    "accrued_income": "amount",
    "accrual_date": "date",
}
LOTS = {"position_id": "text", "trade_date": "date", "quantity": "amount", "cost": "amount"}


@dataclass(frozen=True)
class Holding:
    """A page of positions on a day; `held` has the columns of `VALUED`."""

    context: PortfolioContext
    as_of: dt.date
    currency: str
    held: pa.Table

    @property
    def names(self) -> list[str]:
        """Position ids, ascending."""
        return list(self.held["position_id"].to_pylist())


def positions_input(
    connection: Connection, portfolio_id: str, request: PositionsInputRequest, page: RequestedPage
) -> PreparedAnswer:
    """Positions on the as-of day; none is no error.

    Raises:
        ServiceProblem: with the error code that says why.
    """
    as_of = request.as_of_date
    version = NEWEST if page.version is None else page.version
    context = portfolio_context(connection, portfolio_id, as_of, version)
    if as_of < context.open_date:
        raise insufficient(f"{portfolio_id} opened on {context.open_date}, after {as_of}")
    currency = context.reporting_currency(connection, request.reporting_currency, as_of)
    day = _valuation_day(connection, context, as_of)
    held = _valued(connection, context, day)
    on_day = np.full(len(held), np.datetime64(as_of, "D"))
    values = context.convert_rows(connection, held, "market_value", on_day, currency)
    total = pc.sum(values).cast(ZERO.type) if len(held) else ZERO
    every = held["position_id"].to_pylist()
    first, last = page_of(every, page, *_longest(request, context))
    holding = Holding(context, as_of, currency, held.slice(first, last - first).combine_chunks())
    weights = _weights(values.slice(first, last - first), total)
    performance, outline, rows = _performance(connection, holding, request)
    columns = _columns(connection, holding, request.sections, weights)
    header: dict[str, Any] = {
        "portfolio_id": portfolio_id,
        "as_of_date": as_of.isoformat(),
        "valuation_date": day.isoformat() if day else None,
        "total_market_value": _text(total),
        "position_count": len(every),
        "currency_context": {
            "portfolio_currency": context.currency,
            "reporting_currency": currency,
        },
        "contract_version": RFC_063,
        "diagnostics": _stale(connection, context, day, as_of),
    }
    return PreparedAnswer(
        contract=f"positions-analytics-input/{RFC_063}",
        data_version=context.data_version,
        fields={**header, "positions": objects_as_json({**columns, **performance}).all()},
        rows=rows,
        header={**header, "positions": objects_as_json({**columns, **outline}).all()},
        next_page_token=page.next_token(every, last, context.snapshot.version),
    )


def _valuation_day(
    connection: Connection, context: PortfolioContext, as_of: dt.date
) -> dt.date | None:
    row = read_row(connection, "last_valuation", {**context.parameters, "end_date": as_of})
    return row["valuation_date"] if row else None


def _valued(connection: Connection, context: PortfolioContext, day: dt.date | None) -> pa.Table:
    """Open positions; none after the portfolio was closed."""
    parameters = {**context.parameters, "valuation_date": day}
    return read_columns(connection, "valued_positions", parameters, VALUED)


def _stale(
    connection: Connection, context: PortfolioContext, day: dt.date | None, as_of: dt.date
) -> Fragment:
    """Business days after the valuation, up to the as-of day."""
    first = day + dt.timedelta(days=1) if day else context.open_date
    nothing = np.array([], "datetime64[D]")
    return diagnostics(missing_business_days(connection, context, nothing, first, as_of))


def _longest(request: PositionsInputRequest, context: PortfolioContext) -> tuple[dt.date, dt.date]:
    """The days for which a position has rows in the answer: pages are cut by them."""
    as_of = request.as_of_date
    starts = [
        period_start(period, as_of, context.open_date) for period in request.performance_periods
    ]
    return max(min(starts, default=as_of), context.open_date), as_of


def _weights(values: pa.Array, total: pa.Scalar) -> pa.Array:
    if total == ZERO:
        return pa.nulls(len(values), ZERO.type)
    shares = values.cast(pa.float64()).to_numpy() / float(total.as_py())
    return from_floats(shares)


def _columns(
    connection: Connection, holding: Holding, sections: list[Section], weights: pa.Array
) -> dict[str, pa.Array | RawJson]:
    """The rows in the requested sections, each column for all positions at once."""
    held = holding.held
    columns: dict[str, pa.Array | RawJson] = {
        "position_id": as_array(held["position_id"]),
        "instrument_id": as_array(held["instrument_id"]),
        "quantity": as_array(held["quantity"]),
        "weight": weights,
        "held_since": _held_since(connection, holding),
    }
    if Section.INSTRUMENT_DETAILS in sections:
        columns["instrument_details"] = _details(connection, holding)
    if Section.VALUATION in sections:
        columns["valuation"] = _valuation(connection, holding)
    if Section.INCOME in sections:
        dates = as_days(held["accrual_date"])
        income = _in_currencies(connection, holding, as_array(held["accrued_income"]), dates)
        columns["income"] = nested(
            {"accrued_income": nested(income), "accrual_date": as_array(held["accrual_date"])}
        )
    return columns


def _held_since(connection: Connection, holding: Holding) -> pa.Array:
    if len(holding.held) == 0:
        return pa.array([], pa.date32())
    parameters = {
        **holding.context.parameters,
        "positions": holding.names,
        "valuation_date": holding.held["valuation_date"][0].as_py(),
    }
    first_days = read_columns(
        connection, "held_since", parameters, {"position_id": "text", "held_since": "date"}
    )
    indices = pc.index_in(
        as_array(holding.held["position_id"]), as_array(first_days["position_id"])
    )
    return as_array(first_days["held_since"]).take(indices)


def _details(connection: Connection, holding: Holding) -> RawJson:
    """Names and dimensions can hold any text, so they are escaped, one instrument at a time."""
    context, held = holding.context, holding.held
    names = supported_dimensions(connection, context.reference)
    values = dimensions_of(connection, context.reference.snapshot, held, names)
    dimensions = {name: rfc8785.dumps(one).decode() for name, one in values.items()}
    titles = [rfc8785.dumps(title).decode() for title in held["instrument_name"].to_pylist()]
    return nested(
        {
            "instrument_name": RawJson(pa.array(titles, pa.string())),
            "instrument_type": as_array(held["instrument_type"]),
            "currency": as_array(held["currency"]),
            "dimensions": RawJson(
                pa.array(map(dimensions.get, held["instrument_id"].to_pylist()), pa.string())
            ),
        }
    )


def _valuation(connection: Connection, holding: Holding) -> RawJson:
    """Market values at the as-of day's rate, costs at their trade dates', and the difference.

    Without all its lots a position has neither cost nor gain.
    """
    held = holding.held
    on_day = np.full(len(held), np.datetime64(holding.as_of, "D"))
    values = _in_currencies(connection, holding, as_array(held["market_value"]), on_day)
    costs, is_complete = _costs(connection, holding)
    gains = {name: subtract(values[name], costs[name]) for name in values}
    return nested(
        {
            "price": as_array(held["price"]),
            "market_value": nested(values),
            "cost": _where(is_complete, costs),
            "unrealised_gain": _where(is_complete, gains),
            "cost_reason": pc.if_else(is_complete, pa.scalar(None, pa.string()), LOTS_INCOMPLETE),
        }
    )


def _where(is_known: pa.Array, amounts: dict[str, pa.Array]) -> RawJson:
    """Amounts in three currencies, null where they are not known."""
    return RawJson(pc.if_else(is_known, nested(amounts).text, "null"))


def _costs(connection: Connection, holding: Holding) -> tuple[dict[str, pa.Array], pa.Array]:
    """What the open lots cost, and whether they make up the quantity that is held."""
    context, count = holding.context, len(holding.held)
    parameters = {
        **context.parameters,
        "positions": holding.names,
        "end_date": holding.as_of,
    }
    lots = read_columns(connection, "open_lots", parameters, LOTS)
    positions = pc.index_in(as_array(lots["position_id"]), as_array(holding.held["position_id"]))
    rows = positions.to_numpy(zero_copy_only=False).astype(np.int64)
    currencies = as_array(holding.held["currency"]).take(positions)
    cost, dates = as_array(lots["cost"]), as_days(lots["trade_date"])
    sums = {"position": sum_by_row(cost, rows, count)}
    for name, target in (("portfolio", context.currency), ("reporting", holding.currency)):
        converted = context.convert(connection, cost, currencies, dates, target)
        sums[name] = sum_by_row(converted, rows, count)
    units = sum_by_row(as_array(lots["quantity"]), rows, count)
    return sums, pc.equal(units, as_array(holding.held["quantity"]))


def _in_currencies(
    connection: Connection, holding: Holding, amounts: pa.Array, dates: np.ndarray
) -> dict[str, pa.Array]:
    """Amounts in the position's, the portfolio's and the reporting currency."""
    context, currencies = holding.context, as_array(holding.held["currency"])
    return {
        "position": amounts,
        "portfolio": context.convert(connection, amounts, currencies, dates, context.currency),
        "reporting": context.convert(connection, amounts, currencies, dates, holding.currency),
    }


def _performance(
    connection: Connection, holding: Holding, request: PositionsInputRequest
) -> tuple[dict[str, RawJson], dict[str, RawJson], pa.Table]:
    """The section PERFORMANCE of each position, the same without points, and the points' rows.

    The Arrow form has the rows as its table and the section without them in its header.
    """
    context, tables = holding.context, [POSITIONS_INPUT.empty_table()]
    by_period, outlines = [], []
    for period in request.performance_periods:
        requested = period_start(period, holding.as_of, context.open_date)
        start = max(requested, context.open_date)
        days = position_days(
            connection, context, holding.held, start, holding.as_of, holding.currency
        )
        tables.append(_flat(days, holding.names, str(period)))
        member = {
            "period": str(period),
            "requested_start_date": requested.isoformat(),
            "start_date": start.isoformat(),
            "end_date": holding.as_of.isoformat(),
            "clamped": start > requested,
        }
        points = list(item_points(days))
        by_period.append([canonical_object({**member, "valuation_points": one}) for one in points])
        outlines.append([canonical_object(member) for _ in points])
    rows = pa.concat_tables(tables)
    if not by_period:
        return {}, {}, rows
    return {"performance": _lists(by_period)}, {"performance": _lists(outlines)}, rows


def _lists(by_period: list[list[Pieces]]) -> RawJson:
    """A list for each position, of its entries by period."""
    texts = [
        b"".join(canonical_list(list(periods)).pieces).decode()
        for periods in zip(*by_period, strict=True)
    ]
    return RawJson(pa.array(texts, pa.large_string()).cast(pa.string()))


def _flat(days: PositionDays, names: list[str], period: str) -> pa.Table:
    numbers = np.repeat(np.arange(len(names)), np.diff(days.bounds))
    columns = {
        "id": pa.array(names, pa.string()).take(pa.array(numbers)),
        "period": pa.repeat(pa.scalar(period), len(numbers)),
        **{name: days.points[name] for name in days.points.column_names},
    }
    return pa.table(columns).cast(POSITIONS_INPUT)


def _text(amount: pa.Scalar) -> str:
    return str(canonical_text(pa.array([amount.as_py()], ZERO.type))[0].as_py())
