"""The contract gate: each rule broken in turn, with its own reason; the other payloads go on."""

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from lotus_assets.inputs import core_payload, input_tables
from lotus_assets.inputs.contract_gate import GatedChunk, InputTable, gate_payloads
from lotus_assets.inputs.payload_chunk import Asked, Received
from lotus_assets.sources.lotus_core.payloads import Payload
from lotus_assets_tests.unit.inputs import payloads
from lotus_assets_tests.unit.inputs.payloads import Json, page_of

AS_OF = date(2026, 3, 10)
GOOD: dict[str, tuple[InputTable, Callable[[str], Json]]] = {
    "performance": (input_tables.PERFORMANCE_INPUT, payloads.performance),
    "mwr": (input_tables.MWR_INPUT, payloads.mwr),
    "contribution": (input_tables.CONTRIBUTION_INPUT, payloads.contribution),
    "attribution": (input_tables.ATTRIBUTION_INPUT, payloads.attribution),
    "positions": (input_tables.POSITIONS_INPUT, payloads.positions),
    "benchmark": (input_tables.BENCHMARK_RETURNS, payloads.benchmark_returns),
    "risk_free": (input_tables.RISK_FREE, payloads.risk_free),
}
VARIANT = {"mwr": "MTD", "risk_free": "annualized_rate_series"}
REPORT = {"report_start_date": "2026-03-09", "report_end_date": "2026-03-10"}
SERIES = {
    "window": {"start_date": "2026-03-01", "end_date": "2026-03-31"},
    "frequency": "DAILY",
}
ASKED: dict[str, Json] = {
    "performance": {"lookback_days": 7},
    "mwr": {"period": "MTD"},
    "contribution": REPORT,
    "attribution": {**REPORT, "group_by_dimensions": ["asset_class"]},
    "benchmark": {**SERIES, "currency": "EUR"},
    "risk_free": SERIES,
}


def received(name: str, payload: Json, last_day: date | None = None, **body: Any) -> Received:
    kind, _ = GOOD[name]
    subject = payload[kind.contract.subject]
    request = {**ASKED.get(name, {}), **body}
    asked = Asked(subject, "3", request, VARIANT.get(name, ""), last_day)
    return Received(asked, AS_OF, Payload((page_of(kind.contract, payload),)))


def gated(name: str, *given: Json) -> GatedChunk:
    return gate_payloads(GOOD[name][0], [received(name, each) for each in given])


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_payload_that_keeps_its_contract_goes_on(name: str) -> None:
    kind, make = GOOD[name]
    found = gated(name, make("AAA"), make("BBB"))
    assert not found.rejected
    assert found.rows.column_names == kind.table.columns
    assert set(found.rows[kind.entity].to_pylist()) == {"AAA", "BBB"}
    assert set(found.rows["data_version"].to_pylist()) == {"2026-03-10.0000000003"}


def edited(make: Callable[[str], Json], edit: Callable[[Json], Any]) -> Json:
    payload = copy.deepcopy(make("BAD"))
    edit(payload)
    return payload


def points(payload: Json) -> list[Json]:
    found: list[Json] = payload["valuation_points"]
    return found


def swap(rows: list[Json]) -> None:
    rows[0], rows[1] = rows[1], rows[0]


