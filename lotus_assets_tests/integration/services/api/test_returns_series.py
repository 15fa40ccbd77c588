"""POST /integration/returns/series over HTTP: gaps, policies, statistics, contracts."""

import math
from typing import Any

import httpx
import pytest

PATH = "/integration/returns/series"
# Friday, Monday to Wednesday.
DAYS = ("2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08")


def points(returns: list[float | None], days: tuple[str, ...] = DAYS) -> list[dict[str, str]]:
    return [
        {"date": day, "return": str(one)}
        for day, one in zip(days, returns, strict=True)
        if one is not None
    ]


FULL = points([0.01, 0.02, -0.03, 0.04])
GAPPED = points([0.001, None, 0.003, 0.004])


def ask(client: httpx.Client, sent: dict[str, Any], **more: Any) -> Any:
    body = {"input_mode": "stateless", "stateless_input": sent, **more}
    answer = client.post(PATH, json=body)
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def values(answer: Any, name: str) -> list[tuple[str, float]]:
    return [(each["date"], each["return"]) for each in answer["results"]["series"][name]]


def test_series_side_by_side_and_their_difference(api: httpx.Client) -> None:
    answer = ask(api, {"portfolio": FULL[::-1], "benchmark": FULL})
    assert list(answer["results"]["series"]) == ["portfolio", "benchmark", "excess"]
    assert values(answer, "portfolio") == list(zip(DAYS, [0.01, 0.02, -0.03, 0.04], strict=True))
    assert [one for _, one in values(answer, "excess")] == [0, 0, 0, 0]
    assert answer["results"]["statistics"] is None
    assert answer["results"]["coverage"]["benchmark"] == {
        "expected": 4,
        "missing": 0,
        "missing_dates": [],
        "off_calendar_dates": [],
    }


def test_a_gap_fails_unless_the_policy_allows_it(api: httpx.Client) -> None:
    sent = {"portfolio": FULL, "benchmark": GAPPED}
    status, problem = ask(api, sent)
    assert (status, problem["code"]) == (422, "INSUFFICIENT_DATA")
    assert problem["detail"] == "benchmark has no return on 1 dates, first 2025-01-06"
    partial = ask(api, sent, missing_data_policy="ALLOW_PARTIAL")
    assert [day for day, _ in values(partial, "benchmark")] == [DAYS[0], DAYS[2], DAYS[3]]
    assert [day for day, _ in values(partial, "portfolio")] == [*DAYS]
    assert [day for day, _ in values(partial, "excess")] == [DAYS[0], DAYS[2], DAYS[3]]
    assert partial["results"]["coverage"]["benchmark"]["missing_dates"] == ["2025-01-06"]
    common = ask(api, sent, missing_data_policy="STRICT_INTERSECTION")
    assert values(common, "portfolio") == [(DAYS[0], 0.01), (DAYS[2], -0.03), (DAYS[3], 0.04)]
    filled = ask(api, sent, fill_policy="ZERO_FILL")
    assert values(filled, "benchmark")[1] == ("2025-01-06", 0.0)
    assert filled["results"]["coverage"]["benchmark"]["missing_dates"] == ["2025-01-06"]


def test_nothing_in_common_is_insufficient(api: httpx.Client) -> None:
    sent = {
        "portfolio": points([0.1, None, 0.1, None]),
        "benchmark": points([None, 0.1, None, 0.1]),
    }
    status, problem = ask(api, sent, missing_data_policy="STRICT_INTERSECTION")
    assert (status, problem["code"]) == (422, "INSUFFICIENT_DATA")


def test_weekends_and_dates_off_a_sent_calendar_are_no_gaps(api: httpx.Client) -> None:
    weekend = [*FULL, {"date": "2025-01-04", "return": "0.5"}]
    answer = ask(api, {"portfolio": weekend})
    assert answer["results"]["coverage"]["portfolio"]["off_calendar_dates"] == ["2025-01-04"]
    assert values(answer, "portfolio") == [
        (DAYS[0], 0.01),
        (DAYS[1], pytest.approx(1.5 * 1.02 - 1, rel=1e-15)),
        (DAYS[2], -0.03),
        (DAYS[3], 0.04),
    ]
    assert answer["diagnostics"] == [
        {"code": "OFF_CALENDAR_LINKED", "detail": "portfolio: 2025-01-04"}
    ]
    holiday = ask(api, {"portfolio": GAPPED, "calendar": [DAYS[0], DAYS[2], DAYS[3]]})
    assert holiday["results"]["coverage"]["portfolio"]["missing"] == 0


