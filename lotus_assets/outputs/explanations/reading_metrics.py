"""A metric's explanation from the warehouse: what is asked for is there, or is refused in words."""

from datetime import date

import pandas as pd
from sqlalchemy import Connection, Engine

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
from lotus_assets.outputs.explanations.refusals import NotExplained, check_metric
from lotus_assets.outputs.explanations.stored_figures import AskedValue, stored_slice
from lotus_assets.sources.warehouse.bookkeeping import read_collected_periods
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import database_table


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
    levels = stored_slice(connection, asked)
    values = read_table(
        connection,
        metric_daily.TABLE,
        columns.date == asked.date,
        columns.metric == asked.metric,
        *(columns[level] == text for level, text in zip(LEVELS, levels, strict=True)),
    )
    if values.empty:
        raise NotExplained("metric_daily lost the row while it was read. Ask again.")
    row = values.iloc[0]
    value, reason = (None if pd.isna(row[name]) else row[name] for name in ("value", "reason"))
    return StoredValue(asked.date, levels, value, reason)


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
