"""restatement: every figure that was given out and said something else afterwards.

Whoever replaces figures writes them here in the transaction that replaces them
(`sources.warehouse.replacement`): the value before and after, the run, and why.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from pandera.pandas import Field
from sqlalchemy import Connection, func, select

from lotus_assets.sources.warehouse.copying import copy_in
from lotus_assets.sources.warehouse.schema import arrow_schema, database_table
from lotus_assets.tables.columns import JSON, Boolean, Day, Instant, Json, Number, Text
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

NAMED = 20
"""Rows and payloads that a restatement names; of the others it says how many there are."""
CAUSES = {
    "rows": "rows of a fact came, changed or vanished",
    "payloads": "lotus-core gave other payloads",
    "collection": "other projects were collected whole",
    "org_file": "the org file places projects elsewhere",
    "rules_file": "the rules file says something else",
    "time_zone": "days begin at another time",
    "settings": "a setting that decides results is another",
    "definition": "the metric is defined otherwise",
    "engine": "the code that works the figures out is another",
    "unknown": "what it followed from before was not noted yet",
}
"""Every cause, and what it means."""


class Restatement(TableModel):
    """One row a figure and the run that changed it."""

    restatement_id: Text = Field(
        unique=True, str_length=32, description="Hash of run, table, row and figure."
    )
    restated_at: Instant = Field(description="When the run changed it.")
    run_id: Text = Field(description="The Dagster run that changed it.")
    table_name: Text = Field(description="Where the figure stands: metric_daily, twr, …")
    figure: Text = Field(description="The metric's key, or the column.")
    figure_date: Day = Field(description="The figure's day: `date` or `as_of_date`.")
    subject: Text = Field(
        description="The portfolio, or the deepest level of the slice: repo, team, business line "
        "or org."
    )
    row_key: Json = Field(metadata=JSON, description="The key of the figure's row.")
    old_value: Number = Field(nullable=True, description="What it said before; NULL: nothing.")
    new_value: Number = Field(
        nullable=True, description="What it says since; NULL: nothing, or the row is gone."
    )
    is_vanished: Boolean = Field(description="The figure's whole row is gone.")
    cause: Text = Field(
        description=f"Why, several joined by '; ': {', '.join(CAUSES)}.",
    )
    reasons: Json = Field(
        metadata=JSON,
        description=f"What changed, by name: a list of the first {NAMED} (`named`), and how many "
        "there are beside (`more`).",
    )


TABLE = Table(
    name="restatement",
    model=Restatement,
    key=("restatement_id",),
    version=None,
    looked_up_by=("restated_at", "figure_date", "subject"),
    description="Figures that were given out and changed afterwards: old, new, when and why.",
)


def write_restatements(
    connection: Connection, restated: pd.DataFrame, *, table: Table, run_id: str, at: datetime
) -> None:
    """Add restatements of figures of `table`, in the transaction that changes them.

    `restated` holds the columns of the table that are not the same for all of them.
    """
    if restated.empty:
        return
    keys = restated["row_key"].astype(str)
    identity = run_id + "\n" + table.name + "\n" + keys + "\n" + restated["figure"].astype(str)
    rows = restated.assign(
        restatement_id=[hashlib.sha256(text.encode()).hexdigest()[:32] for text in identity],
        restated_at=at,
        run_id=run_id,
        table_name=table.name,
    )
    checked = TABLE.schema.validate(rows[TABLE.columns], lazy=True)
    copy_in(connection, f"public.{TABLE.name}", checked, arrow_schema(TABLE))


def restated_by_cause(
    connection: Connection, run_id: str | None = None, table_name: str | None = None
) -> dict[str, int]:
    """How many figures were restated, by cause: by one run or by all, of one table or of all."""
    stored = database_table(TABLE).c
    query = select(stored.cause, func.count()).group_by(stored.cause).order_by(stored.cause)
    if run_id is not None:
        query = query.where(stored.run_id == run_id)
    if table_name is not None:
        query = query.where(stored.table_name == table_name)
    return dict(connection.execute(query).tuples().all())


def row_keys(rows: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The keys of rows as JSON text; days as YYYY-MM-DD."""
    texts = rows[list(names)].astype(str)
    return [json.dumps(key, ensure_ascii=False) for key in texts.to_dict("records")]


def reasons_text(names: Sequence[str], count: int) -> str:
    """The first of what changed by name, and how many more there are, as `reasons` holds it."""
    return json.dumps({"named": list(names[:NAMED]), "more": max(count - NAMED, 0)})
