"""Answers decided on the decimals that were sent, and figures past float64, by hand."""

from typing import Any

import httpx
import pytest

MOST, LEAST = "9" * 18, "0.0000000001"
"""Amounts of the most digits that are taken: from one to the other is 1e28."""
DAYS = [f"2025-01-{day:02d}" for day in (6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21)]
ITD = [{"period": "ITD"}]


def ask(api: httpx.Client, path: str, sent: dict[str, Any], **options: Any) -> dict[str, Any]:
    body = {"input_mode": "stateless", "stateless_input": sent, **options}
    answer = api.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert not any(name in answer.text for name in ("Infinity", "NaN"))
    results: dict[str, Any] = answer.json()["results"]
    return results


def points(begin: str, end: str, **more: str) -> list[dict[str, str]]:
    return [{"perf_date": day, "begin_mv": begin, "end_mv": end, **more} for day in DAYS]


def group(name: str, *sleeves: tuple[str, str]) -> list[dict[str, Any]]:
    """Weight and return of each sleeve of an asset class on one day."""
    return [
        {
            "key": {"asset_class": name, "sleeve": str(number)},
            "observations": [{"date": DAYS[0], "weight_bop": weight, "return_base": value}],
        }
        for number, (weight, value) in enumerate(sleeves)
    ]


def attributed(
    api: httpx.Client, own: list[dict[str, Any]], other: list[dict[str, Any]], **options: Any
) -> tuple[dict[str, Any], dict[str, tuple[float, ...]]]:
    """The period, and allocation, selection and interaction of every asset class."""
    sent = {"portfolio_groups_data": own, "benchmark_groups_data": other}
    shared = {"analyses": ITD, "group_by": ["asset_class"], **options}
    period = ask(api, "/performance/attribution", sent, **shared)["ITD"]
    names = ("allocation", "selection", "interaction")
    rows = {
        row["key"]["asset_class"]: tuple(row[name] for name in names) for row in period["groups"]
    }
    return period, rows


@pytest.mark.parametrize(
    ("sleeves", "gain"),
    [
        ((("0.5", "0.1"), ("-0.5", "-0.04")), 0.07),
        ((("0.1", "0.1"), ("0.2", "0.02"), ("-0.3", "0.05")), -0.001),
    ],
)
def test_coarser_groups_lose_no_gain(
    api: httpx.Client, sleeves: tuple[tuple[str, str], ...], gain: float
) -> None:
    """Sleeves of no net weight that gained something beside 0.01 of bonds, on either side."""
    long_short = [*group("Equity", *sleeves), *group("Bond", ("1", "0.01"))]
    plain = [*group("Equity", ("0.5", "0.03")), *group("Bond", ("0.5", "0.02"))]
    total = gain + 0.01
    period, rows = attributed(api, long_short, plain)
    assert period["portfolio_return"] == pytest.approx(total, rel=1e-14)
    assert rows["Equity"] == pytest.approx((-0.0025, gain, 0.0), abs=1e-16)
    period, rows = attributed(api, plain, long_short)
    assert period["benchmark_return"] == pytest.approx(total, rel=1e-14)
    assert rows["Equity"] == pytest.approx((0.0, -gain, 0.5 * (0.03 - total)), abs=1e-16)
    totals = sum(row["total"] for row in period["groups"])
    assert totals == pytest.approx(0.025 - total, abs=1e-16)


@pytest.mark.parametrize("linking", ["CARINO", "MENCHERO", "GRAP", "FRONGELLO", "NONE"])
def test_equal_returns_are_equal(api: httpx.Client, linking: str) -> None:
    """0.6·0.0282 - 0.4·0.0853 and -0.4·0.019 - 0.6·0.016 are both -0.0172."""
    own = [*group("Equity", ("0.6", "0.0282")), *group("Bond", ("0.4", "-0.0853"))]
    other = [*group("Bond", ("0.4", "-0.019")), *group("Equity", ("0.6", "-0.016"))]
    period, rows = attributed(api, own, other, linking=linking)
    assert period["active_return"] == 0.0
    assert rows["Equity"] == pytest.approx((0.0, 0.02652, 0.0), rel=1e-14)
    assert rows["Bond"] == pytest.approx((0.0, -0.02652, 0.0), rel=1e-14)


def test_minus_one_is_minus_one(api: httpx.Client) -> None:
    """-0.1 - 0.01 - 0.01 + 0.1 over 0.02: whatever comes later, everything was lost."""
    lost = {"begin_mv": "0.01", "bod_cf": "0.01", "eod_cf": "-0.1", "end_mv": "-0.1"}
    risen = {"begin_mv": "-0.1", "bod_cf": "1.1", "end_mv": "2"}
    sent = {"valuation_points": [{"perf_date": DAYS[0], **lost}, {"perf_date": DAYS[1], **risen}]}
    period = ask(api, "/performance/twr", sent, analyses=ITD)["ITD"]
    assert (period["return"], period["status"], period["status_date"]) == (-1.0, "OK", DAYS[0])


