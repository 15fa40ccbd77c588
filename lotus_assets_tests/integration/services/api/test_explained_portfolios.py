"""Every figure of a sample portfolio follows from its explanation alone, by the definitions."""

import math
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from lotus_assets.analytics.portfolios import (
    attribution,
    attribution_total,
    contribution,
    contribution_total,
    mwr,
    risk_statistics,
    twr,
)
from lotus_assets.commands.surroundings.lotus_core_preparation import load_sample_book
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.sources.warehouse.connection import create_warehouse_engine
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.tables.table import Table
from lotus_assets_tests.integration.collected import own_database
from lotus_assets_tests.integration.explained_portfolios import work_out_portfolios
from lotus_assets_tests.integration.services.api.serving import served_api
from lotus_assets_tests.integration.services.lotus_core.served import served

AS_OF = date(2025, 3, 31)
PORTFOLIO = "PF-003"
TOLERANCE = 1e-12
pytestmark = pytest.mark.timeout(1200)
A_YEAR = {"DAILY": 252, "WEEKLY": 52, "MONTHLY": 12}
Row = dict[str, Any]


@dataclass(frozen=True)
class Explained:
    """The API beside a warehouse of the portfolio's figures."""

    url: str
    engine: Engine
    client: httpx.Client

    def ask(self, measure: str, portfolio_id: str = PORTFOLIO, **asked: str) -> httpx.Response:
        path = f"/explain/portfolios/{portfolio_id}/{measure}"
        return self.client.get(path, params={"as_of": str(AS_OF), **asked})

    def answer(self, measure: str, **asked: str) -> Row:
        answer = self.ask(measure, **asked)
        assert answer.status_code == 200, answer.text
        explanation: Row = answer.json()
        assert explanation["is_current"] is True
        return explanation

    def stored(self, table: Table) -> list[Row]:
        """The rows of the portfolio."""
        with self.engine.connect() as connection:
            frame = read_table(connection, table)
        rows = frame[frame["portfolio_id"] == PORTFOLIO].astype(object)
        listed = rows.where(rows.notna(), None).to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in listed]


@pytest.fixture(scope="module")
def explained(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Explained]:
    folder = tmp_path_factory.mktemp("explained")
    with own_database(server_url, template) as url:
        load_sample_book(url, folder / "book", AS_OF, lambda _message: None)
        engine = create_warehouse_engine(url)
        with served(CoreSettings(lotus_core_db_connection=SecretStr(url))) as core:
            work_out_portfolios(engine, str(core.client.base_url), AS_OF, [PORTFOLIO])
        settings = ApiSettings(
            tem_data_dir=folder, lotus_api_workers=1, tem_db_connection=SecretStr(url)
        )
        with served_api(settings) as client:
            yield Explained(url, engine, client)
        engine.dispose()


def near(value: float | None) -> Any:
    return pytest.approx(value, rel=TOLERANCE, abs=TOLERANCE)


def linked(returns: list[float]) -> float:
    return math.prod(1 + one for one in returns) - 1


def total(rows: list[Row], *names: str) -> float:
    """Sum over the rows of the product of the named columns."""
    return math.fsum(math.prod(row[name] for name in names) for row in rows)


def test_every_time_weighted_return(explained: Explained) -> None:
    rows = explained.stored(twr.TABLE)
    assert len(rows) == 2 * 7
    for row in rows:
        basis = row["metric_basis"]
        answer = explained.answer("twr", period=row["period"], metric_basis=basis)
        assert answer["values"]["period_return"] == row["period_return"]
        days = answer["details"]["days"]
        for day in days:
            capital = day["begin_mv"] + day["bod_cf"]
            fees = day["mgmt_fees"] if basis == "NET" else 0.0
            gain = day["end_mv"] - day["eod_cf"] - capital + fees
            assert day["capital"] == near(capital)
            assert day["daily_return"] == near(gain / abs(capital))
        if row["status"] != "OK":
            assert row["period_return"] is None
            continue
        assert linked([day["daily_return"] for day in days]) == near(row["period_return"])
        if row["annualised_return"] is not None:
            [(numerator, denominator)] = re.findall(r"\^ \((\d+) ÷ (\d+)", answer["arithmetic"])
            a_year = (1 + row["period_return"]) ** (int(numerator) / int(denominator)) - 1
            assert a_year == near(row["annualised_return"])