NOTHING = payloads.diagnostics()
VALUED = payloads.diagnostics("2026-03-10")
COUNTED = {"missing_business_day_count": 1}
STOCKS = {"asset_class": "Equity"}
DOLLARS = {"reporting_currency": "USD"}
BROKEN: list[tuple[str, str, Callable[[Json], Any]]] = [
    ("performance", "order", lambda p: swap(points(p))),
    ("performance", "duplicate_dates", lambda p: points(p)[1].update(perf_date="2026-03-04")),
    ("performance", "window", lambda p: points(p)[0].update(perf_date="2026-03-03")),
    ("performance", "window", lambda p: points(p)[3].update(perf_date="2026-03-11")),
    ("performance", "fee_sign", lambda p: points(p)[0].update(mgmt_fees="0.5")),
    ("performance", "missing_value", lambda p: points(p)[2].update(end_mv=None)),
    ("performance", "missing_business_days", lambda p: points(p).pop(1)),
    (
        "performance",
        "missing_business_days",
        lambda p: p.update(diagnostics=NOTHING),
    ),
    ("performance", "business_days", lambda p: p["business_days"].reverse()),
    ("performance", "header", lambda p: p.update(currency="euro")),
    ("performance", "header", lambda p: p.pop("portfolio_open_date")),
    ("performance", "header", lambda p: p.update(performance_start_date=1772582400)),
    ("performance", "header", lambda p: p.update(performance_start_date="2026-03-04T00:00:00")),
    ("performance", "as_of", lambda p: p.update(as_of_date="2026-03-09")),
    ("performance", "window", lambda p: p.update(performance_start_date="2026-03-03")),
    ("mwr", "order", lambda p: p["cash_flows"].reverse()),
    ("mwr", "window", lambda p: p.update(start_date="2026-02-28")),
    ("mwr", "window", lambda p: p.update(end_date="2026-03-09")),
    ("mwr", "missing_business_days", lambda p: p["diagnostics"].update(COUNTED)),
    ("mwr", "window", lambda p: p["cash_flows"][0].update(date="2026-02-27")),
    ("mwr", "header", lambda p: p.update(begin_mv="NaN")),
    ("mwr", "header", lambda p: p.update(begin_mv=1000.5)),
    ("mwr", "header", lambda p: p.update(begin_mv="1000.12345678901")),
    ("contribution", "fee_sign", lambda p: _position(p)[0].update(mgmt_fees="0.0000000001")),
    ("contribution", "duplicate_dates", lambda p: _position(p)[1].update(perf_date="2026-03-09")),
    ("contribution", "order", lambda p: swap(_position(p))),
    ("contribution", "missing_value", lambda p: _position(p)[0].update(begin_mv=None)),
    ("contribution", "window", lambda p: p.update(report_start_date="2026-03-08")),
    ("contribution", "currency", lambda p: p["currency_context"].update(DOLLARS)),
    ("contribution", "parts", lambda p: p["positions_data"].reverse()),
    ("contribution", "missing_business_days", lambda p: p.update(diagnostics=VALUED)),
    ("contribution", "flows", lambda p: _position(p)[0].update(bod_cf="0.0100000001")),
    ("contribution", "flows", lambda p: _own(p)[1].update(eod_cf="-0.0100000001")),
    ("attribution", "dimensions", lambda p: p.update(group_by_dimensions=["sector"])),
    ("attribution", "dimensions", lambda p: p["instruments_data"][0].update(meta={})),
    ("attribution", "dimensions", lambda p: p["benchmark_groups_data"][0].update(key={})),
    ("attribution", "dimensions", lambda p: p["benchmark_groups_data"][0].update(key=STOCKS)),
    ("attribution", "weights", lambda p: _group(p)[0].update(weight_bop="0.400002")),
    ("attribution", "missing_value", lambda p: _group(p)[0].update(return_base=None)),
    ("attribution", "row", lambda p: _group(p)[0].update(return_base="-1.5", return_local=None)),
    ("attribution", "currency_returns", lambda p: _group(p)[0].update(return_fx="0.5")),
    ("attribution", "benchmark_groups", lambda p: p.update(benchmark_groups_data=[])),
    ("contribution", "portfolio_day", lambda p: _own(p).pop(0)),
    ("attribution", "portfolio_day", lambda p: _own(p).pop(0)),
    ("attribution", "window", lambda p: p.update(report_end_date="2026-03-09")),
    ("positions", "weights", lambda p: p["positions"][0].update(weight="0.39")),
    ("positions", "header", lambda p: p["positions"][0].update(held_since="9999-12-31")),
    ("positions", "header", lambda p: p["positions"][0].update(quantity="1" * 41)),
    ("positions", "order", lambda p: p["positions"].reverse()),
    ("positions", "position_count", lambda p: p.update(position_count=3)),
    ("positions", "total_market_value", lambda p: p.update(total_market_value="1000.0000001")),
    ("positions", "duplicate_positions", lambda p: p["positions"][1].update(position_id="P-1")),
    ("positions", "currency", lambda p: p["currency_context"].update(DOLLARS)),
    ("positions", "window", lambda p: p.update(valuation_date="2026-03-11")),
    ("benchmark", "window", lambda p: p.update(end_date="2026-03-31")),
    ("benchmark", "frequency", lambda p: p.update(frequency="MONTHLY")),
    ("benchmark", "currency", lambda p: p.update(currency="GBP")),
    ("benchmark", "missing_business_days", lambda p: p.update(diagnostics=VALUED)),
    ("risk_free", "window", lambda p: p.update(start_date="2026-02-27")),
    ("risk_free", "frequency", lambda p: p.update(frequency="MONTHLY")),
    ("benchmark", "duplicate_dates", lambda p: p["points"][1].update(series_date="2026-03-09")),
    ("benchmark", "row", lambda p: p["points"][0].update(benchmark_return="-1.01")),
    ("risk_free", "conventions", lambda p: p["points"][0].update(day_count=None)),
    ("risk_free", "series_mode", lambda p: p.update(series_mode="return_series")),
    ("risk_free", "row", lambda p: p["points"][0].update(day_count="30/360")),
    ("risk_free", "order", lambda p: p["points"].reverse()),
]


