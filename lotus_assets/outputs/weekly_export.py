"""weekly_export: a week's figures as `weekly/2026-W14/{org,teams,repos}.{json,csv}`.

The figures of an ISO week are those of its Sunday: counts named `_wk` cover exactly the week,
every other windowed metric the 30 days that end with it. The JSON says of each slice which of
them were restated since they were first exported.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

import dagster as dg
import pandas as pd

from lotus_assets.analytics.delivery.history_days import last_sunday
from lotus_assets.filling.restatement import TABLE
from lotus_assets.graph.inputs import Inputs, inputs_of
from lotus_assets.graph.layers import SINGLE_RUN, last_complete_day
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.graph.written_days import mark_partitions
from lotus_assets.outputs.metric_files import (
    Levels,
    as_csv,
    as_json,
    export_spec,
    exported,
    read_figures,
    rows_of_day,
    write_files,
)
from lotus_assets.outputs.restated_figures import by_slice, restated_metrics
from lotus_assets.settings import Settings
from lotus_assets.sources.warehouse.changes import Export, read_metric_days, read_unexported_days

FIRST_MONDAY = "2025-01-06"
NAME = "weekly_export"
MARK: Export = "weekly_export_mark"

WEEKS = dg.WeeklyPartitionsDefinition(
    start_date=FIRST_MONDAY, timezone=Settings().timezone, day_offset=1
)
"""ISO weeks of TIMEZONE, by their Monday; Dagster's own weeks start on Sunday."""


def weekly_files(
    metric_daily: pd.DataFrame, sunday: date, restated: pd.DataFrame | None = None
) -> dict[PurePosixPath, bytes]:
    """The files of the ISO week that ends with `sunday`, by their path below the directory.

    `org` holds the organisation and its business lines, `teams` the teams, `repos` the services.
    `restated` holds rows of `restatement` of metrics, of any days.

    Raises:
        ValueError: the Sunday has no rows, or a metric that the catalogue does not know.
    """
    rows = rows_of_day(metric_daily, sunday)
    is_repo = rows["repo"].ne("")
    is_team = rows["team"].ne("") & ~is_repo
    year, week, _ = sunday.isocalendar()
    folder = PurePosixPath("weekly") / f"{year}-W{week:02}"
    files = {}
    of_slices = by_slice(TABLE.empty() if restated is None else restated, sunday)

    def restatements(levels: Levels) -> dict[str, Any]:
        listed = of_slices.get(levels, [])
        return {"restatements": {"count": len(listed), "list": listed}}

    for name, shown in (("org", ~is_team & ~is_repo), ("teams", is_team), ("repos", is_repo)):
        files[folder / f"{name}.json"] = as_json(rows[shown], sunday, restatements)
        files[folder / f"{name}.csv"] = as_csv(rows[shown], sunday)
    return files


def export_weeks(inputs: Inputs, sundays: Iterable[date]) -> dict[str, bytes]:
    """Write the files of the weeks that end with these Sundays; path → content."""
    asked = sorted(set(sundays))
    with inputs.connect() as connection:
        marks = read_metric_days(connection)
    rows = read_figures(inputs, asked)
    restated = restated_metrics(inputs, asked)
    files = {
        str(path): content
        for sunday in asked
        for path, content in weekly_files(rows, sunday, restated).items()
    }
    write_files(inputs, files, MARK, {day: marks[day] for day in asked if day in marks})
    return files


def weeks_to_export(inputs: Inputs) -> set[date]:
    """The Sundays of the last complete week, and of earlier ones whose figures changed since."""
    last = last_sunday(last_complete_day(inputs.now, inputs.settings))
    with inputs.connect() as connection:
        late = read_unexported_days(connection, MARK, last)
        known = read_metric_days(connection)
    return {day for day in {last, *late} if day.isoweekday() == 7 and day in known}


@asset_step(
    name=NAME,
    specs=[
        export_spec(
            NAME,
            "weekly/YYYY-Www/{org,teams,repos}.json and .csv of the weeks asked for.",
            WEEKS,
        )
    ],
    partitions_def=WEEKS,
    backfill_policy=SINGLE_RUN,
)
def weekly_export(
    context: dg.AssetExecutionContext, environment: Environment
) -> Iterator[dg.MaterializeResult[None]]:
    """The files of the run's weeks."""
    inputs = inputs_of(context, environment)
    mondays = [date.fromisoformat(key) for key in context.partition_keys]
    sundays = [day + timedelta(days=6) for day in mondays]
    yield exported(inputs, export_weeks(inputs, sundays), sundays)


@asset_step(
    name="weekly_report",
    specs=[
        export_spec(
            "weekly_report",
            "The report of the last complete week, and of weeks that changed: the files of "
            "weekly_export; the page weekly.html is made with the other pages. Without partitions, "
            "because runs by the clock are about days, which Dagster does not mix with weeks.",
        )
    ],
)
def weekly_report(
    context: dg.AssetExecutionContext, environment: Environment
) -> Iterator[dg.MaterializeResult[None]]:
    """The files of the last complete week, and of earlier ones whose figures changed since.

    They are marked as weeks of `weekly_export`, whose files they are.
    """
    inputs = inputs_of(context, environment)
    sundays = weeks_to_export(inputs)
    files = export_weeks(inputs, sundays)
    mondays = sorted(sunday - timedelta(days=6) for sunday in sundays)
    mark_partitions(context, [NAME], {str(day): {} for day in mondays})
    yield exported(inputs, files, sundays)
