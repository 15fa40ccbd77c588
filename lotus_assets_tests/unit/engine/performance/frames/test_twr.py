"""Time-weighted returns of many portfolios from frames: what changes nothing, and what decides."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.annualisation import AnnualisationBasis
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.daily_returns import Basis
from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.frames.portfolio_days import (
    PortfolioDays,
    portfolio_days,
    portfolios_frame,
)
from lotus_assets.engine.performance.frames.twr import (
    TwrOptions,
    twr,
    twr_buckets,
    twr_days,
)

AMOUNTS = ["begin_mv", "bod_cf", "eod_cf", "mgmt_fees", "end_mv"]
FIRST = np.datetime64("2024-01-01")
BOTH = TwrOptions()
WHOLE = TwrOptions((ReportingPeriod("ITD"),), (Basis.NET,))

Day = tuple[float, float, float, float]
"""Return, flow at the beginning, flow at the end, fee: shares of the value before."""
DAYS = st.lists(
    st.tuples(
        st.floats(-0.3, 0.3), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(-0.02, 0)
    ),
    min_size=1,
    max_size=40,
)


def points_of(*portfolios: list[Day]) -> pd.DataFrame:
    """A value that earns each day's return after its first flow, and pays its fee at the end."""
    rows = []
    for number, days in enumerate(portfolios):
        value = 1000.0
        for place, (one, at_begin, at_end, fee) in enumerate(days):
            bod, charge = value * at_begin, value * fee
            capital = value + bod
            # The return is net: the fee is added back to the value before it.
            end = capital * (1 + one) + value * at_end - charge
            rows.append((f"P{number}", FIRST + place, value, bod, value * at_end, charge, end))
            value = max(end + charge, 1.0)
    return pd.DataFrame(rows, columns=["portfolio_id", "perf_date", *AMOUNTS])


def days_of(points: pd.DataFrame, as_of: date = date(2024, 3, 31)) -> PortfolioDays:
    names = sorted(points["portfolio_id"].unique())
    portfolios = pd.DataFrame(
        {
            "portfolio_id": names,
            "as_of_date": pd.Timestamp(as_of),
            "portfolio_open_date": FIRST,
            "performance_start_date": FIRST,
        }
    )
    return portfolio_days(points, portfolios)


@given(st.lists(DAYS, min_size=1, max_size=4), st.integers(0, 99))
def test_the_order_of_rows_changes_no_bit(portfolios: list[list[Day]], seed: int) -> None:
    points = points_of(*portfolios)
    mixed = points.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(
        twr(days_of(mixed), BOTH), twr(days_of(points), BOTH), check_exact=True
    )


@given(st.lists(DAYS, min_size=2, max_size=5))
def test_a_portfolio_is_what_it_is_alone(portfolios: list[list[Day]]) -> None:
    points = points_of(*portfolios)
    together = twr(days_of(points), BOTH)
    buckets = twr_buckets(days_of(points), BOTH)
    for name, own in points.groupby("portfolio_id"):
        for all_of_them, alone in (
            (together, twr(days_of(own), BOTH)),
            (buckets, twr_buckets(days_of(own), BOTH)),
        ):
            chosen = all_of_them[all_of_them["portfolio_id"] == name].reset_index(drop=True)
            pd.testing.assert_frame_equal(chosen, alone, check_dtype=False, check_exact=True)


@given(DAYS, st.integers(-20, 20))
def test_scaling_all_money_changes_nothing(days: list[Day], power: int) -> None:
    points = points_of(days)
    scaled = points.assign(**{name: points[name] * 2.0**power for name in AMOUNTS})
    pd.testing.assert_frame_equal(
        twr(days_of(scaled), BOTH), twr(days_of(points), BOTH), rtol=1e-12, atol=1e-15
    )