def test_a_last_day_off_the_calendar_is_one_of_its_own(api: httpx.Client) -> None:
    """Saturday, the 11th: no gap for the benchmark, and in the week that ends with it."""
    late = [*FULL, *points([0.0, 0.0], ("2025-01-09", "2025-01-10"))]
    saturday = [*late, {"date": "2025-01-11", "return": "-0.5"}]
    sent = {"portfolio": saturday, "benchmark": late}
    answer = ask(api, sent)
    assert values(answer, "portfolio")[-1] == ("2025-01-11", -0.5)
    assert values(answer, "benchmark")[-1] == ("2025-01-10", 0.0)
    assert answer["results"]["coverage"]["benchmark"]["missing"] == 0
    assert answer["results"]["coverage"]["portfolio"]["off_calendar_dates"] == ["2025-01-11"]
    assert answer["diagnostics"] == []
    weekly = dict(values(ask(api, sent, frequency="WEEKLY"), "portfolio"))
    assert weekly["2025-01-11"] == pytest.approx(1.02 * 0.97 * 1.04 * 0.5 - 1, rel=1e-14)
    strict = ask(api, sent, missing_data_policy="STRICT_INTERSECTION")
    assert values(strict, "portfolio")[-1] == ("2025-01-10", 0.0)


def test_months_without_a_calendar_have_their_own_dates(api: httpx.Client) -> None:
    """Month ends on Saturday, 31 May, and Sunday, 31 August, 2025 beside last business days."""
    ends = ("2025-05-31", "2025-06-30", "2025-07-31", "2025-08-31")
    business = ("2025-05-30", "2025-06-30", "2025-07-31", "2025-08-29")
    sent = {
        "portfolio": points([0.1, 0.2, -0.3, 0.4], ends),
        "benchmark": points([0.01, 0.02, 0.03, 0.04], business),
    }
    answer = ask(api, sent, frequency="MONTHLY", risk_statistics=True)
    assert values(answer, "portfolio") == list(zip(ends, [0.1, 0.2, -0.3, 0.4], strict=True))
    assert values(answer, "benchmark") == list(zip(ends, [0.01, 0.02, 0.03, 0.04], strict=True))
    assert answer["results"]["statistics"]["relative_observations"] == 4
    lacking = {**sent, "benchmark": sent["benchmark"][1:]}
    status, problem = ask(api, lacking, frequency="MONTHLY")
    assert (status, problem["code"]) == (422, "INSUFFICIENT_DATA")
    assert problem["detail"] == "benchmark has no return on 1 dates, first 2025-05-31"
    assert ask(api, sent)[0] == 422  # as days they lack all the others


def test_what_lies_outside_the_portfolio_s_days_is_named(api: httpx.Client) -> None:
    longer = [{"date": "2024-12-31", "return": "0.9"}, *FULL]
    answer = ask(api, {"portfolio": FULL, "benchmark": longer})
    assert [day for day, _ in values(answer, "benchmark")] == [*DAYS]
    assert answer["diagnostics"] == [
        {
            "code": "OUTSIDE_PERIOD",
            "detail": "benchmark: 1 returns before 2025-01-03 or after 2025-01-08",
        }
    ]


def test_longer_periods_link_the_days(api: httpx.Client) -> None:
    answer = ask(api, {"portfolio": FULL, "benchmark": FULL}, frequency="WEEKLY")
    days, returns = zip(*values(answer, "portfolio"), strict=True)
    assert days == ("2025-01-03", "2025-01-08")
    assert returns == pytest.approx((0.01, 1.02 * 0.97 * 1.04 - 1), rel=1e-14)
    assert [one for _, one in values(answer, "excess")] == [0, 0]


def test_a_selection_of_series(api: httpx.Client) -> None:
    sent = {"portfolio": FULL, "benchmark": GAPPED}
    answer = ask(api, sent, series_selection=["portfolio"])
    assert list(answer["results"]["series"]) == ["portfolio"]
    status, problem = ask(api, {"portfolio": FULL}, series_selection=["portfolio", "risk_free"])
    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert "risk_free" in problem["detail"]


