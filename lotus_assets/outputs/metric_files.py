"""Figures as JSON and CSV: the form that daily and weekly files share."""

import csv
import io
import json
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.metric import Metric, MetricUnit
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY, CATALOGUE
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import EXPORT_KINDS, EXPORTS
from lotus_assets.sources.exports import EXPORT_DIR, write_exports
from lotus_assets.sources.warehouse.bookkeeping import write_export_files
from lotus_assets.sources.warehouse.changes import Export, write_exported_days
from lotus_assets.sources.warehouse.schema import database_table

SOURCES = (metric_daily.TABLE,)
CSV_COLUMNS = ("date", *LEVELS, "metric", "value", "unit", "competency")


def read_figures(inputs: Inputs, days: Collection[date]) -> pd.DataFrame:
    """The rows of `metric_daily` of these days."""
    dates = database_table(metric_daily.TABLE).c.date
    return inputs.declaring(EXPORTS, SOURCES).read(metric_daily.TABLE, dates.in_(days))


def rows_of_day(metric_daily: pd.DataFrame, day: date) -> pd.DataFrame:
    """The rows of one day in the order of the files.

    Raises:
        ValueError: the table has no row of the day, or a metric that the catalogue does not know.
    """
    rows = metric_daily[metric_daily["date"] == pd.Timestamp(day)]
    if rows.empty:
        raise ValueError(f"metric_daily has no row of {day}; compute that day before exporting it")
    unknown = sorted(set(rows["metric"]) - set(BY_KEY))
    if unknown:
        raise ValueError(f"metric_daily of {day} holds metrics not in the catalogue: {unknown}")
    return rows.sort_values([*LEVELS, "metric"], kind="stable")


Levels = tuple[str, ...]
"""A slice by its levels, the empty text where one does not apply."""


def as_json(
    rows: pd.DataFrame,
    day: date,
    beside: Callable[[Levels], Mapping[str, Any]] = lambda _levels: {},
) -> bytes:
    """One array with one object a slice, its metrics in catalogue order.

    Beside the figures stands what each of them is (`details`). Where projects were left out of a
    metric, the object says of which how many (`projects_left_out`), and where none was left, why
    (`reasons`). `beside` gives what the object of a slice says besides.
    """
    objects = [
        {
            "date": day.isoformat(),
            **{level: text or None for level, text in zip(LEVELS, levels, strict=True)},
            **_metrics(of_slice.set_index("metric"), day),
            **beside(tuple(map(str, levels))),
        }
        for levels, of_slice in rows.groupby(LEVELS, sort=True)
    ]
    text = json.dumps(objects, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _metrics(by_key: pd.DataFrame, day: date) -> dict[str, dict[Hashable, Any]]:
    numbers: dict[Hashable, Any] = {
        metric.key: exported_number(by_key.at[metric.key, "value"], metric.unit)
        for metric in CATALOGUE
        if metric.key in by_key.index
    }
    left_out = by_key["projects_left_out"].reindex(list(numbers))
    sizes = by_key[["sample_size", "population_size"]].reindex(list(numbers)).itertuples()
    beside: dict[str, dict[Hashable, Any]] = {
        "details": {
            str(size.Index): _details(BY_KEY[str(size.Index)], size, day) for size in sizes
        },
        "projects_left_out": left_out[left_out > 0].to_dict(),
        "reasons": by_key["reason"].reindex(list(numbers)).dropna().to_dict(),
    }
    return {"metrics": numbers} | {name: entries for name, entries in beside.items() if entries}


def _details(metric: Metric, size: Any, day: date) -> dict[str, Any]:
    """What one figure is: names for people, its window, and the rows that stand behind it."""
    return {
        "name": metric.name,
        "unit": metric.unit,
        "competency": metric.competency,
        "from": metric.window.first_day(day).isoformat(),
        "to": day.isoformat(),
        "sample_size": int(size.sample_size),
        "population_size": int(size.population_size),
        "counted": metric.counted,
    }


def as_csv(rows: pd.DataFrame, day: date) -> bytes:
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


def exported_number(value: Any, unit: MetricUnit) -> int | float | None:
    """The value as it is exported: NULL as None, counts whole, others shortest that reads back."""
    if pd.isna(value):
        return None
    return round(value) if unit is MetricUnit.COUNT else float(value)


def write_files(
    inputs: Inputs, files: Mapping[str, bytes], export: Export, marks: Mapping[date, str]
) -> None:
    """Write the files, all or none, and note them and the marks of the days that they show.

    A run that is killed between notes nothing, and the next one writes them again.
    """
    write_exports(inputs.settings.tem_export_dir, files, variable=EXPORT_DIR)
    with inputs.engine.begin() as connection:
        write_export_files(connection, inputs.run_id, files, inputs.now)
        write_exported_days(connection, export, marks)


def export_spec(
    name: str, description: str, partitions: "dg.PartitionsDefinition[str] | None" = None
) -> dg.AssetSpec:
    """The asset of files made from `metric_daily`."""
    return dg.AssetSpec(
        name,
        deps=[source.name for source in SOURCES],
        group_name=EXPORTS,
        description=description,
        kinds=EXPORT_KINDS,
        partitions_def=partitions,
    )


def exported(
    inputs: Inputs, files: Mapping[str, bytes], days: Collection[date]
) -> dg.MaterializeResult[None]:
    """What an export asset reports: the files, and of the newest of `days` what they say."""
    return dg.MaterializeResult(
        metadata={
            "directory": dg.MetadataValue.path(str(inputs.settings.tem_export_dir)),
            "files": dg.MetadataValue.json(sorted(files)),
            "bytes": sum(map(len, files.values())),
            **({"preview": dg.MetadataValue.md(_preview(inputs, max(days)))} if days else {}),
        }
    )


def _preview(inputs: Inputs, day: date) -> str:
    """The organisation's figures of a day as Markdown; one without a value is left empty."""
    rows = rows_of_day(read_figures(inputs, [day]), day)
    of_organisation = rows[(rows[LEVELS[1:]] == "").all(axis="columns")]
    lines = [
        f"| {BY_KEY[key].name} | {'' if pd.isna(value) else f'{value:,.6g}'} | {BY_KEY[key].unit} |"
        for key, value in zip(of_organisation["metric"], of_organisation["value"], strict=True)
    ]
    head = [f"Figures of {day}", "", "| metric | value | unit |", "| --- | ---: | --- |"]
    return "\n".join([*head, *lines])
