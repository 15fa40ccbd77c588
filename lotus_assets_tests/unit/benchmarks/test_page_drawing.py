"""What is drawn lies where the figures say: paths are read back into times and values."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lotus_assets.benchmarks.page.drawing import HEIGHT, WIDTH, Chart, draw, seconds
from lotus_assets.benchmarks.page.series import Suite, suites_of
from lotus_assets.benchmarks.page.view import machine_paths
from lotus_assets.outputs.pages.axes import time_axis
from lotus_assets_tests.unit.benchmarks.history_world import FAST, SLOW, World

NAME = "test_x.py::test_y"


def drawn(world: World) -> tuple[Suite, Chart]:
    [suite] = suites_of(**world.frames())
    times = time_axis(suite.runs["ordered_at"].iloc[0], suite.runs["ordered_at"].iloc[-1])
    [series] = suite.series
    return suite, draw(series, series.points, times, suite)


def corners(path: str) -> list[list[tuple[int, int]]]:
    """The lines of a path in the plot's coordinates, as a browser reads it (SVG 2, 9.3)."""
    lines: list[list[tuple[int, int]]] = []
    x = y = 0
    for command, text in re.findall(r"([MmLlhz])([^MmLlhz]*)", path):
        numbers = [int(number) for number in re.findall(r"-?\d+", text)]
        if command in "Mm":
            x, y = (numbers[0], numbers[1]) if command == "M" else (x + numbers[0], y + numbers[1])
            lines.append([(x, y)])
        elif command == "l":
            for right, down in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + right, y + down
                lines[-1].append((x, y))
    return lines


def values_of(chart: Chart, points: list[tuple[int, int]]) -> list[float]:
    axis = chart.values
    return [axis.high - y / HEIGHT * (axis.high - axis.low) for _, y in points]


def world_of(values: list[float], machines: list[str] | None = None) -> World:
    world = World()
    for number, value in enumerate(values):
        machine = FAST if machines is None else machines[number]
        run = world.add_run("own", number, machine_fingerprint=machine)
        world.add_result(run, NAME, "time", value)
    return world


def test_dots_lie_at_their_values_and_times() -> None:
    values = [0.30, 0.31, 0.29, 0.42, 0.30]
    _, chart = drawn(world_of(values))
    [layer] = chart.layers
    points = [line[0] for line in corners(layer.dots)]
    assert len(points) == 5
    resolution = (chart.values.high - chart.values.low) / HEIGHT
    assert values_of(chart, points) == pytest.approx(values, abs=0.51 * resolution)
    # 2 % are free at both ends: 4 days fill 1 / 1.04 of the width.
    day = WIDTH / 1.04 / 4
    assert [x for x, _ in points] == pytest.approx(
        [0.02 * WIDTH / 1.04 + day * number for number in range(5)], abs=1
    )


def test_the_trend_is_the_median_of_the_last_ten_and_the_band_holds_eight_of_ten() -> None:
    values = [float(number) for number in range(1, 21)]
    _, chart = drawn(world_of(values))
    [layer] = chart.layers
    [trend], [band] = corners(layer.trend), corners(layer.band)
    resolution = (chart.values.high - chart.values.low) / HEIGHT
    # The last ten of 1 … 20 are 11 … 20: their median is 15.5; of 1 … 10 it is 5.5, of 1 alone 1.
    medians = values_of(chart, trend)
    assert (medians[0], medians[9], medians[19]) == pytest.approx((1, 5.5, 15.5), abs=resolution)
    # Their tenths: 11 + 0.1 * 9 and 11 + 0.9 * 9; the upper edge goes there, the lower comes back.
    edges = values_of(chart, band)
    assert (edges[19], edges[20]) == pytest.approx((19.1, 11.9), abs=resolution)