def test_every_money_weighted_return(explained: Explained) -> None:
    rows = explained.stored(mwr.TABLE)
    assert {row["method"] for row in rows} == {"XIRR", "MODIFIED_DIETZ"}
    for row in rows:
        answer = explained.answer("mwr", period=row["period"], method=row["method"])
        flows = answer["details"]["flows"]
        assert [flows[0]["amount"], flows[-1]["amount"]] == [-row["begin_mv"], row["end_mv"]]
        assert len(flows) == row["flow_count"] + 2
        if row["method"] == "XIRR" and row["annual_rate"] is not None:
            rate = row["annual_rate"]
            amounts = [flow["amount"] / (1 + rate) ** (flow["days"] / 365) for flow in flows]
            assert math.fsum(amounts) == pytest.approx(0, abs=1e-9 * row["end_mv"])
        if row["method"] == "MODIFIED_DIETZ" and row["period_return"] is not None:
            capital = -total(flows[:-1], "amount", "weight")
            gain = total(flows, "amount")
            assert capital == pytest.approx(row["average_capital"], rel=TOLERANCE)
            assert gain / capital == pytest.approx(row["period_return"], rel=1e-9)


def test_every_total_of_contributions(explained: Explained) -> None:
    rows = explained.stored(contribution_total.TABLE)
    assert len(rows) == 2 * 2 * 7
    for row in rows:
        choices = {name: row[name] for name in ("period", "metric_basis", "linking")}
        days = explained.answer("contribution", **choices)["details"]["linking"]
        if row["status"] != "OK":
            assert row["portfolio_return"] is None
            continue
        for name in ("portfolio_return", "fees", "unexplained"):
            assert total(days, name, "coefficient") == near(row[name]), choices
        assert linked([day["portfolio_return"] for day in days]) == near(row["portfolio_return"])


def test_every_contribution_of_a_position(explained: Explained) -> None:
    rows = explained.stored(contribution.TABLE)
    chosen = [row for row in rows if row["period"] in {"MTD", "YTD", "ITD"}]
    assert len({row["position_id"] for row in chosen}) > 5
    for row in chosen:
        choices = {name: row[name] for name in ("period", "metric_basis", "linking")}
        answer = explained.answer("contribution", group=row["position_id"], **choices)
        days = answer["details"]["days"]
        assert answer["table"] == "contribution"
        assert total(days, "contribution", "coefficient") == near(row["contribution"]), choices
        count = len(answer["details"]["linking"])
        assert total(days, "weight") / count == near(row["average_weight"])


def test_every_attribution_of_a_group(explained: Explained) -> None:
    rows = [
        row
        for row in explained.stored(attribution.TABLE)
        if (row["model"], row["linking"]) == ("BF", "CARINO") or row["period"] == "YTD"
    ]
    assert len({row["group_key"] for row in rows}) > 5
    assert {row["linking"] for row in rows} == {"CARINO", "MENCHERO", "FRONGELLO"}
    for row in rows:
        choices = {name: row[name] for name in ("period", "model", "linking")}
        answer = explained.answer("attribution", group=row["group_key"], **choices)
        effects = answer["details"]["effects"]
        for name in ("allocation", "selection", "interaction", "total"):
            assert total(effects, name, "coefficient") == near(row[name]), choices
        count = len(answer["details"]["linking"])
        for side in ("portfolio", "benchmark"):
            weights = [day[f"{side}_weight"] or 0.0 for day in answer["details"]["days"]]
            assert math.fsum(weights) / count == near(row[f"{side}_weight"])


