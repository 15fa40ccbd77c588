"""Rows of facts as they stood before a run changed them, until the metrics were worked out anew.

A figure that was exported and changes can so name the rows that it changed for. Noted in the
transaction that changes the rows; what every exported day has taken in is let go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    DateTime,
    Identity,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from lotus_assets.sources.warehouse.changes import metric_day
from lotus_assets.sources.warehouse.replacement import Replacement
from lotus_assets.sources.warehouse.schema import BOOKKEEPING

fact_change = DatabaseTable(
    "fact_change",
    BOOKKEEPING,
    DatabaseColumn("fact_change_id", BigInteger, Identity(), primary_key=True),
    DatabaseColumn("table_name", Text, nullable=False),
    DatabaseColumn("project_id", BigInteger, nullable=False),
    DatabaseColumn("row_key", JSONB, nullable=False),
    DatabaseColumn("old_row", JSONB(none_as_null=True)),
    DatabaseColumn("cause", Text, nullable=False),
    DatabaseColumn("run_id", Text, nullable=False),
    DatabaseColumn("noted_at", DateTime(timezone=True), nullable=False),
)
fact_basis = DatabaseTable(
    "fact_basis",
    BOOKKEEPING,
    DatabaseColumn("table_name", Text, primary_key=True),
    DatabaseColumn("basis", JSONB, nullable=False),
)

ROWS = "rows"
"""The cause of what changed because other rows came, changed or vanished."""
Basis = Mapping[str, Any]
"""What a table's rows follow from beside other rows, by name, each in short."""


@dataclass(frozen=True)
class ExportedDay:
    """A day whose metrics were exported: the last fact change that they take in, and their basis.

    None: they were worked out before that was noted.
    """

    seen_change: int | None
    basis: Basis | None


def is_any_day_exported(connection: Connection) -> bool:
    """Whether there is a figure that could be restated."""
    return bool(connection.scalar(select(exists().where(_is_exported()))))


def read_exported_days(connection: Connection) -> dict[date, ExportedDay]:
    """The days whose metrics were exported, daily or weekly."""
    rows = connection.execute(
        select(metric_day.c.date, metric_day.c.seen_change, metric_day.c.basis).where(
            _is_exported()
        )
    )
    return {day: ExportedDay(seen, basis) for day, seen, basis in rows}


def note_changes(
    replacement: Replacement, causes: Mapping[int, str], run_id: str, at: datetime
) -> None:
    """Keep the rows that are about to change or vanish, and the keys of those that come.

    `causes`, by project, say why; rows of the others changed because of rows.
    """
    for rows, is_new in ((replacement.changed(), False), (replacement.coming(), True)):
        _note(replacement, rows, causes, run_id, at, is_new=is_new)


def _note(
    replacement: Replacement,
    query: Select[Any],
    causes: Mapping[int, str],
    run_id: str,
    at: datetime,
    *,
    is_new: bool,
) -> None:
    rows = query.subquery()
    of_projects = select(
        func.unnest(bindparam(None, list(causes), ARRAY(BigInteger))).label("project_id"),
        func.unnest(bindparam(None, list(causes.values()), ARRAY(Text))).label("cause"),
    ).subquery()
    pairs = [part for name in replacement.table.key for part in (literal(name), rows.c[name])]
    noted = select(
        literal(replacement.table.name),
        rows.c.project_id,
        func.jsonb_build_object(*pairs),
        null() if is_new else func.to_jsonb(rows.table_valued()),
        func.coalesce(of_projects.c.cause, ROWS),
        literal(run_id),
        literal(at, DateTime(timezone=True)),
    ).select_from(rows.outerjoin(of_projects, rows.c.project_id == of_projects.c.project_id))
    names = [column.name for column in fact_change.c if column.name != "fact_change_id"]
    replacement.connection.execute(insert(fact_change).from_select(names, noted))


def last_change(connection: Connection) -> int:
    """The number of the last change. Read it before the facts that it stands for."""
    return connection.scalar(select(func.max(fact_change.c.fact_change_id))) or 0


def first_changes_since(connection: Connection, change: int) -> pd.DataFrame:
    """Each row as it was when `change` was the last: table_name, row_key, old_row, cause.

    `old_row` is None where there was none; `cause` is that of its first change since.
    """
    noted = fact_change.c
    key = (noted.table_name, noted.row_key)
    later = select(fact_change).where(noted.fact_change_id > change)
    first = later.distinct(*key).order_by(*key, noted.fact_change_id).subquery()
    rows = select(first.c.table_name, first.c.row_key, first.c.old_row, first.c.cause)
    names = ["table_name", "row_key", "old_row", "cause"]
    return pd.DataFrame(connection.execute(rows).all(), columns=names, dtype=object)


def write_seen(
    connection: Connection, days: list[date], seen: int, basis: Basis | None = None
) -> None:
    """Note that the metrics of `days` take in all changes up to `seen`; and follow from `basis`."""
    values: dict[str, Any] = {"seen_change": seen}
    if basis is not None:
        values["basis"] = dict(basis)
    connection.execute(update(metric_day).where(metric_day.c.date.in_(days)).values(values))


def forget_seen_changes(connection: Connection) -> None:
    """Let go of what every exported day takes in."""
    oldest = select(func.min(func.coalesce(metric_day.c.seen_change, 0))).where(_is_exported())
    connection.execute(
        delete(fact_change).where(fact_change.c.fact_change_id <= oldest.scalar_subquery())
    )


def read_basis(connection: Connection, table_names: list[str]) -> dict[str, Basis]:
    """From what these tables were last worked out, by table."""
    rows = connection.execute(select(fact_basis).where(fact_basis.c.table_name.in_(table_names)))
    return dict(rows.tuples().all())


def write_basis(connection: Connection, table_name: str, basis: Basis) -> None:
    """Note from what a table is worked out, in the transaction that writes its rows."""
    statement = upsert(fact_basis).values(table_name=table_name, basis=dict(basis))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["table_name"], set_={"basis": statement.excluded.basis}
        )
    )


def _is_exported() -> Any:
    return or_(
        metric_day.c.daily_export_mark.isnot(None), metric_day.c.weekly_export_mark.isnot(None)
    )
