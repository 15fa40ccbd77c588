"""What a metric is: everything that is said of it once, and how its figures are calculated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from lotus_assets.analytics.delivery.populations import Population
from lotus_assets.engine.delivery.slice_days import Figures, PlacedRows
from lotus_assets.tables.table import Table

Statistic = Callable[[PlacedRows], Figures]


class MetricWindow(IntEnum):
    """The calendar days that a metric looks back over, the last of which is D."""

    END_OF_DAY = 0
    WEEK = 7
    MONTH = 30

    def first_day(self, last_day: date) -> date:
        """The first day of the window that ends with `last_day`."""
        return last_day - timedelta(days=max(self - 1, 0))


class Competency(StrEnum):
    """The pillars that figures are evidence for."""

    DEVOPS = "DevOps"
    GITOPS = "Git & GitOps"
    CODING = "Coding & Code Review"
    OBSERVABILITY = "Observability & Optimization"


class Family(StrEnum):
    """What a metric is about; pages and documents group by it."""

    FLOW = "Flow & throughput"
    CI_CD = "CI/CD health"
    HYGIENE = "Git & GitOps hygiene"
    QUALITY = "Issues & quality"


class Direction(StrEnum):
    """Which change is an improvement."""

    LESS = "less is better"
    MORE = "more is better"


class MetricUnit(StrEnum):
    """What a value is in; counts are whole numbers."""

    COUNT = "count"
    HOURS = "h"
    SECONDS = "s"
    RATIO = "ratio"


class RowSelection(NamedTuple):
    """What is placed into slices: metrics of one selection are statistics of the same rows."""

    table: Table
    population: Population
    window: MetricWindow
    column: str | None


@dataclass(frozen=True)
class Metric:
    """One metric, declared once: whoever shows figures reads this.

    `population` names the rows of `table` and the days on which they count, `column` the values
    taken from them (None: each row is 1), `statistic` what is made of them. `name`, `definition`,
    `over` (the population in words), `counted` (what one row is, in the plural: "6 of 6 issues"),
    `empty` (when there is no value though everything was collected) and `example` are for readers.
    """

    key: str
    name: str
    family: Family
    direction: Direction
    over: str
    counted: str
    empty: str
    example: str
    unit: MetricUnit
    window: MetricWindow
    competency: Competency
    definition: str
    table: Table
    population: Population
    statistic: Statistic
    column: str | None = None

    @property
    def selection(self) -> RowSelection:
        """The rows that the metric is over."""
        return RowSelection(self.table, self.population, self.window, self.column)

    @property
    def everyone(self) -> RowSelection:
        """The same rows whether or not they have a value in the column."""
        return self.selection._replace(column=None)


@dataclass(frozen=True)
class Percentile:
    """The quantile (0 … 1) as a statistic."""

    quantile: float

    def __call__(self, rows: PlacedRows) -> Figures:
        """Of these rows alone; `figures_of` takes several in one go."""
        figures: Figures = rows.percentiles(self.quantile)[0]
        return figures


def percentile_name(quantile: float) -> str:
    """What people call it."""
    return "median" if quantile == 0.5 else f"{quantile * 100:.0f}th percentile"


def figures_of(rows: PlacedRows, statistics: Sequence[Statistic]) -> list[Figures]:
    """What each statistic makes of the rows; their values are sorted once for all percentiles."""
    quantiles = [entry.quantile for entry in statistics if isinstance(entry, Percentile)]
    sorted_once = rows.percentiles(*quantiles) if quantiles else ()
    percentiles = dict(zip(quantiles, sorted_once, strict=True))
    return [
        percentiles[entry.quantile] if isinstance(entry, Percentile) else entry(rows)
        for entry in statistics
    ]
