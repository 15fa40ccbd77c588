"""`performance-input` and `mwr-input`."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.contracts.portfolio import (
    DEFAULT_LOOKBACK_DAYS,
    MwrInputRequest,
    PerformanceInputRequest,
)
from lotus_assets.services.lotus_core.payloads.answer import PreparedAnswer
from lotus_assets.services.lotus_core.payloads.canonical import days_as_json
from lotus_assets.services.lotus_core.payloads.context import (
    PortfolioContext,
    portfolio_context,
)
from lotus_assets.services.lotus_core.payloads.decimals import add, sum_by_row
from lotus_assets.services.lotus_core.payloads.diagnostics import (
    diagnostics,
    missing_business_days,
)
from lotus_assets.services.lotus_core.payloads.periods import period_start
from lotus_assets.services.lotus_core.payloads.portfolio_days import (
    ValuedDays,
    valued_days,
)
from lotus_assets.sources.lotus_core.canonical import canonical_text, rows_as_json
from lotus_assets.sources.lotus_core.wire_format import MWR_INPUT, RFC_063


def performance_input(
    connection: Connection, portfolio_id: str, request: PerformanceInputRequest
) -> PreparedAnswer:
    """Daily valuation points up to the as-of day.

    Raises:
        ServiceProblem: with the error code that says why.
    """
    as_of = request.as_of_date
    context = portfolio_context(connection, portfolio_id, as_of)
    if request.window is not None:
        requested, until = request.window.start_date, request.window.end_date
    else:
        lookback = request.lookback_days or DEFAULT_LOOKBACK_DAYS
        requested, until = as_of - dt.timedelta(days=lookback - 1), as_of
    start, end = context.clamp(requested, until, as_of)
    days = valued_days(connection, context, start, end, context.currency)
    missing = missing_business_days(connection, context, days.dates, start, end)
    header: dict[str, Any] = {
        "portfolio_id": portfolio_id,
        "as_of_date": as_of.isoformat(),
        "performance_start_date": start.isoformat(),
        "portfolio_open_date": context.open_date.isoformat(),
        **_closing(context, as_of),
        "currency": context.currency,
        "calendar_id": context.calendar_id,
        "business_days": days_as_json(context.business_days(connection, start, end)),
        "pas_contract_version": RFC_063,
        "consumer_system": request.consumer_system,
        "diagnostics": diagnostics(missing, days.breaks),
    }
    return PreparedAnswer(
        contract=f"performance-input/{RFC_063}",
        data_version=context.data_version,
        fields={**header, "valuation_points": rows_as_json(days.points).all()},
        rows=days.points,
        header=header,
    )


def _closing(context: PortfolioContext, as_of: dt.date) -> dict[str, str]:
    """The closing day, once it has come."""
    closed = context.close_date
    if closed is None or closed > as_of:
        return {}
    return {"portfolio_close_date": closed.isoformat()}


def mwr_input(
    connection: Connection, portfolio_id: str, request: MwrInputRequest
) -> PreparedAnswer:
    """Market values after fees at both ends, and the external flows between them.

    Raises:
        ServiceProblem: with the error code that says why.
    """
    as_of = request.as_of_date
    context = portfolio_context(connection, portfolio_id, as_of)
    if request.window is not None:
        requested, until = request.window.start_date, request.window.end_date
    else:
        assert request.period is not None  # noqa: S101  (the contract: exactly one)
        requested, until = period_start(request.period, as_of, context.open_date), as_of
    start, end = context.clamp(requested, until, as_of)
    days = valued_days(connection, context, start, end, context.currency)
    flows = _cash_flows(connection, context, days, start)
    value = canonical_text(add(days.points["end_mv"], days.points["mgmt_fees"]).combine_chunks())
    missing = missing_business_days(connection, context, days.dates, start, end)
    header: dict[str, Any] = {
        "portfolio_id": portfolio_id,
        "as_of_date": as_of.isoformat(),
        "start_date": start.isoformat(),
        "end_date": end.isoformat(),
        "begin_mv": canonical_text(days.points["begin_mv"].combine_chunks())[0].as_py(),
        "end_mv": value[-1].as_py(),
        **_closing(context, as_of),
        "currency": context.currency,
        "contract_version": RFC_063,
        "diagnostics": diagnostics(missing, days.breaks),
    }
    return PreparedAnswer(
        contract=f"mwr-input/{RFC_063}",
        data_version=context.data_version,
        fields={**header, "cash_flows": rows_as_json(flows).all()},
        rows=flows,
        header=header,
    )


def _cash_flows(
    connection: Connection, context: PortfolioContext, days: ValuedDays, start: dt.date
) -> pa.Table:
    """The external flows that the window's rows hold, each at its own day's rate, one a day.

    A flow that came with the first row from before the window is dated at the window's start: the
    beginning value does not hold it.
    """
    movements = days.movements
    flows = np.flatnonzero(pc.not_equal(movements.kinds, "FEE").to_numpy(zero_copy_only=False))
    taken = pa.array(flows)
    amounts = context.convert(
        connection,
        movements.amounts.take(taken),
        movements.currencies.take(taken),
        movements.dates[flows],
        context.currency,
    )
    dated = np.maximum(movements.dates[flows], np.datetime64(start, "D"))
    dates, rows = np.unique(dated, return_inverse=True)
    return pa.table(
        {
            "date": pa.array(dates),
            "amount": sum_by_row(amounts, rows, len(dates)),
            "type": pa.repeat(pa.scalar("external_flow"), len(dates)),
        },
        schema=MWR_INPUT,
    )