@given(DAYS, st.data())
def test_splitting_a_period_changes_nothing(days: list[Day], data: st.DataObject) -> None:
    last = FIRST + len(days) - 1
    cut = FIRST + data.draw(st.integers(0, len(days) - 1))
    whole = ReportingPeriod("EXPLICIT", FIRST, last)
    parts = [ReportingPeriod("EXPLICIT", FIRST, cut)]
    if cut < last:
        parts.append(ReportingPeriod("EXPLICIT", cut + 1, last))
    own = days_of(points_of(days))
    found = twr(own, TwrOptions((whole,), (Basis.NET,)))["period_return"][0]
    if len(parts) == 1:
        return
    split = twr(own, TwrOptions(tuple(parts), (Basis.NET,)))["period_return"].to_numpy(np.float64)
    assert np.prod(1 + split) - 1 == pytest.approx(found, rel=1e-12, abs=1e-13)


@given(st.floats(-0.2, 0.2), DAYS)
def test_equal_returns_make_flows_irrelevant(one: float, days: list[Day]) -> None:
    same = [(one, begin, end, fee) for _, begin, end, fee in days]
    found = twr(days_of(points_of(same)), WHOLE)["period_return"][0]
    assert found == pytest.approx((1 + one) ** len(days) - 1, rel=1e-10, abs=1e-11)


@given(DAYS)
def test_buckets_link_to_their_period(days: list[Day]) -> None:
    own = days_of(points_of(days))
    found = twr(own, WHOLE)["period_return"][0]
    for frequency, rows in twr_buckets(own, WHOLE, tuple(Frequency)).groupby("frequency"):
        linked = np.prod(1 + rows["bucket_return"].to_numpy(np.float64)) - 1
        assert linked == pytest.approx(found, rel=1e-11, abs=1e-12), frequency
        last = rows["cumulative_return"].iloc[-1]
        assert last == pytest.approx(found, rel=1e-12, abs=1e-13)


def test_breakdowns_of_the_longest_period_that_can_be_computed() -> None:
    """P0 is known since it opened: ITD. Of P1 only the quarter is known: QTD, before MTD."""
    points = points_of([(0.01, 0, 0, 0)] * 40, [(0.01, 0, 0, 0)] * 40)
    portfolios = pd.DataFrame(
        {
            "portfolio_id": ["P0", "P1"],
            "as_of_date": pd.Timestamp("2024-02-09"),
            "portfolio_open_date": pd.to_datetime(["2024-01-01", "2019-05-06"]),
            "performance_start_date": pd.Timestamp("2024-01-01"),
        }
    )
    days = portfolio_days(points, portfolios)
    options = TwrOptions(tuple(ReportingPeriod(name) for name in ("MTD", "QTD", "1Y", "ITD")))
    found = twr_buckets(days, options, (Frequency.MONTHLY,), longest_only=True)
    periods = found.groupby("portfolio_id")["period"].unique().map(list).to_dict()
    assert periods == {"P0": ["ITD"], "P1": ["QTD"]}
    assert len(found) == 2 * 2 * 2


def test_the_sign_of_capital_received_outweighs_floats() -> None:
    points = pd.DataFrame(
        [("P0", "2024-01-02", 1e12, -1e12, 0.0, 0.0, 0.0)],
        columns=["portfolio_id", "perf_date", *AMOUNTS],
    )
    none = twr_days(days_of(points.assign(capital_sign=0)))
    assert (none["marks"][0], none["daily_return"][0]) == ("NO_CAPITAL", 0.0)
    some = twr_days(days_of(points.assign(capital_sign=-1)))
    assert some["marks"][0] == "SHORT_CAPITAL"
    assert some["capital"][0] == -1e-10
    # All of the debt is gone: the short position gained its whole size.
    assert some["daily_return"][0] == pytest.approx(1.0)


