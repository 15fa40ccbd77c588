"""`attribution-input`: instruments, and benchmark groups that drift between rebalances."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lotus_assets_tests.integration.services.lotus_core.book import CORRECTION
from lotus_assets_tests.integration.services.lotus_core.served import Core

PATH = "portfolios/P1/attribution-input"
ASKED = {
    "report_start_date": "2025-01-03",
    "report_end_date": "2025-01-10",
    "group_by_dimensions": ["asset_class"],
    "consumer_system": "tests",
}


def groups(payload: dict[str, Any]) -> dict[str, dict[str, dict[str, float]]]:
    return {
        group["key"]["asset_class"]: {
            one["date"][-2:]: {name: float(value) for name, value in one.items() if name != "date"}
            for one in group["observations"]
        }
        for group in payload["benchmark_groups_data"]
    }


def test_weights_drift_between_rebalances(core: Core) -> None:
    payload = core.payload(PATH, **ASKED)
    assert payload["benchmark_id"] == "BM"
    found = groups(payload)
    assert list(found) == ["Bond", "Equity"]
    weights = {day: one["weight_bop"] for day, one in found["Equity"].items()}
    # 0.5 grows by 10 %, the bonds lose 10 %; then nothing and 2 %; the 8th is a rebalance
    drifted = 0.55 / (0.55 + 0.45 * 1.02)
    assert weights == pytest.approx(
        {"03": 0.5, "06": 0.55, "07": drifted, "08": 0.6, "09": 0.6 / 1.004, "10": 0.6 / 1.004}
    )
    for one, other in zip(
        *(group["observations"] for group in payload["benchmark_groups_data"]), strict=True
    ):
        total = Decimal(one["weight_bop"]) + Decimal(other["weight_bop"])
        assert abs(total - 1) <= Decimal("2e-10")


def test_returns_in_the_reporting_currency(core: Core) -> None:
    equity = groups(core.payload(PATH, **ASKED))["Equity"]
    assert equity["03"] == pytest.approx(
        {"weight_bop": 0.5, "return_base": 0.1, "return_local": 0.1, "return_fx": 0}
    )
    # the dollar fell from 0.8 to 0.625 euro: 1.28 x 0.78125 = 1
    monday = {"return_base": 0, "return_local": 0.28, "return_fx": -0.21875}
    assert {name: equity["06"][name] for name in monday} == pytest.approx(monday)
    assert equity["07"]["return_fx"] == 0
    dollars = groups(core.payload(PATH, **ASKED, reporting_currency="USD"))
    assert dollars["Equity"]["06"]["return_base"] == pytest.approx(0.28)
    # a euro bought 1.25 dollars, then 1.6
    assert dollars["Bond"]["06"]["return_base"] == pytest.approx(1.02 * 1.28 - 1)


def test_instruments_have_the_requested_dimensions(core: Core) -> None:
    payload = core.payload(PATH, **{**ASKED, "group_by_dimensions": ["asset_class", "currency"]})
    assert payload["group_by_dimensions"] == ["asset_class", "currency"]
    found = {item["instrument_id"]: item["meta"] for item in payload["instruments_data"]}
    assert found == {
        "AAA": {"asset_class": "Equity", "currency": "USD"},
        "EURCASH": {"asset_class": "Unclassified", "currency": "EUR"},
    }
    keys = [group["key"] for group in payload["benchmark_groups_data"]]
    assert keys == [
        {"asset_class": "Bond", "currency": "EUR"},
        {"asset_class": "Equity", "currency": "USD"},
    ]
    assert payload["portfolio_data"]["metric_basis"] == "NET"


def test_positions_in_one_instrument_are_one_instrument(
    own_core: Core, load: Callable[..., None]
) -> None:
    row = {"quantity": "1", "price": "1", "portfolio_id": "P1", "position_id": "AAA-2"}
    load(
        {
            "positions": [{"portfolio_id": "P1", "position_id": "AAA-2", "instrument_id": "AAA"}],
            "position_valuations": [
                {**row, "valuation_date": "2025-01-13", "market_value": "20", "eod_cf": "20"},
                {
                    **row,
                    "position_id": "AAA",
                    "valuation_date": "2025-01-13",
                    "market_value": "480",
                },
                # 20 dollars are 10 euros.
                {
                    **row,
                    "position_id": "CASH",
                    "valuation_date": "2025-01-13",
                    "market_value": "790",
                    "eod_cf": "-10",
                },
            ],
        }
    )
    asked = {**ASKED, "report_start_date": "2025-01-10", "report_end_date": "2025-01-13"}
    with own_core.engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO lotus_core.constituent_returns "
            "SELECT constituent_id, '2025-01-13', 0, now() - interval '2 years', load_id "
            "FROM lotus_core.constituent_returns WHERE return_date = '2025-01-10'"
        )
    (instrument,) = [
        item
        for item in own_core.payload(PATH, **asked)["instruments_data"]
        if item["instrument_id"] == "AAA"
    ]
    last = instrument["valuation_points"][-1]
    assert (last["begin_mv"], last["eod_cf"], last["end_mv"]) == ("250", "10", "250")
    assert [point["day"] for point in instrument["valuation_points"]] == [1, 2]


def test_what_cannot_be_answered(core: Core) -> None:
    unsupported = core.problem(PATH, **{**ASKED, "group_by_dimensions": ["mood"]})
    assert unsupported[:2] == (422, "UNSUPPORTED_CONFIGURATION")
    twice = core.problem(PATH, **{**ASKED, "group_by_dimensions": ["currency", "currency"]})
    assert twice[:2] == (400, "INVALID_REQUEST")
    unassigned = core.problem("portfolios/CLOSED/attribution-input", **ASKED)
    assert unassigned[:2] == (422, "INSUFFICIENT_DATA")
    assert "benchmark" in unassigned[2]


def test_a_constituent_without_return_is_named(own_core: Core) -> None:
    with own_core.engine.connect() as connection:
        connection.exec_driver_sql(
            "DELETE FROM lotus_core.constituent_returns "
            "WHERE constituent_id = 'IDX-BD' AND return_date = '2025-01-09'"
        )
    status, code, detail = own_core.problem(PATH, **ASKED)
    assert (status, code) == (422, "INSUFFICIENT_DATA")
    assert "IDX-BD" in detail
    assert "2025-01-09" in detail


def test_replay_after_a_correction(own_core: Core, load: Callable[..., None]) -> None:
    before = own_core.payload(PATH, **ASKED)
    load(CORRECTION)
    after = own_core.payload(PATH, **ASKED)
    assert after["lineage"]["content_hash"] == before["lineage"]["content_hash"]
    later = own_core.payload(PATH, **ASKED, as_of_date="2025-01-11")
    assert later["lineage"]["content_hash"] != before["lineage"]["content_hash"]
