"""From what portfolios' rows were worked out: which inputs, options and engine, table by table.

Written in the transaction that writes the rows. A portfolio without rows has an entry too: that it
has none was worked out just as well.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Identity,
    Index,
    Select,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table as DatabaseTable

from lotus_assets.sources.warehouse.schema import BOOKKEEPING

portfolio_computation = DatabaseTable(
    "portfolio_computation",
    BOOKKEEPING,
    DatabaseColumn("table_name", Text, primary_key=True),
    DatabaseColumn("as_of_date", Date, primary_key=True),
    DatabaseColumn("portfolio_id", Text, primary_key=True),
    DatabaseColumn("inputs", Text, nullable=False),
    DatabaseColumn("options", Text, nullable=False),
    DatabaseColumn("engine", Text, nullable=False),
    DatabaseColumn("row_count", BigInteger, nullable=False),
    DatabaseColumn("run_id", Text, nullable=False),
    DatabaseColumn("computed_at", DateTime(timezone=True), nullable=False),
    DatabaseColumn("seen_change", BigInteger),
)
payload_change = DatabaseTable(
    "payload_change",
    BOOKKEEPING,
    DatabaseColumn("payload_change_id", BigInteger, Identity(), primary_key=True),
    DatabaseColumn("contract", Text, nullable=False),
    DatabaseColumn("subject", Text, nullable=False),
    DatabaseColumn("variant", Text, nullable=False),
    DatabaseColumn("as_of_date", Date, nullable=False),
    DatabaseColumn("old_status", Text, nullable=False),
    DatabaseColumn("old_data_version", Text),
    DatabaseColumn("old_content_hash", Text),
    DatabaseColumn("noted_at", DateTime(timezone=True), nullable=False),
    Index("payload_change_by_day", "as_of_date", "subject"),
)
"""What a payload was before another one took its place: a trigger writes it."""

WORKED_OUT_FROM = ["inputs", "options", "engine"]
"""Where none of these differs, the rows are the same."""


def read_computations(connection: Connection, table_name: str, as_of: date) -> pd.DataFrame:
    """From what a table's rows as of a day were worked out.

    WORKED_OUT_FROM, row_count and seen_change; the index is the portfolio.
    """
    names = ["portfolio_id", *WORKED_OUT_FROM, "row_count", "seen_change"]
    rows = connection.execute(
        select(*(portfolio_computation.c[name] for name in names)).where(
            portfolio_computation.c.table_name == table_name,
            portfolio_computation.c.as_of_date == as_of,
        )
    ).all()
    return pd.DataFrame(rows, columns=names).set_index("portfolio_id")


def last_payload_change(connection: Connection) -> int:
    """The number of the last change of a payload. Read it before the inputs that it stands for."""
    return connection.scalar(select(func.max(payload_change.c.payload_change_id))) or 0


def read_payload_changes(connection: Connection, as_of: date, since: int) -> pd.DataFrame:
    """What payloads as of a day were before each change later than `since`."""
    names = [
        *("payload_change_id", "contract", "subject", "variant"),
        *("old_status", "old_data_version", "old_content_hash"),
    ]
    rows = connection.execute(
        select(*(payload_change.c[name] for name in names)).where(
            payload_change.c.as_of_date == as_of, payload_change.c.payload_change_id > since
        )
    ).all()
    return pd.DataFrame(rows, columns=names)


def write_computations(
    connection: Connection,
    table_name: str,
    replaced: pd.DataFrame,
    computed: pd.DataFrame,
    *,
    run_id: str,
    at: datetime,
    seen_change: int,
) -> None:
    """Put `computed` in place of what was noted of `replaced`, in the caller's transaction.

    `replaced`: portfolio_id and, where the table keeps every day, as_of_date. `computed`:
    as_of_date, portfolio_id, WORKED_OUT_FROM and row_count. `seen_change` is the last change of a
    payload that they take in.
    """
    noted = portfolio_computation.c
    gone = _unnested(replaced, list(replaced.columns)).subquery()
    connection.execute(
        delete(portfolio_computation).where(
            noted.table_name == table_name,
            *(noted[name] == gone.c[name] for name in replaced.columns),
        )
    )
    names = ["as_of_date", "portfolio_id", *WORKED_OUT_FROM, "row_count"]
    rows = _unnested(computed, names).add_columns(
        literal(table_name),
        literal(run_id),
        literal(at, DateTime(timezone=True)),
        literal(seen_change),
    )
    connection.execute(
        insert(portfolio_computation).from_select(
            [*names, "table_name", "run_id", "computed_at", "seen_change"], rows
        )
    )


def _unnested(frame: pd.DataFrame, names: Sequence[str]) -> Select[Any]:
    """The rows of a frame as a query: one array a column, however many rows there are."""
    return select(
        *(
            func.unnest(
                bindparam(None, frame[name].tolist(), ARRAY(portfolio_computation.c[name].type))
            ).label(name)
            for name in names
        )
    )
