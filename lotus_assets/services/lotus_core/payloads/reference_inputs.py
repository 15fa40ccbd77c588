"""`benchmark-assignment`, benchmark `return-series` and `risk-free-series`."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.contracts.reference import (
    BenchmarkAssignmentRequest,
    BenchmarkReturnsRequest,
    Frequency,
    RiskFreeRequest,
    SeriesMode,
)
from lotus_assets.services.lotus_core.contracts.shared import ExplicitWindow
from lotus_assets.services.lotus_core.database import read_columns, read_row
from lotus_assets.services.lotus_core.payloads.answer import PreparedAnswer
from lotus_assets.services.lotus_core.payloads.benchmarks import benchmark_days, linked
from lotus_assets.services.lotus_core.payloads.calendars import as_days
from lotus_assets.services.lotus_core.payloads.context import (
    PortfolioContext,
    portfolio_context,
    reference_context,
)
from lotus_assets.services.lotus_core.payloads.decimals import from_floats
from lotus_assets.services.lotus_core.payloads.diagnostics import diagnostics
from lotus_assets.services.problems import (
    insufficient,
    invalid,
    not_found,
    unsupported,
)
from lotus_assets.sources.lotus_core.canonical import as_array, rows_as_json
from lotus_assets.sources.lotus_core.wire_format import (
    ASSIGNMENT,
    BENCHMARK_RETURNS,
    RFC_062,
    RISK_FREE,
)

RATES = {"rate_date": "date", "value": "amount", "day_count": "text", "compounding": "text"}
MODES = {"currency": "text", "series_mode": "text", "first_date": "date"}


def assignment_on(
    connection: Connection, context: PortfolioContext, day: dt.date
) -> dict[str, Any] | None:
    """The portfolio's assignment in effect on `day`, None where there is none."""
    return read_row(connection, "benchmark_assignment", {**context.parameters, "day": day})


def benchmark_assignment(
    connection: Connection, portfolio_id: str, request: BenchmarkAssignmentRequest
) -> PreparedAnswer:
    """The benchmark assigned on the as-of day.

    Raises:
        ServiceProblem: RESOURCE_NOT_FOUND for the portfolio, INSUFFICIENT_DATA without assignment.
    """
    day = request.as_of_date
    context = portfolio_context(connection, portfolio_id, day)
    row = assignment_on(connection, context, day)
    if row is None:
        raise insufficient(f"{portfolio_id} has no benchmark assigned on {day}")
    until = row["effective_to"]
    recorded_at = row["recorded_at"].astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    fields: dict[str, Any] = {
        "portfolio_id": portfolio_id,
        "as_of_date": day.isoformat(),
        "benchmark_id": row["benchmark_id"],
        "assignment_id": row["assignment_id"],
        "assignment_version": row["version"],
        "effective_from": row["effective_from"].isoformat(),
        "effective_to": until.isoformat() if until else None,
        "recorded_at": recorded_at,
        "contract_version": RFC_062,
    }
    return PreparedAnswer(
        contract=f"benchmark-assignment/{RFC_062}",
        data_version=context.data_version,
        fields=fields,
        rows=ASSIGNMENT.empty_table(),
        header=fields,
    )


