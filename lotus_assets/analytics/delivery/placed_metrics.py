"""The rows that metrics are over, in their slices: placed once, for figures and marks alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.analytics.delivery.metric import Metric, RowSelection, figures_of
from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.engine.delivery.counted_days import Days
from lotus_assets.engine.delivery.day_fingerprints import Hashes, day_fingerprints, slice_hashes
from lotus_assets.engine.delivery.slice_days import Figures, PlacedRows, SliceDays
from lotus_assets.engine.delivery.slices import slices_of
from lotus_assets.facts import dim_project

Facts = Mapping[str, pd.DataFrame]
"""The tables of `facts` by name, `dim_project` among them."""


@dataclass(frozen=True)
class PlacedMetrics:
    """The metrics, and the rows of each of their selections on the days of `slice_days`."""

    metrics: tuple[Metric, ...]
    slice_days: SliceDays
    rows: Mapping[RowSelection, PlacedRows]

    @classmethod
    def of(
        cls,
        facts: Facts,
        days: Iterable[date],
        timezone: str,
        metrics: tuple[Metric, ...] = CATALOGUE,
    ) -> Self:
        """The rows of `facts` in the slices of the measured projects, on distinct days in order.

        Raises:
            KeyError: `facts` lacks `dim_project` or a table that a metric is over.
        """
        projects = facts[dim_project.TABLE.name]
        slices = slices_of(projects[projects["is_measured"].fillna(False).to_numpy(bool)])
        slice_days = SliceDays(slices, np.array(sorted(set(days)), "datetime64[D]"), timezone)
        rows = {
            chosen: chosen.population(
                facts[chosen.table.name], slice_days, int(chosen.window), chosen.column
            )
            for chosen in dict.fromkeys(metric.selection for metric in metrics)
        }
        return cls(metrics, slice_days, rows)

    def fingerprints(self) -> tuple[Hashes, NDArray[np.uint64]]:
        """One number a slice; and for each day one a selection, shape (days, selections)."""
        hashes = slice_hashes(self.slice_days.slices.levels)
        by_selection = [day_fingerprints(placed, hashes) for placed in self.rows.values()]
        return hashes, np.array(by_selection, dtype=np.uint64).T

    def figures(self, days: Days) -> Figures:
        """Every metric for every slice and each of `days`, shape (metrics, slices, days).

        `days` are distinct days of `slice_days`, in order. NaN is NULL.
        """
        positions = np.searchsorted(self.slice_days.days, days)
        by_key: dict[str, Figures] = {}
        for chosen, placed in self.rows.items():
            of_rows = [metric for metric in self.metrics if metric.selection == chosen]
            statistics = [metric.statistic for metric in of_rows]
            figures = figures_of(placed.on_days(positions), statistics)
            by_key |= zip((metric.key for metric in of_rows), figures, strict=True)
        return np.array([by_key[metric.key] for metric in self.metrics])
