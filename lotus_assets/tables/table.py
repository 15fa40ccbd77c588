"""One table of the warehouse: its contract, its key, and the gate in front of it.

The gate is pure: a frame goes in, the rows that keep the contract and the rows that break it come
out, the latter with their reasons. Who reads, writes and reports stands elsewhere.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

from lotus_assets.tables.table_model import TableModel

QUARANTINE_COLUMNS = ("table_name", "project_id", "reason", "payload")


@dataclass(frozen=True)
class Table:
    """A table: asset key = table name = file name.

    `key` is the primary key. `version` names the column that tells an older copy of a row from a
    newer one: an older one never overwrites; None means that the last write wins.
    `kept` names columns that another collection fills later: NULL never overwrites their value.
    `looked_up_by` names columns with an index beside that of the key.
    """

    name: str
    model: type[TableModel]
    key: tuple[str, ...]
    version: str | None = "updated_at"
    kept: tuple[str, ...] = ()
    looked_up_by: tuple[str, ...] = ()
    description: str = ""

    @cached_property
    def schema(self) -> DataFrameSchema:
        """The pandera schema behind the model."""
        return self.model.to_schema()

    @property
    def columns(self) -> list[str]:
        """Column names in the model's order."""
        return list(self.schema.columns)

    @property
    def json_columns(self) -> list[str]:
        """Columns that are JSON text in a frame and jsonb in the database."""
        return [
            name
            for name, column in self.schema.columns.items()
            if (column.metadata or {}).get("database_type") == "jsonb"
        ]

    def empty(self) -> pd.DataFrame:
        """A frame without rows, with the model's columns and types."""
        return self.schema.coerce_dtype(pd.DataFrame(columns=self.columns, dtype=object))


@dataclass(frozen=True)
class Gated:
    """What the gate made of a frame: rows that passed, rows that did not, and how many came."""

    good: pd.DataFrame
    bad: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=QUARANTINE_COLUMNS))

    @property
    def bad_share(self) -> float:
        """Bad rows ÷ all rows, 0 for an empty frame."""
        rows = len(self.good) + len(self.bad)
        return len(self.bad) / rows if rows else 0.0


def gate(table: Table, frame: pd.DataFrame) -> Gated:
    """Sort the rows of `frame` by whether they keep the contract of `table`.

    Copies of one key count once: the newest version stays (a page that moved while it was read
    shows a row twice). Bad rows come back as (table_name, project_id, reason, payload), one row
    each, however many rules they broke.

    Raises:
        ValueError: a column of the contract is missing or there is one too many; that is a
            mistake of the code that made the frame, not of the data.
    """
    missing = [name for name in table.columns if name not in frame.columns]
    surplus = [name for name in frame.columns if name not in table.columns]
    if missing or surplus:
        raise ValueError(f"{table.name}: missing columns {missing}, unexpected columns {surplus}")
    if frame.empty:
        return Gated(table.empty())
    rows = _newest_of_each_key(table, frame[table.columns].reset_index(drop=True))
    original = rows
    reasons = pd.Series("", index=rows.index, dtype=object)
    while True:
        try:
            good = table.schema.validate(rows, lazy=True)
            break
        except SchemaErrors as broken:
            broken_rows = _reasons_by_row(broken.failure_cases, rows.index)
            reasons.loc[broken_rows.index] = broken_rows
            rows = rows.drop(index=broken_rows.index)
            if rows.empty:
                good = table.empty()
                break
    bad = original.loc[reasons != ""]
    return Gated(good.reset_index(drop=True), _quarantine_rows(table, bad, reasons.loc[bad.index]))


def _newest_of_each_key(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    if not rows.duplicated(list(table.key)).any():
        return rows
    if table.version is not None:
        order = pd.to_datetime(rows[table.version], utc=True, errors="coerce", format="ISO8601")
        rows = rows.iloc[order.argsort(kind="stable").to_numpy()]
    return rows.drop_duplicates(list(table.key), keep="last").reset_index(drop=True)


def _reasons_by_row(failures: pd.DataFrame, index: pd.Index) -> pd.Series:
    """One reason a row; a rule over several columns is reported once, not once a column."""
    of_rows = failures[failures["index"].notna()]
    if of_rows.empty:
        raise ValueError(f"The contract itself failed: {failures['check'].unique().tolist()}")
    over_columns = of_rows["schema_context"].eq("DataFrameSchema")
    by_column = of_rows["column"].astype(str) + ": " + of_rows["check"].astype(str)
    reason = by_column.where(~over_columns, of_rows["check"].astype(str))
    check = of_rows["check"].astype(str)
    # A value that cannot be coerced fails three times: in the frame, in its column, by its type.
    repeated = check.str.startswith("dtype(") | (
        check.str.startswith("coerce_dtype") & over_columns
    )
    named = pd.DataFrame({"row": of_rows["index"], "reason": reason})[~repeated]
    named = named.drop_duplicates().sort_values(["row", "reason"], kind="stable")
    joined = named.groupby("row")["reason"].agg("; ".join)
    return joined.loc[joined.index.intersection(index)]


def _quarantine_rows(table: Table, bad: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    if bad.empty:
        return pd.DataFrame(columns=QUARANTINE_COLUMNS)
    payload = [
        json.dumps(row, default=str)
        for row in bad.astype(object).where(bad.notna(), None).to_dict(orient="records")
    ]
    project = bad["project_id"] if "project_id" in bad.columns else pd.Series(pd.NA, bad.index)
    return pd.DataFrame(
        {
            "table_name": table.name,
            "project_id": pd.to_numeric(project, errors="coerce").astype("Int64"),
            "reason": reasons.astype(str),
            "payload": payload,
        }
    ).reset_index(drop=True)


def concatenate(table: Table, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of several gated frames of one table, with the model's types even when empty."""
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled, ignore_index=True) if filled else table.empty()
