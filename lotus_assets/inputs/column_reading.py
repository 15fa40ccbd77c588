"""Reading an input's numbers as arrays: the same rows as `reading.read_input`, leaner."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    Connection,
    Date,
    Integer,
    Select,
    Text,
    cast,
    column,
    select,
    true,
    values,
)

from lotus_assets.inputs.contract_gate import InputTable
from lotus_assets.sources.warehouse.copying import Columns, read_columns
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.sources.warehouse.versioned import AS_OF, DATA_VERSION

PLACE = "place"


def read_input_columns(
    connection: Connection,
    kind: InputTable,
    as_of: date,
    payloads: pd.DataFrame,
    names: Sequence[str],
) -> Columns:
    """Columns of an input's rows as of a day, from the window of each payload, in key order.

    `payloads` (of `read_payloads`, status OK): subject and start_date, one row a subject.
    `place` is the row's payload, numbered from 0. `names` are dates, numbers or booleans that are
    never NULL; the input's key is its subject and a day.
    """
    if payloads.empty:
        payloads = pd.DataFrame({"subject": [""], "start_date": [date.max]})
    query = _as_of(kind, as_of, list(payloads[["subject", "start_date"]].itertuples()), names)
    return read_columns(connection, query)


def _as_of(
    kind: InputTable, as_of: date, payloads: Sequence[Any], names: Sequence[str]
) -> Select[Any]:
    """The rows of each subject by the index of the key: no sort of all, no scan of the table."""
    asked = values(
        column(PLACE, Integer), column("subject", Text), column("start_date", Date), name="asked"
    ).data([(place, each.subject, each.start_date) for place, each in enumerate(payloads)])
    own = database_table(kind.table)
    entity, *rest = (own.c[name] for name in kind.table.key if name != DATA_VERSION)
    rows = (
        select(*(own.c[name] for name in names))
        .distinct(*rest)
        .where(entity == asked.c.subject, rest[0] >= cast(asked.c.start_date, Date))
        .where(own.c[AS_OF] <= as_of)
        .order_by(*rest, own.c[AS_OF].desc(), own.c[DATA_VERSION].desc())
        .lateral("rows")
    )
    return select(asked.c.place, *(rows.c[name] for name in names)).select_from(
        asked.join(rows, true())
    )
