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
from lotus_assets.engine.delivery.slice_days import Figures, PlacedRows, SliceDays
from lotus_assets.engine.delivery.slices import LEVELS, slices_of

BEFORE, DAY, AFTER = range(3)
"""The days that are looked at: the day before, the day itself, the day after."""


def days_beside(projects: pd.DataFrame, day: date, timezone: str) -> SliceDays:
    """The slices of `projects` on the three days that are looked at."""
    days = np.datetime64(day, "D") + np.arange(-1, 2) * np.timedelta64(1, "D")
    return SliceDays(slices_of(projects), days, timezone)


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
        every: SliceDays,
        periods: pd.DataFrame,
    ) -> Self:
        """The slice at `levels` among those that `projects` (rows of `dim_project`) form.

        Raises:
            KeyError: they form no such slice.
        """
        is_slice = (every.slices.levels[LEVELS] == list(levels)).all(axis="columns").to_numpy(bool)
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
    counts with that value. `nearly`: `origin` and `reason`, each row once. `placed`: the rows that
    count, of all slices, on the one day. `figures`: what the statistic makes of them by slice; NaN
    where nothing was collected whole, or of which it makes none.
    """

    counted: pd.DataFrame
    nearly: pd.DataFrame
    placed: PlacedRows
    figures: Figures
    position: int

    @property
    def figure(self) -> float | None:
        """The slice's; None for none."""
        figure = float(self.figures[self.position])
        return None if np.isnan(figure) else figure

    @property
    def values(self) -> Figures:
        """Those of the slice's rows, each as often as it counts."""
        values: Figures = self.placed.value[self.placed.slice == self.position]
        return values


def counted_rows(metric: Metric, rows: pd.DataFrame, slice_day: SliceDay) -> CountedRows:
    """The rows of the metric's table that count, and those that miss by exactly one thing.

    `rows` has an index of its own for each row.
    """
    placed = _placed(metric, rows, slice_day.whole)
    on_day = placed.on_days(np.array([DAY]))
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
        on_day,
        figures_where_whole(metric, on_day, slice_day),
        slice_day.position,
    )


def _placed(metric: Metric, rows: pd.DataFrame, slice_days: SliceDays) -> PlacedRows:
    return metric.population(rows, slice_days, int(metric.window), metric.column)


def figures_where_whole(metric: Metric, on_day: PlacedRows, slice_day: SliceDay) -> Figures:
    """The figure of every slice, made of its rows on the one day; NaN where no project is left."""
    figures: Figures = figures_of(on_day, [metric.statistic])[0][:, 0]
    left: Figures = slice_day.whole.projects().on_days(np.array([DAY])).count()[:, 0]
    return np.where(left > 0, figures, np.nan)


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
