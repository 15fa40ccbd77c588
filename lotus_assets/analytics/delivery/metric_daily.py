"""metric_daily: every metric of the catalogue for every slice and day."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandera.pandas import Field
from sqlalchemy import Connection, select
from sqlalchemy.sql.elements import ColumnElement

from lotus_assets.analytics.delivery.history_days import history_days, last_sunday
from lotus_assets.analytics.delivery.metric import MetricWindow
from lotus_assets.analytics.delivery.metric_catalogue import CATALOGUE
from lotus_assets.analytics.delivery.metric_definitions import definitions_text
from lotus_assets.analytics.delivery.placed_metrics import Facts, PlacedMetrics
from lotus_assets.analytics.delivery.restated_metrics import MetricWitness, metric_basis
from lotus_assets.engine.delivery.slice_days import Figures
from lotus_assets.engine.delivery.slices import LEVEL_COLUMNS, LEVELS
from lotus_assets.facts import dim_project, fact_flaky_job
from lotus_assets.facts.marks import CONTRACTS, ENGINE
from lotus_assets.filling.computing import write_computed
from lotus_assets.filling.fingerprints import code_fingerprint, digest
from lotus_assets.filling.reports import TableReport
from lotus_assets.graph.column_lineage import columns_of
from lotus_assets.graph.gated_assets import (
    gate_spec,
    report_rows,
    table_spec,
)
from lotus_assets.graph.input_checks import Lacking, input_result, input_spec
from lotus_assets.graph.inputs import Inputs, inputs_by_day
from lotus_assets.graph.layers import (
    ANALYTICS,
    DAYS,
    SINGLE_RUN,
    is_live,
)
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.graph.written_days import mark_written
from lotus_assets.sources.warehouse.bookkeeping import read_collected_periods
from lotus_assets.sources.warehouse.changes import read_metric_days, write_metric_days
from lotus_assets.sources.warehouse.fact_changes import (
    forget_seen_changes,
    last_change,
    read_exported_days,
    write_seen,
)
from lotus_assets.sources.warehouse.schema import database_table
from lotus_assets.tables.columns import Day, Integer, Number, Text
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class MetricDaily(TableModel):
    """One row a day, slice and metric; a level that does not apply is the empty text."""

    date: Day = Field(description="The day D that the metric's window ends with.")
    org: Text = Field(description="Organisation.")
    business_line: Text = Field(description="Business line; empty for the org slice.")
    team: Text = Field(description="Team; empty for org and business line slices.")
    repo: Text = Field(description="path_with_namespace; empty for all but repo slices.")
    metric: Text = Field(description="Key in the metric catalogue.")
    value: Number = Field(
        nullable=True,
        description="In the metric's unit; NULL for an empty denominator, and with a reason.",
    )
    projects_left_out: Integer = Field(
        ge=0,
        description="Projects of the slice that are not in the figure, because the window was not "
        "collected whole.",
    )
    reason: Text = Field(
        nullable=True,
        description="Why there is no figure when no project is left: window_before_collection (it "
        "reaches back before what was collected), not_collected (the day's end was not read: see "
        "coverage).",
    )
    sample_size: Integer = Field(
        ge=0,
        description="Rows (merge requests, pipelines, issues, …) that the value is made of.",
    )
    population_size: Integer = Field(
        ge=0,
        description="Rows that the metric is over: those of sample_size, and those that lack what "
        "it measures.",
    )


TABLE = Table(
    name="metric_daily",
    model=MetricDaily,
    key=("date", *LEVELS, "metric"),
    version=None,
    description="Metrics by day and slice: what each means says docs/METRICS.md.",
)


COUNTING = tuple(
    column for one in CATALOGUE for column in columns_of(one.table, *one.population.columns)
)
"""The columns that decide which rows count in the metrics, and on which days."""
VALUES = (
    *COUNTING,
    *((one.table.name, one.column) for one in CATALOGUE if one.column is not None),
)
COLLECTED_FIRST = "the facts, after the daily assets of raw_gitlab (up to what was collected)"
LINEAGE = {
    **dict.fromkeys(("value", "sample_size"), VALUES),
    "population_size": COUNTING,
    **dict.fromkeys(
        ("projects_left_out", "reason"),
        columns_of(dim_project.TABLE, "is_measured", "created_at"),
    ),
    **{level: ((dim_project.TABLE.name, column),) for level, column in LEVEL_COLUMNS.items()},
}


def metric_rows(placed: PlacedMetrics, days: Iterable[date]) -> pd.DataFrame:
    """Rows of `metric_daily` for some of the placed days, by day, slice and catalogue order.

    All slices have all metrics even without a row: counts 0, others NULL. Where no project was
    collected whole, counts are NULL too.
    """
    chosen = np.array(sorted(set(days)), dtype="datetime64[D]")
    metrics, levels = placed.metrics, placed.slice_days.slices.levels
    left_out, samples = placed.left_out(chosen), placed.samples(chosen)

    def laid_out(figures: Figures) -> NDArray[np.float64]:
        """Worked out as (metric, slice, day), laid out as (day, slice, metric)."""
        return figures.transpose(2, 1, 0).ravel()

    values = laid_out(placed.figures(chosen))
    day, row_slice, metric = np.unravel_index(
        np.arange(len(values)), (len(chosen), len(levels), len(metrics))
    )
    return pd.DataFrame(
        {
            "date": chosen[day].astype("datetime64[s]"),
            **{level: levels[level].to_numpy()[row_slice] for level in LEVELS},
            "metric": np.array([entry.key for entry in metrics], dtype=object)[metric],
            "value": pd.array(values, dtype="Float64"),
            "projects_left_out": laid_out(left_out.projects).astype(np.int64),
            "reason": pd.array(left_out.reasons.transpose(2, 1, 0).ravel(), dtype="string"),
            "sample_size": laid_out(samples.sizes).astype(np.int64),
            "population_size": laid_out(samples.populations).astype(np.int64),
        }
    )


def day_marks(placed: PlacedMetrics) -> dict[date, str]:
    """All that the metrics of each day follow from, in short; equal only if nothing changed.

    The rows that count on the day, the projects whose rows may, the slices, the catalogue and the
    code. A changed rules or org
    file shows in the facts and the slices.
    """
    slices, by_day = placed.fingerprints()
    keys = [metric.key for metric in placed.metrics]
    shared = digest([code_fingerprint(CODE), keys, slices.tolist()])
    return {
        day.astype(object): digest([shared, of_day])
        for day, of_day in zip(placed.slice_days.days, by_day.tolist(), strict=True)
    }


CODE = (ENGINE, Path(__file__).parent, *CONTRACTS)
"""What decides the figures beside the facts: by folder, as for facts."""
SOURCES = (dim_project.TABLE, *dict.fromkeys(metric.table for metric in CATALOGUE))
"""The tables that the metrics of the catalogue are over, and the projects that make the slices."""


class WorkedOut(NamedTuple):
    """What was done to the table, and the days whose rows were worked out, ascending."""

    report: TableReport
    days: list[date]


def recompute(inputs: Inputs, *, is_catching_up: bool) -> WorkedOut:
    """Work out the run's days; one that is catching up also those whose rows or slices changed.

    A live run catches up; the Sunday of the last complete week is one of its days, and the days
    that pages show beside them are worked out where they are not there yet.

    Raises:
        GateClosed: too many rows break the contract; neither rows nor marks were written.
    """
    with inputs.connect() as connection:
        stored = read_metric_days(connection)
        periods = read_collected_periods(connection)
        exported = read_exported_days(connection)
        seen = last_change(connection)
    asked = set(inputs.days)
    if is_catching_up:
        asked.add(last_sunday(inputs.days[-1]))
    looked_at = asked
    if is_catching_up:
        looked_at = asked | stored.keys() | history_days(inputs.days[-1])
    facts = read_facts(inputs, min(looked_at, default=inputs.now.date()))
    placed = PlacedMetrics.of(facts, looked_at, inputs.settings.timezone, periods=periods)
    marks = day_marks(placed)
    days = sorted(day for day in marks if day in asked or marks[day] != stored.get(day))
    basis = metric_basis(code_fingerprint(CODE))

    def note(connection: Connection) -> None:
        write_metric_days(connection, {day: marks[day] for day in days})
        write_seen(connection, sorted(marks), seen)
        write_seen(connection, days, seen, basis)
        forget_seen_changes(connection)

    report = write_computed(
        inputs.engine,
        TABLE,
        metric_rows(placed, days),
        run_id=inputs.run_id,
        now=inputs.now,
        quarantine_limit=inputs.settings.quarantine_limit,
        scope=pd.DataFrame({"date": pd.to_datetime(days)}),
        witness=MetricWitness(
            exported,
            basis,
            facts,
            periods,
            inputs.settings.timezone,
            inputs.run_id,
            inputs.now,
        ),
        before_commit=note,
    )
    return WorkedOut(report, days)


def read_facts(inputs: Inputs, first_day: date) -> Facts:
    """The tables of SOURCES; of each the rows that can count on `first_day` or later."""
    declared = inputs.declaring(TABLE.name, SOURCES)
    return {table.name: declared.read(table, *recent(table, first_day)) for table in SOURCES}


def recent(table: Table, first_day: date) -> list[ColumnElement[bool]]:
    """Of jobs, by far the most rows, those that count on `first_day` or later; of others all."""
    if table != fact_flaky_job.TABLE:
        return []
    # A day more than the window: days begin at another time than UTC's.
    since = datetime.combine(first_day - timedelta(days=MetricWindow.MONTH + 1), time(), UTC)
    return [database_table(table).c.first_started_at >= since]


def organisation_figures(inputs: Inputs, days: Collection[date]) -> dict[date, dict[str, float]]:
    """The metrics of the whole organisation on these days that have a value, by day and key."""
    stored = database_table(TABLE).c
    rows = inputs.declaring(TABLE.name, [TABLE]).read(
        TABLE, stored.date.in_(days), stored.business_line == "", stored.value.is_not(None)
    )
    figures: dict[date, dict[str, float]] = {day: {} for day in days}
    for day, of_day in rows.groupby(rows["date"].dt.date):
        figures[day] = dict(zip(of_day["metric"], of_day["value"].astype(float), strict=True))
    return figures


def lacking_input(inputs: Inputs) -> Lacking:
    """What is to be materialised before those of the run's days of which nothing was collected.

    On these days no project is left in any metric.
    """
    stored = database_table(TABLE).c
    of_projects = select(stored.date).where(stored.date.in_(inputs.days), stored.reason.is_(None))
    rows = inputs.declaring(TABLE.name, [TABLE]).rows(of_projects.distinct())
    days = [str(day) for day in sorted(set(inputs.days) - {day for (day,) in rows})]
    return {COLLECTED_FIRST: days} if days else {}


@asset_step(
    name=TABLE.name,
    specs=[
        table_spec(
            TABLE,
            ANALYTICS,
            [table.name for table in SOURCES],
            DAYS,
            definitions_text(CATALOGUE),
            LINEAGE,
        )
    ],
    check_specs=[gate_spec(TABLE), input_spec(TABLE.name)],
    partitions_def=DAYS,
    backfill_policy=SINGLE_RUN,
)
def metric_daily(context: dg.AssetExecutionContext, environment: Environment) -> Iterator[Any]:
    """The metrics of the run's days, and in a live run of all days that changed."""
    inputs = inputs_by_day(context, environment)
    limit = inputs.settings.quarantine_limit
    report, days = recompute(inputs, is_catching_up=is_live(context))
    figures = organisation_figures(inputs, days)
    if is_live(context):
        mark_written(context, [TABLE.name], days, figures)
    newest = figures[max(inputs.days)] if inputs.days else {}
    yield from report_rows(inputs.engine, [report], limit, newest)
    yield input_result(TABLE.name, lacking_input(inputs))
