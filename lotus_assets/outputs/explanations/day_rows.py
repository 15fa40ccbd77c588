"""The rows behind all figures of a day: each selection of rows is placed once for all slices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from lotus_assets.analytics.delivery.metric import Metric, MetricWindow, RowSelection
from lotus_assets.analytics.delivery.placed_metrics import Facts, where_whole
from lotus_assets.analytics.delivery.row_names import NUMBERED_BY, numbered
from lotus_assets.engine.delivery.slice_days import Figures, SliceDays
from lotus_assets.engine.delivery.slices import LEVEL_COLUMNS, LEVELS
from lotus_assets.facts import dim_project
from lotus_assets.outputs.explanations.counted_rows import (
    CountedRows,
    SliceDay,
    counted_rows,
    days_beside,
    figures_where_whole,
)
from lotus_assets.outputs.explanations.metric_explanation import Surroundings
from lotus_assets.outputs.explanations.shown_rows import ShownRows

ORGANISATION = 0
"""Its position among the slices, which are sorted: nothing comes before the empty names."""


@dataclass(frozen=True)
class DayFacts:
    """What the figures of a day are made of: the facts, and when they were collected whole."""

    day: date
    facts: Facts
    periods: pd.DataFrame
    surroundings: Surroundings

    @cached_property
    def projects(self) -> pd.DataFrame:
        """The measured ones, in the order of their slices."""
        projects = self.facts[dim_project.TABLE.name]
        measured = projects[projects["is_measured"].fillna(False).to_numpy(bool)]
        return measured.sort_values([*LEVEL_COLUMNS.values()], ignore_index=True)

    @cached_property
    def every(self) -> SliceDays:
        """Their slices on the day, and those beside it."""
        return days_beside(self.projects, self.day, self.surroundings.timezone)

    def where_whole(self, selection: RowSelection) -> SliceDays:
        """The same with the days on which the rows of a selection may count."""
        key = selection.table.name, selection.window
        if key not in self._whole:
            self._whole[key] = where_whole(self.every, self.projects, self.periods, selection)
        return self._whole[key]

    @cached_property
    def _whole(self) -> dict[tuple[str, MetricWindow], SliceDays]:
        return {}

    @cached_property
    def _levels(self) -> pd.MultiIndex:
        return pd.MultiIndex.from_frame(self.every.slices.levels[LEVELS])

    def positions(self, levels: Iterable[tuple[str, ...]]) -> list[int]:
        """Where slices stand among those of the rows; -1 for those that are no more."""
        positions: list[int] = self._levels.get_indexer(pd.MultiIndex.from_tuples(levels)).tolist()
        return positions

    def rows(self, metric: Metric) -> pd.DataFrame:
        """Those of the metric's table, with `iid` where GitLab numbers them."""
        table = metric.table
        rows = self.facts[table.name].reset_index(drop=True)
        if table.name not in NUMBERED_BY:
            return rows
        return numbered(table, rows, self.facts[NUMBERED_BY[table.name][0].name])


@dataclass(frozen=True)
class DayRows:
    """The rows of one selection: which of them count for the organisation, and which nearly do.

    A smaller slice's are those of its projects.
    """

    shown: ShownRows
    slice_day: SliceDay
    counting: CountedRows

    @classmethod
    def of(cls, metric: Metric, facts: DayFacts) -> Self:
        """The rows of `metric`, and of every other of its selection."""
        rows = facts.rows(metric)
        slice_day = SliceDay(facts.every, facts.where_whole(metric.selection), ORGANISATION)
        shown = ShownRows(metric, rows, facts.projects.set_index("project_id"))
        return cls(shown, slice_day, counted_rows(metric, rows, slice_day))

    def figures(self, metric: Metric) -> Figures:
        """What a metric of the selection is by slice: the rows as they are now."""
        return figures_where_whole(metric, self.counting.placed, self.slice_day)

    def values_by_slice(self) -> list[Figures]:
        """The values of the rows that count, each as often as it does, by slice."""
        placed = self.counting.placed
        order = np.argsort(placed.slice, kind="stable")
        ends = np.searchsorted(placed.slice[order], np.arange(1, len(self.slice_day.every.slices)))
        return np.split(placed.value[order], ends)
