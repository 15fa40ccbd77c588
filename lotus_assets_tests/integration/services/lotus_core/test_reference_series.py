"""Assignment, benchmark returns, risk-free series, and the catalogue of what there is."""

from collections.abc import Callable
from typing import Any

import pytest

from lotus_assets_tests.integration.services.lotus_core.book import (
    ASSIGNMENTS,
    BENCHMARKS,
    CONSTITUENTS,
    CORRECTION,
    FX,
    RETURNS,
    RISK_FREE,
)
from lotus_assets_tests.integration.services.lotus_core.served import Core

WINDOW = {"start_date": "2025-01-01", "end_date": "2025-01-31"}
ASSIGNMENT = "portfolios/P1/benchmark-assignment"
RETURN_SERIES = "benchmarks/BM/return-series"
RISK_FREE_SERIES = "reference/risk-free-series"
SERIES = {"as_of_date": "2025-01-10", "window": WINDOW, "frequency": "DAILY"}


def returns(payload: dict[str, Any]) -> dict[str, float]:
    return {one["series_date"][-2:]: float(one["benchmark_return"]) for one in payload["points"]}


def test_the_assignment(core: Core) -> None:
    payload = core.payload(ASSIGNMENT, as_of_date="2025-01-10")
    assert payload["benchmark_id"] == "BM"
    assert payload["effective_from"] == "2025-01-02"
    assert payload["effective_to"] is None
    assert payload["recorded_at"] == "2025-01-01T23:00:00Z"
    assert payload["contract_version"] == "rfc_062_v1"


def test_of_several_assignments_the_latest_in_order(
    own_core: Core, load: Callable[..., None]
) -> None:
    def assignment(name: str, start: str, recorded: str, version: str, end: str = "") -> Any:
        return {
            **ASSIGNMENTS[0],
            "assignment_id": name,
            "effective_from": f"2025-01-{start}",
            "effective_to": end,
            "recorded_at": f"2025-01-{recorded}T12:00:00Z",
            "version": version,
        }

    load(
        {
            "benchmark_assignments": [
                assignment("LATE-START", "06", "06", "1", "2025-01-08"),
                assignment("SAME-START", "02", "03", "1"),
                assignment("NEWER", "02", "04", "1"),
                assignment("NEWER", "02", "04", "2"),
                assignment("OTHER", "02", "04", "2"),
            ]
        }
    )

    def chosen(day: str) -> tuple[str, int]:
        found = own_core.payload(ASSIGNMENT, as_of_date=f"2025-01-{day}")
        return found["assignment_id"], found["assignment_version"]

    assert chosen("02") == ("A1", 1)  # the others were not known yet
    assert chosen("03") == ("SAME-START", 1)  # recorded later
    assert chosen("04") == ("OTHER", 2)  # same start and recording: version, then id
    assert chosen("07") == ("LATE-START", 1)  # latest effective_from
    assert chosen("09") == ("OTHER", 2)  # the late one has ended


def test_no_assignment(core: Core) -> None:
    missing = core.problem("portfolios/EMPTY/benchmark-assignment", as_of_date="2025-01-10")
    assert missing[:2] == (422, "INSUFFICIENT_DATA")
    unknown = core.problem("portfolios/NOBODY/benchmark-assignment", as_of_date="2025-01-10")
    assert unknown[:2] == (404, "RESOURCE_NOT_FOUND")


def test_daily_returns(core: Core) -> None:
    payload = core.payload(RETURN_SERIES, **SERIES)
    assert returns(payload) == pytest.approx(
        {"03": 0, "06": 0.45 * 0.02, "07": 0, "08": 0.4 * 0.01, "09": 0, "10": 0}
    )
    assert payload["diagnostics"]["missing_business_days"] == ["2025-01-02"]
    assert payload["end_date"] == "2025-01-10"
    assert payload["currency"] == "EUR"


def test_returns_in_another_currency(core: Core) -> None:
    """A euro was worth 1.25 dollars on the 3rd and 1.6 on the 6th, 2 on the 8th."""
    payload = core.payload(RETURN_SERIES, **SERIES, currency="USD")
    assert payload["currency"] == "USD"
    found = returns(payload)
    assert found["03"] == pytest.approx(0, abs=1e-10)
    assert found["06"] == pytest.approx(0.55 * 0.28 + 0.45 * (1.02 * 1.28 - 1), abs=1e-9)
    assert found["08"] == pytest.approx(0.6 * 0.25 + 0.4 * (1.01 * 1.25 - 1), abs=1e-9)
    assert (
        core.payload(RETURN_SERIES, **SERIES, currency="EUR")["points"]
        == (core.payload(RETURN_SERIES, **SERIES)["points"])
    )
    status, _, _ = core.problem(RETURN_SERIES, **SERIES, currency="XXX")
    assert status == 422


