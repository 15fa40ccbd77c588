"""POST /performance/contribution over real HTTP: worked by hand, and beside a real lotus-core."""

from typing import Any

import httpx
import pytest

from lotus_assets_tests.integration.services.api.test_frame import problem

PATH = "/performance/contribution"


def point(day: str, begin: str, end: str, **more: str) -> dict[str, str]:
    return {"perf_date": f"2025-01-{day}", "begin_mv": begin, "end_mv": end, **more}


OWN = [point("02", "1000", "1020"), point("03", "1020", "1040.4")]
FUND = [point("02", "600", "618"), point("03", "618", "630.36")]
BOND = [point("02", "400", "402"), point("03", "402", "410.04")]


def request(**changes: Any) -> dict[str, Any]:
    """Two days of 2 % each: the fund makes 18 and 12.36, the bond 2 and 8.04."""
    sent = {
        "portfolio_data": {"valuation_points": OWN},
        "positions_data": [
            {
                "position_id": "FUND",
                "meta": {"asset_class": "Equity"},
                "valuation_points": FUND,
            },
            {"position_id": "BOND", "valuation_points": BOND},
        ],
        **changes.pop("sent", {}),
    }
    return {
        "input_mode": "stateless",
        "analyses": [{"period": "ITD"}],
        "stateless_input": sent,
        **changes,
    }


def ask(api: httpx.Client, **changes: Any) -> dict[str, Any]:
    response = api.post(PATH, json=request(**changes))
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["results"]["ITD"]
    return found


def by_position(found: dict[str, Any]) -> dict[str, float]:
    return {each["position_id"]: each["contribution"] for each in found["positions"]}


def test_frongello_by_hand(api: httpx.Client) -> None:
    """C = 0.018 + 1.02 x 12.36/1020 for the fund, 0.002 + 1.02 x 8.04/1020 for the bond."""
    found = ask(api, linking="FRONGELLO", hierarchy=["asset_class"])
    assert found["portfolio_return"] == pytest.approx(0.0404, abs=1e-14)
    assert by_position(found) == pytest.approx({"BOND": 0.01004, "FUND": 0.03036}, abs=1e-14)
    assert found["fees"] == 0
    assert found["unexplained"] == pytest.approx(0, abs=1e-15)
    levels = {tuple(each["key"].items()): each["contribution"] for each in found["levels"]}
    assert levels == pytest.approx(
        {(("asset_class", "Equity"),): 0.03036, (("asset_class", "Unclassified"),): 0.01004},
        abs=1e-14,
    )


def test_carino_scales_equal_days_alike(api: httpx.Client) -> None:
    """Both days return 2 %: every single contribution is multiplied by 0.0404 / 0.04."""
    found = ask(api)
    fund, bond = 0.018 + 12.36 / 1020, 0.002 + 8.04 / 1020
    expected = {"FUND": fund * 1.01, "BOND": bond * 1.01}
    assert by_position(found) == pytest.approx(expected, abs=1e-14)


def test_without_linking_the_rest_is_unexplained(api: httpx.Client) -> None:
    found = ask(api, linking="NONE")
    assert sum(by_position(found).values()) == pytest.approx(0.04, abs=1e-14)
    assert found["unexplained"] == pytest.approx(0.0004, abs=1e-14)


def test_fees_are_a_row_of_their_own(api: httpx.Client) -> None:
    """A fee of 10.2 on the second day, borne by no position, takes 1 %."""
    own = [OWN[0], point("03", "1020", "1040.4", mgmt_fees="-10.2")]
    sent = {"portfolio_data": {"valuation_points": own}}
    found = ask(api, sent=sent, linking="FRONGELLO")
    assert found["fees"] == pytest.approx(-0.01 * 1.02, abs=1e-14)
    assert found["portfolio_return"] == pytest.approx(1.02 * 1.01 - 1, abs=1e-14)
    gross = ask(api, sent=sent, linking="FRONGELLO", metric_basis="GROSS")
    assert gross["fees"] == 0
    assert gross["portfolio_return"] == pytest.approx(0.0404, abs=1e-14)


def test_both_paths_give_the_same_answer(api: httpx.Client) -> None:
    first = api.post(PATH, json=request()).json()
    second = api.post("/contribution", json=request()).json()
    assert first["results"] == second["results"]
    assert first["meta"] == second["meta"]


