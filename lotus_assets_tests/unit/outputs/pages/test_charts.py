"""Charts: where things stand in a plot, worked out by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from lotus_assets.outputs.pages.bar_rows import NamedFigure, bar_rows, heat_map, waterfall
from lotus_assets.outputs.pages.charts import (
    Level,
    Mark,
    Series,
    histogram,
    line_chart,
    sparkline,
)
from lotus_assets.outputs.pages.number_forms import ShownUnit, personal_unit

DAYS = [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=n) for n in range(5)]
ONE = ShownUnit(1.0, "")


def test_a_gap_breaks_a_line_and_a_lone_figure_is_a_dot() -> None:
    values = np.array([1.0, 2.0, np.nan, 4.0, np.nan])
    chart = line_chart([Series("one", DAYS, values)], unit=ONE, label="figures")
    first, second = chart.layers[0].line.split("M")[1:]
    assert "l" in first and second.endswith("h0")


def test_marks_and_levels_lie_where_their_figures_do() -> None:
    """Of 0 … 100 with 8 % room above and none below 0: 50 lies in the middle of 108."""
    chart = line_chart(
        [Series("one", DAYS, np.array([0.0, 25, 50, 75, 100]))],
        unit=ONE,
        label="figures",
        marks=[Mark(DAYS[2], "a flow", "flow", 50.0), Mark(DAYS[2], "a note")],
        levels=[Level(50.0, "target 50")],
    )
    assert [(mark.x, mark.y) for mark in chart.marks] == [
        (50.0, pytest.approx(100 * 58 / 108, abs=0.1)),
        (50.0, 100.0),
    ]
    assert chart.levels[0].y == pytest.approx(100 * 58 / 108, abs=0.1)


def test_a_band_is_drawn_where_both_edges_are_known() -> None:
    low, high = np.array([0, 0, np.nan, 0, 0.0]), np.array([1, 1, 1, np.nan, np.nan])
    series = Series("one", DAYS, np.ones(5), low=low, high=high)
    assert line_chart([series], unit=ONE, label="figures").layers[0].band.count("z") == 1


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ValueError, match="nothing to draw: figures"):
        line_chart([], unit=ONE, label="figures")
    assert sparkline(np.array([np.nan, np.nan]), label="no figures").line == ""


def test_a_small_series_breaks_where_nothing_is_known() -> None:
    """Of 0 … 1 on an axis of 0 … 1.08: 1 lies at 500 x 0.08 / 1.08 = 37 from the top."""
    drawn = sparkline(np.array([0.0, 1.0, np.nan, 1.0, 0.0]), label="figures")
    assert drawn.line == "M0 500h0L2500 37M7500 37h0L10000 500"
    assert drawn.last == "M10000 500h0"


def test_every_duration_is_in_one_bar_and_the_last_holds_the_far_ones() -> None:
    hours = np.array([0.5, 1.5, 1.6, 2.0, 3.0, *[4.0] * 95, 1000.0])
    chart = histogram(
        hours,
        unit=personal_unit("h", 4.0),
        label="waiting",
        noun="merge requests",
        uprights=[Level(4.0, "median 4 h", "median")],
    )
    assert chart.table is not None
    counts = {name: int(count) for name, count in chart.table.rows}
    assert sum(counts.values()) == len(hours)
    assert list(counts)[-1] == "4 h and more"
    assert counts["4 h and more"] == 96
    assert counts["1.4 to 1.6 h"] == 1
    assert counts["1.6 to 1.8 h"] == 1


def test_a_waterfall_ends_at_its_total() -> None:
    """From 0 to 3 to -2 on an axis of -2 … 3: zero lies at 40 %, a unit is 20 %."""
    steps = [NamedFigure("gain", 3.0, "3"), NamedFigure("loss", -5.0, "-5")]
    drawn = waterfall(
        steps, NamedFigure("total", -2.0, "-2", "total"), label="sum", columns=("what", "how much")
    )
    assert drawn.zero == 40.0
    assert [(row.left, row.width, row.tone) for row in drawn.rows] == [
        (40.0, 60.0, "better"),
        (0.0, 100.0, "worse"),
        (0.0, 40.0, "total"),
    ]


def test_a_row_without_a_figure_has_no_bar() -> None:
    figures = [NamedFigure("a", 4.0, "4"), NamedFigure("b", None, "none")]
    assert [row.width for row in bar_rows(figures, label="x", columns=("a", "b")).rows] == [100, 0]


def test_a_heat_map_shades_each_sign_by_size() -> None:
    values = np.array([[0.04, -0.01, 0.0], [np.nan, -0.04, 0.021]])
    texts = [["4", "-1", "0"], ["", "-4", "2.1"]]
    drawn = heat_map(
        values, texts, rows=["2025", "2026"], columns=list("abc"), label="months", corner="year"
    )
    assert [[cell.shade for cell in cells] for _, cells in drawn.rows] == [
        ["p4", "n1", "z"],
        ["", "n4", "p3"],
    ]
