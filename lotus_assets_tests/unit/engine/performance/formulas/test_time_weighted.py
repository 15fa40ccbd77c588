"""Time-weighted returns of many portfolios, periods and buckets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas import segments
from lotus_assets.engine.performance.formulas.annualisation import (
    AnnualisationBasis,
    BusinessCalendars,
)
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.formulas.time_weighted import breakdown, time_weighted_returns
from lotus_assets_tests.unit.engine.performance.formulas.builders import (
    daily_values,
    from_returns,
    windows_of,
)

daily = st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=40)


def test_one_portfolio_by_hand() -> None:
    values = daily_values(
        [
            ("2025-01-30", 100, 0, 0, 0, 110),
            ("2025-01-31", 110, 90, 0, -2, 204),
            ("2025-02-03", 202, 0, -50, -1, 172),
        ]
    )
    periods = [
        ReportingPeriod("MTD"),
        ReportingPeriod("YTD"),
        ReportingPeriod("EXPLICIT", "2025-01-31", "2025-02-01"),
    ]
    windows = windows_of(values, *periods, as_of="2025-02-03")
    gross = time_weighted_returns(values, windows, Basis.GROSS).set_index("period")["return"]
    net = time_weighted_returns(values, windows, Basis.NET).set_index("period")["return"]
    # 10 %, then 4 of 200 (2 after the fee), then 172 + 50 - 202 = 20 of 202 (19 after).
    assert gross["MTD"] == pytest.approx(20 / 202)
    assert net["MTD"] == pytest.approx(19 / 202)
    assert net["EXPLICIT:2025-01-31:2025-02-01"] == pytest.approx(0.01)
    frame = time_weighted_returns(values, windows).set_index("period")
    assert frame.loc["YTD", "requested_start_date"] == pd.Timestamp("2025-01-01")
    assert frame.loc["YTD", "clamped"]
    assert net["YTD"] == pytest.approx(1.1 * 1.01 * (1 + 19 / 202) - 1)


@given(st.lists(daily, min_size=1, max_size=6), st.integers(1, 50))
def test_chunks_and_neighbours_change_no_bit(portfolios: list[list[float]], rows: int) -> None:
    values = from_returns("2025-01-01", *portfolios)
    windows = windows_of(values, ReportingPeriod("MTD"), ReportingPeriod("ITD"), as_of="2025-02-15")
    with pytest.MonkeyPatch.context() as patch:
        whole = time_weighted_returns(values, windows)["return"].tolist()
        original = segments.chunks
        patch.setattr(
            "lotus_assets.engine.performance.formulas.time_weighted.chunks",
            lambda offsets: original(offsets, rows),
        )
        cut = time_weighted_returns(values, windows)["return"].tolist()
    np.testing.assert_array_equal(cut, whole)


def test_the_day_that_decides_is_named() -> None:
    values = from_returns("2025-01-01", [0.1, -1.2, 0.1], [0.1, -1.0, 0.1])
    frame = time_weighted_returns(values, windows_of(values))
    assert frame["status"].tolist() == ["BROKEN_CHAIN", "OK"]
    assert frame["status_date"].tolist() == [pd.Timestamp("2025-01-02")] * 2
    assert frame["return"].isna().tolist() == [True, False]
    assert frame["return"][1] == -1.0


def test_unusable_windows_keep_their_status() -> None:
    values = from_returns("2025-01-01", [0.1])
    frame = time_weighted_returns(
        values, windows_of(values, ReportingPeriod("YTD"), as_of="2026-01-31")
    )
    assert frame["status"].tolist() == ["NO_OBSERVATIONS"]


def test_business_days_annualise() -> None:
    values = from_returns("2024-01-01", [0.0] * 365 + [0.21])
    calendars = BusinessCalendars([values.dates], np.array([0]))
    windows = windows_of(values)
    found = time_weighted_returns(
        values, windows, annualisation=AnnualisationBasis.BUS_252, calendars=calendars
    )
    assert found["annualised_return"][0] == pytest.approx(1.21 ** (252 / 366) - 1, rel=1e-12)


@pytest.mark.parametrize(
    ("frequency", "labels", "ends"),
    [
        (Frequency.YEARLY, ["2024", "2025"], ["2024-12-31", "2025-01-06"]),
        (Frequency.QUARTERLY, ["2024-Q4", "2025-Q1"], ["2024-12-31", "2025-01-06"]),
        (Frequency.MONTHLY, ["2024-12", "2025-01"], ["2024-12-31", "2025-01-06"]),
        # 30 December 2024 is a Monday: its ISO week is the first of 2025.
        (
            Frequency.WEEKLY,
            ["2024-W52", "2025-W01", "2025-W02"],
            ["2024-12-29", "2025-01-05", "2025-01-06"],
        ),
    ],
)
def test_bucket_labels_and_dates(frequency: Frequency, labels: list[str], ends: list[str]) -> None:
    values = from_returns("2024-12-28", [0.01] * 10)
    found = breakdown(values, windows_of(values), [frequency])
    assert found["bucket"].tolist() == labels
    assert found["end_date"].dt.strftime("%Y-%m-%d").tolist() == ends


def test_days_without_observations_are_absent() -> None:
    values = daily_values([("2025-01-06", 100, 0, 0, 0, 110), ("2025-01-20", 110, 0, 0, 0, 121)])
    found = breakdown(values, windows_of(values), [Frequency.WEEKLY])
    assert found["bucket"].tolist() == ["2025-W02", "2025-W04"]
    assert found["cumulative_return"].tolist() == pytest.approx([0.1, 0.21])
    daily_labels = breakdown(values, windows_of(values), [Frequency.DAILY])["bucket"]
    assert daily_labels.tolist() == ["2025-01-06", "2025-01-20"]


@given(st.lists(daily, min_size=1, max_size=4), st.sampled_from(Frequency))
def test_buckets_link_to_the_period(portfolios: list[list[float]], frequency: Frequency) -> None:
    values = from_returns("2024-12-20", *portfolios)
    windows = windows_of(values, ReportingPeriod("YTD"), ReportingPeriod("ITD"), as_of="2025-02-28")
    keys = ["portfolio", "period"]
    whole = time_weighted_returns(values, windows).set_index(keys)["return"].to_dict()
    found = breakdown(values, windows, [frequency])
    for key, rows in found.groupby(keys):
        assert rows["cumulative_return"].iloc[-1] == pytest.approx(whole[key], rel=1e-12, abs=1e-14)
        linked = np.prod(1 + rows["return"]) - 1
        assert linked == pytest.approx(whole[key], rel=1e-12, abs=1e-14)


def test_cumulative_returns_stop_at_the_broken_day() -> None:
    values = from_returns("2025-01-30", [0.1, -1.5, 0.1, 0.1])
    found = breakdown(values, windows_of(values), [Frequency.MONTHLY])
    assert found["status"].tolist() == ["BROKEN_CHAIN", "OK"]
    assert found["cumulative_status"].tolist() == ["BROKEN_CHAIN", "BROKEN_CHAIN"]
    lost = from_returns("2025-01-30", [0.1, -1.0, 0.1, 0.1])
    after = breakdown(lost, windows_of(lost), [Frequency.MONTHLY])
    assert after["cumulative_return"].tolist() == [-1.0, -1.0]
    assert after["return"].tolist() == [-1.0, pytest.approx(0.21)]
