"""Contribution, attribution and positions of the sample book, in one real run."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from pydantic import SecretStr

from lotus_assets.commands.console import console_on_stderr
from lotus_assets.commands.execution import execute
from lotus_assets.commands.surroundings.lotus_core_preparation import load_sample_book
from lotus_assets.commands.surroundings.preparation import dagster_variables
from lotus_assets.definitions import defs
from lotus_assets.graph.resources import shared_engine
from lotus_assets.inputs.partitions import AS_OF, SHARD, last_complete_day
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.lotus_core.settings import CoreSettings
from lotus_assets.settings import Settings
from lotus_assets_tests.integration.services.api.serving import served_api
from lotus_assets_tests.integration.services.lotus_core.served import served

DAY = last_complete_day(Settings())
PARTITION = str(dg.MultiPartitionKey({AS_OF: str(DAY), SHARD: "005"}))
TINY = 1e-12
DIMENSIONS = ["asset_class", "sector", "currency"]
ANALYTICS = (
    "contribution",
    "contribution_total",
    "contribution_level",
    "attribution",
    "positions",
)


class Book:
    """A warehouse in which one shard of the sample book was worked out; its lotus-core serves."""

    def __init__(self, url: str, address: str, metadata: dict[str, dict[str, Any]]) -> None:
        self.url, self.address, self.metadata = url, address, metadata

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement.encode()).fetchall()

    def those(self, table: str, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
        """Rows of a table with these values."""
        conditions = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in chosen]
        statement = sql.SQL("SELECT * FROM {} WHERE {}").format(
            sql.Identifier(table), sql.SQL(" AND ").join(conditions)
        )
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement, [*chosen.values()]).fetchall()


def values(
    rows: Mapping[str, Mapping[str, Any]], names: tuple[str, ...]
) -> dict[str, list[float | None]]:
    """Some fields of rows by their key."""
    return {key: [row[name] for name in names] for key, row in rows.items()}


@pytest.fixture(scope="module")
def api(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The API beside the lotus-core that the run read."""
    settings = ApiSettings(
        tem_data_dir=tmp_path_factory.mktemp("api"),
        lotus_api_workers=1,
        lotus_core_url=book.address,
    )
    with served_api(settings) as client:
        yield client


@pytest.fixture(scope="module")
def book(
    create_shared_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Book]:
    folder = tmp_path_factory.mktemp("reports")
    url = create_shared_database()
    load_sample_book(url, folder / "book", DAY, lambda _message: None)
    with (
        served(CoreSettings(lotus_core_db_connection=SecretStr(url))) as core,
        pytest.MonkeyPatch.context() as patch,
    ):
        yield _worked_out(url, folder, str(core.client.base_url), patch)


def _worked_out(url: str, folder: Path, address: str, patch: pytest.MonkeyPatch) -> Book:
    for name, value in {
        "TEM_DB_CONNECTION": url,
        "TEM_DATA_DIR": str(folder / "data"),
        "TEM_EXPORT_DIR": str(folder / "exports"),
        "TEM_AS_OF": f"{DAY + timedelta(days=1)}T12:00:00+00:00",
        "LOTUS_CORE_URL": address,
        "LOTUS_CORE_LOOKBACK_DAYS": "400",
        "LOTUS_CORE_REPORT_DAYS": "370",
    }.items():
        patch.setenv(name, value)
    for name, value in dagster_variables(Settings(), url).items():
        patch.setenv(name, value)
    return Book(url, address, work_out(url, ANALYTICS))


