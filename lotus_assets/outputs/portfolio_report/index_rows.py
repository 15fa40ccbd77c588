"""The lines of the index: every portfolio that was ever asked about, as of its newest day."""

import pandas as pd
from sqlalchemy import Connection, func, select, tuple_

from lotus_assets.analytics.portfolios import risk_statistics, twr
from lotus_assets.inputs import core_payload
from lotus_assets.inputs.core_payload import OK
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.inputs.partitions import shard_of
from lotus_assets.outputs.portfolio_report.plain_values import Row, plain_rows
from lotus_assets.outputs.portfolio_report.report_model import IndexRow
from lotus_assets.outputs.portfolio_report.return_curves import NET
from lotus_assets.outputs.portfolio_report.words import notes_of, status_note
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table


def newest_days(connection: Connection) -> pd.DataFrame:
    """Every portfolio with its newest as-of day: portfolio_id, as_of_date, by portfolio."""
    known = database_table(core_payload.TABLE).c
    query = (
        select(known.subject, func.max(known.as_of_date))
        .where(known.contract == PERFORMANCE_INPUT.contract.name)
        .group_by(known.subject)
        .order_by(known.subject)
    )
    return pd.DataFrame(
        connection.execute(query).all(), columns=["portfolio_id", "as_of_date"], dtype=object
    )


def index_rows(
    connection: Connection, newest: pd.DataFrame, shard_count: int
) -> tuple[IndexRow, ...]:
    """A line for each portfolio of `newest` (see `newest_days`), in its order."""
    payloads = _of_newest(connection, core_payload.TABLE, "subject", newest)
    chosen = payloads[payloads["contract"] == PERFORMANCE_INPUT.contract.name]
    returns = _of_newest(connection, twr.TABLE, "portfolio_id", newest)
    net = {
        (row["portfolio_id"], row["period"]): row
        for row in plain_rows(returns[returns["metric_basis"] == NET])
    }
    risk = _of_newest(connection, risk_statistics.TABLE, "portfolio_id", newest)
    daily = risk[(risk["frequency"] == "DAILY") & (risk["period"] == "1Y")]
    by_name = {row["portfolio_id"]: row for row in plain_rows(daily)}
    return tuple(
        _line(row, net, by_name.get(row["subject"], {}), shard_count)
        for row in plain_rows(chosen.sort_values("subject", kind="stable"))
    )


def _of_newest(
    connection: Connection, table: Table, subject: str, newest: pd.DataFrame
) -> pd.DataFrame:
    if newest.empty:
        return table.empty()
    columns = database_table(table).c
    pairs = list(newest[["portfolio_id", "as_of_date"]].itertuples(index=False, name=None))
    return read_table(connection, table, tuple_(columns[subject], columns.as_of_date).in_(pairs))


def _line(payload: Row, net: dict[tuple[str, str], Row], risk: Row, shard_count: int) -> IndexRow:
    name = payload["subject"]
    year, long = (net.get((name, period), _NOTHING) for period in ("YTD", "1Y"))
    refused = payload["status"] != OK
    return IndexRow(
        name,
        payload["as_of_date"],
        shard_of(name, shard_count),
        risk.get("benchmark_id"),
        year["period_return"],
        long["period_return"],
        risk.get("volatility"),
        risk.get("maximum_drawdown"),
        risk.get("tracking_error"),
        notes=notes_of(
            *(status_note(row["status"], row["status_date"]) for row in (year, long)),
        ),
        refusal=f"{payload['status']}: {payload['reason']}" if refused else "",
    )


_NOTHING: Row = {"period_return": None, "status": OK, "status_date": None}