def test_a_days_return_is_the_same_whatever_the_window(
    own_core: Core, load: Callable[..., None]
) -> None:
    """Tuesday the 14th is a holiday of the indices, on which a rate was quoted all the same. The
    15th, a rebalance, gains from the 13th's rate on: a dollar is worth half a euro on both days."""
    own = ("13", "15")
    load(
        {
            "constituent_returns": [
                {"constituent_id": name, "return_date": f"2025-01-{day}", "return_local": "0.1"}
                for day in own
                for name in ("IDX-EQ", "IDX-BD")
            ],
            "fx_rates": [
                {**FX[0], "rate_date": f"2025-01-{day}", "rate": rate}
                for day, rate in (("13", "2"), ("14", "2.5"), ("15", "2"))
            ],
            "benchmark_constituents": [
                {**CONSTITUENTS[0], "effective_date": "2025-01-15", "constituent_id": name}
                for name in ("IDX-EQ", "IDX-BD")
            ],
        }
    )
    for start in ("2025-01-03", "2025-01-13", "2025-01-14", "2025-01-15"):
        window = {"start_date": start, "end_date": "2025-01-15"}
        asked = {**SERIES, "as_of_date": "2025-01-15", "window": window}
        assert returns(own_core.payload(RETURN_SERIES, **asked))["15"] == 0.1, start


def test_a_benchmark_that_lost_everything(own_core: Core, load: Callable[..., None]) -> None:
    """Nothing is left to drift: the weights stay those of the rebalance."""
    lost = [
        {"constituent_id": name, "return_date": f"2025-01-{day}", "return_local": value}
        for day, value in (("13", "-1"), ("14", "0.5"))
        for name in ("IDX-EQ", "IDX-BD")
    ]
    rates = [{**FX[0], "rate_date": f"2025-01-{day}", "rate": "2"} for day in ("13", "14")]
    load({"constituent_returns": lost, "fx_rates": rates})
    asked = {**SERIES, "as_of_date": "2025-01-14"}
    found = returns(own_core.payload(RETURN_SERIES, **asked))
    assert (found["13"], found["14"]) == (-1, 0.5)
    linked = own_core.payload(RETURN_SERIES, **{**asked, "frequency": "MONTHLY"})
    assert returns(linked) == {"14": -1}


def test_linked_returns(core: Core) -> None:
    weekly = core.payload(RETURN_SERIES, **{**SERIES, "frequency": "WEEKLY"})
    assert returns(weekly) == pytest.approx({"03": 0, "10": 1.009 * 1.004 - 1}, abs=1e-10)
    for frequency in ("MONTHLY", "QUARTERLY", "YEARLY"):
        payload = core.payload(RETURN_SERIES, **{**SERIES, "frequency": frequency})
        assert returns(payload) == pytest.approx({"10": 1.009 * 1.004 - 1}, abs=1e-10)


def test_returns_that_there_are_not(core: Core) -> None:
    unknown = core.problem("benchmarks/NONE/return-series", **SERIES)
    assert unknown[:2] == (404, "RESOURCE_NOT_FOUND")
    early = {"start_date": "2024-12-01", "end_date": "2024-12-31"}
    assert core.problem(RETURN_SERIES, **{**SERIES, "window": early})[:2] == (
        422,
        "INSUFFICIENT_DATA",
    )
    late = {"start_date": "2025-02-01", "end_date": "2025-02-28"}
    assert core.problem(RETURN_SERIES, **{**SERIES, "window": late})[:2] == (
        400,
        "INVALID_REQUEST",
    )
    hourly = core.problem(RETURN_SERIES, **{**SERIES, "frequency": "HOURLY"})
    assert hourly[:2] == (400, "INVALID_REQUEST")


def test_benchmark_replay(own_core: Core, load: Callable[..., None]) -> None:
    before = own_core.payload(RETURN_SERIES, **SERIES)
    corrected = {**RETURNS[1], "return_local": "0.1", "recorded_at": "2025-01-11T09:00:00Z"}
    load({"constituent_returns": [corrected]})
    after = own_core.payload(RETURN_SERIES, **SERIES)
    assert after["lineage"]["content_hash"] == before["lineage"]["content_hash"]
    later = own_core.payload(RETURN_SERIES, **{**SERIES, "as_of_date": "2025-01-11"})
    assert returns(later)["03"] == pytest.approx(0.1)


