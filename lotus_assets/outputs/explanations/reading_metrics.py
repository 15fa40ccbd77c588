"""A metric's explanation from the warehouse: what is asked for is there, or is refused in words."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.metric import Metric
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.analytics.delivery.row_names import NUMBERED_BY, numbered
from lotus_assets.engine.delivery.slices import LEVELS, NOT_APPLICABLE
from lotus_assets.facts import dim_project
from lotus_assets.outputs.explanations.metric_answer import MetricExplanation
from lotus_assets.outputs.explanations.metric_explanation import (
    StoredValue,
    Surroundings,
    metric_explanation,
)
from lotus_assets.outputs.explanations.refusals import NotExplained, check_metric, existing
from lotus_assets.sources.warehouse.bookkeeping import read_collected_periods
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import database_table

ASKED_LEVELS = LEVELS[1:]


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


def explain_metric(
    engine: Engine, asked: AskedValue, surroundings: Surroundings
) -> MetricExplanation:
    """The explanation of one value of `metric_daily`.

    Raises:
        NotExplained: there is no such metric, day or slice.
    """
    check_metric(asked.metric)
    metric = BY_KEY[asked.metric]
    with engine.connect() as connection:
        stored = _stored(connection, asked)
        projects = _projects_of(connection, stored)
        rows = _rows(connection, metric, projects, stored.date)
        periods = read_collected_periods(connection)
    return metric_explanation(metric, stored, rows, projects, periods, surroundings)


def _stored(connection: Connection, asked: AskedValue) -> StoredValue:
    columns = database_table(metric_daily.TABLE).c
    values = read_table(
        connection,
        metric_daily.TABLE,
        columns.date == asked.date,
        columns.metric == asked.metric,
    )
    if values.empty:
        raise NotExplained(_no_day(connection, asked))
    of_slice = values[_is_asked(values, asked.levels)]
    if len(of_slice) != 1:
        raise NotExplained(_no_slice(values, of_slice, asked.levels))
    row = of_slice.iloc[0]
    value, reason = (None if pd.isna(row[name]) else row[name] for name in ("value", "reason"))
    return StoredValue(asked.date, tuple(row[LEVELS]), value, reason)


def _is_asked(values: pd.DataFrame, levels: dict[str, str]) -> pd.Series:
    """Rows of the slices whose deepest level is the deepest named, and that bear the names."""
    depth = max((ASKED_LEVELS.index(level) for level in levels), default=-1)
    is_asked = pd.Series(data=True, index=values.index)
    for position, level in enumerate(ASKED_LEVELS):
        if level in levels:
            is_asked &= values[level] == levels[level]
        elif position > depth:
            is_asked &= values[level] == NOT_APPLICABLE
    return is_asked


def _no_day(connection: Connection, asked: AskedValue) -> str:
    days = database_table(metric_daily.TABLE).c.date
    first, last, count = connection.execute(
        select(func.min(days), func.max(days), func.count(days.distinct()))
    ).one()
    if first is None:
        return "metric_daily holds no day yet. Run `make run` first."
    return (
        f"metric_daily holds no {asked.metric} of {asked.date}. It holds {count} days between "
        f"{first} and {last}; `python -m lotus_assets export --date {asked.date}` computes one."
    )


def _no_slice(values: pd.DataFrame, matching: pd.DataFrame, levels: dict[str, str]) -> str:
    named = ", ".join(f"{level} {text}" for level, text in levels.items()) or "the organisation"
    if len(matching):
        slices = ["/".join(filter(None, names)) for names in matching[LEVELS].to_numpy().tolist()]
        return f"There are several of {named}: {', '.join(slices)}. Name the levels above, too."
    deepest = max(levels, key=ASKED_LEVELS.index)
    names = sorted({*values[deepest]} - {NOT_APPLICABLE})
    return f"There is no slice of {named}. {existing(f'Each {deepest}', names, levels[deepest])}"


def _projects_of(connection: Connection, stored: StoredValue) -> pd.DataFrame:
    """The measured projects of the slice."""
    projects = database_table(dim_project.TABLE).c
    place = (projects.org, projects.business_line, projects.team, projects.path_with_namespace)
    below = [
        column == text
        for column, text in zip(place, stored.levels, strict=True)
        if text != NOT_APPLICABLE
    ]
    rows = read_table(connection, dim_project.TABLE, projects.is_measured, *below)
    if rows.empty:
        raise NotExplained(
            f"The projects of {'/'.join(filter(None, stored.levels))} were moved, archived or "
            f"deleted since the value of {stored.date} was computed; nothing is left of it to show."
        )
    return rows


def _rows(
    connection: Connection, metric: Metric, projects: pd.DataFrame, day: date
) -> pd.DataFrame:
    """The rows of the metric's table of these projects, with `iid` where GitLab numbers them."""
    table = metric.table
    ids = projects["project_id"].tolist()
    source = database_table(table).c
    is_recent = metric_daily.recent(table, day)
    rows = read_table(connection, table, source.project_id.in_(ids), *is_recent)
    if table.name not in NUMBERED_BY:
        return rows
    numbering, _ = NUMBERED_BY[table.name]
    of_projects = database_table(numbering).c.project_id.in_(ids)
    return numbered(table, rows, read_table(connection, numbering, of_projects))
