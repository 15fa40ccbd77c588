"""POST /performance/mwr over HTTP: every status, both methods, and lotus-core's flows."""

from typing import Any

import httpx
import pytest

PATH = "/performance/mwr"


def ask(
    client: httpx.Client,
    begin: str,
    end: str,
    *flows: tuple[str, str],
    window: tuple[str, str] = ("2024-01-01", "2024-12-31"),
    **more: Any,
) -> Any:
    """2024 has 366 days, so that its window is 365 days long."""
    body = {
        "input_mode": "stateless",
        "stateless_input": {
            "start_date": window[0],
            "end_date": window[1],
            "begin_mv": begin,
            "end_mv": end,
            "cash_flows": [{"date": day, "amount": amount} for day, amount in flows],
        },
        **more,
    }
    answer = client.post(PATH, json=body)
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def test_a_constructed_rate_comes_back(api: httpx.Client) -> None:
    """100 at 8 %, and 50 more after 73 days, a fifth of a year."""
    end = 100 * 1.08 + 50 * 1.08**0.8
    found = ask(api, "100", f"{end:.10f}", ("2024-03-14", "50"))["results"]["XIRR"]
    assert found["annual_rate"] == pytest.approx(0.08, rel=1e-10)
    assert found["period_return"] == pytest.approx(0.08, rel=1e-10)
    assert found["status"] == "OK"
    assert found["roots"] == [found["annual_rate"]]
    assert found["residual"] <= 1e-10
    assert found["iterations"] > 0
    assert (found["flow_count"], found["net_flow"]) == (1, 50)


def test_modified_dietz_by_the_timing_of_flows(api: httpx.Client) -> None:
    """73 of 365 days before the flow: weights 292/365, and 293/365 at the day's beginning."""
    asked = ("100", "160", ("2024-03-14", "50"))
    end = ask(api, *asked)["results"]["MODIFIED_DIETZ"]
    assert end["average_capital"] == pytest.approx(140, rel=1e-14)
    assert end["period_return"] == pytest.approx(10 / 140, rel=1e-14)
    assert end["annual_rate"] == pytest.approx(10 / 140, rel=1e-12)
    begin = ask(api, *asked, flow_timing="BEGIN")["results"]
    capital = 100 + 50 * 293 / 365
    assert begin["MODIFIED_DIETZ"]["period_return"] == pytest.approx(10 / capital, rel=1e-14)
    assert begin["XIRR"] == ask(api, *asked)["results"]["XIRR"]


@pytest.mark.parametrize(
    ("begin", "end", "flows", "status", "reason"),
    [
        ("100", "0", (), "NO_SOLUTION", "TOTAL_LOSS"),
        ("0", "0", (), "NO_SOLUTION", "DEGENERATE"),
        ("0", "10", (), "NO_SOLUTION", "NO_SIGN_CHANGE"),
        ("100", "-10", (), "NO_SOLUTION", "NO_SIGN_CHANGE"),
        # -100 + 200/u - 120/u^2 over half years has no real root.
        ("100", "-120", (("2024-07-01", "-200"),), "NO_SOLUTION", "NO_ROOT"),
    ],
)
def test_why_there_is_no_rate(
    api: httpx.Client, begin: str, end: str, flows: Any, status: str, reason: str
) -> None:
    found = ask(api, begin, end, *flows)["results"]["XIRR"]
    assert (found["status"], found["reason"]) == (status, reason)
    assert (found["annual_rate"], found["period_return"], found["roots"]) == (None, None, [])
    assert not isinstance(found["iterations"], float)


def test_several_roots_are_all_given(api: httpx.Client) -> None:
    """-100, +230 after a year of 365 days, -132 after another: 10 % and 20 %."""
    window = ("2022-01-01", "2024-01-01")
    found = ask(api, "100", "-132", ("2023-01-01", "-230"), window=window)["results"]["XIRR"]
    assert found["status"] == "MULTIPLE_ROOTS"
    assert found["roots"] == pytest.approx([0.1, 0.2], rel=1e-9)
    assert found["annual_rate"] in found["roots"]


