"""`contribution-input`: the portfolio and its positions."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lotus_assets_tests.integration.services.lotus_core.book import CORRECTION, valuation
from lotus_assets_tests.integration.services.lotus_core.served import Core

PATH = "portfolios/P1/contribution-input"
ASKED = {
    "report_start_date": "2025-01-03",
    "report_end_date": "2025-01-10",
    "consumer_system": "tests",
}
ORDER = ("perf_date", "begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv")


def rows(item: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(point[name] for name in ORDER) for point in item["valuation_points"]]


def test_positions_in_the_portfolios_currency(core: Core) -> None:
    payload = core.payload(PATH, **ASKED)
    assert [item["position_id"] for item in payload["positions_data"]] == ["AAA", "CASH"]
    security, cash = payload["positions_data"]
    assert rows(security) == [
        ("2025-01-03", "200", "0", "0", "0", "220"),
        ("2025-01-06", "220", "0", "0", "0", "200"),
        ("2025-01-08", "200", "0", "0", "0", "200"),
        ("2025-01-09", "200", "0", "0", "0", "200"),
        ("2025-01-10", "200", "0", "0", "0", "250"),
    ]
    assert rows(cash) == [
        ("2025-01-03", "800", "0", "0", "0", "800"),
        ("2025-01-06", "800", "100", "0", "-10", "900"),
        ("2025-01-08", "890", "0", "0", "0", "890"),
        # The fee of the 9th left the only cash in euros.
        ("2025-01-09", "890", "0", "0", "-5", "895"),
        ("2025-01-10", "890", "0", "-90", "0", "800"),
    ]
    assert [point["day"] for point in cash["valuation_points"]] == [1, 2, 3, 4, 5]


def test_flows_and_values_of_positions_sum_to_the_portfolios(core: Core) -> None:
    asked = {**ASKED, "report_start_date": "2025-01-02", "reporting_currency": "USD"}
    payload = core.payload(PATH, **asked)
    for name in ("begin_mv", "bod_cf", "eod_cf"):
        for place, point in enumerate(payload["portfolio_data"]["valuation_points"]):
            parts = [
                Decimal(item["valuation_points"][place][name]) for item in payload["positions_data"]
            ]
            if name == "begin_mv":
                assert sum(parts) == Decimal(point[name])
    flows = [
        sum(
            Decimal(item["valuation_points"][place][name])
            for item in payload["positions_data"]
            for name in ("bod_cf", "eod_cf")
        )
        for place in range(6)
    ]
    # 1000 x 1.25, 100 x 1.6, -90 x 2: the purchase of the 2nd is a flow of two positions, summing 0
    assert flows == [1250, 0, 160, 0, 0, -180]


def test_dimensions_and_hierarchy(core: Core) -> None:
    payload = core.payload(PATH, **ASKED)
    assert payload["supported_hierarchy_dimensions"] == [
        "asset_class",
        "currency",
        "instrument_type",
    ]
    security, cash = (item["meta"] for item in payload["positions_data"])
    assert security == {
        "instrument_id": "AAA",
        "asset_class": "Equity",
        "currency": "USD",
        "instrument_type": "EQUITY",
    }
    assert cash["asset_class"] == "Unclassified"
    asked = core.payload(PATH, **ASKED, hierarchy=["currency"])
    assert asked["positions_data"][0]["meta"] == {"instrument_id": "AAA", "currency": "USD"}


def test_another_currency(core: Core) -> None:
    payload = core.payload(PATH, **ASKED, reporting_currency="USD")
    assert payload["currency_context"] == {
        "portfolio_currency": "EUR",
        "reporting_currency": "USD",
    }
    security = rows(payload["positions_data"][0])
    assert security[0] == ("2025-01-03", "250", "0", "0", "0", "275")
    assert security[1] == ("2025-01-06", "275", "0", "0", "0", "320")
    whole = rows(payload["portfolio_data"])
    # (890 + 10) x 1.6 + 320; before that 800 x 1.25 + 275
    assert whole[1] == ("2025-01-06", "1275", "160", "0", "-16", "1760")


def test_a_currency_across_a_third_one(core: Core) -> None:
    asked = {**ASKED, "report_end_date": "2025-01-03", "reporting_currency": "GBP"}
    payload = core.payload(PATH, **asked)
    # 275 dollars are 220 euros, 0.8 pounds each (carried from the 2nd)
    assert rows(payload["positions_data"][0])[0][-1] == "176"


def test_unsupported_dimension_and_currency(core: Core) -> None:
    dimension = core.problem(PATH, **ASKED, hierarchy=["mood"])
    assert dimension[:2] == (422, "UNSUPPORTED_CONFIGURATION")
    assert "mood" in dimension[2]
    currency = core.problem(PATH, **ASKED, reporting_currency="JPY")
    assert currency[:2] == (422, "INSUFFICIENT_DATA")
    assert "EUR/JPY has no rate in the 7 days up to 2025-01-10" in currency[2]
    shape = core.problem(PATH, **ASKED, reporting_currency="euro")
    assert shape[:2] == (400, "INVALID_REQUEST")


def test_a_window_without_rows(core: Core) -> None:
    asked = {**ASKED, "report_start_date": "2025-01-07", "report_end_date": "2025-01-07"}
    assert core.problem(PATH, **asked)[:2] == (422, "INSUFFICIENT_DATA")
    inverted = {**ASKED, "report_start_date": "2025-01-11"}
    assert core.problem(PATH, **inverted)[:2] == (400, "INVALID_REQUEST")


def test_as_of_a_later_day_a_correction_is_seen(own_core: Core, load: Callable[..., None]) -> None:
    before = own_core.payload(PATH, **ASKED)
    load(CORRECTION)
    assert own_core.payload(PATH, **ASKED)["positions_data"] == before["positions_data"]
    later = own_core.payload(PATH, **ASKED, as_of_date="2025-01-11")
    assert rows(later["positions_data"][0])[2:4] == [
        ("2025-01-08", "200", "0", "0", "0", "210"),
        ("2025-01-09", "210", "0", "0", "0", "200"),
    ]
    assert rows(later["portfolio_data"])[2][-1] == "1100"


def test_breaks_of_positions_are_named(own_core: Core, load: Callable[..., None]) -> None:
    load(
        {
            "position_valuations": [
                valuation("CASH", "13", "800", begin_mv="800"),
                valuation("AAA", "13", "500", begin_mv="520"),
            ]
        }
    )
    asked = {**ASKED, "report_end_date": "2025-01-13"}
    breaks = own_core.payload(PATH, **asked)["diagnostics"]["continuity_breaks"]
    assert sorted(breaks, key=lambda one: str(one["id"])) == [
        {"id": "AAA", "date": "2025-01-13", "amount": "10"},
        {"id": None, "date": "2025-01-13", "amount": "10"},
    ]
