"""What changed since the last computation: by project for facts, by day for metrics.

Triggers number every change of a project's rows in the transaction that makes it (baseline.sql),
whoever writes: nothing is forgotten by a crash. A number is compared for equality only, because
transactions commit in another order than they draw their numbers.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from sqlalchemy import BigInteger, Connection, Date, Text, bindparam, delete, func, select, update
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.dialects.postgresql import JSONB, insert

from lotus_assets.sources.warehouse.schema import BOOKKEEPING

project_change = DatabaseTable(
    "project_change",
    BOOKKEEPING,
    DatabaseColumn("table_name", Text, primary_key=True),
    DatabaseColumn("project_id", BigInteger, primary_key=True),
    DatabaseColumn("change", BigInteger, nullable=False),
)
project_mark = DatabaseTable(
    "project_mark",
    BOOKKEEPING,
    DatabaseColumn("table_name", Text, primary_key=True),
    DatabaseColumn("project_id", BigInteger, primary_key=True),
    DatabaseColumn("mark", Text, nullable=False),
    DatabaseColumn("rows_mark", Text),
)
metric_day = DatabaseTable(
    "metric_day",
    BOOKKEEPING,
    DatabaseColumn("date", Date, primary_key=True),
    DatabaseColumn("mark", Text, nullable=False),
    DatabaseColumn("daily_export_mark", Text),
    DatabaseColumn("weekly_export_mark", Text),
    DatabaseColumn("seen_change", BigInteger),
    DatabaseColumn("basis", JSONB(none_as_null=True)),
)

Changes = Mapping[int, Mapping[str, int]]
"""Number of the last change of each table's rows, by project."""


def read_changes(connection: Connection, table_names: Iterable[str]) -> Changes:
    """The last changes of these tables. Read them before the rows that they stand for."""
    changes: dict[int, dict[str, int]] = {}
    for table_name, project_id, change in connection.execute(
        select(project_change).where(project_change.c.table_name.in_(list(table_names)))
    ):
        changes.setdefault(project_id, {})[table_name] = change
    return changes


def read_marks(connection: Connection, table_name: str) -> dict[int, str]:
    """From what each project's rows of a computed table were worked out."""
    rows = connection.execute(
        select(project_mark.c.project_id, project_mark.c.mark).where(
            project_mark.c.table_name == table_name
        )
    )
    return dict(rows.tuples().all())


def read_rows_marks(connection: Connection, table_name: str) -> dict[int, str | None]:
    """The same of the collected rows alone; None where that was not noted yet."""
    rows = connection.execute(
        select(project_mark.c.project_id, project_mark.c.rows_mark).where(
            project_mark.c.table_name == table_name
        )
    )
    return dict(rows.tuples().all())


def write_marks(
    connection: Connection,
    table_name: str,
    marks: Mapping[int, str],
    rows_marks: Mapping[int, str],
    *,
    all_projects: bool,
) -> None:
    """Note the marks of what was worked out, in the transaction that writes its rows.

    `rows_marks` are those of the collected rows alone. `all_projects`: the others' marks go,
    because their rows went too.
    """
    if all_projects:
        connection.execute(delete(project_mark).where(project_mark.c.table_name == table_name))
    if not marks:
        return
    statement = insert(project_mark).values(
        table_name=table_name,
        project_id=bindparam("of_project"),
        mark=bindparam("new_mark"),
        rows_mark=bindparam("of_rows"),
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["table_name", "project_id"],
            set_={name: statement.excluded[name] for name in ("mark", "rows_mark")},
        ),
        [
            {"of_project": key, "new_mark": mark, "of_rows": rows_marks.get(key)}
            for key, mark in sorted(marks.items())
        ],
    )


def read_metric_days(connection: Connection) -> dict[date, str]:
    """Every day whose metrics are stored, with the mark of what they were worked out from."""
    rows = connection.execute(select(metric_day.c.date, metric_day.c.mark))
    return dict(rows.tuples().all())


def write_metric_days(connection: Connection, marks: Mapping[date, str]) -> None:
    """Note the marks of the days that were worked out, in the transaction that writes them."""
    if not marks:
        return
    statement = insert(metric_day).values(date=bindparam("day"), mark=bindparam("new_mark"))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["date"], set_={"mark": statement.excluded.mark}
        ),
        [{"day": day, "new_mark": mark} for day, mark in sorted(marks.items())],
    )


Export = Literal["daily_export_mark", "weekly_export_mark"]


def read_unexported_days(connection: Connection, export: Export, since: date) -> set[date]:
    """The days whose metrics are not those that were last exported.

    Days before both `since` and the first that was exported are there for the history on pages
    alone.
    """
    differs = metric_day.c[export].is_distinct_from(metric_day.c.mark)
    first = select(func.min(metric_day.c.date)).where(metric_day.c[export].is_not(None))
    is_for_export = metric_day.c.date >= func.least(first.scalar_subquery(), since)
    return set(connection.scalars(select(metric_day.c.date).where(differs & is_for_export)))


def write_exported_days(connection: Connection, export: Export, marks: Mapping[date, str]) -> None:
    """Note that these days were exported as they were when their marks were read."""
    if not marks:
        return
    statement = update(metric_day).where(metric_day.c.date == bindparam("day"))
    connection.execute(
        statement.values({export: bindparam("seen")}),
        [{"day": day, "seen": mark} for day, mark in sorted(marks.items())],
    )
