"""What a run restates of portfolios is what it changed of their figures; payloads are named."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import dagster as dg
import psycopg
import pytest

from lotus_assets.analytics.portfolios.portfolio_assets import PORTFOLIOS_TAG
from lotus_assets.analytics.portfolios.restated_portfolios import figures_of
from lotus_assets.commands.execution import tables_of
from lotus_assets.definitions import defs
from lotus_assets.inputs.partitions import whole_day_tags
from lotus_assets_tests.integration.runs.contents import Row, one, rows
from lotus_assets_tests.integration.runs.test_portfolios import DAY, Book, book

__all__ = ["book"]
TABLES = (
    "attribution",
    "attribution_currency",
    "attribution_level",
    "attribution_total",
    "contribution",
    "contribution_level",
    "contribution_total",
    "mwr",
    "positions",
    "risk_statistics",
    "twr",
)


def figures(url: str) -> dict[tuple[str, str, str], float | None]:
    """Every figure of every table that keeps its days, by table, column and row."""
    tables = tables_of(defs.get_repository_def())
    return {
        (name, column, text_of({key: str(row[key]) for key in tables[name].key})): row[column]
        for name in TABLES
        for row in rows(url, name)
        for column in figures_of(tables[name])
    }


def restated(book: Book, run_id: str) -> list[Row]:
    return [row for row in rows(book.url, "restatement") if row["run_id"] == run_id]


def told_restated(book: Book, run_id: str) -> dict[str, Any]:
    """How many figures each table's materialisation by a run says that it restated."""
    counts = {}
    with book.instance() as instance:
        for name in TABLES:
            event = instance.get_latest_materialization_event(dg.AssetKey(name))
            assert event is not None
            assert event.run_id == run_id
            assert event.asset_materialization is not None
            counts[name] = event.asset_materialization.metadata["restated"].value
    return counts


@pytest.mark.timeout(900)
def test_a_corrected_input_and_another_engine_restate_what_they_change(book: Book) -> None:
    first = book.run()
    assert first.succeeded, first.failures
    assert restated(book, first.run_id) == []
    some = {**whole_day_tags(DAY, 16), PORTFOLIOS_TAG: "PF-003"}

    def run() -> list[Row]:
        before = figures(book.url)
        done = book.run(tags=some)
        assert done.succeeded, done.failures
        restatements, after = restated(book, done.run_id), figures(book.url)
        changed = {
            key: (value, after.get(key)) for key, value in before.items() if after.get(key) != value
        }
        assert {
            (row["table_name"], row["figure"], text_of(row["row_key"])): (
                row["old_value"],
                row["new_value"],
            )
            for row in restatements
        } == changed
        counts = Counter(row["table_name"] for row in restatements)
        assert told_restated(book, done.run_id) == {name: counts[name] for name in TABLES}
        return restatements

    assert run() == []

    # A fee of a past day comes late.
    past: Any = one(
        book.url,
        "SELECT max(perf_date) FROM core_performance_input "
        "WHERE portfolio_id = 'PF-003' AND perf_date < %s",
        DAY - timedelta(days=10),
    )
    book.load(
        fees="portfolio_id,fee_id,fee_date,amount,fee_currency,recorded_at\n"
        f"PF-003,LATE,{past},-12.5,GBP,{DAY}T10:00:00+00:00\n"
    )
    was = hash_of(book)
    corrected = run()
    assert {row["table_name"] for row in corrected} >= {"twr", "contribution_total"}
    assert {(row["cause"], row["subject"]) for row in corrected} == {("payloads", "PF-003")}
    now = hash_of(book)
    assert was != now
    of_twr = next(row for row in corrected if row["table_name"] == "twr")
    assert of_twr["reasons"] == {
        "named": [f"performance-input of PF-003: OK {was} → OK {now}"],
        "more": 0,
    }

    with psycopg.connect(book.url) as connection:
        # As another engine left it.
        connection.execute(
            "UPDATE twr SET period_return = period_return + 1 WHERE portfolio_id = 'PF-003'"
        )
        connection.execute("UPDATE portfolio_computation SET engine = 'of before'")
    recomputed = run()
    assert recomputed
    assert {(row["cause"], row["table_name"], row["figure"]) for row in recomputed} == {
        ("engine", "twr", "period_return")
    }
    assert run() == []


def hash_of(book: Book) -> str:
    return str(
        one(
            book.url,
            "SELECT content_hash FROM core_payload WHERE contract = 'performance-input'"
            " AND subject = 'PF-003' AND as_of_date = %s",
            DAY,
        )
    )


def text_of(key: dict[str, str]) -> str:
    return json.dumps(key, sort_keys=True)