def test_a_total_loss_cannot_be_linked(api: httpx.Client) -> None:
    own = [OWN[0], point("03", "1020", "0")]
    parts = [{"position_id": "P", "valuation_points": own}]
    sent = {"portfolio_data": {"valuation_points": own}, "positions_data": parts}
    found = ask(api, sent=sent)
    assert found["status"] == "NOT_LINKABLE"
    assert by_position(found) == {"P": None}
    linked = ask(api, sent=sent, linking="FRONGELLO")
    assert linked["portfolio_return"] == -1
    assert by_position(linked) == pytest.approx({"P": -1.0})


@pytest.mark.parametrize(
    ("changes", "status", "code", "said"),
    [
        ({"analyses": [{"period": "YTD"}, {"period": "YTD"}]}, 400, "INVALID_REQUEST", "twice"),
        ({"hierarchy": ["a", "a"]}, 400, "INVALID_REQUEST", "twice"),
        (
            {"sent": {"portfolio_data": {"valuation_points": []}}},
            422,
            "INSUFFICIENT_DATA",
            "empty",
        ),
        (
            {"sent": {"portfolio_data": {"valuation_points": OWN[:1]}}},
            400,
            "INVALID_REQUEST",
            "is no day of the portfolio",
        ),
        (
            {
                "sent": {
                    "positions_data": [
                        {"position_id": "P", "valuation_points": FUND},
                        {"position_id": "P", "valuation_points": BOND},
                    ]
                }
            },
            400,
            "INVALID_REQUEST",
            "comes twice",
        ),
        (
            {
                "analyses": [
                    {"period": "EXPLICIT", "start_date": "2026-01-01", "end_date": "2026-01-31"}
                ]
            },
            400,
            "INVALID_REQUEST",
            "no period can be resolved",
        ),
        (
            {"sent": {"portfolio_close_date": "2025-01-02"}},
            400,
            "INVALID_REQUEST",
            "2025-01-03 is after portfolio_close_date 2025-01-02",
        ),
    ],
)
def test_what_cannot_be_answered(
    api: httpx.Client, changes: dict[str, Any], status: int, code: str, said: str
) -> None:
    assert said in problem(api.post(PATH, json=request(**changes)), status, code)


def test_beside_lotus_core_the_rows_sum_to_the_return(stateful_api: httpx.Client) -> None:
    body = {
        "input_mode": "stateful",
        "analyses": [{"period": "ITD"}, {"period": "MTD"}],
        "hierarchy": ["asset_class"],
        "stateful_input": {"portfolio_id": "P1", "as_of_date": "2025-01-08"},
    }
    response = stateful_api.post(PATH, json=body)
    assert response.status_code == 200, response.text
    answer = response.json()
    for found in answer["results"].values():
        rows = [each["contribution"] for each in found["positions"]]
        total = sum(rows) + found["fees"] + found["unexplained"]
        assert total == pytest.approx(found["portfolio_return"], abs=1e-12)
        assert sum(each["contribution"] for each in found["levels"]) == pytest.approx(sum(rows))
    twr = stateful_api.post(
        "/performance/twr",
        json={
            "input_mode": "stateful",
            "analyses": [{"period": "ITD"}],
            "stateful_input": body["stateful_input"],
        },
    ).json()
    own = answer["results"]["ITD"]["portfolio_return"]
    assert own == pytest.approx(twr["results"]["ITD"]["return"], abs=1e-12)
    used = [each["contract"] for each in answer["lineage"]["inputs"]]
    assert used == ["performance-input", "contribution-input"]
    place = f"/lineage/{answer['lineage']['calculation_id']}/details/days"
    assert {row["position_id"] for row in stateful_api.get(place).json()} == {"AAA", "CASH"}


def test_an_unknown_portfolio_is_a_404(stateful_api: httpx.Client) -> None:
    body = {
        "input_mode": "stateful",
        "analyses": [{"period": "ITD"}],
        "stateful_input": {"portfolio_id": "NOBODY", "as_of_date": "2025-01-08"},
    }
    problem(stateful_api.post(PATH, json=body), 404, "RESOURCE_NOT_FOUND")


GAP = {"period": "EXPLICIT", "start_date": "2025-01-04", "end_date": "2025-01-05"}


