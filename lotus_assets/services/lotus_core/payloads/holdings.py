"""Which positions a portfolio held in a window, and the dimensions of what they hold."""

import datetime as dt

import pyarrow as pa
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.database import Snapshot, read_columns
from lotus_assets.services.lotus_core.payloads.context import PortfolioContext, ReferenceContext
from lotus_assets.services.problems import unsupported

UNCLASSIFIED = "Unclassified"
OWN_DIMENSIONS = {"currency": "currency", "instrument_type": "instrument_type"}
"""Dimensions that are columns of the instrument itself."""
HELD = {
    "position_id": "text",
    "instrument_id": "text",
    "instrument_name": "text",
    "instrument_type": "text",
    "currency": "text",
}


def held_positions(
    connection: Connection, context: PortfolioContext, start: dt.date, end: dt.date
) -> pa.Table:
    """Positions with a row in [start, end], by id: see `HELD` for the columns."""
    parameters = {**context.parameters, "start_date": start, "end_date": end}
    return read_columns(connection, "held_positions", parameters, HELD)


def supported_dimensions(connection: Connection, reference: ReferenceContext) -> list[str]:
    """Names of all dimensions, sorted."""
    known = read_columns(
        connection, "dimension_names", reference.snapshot.parameters, {"dimension": "text"}
    )
    return sorted({*OWN_DIMENSIONS, *known["dimension"].to_pylist()})


def check_dimensions(requested: list[str], supported: list[str]) -> None:
    """Refuse dimensions that no instrument has.

    Raises:
        ServiceProblem: UNSUPPORTED_CONFIGURATION.
    """
    unknown = [name for name in requested if name not in supported]
    if unknown:
        raise unsupported(f"dimensions {unknown} are not supported; supported are {supported}")


def dimensions_of(
    connection: Connection, snapshot: Snapshot, instruments: pa.Table, requested: list[str]
) -> dict[str, dict[str, str]]:
    """By instrument the value of each requested dimension, `Unclassified` where it has none.

    `instruments` has the columns instrument_id, instrument_type, currency.
    """
    unique = instruments.group_by("instrument_id").aggregate(
        [("instrument_type", "min"), ("currency", "min")]
    )
    names = unique["instrument_id"].to_pylist()
    classified = read_columns(
        connection,
        "dimensions",
        {**snapshot.parameters, "instruments": names},
        {"instrument_id": "text", "dimension": "text", "dimension_value": "text"},
    )
    built_in = {
        name: unique[f"{column}_min"].to_pylist() for name, column in OWN_DIMENSIONS.items()
    }
    values: dict[str, dict[str, str]] = {
        name: {dimension: built_in[dimension][row] for dimension in OWN_DIMENSIONS}
        for row, name in enumerate(names)
    }
    for name, dimension, value in zip(*(column.to_pylist() for column in classified), strict=True):
        values[name][dimension] = value
    return {
        name: {dimension: known.get(dimension, UNCLASSIFIED) for dimension in requested}
        for name, known in values.items()
    }
