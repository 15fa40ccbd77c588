"""Whether a figure that is asked for is stored, told with what there is instead.

Loads neither pandas nor Dagster: who is refused does not wait for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, TableClause, column, func, select, table
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.outputs.explanations.portfolio_choices import PARTS, TOTALS, AskedMeasure
from lotus_assets.outputs.explanations.refusals import NotExplained, existing

ASKED_LEVELS = ("business_line", "team", "repo")
NOT_APPLICABLE = ""
METRICS = table("metric_daily", *map(column, ("date", "metric", "org", *ASKED_LEVELS)))


@dataclass(frozen=True)
class AskedValue:
    """The value that is to be explained: of the deepest level that is named, else of the org."""

    metric: str
    date: date
    business_line: str | None = None
    team: str | None = None
    repo: str | None = None

    @property
    def levels(self) -> dict[str, str]:
        """The levels that are named."""
        named = zip(ASKED_LEVELS, (self.business_line, self.team, self.repo), strict=True)
        return {level: text for level, text in named if text}


def stored_slice(connection: Connection, asked: AskedValue) -> tuple[str, ...]:
    """The slice of `metric_daily` that is asked for: org, business line, team and repo.

    Raises:
        NotExplained: there is no such day or slice, or several slices bear the names.
    """
    stored = METRICS.c
    query = select(stored.org, *(stored[level] for level in ASKED_LEVELS))
    rows = connection.execute(
        query.where(stored.date == asked.date, stored.metric == asked.metric)
    ).all()
    if not rows:
        raise NotExplained(_no_day(connection, asked))
    matching = [row for row in rows if _is_asked(row, asked.levels)]
    if len(matching) != 1:
        raise NotExplained(_no_slice(rows, matching, asked.levels))
    return tuple(matching[0])


def check_stored(connection: Connection, name: str, key: Mapping[str, Any]) -> None:
    """A table has a row with this key, looked for column by column.

    Raises:
        NotExplained: there is none; the text says from which part of the key on, and what is there.
    """
    for part, value in key.items():
        if "\0" in str(value):
            raise NotExplained(f"{name} has no {part} with a character of code 0.")
    rows = table(name, *map(column, key))
    are_asked = [rows.c[part] == value for part, value in key.items()]
    if connection.scalar(select(select(rows).where(*are_asked).exists())):
        return
    before: list[ColumnElement[bool]] = []
    for (part, value), is_asked in zip(key.items(), are_asked, strict=True):
        _check_part(connection, rows, part, value, before)
        before.append(is_asked)


def check_measure_stored(connection: Connection, asked: AskedMeasure) -> None:
    """The figure is stored, and the one of the whole portfolio that it is part of.

    Raises:
        NotExplained: it is not.
    """
    check_stored(connection, TOTALS[asked.measure], measure_key(asked))
    if asked.group is not None:
        name, part = PARTS[asked.measure]
        check_stored(connection, name, measure_key(asked, part))


def measure_key(asked: AskedMeasure, part: str | None = None) -> dict[str, Any]:
    """The key of the figure's row, from what is looked for first to what is looked for last.

    `part` is the column that names the position or group.
    """
    key: dict[str, Any] = {"portfolio_id": asked.portfolio_id, "as_of_date": asked.as_of}
    key |= {**asked.choices, "period": asked.period}
    return key if part is None else {**key, part: asked.group}


def _check_part(
    connection: Connection,
    rows: TableClause,
    part: str,
    value: Any,
    before: list[ColumnElement[bool]],
) -> None:
    known = connection.scalars(select(rows.c[part]).where(*before).distinct())
    names = sorted(map(str, known))
    if str(value) not in names:
        there = existing(f"Each {part}", names, str(value))
        raise NotExplained(f"{rows.name} has no {part} {value}. {there}")


def _is_asked(row: Row[Any], levels: Mapping[str, str]) -> bool:
    """Whether a slice's deepest level is the deepest named, and it bears the names."""
    depth = max((ASKED_LEVELS.index(level) for level in levels), default=-1)
    return all(
        getattr(row, level) == levels[level]
        if level in levels
        else position <= depth or getattr(row, level) == NOT_APPLICABLE
        for position, level in enumerate(ASKED_LEVELS)
    )


def _no_day(connection: Connection, asked: AskedValue) -> str:
    days = METRICS.c.date
    first, last, count = connection.execute(
        select(func.min(days), func.max(days), func.count(days.distinct()))
    ).one()
    if first is None:
        return "metric_daily holds no day yet. Run `make run` first."
    return (
        f"metric_daily holds no {asked.metric} of {asked.date}. It holds {count} days between "
        f"{first} and {last}; `python -m lotus_assets export --date {asked.date}` computes one."
    )


def _no_slice(
    rows: Sequence[Row[Any]], matching: Sequence[Row[Any]], levels: Mapping[str, str]
) -> str:
    named = ", ".join(f"{level} {text}" for level, text in levels.items()) or "the organisation"
    if matching:
        slices = ["/".join(filter(None, row)) for row in matching]
        return f"There are several of {named}: {', '.join(slices)}. Name the levels above, too."
    deepest = max(levels, key=ASKED_LEVELS.index)
    names = sorted({getattr(row, deepest) for row in rows} - {NOT_APPLICABLE})
    return f"There is no slice of {named}. {existing(f'Each {deepest}', names, levels[deepest])}"
