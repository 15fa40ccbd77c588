"""`positions-analytics-input`: what the book holds on 10 January."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lotus_assets_tests.integration.services.lotus_core.book import LOTS, valuation
from lotus_assets_tests.integration.services.lotus_core.served import Core

PATH = "portfolios/P1/positions-analytics-input"
ASKED = {"as_of_date": "2025-01-10", "consumer_system": "tests"}
EVERY = ["BASE", "INSTRUMENT_DETAILS", "VALUATION", "INCOME"]


def same(amount: str) -> dict[str, str]:
    return {"position": amount, "portfolio": amount, "reporting": amount}


def test_all_sections(core: Core) -> None:
    payload = core.payload(PATH, **ASKED, sections=EVERY)
    assert payload["total_market_value"] == "1050"
    assert payload["position_count"] == 2
    assert payload["valuation_date"] == "2025-01-10"
    security, cash = payload["positions"]
    assert security == {
        "position_id": "AAA",
        "instrument_id": "AAA",
        "quantity": "5",
        "weight": "0.2380952381",
        "held_since": "2025-01-02",
        "instrument_details": {
            "instrument_name": '"AAA", a sample',
            "instrument_type": "EQUITY",
            "currency": "USD",
            "dimensions": {
                "asset_class": "Equity",
                "currency": "USD",
                "instrument_type": "EQUITY",
            },
        },
        "valuation": {
            "price": "100",
            "market_value": {"position": "500", "portfolio": "250", "reporting": "250"},
            # 250 dollars at the trade date's 0.8
            "cost": {"position": "250", "portfolio": "200", "reporting": "200"},
            "unrealised_gain": {"position": "250", "portfolio": "50", "reporting": "50"},
            "cost_reason": None,
        },
        # 8 dollars at the 3rd's 0.8
        "income": {
            "accrued_income": {"position": "8", "portfolio": "6.4", "reporting": "6.4"},
            "accrual_date": "2025-01-03",
        },
    }
    assert cash["weight"] == "0.7619047619"
    assert cash["valuation"]["market_value"] == same("800")
    # No lot says what the cash cost.
    assert cash["valuation"]["cost"] is cash["valuation"]["unrealised_gain"] is None
    assert cash["valuation"]["cost_reason"] == "LOTS_INCOMPLETE"


def test_only_what_was_asked_for(core: Core) -> None:
    payload = core.payload(PATH, **ASKED, sections=["BASE"])
    assert set(payload["positions"][0]) == {
        "position_id",
        "instrument_id",
        "quantity",
        "weight",
        "held_since",
    }


def test_three_currencies(core: Core) -> None:
    payload = core.payload(PATH, **ASKED, sections=["VALUATION"], reporting_currency="USD")
    security = payload["positions"][0]["valuation"]
    assert security["market_value"] == {
        "position": "500",
        "portfolio": "250",
        "reporting": "500",
    }
    assert security["cost"]["reporting"] == "250"
    assert payload["total_market_value"] == "2100"


def test_performance_of_periods(core: Core) -> None:
    payload = core.payload(
        PATH, **ASKED, sections=["PERFORMANCE"], performance_periods=["MTD", "1Y"]
    )
    month, year = payload["positions"][0]["performance"]
    assert month["period"] == "MTD"
    assert month["requested_start_date"] == "2025-01-01"
    assert (month["start_date"], month["end_date"]) == ("2025-01-02", "2025-01-10")
    assert month["clamped"] is True
    first = month["valuation_points"][0]
    assert (first["begin_mv"], first["eod_cf"], first["end_mv"]) == ("0", "200", "200")
    assert year["requested_start_date"] == "2024-01-11"
    assert year["valuation_points"] == month["valuation_points"]
    # The Arrow form has the points as its rows and everything else of the section in its header.
    table = core.table(PATH, **ASKED, sections=["PERFORMANCE"], performance_periods=["MTD", "1Y"])
    header = json.loads(table.schema.metadata[b"payload"])
    del month["valuation_points"], year["valuation_points"]
    assert header["positions"][0]["performance"] == [month, year]


def test_periods_and_their_section_belong_together(core: Core) -> None:
    wrong: list[dict[str, Any]] = [
        {"sections": ["PERFORMANCE"]},
        {"sections": ["BASE"], "performance_periods": ["YTD"]},
        {"sections": []},
        {"sections": ["BASE", "BASE"]},
        {"sections": ["NAME"]},
    ]
    for asked in wrong:
        assert core.problem(PATH, **ASKED, **asked)[:2] == (400, "INVALID_REQUEST")


def test_a_portfolio_without_positions_is_an_answer(core: Core) -> None:
    for name in ("EMPTY", "CLOSED"):
        payload = core.payload(
            f"portfolios/{name}/positions-analytics-input",
            **ASKED,
            sections=[*EVERY, "PERFORMANCE"],
            performance_periods=["ITD"],
        )
        assert payload["positions"] == []
        assert payload["total_market_value"] == "0"


def test_a_valuation_of_days_before(core: Core) -> None:
    payload = core.payload(PATH, **{**ASKED, "as_of_date": "2025-01-07"}, sections=["BASE"])
    assert payload["valuation_date"] == "2025-01-06"
    assert payload["diagnostics"]["missing_business_days"] == ["2025-01-07"]


def test_a_position_that_was_sold_and_bought_again(
    own_core: Core, load: Callable[..., None]
) -> None:
    load(
        {
            "position_valuations": [
                valuation("AAA", "13", "0", quantity="0", eod_cf="-500"),
                valuation("CASH", "13", "1050", eod_cf="250"),
                valuation("AAA", "15", "100", eod_cf="100"),
                valuation("CASH", "15", "1000", eod_cf="-50"),
            ],
            "lots": [
                {**LOTS[0], "effective_date": "2025-01-13", "quantity": "0", "cost": "0"},
                {
                    **LOTS[0],
                    "lot_id": "L2",
                    "effective_date": "2025-01-15",
                    "trade_date": "2025-01-15",
                    "cost": "100",
                },
            ],
        }
    )
    asked = {**ASKED, "as_of_date": "2025-01-15", "sections": ["VALUATION"]}
    security, _cash = own_core.payload(PATH, **asked)["positions"]
    assert security["held_since"] == "2025-01-15"
    assert security["valuation"]["cost"]["position"] == "100"


def test_replay_after_a_correction(own_core: Core, load: Callable[..., None]) -> None:
    before = own_core.payload(PATH, **ASKED, sections=EVERY)
    load(
        {
            "position_valuations": [
                valuation("CASH", "10", "700", eod_cf="-90", recorded_at="2025-01-13T09:00:00Z")
            ]
        }
    )
    after = own_core.payload(PATH, **ASKED, sections=EVERY)
    assert after["lineage"]["content_hash"] == before["lineage"]["content_hash"]
    later = {**ASKED, "as_of_date": "2025-01-13"}
    assert own_core.payload(PATH, **later, sections=EVERY)["total_market_value"] == "950"


def test_an_unknown_portfolio(core: Core) -> None:
    unknown = core.problem(
        "portfolios/NOBODY/positions-analytics-input", **ASKED, sections=["BASE"]
    )
    assert unknown[:2] == (404, "RESOURCE_NOT_FOUND")
    currency = core.problem(PATH, **ASKED, sections=["BASE"], reporting_currency="JPY")
    assert currency[:2] == (422, "INSUFFICIENT_DATA")
    assert "EUR/JPY has no rate in the 7 days up to 2025-01-10" in currency[2]


@pytest.mark.parametrize(("units", "extra"), [("4.9999999999", "0"), ("5.0000000001", "1")])
def test_lots_that_do_not_make_up_the_quantity_tell_no_cost(
    own_core: Core, load: Callable[..., None], units: str, extra: str
) -> None:
    load({"lots": [{**LOTS[0], "effective_date": "2025-01-09", "quantity": units}]})
    security, _cash = own_core.payload(PATH, **ASKED, sections=["VALUATION"])["positions"]
    found = security["valuation"]
    assert (found["cost"], found["unrealised_gain"]) == (None, None)
    assert found["cost_reason"] == "LOTS_INCOMPLETE"
    rest = {**LOTS[0], "lot_id": "L2", "effective_date": "2025-01-10", "cost": extra}
    missing = format(Decimal(5) - Decimal(units), "f")
    load({"lots": [{**rest, "quantity": missing}]})
    security, _cash = own_core.payload(PATH, **ASKED, sections=["VALUATION"])["positions"]
    assert security["valuation"]["cost"]["position"] == str(250 + int(extra))
    assert security["valuation"]["cost_reason"] is None