@pytest.mark.parametrize(
    ("list_", "state", "parts"),
    [
        ("loud", "confirmed", [10, 10]),
        ("sensitive", "candidate", [10, 10]),
        ("loud", "refuted", [20]),
        ("sensitive", "unconfirmed", [20]),
    ],
)
def test_the_trend_begins_anew_at_a_change_point(list_: str, state: str, parts: list[int]) -> None:
    world = world_of([1.0] * 10 + [2.0] * 10)
    details = {"list": list_, "state": state, "benchmark": NAME, "metric": "time"}
    world.add_fact("change_point", "own", "own-10", movement="slower", ratio=2.0, **details)
    _, chart = drawn(world)
    [layer] = chart.layers
    lines = corners(layer.trend)
    assert [len(line) for line in lines] == parts
    if len(lines) == 2:
        assert values_of(chart, lines[1])[0] == pytest.approx(2.0, abs=0.01)
    [mark] = chart.marks
    assert mark.kind == f"change_point slower {list_} {state}"
    # The eleventh of twenty runs: 10 of 19 days.
    assert mark.x == pytest.approx(100 * (0.02 + 10 / 19) / 1.04, abs=0.01)


def test_a_point_on_both_lists_has_one_mark_the_loud_one() -> None:
    world = world_of([1.0] * 10 + [2.0] * 10)
    for name in ("sensitive", "loud"):
        details = {"list": name, "benchmark": NAME, "metric": "time", "movement": "slower"}
        world.add_fact("change_point", "own", "own-10", ratio=2.0, **details)
    _, chart = drawn(world)
    assert [mark.kind for mark in chart.marks] == ["change_point slower loud confirmed"]


def test_machines_are_drawn_apart_and_their_changes_marked() -> None:
    machines = [FAST] * 5 + [SLOW] * 4 + [FAST] * 3
    suite, chart = drawn(world_of([1.0] * 5 + [3.0] * 4 + [1.0] * 3, machines))
    fast, slow = chart.layers
    assert (fast.machine, slow.machine) == (0, 1)
    assert [len(corners(layer.dots)) for layer in chart.layers] == [8, 4]
    assert values_of(chart, corners(slow.trend)[0]) == pytest.approx([3.0] * 4, abs=0.01)
    assert values_of(chart, corners(fast.trend)[0]) == pytest.approx([1.0] * 8, abs=0.01)
    assert [line.text for line in chart.lines] == [
        f"Machine from here: {SLOW}",
        f"Machine from here: {FAST}",
    ]
    times = time_axis(suite.runs["ordered_at"].iloc[0], suite.runs["ordered_at"].iloc[-1])
    whole, over = machine_paths(suite.runs, times, suite.machines)
    begin, length = map(int, re.findall(r"\d+", over.replace(" 0h", " ")))
    x = times.share(seconds(suite.runs["ordered_at"])) * WIDTH
    half_way = [round(float(a + b) / 2) for a, b in ((x[4], x[5]), (x[8], x[9]))]
    assert whole == f"M0 0H{WIDTH}", "what the first machine made shows between the others"
    assert [begin, begin + length] == pytest.approx(half_way, abs=1)


def test_the_environment_is_a_line_on_every_chart_of_its_suite() -> None:
    world = world_of([1.0] * 9)
    world.add_fact("environment", "own", "own-4", share=0.9, movement="slower", reason="9 of 10.")
    _, chart = drawn(world)
    assert [(line.kind, line.text) for line in chart.lines] == [("environment", "9 of 10.")]
    assert chart.lines[0].x == pytest.approx(50.0)


def test_many_points_give_a_trend_of_few_corners_that_ends_where_it_should() -> None:
    count = 1_000
    values = np.linspace(1.0, 2.0, count)
    _, chart = drawn(world_of(values.tolist()))
    [layer] = chart.layers
    [trend] = corners(layer.trend)
    assert len(corners(layer.dots)) == count
    assert len(trend) <= 60
    expected = pd.Series(values).tail(10).median()
    assert values_of(chart, trend)[-1] == pytest.approx(expected, abs=0.003)
    assert trend[-1][0] == corners(layer.dots)[-1][0][0]


def test_two_points_are_no_trend() -> None:
    assert [layer.trend for layer in drawn(world_of([1.0, 2.0]))[1].layers] == [""]


@pytest.mark.parametrize("values", [[0.3], [0.0, 0.0], [5.0] * 3])
def test_one_value_alone_is_drawn_in_the_plot(values: list[float]) -> None:
    world = World()
    for number, value in enumerate(values):
        world.add_result(world.add_run("own", number), NAME, "peak_memory", value)
    _, chart = drawn(world)
    dots: list[Any] = [line[0] for line in corners(chart.layers[0].dots)]
    assert len(dots) == len(values)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in dots)
