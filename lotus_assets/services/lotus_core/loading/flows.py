"""Flows into a portfolio's positions sum to what crosses its border, day by day, as files say it.

What cannot be converted for want of a rate is not compared here: a request for it is refused.
"""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import Snapshot, query, read_columns
from lotus_assets.services.lotus_core.loading.refusal import KEPT, FileProblem
from lotus_assets.services.lotus_core.payloads.calendars import as_days
from lotus_assets.services.lotus_core.payloads.decimals import multiply
from lotus_assets.services.lotus_core.payloads.rates import Rates
from lotus_assets.sources.lotus_core.canonical import as_array, canonical_text
from lotus_assets.sources.lotus_core.wire_format import DECIMAL
from lotus_assets.sources.warehouse.connection import driver_connection

TOLERANCE = pa.scalar("0.01").cast(DECIMAL)
"""Of the portfolio's currency: what a day's conversions may leave."""
EVERYTHING = dt.datetime(2300, 1, 1, tzinfo=dt.UTC)
FLOWS = {
    "portfolio_id": "text",
    "portfolio_currency": "text",
    "day": "date",
    "currency": "text",
    "into_positions": "amount",
    "external": "amount",
}


def unbalanced_days(connection: Connection, load_id: int, files: list[str]) -> list[FileProblem]:
    """Days that the load changed and whose flows differ by more than the tolerance."""
    flows = read_columns(connection, "flows_of_changed_days", {"load_id": load_id}, FLOWS)
    days = _in_one_currency(connection, flows, load_id)
    differences = pc.subtract(days["into_positions"], days["external"])
    is_off = pc.fill_null(pc.greater(pc.abs(differences), TOLERANCE), False)
    broken = days.append_column("difference", differences).filter(is_off).slice(0, KEPT)
    return _problems(connection, broken, files) if len(broken) else []


def _in_one_currency(connection: Connection, flows: pa.Table, load_id: int) -> pa.Table:
    """Sums of each portfolio's day in its currency; null where a rate is missing."""
    converted = [
        _converted(Rates(Snapshot(EVERYTHING, load_id)), connection, part, target)
        for part, target in _by_currency(flows)
    ]
    return pa.concat_tables(converted) if converted else _summed(flows)


def _by_currency(flows: pa.Table) -> list[tuple[pa.Table, str]]:
    currencies = pc.unique(flows["portfolio_currency"]).to_pylist()
    return [
        (flows.filter(pc.equal(flows["portfolio_currency"], currency)), currency)
        for currency in currencies
    ]


def _converted(rates: Rates, connection: Connection, flows: pa.Table, target: str) -> pa.Table:
    parts = []
    for currency in pc.unique(flows["currency"]).to_pylist():
        part = flows.filter(pc.equal(flows["currency"], currency))
        dates, places = np.unique(as_days(part["day"]), return_inverse=True)
        known = rates.known_at(connection, currency, target, dates).take(pa.array(places))
        for name in ("into_positions", "external"):
            amounts = multiply(as_array(part[name]), known)
            part = part.set_column(part.schema.get_field_index(name), name, amounts)
        parts.append(part)
    return _summed(pa.concat_tables(parts))


def _summed(flows: pa.Table) -> pa.Table:
    """One row a portfolio and day; a sum with a null is null."""
    options = pc.ScalarAggregateOptions(skip_nulls=False)
    sums = flows.group_by(["portfolio_id", "portfolio_currency", "day"], use_threads=False)
    totals = sums.aggregate([("into_positions", "sum", options), ("external", "sum", options)])
    return totals.rename_columns(
        {"into_positions_sum": "into_positions", "external_sum": "external"}
    ).cast(
        pa.schema(
            [
                ("portfolio_id", pa.string()),
                ("portfolio_currency", pa.string()),
                ("day", pa.date32()),
                ("into_positions", pa.decimal128(37, 10)),
                ("external", pa.decimal128(37, 10)),
            ]
        )
    )


def _problems(connection: Connection, broken: pa.Table, files: list[str]) -> list[FileProblem]:
    """Each day by the rows of the files that its flows are in."""
    parameters = {
        "portfolios": broken["portfolio_id"].to_pylist(),
        "days": broken["day"].to_pylist(),
    }
    with driver_connection(connection).cursor() as cursor:
        cursor.execute(sql.SQL(query("staged_flows_of_days")), parameters)
        named = cursor.fetchall()
    reasons = _reasons(broken)
    return [FileProblem(files[file], row, reasons[place - 1]) for place, file, row in named]


def _reasons(broken: pa.Table) -> list[str]:
    amounts = {
        name: canonical_text(as_array(broken[name]).cast(DECIMAL)).to_pylist()
        for name in ("into_positions", "external", "difference")
    }
    return [
        f"the flows into the positions of {row['portfolio_id']} on {row['day']} sum to "
        f"{amounts['into_positions'][place]} {row['portfolio_currency']}, its external flows to "
        f"{amounts['external'][place]}: they differ by {amounts['difference'][place]}"
        for place, row in enumerate(broken.to_pylist())
    ]
