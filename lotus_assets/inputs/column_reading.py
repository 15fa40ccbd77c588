"""Reading an input's columns: the same rows as `reading.read_input`, leaner."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
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
from lotus_assets.sources.warehouse.copying import Columns, read_arrow, read_columns
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.sources.warehouse.versioned import AS_OF, DATA_VERSION

NUMBER = "payload_number"


def read_input_columns(
    connection: Connection,
    kind: InputTable,
    as_of: date,
    payloads: pd.DataFrame,
    names: Sequence[str],
) -> Columns:
    """Columns of an input's rows as of a day, from the window of each payload, in key order.

    `payloads` (of `read_payloads`, status OK): subject, variant and start_date, one row a subject
    (and variant, where the input has a column of them).
    NUMBER is the row's payload, numbered from 0. `names` are dates, numbers or booleans that are
    never NULL; the input's key begins with its subject and ends with a day.
    """
    return read_columns(connection, _as_of(kind, as_of, payloads, names))


def read_input_arrow(
    connection: Connection,
    kind: InputTable,
    as_of: date,
    payloads: pd.DataFrame,
    names: Sequence[str],
) -> pa.Table:
    """The same for columns that may also be text or NULL."""
    return read_arrow(connection, _as_of(kind, as_of, payloads, names))


def _as_of(
    kind: InputTable, as_of: date, payloads: pd.DataFrame, names: Sequence[str]
) -> Select[Any]:
    """The rows of each subject by the index of the key: no sort of all, no scan of the table."""
    variants = [""] * len(payloads) if kind.variant is None else payloads["variant"]
    windows = list(zip(payloads["subject"], variants, payloads["start_date"], strict=True))
    asked = values(
        column(NUMBER, Integer),
        column("subject", Text),
        column("variant", Text),
        column("start_date", Date),
        name="asked",
    ).data([(number, *window) for number, window in enumerate(windows or [("", "", date.max)])])
    stored = database_table(kind.table)
    entity, *rest = (stored.c[name] for name in kind.table.key if name != DATA_VERSION)
    rows = (
        select(*(stored.c[name] for name in names))
        .distinct(*rest)
        .where(entity == asked.c.subject, rest[-1] >= cast(asked.c.start_date, Date))
        .where(stored.c[AS_OF] <= as_of)
        .where(true() if kind.variant is None else stored.c[kind.variant] == asked.c.variant)
        .order_by(*rest, stored.c[AS_OF].desc(), stored.c[DATA_VERSION].desc())
        .lateral("rows")
    )
    return select(asked.c[NUMBER], *(rows.c[name] for name in names)).select_from(
        asked.join(rows, true())
    )
