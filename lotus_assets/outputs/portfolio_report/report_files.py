"""The files of reports: pages of whole shards, each as of its newest day, and the index of all."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from lotus_assets.inputs.partitions import shard_of
from lotus_assets.outputs.pages.moving_charts import library_file
from lotus_assets.outputs.pages.page_files import write_pages
from lotus_assets.outputs.portfolio_report.index_rows import index_rows, newest_days
from lotus_assets.outputs.portfolio_report.report_pages import index_page, portfolio_page
from lotus_assets.outputs.portfolio_report.report_paths import INDEX, page_path
from lotus_assets.outputs.portfolio_report.report_tables import read_report_tables
from lotus_assets.outputs.portfolio_report.reports import portfolio_reports

SET = "portfolios"
"""The index; with a shard, its pages: what one run makes whole."""
CHUNK = 128
"""Portfolios that are read and drawn together, but for a shard with more: a page is held in memory
until its shard is written."""


@dataclass(frozen=True)
class WrittenPages:
    """What a run wrote: the index, and the size of every portfolio's page by its path.

    `shards` are those of all pages that there are, by the same paths.
    """

    index: bytes
    sizes: dict[str, int]
    shards: dict[str, str]


def write_reports(
    connection: Connection,
    folder: Path,
    shards: Collection[str],
    shard_count: int,
    now: datetime,
) -> WrittenPages:
    """Make `folder` hold the pages of the portfolios in these shards, and the index of all."""
    newest = newest_days(connection)
    newest["shard"] = [shard_of(name, shard_count) for name in newest["portfolio_id"]]
    sizes: dict[str, int] = {}
    for some in _chunks(newest, sorted(shards)):
        chosen = newest[newest["shard"].isin(some)]
        pages = _pages(connection, chosen, shard_count, now)
        for shard in some:
            of_shard = chosen.loc[chosen["shard"] == shard, "portfolio_id"]
            paths = [str(page_path(name)) for name in of_shard]
            write_pages(folder, f"{SET}-{shard}", {path: pages[path] for path in paths})
        sizes |= {path: len(content) for path, content in pages.items()}
    day = None if newest.empty else max(newest["as_of_date"])
    index = index_page(index_rows(connection, newest, shard_count), day, now)
    write_pages(folder, SET, {str(INDEX): index, **library_file()})
    shard_of_page = {
        str(page_path(name)): shard
        for name, shard in zip(newest["portfolio_id"], newest["shard"], strict=True)
    }
    return WrittenPages(index, sizes, shard_of_page)


def _chunks(newest: pd.DataFrame, shards: list[str]) -> Iterator[list[str]]:
    """The shards in their order, as many together as have no more than CHUNK portfolios."""
    counts = newest["shard"].value_counts()
    chunk, size = [shards[0]], int(counts.get(shards[0], 0))
    for shard in shards[1:]:
        count = int(counts.get(shard, 0))
        if size + count > CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(shard)
        size += count
    yield chunk


def _pages(
    connection: Connection, chosen: pd.DataFrame, shard_count: int, now: datetime
) -> dict[str, bytes]:
    """The pages of some portfolios by path."""
    pages: dict[str, bytes] = {}
    for as_of in sorted(set(chosen["as_of_date"])):
        of_day = chosen.loc[chosen["as_of_date"] == as_of, "portfolio_id"]
        tables = read_report_tables(connection, as_of, of_day.tolist())
        for report in portfolio_reports(tables, shard_count):
            pages[str(page_path(report.portfolio_id))] = portfolio_page(report, now)
    return pages
