"""pages: the engineering pages in TEM_EXPORT_DIR/pages, made of what the warehouse holds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import dagster as dg
import pandas as pd
from sqlalchemy import func, select

from lotus_assets.analytics.delivery import metric_daily
from lotus_assets.analytics.delivery.history_days import history_days, history_sundays
from lotus_assets.graph.inputs import Inputs, inputs_of
from lotus_assets.graph.layers import EXPORTS
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.step_failures import StepFailure, failures_of_run
from lotus_assets.graph.steps import asset_step
from lotus_assets.outputs.explanations.day_rows import DayFacts
from lotus_assets.outputs.explanations.gitlab_links import lasting_url
from lotus_assets.outputs.explanations.metric_explanation import Surroundings
from lotus_assets.outputs.pages.page_files import ENGINEERING, pages_folder
from lotus_assets.outputs.pages.reading_quality import READ, read_quality
from lotus_assets.outputs.restated_figures import restated_counts, restated_metrics
from lotus_assets.sources.rules_file import read_rules
from lotus_assets.sources.warehouse.bookkeeping import read_collected_periods, write_export_files
from lotus_assets.sources.warehouse.schema import database_table

NAME = "pages"
ENTRY = "pages/index.html"
"""Where a reader begins; below TEM_EXPORT_DIR."""
LATELY = timedelta(days=13)
"""So far before the newest day, every day that was worked out can be looked at; before, weeks."""
SOURCES = tuple(dict.fromkeys([metric_daily.TABLE, *metric_daily.SOURCES, *READ]))


def newest_day(inputs: Inputs) -> date | None:
    """The last day that has metrics; None without any."""
    days = select(func.max(database_table(metric_daily.TABLE).c.date))
    [[newest]] = inputs.declaring(NAME, SOURCES).rows(days)
    day: date | None = newest
    return day


def read_history(inputs: Inputs, day: date) -> pd.DataFrame:
    """The rows of `metric_daily` that pages about `day` show."""
    dates = database_table(metric_daily.TABLE).c.date
    return inputs.declaring(NAME, SOURCES).read(
        metric_daily.TABLE, dates.in_(history_days(day)) | dates.between(day - LATELY, day)
    )


def read_day_facts(inputs: Inputs, day: date) -> DayFacts:
    """What the figures of `day` are made of."""
    with inputs.connect() as connection:
        periods = read_collected_periods(connection)
    settings = inputs.settings
    surroundings = Surroundings(settings.timezone, lasting_url(settings.gitlab_api_url))
    return DayFacts(day, metric_daily.read_facts(inputs, day), periods, surroundings)


def make_pages(inputs: Inputs, failures: Sequence[StepFailure] = ()) -> dict[str, bytes]:
    """Write the engineering pages about the newest day that has metrics; path → content.

    `failures` are the steps at which the run stopped, if it did. Without any day there is the page
    of data quality alone.
    """
    # Here, because only this step draws a page, and needs a template engine for it.
    from lotus_assets.outputs.pages.engineering_pages import (
        engineering_files,
        files_without_figures,
    )
    from lotus_assets.outputs.pages.page_files import write_missing, write_pages

    folder, day = pages_folder(inputs.settings), newest_day(inputs)
    quality = read_quality(inputs, day, failures)
    if day is None:
        files, entries = files_without_figures(quality, inputs.now)
    else:
        files, entries = engineering_files(
            read_history(inputs, day),
            read_day_facts(inputs, day),
            quality,
            restated=restated_counts(restated_metrics(inputs, history_sundays(day)[-2:])),
            rules=read_rules(inputs.settings.tem_rules_file),
            generated_at=inputs.now,
        )
    write_pages(folder, ENGINEERING, files)
    write_missing(folder, entries)
    with inputs.engine.begin() as connection:
        write_export_files(connection, inputs.run_id, {ENTRY: files["index.html"]}, inputs.now)
    return files


@asset_step(
    name=NAME,
    specs=[
        dg.AssetSpec(
            NAME,
            deps=[source.name for source in SOURCES],
            group_name=EXPORTS,
            description="Pages for people in TEM_EXPORT_DIR/pages: the overview, a page a metric, "
            "the weekly view, data quality. They open from the disk, without a network.",
            kinds={"html"},
        )
    ],
)
def pages(
    context: dg.AssetExecutionContext, environment: Environment
) -> Iterator[dg.MaterializeResult[None]]:
    """The pages about the newest day that has metrics."""
    inputs = inputs_of(context, environment)
    day = newest_day(inputs)
    if day is None:
        raise dg.Failure(
            "metric_daily holds no day: materialize it for a complete day before the pages",
            allow_retries=False,
        )
    files = make_pages(inputs, failures_of_run(context.instance, inputs.run_id))
    entry = pages_folder(inputs.settings) / "index.html"
    yield dg.MaterializeResult(
        metadata={
            "entry": dg.MetadataValue.path(str(entry)),
            "open": dg.MetadataValue.url(entry.resolve().as_uri()),
            "day": day.isoformat(),
            "pages": sum(name.endswith(".html") for name in files),
            "bytes": sum(map(len, files.values())),
            "preview": dg.MetadataValue.md(_preview(files)),
        }
    )


def _preview(files: Mapping[str, bytes]) -> str:
    lines = [f"| `{name}` | {len(files[name]):,} |" for name in sorted(files) if name.endswith("l")]
    return "\n".join(["| page | bytes |", "| --- | ---: |", *lines])
