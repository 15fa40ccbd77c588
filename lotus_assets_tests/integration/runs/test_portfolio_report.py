"""Reports of portfolios of the sample book, out of real runs: the numbers on the page are the
tables'."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import execute
from lotus_assets.commands.surroundings.lotus_core_preparation import load_sample_book
from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.definitions import defs
from lotus_assets.graph.resources import shared_engine
from lotus_assets.inputs.partitions import AS_OF, SHARD, last_complete_day
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings
from lotus_assets_tests.integration.services.lotus_core.served import served

DAY = last_complete_day(Settings())
SHARDS = {"002": "PF-037", "001": "PF-041", "000": "PF-056", "009": "PF-053"}
"""Shard → its portfolio here: lost more than all, closed, refused, larger than a float."""


class Tables(HTMLParser):
    """The tables of a page: by id or class, rows of data-values by their heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[tuple[str, list[float | None]]]] = {}
        self.folds: list[str] = []
        self._name, self._heading, self._is_heading = "", "", False
        self._fold = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "details" and "fold" in named.get("class", ""):
            self._fold = next((v for k, v in named.items() if k.startswith("data-")), "")
        if tag == "table":
            kind = named.get("id") or f"{named.get('class', '')} {self._fold}".strip()
            self._name = kind
            self.tables[kind] = []
        if tag == "th" and named.get("scope") == "row":
            self._heading, self._is_heading = "", True
            self.tables[self._name].append(("", []))
        if tag == "td" and "data-value" in named and self.tables[self._name]:
            text = named["data-value"]
            self.tables[self._name][-1][1].append(float(text) if text else None)

    def handle_data(self, data: str) -> None:
        if self._is_heading:
            self._heading += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "th" and self._is_heading:
            _, values = self.tables[self._name][-1]
            self.tables[self._name][-1] = (self._heading.strip(), values)
            self._is_heading = False

    def of(self, name: str) -> dict[str, list[float | None]]:
        """Rows by heading."""
        return dict(self.tables[name])


