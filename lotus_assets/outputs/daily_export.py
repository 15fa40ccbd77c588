"""daily_export: a day's figures as `daily/YYYY-MM-DD.json` and `.csv` (metrics.md, Org exports)."""

import csv
import io
import json
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import dagster as dg
import pandas as pd

from lotus_assets.analytics import metric_daily
from lotus_assets.analytics.metric import Unit
from lotus_assets.analytics.metric_catalogue import BY_KEY, CATALOGUE
from lotus_assets.computed_assets import Inputs, inputs_of
from lotus_assets.engine.slices import LEVELS
from lotus_assets.layers import DAYS, EXPORT_KINDS, EXPORTS, OWNERS, SINGLE_RUN
from lotus_assets.resources import Environment
from lotus_assets.sources.exports import write_export
from lotus_assets.sources.warehouse.bookkeeping import write_export_files
from lotus_assets.sources.warehouse.schema import database_table

CSV_COLUMNS = ("date", *LEVELS, "metric", "value", "unit", "competency")


def daily_files(metric_daily: pd.DataFrame, day: date) -> dict[PurePosixPath, bytes]:
    """The files of a day by their path below the export directory.

    `metric_daily` may hold other days too. The same rows, in any order, give the same bytes.

    Raises:
        ValueError: the table has no row of the day, or a metric that the catalogue does not know.
    """
    rows = metric_daily[metric_daily["date"] == pd.Timestamp(day)]
    if rows.empty:
        raise ValueError(f"metric_daily has no row of {day}; compute that day before exporting it")
    unknown = sorted(set(rows["metric"]) - set(BY_KEY))
    if unknown:
        raise ValueError(f"metric_daily of {day} holds metrics not in the catalogue: {unknown}")
    rows = rows.sort_values([*LEVELS, "metric"], kind="stable")
    folder = PurePosixPath("daily")
    return {
        folder / f"{day}.json": daily_json(rows, day),
        folder / f"{day}.csv": daily_csv(rows, day),
    }


def daily_json(rows: pd.DataFrame, day: date) -> bytes:
    """One array with one object a slice, in the PRD's contract (§7), metrics in catalogue order."""
    objects = []
    for levels, of_slice in rows.groupby(LEVELS, sort=True):
        values = dict(zip(of_slice["metric"], of_slice["value"], strict=True))
        objects.append(
            {
                "date": day.isoformat(),
                **{level: text or None for level, text in zip(LEVELS, levels, strict=True)},
                "metrics": {
                    metric.key: exported_number(values[metric.key], metric.unit)
                    for metric in CATALOGUE
                    if metric.key in values
                },
            }
        )
    text = json.dumps(objects, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def daily_csv(rows: pd.DataFrame, day: date) -> bytes:
    """One line a slice and metric; levels that do not apply and NULL values are empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for levels, key, value in zip(
        rows[LEVELS].itertuples(index=False), rows["metric"], rows["value"], strict=True
    ):
        metric = BY_KEY[key]
        number = exported_number(value, metric.unit)
        shown = "" if number is None else repr(number)
        writer.writerow([day.isoformat(), *levels, key, shown, metric.unit, metric.competency])
    return text.getvalue().encode()


def exported_number(value: Any, unit: Unit) -> int | float | None:
    """The value as it is exported: NULL as None, counts whole, others shortest that reads back."""
    if pd.isna(value):
        return None
    return round(value) if unit is Unit.COUNT else float(value)


def export_days(inputs: Inputs) -> dict[str, bytes]:
    """Write the files of the run's days, all of them or none of a day; path → content."""
    dates = database_table(metric_daily.TABLE).c.date
    rows = inputs.read(metric_daily.TABLE, dates.in_(inputs.days))
    files = {
        str(path): content
        for day in inputs.days
        for path, content in daily_files(rows, day).items()
    }
    for path, content in files.items():
        write_export(inputs.settings.tem_export_dir / path, content)
    with inputs.engine.begin() as connection:
        write_export_files(connection, inputs.run_id, files, inputs.now)
    return files


@dg.asset(
    group_name=EXPORTS,
    deps=[metric_daily.TABLE.name],
    partitions_def=DAYS,
    backfill_policy=SINGLE_RUN,
    kinds=EXPORT_KINDS,
    owners=OWNERS,
    description="daily/YYYY-MM-DD.json and .csv in TEM_EXPORT_DIR (metrics.md, Org exports).",
)
def daily_export(
    context: dg.AssetExecutionContext, environment: Environment
) -> dg.MaterializeResult[None]:
    """The files of the run's days; a live run's is the last complete day."""
    files = export_days(inputs_of(context, environment, is_daily=True))
    return dg.MaterializeResult(
        metadata={
            "directory": dg.MetadataValue.path(str(environment.settings.tem_export_dir)),
            "files": dg.MetadataValue.json(sorted(files)),
            "bytes": sum(map(len, files.values())),
        }
    )
