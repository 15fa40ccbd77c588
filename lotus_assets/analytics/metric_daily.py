"""metric_daily: every metric of the catalogue for every slice and day."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from pandera.pandas import DataFrameModel, Field

from lotus_assets.analytics.metric import Facts, Metric
from lotus_assets.analytics.metric_catalogue import CATALOGUE
from lotus_assets.columns import Day, Number, Text
from lotus_assets.computed_assets import Inputs, computed_asset
from lotus_assets.engine.slice_days import SliceDays
from lotus_assets.engine.slices import LEVELS, slices_of
from lotus_assets.facts import dim_project, fact_mr
from lotus_assets.layers import ANALYTICS
from lotus_assets.table import Table


class MetricDaily(DataFrameModel):
    """One row a day, slice and metric; a level that does not apply is the empty text."""

    date: Day = Field(description="The day D that the metric's window ends with.")
    org: Text = Field(description="Organisation.")
    business_line: Text = Field(description="Business line; empty for the org slice.")
    team: Text = Field(description="Team; empty for org and business line slices.")
    repo: Text = Field(description="path_with_namespace; empty for all but repo slices.")
    metric: Text = Field(description="Key in the metric catalogue.")
    value: Number = Field(
        nullable=True, description="In the metric's unit; NULL for an empty denominator."
    )

    class Config:
        """Types are enforced, unknown columns refused."""

        coerce = True
        strict = True


TABLE = Table(
    name="metric_daily",
    model=MetricDaily,
    key=("date", *LEVELS, "metric"),
    version=None,
    description="Metrics by day and slice (metrics.md).",
)


def metric_rows(
    facts: Facts,
    days: Iterable[date],
    timezone: str,
    metrics: tuple[Metric, ...] = CATALOGUE,
) -> pd.DataFrame:
    """Rows of `metric_daily` for the days asked for, sorted by day, slice and catalogue order.

    `facts` holds `dim_project` and the tables that the metrics name. Slices come from the
    projects that are measured, and have all metrics even without a row: counts 0, others NULL.

    Raises:
        KeyError: a table that a metric is over is not in `facts`.
    """
    projects = facts["dim_project"]
    slices = slices_of(projects[projects["is_measured"].fillna(False).to_numpy(bool)])
    distinct = sorted(set(days))
    places = SliceDays(slices, np.array(distinct, dtype="datetime64[D]"), timezone)
    figures = np.array([metric.figures(facts, places) for metric in metrics])
    # Asked for as (metric, slice, day), laid out as (day, slice, metric).
    values = figures.reshape(len(metrics), *places.shape).transpose(2, 1, 0).ravel()
    day, place, metric = np.unravel_index(
        np.arange(len(values)), (len(distinct), len(slices), len(metrics))
    )
    return pd.DataFrame(
        {
            "date": places.days[day].astype("datetime64[s]"),
            **{level: slices.levels[level].to_numpy()[place] for level in LEVELS},
            "metric": np.array([entry.key for entry in metrics], dtype=object)[metric],
            "value": pd.array(values, dtype="Float64"),
        }
    )


SOURCES = (dim_project.TABLE, fact_mr.TABLE)
"""Tables that the metrics of the catalogue are over."""


def compute(inputs: Inputs) -> pd.DataFrame:
    """All metrics of the run's days."""
    facts = {table.name: inputs.read(table) for table in SOURCES}
    return metric_rows(facts, inputs.days, inputs.settings.timezone)


def days_in_scope(inputs: Inputs) -> pd.DataFrame:
    """The days whose rows are replaced."""
    return pd.DataFrame({"date": pd.to_datetime(list(inputs.days))})


metric_daily = computed_asset(
    TABLE,
    ANALYTICS,
    compute,
    deps=tuple(table.name for table in SOURCES),
    scope=days_in_scope,
    is_daily=True,
)