@dataclass(frozen=True)
class Reports:
    """A warehouse with some shards of the sample book, and the pages that a run wrote."""

    url: str
    folder: Path
    metadata: dict[str, Any] = field(default_factory=dict)

    def rows(self, statement: str, *values: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def text(self, name: str) -> str:
        return (self.folder / "pages" / "portfolios" / f"{name}.html").read_text("utf-8")

    def tables(self, name: str) -> Tables:
        return Tables(self.text(name))


def run(url: str, shard: str, assets: list[dg.AssetKey] | None = None) -> dict[str, Any]:
    """A live run of a shard of the day; the metadata of its report."""
    partition = str(dg.MultiPartitionKey({AS_OF: str(DAY), SHARD: shard}))
    try:
        with dg.DagsterInstance.get() as instance, console_on_stderr() as console:
            job = defs.resolve_job_def("portfolio_full")
            done = execute(job, instance, console, partition_key=partition, assets=assets)
            assert done.succeeded, done.failures
            event = instance.get_latest_materialization_event(dg.AssetKey("portfolio_report"))
            assert event is not None
            assert event.asset_materialization is not None
            metadata = event.asset_materialization.metadata
            return {name: value.value for name, value in metadata.items()}
    finally:
        shared_engine(url).dispose()
        shared_engine.cache_clear()


@pytest.fixture(scope="module")
def reports(
    create_shared_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reports]:
    folder = tmp_path_factory.mktemp("reports")
    url = create_shared_database()
    load_sample_book(url, folder / "book", DAY, lambda _message: None)
    with (
        served(CoreSettings(lotus_core_db_connection=SecretStr(url))) as core,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in {
            "TEM_DB_CONNECTION": url,
            "TEM_DATA_DIR": str(folder / "data"),
            "TEM_EXPORT_DIR": str(folder / "exports"),
            "TEM_AS_OF": f"{DAY + timedelta(days=1)}T12:00:00+00:00",
            "LOTUS_CORE_URL": str(core.client.base_url),
            "LOTUS_CORE_REPORT_DAYS": "370",
        }.items():
            patch.setenv(name, value)
        for name, value in dagster_variables(Settings(), url).items():
            patch.setenv(name, value)
        told = {shard: run(url, shard) for shard in SHARDS}
        yield Reports(url, folder / "exports", told)


@pytest.mark.timeout(900)
def test_periods_on_the_page_are_those_of_the_tables(reports: Reports) -> None:
    for name in ("PF-041", "PF-053", "PF-037"):
        shown = reports.tables(name).of("period-table")
        stored = reports.rows("select * from twr where portfolio_id = %s", name)
        assert {row["period"] for row in stored} == set(shown)
        for row in stored:
            at, year = (0, 4) if row["metric_basis"] == "NET" else (1, 5)
            values = shown[row["period"]]
            assert values[at] == row["period_return"]
            assert values[year] == row["annualised_return"]
            net, benchmark = values[0], values[2]
            if net is not None and benchmark is not None:
                assert values[3] == pytest.approx(net - benchmark, abs=1e-15)


@pytest.mark.timeout(900)
def test_money_weighted_returns_on_the_page_are_those_of_the_table(reports: Reports) -> None:
    shown = reports.tables("PF-053").of("money-table")
    stored = reports.rows("select * from mwr where portfolio_id = 'PF-053'")
    assert {row["period"] for row in stored} == set(shown)
    for row in stored:
        at, year = (1, 3) if row["method"] == "XIRR" else (4, 5)
        values = shown[row["period"]]
        assert values[at] == row["period_return"]
        assert values[year] == row["annual_rate"]
        assert (values[6], values[7], values[9]) == (
            row["begin_mv"],
            row["net_flow"],
            row["end_mv"],
        )


@pytest.mark.timeout(900)
def test_contributions_and_effects_on_a_page_sum_to_what_it_says(reports: Reports) -> None:
    [name] = [row["portfolio_id"] for row in _explained(reports)[:1]]
    page = reports.tables(name)
    [total] = reports.rows(
        "select * from contribution_total where portfolio_id = %s and period = 'YTD' "
        "and linking = 'CARINO' and metric_basis = 'NET'",
        name,
    )
    rows = page.of("hierarchy YTD")
    assert rows["Return"] == [total["portfolio_return"]]
    assert rows["Management fees"] == [total["fees"]]
    positions = [values[2] or 0.0 for _, values in page.tables["positions YTD"]]
    assert sum(positions) + total["fees"] + total["unexplained"] == pytest.approx(
        total["portfolio_return"], abs=1e-12
    )
    [effects] = reports.rows(
        "select * from attribution_total where portfolio_id = %s and period = 'YTD' "
        "and linking = 'CARINO' and model = 'BF'",
        name,
    )
    stored = reports.rows(
        "select sum(total) as total from attribution_level where portfolio_id = %s and "
        "period = 'YTD' and linking = 'CARINO' and model = 'BF' and level = 1",
        name,
    )
    assert page.of("effects YTD")["Active return"] == [effects["active_return"]]
    assert stored[0]["total"] == pytest.approx(effects["active_return"], abs=1e-12)
    reconciled = page.of("reconciliation YTD")
    assert reconciled["Groups of the portfolio"] == [effects["portfolio_return"]]
    assert reconciled["Groups of the benchmark"] == [effects["benchmark_return"]]
    assert reconciled["Management fees, basis points"] == [effects["fees"]]
    assert reconciled["Not explained, basis points"] == [effects["difference"]]


def _explained(reports: Reports) -> list[dict[str, Any]]:
    return reports.rows(
        "select distinct portfolio_id from attribution_total join contribution_total "
        "using (portfolio_id, period, linking) where period = 'YTD' and linking = 'CARINO' "
        "and attribution_total.status = 'OK' and contribution_total.status = 'OK' order by 1"
    )


@pytest.mark.timeout(900)
def test_risk_and_months_on_the_page_are_those_of_the_tables(reports: Reports) -> None:
    page = reports.tables("PF-053")
    stored = reports.rows(
        "select * from risk_statistics where portfolio_id = 'PF-053' and frequency = 'DAILY'"
    )
    order = {period: place for place, period in enumerate(("YTD", "1Y", "3Y", "5Y", "ITD"))}
    rows = page.of("risk DAILY")
    for row in stored:
        place = order[row["period"]]
        assert rows["Volatility"][place] == row["volatility"]
        assert rows["Maximum drawdown"][place] == row["maximum_drawdown"]
        assert rows["Tracking error"][place] == row["tracking_error"]
    months = page.of("month-table")
    for row in reports.rows(
        "select bucket, bucket_return from twr_breakdown where portfolio_id = 'PF-053' "
        "and frequency in ('MONTHLY', 'YEARLY') and metric_basis = 'NET'"
    ):
        assert months[row["bucket"]][0] == row["bucket_return"]


@pytest.mark.timeout(900)
def test_what_is_missing_is_explained(reports: Reports) -> None:
    assert "More than everything lost on" in reports.text("PF-037")
    assert 'data-code="BROKEN_CHAIN"' in reports.text("PF-037")
    assert "Past what a float holds" in reports.text("PF-053")
    closed = reports.text("PF-041")
    assert "Portfolio closed before." in closed
    assert "it closed on 30 Sep 2024" in closed
    assert "see the answer to contribution-input" in closed
    refused = reports.text("PF-056")
    assert "INSUFFICIENT_DATA: TRY/EUR has no rate" in refused
    assert 'id="periods"' not in refused


@pytest.mark.timeout(900)
def test_the_index_lists_every_portfolio_with_its_shard(reports: Reports) -> None:
    text = reports.text("index")
    asked = reports.rows(
        "select subject from core_payload where contract = 'performance-input' order by 1"
    )
    assert len(asked) > 10
    for row in asked:
        assert f'<a href="./{row["subject"]}.html">' in text
        assert (reports.folder / "pages" / "portfolios" / f"{row['subject']}.html").exists()
    for shard, name in SHARDS.items():
        line = text.split(f'data-portfolio="{name}"')[1].split("</tr>")[0]
        assert f"<td>{shard}</td>" in line
    shown = reports.tables("index").of("portfolios")
    [ytd] = reports.rows(
        "select period_return from twr where portfolio_id = 'PF-053' and period = 'YTD' "
        "and metric_basis = 'NET'"
    )
    assert shown["PF-053"][0] == ytd["period_return"]


@pytest.mark.timeout(900)
def test_hashes_and_versions_of_the_payloads_stand_on_the_page(reports: Reports) -> None:
    text = reports.text("PF-053")
    for row in reports.rows("select content_hash from core_payload where subject = 'PF-053'"):
        if row["content_hash"]:
            assert row["content_hash"] in text


@pytest.mark.timeout(900)
def test_made_again_the_pages_are_the_same_and_the_metadata_shows_them(reports: Reports) -> None:
    before = {name: reports.text(name) for name in (*SHARDS.values(), "index")}
    told = run(reports.url, "009", [dg.AssetKey("portfolio_report")])
    assert {name: reports.text(name) for name in before} == before
    assert told["pages"] == reports.metadata["009"]["pages"] > 0
    assert "| PF-053 | 009 |" in told["preview"]
    assert told["index"].endswith("pages/portfolios/index.html")
