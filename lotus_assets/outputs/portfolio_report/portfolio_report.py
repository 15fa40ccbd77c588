"""portfolio_report: a page a portfolio in `pages/portfolios/`, and the index that leads to them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
from sqlalchemy import Connection

from lotus_assets.graph.domains import PERSONAL_DATA_TAG, PersonalData
from lotus_assets.graph.layers import EXPORTS, SINGLE_RUN
from lotus_assets.graph.resources import Environment
from lotus_assets.graph.steps import asset_step
from lotus_assets.inputs import input_tables
from lotus_assets.inputs.input_assets import PARTITIONS
from lotus_assets.inputs.input_settings import InputSettings
from lotus_assets.inputs.partitions import asked_partitions, shard_of
from lotus_assets.outputs.pages.page_files import pages_folder, write_pages
from lotus_assets.outputs.portfolio_report.index_rows import index_rows, newest_days
from lotus_assets.outputs.portfolio_report.report_pages import (
    INDEX,
    index_page,
    page_path,
    portfolio_page,
)
from lotus_assets.outputs.portfolio_report.report_tables import TABLES, read_report_tables
from lotus_assets.outputs.portfolio_report.reports import portfolio_reports

SET = "portfolios"
"""The index; with a shard, its pages: what one run makes whole."""
PREVIEWED = 100
"""Lines of the index that the preview shows."""


def shard_pages(
    connection: Connection, newest: pd.DataFrame, shard_count: int, now: datetime
) -> dict[str, bytes]:
    """The pages of some portfolios by path, each as of its newest day (see `newest_days`)."""
    files: dict[str, bytes] = {}
    for as_of in sorted(set(newest["as_of_date"])):
        of_day = newest.loc[newest["as_of_date"] == as_of, "portfolio_id"]
        tables = read_report_tables(connection, as_of, of_day.tolist())
        for report in portfolio_reports(tables, shard_count):
            files[str(page_path(report.portfolio_id))] = portfolio_page(report, now)
    return files


def write_reports(
    connection: Connection,
    folder: Path,
    shards: Collection[str],
    shard_count: int,
    now: datetime,
) -> Mapping[str, bytes]:
    """Make `folder` hold the pages of these shards and the index of all; path → content."""
    newest = newest_days(connection)
    shard_names = newest["portfolio_id"].map(lambda name: shard_of(name, shard_count))
    chosen = newest[shard_names.isin(set(shards))]
    pages = shard_pages(connection, chosen, shard_count, now)
    by_shard: dict[str, dict[str, bytes]] = {shard: {} for shard in shards}
    for name in chosen["portfolio_id"]:
        path = str(page_path(name))
        by_shard[shard_of(name, shard_count)][path] = pages[path]
    for shard, files in sorted(by_shard.items()):
        write_pages(folder, f"{SET}-{shard}", files)
    index = index_page(index_rows(connection, newest, shard_count), _newest_day(newest), now)
    write_pages(folder, SET, {str(INDEX): index})
    return {**pages, str(INDEX): index}


def _newest_day(newest: pd.DataFrame) -> date | None:
    return None if newest.empty else max(newest["as_of_date"])


DEPENDENCIES = [
    *(dg.AssetDep(table.name) for table in TABLES),
    dg.AssetDep(input_tables.PERFORMANCE_INPUT.table.name),
]


@asset_step(
    name="portfolio_report",
    specs=[
        dg.AssetSpec(
            "portfolio_report",
            deps=DEPENDENCIES,
            group_name=EXPORTS,
            description="pages/portfolios/ in TEM_EXPORT_DIR: a page a portfolio of the shard, as "
            "of the portfolio's newest day, and the index of all portfolios.",
            kinds={"html"},
            tags={PERSONAL_DATA_TAG: str(PersonalData.PSEUDONYMS)},
            partitions_def=PARTITIONS,
        )
    ],
    partitions_def=PARTITIONS,
    backfill_policy=SINGLE_RUN,
)
def portfolio_report(
    context: dg.AssetExecutionContext, environment: Environment
) -> Iterator[dg.MaterializeResult[None]]:
    """The pages of the run's shards, whichever of their days it is of."""
    settings, inputs = environment.settings, InputSettings()
    asked = asked_partitions(context, settings, inputs)
    shards = {shard for of_day in asked.values() for shard in of_day}
    folder = pages_folder(settings)
    with environment.engine.connect() as connection:
        files = write_reports(connection, folder, shards, inputs.lotus_core_shards, settings.now())
    yield dg.MaterializeResult(
        metadata={
            "index": dg.MetadataValue.path(str(folder / INDEX)),
            "pages": len(files) - 1,
            "bytes": sum(map(len, files.values())),
            "preview": dg.MetadataValue.md(preview(files, folder)),
        }
    )


def preview(files: Mapping[str, bytes], folder: Path) -> str:
    """The pages of a run as Markdown, with their sizes."""
    lines = [
        f"| {Path(name).stem} | {len(content) / 1000:,.0f} kB | `{folder / name}` |"
        for name, content in sorted(files.items())
        if name != str(INDEX)
    ]
    return "\n".join(["| portfolio | page | file |", "| --- | ---: | --- |", *lines[:PREVIEWED]])
