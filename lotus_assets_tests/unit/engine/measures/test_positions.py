"""Returns of positions: by hand, and the same as contribution's to the last bit."""

from datetime import date

import pandas as pd
import pytest

from lotus_assets.engine.measures.contribution import ContributionOptions, contribution
from lotus_assets.engine.measures.positions import (
    position_days,
    position_return_days,
    position_returns,
)
from lotus_assets.engine.performance.periods import Period
from lotus_assets_tests.unit.engine.measures.books import (
    Point,
    parts_of,
    points_of,
    portfolios_of,
)

AS_OF = date(2025, 2, 4)
PERIODS = (Period("MTD"), Period("1Y"), Period("ITD"))
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


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    points = points_of(ROWS).rename(columns={"part_id": "position_id"})
    portfolios = portfolios_of(points, AS_OF)
    return points[points["position_id"] != ""], portfolios


def listed(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"portfolio_id": "P", "position_id": list(names)})


def test_returns_by_hand() -> None:
    points, portfolios = frames()
    rows = position_returns(position_days(points, portfolios, listed("A", "GONE")), PERIODS)
    found = {(row["position_id"], row["period"]): row for row in rows.to_dict("records")}
    # January 1.1 · 72/66; February 79.8/76.
    assert found["A", "MTD"]["position_return"] == pytest.approx(0.05)
    assert found["A", "ITD"]["position_return"] == pytest.approx(1.1 * 72 / 66 * 1.05 - 1)
    # The portfolio opened on 30 January: a year is cut to that.
    assert found["A", "1Y"]["is_clamped"]
    assert found["A", "1Y"]["position_return"] == found["A", "ITD"]["position_return"]
    assert found["GONE", "ITD"]["status"] == "NO_OBSERVATIONS"


def test_they_are_those_of_contribution() -> None:
    points, portfolios = frames()
    days = position_days(points, portfolios, listed("A", "B", "NEW"))
    rows = position_returns(days, PERIODS)
    other = contribution(parts_of(ROWS, AS_OF), ContributionOptions(PERIODS)).positions
    keys = ["portfolio_id", "position_id", "period"]
    both = rows.merge(other, on=keys, suffixes=("", "_there"))
    assert len(both) == len(other)
    assert both["position_return"].tolist() == both["position_return_there"].tolist()


def test_days_explain_the_return() -> None:
    points, portfolios = frames()
    rows = position_return_days(position_days(points, portfolios, listed("A")))
    assert rows["position_id"].tolist() == ["A"] * 3
    assert rows["daily_return"].tolist() == pytest.approx([0.1, 6 / 66, 0.05])


def test_a_position_or_day_that_comes_twice_is_refused() -> None:
    points, portfolios = frames()
    with pytest.raises(ValueError, match="position A is listed twice"):
        position_days(points, portfolios, listed("A", "A"))
    with pytest.raises(ValueError, match="position A: 2025-01-30 comes twice"):
        position_days(pd.concat([points, points.head(1)]), portfolios, listed("A"))