def _position(payload: Json) -> list[Json]:
    found: list[Json] = payload["positions_data"][1]["valuation_points"]
    return found


def _own(payload: Json) -> list[Json]:
    found: list[Json] = payload["portfolio_data"]["valuation_points"]
    return found


def _group(payload: Json) -> list[Json]:
    found: list[Json] = payload["benchmark_groups_data"][0]["observations"]
    return found


@pytest.mark.parametrize(("name", "rule", "edit"), BROKEN, ids=lambda each: str(each)[:24])
def test_a_broken_rule_costs_its_own_payload_and_no_other(
    name: str, rule: str, edit: Callable[[Json], Any]
) -> None:
    kind, make = GOOD[name]
    bad = edited(make, edit)
    found = gated(name, make("AAA"), bad, make("ZZZ"))
    assert [each.asked.subject for each in found.accepted] == ["AAA", "ZZZ"]
    assert set(found.rows[kind.entity].to_pylist()) == {"AAA", "ZZZ"}
    [(rejected, reason)] = found.rejected
    assert rejected.asked.subject == "BAD"
    assert rule in {said.partition(":")[0] for said in reason.split("; ")}


def test_a_position_that_comes_on_two_pages_is_no_payload() -> None:
    kind, make = GOOD["contribution"]
    page = page_of(kind.contract, make("PF-1"))
    asked = Asked("PF-1", "3", REPORT)
    [(_, reason)] = gate_payloads(kind, [Received(asked, AS_OF, Payload((page, page)))]).rejected
    assert "parts: P-1 comes twice, or after a later one" in reason


def test_a_window_may_begin_later_than_asked() -> None:
    """Windows are clamped to the open date; performance-input names it."""
    opened = {"performance_start_date": "2026-03-04", "portfolio_open_date": "2026-03-04"}
    performance = edited(payloads.performance, lambda p: p.update(opened))
    kind, _ = GOOD["performance"]
    asked = Asked("BAD", "3", {"lookback_days": 400})
    payload = Payload((page_of(kind.contract, performance),))
    assert not gate_payloads(kind, [Received(asked, AS_OF, payload)]).rejected
    clamped = edited(payloads.mwr, lambda p: p.update(start_date="2026-03-04"))
    assert not gated("mwr", clamped).rejected


def test_an_assignment_may_end_in_the_year_9999() -> None:
    kind, made = input_tables.BENCHMARK_ASSIGNMENT, payloads.assignment()
    made["effective_to"] = "9999-12-31"
    each = Received(Asked("PF-1", "3", {}), AS_OF, Payload((page_of(kind.contract, made),)))
    assert not gate_payloads(kind, [each]).rejected
    columns = core_payload.TABLE.columns
    kept = pd.DataFrame([core_payload.received_row(each, ())], columns=columns)
    [row] = core_payload.TABLE.schema.validate(kept).to_dict("records")
    assert row["start_date"] == pd.Timestamp("2021-01-04")
    assert row["end_date"] is pd.NaT
    assert '"effective_to": "9999-12-31"' in row["header"]


def test_names_the_row_that_breaks_a_rule() -> None:
    bad = edited(payloads.performance, lambda p: points(p)[0].update(mgmt_fees="0.5"))
    [(_, reason)] = gated("performance", bad).rejected
    assert reason == "fee_sign: mgmt_fees is 0.5000000000 on 2026-03-04"


def buying(bought: str, subscribed: str) -> Callable[[Json], Any]:
    """P-1 pays 100 to P-2, which buys for `bought` where `subscribed` came into the portfolio."""

    def edit(payload: Json) -> None:
        payload["positions_data"][0]["valuation_points"][1].update(eod_cf="-100")
        _position(payload)[1].update(bod_cf=bought)
        _own(payload)[1].update(bod_cf=subscribed)

    return edit


def test_names_the_day_and_the_amounts_of_flows_that_do_not_sum() -> None:
    bad = edited(payloads.contribution, buying("150.25", "50"))
    [(_, reason)] = gated("contribution", bad).rejected
    assert reason == (
        "flows: the flows into the positions on 2026-03-10 sum to 50.25, the external flows to "
        "50: they differ by 0.25"
    )


