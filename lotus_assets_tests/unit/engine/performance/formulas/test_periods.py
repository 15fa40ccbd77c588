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


def closed(*periods: ReportingPeriod, as_of: str = "2025-03-31", on: str = "2024-01-15") -> Windows:
    """Windows of a portfolio that opened with the first date and closed on a day."""
    dates = DATES[np.datetime64(on) >= DATES]
    return resolve(periods, as_of, DATES[0], DATES[0], dates, np.array([0, len(dates)]), on)


def test_a_period_ends_where_the_portfolio_closed() -> None:
    itd, three = closed(ReportingPeriod("ITD")), closed(ReportingPeriod("3Y"))
    assert (str(itd.start_date[0]), str(itd.end_date[0])) == ("2019-12-30", "2024-01-15")
    assert (str(three.start_date[0]), str(three.end_date[0])) == ("2022-04-01", "2024-01-15")
    for found in (itd, three):
        assert found.status.tolist() == [Status.OK]
        assert found.clamped.tolist() == [True]
        assert np.isnat(found.stale_since).all()
        assert str(DATES[found.stop[0] - 1]) == "2024-01-15"


def test_a_period_after_the_close_keeps_its_dates() -> None:
    explicit = ReportingPeriod("EXPLICIT", "2024-01-16", "2024-02-29")
    found = closed(ReportingPeriod("YTD"), ReportingPeriod("1Y"), explicit)
    assert found.status.tolist() == [Status.CLOSED] * 3
    assert found.start_date.astype(str).tolist() == ["2025-01-01", "2024-04-01", "2024-01-16"]
    assert found.end_date.astype(str).tolist() == ["2025-03-31", "2025-03-31", "2024-02-29"]
    assert found.clamped.tolist() == [False] * 3
    assert (found.stop == found.start).all()


def test_a_close_that_is_still_to_come_changes_nothing() -> None:
    found = closed(ReportingPeriod("MTD"), on="2025-06-30")
    assert str(found.end_date[0]) == "2025-03-31"
    assert found.clamped.tolist() == [False]


MONTH_ENDS = np.arange("2023-02", "2025-02", dtype="datetime64[M]").astype("datetime64[D]") - 1
"""31 January 2023 to 31 December 2024."""


@pytest.mark.parametrize(
    ("dates", "as_of", "since"),
    [
        (DATES, "2025-04-07", None),  # 7 days after 31 March
        (DATES, "2025-04-08", "2025-03-31"),
        (MONTH_ENDS, "2025-01-31", None),  # 31 days, as between other month ends
        (MONTH_ENDS, "2025-02-01", "2024-12-31"),
        # A gap of 60 days, two years before, excuses nothing now; in the year before it does.
        (np.delete(MONTH_ENDS, 2), "2025-02-05", "2024-12-31"),
        (np.delete(MONTH_ENDS, 14), "2025-02-05", None),
    ],
)
def test_a_last_valuation_is_stale_beyond_the_year_s_longest_gap(
    dates: np.ndarray, as_of: str, since: str | None
) -> None:
    rows = np.array([0, len(dates)])
    [found] = resolve([ReportingPeriod("ITD")], as_of, dates[0], dates[0], dates, rows).stale_since
    assert (None if np.isnat(found) else str(found)) == since


def test_a_period_is_stale_by_the_last_row_before_its_own_end() -> None:
    silent = DATES[(np.datetime64("2025-01-31") >= DATES) | (np.datetime64("2025-03-03") <= DATES)]
    january = ReportingPeriod("EXPLICIT", "2025-01-01", "2025-02-14")
    found = resolve(
        [ReportingPeriod("YTD"), january],
        "2025-03-31",
        DATES[0],
        DATES[0],
        silent,
        np.array([0, len(silent)]),
    )
    assert found.stale_since.astype(str).tolist() == ["NaT", "2025-01-31"]


@given(
    st.lists(
        st.sampled_from(["MTD", "QTD", "YTD", "1Y", "3Y", "5Y", "ITD"]), unique=True, min_size=1
    ),
    st.sampled_from(["NaT", "2019-12-30", "2023-05-05", "2025-03-15", "2026-01-01"]),
    st.sampled_from(["2025-03-31", "2025-04-30", "2031-01-01"]),
)
def test_a_period_alone_is_what_it_is_beside_others(
    names: list[str], close: str, as_of: str
) -> None:
    dates = DATES if close == "NaT" else DATES[np.datetime64(close) >= DATES]
    rows = np.array([0, len(dates)])

    def resolved(*asked: str) -> list[tuple[str, ...]]:
        periods = [ReportingPeriod(name) for name in asked]
        found = resolve(periods, as_of, DATES[0], "2022-01-01", dates, rows, close)
        columns = ("key", "start_date", "end_date", "clamped", "status", "stale_since", "stop")
        return list(zip(*(getattr(found, name).astype(str) for name in columns), strict=True))

    assert resolved(*names) == [one for name in names for one in resolved(name)]
