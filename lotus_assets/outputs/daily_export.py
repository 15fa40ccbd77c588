"""daily_export: a day's figures as `daily/YYYY-MM-DD.json` and `.csv`."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePosixPath

import dagster as dg
import pandas as pd

from lotus_assets.analytics.delivery.history_days import last_sunday
from lotus_assets.graph.inputs import Inputs, inputs_by_day
from lotus_assets.graph.layers import (
    DAYS,
    SINGLE_RUN,
    is_live,
)
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.graph.written_days import mark_written
from lotus_assets.outputs.metric_files import (
    as_csv,
    as_json,
    export_spec,
    exported,
    read_figures,
    rows_of_day,
    write_files,
)
from lotus_assets.sources.warehouse.changes import Export, read_metric_days, read_unexported_days


def daily_files(metric_daily: pd.DataFrame, day: date) -> dict[PurePosixPath, bytes]:
    """The files of a day by their path below the export directory.

    `metric_daily` may hold other days too. The same rows, in any order, give the same bytes.

    Raises:
        ValueError: the table has no row of the day, or a metric that the catalogue does not know.
    """
    rows = rows_of_day(metric_daily, day)
    folder = PurePosixPath("daily")
    return {
        folder / f"{day}.json": as_json(rows, day),
        folder / f"{day}.csv": as_csv(rows, day),
    }


def days_to_export(inputs: Inputs, *, is_catching_up: bool) -> set[date]:
    """The run's days; of one that is catching up also those whose metrics are not those last
    exported, the Sunday of the last complete week among them."""
    if not is_catching_up:
        return set(inputs.days)
    with inputs.connect() as connection:
        late = read_unexported_days(connection, MARK, last_sunday(inputs.days[-1]))
    return {*inputs.days, *late}


def export_days(inputs: Inputs, days: Iterable[date]) -> dict[str, bytes]:
    """Write the files of these days, all of them or none of a day; path → content."""
    asked = sorted(days)
    with inputs.connect() as connection:
        marks = read_metric_days(connection)
    rows = read_figures(inputs, asked)
    files = {
        str(path): content for day in asked for path, content in daily_files(rows, day).items()
    }
    write_files(inputs, files, MARK, {day: marks[day] for day in asked if day in marks})
    return files


NAME = "daily_export"
MARK: Export = "daily_export_mark"


@asset_step(
    name=NAME,
    specs=[
        export_spec(
            NAME,
            "daily/YYYY-MM-DD.json and .csv in TEM_EXPORT_DIR.",
            DAYS,
        )
    ],
    partitions_def=DAYS,
    backfill_policy=SINGLE_RUN,
)
def daily_export(
    context: dg.AssetExecutionContext, environment: Environment
) -> Iterator[dg.MaterializeResult[None]]:
    """The files of the run's days; a live run's are the last complete day and what changed."""
    inputs = inputs_by_day(context, environment)
    days = days_to_export(inputs, is_catching_up=is_live(context))
    files = export_days(inputs, days)
    if is_live(context):
        mark_written(context, [NAME], days)
    yield exported(inputs, files, days)