def test_capital_that_is_nothing_or_less(api: httpx.Client) -> None:
    """-100 at the beginning and 200 after half the window average to nothing."""
    window = ("2024-01-01", "2024-07-01")
    zero = ask(api, "-100", "50", ("2024-04-01", "200"), window=window)["results"]
    assert zero["MODIFIED_DIETZ"]["status"] == "ZERO_CAPITAL"
    assert zero["MODIFIED_DIETZ"]["period_return"] is None
    below = ask(api, "-100", "-110", window=window)["results"]["MODIFIED_DIETZ"]
    assert below["status"] == "NEGATIVE_CAPITAL"
    assert below["period_return"] == pytest.approx(0.1, rel=1e-14)
    day = ask(api, "100", "110", window=("2024-01-01", "2024-01-01"))["results"]
    assert day["MODIFIED_DIETZ"]["status"] == "ZERO_CAPITAL"


def test_a_short_window_is_marked(api: httpx.Client) -> None:
    answer = ask(api, "100", "101", window=("2024-01-01", "2024-07-01"))
    found = answer["results"]
    assert found["XIRR"]["is_short_period"] is True
    assert found["XIRR"]["annual_rate"] == pytest.approx(1.01 ** (365 / 182) - 1, rel=1e-12)
    assert found["MODIFIED_DIETZ"]["annual_rate"] is None
    assert [each["code"] for each in answer["diagnostics"]] == ["SHORT_PERIOD"]


def test_only_external_flows_count(api: httpx.Client) -> None:
    body = {
        "input_mode": "stateless",
        "stateless_input": {
            "start_date": "2024-01-01",
            "end_date": "2024-12-31",
            "begin_mv": "100",
            "end_mv": "105",
            "cash_flows": [{"date": "2024-06-30", "amount": "-3", "type": "fee"}],
        },
        "methods": ["XIRR"],
    }
    answer = api.post(PATH, json=body).json()
    assert list(answer["results"]) == ["XIRR"]
    assert answer["results"]["XIRR"]["annual_rate"] == pytest.approx(0.05, rel=1e-12)
    assert {"code": "NOT_EXTERNAL", "detail": "1 flows are left out"} in answer["diagnostics"]


@pytest.mark.parametrize(
    ("flows", "window", "said"),
    [
        ((("2025-01-01", "1"),), ("2024-01-01", "2024-12-31"), "outside the window"),
        ((), ("2024-12-31", "2024-01-01"), "inverted"),
    ],
)
def test_what_cannot_be_answered(api: httpx.Client, flows: Any, window: Any, said: str) -> None:
    status, problem = ask(api, "1", "2", *flows, window=window)
    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert said in problem["detail"]


def test_the_flows_behind_the_answer(api: httpx.Client) -> None:
    lineage = ask(api, "100", "160", ("2024-03-14", "50"))["lineage"]
    path = f"/lineage/{lineage['calculation_id']}/details/flows"
    rows = api.get(path, params={"format": "json"}).json()
    listed = rows if isinstance(rows, list) else rows["rows"]
    assert [row["kind"] for row in listed] == ["BEGIN_MV", "FLOW", "END_MV"]
    assert [row["amount"] for row in listed] == [-100, -50, 160]
    assert sum(row["discounted_amount"] for row in listed) == pytest.approx(0, abs=1e-9)


def test_the_book_of_lotus_core(stateful_api: httpx.Client) -> None:
    """1,000 on the 2nd and 100 on the 4th came in, 90 went on the 10th: 1,050 is left."""
    asked = {"portfolio_id": "P1", "as_of_date": "2025-01-10"}
    body: dict[str, Any] = {"input_mode": "stateful", "stateful_input": {**asked, "period": "ITD"}}
    found = stateful_api.post(PATH, json=body).json()["results"]
    assert found["MODIFIED_DIETZ"]["average_capital"] == pytest.approx(1000 + 100 * 6 / 8)
    assert found["MODIFIED_DIETZ"]["period_return"] == pytest.approx(40 / 1075, rel=1e-14)
    rate = found["XIRR"]["annual_rate"]
    value = 1000 * (1 + rate) ** (8 / 365) + 100 * (1 + rate) ** (6 / 365) - 90
    assert value == pytest.approx(1050, rel=1e-9)
    window = {"start_date": "2025-01-02", "end_date": "2025-01-10"}
    body["stateful_input"] = {**asked, "window": window}
    assert stateful_api.post(PATH, json=body).json()["results"] == found
    body["stateful_input"] = asked
    answer = stateful_api.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
    body["stateful_input"] = {**asked, "portfolio_id": "NOBODY", "period": "ITD"}
    assert stateful_api.post(PATH, json=body).status_code == 404