def test_time_weighted_returns_past_all_floats(api: httpx.Client) -> None:
    analyses = [{"period": "ITD", "frequencies": ["DAILY", "WEEKLY", "MONTHLY"]}]
    sent = {"valuation_points": points(LEAST, MOST)}
    period = ask(api, "/performance/twr", sent, analyses=analyses)["ITD"]
    assert (period["return"], period["status"]) == (None, "OVERFLOW")
    assert period["annualised_return"] is None
    daily, weekly, monthly = period["breakdowns"].values()
    assert [one["cumulative_status"] for one in daily] == ["OK"] * 11 + ["OVERFLOW"]
    assert [one["status"] for one in weekly] == ["OK"] * 3
    assert [one["cumulative_return"] for one in weekly][2] is None
    assert [(one["return"], one["status"]) for one in monthly] == [(None, "OVERFLOW")]


@pytest.mark.parametrize("linking", ["CARINO", "FRONGELLO", "NONE"])
def test_contributions_past_all_floats(api: httpx.Client, linking: str) -> None:
    rows = points(LEAST, MOST)
    sent = {
        "portfolio_data": {"valuation_points": rows},
        "positions_data": [{"position_id": "A", "meta": {}, "valuation_points": rows}],
    }
    period = ask(api, "/performance/contribution", sent, analyses=ITD, linking=linking)["ITD"]
    assert (period["portfolio_return"], period["status"]) == (None, "OVERFLOW")
    [position] = period["positions"]
    assert (position["contribution"], position["return_status"]) == (None, "OVERFLOW")


@pytest.mark.parametrize("linking", ["CARINO", "MENCHERO", "GRAP", "FRONGELLO", "NONE"])
def test_attribution_past_all_floats(api: httpx.Client, linking: str) -> None:
    dates = [*DAYS, *(f"2025-02-{day:02d}" for day in range(1, 21))]
    risen, plain = (
        [
            {
                "key": {"asset_class": "Equity"},
                "observations": [
                    {"date": day, "weight_bop": "1", "return_base": value} for day in dates
                ],
            }
        ]
        for value in (MOST, "0.1")
    )
    for frequency in ("DAILY", "MONTHLY"):
        period, rows = attributed(api, risen, plain, linking=linking, frequency=frequency)
        assert (period["status"], period["active_return"]) == ("OVERFLOW", None)
        assert all(effect is None for effect in rows["Equity"])


def test_money_weighted_returns_past_all_floats(api: httpx.Client) -> None:
    """1e-10 is 1e18 after 40 days, and so 1e255 a year: three years of it are too much."""
    sent = {
        "start_date": "2020-01-01",
        "end_date": "2023-01-03",
        "begin_mv": LEAST,
        "end_mv": "0",
        "cash_flows": [{"date": "2020-02-10", "amount": f"-{MOST}"}],
    }
    solved = ask(api, "/performance/mwr", sent)["XIRR"]
    assert (solved["period_return"], solved["status"], solved["reason"]) == (None, "OVERFLOW", None)
    assert solved["annual_rate"] == pytest.approx(10 ** (28 * 365 / 40), rel=1e-9)


def test_series_and_statistics_past_all_floats(api: httpx.Client) -> None:
    """Twenty days of 1e18 in January; three of February are small."""
    january = [f"2025-01-{day:02d}" for day in range(1, 32)]
    dates = [*january[:20], "2025-02-03", "2025-02-04", "2025-02-05"]
    values = [MOST] * 20 + ["0.01", "0.02", "0.03"]
    portfolio = [{"date": day, "return": one} for day, one in zip(dates, values, strict=True)]
    sent = {
        "portfolio": portfolio,
        "benchmark": [{"date": day, "return": "0.01"} for day in dates],
        "calendar": dates,
    }
    path = "/integration/returns/series"
    months = ask(api, path, sent, frequency="MONTHLY")["series"]
    for name in ("portfolio", "excess"):
        over, plain = months[name]
        assert (over["return"], over["status"]) == (None, "OVERFLOW")
        assert "status" not in plain
    assert months["excess"][1]["return"] == pytest.approx(1.01 * 1.02 * 1.03 - 1.01**3)
    figures = ask(api, path, sent, risk_statistics=True)["statistics"]
    assert (figures["status"], figures["observations"]) == ("OVERFLOW", 23)
    assert (figures["linked_return"], figures["annualised_return"]) == (None, None)
    assert figures["volatility"] is not None
    few = {**sent, "portfolio": portfolio[-2:], "calendar": dates[-2:], "benchmark": None}
    figures = ask(api, path, few, risk_statistics=True)["statistics"]
    assert (figures["status"], figures["linked_return"]) == ("TOO_FEW_OBSERVATIONS", None)
