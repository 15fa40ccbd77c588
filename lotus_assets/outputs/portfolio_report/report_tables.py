"""Reading what reports are made of: one query a table for all portfolios of an as-of day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, and_, exists, select
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.analytics.portfolios import (
    attribution,
    attribution_level,
    attribution_total,
    contribution,
    contribution_level,
    contribution_total,
    mwr,
    positions,
    returns_series,
    risk_statistics,
    twr,
    twr_breakdown,
)
from lotus_assets.analytics.portfolios.performance_days import performance_days
from lotus_assets.analytics.portfolios.portfolio_inputs import PortfolioInputs
from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.frames.twr import twr_days
from lotus_assets.inputs import core_payload
from lotus_assets.inputs.input_tables import PERFORMANCE_INPUT
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.table import Table

SHOWN_LINKING = str(Linking.CARINO)
SHOWN_MODEL = str(Model.BF)
SHOWN = {
    "linking": SHOWN_LINKING,
    "model": SHOWN_MODEL,
}
"""Of several ways to link and attribute, a report shows one; the tables have the others."""
NET_ONLY = {contribution.TABLE.name, contribution_total.TABLE.name, contribution_level.TABLE.name}
TABLES: tuple[Table, ...] = (
    twr.TABLE,
    twr_breakdown.TABLE,
    mwr.TABLE,
    returns_series.TABLE,
    risk_statistics.TABLE,
    contribution.TABLE,
    contribution_level.TABLE,
    contribution_total.TABLE,
    attribution.TABLE,
    attribution_level.TABLE,
    attribution_total.TABLE,
    positions.TABLE,
)
"""The analytics tables that a report shows."""
DAY_COLUMNS = ("portfolio_open_date", "portfolio_close_date", "currency", "diagnostics")
CORRECTED = ["portfolio_id", "perf_date"]


@dataclass(frozen=True)
class ReportTables:
    """What the warehouse holds of some portfolios as of a day.

    `rows`: the rows of TABLES by table name. `payloads`: every payload of the portfolios as of the
    day. `days`: a row a portfolio and valued day (see `twr_days`), with net_return and
    gross_return. `late`: valuations that came after an answer which should have held them:
    portfolio_id, perf_date, as_of_date (since when they are known), end_mv, previous_end_mv (null:
    the day had no row before).
    """

    as_of: date
    portfolio_ids: tuple[str, ...]
    rows: dict[str, pd.DataFrame]
    payloads: pd.DataFrame
    days: pd.DataFrame
    late: pd.DataFrame


def read_report_tables(
    connection: Connection, as_of: date, portfolio_ids: Sequence[str]
) -> ReportTables:
    """All of it, for portfolios whose newest as-of day this is."""
    chosen = sorted(portfolio_ids)
    return ReportTables(
        as_of,
        tuple(chosen),
        {table.name: _rows(connection, table, as_of, chosen) for table in TABLES},
        _payloads(connection, as_of, chosen),
        _days(connection, as_of, chosen),
        _late(connection, as_of, chosen),
    )


def _rows(
    connection: Connection, table: Table, as_of: date, portfolio_ids: Sequence[str]
) -> pd.DataFrame:
    columns = database_table(table).c
    where = [columns.as_of_date == as_of, columns.portfolio_id.in_(portfolio_ids)]
    where += [columns[name] == value for name, value in SHOWN.items() if name in columns]
    if table.name in NET_ONLY:
        where.append(columns.metric_basis == str(Basis.NET))
    return read_table(connection, table, *where)


def _payloads(connection: Connection, as_of: date, portfolio_ids: Sequence[str]) -> pd.DataFrame:
    columns = database_table(core_payload.TABLE).c
    return read_table(
        connection,
        core_payload.TABLE,
        columns.as_of_date == as_of,
        columns.subject.in_(portfolio_ids),
    )


def _days(connection: Connection, as_of: date, portfolio_ids: Sequence[str]) -> pd.DataFrame:
    payloads = read_payloads(connection, PERFORMANCE_INPUT, as_of, portfolio_ids)
    good = payloads[payloads["status"] == core_payload.OK]
    days = performance_days(PortfolioInputs(connection, as_of, good, (PERFORMANCE_INPUT,)))
    net, gross = twr_days(days, Basis.NET), twr_days(days, Basis.GROSS)
    return net.rename(columns={"daily_return": "net_return"}).assign(
        gross_return=gross["daily_return"]
    )


def _late(connection: Connection, as_of: date, portfolio_ids: Sequence[str]) -> pd.DataFrame:
    stored = database_table(PERFORMANCE_INPUT.table)
    chosen = and_(stored.c.portfolio_id.in_(portfolio_ids), stored.c.as_of_date <= as_of)
    late = read_table(connection, PERFORMANCE_INPUT.table, chosen, _came_late())
    replaced = read_table(connection, PERFORMANCE_INPUT.table, chosen, _was_replaced(as_of))
    return late_rows(late, replaced)


def late_rows(late: pd.DataFrame, replaced: pd.DataFrame) -> pd.DataFrame:
    """Late valuations beside what was known of the day before; of several, the last."""
    marked = pd.concat([replaced.assign(is_late=False), late.assign(is_late=True)])
    order = ["portfolio_id", "perf_date", "as_of_date", "data_version", "is_late"]
    versions = marked.sort_values(order, kind="stable").drop_duplicates(order[:-1], keep="last")
    versions["previous_end_mv"] = versions.groupby(CORRECTED)["end_mv"].shift()
    newest = versions.drop_duplicates(CORRECTED, keep="last")
    columns = [*CORRECTED, "as_of_date", "end_mv", "previous_end_mv"]
    return newest.loc[newest["is_late"], columns].reset_index(drop=True)


def _came_late() -> ColumnElement[bool]:
    """An earlier answer covered the day of the row, and did not hold it."""
    stored, known = database_table(PERFORMANCE_INPUT.table), database_table(core_payload.TABLE)
    return exists(
        select(known.c.subject).where(
            known.c.contract == PERFORMANCE_INPUT.contract.name,
            known.c.subject == stored.c.portfolio_id,
            known.c.status == core_payload.OK,
            known.c.start_date <= stored.c.perf_date,
            known.c.as_of_date >= stored.c.perf_date,
            known.c.as_of_date < stored.c.as_of_date,
        )
    )


def _was_replaced(as_of: date) -> ColumnElement[bool]:
    stored = database_table(PERFORMANCE_INPUT.table)
    later = stored.alias("later")
    return exists(
        select(later.c.portfolio_id).where(
            later.c.portfolio_id == stored.c.portfolio_id,
            later.c.perf_date == stored.c.perf_date,
            later.c.as_of_date > stored.c.as_of_date,
            later.c.as_of_date <= as_of,
        )
    )
