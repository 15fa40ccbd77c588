"""POST /performance/twr over HTTP: every status, option and error, and lotus-core's days."""

import csv
import io
from typing import Any

import httpx
import pytest

PATH = "/performance/twr"
ITD: dict[str, Any] = {"period": "ITD"}


def point(day: str, begin: str, end: str, **others: str) -> dict[str, str]:
    return {"perf_date": day, "begin_mv": begin, "end_mv": end, **others}


GROWING = [
    # +1 %, then +2 % of 2,020: 1,010 and a deposit at the day's beginning.
    point("2025-01-30", "0", "1010", bod_cf="1000"),
    point("2025-01-31", "1010", "2060.4", bod_cf="1010"),
    # A fee of 20.604 is 1 % of the day's capital; without it nothing was gained.
    point("2025-02-03", "2060.4", "2060.4", mgmt_fees="-20.604"),
    point("2025-02-04", "2039.796", "2039.796"),
]


def ask(client: httpx.Client, points: list[dict[str, str]], *periods: Any, **more: Any) -> Any:
    sent = more.pop("sent", {})
    body = {
        "input_mode": "stateless",
        "stateless_input": {"valuation_points": points, **sent},
        "analyses": list(periods),
        **more,
    }
    answer = client.post(PATH, json=body)
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def test_returns_by_period_net_and_gross(api: httpx.Client) -> None:
    explicit = {"period": "EXPLICIT", "start_date": "2025-01-31", "end_date": "2025-01-31"}
    net = ask(api, GROWING, ITD, {"period": "MTD"}, explicit)["results"]
    assert net["ITD"]["return"] == pytest.approx(1.01 * 1.02 * 0.99 - 1, rel=1e-14)
    assert net["MTD"]["return"] == pytest.approx(-0.01, rel=1e-14)
    assert net["MTD"]["start_date"] == "2025-02-01"
    assert net["EXPLICIT:2025-01-31:2025-01-31"]["return"] == pytest.approx(0.02, rel=1e-14)
    gross = ask(api, GROWING, ITD, metric_basis="GROSS")["results"]
    assert gross["ITD"]["return"] == pytest.approx(1.01 * 1.02 - 1, rel=1e-14)


def test_periods_are_clamped_to_the_open_date_and_say_so(api: httpx.Client) -> None:
    found = ask(api, GROWING, {"period": "1Y"})["results"]["1Y"]
    assert found["requested_start_date"] == "2024-02-05"
    assert found["start_date"] == "2025-01-30"
    assert found["clamped"] is True
    assert found["annualised_return"] is None
    assert found["annualisation_reason"] == "PERIOD_SHORTER_THAN_ONE_YEAR"


def test_the_order_of_periods_and_points_changes_nothing(api: httpx.Client) -> None:
    periods = [ITD, {"period": "MTD", "frequencies": ["WEEKLY"]}, {"period": "YTD"}]
    one = ask(api, GROWING, *periods)["results"]
    other = ask(api, GROWING[::-1], *periods[::-1])["results"]
    assert one == other


def test_breakdowns_link_each_bucket_and_cumulate(api: httpx.Client) -> None:
    found = ask(api, GROWING, {**ITD, "frequencies": ["MONTHLY", "WEEKLY", "DAILY"]})
    breakdowns = found["results"]["ITD"]["breakdowns"]
    january, february = breakdowns["MONTHLY"]
    assert (january["period"], february["period"]) == ("2025-01", "2025-02")
    assert (january["start_date"], january["end_date"]) == ("2025-01-30", "2025-01-31")
    assert january["return"] == pytest.approx(1.01 * 1.02 - 1, rel=1e-14)
    assert february["return"] == pytest.approx(-0.01, rel=1e-14)
    assert february["cumulative_return"] == pytest.approx(1.01 * 1.02 * 0.99 - 1, rel=1e-14)
    assert [each["period"] for each in breakdowns["WEEKLY"]] == ["2025-W05", "2025-W06"]
    assert [each["period"] for each in breakdowns["DAILY"]] == [
        "2025-01-30",
        "2025-01-31",
        "2025-02-03",
        "2025-02-04",
    ]


