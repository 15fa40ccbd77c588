"""Money-weighted returns of many windows from frames."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.dated_series import Dated
from lotus_assets.engine.performance.formulas.modified_dietz import FlowTiming
from lotus_assets.engine.performance.frames.mwr import (
    Method,
    MwrOptions,
    mwr,
    mwr_flows,
    up_to_last_valuation,
)

FIRST = np.datetime64("2022-01-01")
XIRR = MwrOptions((Method.XIRR,))
Flow = tuple[int, float]
"""Days after the start, and what was paid in."""
WINDOWS = st.tuples(
    st.floats(-0.5, 1.0),
    st.integers(30, 2000),
    st.lists(st.tuples(st.floats(0, 1), st.floats(1, 100)), max_size=6),
)


def window(rate: float, days: int, flows: list[tuple[float, float]]) -> dict[str, Any]:
    """100 and some flows that earned a rate a year."""
    dated = [(int(share * days), amount) for share, amount in flows]
    end = 100 * (1 + rate) ** (days / 365)
    end += sum(amount * (1 + rate) ** ((days - day) / 365) for day, amount in dated)
    return {"days": days, "end_mv": end, "flows": dated}


def frames(windows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        (f"P{number}", FIRST, FIRST + each["days"], 100.0, each["end_mv"])
        for number, each in enumerate(windows)
    ]
    flows = [
        (number, FIRST + day, amount, "external_flow")
        for number, each in enumerate(windows)
        for day, amount in each["flows"]
    ]
    return (
        pd.DataFrame(
            rows, columns=["portfolio_id", "start_date", "end_date", "begin_mv", "end_mv"]
        ),
        pd.DataFrame(flows, columns=["window", "date", "amount", "type"]).astype(
            {"window": "int64", "date": "datetime64[s]", "amount": "float64"}
        ),
    )


@given(st.lists(WINDOWS, min_size=1, max_size=5))
def test_a_constructed_rate_comes_back(
    asked: list[tuple[float, int, list[tuple[float, float]]]],
) -> None:
    windows, flows = frames([window(*each) for each in asked])
    found = mwr(windows, flows, XIRR)
    assert found["portfolio_id"].tolist() == windows["portfolio_id"].tolist()
    assert found["annual_rate"].tolist() == pytest.approx(
        [rate for rate, _, _ in asked], rel=1e-6, abs=1e-8
    )
    assert found["flow_count"].tolist() == [len(listed) for _, _, listed in asked]
    detail = mwr_flows(windows, flows, XIRR, found["annual_rate"].to_numpy())
    left = detail.groupby("window")["discounted_amount"].sum()
    size = detail.groupby("window")["discounted_amount"].apply(lambda one: one.abs().sum())
    assert (left.abs() <= 1e-9 * size).all()


@given(st.lists(WINDOWS, min_size=2, max_size=5), st.integers(0, 99), st.integers(-9, 9))
def test_neighbours_order_and_scale_change_nothing(
    asked: list[tuple[float, int, list[tuple[float, float]]]], seed: int, power: int
) -> None:
    windows, flows = frames([window(*each) for each in asked])
    found = mwr(windows, flows, MwrOptions())
    mixed = mwr(windows, flows.sample(frac=1, random_state=seed), MwrOptions())
    pd.testing.assert_frame_equal(mixed, found, check_exact=True)
    alone = mwr(windows.iloc[1:2], flows[flows["window"] == 1].assign(window=0), MwrOptions())
    pd.testing.assert_frame_equal(
        alone,
        found[found["portfolio_id"] == "P1"].reset_index(drop=True),
        check_exact=True,
    )
    factor = 2.0**power
    scaled = mwr(
        windows.assign(begin_mv=windows["begin_mv"] * factor, end_mv=windows["end_mv"] * factor),
        flows.assign(amount=flows["amount"] * factor),
        MwrOptions(),
    )
    rates = ["annual_rate", "period_return", "status", "residual"]
    pd.testing.assert_frame_equal(scaled[rates], found[rates], rtol=1e-9, atol=1e-12)


def test_fees_and_taxes_are_the_portfolio_s_own() -> None:
    windows, _ = frames([{"days": 365, "end_mv": 105.0, "flows": []}])
    flows = pd.DataFrame(
        {
            "window": [0, 0, 0],
            "date": [FIRST + 10] * 3,
            "amount": [-3.0, 20.0, -20.0],
            "type": ["fee", None, "external_flow"],
        }
    )
    found = mwr(windows, flows, XIRR)
    assert (found["flow_count"][0], found["net_flow"][0]) == (2, 0)
    assert found["annual_rate"][0] == pytest.approx(0.05)


def test_rows_come_window_by_window_with_both_methods() -> None:
    windows, flows = frames([window(0.1, 400, []), window(0.2, 100, [(0.5, 50.0)])])
    found = mwr(windows, flows, MwrOptions())
    assert found["portfolio_id"].tolist() == ["P0", "P0", "P1", "P1"]
    assert found["method"].tolist() == ["XIRR", "MODIFIED_DIETZ"] * 2
    assert found["is_short_period"].tolist() == [False, False, True, True]
    detail = mwr_flows(
        windows, flows, MwrOptions(flow_timing=FlowTiming.BEGIN), np.array([0.1, np.nan])
    )
    assert detail["kind"].tolist() == ["BEGIN_MV", "END_MV", "BEGIN_MV", "FLOW", "END_MV"]
    assert detail["weight"].tolist()[3] == pytest.approx(51 / 100)
    assert detail["discounted_amount"].isna().tolist() == [False, False, True, True, True]


def test_a_period_return_past_all_floats_has_its_status() -> None:
    """1 becomes e^100 in a year, is taken out, and nothing happens for nine more years."""
    windows = pd.DataFrame(
        {"start_date": [FIRST], "end_date": [FIRST + 3650], "begin_mv": [1.0], "end_mv": [0.0]}
    )
    flows = pd.DataFrame({"window": [0], "date": [FIRST + 365], "amount": [-np.exp(100.0)]})
    found = mwr(windows, flows, XIRR).iloc[0]
    assert (found["status"], found["reason"]) == ("OVERFLOW", None)
    assert found["roots"] == [found["annual_rate"]]
    assert found["annual_rate"] == pytest.approx(np.expm1(100.0), rel=1e-9)
    assert np.isnan(found["period_return"])


def test_windows_end_where_portfolios_closed_and_say_since_when_nothing_was_valued() -> None:
    """The first closed after two years; the second is silent for a year, the third unknown."""
    windows = pd.DataFrame(
        {
            "portfolio_id": ["A", "B", "C"],
            "start_date": FIRST,
            "end_date": FIRST + 1460,
            "begin_mv": 100.0,
            "end_mv": [121.0, 146.41, 146.41],
        }
    )
    flows = pd.DataFrame(
        {"window": np.zeros(0, int), "date": pd.to_datetime([]), "amount": np.zeros(0)}
    )
    days = np.arange(FIRST, FIRST + 731)
    silent = np.arange(FIRST, FIRST + 1095)
    valuations = Dated(np.concatenate([days, silent]), np.array([0, 731, 731 + 1095]))
    closed = np.array([FIRST + 730, "NaT", "NaT"], "datetime64[D]")
    settled = up_to_last_valuation(windows, flows, closed, np.array([0, 1, -1]), valuations)
    assert settled["end_date"].tolist() == [
        pd.Timestamp(FIRST + days) for days in (730, 1460, 1460)
    ]
    assert settled["stale_since"].isna().tolist() == [True, False, True]
    assert settled["stale_since"][1] == pd.Timestamp(FIRST + 1094)
    found = mwr(settled, flows, MwrOptions())
    solved = found[found["method"] == "XIRR"]
    assert solved["annual_rate"].tolist() == pytest.approx([0.1, 0.1, 0.1], rel=1e-9)
    dietz = found[found["method"] == "MODIFIED_DIETZ"]
    assert dietz["annual_rate"].isna().tolist() == [False, True, False]
    assert dietz["annual_rate"].iloc[0] == pytest.approx(0.1, rel=1e-12)
    assert dietz["period_return"].tolist() == pytest.approx([0.21, 0.4641, 0.4641], rel=1e-12)
    assert dietz["reason"].dropna().tolist() == ["STALE_VALUATIONS"]


def test_a_window_is_not_cut_before_its_last_flow() -> None:
    windows, flows = frames([window(0.1, 700, [(0.9, 10.0)])])
    none = Dated(np.array([], "datetime64[D]"), np.array([0, 0]))
    closed = np.array([FIRST + 365], "datetime64[D]")
    settled = up_to_last_valuation(windows, flows, closed, np.array([0]), none)
    assert settled["end_date"][0] == pd.Timestamp(FIRST + 630)
