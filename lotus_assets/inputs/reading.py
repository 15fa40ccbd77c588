"""Reading inputs back: the rows that were the answer as of a day, of payloads that were good."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.inputs import core_payload
from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.sources.warehouse.copying import read_query
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.sources.warehouse.versioned import rows_as_of


def read_input(
    connection: Connection,
    kind: InputTable,
    as_of: date,
    subjects: Sequence[str] | None = None,
    *where: ColumnElement[bool],
) -> pd.DataFrame:
    """The rows of an input as of a day (that satisfy all conditions), through its model, by key.

    Only of payloads whose status as of that day is OK: a quarantined portfolio has no rows, not
    yesterday's. Rows before the payload's window belong to older payloads; `core_payload` gives
    the window (`start_date`, `end_date`).
    """
    stored = database_table(kind.table)
    known = database_table(core_payload.TABLE)
    good = select(known.c.subject).where(
        known.c.contract == kind.contract.name,
        known.c.as_of_date == as_of,
        known.c.status == core_payload.OK,
    )
    conditions = [stored.c[kind.entity].in_(good), *where]
    if subjects is not None:
        conditions.append(stored.c[kind.entity].in_(list(subjects)))
    return read_query(connection, kind.table, rows_as_of(kind.table, as_of, *conditions))