def two_years(end: str) -> list[dict[str, str]]:
    return [point("2023-01-02", "100", "100"), point("2024-12-31", "100", end)]


@pytest.mark.parametrize(
    ("basis", "years"),
    [
        # 2 January 2023 to 31 December 2024: 730 days, of which 364 of 365 and 366 of 366;
        # 104 weeks, a Monday and a Tuesday.
        ("ACT/365", 730 / 365),
        ("ACT/ACT", 364 / 365 + 1),
        ("BUS/252", 522 / 252),
    ],
)
def test_years_are_counted_as_asked(api: httpx.Client, basis: str, years: float) -> None:
    found = ask(api, two_years("121"), ITD, annualisation_basis=basis)["results"]["ITD"]
    assert found["return"] == pytest.approx(0.21, rel=1e-14)
    assert found["annualised_return"] == pytest.approx(1.21 ** (1 / years) - 1, rel=1e-12)
    assert found["annualisation_reason"] is None


@pytest.mark.parametrize(
    ("points", "status", "day", "expected"),
    [
        # More than all is lost on the 3rd: no later gain mends the chain.
        (
            [
                point("2025-01-02", "100", "110"),
                point("2025-01-03", "110", "-20"),
                point("2025-01-06", "-20", "50", bod_cf="100"),
            ],
            "BROKEN_CHAIN",
            "2025-01-03",
            None,
        ),
        # All is lost: -1 whatever is paid in later.
        (
            [
                point("2025-01-02", "100", "0"),
                point("2025-01-03", "0", "120", bod_cf="100"),
            ],
            "OK",
            "2025-01-02",
            -1.0,
        ),
        # A gain of 5 without capital.
        (
            [point("2025-01-02", "100", "110"), point("2025-01-03", "0", "5")],
            "UNDEFINED_RETURN",
            "2025-01-03",
            None,
        ),
        # The smallest amount there is, and it is lost: floats would see no capital at all.
        (
            [point("2025-01-02", "12345678901.0000000001", "0", bod_cf="-12345678901")],
            "OK",
            "2025-01-02",
            -1.0,
        ),
        # No capital and no gain.
        ([point("2025-01-02", "0.3", "0", bod_cf="-0.3")], "OK", None, 0.0),
        # Short by 100, which becomes 110: a loss of 10 %.
        ([point("2025-01-02", "-100", "-110")], "OK", None, -0.1),
    ],
)
def test_what_decides_a_status_is_named(
    api: httpx.Client, points: Any, status: str, day: str | None, expected: float | None
) -> None:
    found = ask(api, points, ITD)["results"]["ITD"]
    assert (found["status"], found["status_date"]) == (status, day)
    assert found["return"] == (None if expected is None else pytest.approx(expected, rel=1e-14))


def test_unusual_days_are_diagnostics(api: httpx.Client) -> None:
    points = [
        point("2025-01-02", "-100", "-110"),
        point("2025-01-03", "1000", "0.6", bod_cf="-999.5"),
        point("2025-01-06", "0", "5"),
    ]
    said = {each["code"]: each["detail"] for each in ask(api, points, ITD)["diagnostics"]}
    assert said == {
        "CONTINUITY_BREAK": "performance-input: stateless on 2025-01-06: -0.6",
        "SHORT_CAPITAL": "2025-01-02",
        "SMALL_CAPITAL": "2025-01-03",
        "NO_CAPITAL": "2025-01-06",
        "UNDEFINED": "2025-01-06",
    }


