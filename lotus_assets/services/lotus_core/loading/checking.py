"""A piece of a file through its pandera model: rows that may be loaded, or what is wrong."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaErrors

from lotus_assets.services.lotus_core.database import AMSTERDAM
from lotus_assets.services.lotus_core.loading.column_types import INSTANT
from lotus_assets.services.lotus_core.loading.converting import EXPECTED, convert
from lotus_assets.services.lotus_core.loading.layout import LayoutTable
from lotus_assets.services.lotus_core.loading.reading import Piece
from lotus_assets.services.lotus_core.loading.refusal import FileProblem

BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When rows without an own date were known, unless they say so."""


def check_piece(table: LayoutTable, piece: Piece) -> tuple[pa.Table, list[FileProblem]]:
    """The piece in the layout's types with defaults filled in, and its problems.

    Raises:
        ValueError: never for data; a mistake of the layout's own declarations.
    """
    unreadable: dict[str, list[int]] = {}
    columns = {}
    for name in table.columns:
        kind = table.arrow_types[name]
        if name in piece.rows.column_names:
            given = piece.rows.column(name)
            columns[name] = convert(given, kind)
            lost = pc.and_(pc.is_valid(given), pc.is_null(columns[name]))
            rows = np.flatnonzero(np.asarray(lost.to_numpy()))
            if len(rows):
                unreadable[name] = rows.tolist()
        else:
            columns[name] = pa.nulls(piece.rows.num_rows, kind)
        if name in table.defaults:
            default = pa.scalar(table.defaults[name]).cast(kind)
            columns[name] = pc.fill_null(columns[name], default)
    columns["recorded_at"] = _recorded_at(table, columns)
    rows_of_file = pa.table(columns)
    problems = [
        FileProblem(
            piece.file, piece.first_row + row, f"{name} is not {EXPECTED[table.arrow_types[name]]}"
        )
        for name, rows in unreadable.items()
        for row in rows
    ]
    broken = _contract_problems(table, piece, rows_of_file, unreadable)
    return rows_of_file, problems + broken


def _recorded_at(table: LayoutTable, columns: dict[str, pa.Array]) -> pa.Array:
    """As given, else Amsterdam's midnight of the row's own date."""
    given = columns["recorded_at"]
    if given.null_count == 0:
        return given
    if table.own_date is None:
        return pc.fill_null(given, pa.scalar(BEGINNING, INSTANT))
    midnight = columns[table.own_date].cast(pa.timestamp("us"))
    zoned = pc.assume_timezone(midnight, str(AMSTERDAM), ambiguous="earliest", nonexistent="latest")
    return pc.coalesce(given, zoned.cast(INSTANT))


def _contract_problems(
    table: LayoutTable, piece: Piece, rows: pa.Table, unreadable: dict[str, list[int]]
) -> list[FileProblem]:
    frame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    try:
        table.schema.validate(frame, lazy=True)
    except SchemaErrors as broken:
        cases = broken.failure_cases
    else:
        return []
    known = {(name, row) for name, lost in unreadable.items() for row in lost}
    known |= {("recorded_at", row) for row in unreadable.get(table.own_date or "", [])}
    of_rows = cases[cases["index"].notna()]
    if of_rows.empty:
        raise ValueError(f"{table.name}: the contract itself failed: {cases['check'].tolist()}")
    seen = set()
    for case in of_rows.itertuples():
        row, check = int(case.index), str(case.check)
        whole_row = case.schema_context == "DataFrameSchema"
        if (case.column, row) in known or (whole_row and _involved(unreadable, row)):
            continue
        what = "is required" if check == "not_nullable" else f"breaks {check}: {case.failure_case}"
        reason = check if whole_row else f"{case.column} {what}"
        seen.add((piece.first_row + row, reason))
    return [FileProblem(piece.file, row, reason) for row, reason in sorted(seen)]


def _involved(unreadable: dict[str, list[int]], row: int) -> bool:
    return any(row in rows for rows in unreadable.values())