def work_out(
    url: str, shown: Sequence[str], assets: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """A live run of the shard, or of some assets of it; the metadata of the `shown` ones."""
    keys = None if assets is None else [dg.AssetKey(name) for name in assets]
    try:
        with dg.DagsterInstance.get() as instance, console_on_stderr() as console:
            job = defs.resolve_job_def("portfolio_full")
            run = execute(job, instance, console, partition_key=PARTITION, assets=keys)
            assert run.succeeded, run.failures
            return {name: _metadata(instance, name) for name in shown}
    finally:
        shared_engine(url).dispose()
        shared_engine.cache_clear()


def _metadata(instance: dg.DagsterInstance, name: str) -> dict[str, Any]:
    event = instance.get_latest_materialization_event(dg.AssetKey(name))
    assert event is not None
    assert event.asset_materialization is not None
    return {key: value.value for key, value in event.asset_materialization.metadata.items()}


@pytest.mark.timeout(600)
def test_contributions_and_their_levels_sum_to_the_time_weighted_return(book: Book) -> None:
    totals = book.rows(
        """
        SELECT total.*, positions.contributed, positions.size, top.contributed AS top,
            twr.period_return AS own, twr.status AS own_status
        FROM contribution_total AS total
        LEFT JOIN (
            SELECT portfolio_id, metric_basis, linking, period,
                sum(contribution) AS contributed, sum(abs(contribution)) AS size
            FROM contribution GROUP BY 1, 2, 3, 4
        ) AS positions USING (portfolio_id, metric_basis, linking, period)
        LEFT JOIN (
            SELECT portfolio_id, metric_basis, linking, period, sum(contribution) AS contributed
            FROM contribution_level WHERE level = 1 GROUP BY 1, 2, 3, 4
        ) AS top USING (portfolio_id, metric_basis, linking, period)
        JOIN twr USING (portfolio_id, metric_basis, period)
        """
    )
    good = [row for row in totals if row["status"] == "OK"]
    assert {row["period"] for row in good} >= {"MTD", "QTD", "YTD", "1Y"}
    assert {row["status"] for row in totals} >= {"OK", "WINDOW_TOO_SHORT"}
    for row in good:
        bound = TINY * max(1.0, row["size"])
        rest = row["portfolio_return"] - row["fees"] - row["unexplained"]
        assert abs(row["contributed"] - rest) <= bound
        assert abs(row["top"] - rest) <= bound
        assert abs(row["portfolio_return"] - row["own"]) <= 1e-9
    assert {row["fees"] for row in good if row["metric_basis"] == "GROSS"} == {0.0}
    # The sample book takes fees from the cash position: they are in no position's contribution.
    assert sum(row["fees"] for row in good if row["metric_basis"] == "NET") < 0


def test_metadata_say_what_is_there_and_show_the_largest(book: Book) -> None:
    found = book.metadata["contribution_total"]
    assert found["portfolios_with_rows"] > 0
    assert found["results"]["OK"] > 0
    (row,) = book.rows("SELECT count(*) AS count FROM contribution_total")
    assert found["dagster/row_count"] == row["count"]
    assert "data:image/svg+xml" in book.metadata["contribution"]["picture"]


@pytest.mark.timeout(600)
def test_effects_sum_to_the_active_return_and_reconcile_with_twr(book: Book) -> None:
    totals = book.rows(
        """
        SELECT total.*, groups.effects, groups.size, top.effects AS top,
            currencies.effects AS of_currencies, twr.period_return AS own
        FROM attribution_total AS total
        LEFT JOIN (
            SELECT portfolio_id, model, linking, period,
                sum(total) AS effects,
                sum(abs(allocation) + abs(selection) + abs(interaction)) AS size
            FROM attribution GROUP BY 1, 2, 3, 4
        ) AS groups USING (portfolio_id, model, linking, period)
        LEFT JOIN (
            SELECT portfolio_id, model, linking, period, sum(total) AS effects
            FROM attribution_level WHERE level = 1 GROUP BY 1, 2, 3, 4
        ) AS top USING (portfolio_id, model, linking, period)
        LEFT JOIN (
            SELECT portfolio_id, model, linking, period,
                sum(local_total + currency_total) AS effects
            FROM attribution_currency GROUP BY 1, 2, 3, 4
        ) AS currencies USING (portfolio_id, model, linking, period)
        JOIN twr ON twr.portfolio_id = total.portfolio_id AND twr.period = total.period
            AND twr.metric_basis = 'NET'
        """
    )
    good = [row for row in totals if row["status"] == "OK"]
    assert {row["period"] for row in good} >= {"MTD", "QTD", "YTD", "1Y"}
    assert {row["linking"] for row in good} == {"CARINO", "MENCHERO", "FRONGELLO"}
    for row in good:
        bound = 10 * TINY * max(1.0, row["size"])
        for effects in (row["effects"], row["top"], row["of_currencies"]):
            assert abs(effects - row["active_return"]) <= bound
        assert abs(row["own_return"] - row["own"]) <= 1e-9
        explained = row["portfolio_return"] + row["fees"] + row["difference"]
        assert abs(explained - row["own_return"]) <= TINY
    statuses = book.rows(
        """
        SELECT DISTINCT status FROM attribution
        JOIN attribution_total USING (portfolio_id, model, linking, period)
        WHERE attribution.total IS NULL
        """
    )
    assert {row["status"] for row in statuses} <= {"NOT_LINKABLE", "BROKEN_CHAIN"}
    # A portfolio of this shard lost all: the totals of its parts name the same day.
    named = book.rows(
        """
        SELECT total.status_date, contribution_total.status_date AS contributed
        FROM attribution_total AS total
        JOIN contribution_total USING (portfolio_id, linking, period)
        WHERE total.status = 'NOT_LINKABLE' AND metric_basis = 'NET'
        """
    )
    assert named
    assert all(row["status_date"] == row["contributed"] is not None for row in named)
    assert "data:image/svg+xml" in book.metadata["attribution"]["picture"]


@pytest.mark.timeout(600)
def test_positions_have_the_returns_that_contribution_has(book: Book) -> None:
    rows = book.rows(
        """
        SELECT positions.*, held.position_return, held.return_status AS expected,
            input.market_value_reporting AS received
        FROM positions
        JOIN core_positions_input AS input USING (portfolio_id, position_id)
        LEFT JOIN contribution AS held ON held.portfolio_id = positions.portfolio_id
            AND held.position_id = positions.position_id AND held.period = 'YTD'
            AND held.metric_basis = 'NET' AND held.linking = 'CARINO'
        """
    )
    assert len(rows) == book.metadata["positions"]["dagster/row_count"] > 0
    for row in rows:
        assert row["return_ytd"] == row["position_return"]
        assert row["return_status"]["YTD"] == row["expected"]
        assert row["market_value_reporting"] == row["received"]
    assert {row["return_status"]["5Y"] for row in rows} <= {"WINDOW_TOO_SHORT", "OK"}


def asked(api: httpx.Client, path: str, portfolio: str, **options: Any) -> dict[str, Any]:
    """Results of a stateful request as of the run's day."""
    stateful = {"portfolio_id": portfolio, "as_of_date": str(DAY)}
    body = {"input_mode": "stateful", "stateful_input": stateful, **options}
    answer = api.post(path, json=body)
    assert answer.status_code == 200, answer.text
    results: dict[str, Any] = answer.json()["results"]
    return results


@pytest.mark.timeout(600)
def test_the_api_answers_what_the_tables_hold_to_the_last_bit(
    book: Book, api: httpx.Client
) -> None:
    (first, *_) = book.rows(
        "SELECT portfolio_id FROM attribution_total WHERE period = 'YTD' AND status = 'OK' "
        "ORDER BY 1 LIMIT 1"
    )
    portfolio = first["portfolio_id"]
    for linking in ("CARINO", "MENCHERO"):
        method = {"portfolio_id": portfolio, "model": "BF", "linking": linking, "period": "YTD"}
        found = asked(
            api,
            "/performance/attribution",
            portfolio,
            analyses=[{"period": "YTD"}, {"period": "MTD"}],
            group_by=DIMENSIONS,
            linking=linking,
        )["YTD"]
        names = ("allocation", "selection", "interaction", "total", "portfolio_weight")
        groups = {json.dumps(row["key"], ensure_ascii=False): row for row in found["groups"]}
        stored = {row["group_key"]: row for row in book.those("attribution", method)}
        assert values(groups, names) == values(stored, names)
        (total,) = book.those("attribution_total", method)
        for name in ("own_return", "fees", "difference"):
            assert found["reconciliation"][name] == total[name]
    method = {
        "portfolio_id": portfolio,
        "metric_basis": "NET",
        "linking": "FRONGELLO",
        "period": "YTD",
    }
    found = asked(
        api,
        "/performance/contribution",
        portfolio,
        analyses=[{"period": "YTD"}],
        linking="FRONGELLO",
        hierarchy=DIMENSIONS,
    )["YTD"]
    of_positions = ("contribution", "average_weight")
    positions = {row["position_id"]: row for row in found["positions"]}
    stored = {row["position_id"]: row for row in book.those("contribution", method)}
    assert values(positions, of_positions) == values(stored, of_positions)
    (total,) = book.those("contribution_total", method)
    for name in ("portfolio_return", "fees", "unexplained"):
        assert found[name] == total[name]


@pytest.mark.timeout(600)
def test_another_hierarchy_works_out_what_depends_on_it(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The levels of contributions do; positions, of the same inputs, do not."""
    statement = "SELECT * FROM contribution_level ORDER BY portfolio_id, 3, 4, 5, 6, 7"
    before = book.rows(statement)
    names = ("contribution_level", "positions")
    monkeypatch.setenv("LOTUS_CORE_GROUP_BY", "sector")
    changed = work_out(book.url, names, names)
    assert {row["level"] for row in book.rows(statement)} == {1}
    counts = [changed[name]["portfolios_unchanged"] for name in names]
    assert counts == [0, changed["positions"]["portfolios_with_rows"]]
    monkeypatch.delenv("LOTUS_CORE_GROUP_BY")
    assert work_out(book.url, names, names)["contribution_level"]["portfolios_unchanged"] == 0
    assert book.rows(statement) == before
    again = work_out(book.url, names, names)["contribution_level"]
    assert again["portfolios_unchanged"] == again["portfolios_with_rows"] > 0