def test_a_window_that_begins_too_late_gives_no_return(api: httpx.Client) -> None:
    sent = {"performance_start_date": "2025-01-30", "portfolio_open_date": "2020-05-04"}
    found = ask(api, GROWING, {"period": "MTD"}, {"period": "YTD"}, ITD, sent=sent)["results"]
    assert found["MTD"]["status"] == "OK"
    for name in ("YTD", "ITD"):
        assert (found[name]["status"], found[name]["return"]) == ("WINDOW_TOO_SHORT", None)
    assert found["ITD"]["start_date"] == "2020-05-04"


def test_a_period_without_a_day_beside_one_with_days(api: httpx.Client) -> None:
    gap = {"period": "EXPLICIT", "start_date": "2025-02-01", "end_date": "2025-02-02"}
    found = ask(api, GROWING, ITD, gap)["results"]
    assert found["EXPLICIT:2025-02-01:2025-02-02"]["status"] == "NO_OBSERVATIONS"
    assert ask(api, GROWING, gap)["results"] == {
        key: one for key, one in found.items() if key != "ITD"
    }


def test_an_as_of_date_ends_the_periods(api: httpx.Client) -> None:
    found = ask(api, GROWING, {"period": "MTD"}, as_of_date="2025-01-30")["results"]["MTD"]
    assert (found["end_date"], found["return"]) == ("2025-01-30", pytest.approx(0.01, rel=1e-14))


LATER = {"period": "EXPLICIT", "start_date": "2026-01-01", "end_date": "2026-01-31"}


@pytest.mark.parametrize(
    ("points", "periods", "status", "code", "said"),
    [
        ([], [ITD], 422, "INSUFFICIENT_DATA", "valuation_points is empty"),
        (GROWING, [LATER], 400, "INVALID_REQUEST", "no period can be resolved"),
        (GROWING, [], 400, "INVALID_REQUEST", "analyses"),
        (GROWING, [ITD, ITD], 400, "INVALID_REQUEST", "ITD asked for twice"),
        (GROWING, [{"period": "2W"}], 400, "INVALID_REQUEST", "analyses.0.period"),
        (GROWING, [{"period": "EXPLICIT"}], 400, "INVALID_REQUEST", "needs start_date"),
        (
            GROWING,
            [{"period": "EXPLICIT", "start_date": "2025-02-01", "end_date": "2025-01-01"}],
            400,
            "INVALID_REQUEST",
            "inverted",
        ),
        (GROWING, [{**ITD, "start_date": "2025-01-01"}], 400, "INVALID_REQUEST", "takes no dates"),
        (GROWING + GROWING[:1], [ITD], 400, "INVALID_REQUEST", "2025-01-30"),
        ([{**GROWING[0], "mgmt_fees": "5"}], [ITD], 400, "INVALID_REQUEST", "mgmt_fees"),
        ([{**GROWING[0], "end_mv": "1.12345678901"}], [ITD], 400, "INVALID_REQUEST", "end_mv"),
        ([{**GROWING[0], "colour": "red"}], [ITD], 400, "INVALID_REQUEST", "colour"),
    ],
)
def test_what_cannot_be_answered(
    api: httpx.Client, points: Any, periods: Any, status: int, code: str, said: str
) -> None:
    found, problem = ask(api, points, *periods)
    assert (found, problem["code"]) == (status, code)
    assert said in problem["detail"]


@pytest.mark.parametrize(
    "amount",
    [
        "1_000",
        "1,000",
        "\uff11\uff10",
        "\u0661\u0660",
        " 1000",
        "1000 ",
        "+1000",
        "",
        "1e",
        "0x10",
        "NaN",
    ],
)
def test_a_number_is_written_in_ascii_digits_and_no_separators(
    api: httpx.Client, amount: str
) -> None:
    status, problem = ask(api, [point("2025-01-02", amount, "1000")], ITD)
    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert problem["errors"][0]["field"] == "stateless_input.valuation_points.0.begin_mv"


