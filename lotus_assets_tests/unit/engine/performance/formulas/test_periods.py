"""Named periods: starts, clamps, and what cannot be answered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod, Windows, resolve
from lotus_assets.engine.performance.formulas.statuses import Status

DATES = np.arange("2019-12-30", "2025-04-01", dtype="datetime64[D]")
ONE = np.array([0, len(DATES)])


def windows(
    *names: str, as_of: str = "2025-03-31", opened: str = "2019-12-30", known: str = "2019-12-30"
) -> Windows:
    periods = [ReportingPeriod(name) for name in names]
    return resolve(periods, as_of, opened, known, DATES, ONE)


@pytest.mark.parametrize(
    ("period", "as_of", "start"),
    [
        ("MTD", "2025-03-31", "2025-03-01"),
        ("QTD", "2025-03-31", "2025-01-01"),
        ("QTD", "2024-12-31", "2024-10-01"),
        ("YTD", "2025-03-31", "2025-01-01"),
        ("1Y", "2025-03-31", "2024-04-01"),
        ("3Y", "2025-03-31", "2022-04-01"),
        ("5Y", "2025-03-31", "2020-04-01"),
        ("1Y", "2024-02-29", "2023-03-01"),  # 28 February 2023, and a day
        ("1Y", "2025-02-28", "2024-02-29"),
        ("ITD", "2025-03-31", "2019-12-30"),
    ],
)
def test_start(period: str, as_of: str, start: str) -> None:
    found = windows(period, as_of=as_of)
    assert str(found.start_date[0]) == start
    assert found.keys == (period,)
    assert DATES[found.start[0]] == np.datetime64(start)
    assert DATES[found.stop[0] - 1] == np.datetime64(as_of)


def test_start_is_clamped_to_the_open_date() -> None:
    found = windows("3Y", opened="2024-06-03", known="2024-06-03")
    assert str(found.requested_start_date[0]) == "2022-04-01"
    assert str(found.start_date[0]) == "2024-06-03"
    assert found.clamped.tolist() == [True]
    assert found.status[0] == Status.OK


def test_a_window_before_the_known_rows_is_too_short_inception_too() -> None:
    found = windows("MTD", "1Y", "ITD", known="2024-06-03")
    assert found.status.tolist() == [Status.OK, Status.WINDOW_TOO_SHORT, Status.WINDOW_TOO_SHORT]
    assert (found.stop - found.start)[1:].tolist() == [0, 0]


def test_explicit_dates_are_the_key_and_the_end_is_clamped_to_the_as_of_date() -> None:
    period = ReportingPeriod("EXPLICIT", "2025-03-03", "2025-06-30")
    found = resolve([period], "2025-03-31", DATES[0], DATES[0], DATES, ONE)
    assert found.key.tolist() == ["EXPLICIT:2025-03-03:2025-06-30"]
    assert str(found.end_date[0]) == "2025-03-31"


def test_a_window_before_the_portfolio_opened_has_no_observations() -> None:
    period = ReportingPeriod("EXPLICIT", "2018-01-01", "2018-12-31")
    found = resolve([period], "2025-03-31", DATES[0], DATES[0], DATES, ONE)
    assert found.status[0] == Status.NO_OBSERVATIONS


@pytest.mark.parametrize("name", ["WTD", "0Y", "", "1y", "EXPLICIT"])
def test_unknown_periods_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"period|EXPLICIT"):
        ReportingPeriod(name)


def test_inverted_and_doubled_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="inverted"):
        ReportingPeriod("EXPLICIT", "2025-02-01", "2025-01-01")
    with pytest.raises(ValueError, match="twice"):
        windows("MTD", "MTD")


@given(st.permutations(["MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD"]))
def test_the_order_of_periods_changes_nothing(names: list[str]) -> None:
    found = windows(*names)
    rows = dict(zip(found.key, zip(found.start, found.stop, strict=True), strict=True))
    usual = windows("MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD")
    assert rows == dict(zip(usual.key, zip(usual.start, usual.stop, strict=True), strict=True))


def test_every_portfolio_has_its_own_dates() -> None:
    found = resolve(
        [ReportingPeriod("YTD"), ReportingPeriod("ITD")],
        np.array(["2025-03-31", "2024-12-31"], "datetime64[D]"),
        np.array(["2020-01-01", "2024-10-01"], "datetime64[D]"),
        np.array(["2020-01-01", "2024-10-01"], "datetime64[D]"),
        np.concatenate([DATES, DATES]),
        np.array([0, len(DATES), 2 * len(DATES)]),
    )
    assert found.portfolio.tolist() == [0, 0, 1, 1]
    assert found.start_date.astype(str).tolist() == [
        "2025-01-01",
        "2020-01-01",
        "2024-10-01",
        "2024-10-01",
    ]
    assert (found.start[2:] >= len(DATES)).all()
