"""Flows of positions against those of the portfolio, and fees that left a cash position."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lotus_assets.services.lotus_core.loading.loader import load_folder
from lotus_assets.services.lotus_core.loading.refusal import LoadRefused
from lotus_assets_tests.integration.services.lotus_core.book import (
    FEES,
    FLOWS,
    valuation,
    write_book,
)
from lotus_assets_tests.integration.services.lotus_core.served import Core

Book = dict[str, list[dict[str, str]]]
Load = Callable[[Book], None]
Refused = Callable[[Book], list[tuple[str, int | None, str]]]
POSITIONS, EXTERNAL = "position_valuations.csv", "external_flows.csv"
CONTRIBUTION = "portfolios/P1/contribution-input"
ASKED = {
    "report_start_date": "2025-01-03",
    "report_end_date": "2025-01-15",
    "consumer_system": "tests",
}


@pytest.fixture
def refused(own_core: Core, tmp_path: Path) -> Refused:
    """What is wrong with more rows of the test's own book."""

    def problems(book: Book) -> list[tuple[str, int | None, str]]:
        with pytest.raises(LoadRefused) as error:
            load_folder(own_core.engine, write_book(tmp_path / "refused", book))
        return [(one.file, one.row, one.reason) for one in error.value.problems]

    return problems


def flow(day: str, amount: str, **others: str) -> dict[str, str]:
    """An external flow of January 2025 in euros, at the beginning of its day."""
    made = {"flow_id": f"N{day}", "flow_date": f"2025-01-{day}", "amount": amount}
    return {**FLOWS[0], **made, **others}


def test_flows_that_do_not_sum_are_refused_by_file_row_and_amount(refused: Refused) -> None:
    found = refused(
        {
            "position_valuations": [
                valuation("AAA", "13", "500"),
                valuation("CASH", "13", "900", bod_cf="100"),
            ],
            "external_flows": [flow("12", "0.5"), flow("13", "100.02")],
        }
    )
    reason = (
        "the flows into the positions of P1 on 2025-01-13 sum to 100 EUR, its external flows to "
        "100.52: they differ by -0.52"
    )
    assert found == [(EXTERNAL, 2, reason), (POSITIONS, 2, reason)]


@pytest.mark.parametrize("side", ["positions", "external"])
def test_flows_of_one_side_alone_are_refused(refused: Refused, side: str) -> None:
    rows: Book = {"position_valuations": [valuation("CASH", "13", "900", bod_cf="100")]}
    if side == "external":
        rows = {"external_flows": [flow("10", "100")]}
    ((file, row, reason),) = refused(rows)
    assert (file, row) == ({"positions": POSITIONS, "external": EXTERNAL}[side], 1)
    assert {"positions": "differ by 100", "external": "differ by -100"}[side] in reason


def test_a_hundredth_is_what_conversions_may_leave(load: Load, refused: Refused) -> None:
    """100.01 dollars are 50.005 euros on the 13th; the rate is carried from the 10th."""

    def bought(cash: str) -> Book:
        return {
            "position_valuations": [
                valuation("AAA", "13", "600.01", eod_cf="100.01"),
                valuation("CASH", "13", "750", eod_cf=cash),
            ]
        }

    ((_, _, reason),) = refused(bought("-50.0150000001"))
    assert "sum to -0.0100000001 EUR" in reason
    load(bought("-50.015"))


def test_a_correction_of_a_flow_needs_the_other_side_too(load: Load, refused: Refused) -> None:
    later = {"recorded_at": "2025-02-01T00:00:00Z"}
    valued = valuation("CASH", "10", "790", eod_cf="-100", **later)
    taken_back = valuation("CASH", "10", "890", **later)
    assert refused({"position_valuations": [valued]})[0][:2] == (POSITIONS, 1)
    assert refused({"position_valuations": [taken_back]})[0][:2] == (POSITIONS, 1)
    moved = {**FLOWS[2], "flow_date": "2025-01-09", **later}
    # Of both days one is named by the flow that left it for the other.
    assert {row[:2] for row in refused({"external_flows": [moved]})} == {(EXTERNAL, 1)}
    load(
        {
            "position_valuations": [valued],
            "external_flows": [{**FLOWS[2], "amount": "-100", **later}],
        }
    )


def test_a_flow_waits_for_the_next_valuation(load: Load, refused: Refused) -> None:
    load({"external_flows": [flow("11", "40")]})
    ((file, row, reason),) = refused({"position_valuations": [valuation("CASH", "13", "840")]})
    assert (file, row) == (POSITIONS, 1)
    assert "differ by -40" in reason
    load({"position_valuations": [valuation("CASH", "13", "840", bod_cf="40")]})


LIRA: Book = {
    "instruments": [
        {
            "instrument_id": "TRYCASH",
            "instrument_name": "Lira",
            "instrument_type": "CASH",
            "instrument_currency": "TRY",
        }
    ],
    "positions": [{"portfolio_id": "P1", "position_id": "LIRA", "instrument_id": "TRYCASH"}],
}