def test_statistics_by_hand(api: httpx.Client) -> None:
    """Returns 1, 2, -3 and 4 %: mean 1 %, squares about it 0 + 1 + 16 + 9 of 3."""
    answer = ask(api, {"portfolio": FULL, "risk_free": FULL}, risk_statistics=True)
    found = answer["results"]["statistics"]
    assert found["observations"] == 4
    assert found["volatility"] == pytest.approx(math.sqrt(26 / 3 * 252) / 100, rel=1e-12)
    assert found["downside_deviation"] == pytest.approx(math.sqrt(9 / 4 * 252) / 100, rel=1e-12)
    assert found["sortino_ratio"] == pytest.approx(0.01 * 252 / found["downside_deviation"])
    # Excess over itself is 0 always: no deviation, no Sharpe ratio.
    assert found["sharpe_ratio"] is None
    assert found["maximum_drawdown"] == pytest.approx(-0.03, rel=1e-12)
    assert (found["drawdown_peak_date"], found["drawdown_trough_date"]) == (DAYS[1], DAYS[2])
    assert (found["has_benchmark"], found["beta"]) == (False, None)
    assert [each["code"] for each in answer["diagnostics"]] == ["SHORT_PERIOD"]
    wanted = ask(api, {"portfolio": FULL}, risk_statistics=True, minimum_acceptable_return=0.01)[
        "results"
    ]["statistics"]
    # Below 1 %: -3 % by 4 %.
    assert wanted["downside_deviation"] == pytest.approx(math.sqrt(16 / 4 * 252) / 100, rel=1e-12)
    assert wanted["sortino_ratio"] == pytest.approx(0, abs=1e-12)


def test_statistics_of_series_with_gaps(api: httpx.Client) -> None:
    """The portfolio's own are over its four dates, relative ones over the common three."""
    sent = {"portfolio": FULL, "benchmark": GAPPED}
    partial, strict = (
        ask(api, sent, missing_data_policy=policy, risk_statistics=True)["results"]["statistics"]
        for policy in ("ALLOW_PARTIAL", "STRICT_INTERSECTION")
    )
    assert (partial["observations"], partial["relative_observations"]) == (4, 3)
    assert partial["excess_observations"] == 4
    assert partial["linked_return"] == pytest.approx(1.01 * 1.02 * 0.97 * 1.04 - 1, rel=1e-12)
    assert partial["volatility"] == pytest.approx(math.sqrt(26 / 3 * 252) / 100, rel=1e-12)
    assert (strict["observations"], strict["relative_observations"]) == (3, 3)
    assert strict["linked_return"] == pytest.approx(1.01 * 0.97 * 1.04 - 1, rel=1e-12)
    for name in ("tracking_error", "information_ratio", "beta", "alpha", "up_capture"):
        assert partial[name] == strict[name]
    alone = ask(api, {"portfolio": FULL}, risk_statistics=True)["results"]["statistics"]
    assert alone["relative_observations"] is None


def test_the_series_of_a_portfolio_compounds_to_its_return(stateful_api: httpx.Client) -> None:
    for start, end in (("2025-01-02", "2025-01-10"), ("2025-01-04", "2025-01-09")):
        analysis = {"period": "EXPLICIT", "start_date": start, "end_date": end}
        body = {"input_mode": "stateful", "stateful_input": BOOK, "analyses": [analysis]}
        [measured] = stateful_api.post("/performance/twr", json=body).json()["results"].values()
        for frequency in ("DAILY", "WEEKLY", "MONTHLY"):
            answer = read(
                stateful_api,
                {"window": {"start_date": start, "end_date": end}},
                missing_data_policy="ALLOW_PARTIAL",
                frequency=frequency,
            )
            growth = math.prod(1 + one for _, one in values(answer, "portfolio"))
            assert growth - 1 == pytest.approx(measured["return"], rel=1e-13)


def test_a_portfolio_that_closed_has_no_gaps_after_it(stateful_api: httpx.Client) -> None:
    closed = {"portfolio_id": "CLOSED", "as_of_date": "2025-03-31"}
    selected = {"series_selection": ["portfolio"]}
    answer = read(stateful_api, {**closed, "period": "ITD"}, **selected)
    assert [day for day, _ in values(answer, "portfolio")] == ["2025-01-02", "2025-01-03"]
    status, problem = read(stateful_api, {**closed, "period": "MTD"}, **selected)
    assert (status, problem["code"]) == (422, "INSUFFICIENT_DATA")
    assert problem["detail"] == "CLOSED closed on 2025-01-03, before MTD"


def test_no_figure_a_year_of_stale_valuations(stateful_api: httpx.Client) -> None:
    answer = read(
        stateful_api,
        {"as_of_date": "2025-06-30", "period": "ITD"},
        series_selection=["portfolio"],
        missing_data_policy="ALLOW_PARTIAL",
        risk_statistics=True,
    )
    found = answer["results"]["statistics"]
    assert found["linked_return"] is not None
    assert (found["volatility"], found["annualised_return"]) == (None, None)
    assert found["annualisation_reason"] == "STALE_VALUATIONS"
    assert "STALE_VALUATIONS" in [one["code"] for one in answer["diagnostics"]]


