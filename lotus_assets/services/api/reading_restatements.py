"""Restatements as the API reads them: a page of those that are asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select

from lotus_assets.filling.restatement import TABLE
from lotus_assets.sources.warehouse.schema import database_table


@dataclass(frozen=True)
class AskedRestatements:
    """Of figures of which days, and of what; None: of any."""

    since: date | None = None
    until: date | None = None
    subject: str | None = None
    figure: str | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds of the rows that are asked for."""
        stored = database_table(TABLE).c
        conditions: list[ColumnElement[bool]] = []
        if self.since is not None:
            conditions.append(stored.figure_date >= self.since)
        if self.until is not None:
            conditions.append(stored.figure_date <= self.until)
        if self.subject is not None:
            conditions.append(stored.subject == self.subject)
        if self.figure is not None:
            conditions.append(stored.figure == self.figure)
        return conditions


def read_page(
    engine: Engine, asked: AskedRestatements, *, offset: int, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many there are, and those of a page, the latest first."""
    stored = database_table(TABLE)
    counted = select(func.count()).select_from(stored).where(*asked.conditions)
    page = (
        select(stored)
        .where(*asked.conditions)
        .order_by(stored.c.restated_at.desc(), stored.c.restatement_id)
        .offset(offset)
        .limit(limit)
    )
    with engine.connect() as connection:
        rows = connection.execute(page).mappings().all()
        return connection.scalar(counted) or 0, [dict(row) for row in rows]
