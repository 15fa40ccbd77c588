"""The rows that metrics are over, in their slices: placed once, for figures and marks alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.analytics.delivery.metric import Metric, MetricWindow, RowSelection, figures_of
from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.analytics.delivery.whole_periods import collections_of, whole_periods
from lotus_assets.engine.delivery.collected_days import CollectedDays
from lotus_assets.engine.delivery.counted_days import Days
from lotus_assets.engine.delivery.day_fingerprints import Hashes, day_fingerprints, slice_hashes
from lotus_assets.engine.delivery.slice_days import Figures, PlacedRows, SliceDays
from lotus_assets.engine.delivery.slices import slices_of
from lotus_assets.facts import dim_project
from lotus_assets.tables.table import Table

BEFORE_COLLECTION = "window_before_collection"
NOT_COLLECTED = "not_collected"
"""Reasons of a slice without figures: see `metric_daily`."""

TableWindow = tuple[Table, MetricWindow]
Facts = Mapping[str, pd.DataFrame]
"""The tables of `facts` by name, `dim_project` among them."""


@dataclass(frozen=True)
class PlacedMetrics:
    """The metrics, and the rows of each of their selections on the days of `slice_days`."""

    metrics: tuple[Metric, ...]
    slice_days: SliceDays
    rows: Mapping[RowSelection, PlacedRows]
    whole: Mapping[TableWindow, SliceDays]
    """The same slices and days, with the days on which the rows of a table may count."""

    @classmethod
    def of(
        cls,
        facts: Facts,
        days: Iterable[date],
        timezone: str,
        metrics: tuple[Metric, ...] = CATALOGUE,
        *,
        periods: pd.DataFrame | None = None,
    ) -> Self:
        """The rows of `facts` in the slices of the measured projects, on distinct days in order.

        `periods`, as by `read_collected_periods`, leave a project out of the days whose window
        was not collected whole; without them everything was.

        Raises:
            KeyError: `facts` lacks `dim_project` or a table that a metric is over.
        """
        projects = facts[dim_project.TABLE.name]
        slices = slices_of(projects[projects["is_measured"].fillna(False).to_numpy(bool)])
        slice_days = SliceDays(slices, np.array(sorted(set(days)), "datetime64[D]"), timezone)
        selections = dict.fromkeys(
            selection
            for metric in metrics
            for selection in (metric.selection, _everyone(metric, facts))
        )
        whole = {
            (chosen.table, chosen.window): slice_days
            if periods is None
            else where_whole(slice_days, projects, periods, chosen)
            for chosen in selections
        }
        rows = {
            chosen: chosen.population(
                facts[chosen.table.name],
                whole[chosen.table, chosen.window],
                int(chosen.window),
                chosen.column,
            )
            for chosen in selections
        }
        return cls(metrics, slice_days, rows, whole)

    def fingerprints(self) -> tuple[Hashes, NDArray[np.uint64]]:
        """One number a slice; and for each day one a selection and one for whose rows count."""
        hashes = slice_hashes(self.slice_days.slices.levels)
        counting = [slice_days.projects() for slice_days in self.whole.values()]
        numbers = [day_fingerprints(placed, hashes) for placed in (*self.rows.values(), *counting)]
        return hashes, np.array(numbers, dtype=np.uint64).T

    def figures(self, days: Days) -> Figures:
        """Every metric for every slice and each of `days`, shape (metrics, slices, days).

        `days` are distinct days of `slice_days`, in order. NaN is NULL. A slice none of whose
        projects counts has no figure, not even a count of 0.
        """
        positions = np.searchsorted(self.slice_days.days, days)
        by_key: dict[str, Figures] = {}
        for chosen, placed in self.rows.items():
            of_rows = [metric for metric in self.metrics if metric.selection == chosen]
            statistics = [metric.statistic for metric in of_rows]
            of_statistics = figures_of(placed.on_days(positions), statistics)
            by_key |= zip((metric.key for metric in of_rows), of_statistics, strict=True)
        figures: Figures = np.array([by_key[metric.key] for metric in self.metrics])
        return np.where(self.left_out(days).is_nobody_left, np.nan, figures)

    def samples(self, days: Days) -> "Samples":
        """How many rows stand behind every figure; the days as in `figures`."""
        positions = np.searchsorted(self.slice_days.days, days)
        counts = {chosen: placed.on_days(positions).count() for chosen, placed in self.rows.items()}
        with_value = [counts[metric.selection] for metric in self.metrics]
        everyone = [
            counts.get(metric.everyone, counts[metric.selection]) for metric in self.metrics
        ]
        return Samples(np.array(with_value), np.array(everyone))

    def left_out(self, days: Days) -> "LeftOut":
        """Whose rows do not count in each metric, slice and day, because they are not whole."""
        positions = np.searchsorted(self.slice_days.days, days)
        everyone = replace(self.slice_days, whole=None).projects().on_days(positions).count()
        by_window = {
            key: (
                everyone - slice_days.projects().on_days(positions).count(),
                slice_days.projects_to_come().on_days(positions).count(),
            )
            for key, slice_days in self.whole.items()
        }
        by_metric = [by_window[metric.table, metric.window] for metric in self.metrics]
        counts, to_come = (np.array(part) for part in zip(*by_metric, strict=True))
        return LeftOut(counts, to_come, counts == everyone)


def _everyone(metric: Metric, facts: Facts) -> RowSelection:
    """The rows of a metric with those that have no value; the same where all have one."""
    if metric.column is None or not facts[metric.table.name][metric.column].isna().any():
        return metric.selection
    return metric.everyone


@dataclass(frozen=True)
class Samples:
    """Rows behind each metric, slice and day, shape (metrics, slices, days).

    `sizes` have a value, which the figure is made of; `populations` are those whether or not they
    have one.
    """

    sizes: Figures
    populations: Figures


@dataclass(frozen=True)
class LeftOut:
    """Projects that are left out, of each metric, slice and day: shape (metrics, slices, days).

    `to_come`: those of them whose window reaches back before what was collected.
    """

    projects: Figures
    to_come: Figures
    is_nobody_left: NDArray[np.bool_]

    @property
    def reasons(self) -> NDArray[np.object_]:
        """Why a slice has no figure at all; None where it has one."""
        reasons = np.full(self.projects.shape, None, dtype=object)
        is_before, is_after = self.to_come > 0, self.to_come < self.projects
        reasons[self.is_nobody_left & is_before] = BEFORE_COLLECTION
        reasons[self.is_nobody_left & is_after] = NOT_COLLECTED
        both = self.is_nobody_left & is_before & is_after
        reasons[both] = f"{NOT_COLLECTED}; {BEFORE_COLLECTION}"
        return reasons


def where_whole(
    slice_days: SliceDays, projects: pd.DataFrame, periods: pd.DataFrame, chosen: RowSelection
) -> SliceDays:
    """With the days on which each project's window was collected whole."""
    created = projects.set_index("project_id")[["created_at"]]
    whole = created.join(whole_periods(periods, collections_of(chosen.table)))
    by_slice = whole.reindex(pd.Index(slice_days.slices.project_ids))
    collected = CollectedDays.of(by_slice, slice_days.timezone)
    return replace(slice_days, whole=collected.with_whole_window(int(chosen.window)))