def test_rates_travel_with_their_conventions(core: Core) -> None:
    payload = core.payload(
        RISK_FREE_SERIES, **SERIES, currency="EUR", series_mode="annualized_rate_series"
    )
    assert payload["series_mode"] == "annualized_rate_series"
    assert payload["points"] == [
        {
            "series_date": f"2025-01-{day}",
            "value": "0.0225",
            "day_count": "ACT/360",
            "compounding": "SIMPLE",
        }
        for day in ("02", "03")
    ]


def test_returns_can_be_linked_and_rates_cannot(core: Core) -> None:
    weekly = {**SERIES, "frequency": "WEEKLY"}
    payload = core.payload(RISK_FREE_SERIES, **weekly, currency="USD", series_mode="return_series")
    assert [(one["series_date"], one["value"]) for one in payload["points"]] == [
        ("2025-01-03", "0.21"),
        ("2025-01-06", "0.2"),
    ]
    assert payload["points"][0]["day_count"] is None
    refused = core.problem(
        RISK_FREE_SERIES, **weekly, currency="EUR", series_mode="annualized_rate_series"
    )
    assert refused[:2] == (422, "UNSUPPORTED_CONFIGURATION")


@pytest.mark.parametrize(
    ("currency", "mode"), [("EUR", "return_series"), ("JPY", "annualized_rate_series")]
)
def test_a_mode_that_is_not_stored_is_never_relabelled(
    core: Core, currency: str, mode: str
) -> None:
    refused = core.problem(RISK_FREE_SERIES, **SERIES, currency=currency, series_mode=mode)
    assert refused[:2] == (422, "UNSUPPORTED_CONFIGURATION")


def test_no_risk_free_values_in_the_window(own_core: Core, load: Callable[..., None]) -> None:
    asked = {**SERIES, "currency": "EUR", "series_mode": "annualized_rate_series"}
    late = {"start_date": "2025-01-06", "end_date": "2025-01-10"}
    missing = own_core.problem(RISK_FREE_SERIES, **{**asked, "window": late})
    assert missing[:2] == (422, "INSUFFICIENT_DATA")
    before = own_core.payload(RISK_FREE_SERIES, **asked)
    load(
        {"risk_free_rates": [{**RISK_FREE[1], "value": "0.03", "recorded_at": "2025-01-13T09:00Z"}]}
    )
    after = own_core.payload(RISK_FREE_SERIES, **asked)
    assert after["points"] == before["points"]
    later = own_core.payload(RISK_FREE_SERIES, **{**asked, "as_of_date": "2025-01-13"})
    assert later["points"][1]["value"] == "0.03"


def test_the_catalogue_shows_which_data_versions_changed(
    own_core: Core, load: Callable[..., None]
) -> None:
    def versions(day: str) -> dict[str, str]:
        response = own_core.client.get("/integration/portfolios", params={"as_of_date": day})
        assert response.status_code == 200
        return {one["portfolio_id"]: one["data_version"] for one in response.json()["portfolios"]}

    friday, saturday = versions("2025-01-10"), versions("2025-01-11")
    assert sorted(friday) == ["CLOSED", "EMPTY", "P1"]
    load(CORRECTION)
    assert versions("2025-01-10") == friday
    changed = versions("2025-01-11")
    assert {name for name in changed if changed[name] != saturday[name]} == {"P1"}
    load({"benchmarks": [{**BENCHMARKS[0], "benchmark_id": "BM-2"}]})
    assert set(versions("2025-01-10").values()).isdisjoint(friday.values())


def test_benchmarks_and_series_of_the_catalogue(core: Core) -> None:
    asked = {"as_of_date": "2025-01-10"}
    (benchmark,) = core.client.get("/integration/benchmarks", params=asked).json()["benchmarks"]
    assert benchmark["benchmark_id"] == "BM"
    assert benchmark["first_date"] == "2025-01-03"
    series = core.client.get("/integration/reference/risk-free-series", params=asked).json()
    assert [(one["currency"], one["series_mode"]) for one in series["series"]] == [
        ("EUR", "annualized_rate_series"),
        ("USD", "return_series"),
    ]
    assert core.client.get("/integration/portfolios").status_code == 400