def test_a_currency_without_any_rate_is_loaded_and_refused_with_pair_and_date(
    own_core: Core, load: Load
) -> None:
    load(
        {
            **LIRA,
            "position_valuations": [valuation("LIRA", "13", "100", bod_cf="100")],
            "external_flows": [flow("13", "100", flow_currency="TRY")],
        }
    )
    as_of = {"as_of_date": "2025-01-13", "consumer_system": "tests"}
    for path, asked in (
        ("performance-input", {"lookback_days": 30}),
        ("mwr-input", {"period": "MTD"}),
        ("positions-analytics-input", {"sections": ["BASE"]}),
        ("contribution-input", {**ASKED, "report_end_date": "2025-01-13"}),
    ):
        status, code, detail = own_core.problem(f"portfolios/P1/{path}", **{**as_of, **asked})
        assert (status, code) == (422, "INSUFFICIENT_DATA")
        assert detail == "TRY/EUR has no rate in the 7 days up to 2025-01-13"


def cash_rows(core: Core, position: str = "CASH") -> list[tuple[str, ...]]:
    """Date, beginning, fee and end of one position's days."""
    names = ("perf_date", "begin_mv", "mgmt_fees", "end_mv")
    positions = core.payload(CONTRIBUTION, **ASKED)["positions_data"]
    (own,) = [one for one in positions if one["position_id"] == position]
    return [tuple(point[name] for name in names) for point in own["valuation_points"]]


DOLLARS: Book = {
    "instruments": [
        {
            "instrument_id": "USDCASH",
            "instrument_name": "Dollars",
            "instrument_type": "CASH",
            "instrument_currency": "USD",
        }
    ],
    "positions": [
        {"portfolio_id": "P1", "position_id": "DOLLARS", "instrument_id": "USDCASH"},
        {"portfolio_id": "P1", "position_id": "CASH2", "instrument_id": "EURCASH"},
    ],
}


def fee(day: str, amount: str, currency: str = "EUR", **others: str) -> dict[str, str]:
    """A fee of January 2025."""
    made = {"fee_id": f"F{day}{amount}", "fee_date": f"2025-01-{day}", "amount": amount}
    return {**FEES[0], **made, "fee_currency": currency, **others}


def test_a_fee_leaves_the_cash_that_is_named_or_the_only_one_in_its_currency(
    own_core: Core, load: Load
) -> None:
    """The fee of Sunday, 12 January, belongs to Monday; 4 dollars are 2 euros."""
    load(DOLLARS)
    load(
        {
            "position_valuations": [
                valuation("CASH", "13", "797"),
                valuation("CASH2", "13", "0"),
                valuation("AAA", "13", "500"),
                valuation("DOLLARS", "13", "0"),
            ],
            "fees": [
                fee("12", "-3", position_id="CASH"),
                fee("13", "-1", position_id="CASH2"),
                fee("13", "-4", "USD"),
            ],
        }
    )
    assert cash_rows(own_core)[-1] == ("2025-01-13", "800", "-3", "800")
    assert cash_rows(own_core, "CASH2") == [("2025-01-13", "0", "-1", "1")]
    assert cash_rows(own_core, "DOLLARS") == [("2025-01-13", "0", "-2", "2")]
    whole = own_core.payload(CONTRIBUTION, **ASKED)["portfolio_data"]["valuation_points"][-1]
    assert (whole["mgmt_fees"], whole["end_mv"]) == ("-6", "1053")


@pytest.mark.parametrize(
    ("paid", "said"),
    [
        (fee("10", "-1", "GBP"), "P1 has no cash position in GBP that paid the fee; name its"),
        (fee("10", "-1"), "P1 has 2 cash positions in EUR; name the position_id that paid"),
        (fee("10", "-1", position_id="AAA"), "AAA is no cash position of P1"),
        (fee("10", "-1", position_id="NONE"), "NONE is no cash position of P1"),
        (
            fee("10", "-1", position_id="CASH2"),
            "CASH2 of P1 paid a fee and has no valuation on 2025-01-10, the day that it belongs to",
        ),
        (fee("10", "-1", position_id="not an id"), "position_id breaks"),
    ],
)
def test_a_fee_that_leaves_no_cash_is_refused(
    load: Load, refused: Refused, paid: dict[str, str], said: str
) -> None:
    load(DOLLARS)
    ((file, row, reason),) = refused({"fees": [fee("10", "-2", position_id="CASH"), paid]})
    assert (file, row) == ("fees.csv", 2)
    assert said in reason


def test_the_same_fee_again_left_the_same_cash(own_core: Core, load: Load, tmp_path: Path) -> None:
    """There is more cash in its currency by now."""
    load(DOLLARS)
    again = load_folder(own_core.engine, write_book(tmp_path / "again", {"fees": FEES}))
    assert again.load_id is None


def test_positions_have_the_order_of_their_instruments(own_core: Core, load: Load) -> None:
    """The second cash position comes before the first one, its instrument after all others."""
    load(
        {
            "instruments": [{**DOLLARS["instruments"][0], "instrument_id": "ZZZ"}],
            "positions": [{"portfolio_id": "P1", "position_id": "AA", "instrument_id": "ZZZ"}],
            "position_valuations": [
                valuation("CASH", "13", "800"),
                valuation("AAA", "13", "500"),
                valuation("AA", "13", "20", bod_cf="20"),
            ],
            "external_flows": [flow("13", "10")],
        }
    )
    asked: dict[str, Any] = {**ASKED, "group_by_dimensions": ["currency"]}
    payload = own_core.payload("portfolios/P1/attribution-input", **asked)
    ends = {
        one["instrument_id"]: one["valuation_points"][-1]["end_mv"]
        for one in payload["instruments_data"]
    }
    assert ends == {"AAA": "250", "EURCASH": "800", "ZZZ": "10"}
