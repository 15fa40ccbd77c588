"""Restatements as they are shown: of the metrics of some days by slice, and the latest of all."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.metric_catalogue import BY_KEY
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.filling.restatement import TABLE
from lotus_assets.graph.inputs import Inputs
from lotus_assets.outputs.metric_files import Levels, exported_number
from lotus_assets.sources.warehouse.copying import read_query, records
from lotus_assets.sources.warehouse.schema import database_table


def restated_metrics(inputs: Inputs, days: Collection[date]) -> pd.DataFrame:
    """The restatements of the metrics of these days, in the order in which they came about."""
    stored = database_table(TABLE)
    query = (
        select(*(stored.c[name] for name in TABLE.columns))
        .where(stored.c.table_name == metric_daily.TABLE.name, stored.c.figure_date.in_(list(days)))
        .order_by(stored.c.restated_at, stored.c.figure, stored.c.restatement_id)
    )
    with inputs.connect() as connection:
        return read_query(connection, TABLE, query)


def restated_counts(restated: pd.DataFrame) -> dict[date, int]:
    """How many figures of a day were restated, once or more often, by day."""
    days = restated["figure_date"].dt.date
    figures = restated["figure"] + "\n" + restated["row_key"].astype(str)
    counts = figures.groupby(days).nunique()
    return dict(zip(counts.index, counts, strict=True))


def by_slice(restated: pd.DataFrame, day: date) -> dict[Levels, list[dict[str, Any]]]:
    """What was restated of a day's metrics, by slice, as the files say it."""
    of_day = records(restated[restated["figure_date"] == pd.Timestamp(day)])
    listed: dict[Levels, list[dict[str, Any]]] = {}
    for row in of_day:
        key = json.loads(row["row_key"])
        listed.setdefault(tuple(key[level] for level in LEVELS), []).append(_entry(row))
    return listed


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    metric = BY_KEY.get(row["figure"])
    values = {
        name: row[name] if metric is None else exported_number(row[name], metric.unit)
        for name in ("old_value", "new_value")
    }
    return {
        "metric": row["figure"],
        **values,
        "restated_at": row["restated_at"].isoformat(),
        "run_id": row["run_id"],
        "cause": row["cause"],
        "reasons": json.loads(row["reasons"]),
    }
