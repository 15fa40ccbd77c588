"""A metric's value explained: of the rows of its table, and the value that was stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import Metric, MetricWindow
from lotus_assets.analytics.delivery.metric_definitions import WINDOWS
from lotus_assets.engine.delivery.slices import LEVELS
from lotus_assets.outputs.explanations.arithmetic import arithmetic
from lotus_assets.outputs.explanations.counted_rows import (
    CountedRows,
    SliceDay,
    counted_rows,
    days_beside,
)
from lotus_assets.outputs.explanations.gitlab_links import gitlab_link
from lotus_assets.outputs.explanations.metric_answer import (
    CountedRow,
    ExplainedRow,
    ExplainedSlice,
    MetricExplanation,
)
from lotus_assets.outputs.explanations.shown_rows import ShownRows
from lotus_assets.outputs.metric_files import exported_number


@dataclass(frozen=True)
class Surroundings:
    """What explanations are told in: the time zone of days, and the GitLab that was read."""

    timezone: str
    gitlab_url: str | None


@dataclass(frozen=True)
class StoredValue:
    """What `metric_daily` holds of one metric, slice and day; `levels` in the order of LEVELS."""

    date: date
    levels: tuple[str, ...]
    value: float | None
    reason: str | None


def metric_explanation(
    metric: Metric,
    stored: StoredValue,
    rows: pd.DataFrame,
    projects: pd.DataFrame,
    periods: pd.DataFrame,
    surroundings: Surroundings,
) -> MetricExplanation:
    """The value of `stored`, explained by the rows of the metric's table.

    `rows` are those of the slice's projects, with `iid` where GitLab numbers them; `projects` is
    `dim_project` without what is not measured; `periods` as by `read_collected_periods`.

    Raises:
        KeyError: the projects form no such slice any more.
    """
    every = days_beside(projects, stored.date, surroundings.timezone)
    of_slice = SliceDay.of(metric, projects, stored.levels, every, periods)
    counting = counted_rows(metric, rows, of_slice)
    by_id = projects.set_index("project_id")
    left_out = by_id.loc[of_slice.left_out(), "path_with_namespace"]
    unit = metric.unit
    value, of_rows = exported_number(stored.value, unit), exported_number(counting.figure, unit)
    told = _Telling(ShownRows(metric, rows, by_id), surroundings)
    return MetricExplanation(
        metric=metric.key,
        name=metric.name,
        unit=unit,
        definition=metric.definition,
        over=metric.over,
        table=metric.table.name,
        date=stored.date,
        window=window_text(metric.window, stored.date),
        slice=ExplainedSlice(
            **{level: text or None for level, text in zip(LEVELS, stored.levels, strict=True)}
        ),
        value=value,
        arithmetic=arithmetic(metric, counting.values),
        value_of_rows=of_rows,
        is_current=value == of_rows,
        reason=stored.reason,
        projects_left_out=sorted(left_out),
        rows=list(told.counted(counting)),
        nearly=list(told.nearly(counting)),
    )


def window_text(window: MetricWindow, day: date) -> str:
    """The window in words, with its days."""
    first = window.first_day(day)
    days = f"{day}" if first == day else f"{first} to {day}"
    return f"{WINDOWS[window]}: {days}"


@dataclass(frozen=True)
class _Telling:
    """Rows of a metric's table, as an explanation tells them."""

    shown: ShownRows
    surroundings: Surroundings

    def counted(self, counting: CountedRows) -> Iterator[CountedRow]:
        reason = self.shown.metric.population.why
        counted = counting.counted
        rows = self._told(counted["origin"])
        for row, value, times in zip(rows, counted["value"], counted["times"], strict=True):
            yield CountedRow(**row, reason=reason, value=value, times=times)

    def nearly(self, counting: CountedRows) -> Iterator[ExplainedRow]:
        rows = self._told(counting.nearly["origin"])
        for row, reason in zip(rows, counting.nearly["reason"], strict=True):
            yield ExplainedRow(**row, reason=reason)

    def _told(self, origins: pd.Series) -> Iterator[dict[str, Any]]:
        columns = self.shown.columns
        for row in self.shown.of(origins).to_dict("records"):
            path = str(row["path_with_namespace"])
            yield {
                "project": path,
                "reference": row["reference"],
                "link": gitlab_link(self.surroundings.gitlab_url, path, row["address"]),
                "columns": {name: self._plain(row[name]) for name in columns},
            }

    def _plain(self, value: Any) -> Any:
        if pd.isna(value):
            return None
        if isinstance(value, datetime):
            stamp = pd.Timestamp(value)
            if stamp.tzinfo is None:
                return f"{stamp:%Y-%m-%d}"
            return stamp.tz_convert(self.surroundings.timezone).isoformat()
        return value.item() if isinstance(value, np.generic) else value
