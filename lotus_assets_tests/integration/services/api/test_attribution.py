"""POST /performance/attribution over HTTP: groups, instruments, options, edges, lotus-core."""

from typing import Any

import httpx
import pytest

PATH = "/performance/attribution"
ITD = [{"period": "ITD"}]
FIRST, SECOND = "2025-01-30", "2025-01-31"


def group(name: str, *observations: tuple[str, str, str], **more: str) -> dict[str, Any]:
    return {
        "key": {"asset_class": name},
        "observations": [
            {"date": day, "weight_bop": weight, "return_base": value, **more}
            for day, weight, value in observations
        ],
    }


OWN = [group("Equity", (FIRST, "0.6", "0.1")), group("Bond", (FIRST, "0.4", "0"))]
OTHER = [group("Equity", (FIRST, "0.5", "0.04")), group("Bond", (FIRST, "0.5", "0.02"))]


def ask(client: httpx.Client, sent: dict[str, Any], **options: Any) -> httpx.Response:
    body = {
        "input_mode": "stateless",
        "stateless_input": sent,
        "analyses": options.pop("analyses", ITD),
        **options,
    }
    return client.post(PATH, json=body)


def attributed(client: httpx.Client, sent: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = ask(client, sent, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def groups(**more: Any) -> dict[str, Any]:
    return {"portfolio_groups_data": OWN, "benchmark_groups_data": OTHER, **more}


def effects(period: dict[str, Any], effect: str) -> dict[str, float]:
    return {row["key"]["asset_class"]: row[effect] for row in period["groups"]}


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["code"], body["detail"]


def test_groups_by_hand(api: httpx.Client) -> None:
    """R_P = 0.06, R_B = 0.03; by the definition of BF."""
    answer = attributed(api, groups())
    period = answer["results"]["ITD"]
    assert period["active_return"] == pytest.approx(0.03)
    assert effects(period, "allocation") == pytest.approx({"Equity": 0.001, "Bond": 0.001})
    assert effects(period, "selection") == pytest.approx({"Equity": 0.03, "Bond": -0.01})
    assert effects(period, "interaction") == pytest.approx({"Equity": 0.006, "Bond": 0.002})
    assert (period["reconciliation"], period["currency"], period["status"]) == (None, [], "OK")
    assert answer["lineage"]["details"] == ["days", "linking", "effects"]
    detail = api.get(
        f"/lineage/{answer['lineage']['calculation_id']}/details/days", params={"format": "json"}
    ).json()
    assert "0.04" in str(detail)


def test_brinson_hood_beebower_in_two_effects(api: httpx.Client) -> None:
    period = attributed(api, groups(), model="BHB", effects=2)["results"]["ITD"]
    assert effects(period, "allocation") == pytest.approx({"Equity": 0.004, "Bond": -0.002})
    assert effects(period, "selection") == pytest.approx({"Equity": 0.036, "Bond": -0.008})
    assert effects(period, "interaction") == {"Equity": None, "Bond": None}
    assert sum(effects(period, "total").values()) == pytest.approx(0.03)


@pytest.mark.parametrize("linking", ["CARINO", "MENCHERO", "GRAP", "FRONGELLO", "NONE"])
@pytest.mark.parametrize("frequency", ["DAILY", "MONTHLY"])
def test_every_linking_sums_to_the_active_return(
    api: httpx.Client, linking: str, frequency: str
) -> None:
    days = (FIRST, "0.6", "0.1"), (SECOND, "0.7", "-0.02"), ("2025-02-03", "0.5", "0.03")
    rest = (FIRST, "0.4", "0.01"), (SECOND, "0.3", "0.02"), ("2025-02-03", "0.5", "-0.01")
    sent = {
        "portfolio_groups_data": [group("Equity", *days), group("Bond", *rest)],
        "benchmark_groups_data": [group("Bond", *days), group("Equity", *rest)],
    }
    analyses = [{"period": "MTD"}, *ITD]
    found = attributed(api, sent, linking=linking, frequency=frequency, analyses=analyses)
    for period in found["results"].values():
        total = sum(effects(period, "total").values()) + period["linking_remainder"]
        assert total == pytest.approx(period["active_return"], abs=1e-14)
        level = sum(row["total"] for row in period["levels"])
        assert level == pytest.approx(sum(effects(period, "total").values()), abs=1e-14)
    # The order of groups and periods changes nothing, to the last bit.
    turned = {name: rows[::-1] for name, rows in sent.items()}
    again = attributed(api, turned, linking=linking, frequency=frequency, analyses=analyses[::-1])
    assert again["results"] == found["results"]


def test_currency_effects_sum_to_the_total(api: httpx.Client) -> None:
    own = [group("Equity", (FIRST, "1", "0.21"), return_local="0.1", return_fx="0.1")]
    other = [group("Equity", (FIRST, "1", "0.155"), return_local="0.05", return_fx="0.1")]
    sent = {"portfolio_groups_data": own, "benchmark_groups_data": other}
    (row,) = attributed(api, sent)["results"]["ITD"]["currency"]
    assert row["local"]["selection"] == pytest.approx(0.05)
    assert row["currency"]["selection"] == pytest.approx(0.11 - 0.105)
    assert row["is_local_known"] is True


def test_a_total_loss_is_not_linkable(api: httpx.Client) -> None:
    lost = [group("Equity", (FIRST, "1", "-1"))]
    held = [group("Equity", (FIRST, "1", "0.1"))]
    sent = {"portfolio_groups_data": lost, "benchmark_groups_data": held}
    period = attributed(api, sent)["results"]["ITD"]
    assert (period["status"], period["portfolio_return"]) == ("NOT_LINKABLE", -1.0)
    assert effects(period, "total") == {"Equity": None}
    assert attributed(api, sent, linking="FRONGELLO")["results"]["ITD"]["status"] == "OK"


def test_a_day_that_groups_lack(api: httpx.Client) -> None:
    """Thursday and Monday are given, the Friday between them is not."""
    days = [
        {"date": day, "weight_bop": "1", "return_base": "0.01"}
        for day in ("2025-01-02", "2025-01-06")
    ]
    groups = [{"key": {"asset_class": "Equity"}, "observations": days}]
    sent = {"portfolio_groups_data": groups, "benchmark_groups_data": groups}
    assert attributed(api, sent)["diagnostics"] == [
        {"code": "MISSING_BUSINESS_DAY", "detail": "attribution-input: 2025-01-03"}
    ]


POINT = {"perf_date": FIRST, "begin_mv": "100", "end_mv": "106", "mgmt_fees": "-2"}
INSTRUMENTS: dict[str, Any] = {
    "portfolio_data": {"valuation_points": [POINT]},
    "instruments_data": [
        {
            "instrument_id": "E",
            "meta": {"asset_class": "Equity"},
            "valuation_points": [{"perf_date": FIRST, "begin_mv": "50", "end_mv": "55"}],
        },
        {
            "instrument_id": "FUTURE",
            "valuation_points": [{"perf_date": FIRST, "begin_mv": "0", "end_mv": "1"}],
        },
    ],
    "benchmark_groups_data": OTHER,
}


def test_instruments_with_all_that_does_not_add_up(api: httpx.Client) -> None:
    """Half of it in no instrument, a future's gain of 1 without capital, a fee of 2."""
    answer = attributed(api, INSTRUMENTS)
    period = answer["results"]["ITD"]
    assert effects(period, "portfolio_weight") == pytest.approx(
        {"Bond": 0.0, "Equity": 0.5, "Unallocated": 0.5, "Unclassified": 0.0}
    )
    assert effects(period, "total")["Unclassified"] == pytest.approx(0.01)
    assert answer["diagnostics"] == [
        {
            "code": "NO_NET_CAPITAL",
            "detail": f'group {{"asset_class": "Unclassified"}} of the portfolio on {FIRST}',
        }
    ]
    assert period["portfolio_return"] == pytest.approx(0.06)
    assert period["reconciliation"] == {
        "own_return": pytest.approx(0.04),
        "own_status": "OK",
        "group_return": pytest.approx(0.06),
        "fees": pytest.approx(-0.02),
        "difference": pytest.approx(0.0),
    }


@pytest.mark.parametrize(
    ("sent", "options", "status", "code", "said"),
    [
        (
            groups(benchmark_groups_data=[group("Equity", (FIRST, "0.9999", "0"))]),
            {},
            400,
            "INVALID_REQUEST",
            "do not sum to 1",
        ),
        (
            groups(benchmark_groups_data=[group("Equity", (SECOND, "1", "0"))]),
            {},
            400,
            "INVALID_REQUEST",
            "has no groups on",
        ),
        (
            groups(benchmark_groups_data=[*OTHER, OTHER[0]]),
            {},
            400,
            "INVALID_REQUEST",
            "comes twice",
        ),
        (
            groups(
                benchmark_groups_data=[
                    group("Equity", (FIRST, "1", "0.1"), return_local="0.1", return_fx="0.1")
                ]
            ),
            {},
            400,
            "INVALID_REQUEST",
            "is not 1 + return_base",
        ),
        (groups(benchmark_groups_data=[]), {}, 400, "INVALID_REQUEST", "benchmark_groups_data"),
        ({"benchmark_groups_data": OTHER}, {}, 400, "INVALID_REQUEST", "in their place"),
        (
            {**INSTRUMENTS, "portfolio_groups_data": OWN},
            {},
            400,
            "INVALID_REQUEST",
            "in their place",
        ),
        (
            {**INSTRUMENTS, "instruments_data": INSTRUMENTS["instruments_data"] * 2},
            {},
            400,
            "INVALID_REQUEST",
            "an instrument comes twice",
        ),
        (groups(unheard_of=1), {}, 400, "INVALID_REQUEST", "unheard_of"),
        (groups(), {"group_by": ["a", "a"]}, 400, "INVALID_REQUEST", "twice"),
        (groups(), {"analyses": [*ITD, *ITD]}, 400, "INVALID_REQUEST", "asked for twice"),
        (groups(), {"effects": 4}, 400, "INVALID_REQUEST", "effects"),
        (
            {**groups(), "portfolio_groups_data": []},
            {},
            422,
            "INSUFFICIENT_DATA",
            "nothing to attribute",
        ),
        (
            groups(as_of_date="2025-03-31", portfolio_close_date="2025-01-01"),
            {"analyses": [{"period": "MTD"}]},
            400,
            "INVALID_REQUEST",
            "is after portfolio_close_date 2025-01-01",
        ),
    ],
)
def test_what_cannot_be_answered_says_why(
    api: httpx.Client,
    sent: dict[str, Any],
    options: dict[str, Any],
    status: int,
    code: str,
    said: str,
) -> None:
    found = problem(ask(api, sent, **options))
    assert found[:2] == (status, code)
    assert said in found[2]


def stateful(client: httpx.Client, portfolio: str = "P1", **options: Any) -> httpx.Response:
    asked = {"portfolio_id": portfolio, "as_of_date": "2025-01-10"}
    body = {"input_mode": "stateful", "stateful_input": {**asked, **options.pop("asked", {})}}
    return client.post(PATH, json={**body, "analyses": options.pop("analyses", ITD), **options})


def test_lotus_core_s_instruments_and_benchmark(stateful_api: httpx.Client) -> None:
    """The hand-made book: the benchmark has the 7th, which the portfolio has not, but no 2nd."""
    answer = stateful(stateful_api, group_by=["asset_class", "currency"])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    period = body["results"]["ITD"]
    assert period["start_date"] == "2025-01-02"
    total = sum(row["total"] for row in period["groups"])
    assert total == pytest.approx(period["active_return"], abs=1e-14)
    # Constituents' returns in euro: 0.1 and -0.1, then 0 and 0.02, 0 and 0, 0 and 0.01. The 8th
    # covers the 7th too: it takes the 7th's drifted weights, as a coarser frequency does.
    bonds = 0.45 * 1.02 / (0.55 + 0.45 * 1.02)
    expected = (1 + 0.45 * 0.02) * (1 + bonds * 0.01) - 1
    assert period["benchmark_return"] == pytest.approx(expected, abs=1e-9)
    said = {(one["code"], one["detail"]) for one in body["diagnostics"]}
    assert ("BENCHMARK_DAY_LINKED", "2025-01-07") in said
    assert ("BENCHMARK_DAY_MISSING", "2025-01-02") in said
    six = sum(row["local"]["total"] + row["currency"]["total"] for row in period["currency"])
    assert six == pytest.approx(period["active_return"], abs=1e-14)
    assert [one["contract"] for one in body["lineage"]["inputs"]] == [
        "performance-input",
        "attribution-input",
    ]


@pytest.mark.parametrize(
    ("portfolio", "options", "status", "code"),
    [
        ("NOBODY", {}, 404, "RESOURCE_NOT_FOUND"),
        ("CLOSED", {}, 422, "INSUFFICIENT_DATA"),
        ("P1", {"group_by": ["colour"]}, 422, "UNSUPPORTED_CONFIGURATION"),
        ("P1", {"asked": {"reporting_currency": "JPY"}}, 422, "INSUFFICIENT_DATA"),
    ],
)
def test_lotus_core_s_refusals_are_passed_on(
    stateful_api: httpx.Client, portfolio: str, options: dict[str, Any], status: int, code: str
) -> None:
    assert problem(stateful(stateful_api, portfolio, **options))[:2] == (status, code)


def test_a_period_alone_is_what_it_is_beside_others(stateful_api: httpx.Client) -> None:
    """Tuesday the 7th has no valuation: what the benchmark did on it is part of the 8th, also of a
    period that begins with the 8th."""
    days = ("02", "04", "06", "07", "08", "09", "10")
    explicit = [
        {
            "period": "EXPLICIT",
            "start_date": f"2025-01-{start}",
            "end_date": f"2025-01-{end}",
        }
        for start in days
        for end in ("08", "10")
        if start <= end
    ]
    analyses = [*explicit, {"period": "ITD"}, {"period": "MTD"}]
    body = {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": "P1", "as_of_date": "2025-01-10"},
        "group_by": ["asset_class", "currency"],
    }

    def ask(*asked: dict[str, str]) -> Any:
        answer = stateful_api.post("/performance/attribution", json={**body, "analyses": asked})
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    together = ask(*analyses)
    assert together == {key: one for each in analyses for key, one in ask(each).items()}
    some = analyses[1::3]
    assert ask(*some[::-1]) == {key: together[key] for key in ask(*some)}


def test_groups_of_a_portfolio_that_closed(api: httpx.Client) -> None:
    sent = groups(as_of_date="2026-03-31", portfolio_close_date=FIRST)
    periods = [*ITD, {"period": "MTD"}]
    answer = attributed(api, sent, analyses=periods)
    until = answer["results"]["ITD"]
    assert (until["end_date"], until["clamped"]) == (FIRST, True)
    assert until["active_return"] == pytest.approx(0.03)
    after = answer["results"]["MTD"]
    assert (after["status"], after["active_return"], after["groups"]) == ("CLOSED", None, [])
    assert answer["diagnostics"] == []


def test_groups_that_are_old_are_told_and_a_period_without_any_is_empty(api: httpx.Client) -> None:
    sent = groups(as_of_date="2025-03-31")
    answer = attributed(api, sent, analyses=[*ITD, {"period": "MTD"}])
    detail = "ITD: the last valuation is of 2025-01-30, 60 days before 2025-03-31"
    assert {"code": "STALE_VALUATIONS", "detail": detail} in answer["diagnostics"]
    assert answer["results"]["MTD"]["status"] == "NO_OBSERVATIONS"
    alone = attributed(api, sent, analyses=[{"period": "MTD"}])["results"]
    assert alone == {"MTD": answer["results"]["MTD"]}
