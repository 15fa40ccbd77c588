"""Reports in another currency: what adds up in the portfolio's adds up in that one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lotus_assets_tests.integration.services.lotus_core.book import valuation
from lotus_assets_tests.integration.services.lotus_core.served import Core

YEN = "0.00615385"
RATES = {
    ("JPY", "EUR"): YEN,
    ("EUR", "JPY"): "162.5",
    ("JPY", "USD"): "0.01230769",
    ("USD", "JPY"): "81.25",
}
"""Every pair to 8 decimals: by way of the euro, which buys 2 dollars, a yen is 0.0123077."""


def test_flows_of_positions_sum_to_external_flows_in_every_currency(
    own_core: Core, load: Callable[[dict[str, list[dict[str, str]]]], None]
) -> None:
    """10 million yen are bought for 61,538.5 euro out of a deposit of 70,000."""
    load(
        {
            "instruments": [
                {
                    "instrument_id": "NIP",
                    "instrument_name": "Yen bond",
                    "instrument_type": "BOND",
                    "instrument_currency": "JPY",
                }
            ],
            "portfolios": [
                {
                    "portfolio_id": "P2",
                    "portfolio_name": "P2",
                    "portfolio_currency": "EUR",
                    "calendar_id": "CAL",
                    "open_date": "2025-01-09",
                    "close_date": "",
                }
            ],
            "positions": [
                {"portfolio_id": "P2", "position_id": "CASH", "instrument_id": "EURCASH"},
                {"portfolio_id": "P2", "position_id": "NIP", "instrument_id": "NIP"},
            ],
            "position_valuations": [
                valuation(
                    "CASH", "09", "8461.5", portfolio="P2", bod_cf="70000", eod_cf="-61538.5"
                ),
                valuation("NIP", "09", "10000000", portfolio="P2", eod_cf="10000000"),
            ],
            "external_flows": [
                {
                    "portfolio_id": "P2",
                    "flow_id": "F1",
                    "flow_date": "2025-01-09",
                    "amount": "70000",
                    "flow_currency": "EUR",
                    "timing": "BOD",
                    "flow_type": "subscription",
                }
            ],
            "fx_rates": [
                {
                    "base_currency": base,
                    "quote_currency": quote,
                    "rate_date": "2025-01-09",
                    "rate": rate,
                }
                for (base, quote), rate in RATES.items()
            ],
        }
    )
    for currency, factor in (("EUR", Decimal(1)), ("USD", Decimal(2)), ("JPY", Decimal("162.5"))):
        payload = own_core.payload(
            "portfolios/P2/contribution-input",
            report_start_date="2025-01-09",
            report_end_date="2025-01-09",
            reporting_currency=currency,
            consumer_system="tests",
        )
        (whole,) = payload["portfolio_data"]["valuation_points"]
        parts = [position["valuation_points"][0] for position in payload["positions_data"]]
        assert Decimal(whole["bod_cf"]) == 70000 * factor
        assert total(parts, "eod_cf") == 0, currency
        for name in ("bod_cf", "eod_cf", "end_mv", "begin_mv"):
            assert total(parts, name) == Decimal(whole[name]), (currency, name)


def total(points: list[dict[str, Any]], name: str) -> Decimal:
    """Sum of an amount over the positions."""
    return sum((Decimal(point[name]) for point in points), Decimal(0))
