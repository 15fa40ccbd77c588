"""What a metric is: everything that is said of it once, and how its figures are calculated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import pandas as pd

from lotus_assets.engine.delivery.slice_days import Figures, PlacedRows, SliceDays

Facts = Mapping[str, pd.DataFrame]
"""The tables of `facts` by name, `dim_project` among them."""

Population = Callable[[Facts, SliceDays, int, str | None], PlacedRows]
"""Puts the rows that a metric is over into slices: (facts, places, window in days, column)."""

Statistic = Callable[[PlacedRows], Figures]


class Window(IntEnum):
    """The calendar days that end with D (metrics.md, Conventions)."""

    END_OF_DAY = 0
    WEEK = 7
    MONTH = 30


class Competency(StrEnum):
    """The pillars that figures are evidence for (PRD §12)."""

    DEVOPS = "DevOps"
    GITOPS = "Git & GitOps"
    CODING = "Coding & Code Review"
    OBSERVABILITY = "Observability & Optimization"


class Unit(StrEnum):
    """What a value is in; counts are whole numbers."""

    COUNT = "count"
    HOURS = "h"
    SECONDS = "s"
    RATIO = "ratio"


@dataclass(frozen=True)
class Metric:
    """One metric, declared once: exports, dashboards, documents and explanations read this.

    `population` names the rows and the days on which they count, `column` the values taken from
    them (None: each row is 1), `statistic` what is made of them. `definition` is for readers.
    """

    key: str
    unit: Unit
    window: Window
    competency: Competency
    definition: str
    table: str
    population: Population
    statistic: Statistic
    column: str | None = None

    def population_of(self, facts: Facts, places: SliceDays) -> PlacedRows:
        """The rows that the metric is over, each in its slices on the days on which it counts."""
        return self.population(facts, places, int(self.window), self.column)

    def figures(self, facts: Facts, places: SliceDays) -> Figures:
        """The metric for every slice and day, shape (slices, days), NaN for NULL."""
        return self.statistic(self.population_of(facts, places))


def percentile(quantile: float) -> Statistic:
    """The quantile (0 … 1) as a statistic."""

    def of_rows(rows: PlacedRows) -> Figures:
        return rows.percentile(quantile)

    return of_rows
