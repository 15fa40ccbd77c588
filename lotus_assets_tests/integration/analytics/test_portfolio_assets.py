"""Runs of the portfolio analytics: twice the same, single portfolios, quarantine, metadata."""

import base64
from collections import Counter
from datetime import timedelta

import pandas as pd

from lotus_assets.analytics.portfolios import (
    mwr,
    returns_series,
    risk_statistics,
    twr,
    twr_breakdown,
)
from lotus_assets.analytics.portfolios.portfolio_assets import PORTFOLIOS_TAG
from lotus_assets.graph.gated_assets import GATE
from lotus_assets.graph.input_checks import INPUT
from lotus_assets.inputs.partitions import whole_day_tags
from lotus_assets_tests.integration.analytics.conftest import AS_OF, OWN, Collected, metadata

TABLES = (twr.TABLE, twr_breakdown.TABLE, mwr.TABLE, returns_series.TABLE, risk_statistics.TABLE)


def test_the_same_inputs_give_the_same_rows(collected: Collected) -> None:
    before = {table.name: collected.rows(table) for table in TABLES}
    assert all(len(rows) for rows in before.values())
    result = collected.run(*OWN)
    for table in TABLES:
        pd.testing.assert_frame_equal(collected.rows(table), before[table.name])
        said = metadata(result, table.name)
        assert (said["rows_new"], said["rows_changed"], said["rows_vanished"]) == (0, 0, 0)
        assert said["portfolios_with_rows"] == collected.given
    kinds = Counter(check.check_name for check in result.get_asset_check_evaluations())
    assert kinds == {GATE: len(TABLES), INPUT: len(TABLES)}
    assert all(check.passed for check in result.get_asset_check_evaluations())


def test_every_row_names_its_input(collected: Collected) -> None:
    for table in TABLES:
        contract = "mwr-input" if table is mwr.TABLE else "performance-input"
        variant = "''"
        if table is mwr.TABLE:
            variant = "CASE t.status WHEN 'CLOSED' THEN 'ITD' ELSE t.period END"
        with collected.engine.connect() as connection:
            unnamed = pd.read_sql(
                f"SELECT count(*) AS n FROM {table.name} AS t LEFT JOIN core_payload AS p ON "  # noqa: S608
                f"p.contract = '{contract}' AND p.subject = t.portfolio_id AND "
                f"p.variant = {variant} AND p.as_of_date = t.as_of_date AND "
                "p.content_hash = t.content_hash AND p.data_version = t.data_version "
                "WHERE p.subject IS NULL",
                connection,
            )
        assert unnamed["n"].tolist() == [0], table.name


def test_pictures_are_in_the_metadata(collected: Collected) -> None:
    result = collected.run("twr", "risk_statistics")
    for name, title in (("twr", "Cumulative return"), ("risk_statistics", "Drawdown")):
        drawn = str(metadata(result, name)["picture"])
        assert drawn.startswith(f"![{title}")
        picture = base64.b64decode(drawn.partition("base64,")[2].rstrip(")"))
        assert picture.startswith(b"<?xml")
        assert len(picture) < 40_000


def test_a_portfolio_in_quarantine_keeps_no_row_and_the_others_stay(collected: Collected) -> None:
    """PF-002 broke its contract: only it is worked out anew, by the tag of the sensor's runs."""
    before = {table.name: collected.rows(table) for table in TABLES}
    broken = "UPDATE core_payload SET status = '{}' WHERE subject = 'PF-002' AND variant = ''"
    collected.execute(broken.format("QUARANTINED"))
    tags = {PORTFOLIOS_TAG: "PF-002,PF-003"}
    try:
        result = collected.run("twr", "returns_series", tags=tags)
        for table in (twr.TABLE, returns_series.TABLE):
            rows, old = collected.rows(table), before[table.name]
            pd.testing.assert_frame_equal(
                rows, old[old["portfolio_id"] != "PF-002"].reset_index(drop=True)
            )
            said = metadata(result, table.name)
            assert said["portfolios_without"] == {"QUARANTINED": 1}
            assert said["rows_vanished"] == len(old) - len(rows) > 0
            assert said["portfolios_with_rows"] == 1
    finally:
        collected.execute(broken.format("OK"))
    assert collected.run("twr", "returns_series", tags=tags).success
    for table in (twr.TABLE, returns_series.TABLE):
        pd.testing.assert_frame_equal(collected.rows(table), before[table.name])


def test_a_series_of_an_older_day_leaves_the_newest_alone(collected: Collected) -> None:
    """Inputs as of the day before: twr keeps both days, the series only the newest."""
    before = collected.rows(returns_series.TABLE)
    day = AS_OF - timedelta(days=1)
    columns = (
        "contract, subject, variant, '{}'::date, status, reason, data_version, content_hash, "
        "page_hashes, request, request_fingerprint, generated_by, start_date, end_date, "
        "row_count, continuity_breaks, header"
    )
    collected.execute(
        f"INSERT INTO core_payload SELECT {columns.format(day)} FROM core_payload "  # noqa: S608
        "WHERE subject = 'PF-001' AND contract = 'performance-input'"
    )
    tags = {**whole_day_tags(day, 16), PORTFOLIOS_TAG: "PF-001"}
    try:
        result = collected.run("twr", "returns_series", tags=tags)
        # As of that day no row is known: all of them came with the one after.
        assert metadata(result, "twr")["portfolios_with_rows"] == 1
        assert metadata(result, "returns_series")["rows_read"] == 0
        pd.testing.assert_frame_equal(collected.rows(returns_series.TABLE), before)
        own = collected.rows(twr.TABLE).query("portfolio_id == 'PF-001'")
        statuses = own.groupby("as_of_date")["status"].unique().map(set).tolist()
        assert [("OK" in found, "NO_OBSERVATIONS" in found) for found in statuses] == [
            (False, True),
            (True, False),
        ]
    finally:
        collected.execute(f"DELETE FROM core_payload WHERE as_of_date = '{day}'")  # noqa: S608
        collected.execute(f"DELETE FROM twr WHERE as_of_date = '{day}'")  # noqa: S608