def test_every_total_of_attributions(explained: Explained) -> None:
    for row in explained.stored(attribution_total.TABLE):
        choices = {name: row[name] for name in ("period", "model", "linking")}
        periods = explained.answer("attribution", **choices)["details"]["linking"]
        if row["status"] != "OK":
            assert row["active_return"] is None
            continue
        for name in ("portfolio_return", "benchmark_return"):
            assert linked([period[name] for period in periods]) == near(row[name])
        active = [
            {**period, "active": period["portfolio_return"] - period["benchmark_return"]}
            for period in periods
        ]
        assert total(active, "active", "coefficient") == near(row["active_return"]), choices


def test_risk_statistics(explained: Explained) -> None:
    rows = [row for row in explained.stored(risk_statistics.TABLE) if row["status"] == "OK"]
    assert {row["frequency"] for row in rows} == A_YEAR.keys()
    for row in rows:
        answer = explained.answer(
            "risk_statistics", period=row["period"], frequency=row["frequency"]
        )
        details = answer["details"]
        own = [one["portfolio"] for one in details["own"]]
        a_year = math.sqrt(A_YEAR[row["frequency"]])
        assert len(own) == row["observations"]
        assert linked(own) == near(row["linked_return"])
        assert statistics.stdev(own) * a_year == pytest.approx(row["volatility"], rel=1e-10)
        beside = [one["portfolio"] - one["benchmark"] for one in details["relative"]]
        assert statistics.stdev(beside) * a_year == pytest.approx(row["tracking_error"], rel=1e-10)
        excess = [one["portfolio"] - one["risk_free"] for one in details["over_risk_free"]]
        sharpe = statistics.fmean(excess) / statistics.stdev(excess) * a_year
        assert sharpe == pytest.approx(row["sharpe_ratio"], rel=1e-9)


def test_as_a_page(explained: Explained) -> None:
    answer = explained.ask("attribution", period="YTD", format="html")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "attribution of PF-003" in answer.text
    assert "coefficient" in answer.text


def test_the_payloads_are_named_by_hash(explained: Explained) -> None:
    answer = explained.answer("risk_statistics", period="YTD")
    [row] = [
        row
        for row in explained.stored(risk_statistics.TABLE)
        if (row["period"], row["frequency"]) == ("YTD", "DAILY")
    ]
    hashes = {payload["contract"]: payload["content_hash"] for payload in answer["inputs"]}
    assert hashes["performance-input"] == row["content_hash"]
    assert hashes["benchmark-return-series"] == row["benchmark_content_hash"]
    assert hashes["risk-free-series"] == row["risk_free_content_hash"]


@pytest.mark.parametrize(
    ("measure", "asked", "words"),
    [
        ("twrr", {}, "There is no measure twrr. The measures: twr"),
        ("twr", {"group": "EQ"}, "Of groups are: contribution, attribution."),
        ("twr", {"portfolio_id": "PF-999"}, f"PF-999. Each portfolio_id: {PORTFOLIO}."),
        ("twr", {"as_of": "2020-01-31"}, "Each as_of_date: 2025-03-31."),
        ("twr", {"period": "2Y"}, "twr has no period 2Y. Each period: "),
        ("contribution", {"group": "EQ-NOTHING"}, "contribution has no position_id EQ-NOTHING."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_with_what_is(
    explained: Explained, measure: str, asked: dict[str, str], words: str
) -> None:
    answer = explained.ask(measure, **{"period": "YTD", **asked})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_the_command_prints_the_same(explained: Explained, tmp_path: Path) -> None:
    [row] = [
        row
        for row in explained.stored(twr.TABLE)
        if (row["period"], row["metric_basis"]) == ("YTD", "NET")
    ]
    command = ["explain", "portfolio", PORTFOLIO, "twr", "--as-of", str(AS_OF), "--rows", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "lotus_assets", *command],
        env=os.environ
        | {"TEM_DB_CONNECTION": explained.url, "TEM_DATA_DIR": str(tmp_path), "COLUMNS": "220"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(row["period_return"]) in done.stdout
    assert row["content_hash"] in done.stdout
    assert "more (--rows" in done.stdout
    refused = subprocess.run(
        [sys.executable, "-m", "lotus_assets", *command[:2], "X", "twrr", "--as-of", str(AS_OF)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "There is no measure twrr" in refused.stderr
