"""POST /analytics/positions over real HTTP: worked by hand, and beside a real lotus-core."""

from typing import Any

import httpx
import pytest

from lotus_assets_tests.integration.services.api.test_frame import problem

PATH = "/analytics/positions"


def point(day: str, begin: str, end: str, **more: str) -> dict[str, str]:
    return {"perf_date": f"2025-01-{day}", "begin_mv": begin, "end_mv": end, **more}


FUND = {
    "position_id": "FUND",
    "instrument_id": "INS-1",
    "quantity": "100",
    "weight": "1",
    "performance": [
        {"period": "MTD", "valuation_points": [point("02", "600", "618"), point("03", "618", "0")]},
        {
            "period": "ITD",
            "start_date": "2024-12-01",
            "valuation_points": [point("02", "600", "612", mgmt_fees="-6")],
        },
        {"period": "QTD", "valuation_points": []},
    ],
}


def request(*positions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "input_mode": "stateless",
        "stateless_input": {"as_of_date": "2025-01-03", "positions": list(positions)},
        **changes,
    }


def ask(api: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    response = api.post(PATH, json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["results"]
    return found


def test_returns_by_hand(api: httpx.Client) -> None:
    [row] = ask(api, request(FUND))["positions"]
    assert (row["quantity"], row["weight"]) == ("100", "1")
    returns = row["returns"]
    assert returns["MTD"]["return"] == -1
    assert returns["MTD"]["status_date"] == "2025-01-03"
    assert returns["ITD"]["return"] == pytest.approx(0.01, abs=1e-15)
    assert (returns["ITD"]["start_date"], returns["ITD"]["end_date"]) == (
        "2024-12-01",
        "2025-01-02",
    )
    assert (returns["QTD"]["return"], returns["QTD"]["status"]) == (None, "NO_OBSERVATIONS")
    [gross] = ask(api, request(FUND, metric_basis="GROSS"))["positions"]
    assert gross["returns"]["ITD"]["return"] == pytest.approx(0.02, abs=1e-15)


def test_sections_and_periods_that_were_not_asked_for_are_absent(api: httpx.Client) -> None:
    [row] = ask(api, request(FUND, sections=["BASE"]))["positions"]
    assert "returns" not in row
    [row] = ask(api, request(FUND, performance_periods=["ITD"]))["positions"]
    assert set(row["returns"]) == {"ITD"}


def test_a_portfolio_without_positions_has_none(api: httpx.Client) -> None:
    found = ask(api, request())
    assert (found["positions"], found["position_count"]) == ([], 0)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (request(FUND, FUND), "comes twice"),
        (request(FUND, sections=["BASE", "BASE"]), "twice"),
        (
            request(
                {
                    "position_id": "P",
                    "performance": [
                        {
                            "period": "MTD",
                            "valuation_points": [point("02", "1", "1"), point("02", "1", "2")],
                        }
                    ],
                }
            ),
            "2025-01-02",
        ),
    ],
)
def test_what_cannot_be_answered(api: httpx.Client, body: dict[str, Any], said: str) -> None:
    assert said in problem(api.post(PATH, json=body), 400, "INVALID_REQUEST")


def test_beside_lotus_core(stateful_api: httpx.Client) -> None:
    """A position's return is the one that contribution gives for it."""
    who = {"portfolio_id": "P1", "as_of_date": "2025-01-08"}
    body = {
        "input_mode": "stateful",
        "performance_periods": ["ITD", "MTD"],
        "stateful_input": who,
    }
    response = stateful_api.post(PATH, json=body)
    assert response.status_code == 200, response.text
    found = response.json()["results"]
    assert [row["position_id"] for row in found["positions"]] == ["AAA", "CASH"]
    assert found["position_count"] == 2
    contribution = stateful_api.post(
        "/contribution",
        json={
            "input_mode": "stateful",
            "analyses": [{"period": "ITD"}],
            "stateful_input": who,
        },
    ).json()["results"]["ITD"]
    expected = {row["position_id"]: row["return"] for row in contribution["positions"]}
    own = {row["position_id"]: row["returns"]["ITD"]["return"] for row in found["positions"]}
    assert own == expected
    row = found["positions"][0]
    assert row["valuation"]["market_value"]["reporting"]
    assert row["income"]["accrued_income"]
    assert row["instrument_details"]["dimensions"]["asset_class"] == "Equity"
    place = f"/lineage/{response.json()['lineage']['calculation_id']}/details/days"
    assert {each["period"] for each in stateful_api.get(place).json()} == {"ITD", "MTD"}


def test_a_portfolio_without_any_valuation(stateful_api: httpx.Client) -> None:
    body = {
        "input_mode": "stateful",
        "performance_periods": ["YTD"],
        "stateful_input": {"portfolio_id": "EMPTY", "as_of_date": "2025-01-08"},
    }
    response = stateful_api.post(PATH, json=body)
    assert response.status_code == 200, response.text
    assert response.json()["results"]["positions"] == []