@pytest.mark.parametrize(
    ("sent", "more", "status", "code"),
    [
        ({}, {}, 422, "INSUFFICIENT_DATA"),
        ({"portfolio": []}, {}, 422, "INSUFFICIENT_DATA"),
        ({"portfolio": [FULL[0], FULL[0]]}, {}, 400, "INVALID_REQUEST"),
        ({"portfolio": FULL, "colour": "red"}, {}, 400, "INVALID_REQUEST"),
        ({"portfolio": FULL}, {"series_selection": []}, 400, "INVALID_REQUEST"),
        (
            {"portfolio": FULL},
            {"risk_statistics": True, "frequency": "YEARLY"},
            422,
            "UNSUPPORTED_CONFIGURATION",
        ),
        ({"benchmark": FULL}, {"risk_statistics": True}, 400, "INVALID_REQUEST"),
    ],
)
def test_what_cannot_be_answered(
    api: httpx.Client, sent: Any, more: Any, status: int, code: str
) -> None:
    found, problem = ask(api, sent, **more)
    assert (found, problem["code"]) == (status, code)


BOOK = {"portfolio_id": "P1", "as_of_date": "2025-01-10"}
WHOLE = {"start_date": "2025-01-02", "end_date": "2025-01-10"}


def read(client: httpx.Client, stateful: dict[str, Any], **more: Any) -> Any:
    body = {"input_mode": "stateful", "stateful_input": {**BOOK, **stateful}, **more}
    answer = client.post(PATH, json=body)
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def test_the_book_of_lotus_core(stateful_api: httpx.Client) -> None:
    """The 7th has no valuation; the benchmark begins on the 3rd, the rates end there.

    The rate of 2.25 % (ACT/360, simple) accrues one day to Friday, the 3rd.
    """
    answer = read(stateful_api, {"window": WHOLE}, missing_data_policy="ALLOW_PARTIAL")
    own = dict(values(answer, "portfolio"))
    assert own["2025-01-03"] == pytest.approx(0.02, rel=1e-14)
    assert own["2025-01-06"] == pytest.approx(-30 / 1120, rel=1e-14)
    assert own["2025-01-10"] == pytest.approx(50 / 1090, rel=1e-14)
    free = dict(values(answer, "risk_free"))
    assert free["2025-01-03"] == pytest.approx(0.0225 / 360, rel=1e-14)
    coverage = answer["results"]["coverage"]
    assert coverage["portfolio"]["missing_dates"] == ["2025-01-07"]
    assert coverage["benchmark"]["missing_dates"] == ["2025-01-02"]
    # 3 January: half +10 %, half -10 %, at the rate of the day before.
    benchmark = dict(values(answer, "benchmark"))
    assert benchmark["2025-01-03"] == pytest.approx(0, abs=1e-10)
    excess = dict(values(answer, "excess"))
    assert excess["2025-01-03"] == own["2025-01-03"] - benchmark["2025-01-03"]
    contracts = [each["contract"] for each in answer["lineage"]["inputs"]]
    assert contracts == [
        "performance-input",
        "benchmark-assignment",
        "benchmark-return-series",
        "risk-free-series",
    ]


def test_a_rate_accrues_from_the_business_day_before_the_window(stateful_api: httpx.Client) -> None:
    window = {"start_date": "2025-01-03", "end_date": "2025-01-03"}
    found = dict(values(read(stateful_api, {"window": window}), "risk_free"))
    assert found == {"2025-01-03": pytest.approx(0.0225 / 360, rel=1e-14)}


def test_policies_and_what_lotus_core_has_not(stateful_api: httpx.Client) -> None:
    status, problem = read(stateful_api, {"window": WHOLE})
    assert (status, problem["code"]) == (422, "INSUFFICIENT_DATA")
    mode = {"window": WHOLE, "risk_free_mode": "return_series"}
    status, problem = read(stateful_api, mode)
    assert (status, problem["code"]) == (422, "UNSUPPORTED_CONFIGURATION")
    partial = read(stateful_api, mode, missing_data_policy="ALLOW_PARTIAL")
    assert values(partial, "risk_free") == []
    codes = [each["code"] for each in partial["diagnostics"]]
    assert "SERIES_UNAVAILABLE" in codes
    status, _ = read(stateful_api, {"window": WHOLE, "benchmark_id": "NOBODY"})
    assert status == 404
    status, _ = read(stateful_api, {"window": WHOLE, "period": "YTD"})
    assert status == 400


def test_periods_are_windows(stateful_api: httpx.Client) -> None:
    policy = {"missing_data_policy": "STRICT_INTERSECTION", "risk_statistics": True}
    selected = {**policy, "series_selection": ["portfolio", "benchmark"]}
    answer = read(stateful_api, {"period": "ITD"}, **selected)
    days = [day for day, _ in values(answer, "portfolio")]
    assert days == [f"2025-01-{day}" for day in ("03", "06", "08", "09", "10")]
    assert answer["results"]["statistics"]["has_benchmark"] is True
    assert read(stateful_api, {"period": "YTD"}, **selected)["results"] == answer["results"]