def benchmark_returns(
    connection: Connection, benchmark_id: str, request: BenchmarkReturnsRequest
) -> PreparedAnswer:
    """The benchmark's returns in its own currency, or in the one that is asked for.

    Raises:
        ServiceProblem: with the error code that says why.
    """
    reference = reference_context(connection, request.as_of_date)
    parameters = {**reference.snapshot.parameters, "benchmark_id": benchmark_id}
    benchmark = read_row(connection, "benchmark", parameters)
    if benchmark is None:
        raise not_found(f"benchmark {benchmark_id} is unknown")
    start, end = _clamped(request.window, request.as_of_date)
    currency = request.currency or benchmark["benchmark_currency"]
    days = benchmark_days(connection, reference, benchmark_id, start, end, currency)
    dates, returns = linked(days.dates, days.total, request.frequency)
    rows = pa.table(
        {"series_date": pa.array(dates), "benchmark_return": from_floats(returns)},
        schema=BENCHMARK_RETURNS,
    )
    calendar = reference.calendar(connection, benchmark["calendar_id"])
    missing = np.setdiff1d(calendar.business_days(start, end), days.dates)
    header: dict[str, Any] = {
        "benchmark_id": benchmark_id,
        "as_of_date": request.as_of_date.isoformat(),
        "start_date": start.isoformat(),
        "end_date": end.isoformat(),
        "frequency": str(request.frequency),
        "currency": currency,
        "calendar_id": benchmark["calendar_id"],
        "contract_version": RFC_062,
        "diagnostics": diagnostics(missing),
    }
    return PreparedAnswer(
        contract=f"benchmark-return-series/{RFC_062}",
        data_version=str(reference.snapshot.version),
        fields={**header, "points": rows_as_json(rows).all()},
        rows=rows,
        header=header,
    )


def risk_free_series(connection: Connection, request: RiskFreeRequest) -> PreparedAnswer:
    """A risk-free series in the mode in which it is stored.

    Raises:
        ServiceProblem: UNSUPPORTED_CONFIGURATION for a currency, mode or frequency that there is
            not, INSUFFICIENT_DATA for a window without values.
    """
    reference = reference_context(connection, request.as_of_date)
    modes = read_columns(connection, "risk_free_modes", reference.snapshot.parameters, MODES)
    stored = [(row["currency"], row["series_mode"]) for row in modes.to_pylist()]
    if (request.currency, request.series_mode) not in stored:
        available = [mode for currency, mode in stored if currency == request.currency]
        raise unsupported(
            f"{request.currency} has no {request.series_mode}; stored: {available or 'nothing'}"
        )
    is_rate = request.series_mode == SeriesMode.ANNUALIZED_RATE_SERIES
    if is_rate and request.frequency != Frequency.DAILY:
        raise unsupported("rates cannot be linked; ask for the frequency DAILY")
    start, end = _clamped(request.window, request.as_of_date)
    parameters = {
        **reference.snapshot.parameters,
        "currency": request.currency,
        "series_mode": str(request.series_mode),
        "start_date": start,
        "end_date": end,
    }
    rates = read_columns(connection, "risk_free_rates", parameters, RATES)
    if len(rates) == 0:
        raise insufficient(f"{request.currency} has no values from {start} to {end}")
    rows = rates.rename_columns({"rate_date": "series_date"}).cast(RISK_FREE)
    if not is_rate and request.frequency != Frequency.DAILY:
        rows = _linked_returns(rows, request.frequency)
    header: dict[str, Any] = {
        "currency": request.currency,
        "as_of_date": request.as_of_date.isoformat(),
        "start_date": start.isoformat(),
        "end_date": end.isoformat(),
        "series_mode": str(request.series_mode),
        "frequency": str(request.frequency),
        "contract_version": RFC_062,
    }
    return PreparedAnswer(
        contract=f"risk-free-series/{RFC_062}",
        data_version=str(reference.snapshot.version),
        fields={**header, "points": rows_as_json(rows).all()},
        rows=rows,
        header=header,
    )


def _linked_returns(rows: pa.Table, frequency: Frequency) -> pa.Table:
    values = as_array(rows["value"]).cast(pa.float64()).to_numpy()
    dates, returns = linked(as_days(rows["series_date"]), values, frequency)
    nothing = pa.nulls(len(dates), pa.string())
    columns = [pa.array(dates), from_floats(returns), nothing, nothing]
    return pa.table(columns, schema=RISK_FREE)


def _clamped(window: ExplicitWindow, as_of: dt.date) -> tuple[dt.date, dt.date]:
    end = min(window.end_date, as_of)
    if end < window.start_date:
        raise invalid(f"the window is inverted: it begins on {window.start_date}, after {end}")
    return window.start_date, end
