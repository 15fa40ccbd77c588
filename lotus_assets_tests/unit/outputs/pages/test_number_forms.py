"""Units and axes as a reader sees them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.outputs.pages.axes import Axis, time_axis, time_ticks, value_axis, value_ticks
from lotus_assets.outputs.pages.number_forms import (
    ShownUnit,
    basis_points,
    percent,
    percent_change,
    personal,
    personal_change,
    shown_unit,
    signed_percent,
    significant,
)

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("base", "value", "text"),
    [
        ("s", 2.5e-9, "2.500 ns"),
        ("s", 31.72e-6, "31.72 µs"),
        ("s", 0.3069062, "306.9 ms"),
        ("s", 1.216, "1.216 s"),
        ("s", 1234.5, "1,234 s"),
        ("bytes", 512, "512 B"),
        ("bytes", 71_106_560, "71.11 MB"),
        ("bytes", 2.4e9, "2.400 GB"),
        ("1", 90.9090909, "90.91"),
        ("1", 0, "0"),
        ("trades/s", 3_258_324, "3.258 M trades/s"),
        ("1/s", 598.32, "598.3 ops/s"),
        ("iter/sec", 2153.5, "2.154 k ops/s"),
        ("requests", 12, "12 requests"),
    ],
)
def test_a_figure_stands_in_the_unit_that_suits_it(base: str, value: float, text: str) -> None:
    assert shown_unit(base, value).text(value).replace(SPACE, " ") == text


def test_no_figure_is_a_dash() -> None:
    assert (
        ShownUnit(1e-3, "ms").text(None)
        == ShownUnit(1e-3, "ms").text(float("nan"))
        == "\N{EN DASH}"
    )
    assert percent_change(None) == percent_change(float("nan")) == "\N{EN DASH}"


@given(st.floats(1e-12, 1e12))
def test_a_text_differs_from_its_figure_by_less_than_half_its_last_digit(value: float) -> None:
    for digits in (3, 4, 5):
        told = float(significant(value, digits).replace(",", ""))
        assert told == pytest.approx(value, rel=0.5001 * 10.0 ** (1 - digits), abs=1e-12)


@given(st.sampled_from(["s", "bytes", "trades/s"]), st.floats(1e-9, 1e15))
def test_the_shown_figure_is_between_1_and_1000_where_a_unit_allows(
    base: str, value: float
) -> None:
    unit = shown_unit(base, value)
    largest = {"s": 1.0, "bytes": 1e9, "trades/s": 1e9}[base]
    smallest = {"s": 1e-9, "bytes": 1.0, "trades/s": 1.0}[base]
    assert value / unit.size >= 1 or unit.size == smallest
    assert value / unit.size < 1000 or unit.size == largest


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.18, "+18 %"),
        (1.0047, "+0.47 %"),
        (0.8, "\N{MINUS SIGN}20 %"),
        (1.0004, "±0.0 %"),
        (2.52, "+152 %"),
        (float("inf"), "\N{EN DASH}"),
    ],
)
def test_worse_is_plus_and_better_is_minus(ratio: float, text: str) -> None:
    assert percent_change(ratio).replace(SPACE, " ") == text


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_every_value_lies_on_its_axis(values: list[float]) -> None:
    axis = value_axis(np.array(values))
    shares = axis.share(np.array(values))
    assert ((shares >= 0) & (shares <= 1)).all()
    assert min(values) < 0 or axis.low >= 0, "what cannot be negative has no negative axis"


def test_jitter_of_a_thousandth_looks_steady() -> None:
    axis = value_axis(np.array([71.00, 71.07]))
    assert axis.share(np.array([71.07]))[0] - axis.share(np.array([71.00]))[0] < 0.06


def test_value_ticks_are_round_in_the_shown_unit() -> None:
    ticks = value_ticks(Axis(0.281, 0.352), ShownUnit(1e-3, "ms"))
    assert [tick.label for tick in ticks] == ["300", "320", "340"]
    # 300 ms is (300 - 281) / (352 - 281) of the way
    assert ticks[0].position == pytest.approx(26.76, abs=0.01)
    fine = value_ticks(Axis(71.0e6, 71.01e6), ShownUnit(1e6, "MB"))
    assert [tick.label for tick in fine] == ["71.000", "71.005", "71.010"]


BEGIN = datetime(2026, 3, 4, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (0.02, ["03:20", "03:25", "03:30", "03:35", "03:40", "03:45"]),
        (0.8, ["06:00", "12:00", "18:00"]),
        (1.5, ["12:00", "5 Mar", "12:00"]),
        (3, ["5 Mar", "6 Mar", "7 Mar"]),
        (30, ["9 Mar", "16 Mar", "23 Mar", "30 Mar"]),
        (150, ["Apr 2026", "May 2026", "Jun 2026", "Jul 2026", "Aug 2026"]),
        (700, ["Jul 2026", "Jan 2027", "Jul 2027", "Jan 2028"]),
        (2500, ["2028", "2030", "2032"]),
    ],
)
def test_time_ticks_are_round_in_the_calendar(days: float, labels: list[str]) -> None:
    ticks = time_ticks(time_axis(BEGIN, BEGIN + timedelta(days=days)))
    assert [tick.label for tick in ticks] == labels


@given(st.floats(0, 20_000), st.integers(0, 5_000))
def test_time_ticks_are_few_and_in_order(days: float, later: int) -> None:
    first = BEGIN + timedelta(days=later)
    ticks = time_ticks(time_axis(first, first + timedelta(days=days)))
    places = [tick.position for tick in ticks]
    assert 1 <= len(ticks) <= 8
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= 100


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (93_095.8, "s", "26 h"),
        (1_773.0, "h", "74 days"),
        (47.9, "h", "48 h"),
        (48.0, "h", "2 days"),
        (0.8439, "h", "51 min"),
        (514.03, "s", "8.6 min"),
        (9.96, "h", "10 h"),
        (0.0, "h", "0 s"),
        (1 / 3, "ratio", "33 %"),
        (0.0118, "ratio", "1.2 %"),
        (1.0, "ratio", "100 %"),
        (1_234.0, "count", "1,234"),
        (None, "h", "\N{EN DASH}"),
    ],
)
def test_people_read_two_digits_in_the_unit_that_suits_them(
    value: float | None, unit: str, text: str
) -> None:
    assert personal(value, unit).replace(SPACE, " ") == text


@pytest.mark.parametrize(
    ("value", "before", "unit", "text"),
    [
        (0.33, 0.37, "ratio", "\N{MINUS SIGN}4 points"),
        (26.0, 22.9, "h", "+3.1 h"),
        (4.0, 4.0, "count", "±0"),
        (3.0, 10.0, "count", "\N{MINUS SIGN}7"),
        (3.0, float("nan"), "h", "\N{EN DASH}"),
    ],
)
def test_a_change_has_a_sign_and_shares_change_by_points(
    value: float, before: float, unit: str, text: str
) -> None:
    assert personal_change(value, before, unit).replace(SPACE, " ") == text


def test_returns_have_two_decimals_and_what_reads_zero_has_no_sign() -> None:
    texts = [percent(-0.0124), signed_percent(0.0124), signed_percent(-1e-6), basis_points(0.00124)]
    assert [text.replace(SPACE, " ") for text in texts] == [
        "\N{MINUS SIGN}1.24 %",
        "+1.24 %",
        "0.00 %",
        "+12.4 basis points",
    ]


@given(st.sampled_from(["h", "s"]), st.floats(1e-2, 1e6))
def test_a_duration_reads_as_what_it_is(unit: str, value: float) -> None:
    number, name = personal(value, unit).replace(",", "").split(SPACE)
    hours = {"days": 24.0, "h": 1.0, "min": 1 / 60, "s": 1 / 3600}[name]
    assert float(number) * hours * {"h": 1, "s": 3600}[unit] == pytest.approx(value, rel=0.051)