def test_an_average_of_periods_is_not_the_return_of_both() -> None:
    """MBA Skool, Business Concepts, "Time Weighted Rate of Return".

    200,000 becomes 206,000; 10,000 come in; 216,000 becomes 240,000. Printed: 3 % and 11 %, and
    (1.03 * 1.11)^0.5 - 1 = 6.9 % as "time weighted". That is the average of the two periods; the
    return of both together, by the definition, is 1.03 * 240/216 - 1 = 14.4 %.
    """
    points = pd.DataFrame(
        [
            ("P0", "2024-01-02", 200_000.0, 0.0, 0.0, 0.0, 206_000.0),
            ("P0", "2024-01-17", 206_000.0, 10_000.0, 0.0, 0.0, 240_000.0),
        ],
        columns=["portfolio_id", "perf_date", *AMOUNTS],
    )
    own = days_of(points)
    assert twr_days(own)["daily_return"].tolist() == pytest.approx([0.03, 0.11], abs=2e-3)
    found = twr(own, WHOLE)["period_return"][0]
    assert found == pytest.approx(1.03 * 240 / 216 - 1, rel=1e-14)
    assert (1 + found) ** 0.5 - 1 == pytest.approx(0.069, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda points: points.assign(portfolio_id=["P0", "PX"]), "PX has points but is not"),
        (lambda points: points.assign(perf_date=points["perf_date"].iloc[0]), "dates"),
    ],
)
def test_frames_that_do_not_fit_are_refused(change: object, said: str) -> None:
    points = points_of([(0.01, 0, 0, 0)] * 2)
    portfolios = pd.DataFrame(
        {
            "portfolio_id": ["P0"],
            "as_of_date": pd.Timestamp("2024-03-31"),
            "portfolio_open_date": FIRST,
            "performance_start_date": FIRST,
        }
    )
    with pytest.raises(ValueError, match=said):
        portfolio_days(change(points), portfolios)  # type: ignore[operator]
    with pytest.raises(ValueError, match="P0 is listed twice"):
        portfolio_days(points, pd.concat([portfolios, portfolios]))
    with pytest.raises(ValueError, match="BUS/252"):
        twr(
            portfolio_days(points, portfolios),
            TwrOptions(annualisation=AnnualisationBasis.BUS_252),
        )


DOUBLED = [("2021-01-04", 100.0, 200.0), ("2022-01-03", 200.0, 400.0)]
"""Doubles on its first day, and on its last, 365 days after a first day of 365."""


def doubled(as_of: str, closed: date | None) -> dict[str, Any]:
    points = pd.DataFrame(
        [(day, begin, 0.0, 0.0, 0.0, end) for day, begin, end in DOUBLED],
        columns=["perf_date", *AMOUNTS],
    ).assign(portfolio_id="P0")
    points["perf_date"] = pd.to_datetime(points["perf_date"])
    opened = date(2021, 1, 4)
    portfolios = portfolios_frame(["P0"], date.fromisoformat(as_of), opened, opened, closed)
    periods = tuple(ReportingPeriod(name) for name in ("ITD", "5Y", "1Y"))
    found = twr(portfolio_days(points, portfolios), TwrOptions(periods, (Basis.NET,)))
    return {str(row["period"]): row for row in found.to_dict("records")}


def test_what_closed_is_annualised_over_its_own_days() -> None:
    """4 times the money in the 365 days from 4 January 2021 to 3 January 2022: 300 % a year, as
    of any later day."""
    for as_of in ("2022-01-03", "2022-07-01", "2025-06-30"):
        found = doubled(as_of, date(2022, 1, 3))
        for period in ("ITD", "5Y"):
            assert str(found[period]["end_date"].date()) == "2022-01-03"
            assert found[period]["annualised_return"] == pytest.approx(3.0, rel=1e-14)
            assert pd.isna(found[period]["stale_since"])
    one = doubled("2025-06-30", date(2022, 1, 3))["1Y"]
    assert (one["status"], one["is_clamped"]) == ("CLOSED", False)
    assert (str(one["start_date"].date()), str(one["end_date"].date())) == (
        "2024-07-01",
        "2025-06-30",
    )
    assert np.isnan(one["period_return"])


def test_what_was_not_valued_for_long_is_not_annualised() -> None:
    found = doubled("2024-01-03", None)
    assert found["ITD"]["period_return"] == pytest.approx(3.0, rel=1e-14)
    assert np.isnan(found["ITD"]["annualised_return"])
    assert found["ITD"]["annualisation_reason"] == "STALE_VALUATIONS"
    assert str(found["ITD"]["stale_since"].date()) == "2022-01-03"
    assert found["1Y"]["status"] == "NO_OBSERVATIONS"
    # A gap as long as the last before it, 364 days, is how this portfolio is valued.
    usual = doubled("2023-01-02", None)["ITD"]
    assert pd.isna(usual["stale_since"])
    assert usual["annualised_return"] == pytest.approx(4 ** (365 / 729) - 1, rel=1e-13)