@pytest.mark.parametrize("bought", ["150", "150.01", "149.99"])
def test_conversions_may_leave_a_hundredth_of_a_day_s_flows(bought: str) -> None:
    assert not gated("contribution", edited(payloads.contribution, buying(bought, "50"))).rejected


def test_in_another_currency_no_payload_says_how_much_the_tolerance_is() -> None:
    yen = edited(payloads.contribution, buying("150.9", "50"))
    yen["currency_context"]["reporting_currency"] = "JPY"
    asked = received("contribution", yen, reporting_currency="JPY")
    assert not gate_payloads(GOOD["contribution"][0], [asked]).rejected


def test_a_break_of_continuity_is_a_diagnostic_and_no_error() -> None:
    broken = edited(payloads.performance, lambda p: points(p)[1].update(begin_mv="1009.9999999999"))
    found = gated("performance", payloads.performance("AAA"), broken)
    assert not found.rejected
    assert found.breaks[0] == ()
    [each] = found.breaks[1]
    assert (each.day, each.amount) == (date(2026, 3, 5), "-0.0000000001")


def test_continuity_is_looked_at_within_each_position() -> None:
    broken = edited(payloads.contribution, lambda p: _position(p)[1].update(begin_mv="500"))
    [each] = gated("contribution", broken).breaks[0]
    assert (each.series, each.day, each.amount) == ("position/P-2", date(2026, 3, 10), "-5")


def test_no_business_day_is_missed_after_the_portfolio_closed() -> None:
    payload = payloads.performance()
    payload["valuation_points"] = payload["valuation_points"][:2]
    payload["diagnostics"] = payloads.diagnostics()
    closed = received("performance", payload, last_day=date(2026, 3, 5))
    still_open = received("performance", payload)
    kind = input_tables.PERFORMANCE_INPUT
    assert not gate_payloads(kind, [closed]).rejected
    assert len(gate_payloads(kind, [still_open]).rejected) == 1


def test_capital_is_decided_on_the_decimals_received() -> None:
    payload = payloads.performance()
    # As floats the two are opposite: 1234567890.1234567891 has more digits than a float holds.
    points(payload)[0].update(begin_mv="1234567890.1234567891", bod_cf="-1234567890.123456789")
    points(payload)[1].update(begin_mv="1010", bod_cf="-1010")
    points(payload)[2].update(begin_mv="0.0000000001", bod_cf="-0.0000000002")
    signs = gated("performance", payload).rows["capital_sign"].to_pylist()
    assert signs == [1, 0, -1, 1]


def test_rows_say_whether_their_day_is_a_business_day() -> None:
    payload = payloads.performance()
    payload["business_days"].remove("2026-03-05")
    found = gated("performance", payload)
    assert found.rows["is_business_day"].to_pylist() == [True, False, True, True]


def test_groups_are_named_by_their_key_not_by_their_place() -> None:
    found = gated("attribution", payloads.attribution())
    ids = set(found.rows["id"].to_pylist())
    assert ids == {"", "I-1", '{"asset_class": "Bond"}', '{"asset_class": "Equity"}'}


def test_group_keys_stand_as_asked_in_whatever_order_they_came() -> None:
    payload = payloads.attribution()
    names = payload["group_by_dimensions"] = ["sector", "asset_class"]
    payload["instruments_data"][0]["meta"]["sector"] = "IT"
    keys = [{"asset_class": "Équity", "sector": "IT"}, {"sector": "IT", "asset_class": "Bond"}]
    for group, key in zip(payload["benchmark_groups_data"], keys, strict=True):
        group["key"] = key
    asked = received("attribution", payload, group_by_dimensions=names)
    found = gate_payloads(GOOD["attribution"][0], [asked])
    assert not found.rejected
    assert set(found.rows["id"].to_pylist()) == {
        "",
        "I-1",
        '{"sector": "IT", "asset_class": "Équity"}',
        '{"sector": "IT", "asset_class": "Bond"}',
    }


def test_flows_keep_their_decimals() -> None:
    found = gated("mwr", payloads.mwr())
    assert found.rows["cash_flows"].to_pylist() == [
        '[{"date": "2026-03-04", "amount": "100.25", "type": "external_flow"}, '
        '{"date": "2026-03-09", "amount": "-50", "type": "external_flow"}, '
        '{"date": "2026-03-09", "amount": "20", "type": "external_flow"}]'
    ]


def test_a_portfolio_without_positions_is_no_violation() -> None:
    empty = payloads.positions()
    empty.update(positions=[], position_count=0, total_market_value="0", valuation_date=None)
    found = gated("positions", empty, payloads.positions("AAA"))
    assert not found.rejected
    assert len(found.accepted) == 2
