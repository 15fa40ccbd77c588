"""`mwr-input`: values after fees, and the external flows between them."""

from collections.abc import Callable

import pytest

from lotus_assets_tests.integration.services.lotus_core.book import FLOWS, valuation
from lotus_assets_tests.integration.services.lotus_core.served import Core

PATH = "portfolios/P1/mwr-input"
ASKED = {"as_of_date": "2025-01-10", "consumer_system": "tests"}


def flow(day: str, amount: str) -> dict[str, str]:
    return {"date": f"2025-01-{day}", "amount": amount, "type": "external_flow"}


def test_since_inception(core: Core) -> None:
    payload = core.payload(PATH, **ASKED, period="ITD")
    assert payload["begin_mv"] == "0"
    assert payload["end_mv"] == "1050"
    assert (payload["start_date"], payload["end_date"]) == ("2025-01-02", "2025-01-10")
    assert payload["cash_flows"] == [flow("02", "1000"), flow("04", "100"), flow("10", "-90")]
    assert payload["currency"] == "EUR"
    assert payload["contract_version"] == "rfc_063_v1"


def test_values_are_after_fees(core: Core) -> None:
    window = {"start_date": "2025-01-08", "end_date": "2025-01-09"}
    payload = core.payload(PATH, **ASKED, window=window)
    assert payload["begin_mv"] == "1090"  # 1100 less the fee of 10
    assert payload["end_mv"] == "1090"  # 1095 less the fee of 5
    assert payload["cash_flows"] == []


def test_a_flow_that_the_beginning_value_does_not_hold_is_dated_at_the_start(core: Core) -> None:
    window = {"start_date": "2025-01-05", "end_date": "2025-01-06"}
    payload = core.payload(PATH, **ASKED, window=window)
    assert payload["begin_mv"] == "1020"
    assert payload["cash_flows"] == [flow("05", "100")]


def test_a_flow_after_the_last_row_is_not_in_its_value_either(core: Core) -> None:
    window = {"start_date": "2025-01-03", "end_date": "2025-01-05"}
    payload = core.payload(PATH, **ASKED, window=window)
    assert payload["end_mv"] == "1020"
    assert payload["cash_flows"] == []


@pytest.mark.parametrize("period", ["MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD"])
def test_periods_are_clamped_to_the_open_date(core: Core, period: str) -> None:
    payload = core.payload(PATH, **ASKED, period=period)
    assert payload["start_date"] == "2025-01-02"
    assert payload["end_mv"] == "1050"


def test_exactly_one_of_window_and_period(core: Core) -> None:
    window = {"start_date": "2025-01-08", "end_date": "2025-01-09"}
    assert core.problem(PATH, **ASKED)[:2] == (400, "INVALID_REQUEST")
    both = core.problem(PATH, **ASKED, window=window, period="YTD")
    assert both[:2] == (400, "INVALID_REQUEST")


def test_flows_of_a_day_are_one(own_core: Core, load: Callable[..., None]) -> None:
    more = {**FLOWS[2], "flow_id": "F4", "amount": "30", "flow_currency": "USD"}
    load(
        {
            "external_flows": [more],
            "positions": [{"portfolio_id": "P1", "position_id": "AAA-2", "instrument_id": "AAA"}],
            "position_valuations": [valuation("AAA-2", "10", "30", eod_cf="30")],
        }
    )
    payload = own_core.payload(PATH, **ASKED, period="ITD")
    assert payload["cash_flows"][-1] == flow("10", "-75")  # 30 dollars are 15 euros


def test_replay_after_a_correction(own_core: Core, load: Callable[..., None]) -> None:
    before = own_core.payload(PATH, **ASKED, period="ITD")
    later = {"recorded_at": "2025-01-11T00:00Z"}
    load(
        {
            "external_flows": [{**FLOWS[2], "amount": "-80", **later}],
            "position_valuations": [valuation("CASH", "10", "810", eod_cf="-80", **later)],
        }
    )
    after = own_core.payload(PATH, **ASKED, period="ITD")
    assert after["lineage"]["content_hash"] == before["lineage"]["content_hash"]
    seen = own_core.payload(PATH, **{**ASKED, "as_of_date": "2025-01-11"}, period="ITD")
    assert seen["cash_flows"][-1] == flow("10", "-80")


def test_without_rows_and_without_portfolio(core: Core) -> None:
    empty = core.problem("portfolios/EMPTY/mwr-input", **ASKED, period="YTD")
    assert empty[:2] == (422, "INSUFFICIENT_DATA")
    unknown = core.problem("portfolios/NOBODY/mwr-input", **ASKED, period="YTD")
    assert unknown[:2] == (404, "RESOURCE_NOT_FOUND")
