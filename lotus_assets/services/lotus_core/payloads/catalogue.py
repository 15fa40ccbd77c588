"""What can be asked for as of a day, with data versions."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import read_columns
from lotus_assets.services.lotus_core.payloads.context import (
    NEWEST,
    PORTFOLIO_TABLES,
    reference_context,
)

PORTFOLIOS = {
    "portfolio_id": "text",
    "portfolio_currency": "text",
    "calendar_id": "text",
    "open_date": "date",
    "close_date": "date",
    "own_version": "count",
}
BENCHMARKS = {
    "benchmark_id": "text",
    "benchmark_currency": "text",
    "calendar_id": "text",
    "first_date": "date",
}
RISK_FREE = {"currency": "text", "series_mode": "text", "first_date": "date"}


def portfolios(connection: Connection, as_of: dt.date) -> list[dict[str, Any]]:
    """Portfolios known as of a day; a portfolio's version is the later of its own and the
    reference data's."""
    reference = reference_context(connection, as_of)
    parameters = {
        **reference.snapshot.parameters,
        "version": NEWEST,
        "portfolio_tables": PORTFOLIO_TABLES,
    }
    rows = read_columns(connection, "portfolio_list", parameters, PORTFOLIOS).to_pylist()
    for row in rows:
        row["data_version"] = str(max(row.pop("own_version"), reference.snapshot.version))
    return list(rows)


def benchmarks(connection: Connection, as_of: dt.date) -> list[dict[str, Any]]:
    """Benchmarks known as of a day."""
    return _with_version(connection, as_of, "benchmark_list", BENCHMARKS)


def risk_free(connection: Connection, as_of: dt.date) -> list[dict[str, Any]]:
    """Risk-free series known as of a day."""
    return _with_version(connection, as_of, "risk_free_modes", RISK_FREE)


def _with_version(
    connection: Connection, as_of: dt.date, query: str, columns: dict[str, str]
) -> list[dict[str, Any]]:
    snapshot = reference_context(connection, as_of).snapshot
    rows = read_columns(connection, query, snapshot.parameters, columns).to_pylist()
    return [{**row, "data_version": str(snapshot.version)} for row in rows]