def read(client: httpx.Client, portfolio: str, as_of: str, period: str) -> Any:
    asked = {"portfolio_id": portfolio, "as_of_date": as_of, "period": period}
    body = {"input_mode": "stateful", "stateful_input": asked}
    return client.post(PATH, json=body).json()


def test_a_portfolio_that_closed_is_measured_to_its_closing(stateful_api: httpx.Client) -> None:
    """50 came in on 2 January 2025 and went out on the 3rd."""
    answer = read(stateful_api, "CLOSED", "2026-03-31", "ITD")
    for method in ("XIRR", "MODIFIED_DIETZ"):
        found = answer["results"][method]
        assert (found["start_date"], found["end_date"]) == ("2025-01-02", "2025-01-03")
        assert found["is_short_period"] is True
        assert found["stale_since"] is None
    for period in ("MTD", "1Y"):
        after = read(stateful_api, "CLOSED", "2026-03-31", period)["results"]
        assert after["XIRR"]["status"] == "CLOSED"
        assert after["MODIFIED_DIETZ"]["annual_rate"] is None
        assert after["XIRR"]["end_date"] == "2026-03-31"


def test_years_after_the_last_valuation_only_xirr_is_a_rate(stateful_api: httpx.Client) -> None:
    answer = read(stateful_api, "P1", "2026-03-31", "ITD")
    found = answer["results"]
    assert found["XIRR"]["annual_rate"] is not None
    assert found["XIRR"]["stale_since"] == "2025-01-10"
    assert found["MODIFIED_DIETZ"]["annual_rate"] is None
    assert found["MODIFIED_DIETZ"]["reason"] == "STALE_VALUATIONS"
    assert found["MODIFIED_DIETZ"]["period_return"] is not None
    assert "STALE_VALUATIONS" in [one["code"] for one in answer["diagnostics"]]


def test_what_was_sent_along_is_measured_to_its_closing(api: httpx.Client) -> None:
    """100 becomes 121 in 2023, by the closing on its last day: 21 % of 365 days, not of 730."""
    sent = {
        "start_date": "2022-12-31",
        "end_date": "2024-12-30",
        "portfolio_close_date": "2023-12-31",
        "begin_mv": "100",
        "end_mv": "121",
    }
    body = {"input_mode": "stateless", "stateless_input": sent}
    found = api.post(PATH, json=body).json()["results"]
    for method in ("XIRR", "MODIFIED_DIETZ"):
        assert (found[method]["start_date"], found[method]["end_date"]) == (
            "2022-12-31",
            "2023-12-31",
        )
        assert found[method]["annual_rate"] == pytest.approx(0.21, rel=1e-12)
    sent["portfolio_close_date"] = "2022-12-30"
    after = api.post(PATH, json=body).json()["results"]
    assert (after["XIRR"]["status"], after["MODIFIED_DIETZ"]["annual_rate"]) == ("CLOSED", None)
    assert after["XIRR"]["end_date"] == "2024-12-30"


def test_missing_days_that_a_payload_names_are_told(api: httpx.Client) -> None:
    sent = {"start_date": "2025-01-01", "end_date": "2025-01-31", "begin_mv": "1", "end_mv": "1"}
    said = {
        "missing_business_day_count": 1,
        "missing_business_days": ["2025-01-07"],
        "continuity_breaks": [],
    }
    body = {"input_mode": "stateless", "stateless_input": {**sent, "diagnostics": said}}
    told = api.post(PATH, json=body).json()["diagnostics"]
    assert {"code": "MISSING_BUSINESS_DAY", "detail": "mwr-input: 2025-01-07"} in told
