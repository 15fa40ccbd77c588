"""The files of reports: pages of whole shards, each as of its newest day, and the index of all."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from lotus_assets.inputs.partitions import shard_of
from lotus_assets.outputs.pages.page_files import write_pages
from lotus_assets.outputs.portfolio_report.index_rows import index_rows, newest_days
from lotus_assets.outputs.portfolio_report.report_pages import index_page, portfolio_page
from lotus_assets.outputs.portfolio_report.report_paths import INDEX, page_path
from lotus_assets.outputs.portfolio_report.report_tables import read_report_tables
from lotus_assets.outputs.portfolio_report.reports import portfolio_reports

SET = "portfolios"
"""The index; with a shard, its pages: what one run makes whole."""


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
