"""Returns of positions: by hand, and the same as contribution's to the last bit."""

from datetime import date

import pytest

from lotus_assets.engine.performance.formulas.periods import ReportingPeriod
from lotus_assets.engine.performance.frames.contribution import ContributionOptions, contributed
from lotus_assets.engine.performance.frames.positions import position_returns
from lotus_assets_tests.unit.engine.performance.frames.books import Point, parts_of

AS_OF = date(2025, 2, 4)
PERIODS = (ReportingPeriod("MTD"), ReportingPeriod("1Y"), ReportingPeriod("ITD"))
ROWS: list[Point] = [
    ("P", "", "2025-01-30", 100, 0, 0, 0, 106),
    ("P", "", "2025-01-31", 106, 0, 0, -2, 98),
    ("P", "", "2025-02-03", 96, 10, 0, 0, 117),
    ("P", "A", "2025-01-30", 60, 0, 0, 0, 66),
    ("P", "A", "2025-01-31", 66, 0, -6, 0, 66),
    ("P", "A", "2025-02-03", 66, 10, 0, 0, 79.8),
    ("P", "B", "2025-01-30", 40, 0, 0, 0, 40),
    ("P", "B", "2025-01-31", 40, 0, 6, -2, 38),
    ("P", "NEW", "2025-02-03", 30, 0, 0, 0, 33),
]


def test_returns_by_hand() -> None:
    rows = position_returns(parts_of(ROWS, AS_OF), PERIODS)
    found = {(row["position_id"], row["period"]): row for row in rows.to_dict("records")}
    # January 1.1 · 72/66; February 79.8/76.
    assert found["A", "MTD"]["position_return"] == pytest.approx(0.05)
    assert found["A", "ITD"]["position_return"] == pytest.approx(1.1 * 72 / 66 * 1.05 - 1)
    # The portfolio opened on 30 January: a year is cut to that.
    assert found["A", "1Y"]["is_clamped"]
    assert found["A", "1Y"]["position_return"] == found["A", "ITD"]["position_return"]
    assert found["B", "MTD"]["status"] == "NO_OBSERVATIONS"


def test_they_are_those_of_contribution() -> None:
    parts = parts_of(ROWS, AS_OF)
    rows = position_returns(parts, PERIODS)
    other = contributed(parts, ContributionOptions(PERIODS)).positions
    keys = ["portfolio_id", "position_id", "period"]
    both = rows.merge(other, on=keys, suffixes=("", "_there"))
    assert len(both) == len(other)
    assert both["position_return"].tolist() == both["position_return_there"].tolist()
