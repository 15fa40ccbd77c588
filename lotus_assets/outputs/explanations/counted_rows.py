"""Which rows count in a metric's figure of one slice and day, and which miss it by one thing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.analytics.delivery.metric import Metric, figures_of
from lotus_assets.analytics.delivery.placed_metrics import where_whole
from lotus_assets.engine.delivery.slice_days import PlacedRows, SliceDays
from lotus_assets.engine.delivery.slices import LEVELS, slices_of

BEFORE, DAY, AFTER = range(3)
"""The days that are looked at: the day before, the day itself, the day after."""


@dataclass(frozen=True)
class SliceDay:
    """One slice on one day, with the days beside it: `whole` as the figures are worked out.

    `position` is that of the slice among those of `every`, which leaves no project out.
    """

    every: SliceDays
    whole: SliceDays
    position: int

    @classmethod
    def of(
        cls,
        metric: Metric,
        projects: pd.DataFrame,
        levels: tuple[str, ...],
        day: date,
        timezone: str,
        periods: pd.DataFrame,
    ) -> Self:
        """The slice that `projects` (rows of `dim_project`) form at `levels`.

        Raises:
            KeyError: they form no such slice.
        """
        slices = slices_of(projects)
        middle = np.datetime64(day, "D")
        every = SliceDays(slices, middle + np.arange(-1, 2) * np.timedelta64(1, "D"), timezone)
        is_slice = (slices.levels[LEVELS] == list(levels)).all(axis="columns").to_numpy(bool)
        if not is_slice.any():
            raise KeyError(levels)
        whole = where_whole(every, projects, periods, metric.selection)
        return cls(every, whole, int(is_slice.argmax()))

    def project_ids(self) -> NDArray[np.int64]:
        """The projects of the slice, in order."""
        return self._of_projects(self.every)

    def left_out(self) -> NDArray[np.int64]:
        """Those of them whose window was not collected whole."""
        return np.setdiff1d(self.project_ids(), self._of_projects(self.whole))

    def on(self, placed: PlacedRows, day: int = DAY) -> pd.DataFrame:
        """The rows that count on a day: `origin` and `value`."""
        is_here = placed.slice == self.position
        is_here &= (placed.begin <= day) & (day < placed.end)
        return pd.DataFrame({"origin": placed.origin[is_here], "value": placed.value[is_here]})

    def _of_projects(self, slice_days: SliceDays) -> NDArray[np.int64]:
        positions = self.on(slice_days.projects())["origin"].to_numpy(np.int64)
        ids: NDArray[np.int64] = np.sort(self.every.slices.project_ids[positions])
        return ids


@dataclass(frozen=True)
class CountedRows:
    """What a figure is made of.

    `counted`: `origin` (index of the row in its table's frame), `value`, and how many `times` it
    counts with that value. `nearly`: `origin` and `reason`, each row once. `figure`: what the
    statistic makes of the rows; None where nothing was collected whole, or of which it makes none.
    """

    counted: pd.DataFrame
    nearly: pd.DataFrame
    figure: float | None


def counted_rows(metric: Metric, rows: pd.DataFrame, slice_day: SliceDay) -> CountedRows:
    """The rows of the metric's table that count, and those that miss by exactly one thing.

    `rows` has an index of its own for each row.
    """
    placed = _placed(metric, rows, slice_day.whole)
    counted = slice_day.on(placed).groupby(["origin", "value"]).size().rename("times")
    reasons = pd.concat(
        [
            pd.Series(reason, index=pd.Index(near["origin"]), dtype=object)
            for reason, near in _nearly(metric, rows, slice_day, placed)
        ]
    )
    nearly = reasons[~reasons.index.isin(counted.index.get_level_values("origin"))]
    nearly = nearly[~nearly.index.duplicated()].rename("reason").rename_axis("origin")
    return CountedRows(
        counted.reset_index(),
        nearly.reset_index().sort_values("origin", ignore_index=True),
        _figure(metric, placed, slice_day),
    )


def _placed(metric: Metric, rows: pd.DataFrame, slice_days: SliceDays) -> PlacedRows:
    return metric.population(rows, slice_days, int(metric.window), metric.column)


def _figure(metric: Metric, placed: PlacedRows, slice_day: SliceDay) -> float | None:
    if len(slice_day.left_out()) == len(slice_day.project_ids()):
        return None
    figures = figures_of(placed.on_days(np.array([DAY])), [metric.statistic])[0]
    figure = float(figures[slice_day.position, 0])
    return None if np.isnan(figure) else figure


def _nearly(
    metric: Metric, rows: pd.DataFrame, slice_day: SliceDay, placed: PlacedRows
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Reason → the rows that would count on the day without it; the figure's own among them."""
    every = _placed(metric, rows, slice_day.every)
    yield "its project's window was not collected whole", slice_day.on(every)
    for condition in metric.population.conditions:
        others = [other for other in metric.population.conditions if other != condition]
        loosened = replace(metric, population=replace(metric.population, conditions=tuple(others)))
        reason = f"this does not hold: {_described(metric, condition.column, condition.words)}"
        yield reason, slice_day.on(_placed(loosened, rows, slice_day.whole))
    if metric.column is not None:
        reason = f"it has no {_described(metric, metric.column, metric.column)}"
        valueless = _placed(replace(metric, column=None), rows, slice_day.whole)
        yield reason, slice_day.on(valueless)
    yield "it counts until the day before, no longer on this one", slice_day.on(every, BEFORE)
    yield "it counts from the day after on, not yet on this one", slice_day.on(every, AFTER)


def _described(metric: Metric, column: str, words: str) -> str:
    """The words, and where they are the name of a column, what its table says of that."""
    if words != column:
        return words
    return f"{column} ({metric.table.schema.columns[column].description})"
