"""Curves and benchmark returns of windows, beside what was worked out by hand."""

import math
from typing import Any

import pandas as pd
import pytest

from lotus_assets.outputs.portfolio_report.return_curves import (
    BENCHMARK,
    GROSS,
    NET,
    benchmark_returns,
    cumulative_returns,
    longest_windows,
)

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = pd.date_range("2026-03-02", periods=5)


def days(name: str, *returns: tuple[pd.Timestamp, float]) -> pd.DataFrame:
    """Valued days: gross is a hundredth above net."""
    frame = pd.DataFrame(returns, columns=["perf_date", "net_return"])
    return frame.assign(portfolio_id=name, gross_return=frame["net_return"] + 0.01)


def series(name: str, *returns: tuple[pd.Timestamp, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(returns, columns=["date", "benchmark_return"]).assign(portfolio_id=name)
    return frame.astype({"benchmark_return": "Float64"})


def windows(*rows: tuple[str, pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["portfolio_id", "start_date", "end_date"])


def points(curve: pd.DataFrame, name: str, which: str, column: str) -> dict[Any, float]:
    chosen = curve[(curve["portfolio_id"] == name) & (curve["series"] == which)]
    return dict(zip(chosen["date"], chosen[column], strict=True))


NO_BENCHMARK = series("A")


def test_a_curve_links_days_and_begins_at_nothing_on_the_day_before() -> None:
    held = days("A", (TUESDAY, 0.10), (WEDNESDAY, -0.20), (THURSDAY, 0.25))
    curve = cumulative_returns(windows(("A", TUESDAY, FRIDAY)), held, NO_BENCHMARK)
    assert points(curve, "A", NET, "cumulative_return") == pytest.approx(
        {MONDAY: 0.0, TUESDAY: 0.10, WEDNESDAY: 1.1 * 0.8 - 1, THURSDAY: 0.10}
    )
    assert points(curve, "A", NET, "drawdown") == pytest.approx(
        {MONDAY: 0.0, TUESDAY: 0.0, WEDNESDAY: -0.20, THURSDAY: 0.0}
    )
    assert points(curve, "A", GROSS, "cumulative_return")[THURSDAY] == pytest.approx(
        1.11 * 0.81 * 1.26 - 1
    )
    assert points(curve, "A", BENCHMARK, "cumulative_return") == {}


def test_a_curve_ends_where_more_than_all_was_lost_and_stays_where_all_was() -> None:
    held = pd.concat(
        [
            days("A", (MONDAY, 0.1), (TUESDAY, -1.2), (WEDNESDAY, 0.5)),
            days("B", (MONDAY, 0.1), (TUESDAY, -1.0), (WEDNESDAY, 0.5)),
            days("C", (MONDAY, 0.1), (TUESDAY, math.nan), (WEDNESDAY, 0.5)),
        ]
    )
    asked = windows(*((name, MONDAY, WEDNESDAY) for name in "ABC"))
    curve = cumulative_returns(asked, held, NO_BENCHMARK)
    for broken in "AC":
        levels = points(curve, broken, NET, "cumulative_return")
        assert levels[MONDAY] == pytest.approx(0.1)
        assert math.isnan(levels[TUESDAY])
        assert math.isnan(levels[WEDNESDAY])
    lost = points(curve, "B", NET, "cumulative_return")
    assert (lost[TUESDAY], lost[WEDNESDAY]) == (-1.0, -1.0)
    assert points(curve, "B", NET, "drawdown")[WEDNESDAY] == -1.0


def test_a_benchmark_is_read_from_the_portfolio_s_last_valuation_before_the_window() -> None:
    held = days("A", (MONDAY, 0.0), (THURSDAY, 0.0), (FRIDAY, 0.0))
    index = series(
        "A",
        (MONDAY, 0.5),
        (TUESDAY, 0.1),
        (WEDNESDAY, 0.1),
        (THURSDAY, 0.1),
        (FRIDAY, None),
    )
    asked = windows(("A", WEDNESDAY, FRIDAY), ("A", FRIDAY, FRIDAY))
    found = benchmark_returns(asked, held, index)
    # The return of Wednesday on runs from Monday's valuation: Tuesday belongs to it too.
    assert found["benchmark_return"].iloc[0] == pytest.approx(1.1**3 - 1)
    assert found["benchmark_days_missing"].tolist() == [1, 1]
    assert math.isnan(found["benchmark_return"].iloc[1])


def test_a_benchmark_is_read_no_longer_than_the_portfolio_was_valued() -> None:
    held = days("A", (MONDAY, 0.0), (TUESDAY, 0.0))
    index = series("A", (MONDAY, 0.02), (TUESDAY, 0.03), (WEDNESDAY, 0.5))
    found = benchmark_returns(windows(("A", MONDAY, FRIDAY)), held, index)
    assert found["benchmark_return"].tolist() == pytest.approx([1.02 * 1.03 - 1])
    curve = cumulative_returns(windows(("A", MONDAY, FRIDAY)), held, index)
    assert max(points(curve, "A", BENCHMARK, "cumulative_return")) == TUESDAY


def test_a_curve_runs_over_the_period_of_the_breakdown() -> None:
    twr = pd.DataFrame(
        {
            "portfolio_id": ["A", "A", "A", "B"],
            "metric_basis": [NET, NET, GROSS, NET],
            "period": ["5Y", "ITD", "5Y", "5Y"],
            "start_date": [MONDAY, TUESDAY, MONDAY, MONDAY],
            "end_date": [FRIDAY] * 4,
        }
    )
    breakdown = pd.DataFrame({"portfolio_id": ["A", "A"], "period": ["5Y", "5Y"]})
    assert longest_windows(twr, breakdown).to_dict("records") == [
        {"portfolio_id": "A", "period": "5Y", "start_date": MONDAY, "end_date": FRIDAY}
    ]
