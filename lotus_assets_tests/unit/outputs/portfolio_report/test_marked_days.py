"""Days about which something is to be known, and valuations that came late."""

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from lotus_assets.analytics.portfolios import returns_series, twr
from lotus_assets.inputs import core_performance_input
from lotus_assets.outputs.portfolio_report.day_rows import marked_days
from lotus_assets.outputs.portfolio_report.report_model import MarkedDays
from lotus_assets.outputs.portfolio_report.report_tables import ReportTables, late_rows
from lotus_assets.outputs.portfolio_report.words import (
    day_meaning,
    reason_note,
    status_note,
)

MONDAY = pd.Timestamp("2026-03-02")


def on(number: int) -> date:
    """A day of that week; Monday is 0."""
    return (MONDAY + pd.Timedelta(days=number)).date()


def valuations(*rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of core_performance_input of which only these columns matter."""
    table = core_performance_input.TABLE
    frame = pd.DataFrame(rows).reindex(columns=table.columns).astype(object)
    return table.schema.coerce_dtype(frame)


def tables(
    marks: list[str], returns: list[float], *, header: str | None = None, breaks: str = "[]"
) -> ReportTables:
    days = pd.DataFrame(
        {
            "portfolio_id": "A",
            "perf_date": pd.date_range(MONDAY, periods=len(marks)),
            "net_return": returns,
            "marks": marks,
        }
    )
    payload = pd.DataFrame(
        {
            "contract": ["performance-input"],
            "subject": ["A"],
            "header": [header],
            "continuity_breaks": [breaks],
        }
    )
    rows = {
        "returns_series": returns_series.TABLE.empty(),
        "twr": twr.TABLE.empty(),
    }
    late = pd.DataFrame()
    return ReportTables(on(6), ("A",), rows, payload, days, late)


def test_neighbours_with_the_same_mark_are_told_together() -> None:
    marks = ["SHORT_CAPITAL", "SHORT_CAPITAL|SMALL_CAPITAL", "", "SHORT_CAPITAL"]
    told = marked_days(tables(marks, [0.01, -0.03, 0.0, 0.02]))["A"]
    assert told == (
        MarkedDays(
            "SHORT_CAPITAL", on(0), on(1), 2, "returned \N{MINUS SIGN}3.00\xa0% to 1.00\xa0%"
        ),
        MarkedDays("SMALL_CAPITAL", on(1), on(1), 1, "returned \N{MINUS SIGN}3.00\xa0%"),
        MarkedDays("SHORT_CAPITAL", on(3), on(3), 1, "returned 2.00\xa0%"),
    )


def test_days_that_lost_everything_or_more_are_marked() -> None:
    told = marked_days(tables(["", "", ""], [-1.0, 0.5, -1.25]))["A"]
    assert [(one.code, one.first) for one in told] == [
        ("TOTAL_LOSS", on(0)),
        ("BROKEN_CHAIN", on(2)),
    ]


def test_what_lotus_core_and_the_gate_said_of_days_is_told() -> None:
    header = json.dumps({"diagnostics": {"missing_business_days": [str(on(2)), str(on(3))]}})
    breaks = json.dumps([{"id": None, "date": str(on(n)), "amount": str(n + 0.5)} for n in (3, 4)])
    told = marked_days(tables([""], [0.0], header=header, breaks=breaks))["A"]
    assert told == (
        MarkedDays("MISSING_BUSINESS_DAY", on(2), on(3), 2, ""),
        MarkedDays("CONTINUITY_BREAK", on(3), on(3), 1, "by 3.50"),
        MarkedDays("CONTINUITY_BREAK", on(4), on(4), 1, "by 4.50"),
    )


def valuation(perf_date: int, known: int, version: str, end_mv: float) -> dict[str, Any]:
    return {
        "portfolio_id": "A",
        "perf_date": MONDAY + pd.Timedelta(days=perf_date),
        "as_of_date": MONDAY + pd.Timedelta(days=known),
        "data_version": version,
        "end_mv": end_mv,
    }


def test_a_correction_stands_beside_the_value_before_it_and_an_addition_beside_none() -> None:
    first, second, third = (
        valuation(0, 0, "1", 100.0),
        valuation(0, 2, "2", 101.0),
        valuation(0, 4, "3", 102.0),
    )
    added = valuation(1, 4, "3", 50.0)
    late, replaced = valuations(second, third, added), valuations(first, second)
    told = late_rows(late, replaced)
    assert told["perf_date"].tolist() == [MONDAY, MONDAY + pd.Timedelta(days=1)]
    assert told["end_mv"].tolist() == [102.0, 50.0]
    assert told["previous_end_mv"].iloc[0] == 101.0
    assert pd.isna(told["previous_end_mv"].iloc[1])


def test_a_row_that_came_in_time_is_no_correction() -> None:
    nothing = core_performance_input.TABLE.empty()
    assert late_rows(nothing, nothing).empty


@pytest.mark.parametrize("status", twr.STATUSES)
def test_every_status_but_ok_is_explained_with_its_day(status: str) -> None:
    told = status_note(status, on(0))
    assert "2 Mar 2026" in told
    assert status_note("OK") == ""


@pytest.mark.parametrize("reason", [one for one in twr.REASONS if one != "NO_RETURN"])
def test_every_reason_is_explained(reason: str) -> None:
    assert len(reason_note(reason)) > 20


def test_every_mark_has_a_meaning() -> None:
    names = ("SMALL_CAPITAL", "NO_CAPITAL", "SHORT_CAPITAL", "UNDEFINED", "TOTAL_LOSS")
    assert all(day_meaning(name).meaning for name in names)