@pytest.mark.parametrize("amount", ["1000", "1000.0000000000", "1e3", "1E+3", 1000, 1000.0])
def test_numbers_that_mean_the_same(api: httpx.Client, amount: Any) -> None:
    answer = ask(api, [point("2025-01-02", amount, "1010")], ITD)
    assert answer["results"]["ITD"]["return"] == pytest.approx(0.01, rel=1e-14)


def test_the_days_behind_the_answer(api: httpx.Client) -> None:
    lineage = ask(api, GROWING, ITD)["lineage"]
    assert lineage["details"] == ["days"]
    path = f"/lineage/{lineage['calculation_id']}/details/days"
    text = api.get(path, params={"format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["perf_date"] for row in rows] == [each["perf_date"] for each in GROWING]
    second = rows[1]
    assert float(second["capital"]) == 2020
    assert float(second["gain"]) == pytest.approx(40.4)
    assert float(second["daily_return"]) == pytest.approx(0.02)


def stateful(portfolio: str = "P1", as_of: str = "2025-01-10") -> dict[str, Any]:
    return {
        "input_mode": "stateful",
        "stateful_input": {"portfolio_id": portfolio, "as_of_date": as_of},
    }


def test_the_book_of_lotus_core(stateful_api: httpx.Client) -> None:
    """Net: +2 %, -30 ÷ 1,120, 0, 0, +50 ÷ 1,090 (the book's docstring and its days)."""
    body = {**stateful(), "analyses": [{**ITD, "frequencies": ["WEEKLY"]}, {"period": "MTD"}]}
    answer = stateful_api.post(PATH, json=body).json()
    found = answer["results"]["ITD"]
    net = 1.02 * (1090 / 1120) * (1140 / 1090) - 1
    assert found["return"] == pytest.approx(net, rel=1e-13)
    weeks = [each["return"] for each in found["breakdowns"]["WEEKLY"]]
    assert weeks == pytest.approx([0.02, 1140 / 1120 - 1], rel=1e-12)
    assert answer["results"]["MTD"]["return"] == found["return"]
    assert {"code": "MISSING_BUSINESS_DAY", "detail": "performance-input: 2025-01-07"} in answer[
        "diagnostics"
    ]
    [used] = answer["lineage"]["inputs"]
    assert (used["contract"], used["subject"]) == ("performance-input", "P1")
    gross = stateful_api.post(PATH, json={**body, "metric_basis": "GROSS"}).json()["results"]
    expected = 1.02 * (1100 / 1120) * (1095 / 1090) * (1140 / 1090) - 1
    assert gross["ITD"]["return"] == pytest.approx(expected, rel=1e-13)


def test_stateful_requests_that_cannot_be_answered(stateful_api: httpx.Client) -> None:
    for portfolio, as_of, status, code in (
        ("NOBODY", "2025-01-10", 404, "RESOURCE_NOT_FOUND"),
        ("P1", "2024-12-31", 422, "INSUFFICIENT_DATA"),
        ("EMPTY", "2025-01-10", 422, "INSUFFICIENT_DATA"),
    ):
        body = {**stateful(portfolio, as_of), "analyses": [{"period": "MTD"}]}
        answer = stateful_api.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), portfolio
    later = {**stateful(), "as_of_date": "2025-01-11", "analyses": [ITD]}
    answer = stateful_api.post(PATH, json=later)
    assert answer.status_code == 400
    assert "is after stateful_input.as_of_date" in answer.json()["detail"]


def test_a_day_that_ends_earlier_than_the_input(stateful_api: httpx.Client) -> None:
    body = {**stateful(), "as_of_date": "2025-01-03", "analyses": [ITD]}
    found = stateful_api.post(PATH, json=body).json()["results"]["ITD"]
    assert (found["end_date"], found["return"]) == ("2025-01-03", pytest.approx(0.02, rel=1e-13))


def test_a_portfolio_that_closed_misses_no_day_after_it(stateful_api: httpx.Client) -> None:
    body = {**stateful("CLOSED"), "analyses": [ITD]}
    answer = stateful_api.post(PATH, json=body).json()
    assert answer["results"]["ITD"]["return"] == 0
    assert answer["diagnostics"] == []


def test_periods_of_a_portfolio_that_closed(stateful_api: httpx.Client) -> None:
    """It closed on 3 January 2025; the same alone and beside others."""
    names = ("MTD", "YTD", "1Y", "3Y", "ITD")
    body = {**stateful("CLOSED"), "analyses": [{"period": name} for name in names]}
    body["stateful_input"]["as_of_date"] = "2026-03-31"
    together = stateful_api.post(PATH, json=body).json()["results"]
    for name in ("MTD", "YTD", "1Y"):
        assert (together[name]["status"], together[name]["return"]) == ("CLOSED", None)
    assert (together["1Y"]["start_date"], together["1Y"]["end_date"]) == (
        "2025-04-01",
        "2026-03-31",
    )
    for name in ("3Y", "ITD"):
        assert together[name]["status"] == "OK"
        assert together[name]["clamped"] is True
        assert (together[name]["start_date"], together[name]["end_date"]) == (
            "2025-01-02",
            "2025-01-03",
        )
        assert together[name]["annualisation_reason"] == "PERIOD_SHORTER_THAN_ONE_YEAR"
    for name in names:
        alone = stateful_api.post(PATH, json={**body, "analyses": [{"period": name}]}).json()
        assert alone["results"] == {name: together[name]}


def test_years_after_the_last_valuation_nothing_is_annualised(stateful_api: httpx.Client) -> None:
    body = {**stateful(), "analyses": [ITD, {"period": "MTD"}]}
    body["stateful_input"]["as_of_date"] = "2026-03-31"
    answer = stateful_api.post(PATH, json=body).json()
    found = answer["results"]["ITD"]
    assert found["return"] is not None
    assert (found["annualised_return"], found["annualisation_reason"]) == (None, "STALE_VALUATIONS")
    assert answer["results"]["MTD"]["status"] == "NO_OBSERVATIONS"
    stale = [one["detail"] for one in answer["diagnostics"] if one["code"] == "STALE_VALUATIONS"]
    assert stale == ["ITD: the last valuation is of 2025-01-10, 445 days before 2026-03-31"]


def test_breaks_and_missing_days_of_points_that_are_sent_are_told(api: httpx.Client) -> None:
    """Thursday leaves 1,010 less a fee of 1; Friday is missing, Monday begins with 1,012.5."""
    points = [
        point("2025-01-06", "1012.5", "1012.5"),
        point("2025-01-02", "1000", "1010", mgmt_fees="-1"),
    ]
    answer = ask(api, points, ITD)
    assert [(one["code"], one["detail"]) for one in answer["diagnostics"]] == [
        ("MISSING_BUSINESS_DAY", "performance-input: 2025-01-03"),
        ("CONTINUITY_BREAK", "performance-input: stateless on 2025-01-06: 3.5"),
    ]
    # No return changes: 1.009, then 1.
    assert answer["results"]["ITD"]["return"] == pytest.approx(0.009, rel=1e-12)
    holiday = {"business_days": ["2025-01-02", "2025-01-06"]}
    other = ask(api, points, ITD, sent=holiday)["diagnostics"]
    assert [one["code"] for one in other] == ["CONTINUITY_BREAK"]


def test_very_many_missing_days_are_counted(stateful_api: httpx.Client) -> None:
    """From 2 January there are 260 weekdays in 2025; P1 has rows on six of the first seven."""
    body = {**stateful(as_of="2025-12-31"), "analyses": [ITD]}
    told = stateful_api.post(PATH, json=body).json()["diagnostics"]
    lacking = [one["detail"] for one in told if one["code"] == "MISSING_BUSINESS_DAY"]
    assert lacking[0] == "performance-input: 2025-01-07"
    assert (len(lacking), lacking[-1]) == (101, "and 154 more")