def asked(api: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    response = api.post(PATH, json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_period_without_a_row_is_the_same_alone_and_beside_others(api: httpx.Client) -> None:
    sent = {"as_of_date": "2025-01-06"}
    alone = asked(api, request(analyses=[GAP], sent=sent))["results"]
    assert alone["EXPLICIT:2025-01-04:2025-01-05"]["status"] == "NO_OBSERVATIONS"
    beside = asked(api, request(analyses=[GAP, {"period": "ITD"}], sent=sent))["results"]
    assert alone["EXPLICIT:2025-01-04:2025-01-05"] == beside["EXPLICIT:2025-01-04:2025-01-05"]


def test_a_portfolio_that_was_sent_along_closes(api: httpx.Client) -> None:
    sent = {"as_of_date": "2026-03-31", "portfolio_close_date": "2025-01-03"}
    body = request(analyses=[{"period": "ITD"}, {"period": "MTD"}], sent=sent)
    answer = asked(api, body)
    until = answer["results"]["ITD"]
    assert (until["start_date"], until["end_date"], until["clamped"]) == (
        "2025-01-02",
        "2025-01-03",
        True,
    )
    # 1.02 twice.
    assert until["portfolio_return"] == pytest.approx(0.0404, abs=1e-14)
    after = answer["results"]["MTD"]
    assert (after["status"], after["portfolio_return"], after["positions"]) == ("CLOSED", None, [])
    assert "STALE_VALUATIONS" not in {one["code"] for one in answer["diagnostics"]}
    del body["stateless_input"]["portfolio_close_date"]
    open_still = asked(api, body)["diagnostics"]
    assert {
        "code": "STALE_VALUATIONS",
        "detail": "ITD: the last valuation is of 2025-01-03, 452 days before 2026-03-31",
    } in open_still


@pytest.mark.parametrize("path", ["/performance/contribution", "/performance/attribution"])
def test_periods_after_the_closing_are_closed(stateful_api: httpx.Client, path: str) -> None:
    """It closed on 3 January 2025, years before what is asked for."""
    body = {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": "CLOSED", "as_of_date": "2026-03-31"},
        "analyses": [{"period": "MTD"}, {"period": "1Y"}],
    }
    response = stateful_api.post(path, json=body)
    assert response.status_code == 200, response.text
    for name, start in (("MTD", "2026-03-01"), ("1Y", "2025-04-01")):
        found = response.json()["results"][name]
        assert (found["status"], found["portfolio_return"]) == ("CLOSED", None)
        assert (found["start_date"], found["end_date"]) == (start, "2026-03-31")


def test_a_closed_portfolio_contributes_up_to_its_closing(stateful_api: httpx.Client) -> None:
    body = {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": "CLOSED", "as_of_date": "2026-03-31"},
        "analyses": [{"period": "ITD"}, {"period": "MTD"}],
    }
    answer = asked(stateful_api, body)
    found = answer["results"]["ITD"]
    assert (found["end_date"], found["clamped"], found["status"]) == ("2025-01-03", True, "OK")
    assert answer["results"]["MTD"]["status"] == "CLOSED"
    assert "STALE_VALUATIONS" not in {one["code"] for one in answer["diagnostics"]}


@pytest.mark.parametrize("path", ["/performance/contribution", "/performance/attribution"])
def test_what_is_not_valued_for_long_is_told(stateful_api: httpx.Client, path: str) -> None:
    body = {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": "P1", "as_of_date": "2026-03-31"},
        "analyses": [{"period": "ITD"}, {"period": "MTD"}],
    }
    answer = stateful_api.post(path, json=body).json()
    assert answer["results"]["MTD"]["status"] == "NO_OBSERVATIONS"
    stale = [one["detail"] for one in answer["diagnostics"] if one["code"] == "STALE_VALUATIONS"]
    assert stale == ["ITD: the last valuation is of 2025-01-10, 445 days before 2026-03-31"]
    alone = stateful_api.post(path, json={**body, "analyses": [{"period": "MTD"}]}).json()
    assert alone["results"] == {"MTD": answer["results"]["MTD"]}


def test_breaks_of_what_is_sent_are_told_by_part_day_and_amount(api: httpx.Client) -> None:
    bond = [BOND[0], point("03", "402.0000000001", "410.04")]
    own = [*OWN, point("07", "1040", "1040")]
    positions = request()["stateless_input"]["positions_data"]
    positions[1]["valuation_points"] = bond
    sent = {"positions_data": positions, "portfolio_data": {"valuation_points": own}}
    answer = asked(api, request(sent=sent))
    assert [(one["code"], one["detail"]) for one in answer["diagnostics"]] == [
        ("MISSING_BUSINESS_DAY", "contribution-input: 2025-01-06"),
        ("CONTINUITY_BREAK", "contribution-input: portfolio/ on 2025-01-07: -0.4"),
        ("CONTINUITY_BREAK", "contribution-input: position/BOND on 2025-01-03: 0.0000000001"),
    ]
